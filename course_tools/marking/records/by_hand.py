"""What people have given in formgrader: points, extra points and comments, read from the gradebook.

What they gave stands everywhere: in the table, on the student's page, and in what goes back to
Canvas or Moodle. Points count as for nbgrader: those by hand in place of the others, and extra
points besides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from course_tools.marking.results import Mark, Result

GRADES = text("""
SELECT submitted_assignment.student_id, assignment.name, base_cell.name,
       grade.manual_score, grade.extra_credit, grade.needs_manual_grade
FROM grade
JOIN base_cell ON base_cell.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
WHERE grade.manual_score IS NOT NULL OR grade.extra_credit IS NOT NULL
""")

COMMENTS = text("""
SELECT submitted_assignment.student_id, assignment.name, base_cell.name, comment.manual_comment
FROM comment
JOIN base_cell ON base_cell.id = comment.cell_id
JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
WHERE comment.manual_comment <> ''
ORDER BY comment.rowid
""")

GIVEN = "A person has looked at this, and given these points."


@dataclass(frozen=True)
class Given:
    """What a person has given for one cell.

    Parameters
    ----------
    points : float or None
        Points in place of the others; None if those stay.
    extra : float
        Points besides.
    again : bool
        Whether somebody has to look again, since what was handed in has changed.
    """

    points: float | None
    extra: float = 0.0
    again: bool = False


@dataclass(frozen=True)
class Remark:
    """What a person has written.

    Parameters
    ----------
    cell : str
        To which cell.
    words : str
        What.
    """

    cell: str
    words: str


Grades = Mapping[tuple[str, str], Mapping[str, Given]]
"""What was given for each cell, by student and assignment."""

Remarks = Mapping[tuple[str, str], Sequence[Remark]]


def grades_in(book: Any) -> Grades:
    """Read all points that people have given.

    Parameters
    ----------
    book : nbgrader.api.Gradebook
        Where.
    """
    grades: defaultdict[tuple[str, str], dict[str, Given]] = defaultdict(dict)
    for student, assignment, cell, points, extra, again in book.db.execute(GRADES):
        given = Given(points, extra or 0.0, bool(again and points is not None))
        grades[student, assignment][cell] = given
    return grades


def remarks_in(book: Any) -> Remarks:
    """Read all comments that people have written."""
    remarks: defaultdict[tuple[str, str], list[Remark]] = defaultdict(list)
    for student, assignment, cell, words in book.db.execute(COMMENTS):
        if words.strip():
            remarks[student, assignment].append(Remark(cell, words.strip()))
    return remarks


def with_points(result: Result, grades: Grades) -> Result:
    """Return a result with the points that people have given."""
    given = grades.get((result.student, result.assignment))
    if not given:
        return result
    marks = (with_given(mark, given.get(mark.name)) for mark in result.marks)
    return replace(result, marks=tuple(marks))


def with_given(mark: Mark, given: Given | None) -> Mark:
    """Return a mark with what a person has given."""
    if given is None:
        return mark
    points = mark.points if given.points is None else given.points
    if points is None:  # nbgrader counts no extra points before there are others
        return mark
    words = mark.words
    if given.points is not None:
        told = mark.points is not None and mark.points < mark.highest
        words = f"{words}\n{GIVEN}" if told and points < mark.highest else GIVEN
    return replace(mark, points=points + given.extra, words=words)


def to_be_looked_at(result: Result, grades: Grades) -> bool:
    """Whether a person has still to decide on something, or to look at it again."""
    given = grades.get((result.student, result.assignment), {})
    return result.by_hand or any(each.again for each in given.values())
