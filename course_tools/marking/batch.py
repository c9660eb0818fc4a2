"""The submissions of one run: which of them have to be marked, and what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from course_tools.marking.assignments import Assignment
from course_tools.marking.fingerprint import contents_of, digest_of
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.records.journal import Journal
from course_tools.marking.results import MarkingError, Result
from course_tools.marking.submissions import Bounds, RefusedError, Submission, content_of

SOLUTION = "the instructor's own solution"


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
    """

    folder: Path
    found: list[Submission]
    assignments: dict[str, Assignment]
    settings: Settings
    journal: Journal
    keys: list[tuple[str, str, str]] = field(default_factory=list)

    @cached_property
    def modules(self) -> str:
        """Stands for what notebooks can import besides."""
        return contents_of(self.settings.modules)

    def mark_all(self, marking: Callable[[Iterator[Job]], Iterator[Result]]) -> None:
        """Mark whatever the journal does not know yet, and write each result into it at once."""
        for solution in marking(map(self.solution, self.assignments.values())):
            check_solution(solution, self.assignments[solution.assignment])
        with bar(len(self.found)) as shown:
            for result in marking(self.jobs(shown)):
                self.journal.add(result)
                shown.update()

    def jobs(self, shown: tqdm[NoReturn]) -> Iterator[Job]:
        """Read the submissions, and yield those that have to be marked."""
        for submission in self.found:
            job = self.job(submission)
            self.keys.append((job.student, job.assignment.name, job.digest))
            if self.journal.find(*self.keys[-1]):
                shown.update()
            else:
                yield job

    def solution(self, assignment: Assignment) -> Job:
        """Hand in the instructor's own solution."""
        return Job(SOLUTION, assignment, assignment.source.encode(), "", "", self.settings)

    def job(self, submission: Submission) -> Job:
        """Read one submission."""
        content, refusal = b"", ""
        try:
            content = content_of(submission, self.folder, Bounds())
        except RefusedError as error:
            refusal = str(error)
        assignment = self.assignments[submission.assignment]
        way = f"{self.settings.marker} {self.settings.limits} {self.modules}"
        digest = digest_of(assignment, content or refusal.encode(), way)
        return Job(submission.student, assignment, content, refusal, digest, self.settings)

    def results(self) -> list[Result]:
        """Return the result of each submission as it is now."""
        found = (self.journal.find(*key) for key in self.keys)
        return [result for result in found if result]


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
    return tqdm(total=total, desc="Marking", unit="submission", mininterval=patience, ascii=" =")
