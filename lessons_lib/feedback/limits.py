"""Give a learner's function some time, and get the kernel back when it is over."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from io import FileIO
from multiprocessing.connection import Connection, Pipe
from types import FrameType
from typing import Any, Protocol, runtime_checkable

import numpy as np

from lessons_lib.feedback import running, unseen
from lessons_lib.feedback.running import Failure, Function, Inputs, Outcome, OutOfTime, outcome
from lessons_lib.feedback.stopwatch import BUSY, LOOK, Stopwatch, TimeLimit, work_of

SECONDS = 1.5
"""Seconds of a processor's work for all cases of a task together."""

WAITING = 3.0
"""Seconds for which a function may wait: for nothing, or for whatever it has started."""

ENDING = TimeLimit(working=0.2, waiting=0.5)
"""Time for a copy to come to its end once it has closed its connection."""

MEMORY = 2**30
"""Bytes that a learner's function may ask for, beside those that the kernel has already."""

KILLED = Failure("MemoryError", "", "")
"""What is said of a copy that was killed: the system does that where memory runs out."""

UNTOUCHED = {
    *(module.__file__ for module in (contextlib, warnings, running, unseen)),
    np.errstate.__exit__.__code__.co_filename,
}
"""Files whose code puts back what a check has redirected. That is never interrupted."""

UNHEARD = {weakref.__file__, weakref.WeakSet.__init__.__code__.co_filename}
"""Files whose code Python calls as it takes objects away. What is raised there is lost."""


class StuckError(Exception):
    """A copy has waited for nothing, or never begun: it may lack what it waits for."""


class NoCopyError(StuckError):
    """The system allows no more processes."""


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
) -> list[Outcome]:
    """Call a function on one case after the other, as long as there is time.

    The time is that of a processor's work, so that nobody's answer depends on what else the machine
    does. A function that only waits is given up after ``WAITING``.

    On Linux it runs in a copy of this process, which is ended when the time is over, whatever it is
    doing. Elsewhere a copy is not safe (macOS) or does not exist (Windows): there, each line that
    runs looks at the time. That stops every loop but one that catches ``BaseException``.

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

    Returns
    -------
    list of Outcome
        One for each case, or fewer: the first that is missing took too long.
    """
    if isinstance(function, Elsewhere):
        return function.outcomes_in_time(cases, n_parts, seconds)
    if sys.platform != "linux":
        return list(line_by_line(function, cases, n_parts, seconds))
    done: list[Outcome] = []
    with contextlib.suppress(StuckError):
        done.extend(in_a_copy(function, cases, n_parts, seconds))
    return done


def in_a_copy(
    function: Function,
    cases: Sequence[Inputs],
    n_parts: int,
    seconds: float,
    memory: int = MEMORY,
) -> Iterator[Outcome]:
    """Call a function in a copy of this process: `outcomes_in_time` says the rest.

    Raises
    ------
    StuckError
        If the copy is given up because it waits, and not because it works.
    NoCopyError
        If there can be none. It is a StuckError.
    """
    receiver, sender = Pipe(duplex=False)
    with warnings.catch_warnings():  # of other threads, which a copy lacks
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            copy = os.fork()
        except OSError as error:
            receiver.close()
            sender.close()
            raise NoCopyError(error.strerror) from None
    if not copy:  # few and small steps from here on: it copies each page of memory that it touches
        try:
            _send_all(sender, function, cases, n_parts, memory)
        finally:
            os._exit(0)
    sender.close()
    try:
        if not receiver.poll(BUSY * seconds):
            raise StuckError
        receiver.recv_bytes()  # it is ready: what it took to make it is not the function's work
        stopwatch = Stopwatch(TimeLimit(seconds, WAITING), lambda: _worked(copy))
        for _ in cases:
            while not receiver.poll(LOOK):
                if stopwatch.is_over():
                    if stopwatch.waits:
                        raise StuckError
                    return
            yield pickle.loads(receiver.recv_bytes())
    except (EOFError, OSError):
        yield Outcome(failure=_ended(_status(copy)))
    finally:
        _end(copy)
        receiver.close()


def _worked(copy: int) -> float:
    """Return how long a copy has worked; nothing if it has ended, and nobody has to wait for it."""
    try:
        return work_of(copy)
    except OSError:
        return 0.0


def _status(copy: int) -> int | None:
    """Return how a copy has ended, as far as it has, without taking leave of it."""
    stopwatch, found = Stopwatch(ENDING, lambda: _worked(copy)), None
    with contextlib.suppress(ChildProcessError):  # a learner's code may forget how children end
        while not (found := os.waitid(os.P_PID, copy, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
            if stopwatch.is_over():
                break
            time.sleep(0.001)
    if not found:
        return None
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status


def _end(copy: int) -> None:
    """End a copy, with whatever it has started itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(copy, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # if it has not come to lead a group
        os.kill(copy, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
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
    sender: Connection, function: Function, cases: Sequence[Inputs], n_parts: int, memory: int
) -> None:
    _fence(sender.fileno(), memory)
    sender.send_bytes(b"ready")
    with contextlib.suppress(OSError):  # it has closed whatever was open
        for inputs in cases:
            sender.send_bytes(pickle.dumps(outcome(function, inputs, n_parts)))


def _fence(keep: int, memory: int) -> None:
    """Let this copy write to nobody's screen, and take no more memory than it may."""
    import resource  # not on Windows

    os.setpgid(0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in {0, 1, 2} - {keep}:
        os.dup2(nowhere, stream)
    with contextlib.suppress(OSError, ValueError):  # where a system knows no such limits
        with FileIO("/proc/self/oom_score_adj", "w") as file:
            file.write(b"1000")  # if memory runs out, this copy goes, and not the kernel
        with FileIO("/proc/self/statm") as file:
            pages = int(file.read().split()[0])
        limit = pages * resource.getpagesize() + memory
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def line_by_line(
    function: Function, cases: Sequence[Inputs], n_parts: int, seconds: float
) -> Iterator[Outcome]:
    """Call a function here, and look at the time with each of its lines."""
    worked = getattr(time, "thread_time", time.process_time)  # a browser's Python has one thread
    stopwatch = Stopwatch(TimeLimit(seconds, WAITING), worked)
    tracing = sys.gettrace()
    late = False

    def look(frame: FrameType, *_: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename in UNTOUCHED:
            return None
        nonlocal late
        late = late or stopwatch.is_over()
        if late and _is_heard(frame):
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


def _is_heard(frame: FrameType | None) -> bool:
    """Say whether what is raised in a frame reaches its caller, and ends the looking with reason.

    Python drops what is raised while it takes an object away, and would look at no further line.
    """
    while frame:
        if frame.f_code.co_filename in UNHEARD or frame.f_code.co_name == "__del__":
            return False
        frame = frame.f_back
    return True
