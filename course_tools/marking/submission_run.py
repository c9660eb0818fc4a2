"""Mark one submission: its cells run in the sandbox, the instructor's test cells here.

A submission runs with the tests that students can see, and what a student reads comes from that.
Then, in a fresh sandbox, it runs again with the hidden ones, as far as it can still pass them. So
whatever a learner's code makes of the hidden inputs, no word of it gets out.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from nbformat import NotebookNode

from course_tools.marking.assignments import Assignment, GradedCell
from course_tools.marking.calls import names_in
from course_tools.marking.records.autograded import autograded, by_hand, points_of, released
from course_tools.marking.results import Mark, MarkingError, Result, Status
from course_tools.marking.sandbox.bubble import LostError
from course_tools.marking.sandbox.inside.cells import PRINTED, CellRun, Names
from course_tools.marking.sandbox.inside.cells import run as run_here
from course_tools.marking.sandbox.inside.wire import clipped
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import EndedError, Sandbox, StoppedError, retry_when_lost
from course_tools.marking.submissions import Bounds, RefusedError, notebook_of
from course_tools.marking.time_limit import LateError, run_within
from course_tools.notebooks.stored import grade_id
from lessons_lib.feedback.phrasing import joined
from lessons_lib.progress import VARIABLE

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
STOPPED = (
    "The notebook broke a limit, or ended Python, on the inputs of a test that you cannot see."
    " Try your functions on some inputs of your own."
)
"""Not how: that would be a word about these inputs."""

ONE_AT_A_TIME = threading.Lock()
"""What a test prints is caught by replacing the one standard output that a process has."""


@dataclass(frozen=True)
class Settings:
    """How every submission of a batch is marked.

    Parameters
    ----------
    marker : str
        Stands for the code that marks. A worker has to have the same.
    limits : Limits
        What a submission may use.
    protected : bool
        Whether it runs in the sandbox.
    modules : tuple of Path
        Folders with further modules that notebooks import.
    hidden : tuple of str
        Places that their code must not see; the probe makes sure.
    """

    marker: str
    limits: Limits = field(default_factory=Limits)
    protected: bool = True
    modules: tuple[Path, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """A submission to be marked, with all that this needs.

    Parameters
    ----------
    student : str
        Whose it is.
    assignment : Assignment
        What for.
    content : bytes
        The notebook, as handed in.
    refusal : str
        Why it cannot be marked, if it cannot even be read.
    digest : str
        Stands for everything that the result depends on.
    settings : Settings
        How it is marked.
    """

    student: str
    assignment: Assignment
    content: bytes
    refusal: str
    digest: str
    settings: Settings


@dataclass
class NotebookRun:
    """What came of a notebook.

    Parameters
    ----------
    tests : dict of str to CellRun
        What each test cell did that was reached.
    printed : dict of int to str
        What the learner's cells printed and raised, by their place.
    interrupted : list of int
        Places of cells that had to be interrupted.
    stopped : StoppedError, optional
        Why it was stopped, if it was.
    seconds : dict of str to float
        Time spent on each part.
    names : dict
        What the instructor's own cells bind, for the tests.
    """

    tests: dict[str, CellRun] = field(default_factory=dict)
    printed: dict[int, str] = field(default_factory=dict)
    interrupted: list[int] = field(default_factory=list)
    stopped: StoppedError | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    names: Names = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time that something takes to a part."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - started


@dataclass(frozen=True)
class Step:
    """A cell to run, with its place in the notebook: the learner's, or a test."""

    place: int
    source: str
    test: GradedCell | None = None


def mark(job: Job) -> Result:
    """Mark a submission.

    Raises
    ------
    MarkingError
        If there is no sandbox, or it is ended from outside again and again.
    """
    os.environ[VARIABLE] = ""  # the checks of a whole class are nobody's progress
    reading = NotebookRun()
    try:
        if job.refusal:
            raise RefusedError(job.refusal)
        with reading.timed("reading"):
            notebook = notebook_of(job.content, Bounds())
    except RefusedError as refused:
        return result_of(job, None, reading, NotebookRun(), "refused", str(refused))
    with ONE_AT_A_TIME:
        seen, hidden = run_twice(job, steps_of(notebook, job.assignment))
    seen.seconds |= reading.seconds
    if seen.stopped:
        return result_of(job, notebook, seen, hidden, "stopped", str(seen.stopped))
    if hidden.stopped:
        return result_of(job, notebook, seen, hidden, "stopped", STOPPED)
    return result_of(job, notebook, seen, hidden, "marked", "")


def run_twice(job: Job, steps: Sequence[Step]) -> tuple[NotebookRun, NotebookRun]:
    """Run a notebook with what students can see of the tests, and again with what they cannot."""
    hidden = NotebookRun()
    seen = run_with_retries(job, steps, {test.name: test.shown for test in job.assignment.tests})
    left = {test.name: test.hidden for test in job.assignment.tests if is_open(test, seen)}
    if left:
        with seen.timed("hidden"):
            hidden = run_with_retries(job, up_to(left, steps), left)
    return seen, hidden


