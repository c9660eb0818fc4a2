"""Give a learner's function some time, and get the kernel back when it is over."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import FrameType
from typing import Any, Protocol, runtime_checkable

import numpy as np

from lessons_lib.feedback import running
from lessons_lib.feedback.running import Failure, Function, Inputs, Outcome, OutOfTime, outcome

SECONDS = 1.5
"""Time for all cases of a task together."""

LOOK = 0.05
"""Seconds between two looks at how long a function has worked."""

MEMORY = 2**30
"""Bytes that a learner's function may ask for, beside those that the kernel has already."""

KILLED = Failure("MemoryError", "", "")
"""What is said of a copy that was killed: the system does that where memory runs out."""

UNTOUCHED = {
    *(module.__file__ for module in (contextlib, warnings, running)),
    np.errstate.__exit__.__code__.co_filename,
}
"""Files whose code puts back what a check has redirected. The clock never interrupts that."""


@runtime_checkable
class Elsewhere(Protocol):
    """A function that runs in another place, which keeps the time itself: as work is marked."""

    def outcomes_in_time(
        self, cases: Sequence[Inputs], n_parts: int, seconds: float
    ) -> list[Outcome]:
        """Do there what the function of this name does here."""


def outcomes_in_time(
    function: Function,
    cases: Sequence[Inputs],
    n_parts: int = 1,
    seconds: float = SECONDS,
    patience: float | None = None,
) -> list[Outcome]:
    """Call a function on one case after the other, as long as there is time.

    On Linux it runs in a copy of this process, which is ended when the time is over, whatever it is
    doing. Elsewhere a copy is not safe (macOS) or does not exist (Windows): there, each line that
    runs looks at the clock. That stops every loop but one that catches ``BaseException``.

    Parameters
    ----------
    function : callable
        Any function.
    cases : sequence of tuple
        The arguments of each call.
    n_parts : int
        How many values it should return.
    seconds : float
        Time for all calls together.
    patience : float, optional
        Where the machine may be busy with others: seconds on the clock, while ``seconds`` are those
        in which a processor really works on it. Linux only. By default there is one time for both.

    Returns
    -------
    list of Outcome
        One for each case, or fewer: the first that is missing took too long.
    """
    if isinstance(function, Elsewhere):
        return function.outcomes_in_time(cases, n_parts, seconds)
    if sys.platform == "linux":
        return list(_in_a_copy(function, cases, n_parts, seconds, patience))
    return list(_by_the_clock(function, cases, n_parts, seconds))


def _in_a_copy(
    function: Function,
    cases: Sequence[Inputs],
    n_parts: int,
    seconds: float,
    patience: float | None,
) -> Iterator[Outcome]:
    receiver, sender = Pipe(duplex=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the copy needs none
        copy = os.fork()
    if not copy:
        try:
            _send_all(sender, function, cases, n_parts)
        finally:
            os._exit(0)
    sender.close()
    end = time.monotonic() + (patience or seconds)
    try:
        for _ in cases:
            while not receiver.poll(min(max(end - time.monotonic(), 0), LOOK)):
                if time.monotonic() > end or (patience and _worked(copy) > seconds):
                    return
            yield receiver.recv()
    except (EOFError, OSError):
        yield Outcome(failure=_ended(_status(copy, patience=0.1)))
    finally:
        _end(copy)
        receiver.close()


def _worked(copy: int) -> float:
    """Return the seconds that processors have worked on a process, by Linux' number of its clock.

    The number is made as `clock_getcpuclockid` of the GNU C library makes it.
    """
    return time.clock_gettime((~copy << 3) | 2)


def _status(copy: int, patience: float) -> int | None:
    """Return how a copy has ended, as far as it has, without taking leave of it."""
    end = time.monotonic() + patience
    while not (found := os.waitid(os.P_PID, copy, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        if time.monotonic() > end:
            return None
        time.sleep(0.001)
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


def _end(copy: int) -> None:
    """End a copy, with whatever it has started itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(copy, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # if it has not come to lead a group
        os.kill(copy, signal.SIGKILL)
    os.waitpid(copy, 0)


def _ended(code: int | None) -> Failure:
    """Say in words how a copy has ended before its answer."""
    if code == -signal.SIGKILL:
        return KILLED
    if code == -signal.SIGSEGV:
        return Failure(
            "RecursionError",
            "Python itself has broken down. Does the function call itself without end?",
            "",
        )
    return Failure("SystemExit", "the function has ended Python itself", "")


def _send_all(
    sender: Connection, function: Function, cases: Sequence[Inputs], n_parts: int
) -> None:
    _fence(sender.fileno())
    with contextlib.suppress(OSError):  # it has closed whatever was open
        for inputs in cases:
            sender.send(outcome(function, inputs, n_parts))


def _fence(keep: int) -> None:
    """Let this copy write to nobody's screen, and take no more memory than it may."""
    import resource  # not on Windows

    os.setpgid(0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in {0, 1, 2} - {keep}:
        os.dup2(nowhere, stream)
    with contextlib.suppress(OSError, ValueError):  # where a system knows no such limits
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")  # this copy, not the kernel
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _by_the_clock(
    function: Function, cases: Sequence[Inputs], n_parts: int, seconds: float
) -> Iterator[Outcome]:
    end, tracing = time.monotonic() + seconds, sys.gettrace()

    def look(frame: FrameType, *_: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename in UNTOUCHED:
            return None
        if time.monotonic() > end:
            raise OutOfTime
        return look

    for inputs in cases:
        sys.settrace(look)
        try:
            done = outcome(function, inputs, n_parts)
        except OutOfTime:
            return
        finally:
            sys.settrace(tracing)
        yield done
