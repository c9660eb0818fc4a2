"""Mark one submission: its cells run in the sandbox, the instructor's test cells here.

A submission runs with the tests that students can see, and what a student reads comes from that.
Then, in a fresh sandbox, it runs again with the hidden ones, as far as it can still pass them. So
whatever a learner's code makes of the hidden inputs, no word of it gets out. Of a batch, all have
their first run before any has its second.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from nbformat import NotebookNode

from course_tools.marking.explaining import result_of
from course_tools.marking.jobs import FIRST, FIRST_ALONE, SECOND, SECOND_ALONE, Job
from course_tools.marking.kept_run import WORDS, from_json, to_json
from course_tools.marking.notebook_run import (
    NotebookRun,
    Step,
    is_open,
    run_notebook,
    steps_of,
)
from course_tools.marking.results import Done, Half, Result, Status
from course_tools.marking.sandbox.inside.wire import clipped
from course_tools.marking.sandbox.session import EndedError, retry_when_lost
from course_tools.marking.submissions import RefusedError
from course_tools.marking.understanding import notebook_of
from lessons_lib.progress import VARIABLE

STOPPED = (
    "The notebook broke a limit, or ended Python, on the inputs of a test that you cannot see."
    " Try your functions on some inputs of your own."
)
"""Not how: that would be a word about these inputs."""

ONE_AT_A_TIME = threading.Lock()
"""What a test prints is caught by replacing the one standard output that a process has."""


def mark(job: Job) -> Result:
    """Mark a submission at once, one run after the other.

    Raises
    ------
    MarkingError
        If there is no sandbox, or it is ended from outside again and again.
    """
    done = advance(replace(job, phase=FIRST_ALONE))
    if isinstance(done, Half):
        done = advance(replace(job, phase=SECOND_ALONE, seen=done.seen))
    assert isinstance(done, Result)
    return done


def advance(job: Job) -> Done:
    """Do with a submission what its job's phase is for.

    Raises
    ------
    MarkingError
        As `mark` does.
    """
    os.environ[VARIABLE] = ""  # the checks of a whole class are nobody's progress
    reading = NotebookRun()
    try:
        if job.refusal:
            raise RefusedError(job.refusal)
        with reading.timed("reading"):
            notebook = notebook_of(job.content, job.settings.bounds)
    except RefusedError as refused:
        return bounded(result_of(job, None, reading, NotebookRun(), "refused", str(refused)))
    steps = steps_of(notebook, job.assignment)
    with ONE_AT_A_TIME:
        if job.phase in (FIRST, FIRST_ALONE):
            return run_first(job, notebook, steps, reading.seconds)
        return run_second(job, notebook, steps)


def run_first(
    job: Job, notebook: NotebookNode, steps: Sequence[Step], seconds: dict[str, float]
) -> Done:
    """Run a notebook with what students can see of the tests."""
    tests = {test.name: test.shown for test in job.assignment.tests}
    seen = run_with_retries(job, steps, tests)
    seen.seconds |= seconds
    if seen.late and job.phase == FIRST:
        return half_of(job, FIRST_ALONE)
    if open_tests(job, seen):
        return half_of(job, SECOND, to_json(seen))
    return finished(job, notebook, seen, NotebookRun())


def run_second(job: Job, notebook: NotebookNode, steps: Sequence[Step]) -> Done:
    """Run a notebook with what students cannot see of the tests that it can still pass."""
    seen = from_json(job.seen)
    left = open_tests(job, seen)
    with seen.timed("hidden"):
        hidden = run_with_retries(job, up_to(left, steps), left)
    if hidden.late - seen.late and job.phase == SECOND:
        return half_of(job, SECOND_ALONE, job.seen)
    return finished(job, notebook, seen, hidden)


def finished(job: Job, notebook: NotebookNode, seen: NotebookRun, hidden: NotebookRun) -> Result:
    """Put together what came of both runs."""
    status: Status = "stopped" if seen.stopped or hidden.stopped else "marked"
    reason = str(seen.stopped) if seen.stopped else STOPPED if hidden.stopped else ""
    return bounded(result_of(job, notebook, seen, hidden, status, reason))


def half_of(job: Job, due: str, seen: str = "") -> Half:
    """Say what comes next for a submission."""
    return Half(job.student, job.assignment.name, job.digest, due, job.content, seen)


def open_tests(job: Job, seen: NotebookRun) -> dict[str, str]:
    """Return the hidden lines of the tests that a notebook can still pass."""
    return {test.name: test.hidden for test in job.assignment.tests if is_open(test, seen)}


def bounded(result: Result) -> Result:
    """Cut what is said of a result, where a test says very much about what it was given."""
    marks = tuple(replace(mark, words=clipped(mark.words, WORDS)) for mark in result.marks)
    return replace(result, reason=clipped(result.reason, WORDS), marks=marks)


def run_with_retries(job: Job, steps: Sequence[Step], tests: Mapping[str, str]) -> NotebookRun:
    """Run a notebook, and again if it may have ended by another's hand than its own.

    In a batch it is run without copies first, which takes a third of the time. That counts where
    each function is right, or unwritten. Whatever else comes of it, it may come of what one call
    has left for the next, or of a function that no copy was there to be ended for: then it comes
    to nothing.
    """

    def run(*, copying: bool) -> NotebookRun:
        once = partial(run_notebook, job, steps, tests, copying=copying)
        return retry_when_lost(once, job.student)

    if job.phase in (FIRST, SECOND):
        done = run(copying=False)
        if decides(job, done, tests) or (done.interrupted and job.phase == FIRST):
            return done
    done = run(copying=True)
    return run(copying=True) if isinstance(done.stopped, EndedError) else done


def decides(job: Job, run: NotebookRun, tests: Collection[str]) -> bool:
    """Whether a run without copies came to its end in time, and leaves no test open."""
    wanted = [test for test in job.assignment.tests if test.name in tests]
    return not (run.stopped or run.late or any(map(run.undecided, wanted)))


def up_to(tests: Mapping[str, str], steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps up to the last of some tests."""
    last = max(k for k, step in enumerate(steps) if step.test and step.test.name in tests)
    return steps[: last + 1]
