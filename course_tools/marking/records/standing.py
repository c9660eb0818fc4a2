"""Where a submission stands in the end: with what people have given, and after lateness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from course_tools.marking.late import Deadline, Final, final
from course_tools.marking.records.by_hand import (
    Grades,
    Remark,
    Remarks,
    grades_in,
    remarks_in,
    to_be_looked_at,
    with_points,
)
from course_tools.marking.results import Result

TIMES = text("""
SELECT submitted_assignment.student_id, assignment.name, timestamp, extension
FROM submitted_assignment
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
WHERE timestamp IS NOT NULL OR extension IS NOT NULL
""")

HANDED_IN = text("""
UPDATE submitted_assignment SET timestamp = :at
WHERE student_id = :student
AND assignment_id = (SELECT id FROM assignment WHERE name = :assignment)
""")

DUE = text("UPDATE assignment SET duedate = :due WHERE name = :assignment")

PENALTY = text("""
UPDATE submitted_notebook SET late_submission_penalty = :loss
WHERE assignment_id = (
    SELECT submitted_assignment.id FROM submitted_assignment
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    WHERE submitted_assignment.student_id = :student AND assignment.name = :assignment
)
""")

FORM = "%Y-%m-%d %H:%M:%S.%f"
"""How SQLAlchemy writes times into SQLite, in UTC as nbgrader means them."""

Key = tuple[str, str]
"""A student and an assignment."""


@dataclass(frozen=True)
class Standing:
    """Where a submission stands.

    Parameters
    ----------
    result : Result
        What marking ended with, with the points that people have given.
    final : Final
        Points after lateness.
    remarks : tuple of Remark
        What people have written.
    handed_in : float or None
        When, in seconds since 1970.
    open : bool
        Whether a person has still to look at something.
    """

    result: Result
    final: Final
    remarks: tuple[Remark, ...] = ()
    handed_in: float | None = None
    open: bool = False


def standing_of(result: Result) -> Standing:
    """Return where a result stands of which nobody knows more."""
    return Standing(result, Final(result.points, result.highest), open=result.by_hand)


@dataclass(frozen=True)
class Ledger:
    """What is known besides the results.

    Parameters
    ----------
    grades, remarks : dict
        What people have given and written.
    handed_in : dict of (str, str) to float
        When, by student and assignment.
    extensions : dict of (str, str) to timedelta
        How much later than others somebody may hand in, as nbgrader knows it.
    deadlines : dict of str to Deadline
        For each assignment that has one.
    """

    grades: Grades = field(default_factory=dict)
    remarks: Remarks = field(default_factory=dict)
    handed_in: Mapping[Key, float] = field(default_factory=dict)
    extensions: Mapping[Key, timedelta] = field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)

    def standing(self, result: Result) -> Standing:
        """Return where a result stands."""
        key = result.student, result.assignment
        given = with_points(result, self.grades)
        at = self.handed_in.get(key)
        deadline = self.deadlines.get(result.assignment)
        if deadline and key in self.extensions:
            due = deadline.due + self.extensions[key]
            deadline = Deadline(due, deadline.rule, deadline.grace)
        return Standing(
            given,
            final(given.points, given.highest, at, deadline),
            tuple(self.remarks.get(key, ())),
            at,
            to_be_looked_at(given, self.grades),
        )

    def untimed(self, results: Iterable[Result]) -> int:
        """Count those that had to be handed in by some time, and nothing tells when they were."""
        keys = ((each.student, each.assignment) for each in results)
        return sum(key[1] in self.deadlines and key not in self.handed_in for key in keys)

    def has_a_say(self, result: Result) -> bool:
        """Whether a person or a deadline may change what a result says."""
        key = result.student, result.assignment
        return key in self.grades or key in self.remarks or result.assignment in self.deadlines

    def standings(self, results: Iterable[Result]) -> Iterator[Standing]:
        """Give where each of some results stands."""
        return map(self.standing, results)


def ledger_of(
    book: Any, handed_in: Mapping[Key, float], deadlines: Mapping[str, Deadline]
) -> Ledger:
    """Read what the gradebook knows besides.

    Parameters
    ----------
    book : nbgrader.api.Gradebook
        Where.
    handed_in : dict of (str, str) to float
        What is known anew about times; the rest is what the gradebook has.
    deadlines : dict of str to Deadline
        For each assignment that has one.
    """
    times: dict[Key, float] = {}
    extensions: dict[Key, timedelta] = {}
    for student, assignment, at, more in book.db.execute(TIMES):
        if at:
            times[student, assignment] = read_time(at).timestamp()
        if more:
            extensions[student, assignment] = read_time(more) - datetime.fromtimestamp(0, UTC)
    return Ledger(grades_in(book), remarks_in(book), times | {**handed_in}, extensions, deadlines)


def keep_times(book: Any, ledger: Ledger, standings: Iterable[Standing]) -> None:
    """Write into the gradebook when something was handed in, and what lateness costs.

    Only for assignments that have a deadline. Then nbgrader's export has the same points.

    Parameters
    ----------
    book : nbgrader.api.Gradebook
        Where.
    ledger : Ledger
        What is known.
    standings : iterable of Standing
        Of results that the gradebook has.
    """
    late = [each for each in standings if each.result.assignment in ledger.deadlines]
    names = [
        {"student": each.result.student, "assignment": each.result.assignment} for each in late
    ]
    times = [
        {**name, "at": write_time(each.handed_in)}
        for name, each in zip(names, late, strict=True)
        if each.handed_in is not None
    ]
    losses = [
        {**name, "loss": each.final.loss or None} for name, each in zip(names, late, strict=True)
    ]
    dues = [
        {"assignment": name, "due": write_time(each.due.timestamp())}
        for name, each in ledger.deadlines.items()
    ]
    for statement, values in ((HANDED_IN, times), (PENALTY, losses), (DUE, dues)):
        if values:
            book.db.execute(statement, values)
    book.db.commit()


def read_time(words: str) -> datetime:
    """Read a time of SQLite's."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def write_time(seconds: float) -> str:
    """Write a time for SQLite."""
    return datetime.fromtimestamp(seconds, UTC).strftime(FORM)
