"""Run a notebook once: its cells in the sandbox, the instructor's test cells here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from nbformat import NotebookNode

from course_tools.marking.assignments import Assignment, GradedCell, solves
from course_tools.marking.calls import names_in
from course_tools.marking.faults import claimed
from course_tools.marking.jobs import Job
from course_tools.marking.records.autograded import points_of, released
from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox.bubble import LostError
from course_tools.marking.sandbox.inside.cells import PRINTED, CellRun, Names
from course_tools.marking.sandbox.inside.cells import run as run_here
from course_tools.marking.sandbox.inside.wire import clipped
from course_tools.marking.sandbox.library import opened_by
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import Sandbox, StoppedError, TooLongError
from course_tools.marking.time_limit import LateError, run_within
from course_tools.notebooks.stored import grade_id

PRINTED_BY_ALL = 100_000
"""Characters that are kept of what all cells of a notebook print and raise together."""

CUT = "\n… What is printed from here on is not kept: this notebook prints very much."

WHOLE = -1
"""In place of a cell's: the notebook ran out of time."""


@dataclass
class NotebookRun:
    """What came of a notebook.

    Parameters
    ----------
    tests : dict of str to CellRun
        What each test cell did that was reached.
    printed : dict of int to str
        What the learner's cells printed and raised, by their place; not more than is kept.
    interrupted : list of int
        Places of cells that had to be interrupted.
    stopped : StoppedError, optional
        Why it was stopped, if it was.
    seconds : dict of str to float
        Time spent on each part.
    names : dict
        What the instructor's own cells bind, for the tests.
    faults : dict of int to list
        What cells raised, by their place, as `faults.claimed` gives it.
    at : int
        The place of the cell that ran last; -1 if none did.
    unwritten : list of str
        Tests whose last call found a function that nobody has written, in a notebook with a cell
        that nobody has written.
    """

    tests: dict[str, CellRun] = field(default_factory=dict)
    printed: dict[int, str] = field(default_factory=dict)
    interrupted: list[int] = field(default_factory=list)
    stopped: StoppedError | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    faults: dict[int, list[Any]] = field(default_factory=dict)
    at: int = -1
    unwritten: list[str] = field(default_factory=list)

    @property
    def late(self) -> set[int]:
        """Places of cells that ran out of time, and ``WHOLE`` if the notebook did."""
        return {*self.interrupted, *([WHOLE] if isinstance(self.stopped, TooLongError) else [])}

    def undecided(self, test: GradedCell) -> bool:
        """Whether a run without copies leaves open what a test gives.

        It gives all points, or none if nobody has written the function. Anything else may come of
        what an earlier call has left.
        """
        whole = points_of(test, self.tests.get(test.name)) == test.points
        return not whole and test.name not in self.unwritten

    def keep(self, place: int, said: str) -> None:
        """Keep what a cell printed, as far as there is room for it."""
        room = max(0, PRINTED_BY_ALL - sum(map(len, self.printed.values())))
        self.printed[place] = said if len(said) <= room else said[:room] + CUT * bool(room)

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


def run_notebook(
    job: Job, steps: Sequence[Step], tests: Mapping[str, str], *, copying: bool = True
) -> NotebookRun:
    """Run a notebook once.

    Parameters
    ----------
    job : Job
        What it belongs to.
    steps : sequence of Step
        Its cells, in order.
    tests : dict of str to str
        What to run of each test, by name; no others are run.
    copying : bool
        Whether functions are called in copies, as `Sandbox` says. If not, the first test that is
        `undecided` is the last.
    """
    run, settings = NotebookRun(names=setup_names(job.assignment.setup)), job.settings
    try:
        with run.timed("start"):
            sandbox = Sandbox(
                settings.limits,
                protected=settings.protected,
                modules=settings.modules,
                opened=opened_by(job.assignment.setup),
                copying=copying,
            )
        with sandbox:
            for step in steps:
                run.at = step.place
                if not step.test:
                    run_cell(settings.limits, step, sandbox, run)
                elif step.test.name in tests:
                    run_test(job.assignment, step.test.name, tests, sandbox, run)
                    if sandbox.unwritten and is_unfinished(steps, job.assignment):
                        run.unwritten.append(step.test.name)
                    if not copying and run.undecided(step.test):
                        break
    except StoppedError as stopped:
        run.stopped = stopped
    return run


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


def is_unfinished(steps: Sequence[Step], assignment: Assignment) -> bool:
    """Whether a cell that students write is as they got it."""
    empty = {cell.source for cell in released(assignment).cells if solves(cell)}
    return any(step.source in empty for step in steps)


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
    fault = claimed(answer)
    if fault:
        run.faults[step.place] = fault
    words = [answer.get("printed"), answer.get("traceback")]
    kept = (clipped(word, PRINTED) for word in words if isinstance(word, str) and word)
    run.keep(step.place, "\n".join(kept))


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
        sandbox.unwritten = False
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


def is_open(test: GradedCell, seen: NotebookRun) -> bool:
    """Whether a test is not decided by what students can see of it."""
    ran = seen.tests.get(test.name)
    if not test.hidden or ran is None or isinstance(ran.error, StoppedError):
        return False
    return ran.error is None or test.hidden == test.source
