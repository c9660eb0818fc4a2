"""What is made of the results: nbgrader's gradebook, the table, a page for each student."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from course_tools.marking.assignments import Assignment
from course_tools.marking.records.gradebook import GRADEBOOK, Book
from course_tools.marking.records.journal import Journal
from course_tools.marking.records.reports import write_report, write_table
from course_tools.marking.results import MarkingError, Result
from course_tools.marking.submissions import usable

TOGETHER = 50
"""Results that are entered in the gradebook at a time."""


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
