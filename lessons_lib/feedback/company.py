"""A check beside others: threads that are at work, and libraries that no copy of a process bears.

A copy of a process has one thread alone. Whatever waits there for another, waits for ever: the
threads of torch or jax, a pool of workers, a lock. And the copy cannot even be made while another
thread multiplies matrices, since OpenBLAS waits for it as long.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from types import FrameType

from lessons_lib.feedback import limits
from lessons_lib.feedback.limits import (
    Elsewhere,
    NoCopyError,
    StuckError,
    in_a_copy,
    line_by_line,
)
from lessons_lib.feedback.phrasing import joined
from lessons_lib.feedback.running import Function, Inputs, Outcome
from lessons_lib.feedback.stopwatch import LOOK, Stopwatch, TimeLimit, work_of_thread

COMPILERS = ("jax", "numba", "tensorflow", "torch")
"""Libraries that may compile a function when it is called first."""

COMPILING = 6
"""How many times the usual time a function has if one of them is loaded."""

RESERVED = 2**36
"""Bytes of addresses that a function may ask for then: they reserve far more than they use."""

AT_REST = {
    ("concurrent", "_worker"),
    ("multiprocessing", "_recv"),
    ("queue", "get"),
    ("selectors", "select"),
    ("socket", "accept"),
    ("socket", "readinto"),
    ("threading", "_wait_for_tstate_lock"),
    ("threading", "join"),
    ("threading", "wait"),
}
"""Functions in which a thread waits, with their packages."""

KERNELS = {"IPython", "_pydevd_bundle", "debugpy", "execnet", "ipykernel", "tornado", "zmq"}
"""Packages whose threads serve a kernel, or pytest. They multiply no matrices."""

LOOKS = 5
"""Looks at the others: the threads of a kernel itself work for a moment, now and then."""


def outcomes_in_company(
    function: Function, cases: Sequence[Inputs], n_parts: int = 1, seconds: float | None = None
) -> list[Outcome]:
    """Call a function of a notebook on one case after the other, as long as there is time.

    It runs in a copy of this process if it can, and otherwise here, in a thread that is left behind
    when the time is over. Whatever else the notebook does, this comes back.

    Parameters
    ----------
    function, cases, n_parts
        As for `limits.outcomes_in_time`.
    seconds : float, optional
        Time for all calls together.

    Returns
    -------
    list of Outcome
        One for each case, or fewer: the first that is missing took too long.
    """
    time_for_all = seconds or limits.SECONDS * (COMPILING if compilers() else 1)
    if isinstance(function, Elsewhere) or sys.platform != "linux":
        return limits.outcomes_in_time(function, cases, n_parts, time_for_all)
    if others_at_work():
        return _in_a_thread(function, cases, n_parts, time_for_all)
    memory = RESERVED if compilers() else limits.MEMORY
    done: list[Outcome] = []
    try:
        done.extend(in_a_copy(function, cases, n_parts, time_for_all, memory))
    except NoCopyError:
        return _in_a_thread(function, cases, n_parts, time_for_all)
    except StuckError:
        if compilers() or others_are_there():
            return _in_a_thread(function, cases, n_parts, time_for_all)
    return done


def compilers() -> list[str]:
    """Return which libraries are loaded that may compile a function when it is called first."""
    return [name for name in COMPILERS if name in sys.modules]


def other_reasons() -> str:
    """Say what else than a loop may take long here; nothing if there is no reason."""
    if not compilers():
        return ""
    return (
        f" Or is it compiled first? {joined(compilers(), 'or')} may do that. Call it once in a cell"
        " of its own, and check again."
    )


def others_at_work() -> bool:
    """Whether another thread of Python's may be at work: whether it does anything but wait."""
    for _ in range(LOOKS):
        if all(map(_waits, _others())):
            return False
        time.sleep(LOOK)
    return True


def others_are_there() -> bool:
    """Whether there are threads that serve no kernel: those of the notebook, though they wait."""
    return not all(map(_serves, _others()))


def _others() -> list[FrameType]:
    """Return what each other thread is in."""
    here = threading.get_ident()
    return [frame for thread, frame in sys._current_frames().items() if thread != here]


def _waits(frame: FrameType) -> bool:
    package = _package(frame)
    return package in KERNELS or (package, frame.f_code.co_name) in AT_REST


def _serves(frame: FrameType) -> bool:
    return any(_package(each) in KERNELS for each, _ in traceback.walk_stack(frame))


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).split(".")[0]


def _in_a_thread(
    function: Function, cases: Sequence[Inputs], n_parts: int, seconds: float
) -> list[Outcome]:
    done: list[Outcome] = []

    def call() -> None:
        done.extend(line_by_line(function, cases, n_parts, seconds))

    def worked() -> float:
        with contextlib.suppress(OSError):  # it has ended
            return work_of_thread(thread.native_id or 0)
        return 0.0

    redirected = sys.stdout, sys.stderr, builtins.input
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    stopwatch = Stopwatch(TimeLimit(2 * seconds, limits.WAITING), worked)  # it looks itself as well
    try:
        while thread.is_alive() and not stopwatch.is_over():
            thread.join(LOOK)
    finally:
        if thread.is_alive():
            sys.stdout, sys.stderr, builtins.input = redirected
    return list(done)