def is_open(test: GradedCell, seen: NotebookRun) -> bool:
    """Whether a test is not decided by what students can see of it."""
    ran = seen.tests.get(test.name)
    if not test.hidden or ran is None or isinstance(ran.error, StoppedError):
        return False
    return ran.error is None or test.hidden == test.source


# --- Running a notebook ---------------------------------------------------------------------------


def run_with_retries(job: Job, steps: Sequence[Step], tests: Mapping[str, str]) -> NotebookRun:
    """Run a notebook, and again if it may have ended by another's hand than its own."""
    run = retry_when_lost(lambda: run_notebook(job, steps, tests), job.student)
    if isinstance(run.stopped, EndedError):
        run = retry_when_lost(lambda: run_notebook(job, steps, tests), job.student)
    return run


def run_notebook(job: Job, steps: Sequence[Step], tests: Mapping[str, str]) -> NotebookRun:
    """Run a notebook once.

    Parameters
    ----------
    job : Job
        What it belongs to.
    steps : sequence of Step
        Its cells, in order.
    tests : dict of str to str
        What to run of each test, by name; no others are run.
    """
    run, settings = NotebookRun(names=setup_names(job.assignment.setup)), job.settings
    try:
        with run.timed("start"):
            sandbox = Sandbox(
                settings.limits, protected=settings.protected, modules=settings.modules
            )
        with sandbox:
            for step in steps:
                if not step.test:
                    run_cell(settings.limits, step, sandbox, run)
                elif step.test.name in tests:
                    run_test(job.assignment, step.test.name, tests, sandbox, run)
    except StoppedError as stopped:
        run.stopped = stopped
    return run


def up_to(tests: Mapping[str, str], steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps up to the last of some tests."""
    last = max(k for k, step in enumerate(steps) if step.test and step.test.name in tests)
    return steps[: last + 1]


def steps_of(notebook: NotebookNode, assignment: Assignment) -> list[Step]:
    """Put the instructor's tests and locked cells in the places of the learner's copies.

    Of several copies the last one gives the place, as with nbgrader. A test that is missing comes
    at the end. What else a learner has marked as anything is a cell like others.
    """
    tests = {test.name: test for test in assignment.tests}
    locked = locked_cells(assignment)
    last = {grade_id(cell): place for place, cell in enumerate(notebook.cells)}
    steps = []
    for place, cell in enumerate(notebook.cells):
        name = grade_id(cell)
        if last[name] == place and name in tests:
            steps.append(Step(place, "", tests[name]))
        elif last[name] == place and name in locked:
            steps.append(Step(place, locked[name]))
        elif cell.cell_type == "code":
            steps.append(Step(place, cell.source))
    missing = [test for name, test in tests.items() if name not in last]
    return steps + [Step(len(notebook.cells), "", test) for test in missing]


@cache
def locked_cells(assignment: Assignment) -> dict[str, str]:
    """Return the code that learners were not to change, tests apart, by grade id."""
    return {
        grade_id(cell): cell.source
        for cell in released(assignment).cells
        if cell.cell_type == "code"
        and grade_id(cell)
        and cell.metadata["nbgrader"]["locked"]
        and not cell.metadata["nbgrader"]["grade"]
    }


def run_cell(limits: Limits, step: Step, sandbox: Sandbox, run: NotebookRun) -> None:
    """Run a learner's cell, whatever it raises."""
    with run.timed("cells"):
        answer = sandbox.ask(
            "run",
            limits.cell_time,
            interruptible=True,
            source=step.source,
            title=f"<cell {step.place + 1}>",
        )
    if answer.get("error") == "KeyboardInterrupt":
        run.interrupted.append(step.place)
    words = [answer.get("printed"), answer.get("traceback")]
    run.printed[step.place] = "\n".join(
        clipped(word, PRINTED) for word in words if isinstance(word, str) and word
    )


def run_test(
    assignment: Assignment,
    name: str,
    sources: Mapping[str, str],
    sandbox: Sandbox,
    run: NotebookRun,
) -> None:
    """Run a test cell out here, with the learner's names as calls into the sandbox."""
    with run.timed("tests"):
        names = run.names | names_in(sandbox, assignment.names)
        test = partial(run_here, sources[name], names, f"<{name}>")
        ran = run_within(sandbox.limits.seconds, test)
    if isinstance(ran.error, LostError | MarkingError | KeyboardInterrupt):
        raise ran.error
    run.tests[name] = ran
    if sandbox.stopped:
        raise sandbox.stopped
    if isinstance(ran.error, LateError):
        raise ran.error


def setup_names(setup: str) -> Names:
    """Return what the instructor's own cells bind: imports, most of all. Anew for every run."""
    names: Names = {"__name__": "__main__"}
    ran = run_here(setup, names, "<set-up>")
    if ran.error:
        raise MarkingError(f"The assignment's own cells do not run here:\n{ran.traceback}")
    return names


# --- What comes of it -----------------------------------------------------------------------------


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
