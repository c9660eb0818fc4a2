"""What comes of the two runs of a submission: points, and what its author may know of them."""

from __future__ import annotations

from nbformat import NotebookNode

from course_tools.marking.assignments import GradedCell
from course_tools.marking.jobs import Job
from course_tools.marking.notebook_run import NotebookRun, is_open
from course_tools.marking.records.autograded import autograded, by_hand, points_of
from course_tools.marking.results import Mark, Result, Status
from course_tools.marking.sandbox.inside.cells import CellRun
from course_tools.marking.sandbox.session import StoppedError
from lessons_lib.feedback.phrasing import joined

RIGHT = "Right."
NOT_FOR_ALL = (
    "Right for the inputs of the check, but not for others.\n"
    "The test asks for other inputs, too. Try your function on some of your own: of another size,"
    " with another sign, with zeros among them."
)
PARTLY = "Right in part."
UNDECIDED = "Your answer is read by a person, who gives the points."
NO_ANSWER = "There is no answer."
NOT_REACHED = "Not reached."
NOT_PASSED = "Not passed."


def result_of(
    job: Job,
    notebook: NotebookNode | None,
    seen: NotebookRun,
    hidden: NotebookRun,
    status: Status,
    reason: str,
) -> Result:
    """Put together what came of the two runs."""
    marks = []
    for test in job.assignment.tests:
        decisive = (hidden if is_open(test, seen) else seen).tests.get(test.name)
        points = points_of(test, decisive)
        full = points >= test.points
        words = RIGHT if full else explanation_of(test, seen, decisive, reason)
        marks.append(Mark(test.name, points, test.points, words))
    for cell in job.assignment.by_hand:
        given = by_hand(cell, notebook)
        words = UNDECIDED if given is None else NO_ANSWER
        marks.append(Mark(cell.name, given, cell.points, words))
    total = sum(mark.points or 0 for mark in marks)
    highest = sum(mark.highest for mark in marks)
    with seen.timed("writing"):
        kept = autograded(notebook, job.assignment, marks, seen.printed, reason)
    return Result(
        job.student,
        job.assignment.name,
        job.digest,
        status,
        reason or f"{total:g} of {highest:g} points.",
        tuple(marks),
        kept,
        seen.seconds,
    )


def explanation_of(
    test: GradedCell, seen: NotebookRun, decisive: CellRun | None, reason: str
) -> str:
    """Say what a student may know about a test that did not give all points.

    Parameters
    ----------
    test : GradedCell
        The test.
    seen : NotebookRun
        The run without hidden lines: whatever was said there is harmless.
    decisive : CellRun, optional
        What the lines did that decided the points, hidden ones perhaps; None if not reached.
    reason : str
        Why the notebook was stopped or refused, if it was.
    """
    if decisive is None:
        return f"{NOT_REACHED}\n{reason}"
    if isinstance(decisive.error, StoppedError):
        return f"{NOT_PASSED}\n{reason}"
    ran = seen.tests[test.name]
    if ran.error is None:
        return NOT_FOR_ALL if decisive.error else PARTLY
    said = str(ran.error).removeprefix("✗ ").strip()
    if isinstance(ran.error, AssertionError) and said:
        return said
    words = f"The test stops with {type(ran.error).__name__}.\n{said}"
    if seen.interrupted:
        places = joined([str(place + 1) for place in seen.interrupted])
        words += f"\nCell {places} of your notebook took too long, and was interrupted."
    return words
