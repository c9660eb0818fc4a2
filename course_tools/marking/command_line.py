"""`make grade`: a folder of submissions in, a journal, a gradebook, a table and reports out."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from course_tools.files import ROOT
from course_tools.marking.assignments import Assignment, every_assignment, read_assignment
from course_tools.marking.fingerprint import contents_of, digest_of, fingerprint
from course_tools.marking.records.gradebook import GRADEBOOK, Book
from course_tools.marking.records.journal import Journal
from course_tools.marking.records.reports import write_report, write_table
from course_tools.marking.results import MarkingError, Result
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.submission_run import Job, Settings
from course_tools.marking.submissions import (
    Bounds,
    RefusedError,
    Submission,
    content_of,
    find,
    usable,
)
from course_tools.marking.workers import PATIENCE, Team, distributed_results

MB = 2**20
LIMITS = Limits()
SOLUTION = "the instructor's own solution"

TOGETHER = 50
"""Results that are entered in the gradebook at a time."""

EPILOG = """\
Submissions may be laid out as nbgrader lays them out, STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb, or lie
in one folder as STUDENT.ipynb. Started again, it marks only what has changed. The exit status is 0
if every submission ended with a mark or a reason.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 if every submission has a mark or a reason."""
    options = parser().parse_args(argv)
    try:
        return grade(options)
    except MarkingError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where it was.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    form = argparse.ArgumentDefaultsHelpFormatter
    parser = argparse.ArgumentParser("grade", description=__doc__, formatter_class=form)
    parser.epilog = EPILOG
    add = parser.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="folder with the submissions")
    add("--assignment", default="", help="mark this one only, such as 06_momentum")
    add("--output", type=Path, default=Path("marked"), help="folder for everything that is written")
    add("--source", type=Path, default=ROOT / "solutions", help="folder with the assignments")
    add("--workers", type=positive(int), default=os.cpu_count() or 1, help="processes that mark")
    add("--scheduler", help="address of a dask.distributed scheduler, whose workers mark instead")
    add("--patience", type=positive(float), default=PATIENCE, help="seconds for it to answer")
    add(
        "--module", type=Path, action="append", default=[], help="folder that notebooks import from"
    )
    limits = parser.add_argument_group("limits for one submission")
    add = limits.add_argument
    seconds = positive(float)
    work = "of a processor's work, or of waiting, for each cell"
    add("--cell-seconds", type=seconds, default=LIMITS.cell_seconds, help=work)
    work = "of processors' work for the whole notebook"
    add("--seconds", type=seconds, default=LIMITS.seconds, help=work)
    add("--memory", type=positive(int), default=LIMITS.memory // MB, help="in MB")
    add("--disk", type=positive(int), default=LIMITS.disk // MB, help="temporary files, in MB")
    add("--processes", type=positive(int), default=LIMITS.processes, help="and threads, at a time")
    parser.add_argument(
        "--run-learners-code-unprotected",
        action="store_true",
        help="run it without a sandbox, with all your rights: it can read, change and send whatever"
        " you can. Only for submissions that you have read yourself",
    )
    return parser


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """Return a reader of numbers above zero."""

    def read(text: str) -> float:
        number = kind(text)
        if not 0 < number < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} was given; it has to be above zero")
        return number

    return read


def grade(options: argparse.Namespace) -> int:
    """Mark what has changed, and write everything anew that depends on it."""
    settings = settings_of(options)
    size = 0 if options.scheduler else int(options.workers)
    with Team(size, settings) as team:  # first, so that it warms up while the assignments are read
        known = every_assignment(options.source)
        found = find(options.submissions, options.assignment, known)
        with saying_what_cannot_be_written(options.output):
            options.output.mkdir(parents=True, exist_ok=True)
        assignments = {name: read_assignment(known[name]) for name in names_of(found)}
        with Journal(options.output / "journal.sqlite") as journal:
            batch = Batch(options.submissions, found, assignments, settings, journal)
            if options.scheduler:
                far = partial(distributed_results, scheduler=options.scheduler)
                batch.mark_all(partial(far, patience=options.patience))
            else:
                batch.mark_all(team.results)
            results = batch.results()
            enter(options.output, known, journal, results)
            publish(options.output, assignments, results)
    report(options.output, results, len(found))
    return 0 if len(results) == len(found) else 1


def names_of(found: Sequence[Submission]) -> list[str]:
    """Return the assignments for which something was handed in."""
    return sorted({each.assignment for each in found})


def settings_of(options: argparse.Namespace) -> Settings:
    """Return what the command line says about how to mark."""
    hidden = (options.submissions, options.output, options.source)
    return Settings(
        fingerprint(),
        limits_of(options),
        not options.run_learners_code_unprotected,
        tuple(map(shared, options.module)),
        tuple(str(place.resolve()) for place in hidden),
    )


def shared(folder: Path) -> Path:
    """Return the place of a folder with modules, which everybody has to be able to read."""
    if not folder.is_dir() or folder.stat().st_mode & 0o005 != 0o005:
        raise MarkingError(
            f"--module was given {folder}, which is no folder that everybody can read. In the"
            f" sandbox code belongs to nobody, so make it `chmod -R a+rX {folder}`."
        )
    return folder.resolve()


def limits_of(options: argparse.Namespace) -> Limits:
    """Return the limits that the command line gives."""
    return Limits(
        cell_seconds=options.cell_seconds,
        seconds=options.seconds,
        memory=int(options.memory * MB),
        disk=int(options.disk * MB),
        processes=int(options.processes),
    )


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


# --- What is written ------------------------------------------------------------------------------


@contextlib.contextmanager
def saying_what_cannot_be_written(place: Path) -> Iterator[None]:
    """Turn an error of the disk into a sentence about the file or folder that is written."""
    try:
        yield
    except OSError as error:
        raise MarkingError(
            f"{place} cannot be written ({error.strerror}). Make room for it, or allow it, and"
            " start again: what is marked stays marked."
        ) from error


def enter(
    output: Path, sources: dict[str, Path], journal: Journal, results: Sequence[Result]
) -> None:
    """Enter new results in nbgrader's gradebook; all of them in a new one.

    A student whose name was refused gets no entry, and no page: the table says why.
    """
    if not (output / GRADEBOOK).exists():
        journal.none_entered()
    new = [each for each in journal.not_entered(results) if usable(each.student)]
    with saying_what_cannot_be_written(output), Book(output) as book:
        for name in sorted({result.assignment for result in new}):
            book.add_assignment(sources[name])
        for start in range(0, len(new), TOGETHER):
            some = new[start : start + TOGETHER]
            book.enter(some)
            for result in some:
                journal.entered(result)


def publish(output: Path, assignments: dict[str, Assignment], results: Sequence[Result]) -> None:
    """Write the table, and a report for each student."""
    with saying_what_cannot_be_written(output / "marks.csv"):
        write_table(results, output / "marks.csv")
    with saying_what_cannot_be_written(output / "reports"):
        for result in (result for result in results if usable(result.student)):
            write_report(result, output, assignments[result.assignment].title)


def report(output: Path, results: Sequence[Result], total: int) -> None:
    """Say how it went, and where everything is."""
    count = Counter(result.status for result in results)
    print(
        f"{len(results)} of {total} submissions have a mark or a reason: {count['marked']} marked,"
        f" {count['stopped']} stopped, {count['refused']} refused."
    )
    print(f"Marks and reasons: {output / 'marks.csv'}")
    print(f"For each student:  {output / 'reports'}")
    print(f"For nbgrader:      {output / GRADEBOOK}, with `nbgrader export` in {output}")
