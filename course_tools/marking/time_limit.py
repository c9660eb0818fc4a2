"""A limit on the time of an instructor's test, which runs out here, in whatever thread marks."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

from course_tools.marking.sandbox.inside.cells import CellRun
from course_tools.marking.sandbox.session import TooLongError
from lessons_lib.feedback.stopwatch import LOOK, Stopwatch, TimeLimit


class LateError(TooLongError):
    """A test has not come to its end, with what the notebook has given it."""

    def __init__(self) -> None:
        super().__init__("A test did not come to its end with what the notebook gave it.")


def run_within(seconds: float, test: Callable[[], CellRun]) -> CellRun:
    """Run a test, and interrupt it if it goes on for too long.

    Python's own loops are interrupted at once. A single call into C is interrupted when it is over.

    Parameters
    ----------
    seconds : float
        A processor's work that this thread may need for it. What a sandbox works does not count,
        nor the time in which this thread waits for that: it has limits of its own.
    test : callable
        Runs the test, and catches whatever that raises.

    Returns
    -------
    CellRun
        What the test did. Its error is a LateError if it was interrupted.
    """
    over, thread = threading.Event(), threading.get_ident()
    clock = time.pthread_getcpuclockid(thread)
    stopwatch = Stopwatch(TimeLimit(seconds), lambda: time.clock_gettime(clock))

    def watch() -> None:
        while not over.wait(LOOK):
            if stopwatch.is_over():
                interrupt(thread)
                return

    watching = threading.Thread(target=watch, daemon=True)
    try:
        watching.start()
        ran = test()
        over.set()
        watching.join()
        time.sleep(0)  # an interruption that is under way comes here at the latest
    except LateError as error:
        return CellRun(error=error)
    return ran


def interrupt(thread: int) -> None:
    """Raise LateError in another thread, as soon as it runs Python."""
    raised = ctypes.py_object(LateError)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
