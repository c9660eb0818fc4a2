"""What comes of the two runs of a submission: points, and what its author may know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from nbformat import NotebookNode

from course_tools.marking.assignments import GradedCell
from course_tools.marking.causes import Cause, Causes, fault_of
from course_tools.marking.faults import advice_on
from course_tools.marking.jobs import Job
from course_tools.marking.notebook_run import NotebookRun, is_open, steps_of
from course_tools.marking.records.autograded import autograded, by_hand, points_of
from course_tools.marking.results import Mark, Result, Status
from course_tools.marking.sandbox.inside.cells import CellRun
from course_tools.marking.sandbox.session import GARBLED, StoppedError
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
    blame = Blame(job, notebook, seen)
    marks = []
    for test in job.assignment.tests:
        decisive = (hidden if is_open(test, seen) else seen).tests.get(test.name)
        points = points_of(test, decisive)
        if points >= test.points:
            marks.append(Mark(test.name, points, test.points, RIGHT))
        else:
            words = explanation_of(test, seen, decisive, reason, blame)
            marks.append(Mark(test.name, points, test.points, words, mistake_in(test, seen)))
    for cell in job.assignment.by_hand:
        given = by_hand(cell, notebook)
        words = UNDECIDED if given is None else NO_ANSWER
        marks.append(Mark(cell.name, given, cell.points, words))
    total = sum(mark.points or 0 for mark in marks)
    highest = sum(mark.highest for mark in marks)
    causes = blame.causes(marks)
    with seen.timed("writing"):
        first = "\n\n".join(filter(None, (reason, *causes)))
        kept = autograded(notebook, job.assignment, marks, seen.printed, first)
    return Result(
        job.student,
        job.assignment.name,
        job.digest,
        status,
        reason or f"{total:g} of {highest:g} points.",
        tuple(marks),
        kept,
        seen.seconds,
        causes,
    )


class Blame:
    """Keeps what came first, once for all tests that follow from it.

    Parameters
    ----------
    job : Job
        What was marked.
    notebook : NotebookNode, optional
        What was handed in, if it could be read.
    seen : NotebookRun
        The run without hidden lines.
    """

    def __init__(self, job: Job, notebook: NotebookNode | None, seen: NotebookRun) -> None:
        self.seen = seen
        self.found: list[Cause] = []
        self.finder: Causes | None = None
        if notebook is not None:
            steps = steps_of(notebook, job.assignment)
            self.finder = Causes(
                job.assignment,
                notebook.cells,
                {step.test.name: step.place for step in steps if step.test},
                seen.faults,
                job.settings.known,
                modules_in(job.settings.modules),
            )

    def of(self, test: GradedCell, error: BaseException) -> Cause | None:
        """Return what a test follows from that has raised something, and keep it."""
        cause = self.finder.of(test, error) if self.finder else None
        if cause and cause not in self.found:
            self.found.append(cause)
        return cause

    def causes(self, marks: Sequence[Mark]) -> tuple[str, ...]:
        """Return what came first, in the order of cells."""
        found = sorted(self.found, key=lambda cause: -1 if cause.place is None else cause.place)
        lost = any(mark.points is not None and mark.points < mark.highest for mark in marks)
        if self.finder and lost and self.finder.of_all:
            found = [self.finder.of_all]
        if self.finder and self.seen.stopped and str(self.seen.stopped) != GARBLED:
            found = [*filter(None, [self.finder.running(self.seen.at)]), *found]
        return tuple(cause.words for cause in found)


def modules_in(folders: Iterable[Path]) -> list[str]:
    """Name the modules in some folders."""
    paths = (path for folder in folders for path in folder.iterdir())
    return sorted(
        path.stem for path in paths if path.suffix == ".py" or (path / "__init__.py").exists()
    )


def explanation_of(
    test: GradedCell, seen: NotebookRun, decisive: CellRun | None, reason: str, blame: Blame
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
    blame : Blame
        Keeps what came first.
    """
    if decisive is None:
        return f"{NOT_REACHED}\n{reason}"
    if isinstance(decisive.error, StoppedError):
        return f"{NOT_PASSED}\n{reason}"
    ran = seen.tests[test.name]
    if ran.error is None:
        return NOT_FOR_ALL if points_of(test, ran) >= test.points else PARTLY
    cause = blame.of(test, ran.error)
    said = str(ran.error).removeprefix("✗ ").strip()
    checked = isinstance(ran.error, AssertionError) and said
    if cause:
        lacked = fault_of(ran.error).lacks
        words = f"{lacked} is not there." if lacked else ""
        title = said.partition("\n")[0] if checked else ""
        return "\n".join(filter(None, (title, words, follows_from(cause))))
    if checked:
        advice = advice_on(fault_of(ran.error))
        return f"{said}\n{advice}" if advice else said
    words = f"The test stops with {type(ran.error).__name__}.\n{said}"
    if seen.interrupted:
        places = joined([str(place + 1) for place in seen.interrupted])
        words += f"\nCell {places} of your notebook took too long, and was interrupted."
    return words


def follows_from(cause: Cause) -> str:
    """Say that a test follows from what is said first."""
    if cause.place is None:
        return "That follows from what is said first."
    return f"That follows from what came first, in cell {cause.place + 1}."


def mistake_in(test: GradedCell, seen: NotebookRun) -> str:
    """Return the known mistake that a check has named, in words of the bank's own.

    The check ran outside the sandbox. It put the name on the error, where no learner's code comes.
    """
    ran = seen.tests.get(test.name)
    return str(getattr(ran.error, "mistake", "")) if ran and ran.error else ""
