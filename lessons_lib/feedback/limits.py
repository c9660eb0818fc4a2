"""Give a learner's function some time, and get the kernel back when it is over."""

from __future__ import annotations

import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

from lessons_lib.feedback.running import Failure, Function, Inputs, Outcome, OutOfTime, outcome

SECONDS = 1.5
"""Time for all cases of an exercise together."""


def outcomes_in_time(
    function: Function, cases: Sequence[Inputs], n_parts: int = 1, seconds: float = SECONDS
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

    Returns
    -------
    list of Outcome
        One for each case, or fewer: the first that is missing took too long.
    """
    if sys.platform == "linux":
        return list(_in_a_copy(function, cases, n_parts, seconds))
    return list(_by_the_clock(function, cases, n_parts, seconds))


def _in_a_copy(
    function: Function, cases: Sequence[Inputs], n_parts: int, seconds: float
) -> Iterator[Outcome]:
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    copy = fork.Process(target=_send_all, args=(sender, function, cases, n_parts), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the copy needs none
        copy.start()
    sender.close()
    end = time.monotonic() + seconds
    try:
        for _ in cases:
            if not receiver.poll(max(end - time.monotonic(), 0)):
                return
            yield receiver.recv()
    except EOFError:
        yield Outcome(failure=Failure("SystemExit", "the function has ended Python itself", ""))
    finally:
        copy.kill()
        copy.join()
        receiver.close()


def _send_all(
    sender: Connection, function: Function, cases: Sequence[Inputs], n_parts: int
) -> None:
    for inputs in cases:
        sender.send(outcome(function, inputs, n_parts))


def _by_the_clock(
    function: Function, cases: Sequence[Inputs], n_parts: int, seconds: float
) -> Iterator[Outcome]:
    end, tracing = time.monotonic() + seconds, sys.gettrace()

    def look(*_: Any) -> Callable[..., Any]:
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
