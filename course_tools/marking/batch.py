"""The submissions of one run: which of them have to be marked, and what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NoReturn, Protocol

from tqdm import tqdm

from course_tools.marking.assignments import Assignment
from course_tools.marking.collecting.reading import content_of
from course_tools.marking.fingerprint import contents_of, digest_of
from course_tools.marking.jobs import (
    ALONE,
    FIRST,
    FIRST_ALONE,
    PHASES,
    SECOND,
    SECOND_ALONE,
    Job,
    Settings,
)
from course_tools.marking.records.journal import Journal, Key, key_of
from course_tools.marking.results import Done, MarkingError, Result, storable
from course_tools.marking.submissions import RefusedError, Submission

SOLUTION = "the instructor's own solution"

RUNS = 2
"""How often each is run."""


class Marking(Protocol):
    """Whoever marks: `Team.results` or `Cluster.results`."""

    def __call__(self, jobs: Iterator[Job], *, alone: bool = False) -> Iterator[Done]:
        """Mark submissions, or do a part of that; one at a time, if each has to be alone."""


@dataclass(frozen=True)
class Again:
    """What is to be marked once more although nothing has changed.

    Parameters
    ----------
    students : frozenset of str
        All that they have handed in.
    stopped : bool
        Whether whatever was stopped.
    """

    students: frozenset[str] = frozenset()
    stopped: bool = False

    def asks_for(self, student: str, status: str) -> bool:
        """Whether a submission is meant, which has been marked with a status."""
        return bool(status) and (student in self.students or (self.stopped and status == "stopped"))


def nobody(_: Key) -> None:
    """Stand for those who want to be told of results, where there are none."""


@dataclass
class Batch:
    """The submissions of one run.

    Parameters
    ----------
    folder : Path
        Where they lie.
    found : list of Submission
        All of them.
    assignments : dict of str to Assignment
        What they answer.
    settings : Settings
        How they are marked.
    journal : Journal
        What is marked already, and what will be.
    again : Again
        What of that is to be marked once more.
    added : callable
        Is told of each result as soon as the journal has it.
    keys : list
        What stands for each in the journal, as soon as it was read.
    """

    folder: Path
    found: list[Submission]
    assignments: dict[str, Assignment]
    settings: Settings
    journal: Journal
    again: Again = field(default_factory=Again)
    added: Callable[[Key], object] = nobody
    keys: list[Key] = field(default_factory=list)

    @cached_property
    def modules(self) -> str:
        """Stands for what notebooks can import besides."""
        return contents_of(self.settings.modules)

    def mark_all(self, marking: Marking) -> None:
        """Mark whatever the journal does not know yet, and write into it at once what comes of it.

        All are run with what students can see of the tests before any is run with the rest.
        """
        for solution in marking(map(self.solution, self.assignments.values())):
            assert isinstance(solution, Result)
            check_solution(solution, self.assignments[solution.assignment])
        with bar(RUNS * len(self.found)) as shown:
            for phase in PHASES:
                jobs = self.first_jobs(shown) if phase == FIRST else self.jobs_due(phase)
                for done in marking(jobs, alone=phase in ALONE):
                    shown.update(self.keep(done, phase))

    def keep(self, done: Done, phase: str) -> int:
        """Write down what came of a submission; return how many of its runs are over by that."""
        if isinstance(done, Result):
            self.journal.add(done)
            self.added(key_of(done))
            return RUNS if phase in (FIRST, FIRST_ALONE) else 1
        self.journal.keep(done)
        return int(done.due == SECOND)

    def first_jobs(self, shown: tqdm[NoReturn]) -> Iterator[Job]:
        """Read the submissions, and yield those that nothing is known of."""
        for submission in self.found:
            job = self.job(submission)
            key = (storable(job.student), job.assignment.name, job.digest)
            self.keys.append(key)
            if self.again.asks_for(job.student, self.journal.status(key)):
                self.journal.withdraw(key)
            if self.journal.knows(key):
                shown.update(RUNS)
            elif due := self.journal.due(key):
                shown.update(due in (SECOND, SECOND_ALONE))
            else:
                yield job

    def jobs_due(self, phase: str) -> Iterator[Job]:
        """Yield those submissions for which a phase comes next, as they were read."""
        for key in self.keys:
            half = self.journal.half(key) if self.journal.due(key) == phase else None
            if half:
                assignment = self.assignments[half.assignment]
                words = (half.content, "", half.digest, self.settings, phase, half.seen)
                yield Job(half.student, assignment, *words)

    def solution(self, assignment: Assignment) -> Job:
        """Hand in the instructor's own solution."""
        return Job(SOLUTION, assignment, assignment.source.encode(), "", "", self.settings)

    def job(self, submission: Submission) -> Job:
        """Read one submission."""
        content, refusal = b"", ""
        try:
            content = content_of(submission, self.folder, self.settings.bounds)
        except RefusedError as error:
            refusal = str(error)
        assignment = self.assignments[submission.assignment]
        settings = self.settings
        way = f"{settings.marker} {settings.limits} {settings.bounds} {self.modules}"
        digest = digest_of(assignment, content or refusal.encode(), way)
        words = (content, refusal, digest, settings, FIRST)
        return Job(submission.student, assignment, *words)


def check_solution(solution: Result, assignment: Assignment) -> None:
    """Make sure that the instructor's own solution gets all points of the tests."""
    decided = {test.name for test in assignment.tests}
    lost = [
        f"  - {mark.name}: {mark.points:g} of {mark.highest:g} points. {mark.words}"
        for mark in solution.marks
        if mark.name in decided and mark.points != mark.highest
    ]
    if lost:
        raise MarkingError(
            f"Nobody was marked, since {SOLUTION} of {assignment.name} does not get all points:\n"
            + "\n".join(lost)
            + "\nCorrect the solution or the test, or give more time or memory. What a test can do"
            " with a learner's function is said in docs/marking.md, 'What tests can do'."
        )


def bar(total: int) -> tqdm[NoReturn]:
    """Show how far marking is, how fast, and how long it takes; less often where nobody looks."""
    patience = 0.1 if sys.stderr.isatty() else 10.0
    tqdm.monitor_interval = 0  # no thread: this process is copied
    return tqdm(total=total, desc="Marking", unit="run", mininterval=patience, ascii=" =")
