"""Mark one submission: its cells run in the sandbox, the instructor's test cells here.

A submission runs with the tests that students can see, and what a student reads comes from that.
Then, in a fresh sandbox, it runs again with the hidden ones, as far as it can still pass them. So
whatever a learner's code makes of the hidden inputs, no word of it gets out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence

from course_tools.marking.explaining import result_of
from course_tools.marking.jobs import Job
from course_tools.marking.notebook_run import (
    NotebookRun,
    Step,
    is_open,
    run_notebook,
    steps_of,
)
from course_tools.marking.results import Result
from course_tools.marking.sandbox.session import EndedError, retry_when_lost
from course_tools.marking.submissions import Bounds, RefusedError, notebook_of
from lessons_lib.progress import VARIABLE

STOPPED = (
    "The notebook broke a limit, or ended Python, on the inputs of a test that you cannot see."
    " Try your functions on some inputs of your own."
)
"""Not how: that would be a word about these inputs."""

ONE_AT_A_TIME = threading.Lock()
"""What a test prints is caught by replacing the one standard output that a process has."""


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


def run_with_retries(job: Job, steps: Sequence[Step], tests: Mapping[str, str]) -> NotebookRun:
    """Run a notebook, and again if it may have ended by another's hand than its own."""
    run = retry_when_lost(lambda: run_notebook(job, steps, tests), job.student)
    if isinstance(run.stopped, EndedError):
        run = retry_when_lost(lambda: run_notebook(job, steps, tests), job.student)
    return run


def up_to(tests: Mapping[str, str], steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps up to the last of some tests."""
    last = max(k for k, step in enumerate(steps) if step.test and step.test.name in tests)
    return steps[: last + 1]
