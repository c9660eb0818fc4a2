"""What runs a learner's cells in the sandbox, and calls what they define.

It reads one request after the other and answers each. Whatever it says may be a lie, since the
learner's code lives in the same process. The marker outside knows that: to it, an answer is what
*some* function might have returned.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from lessons_lib.feedback.limits import outcomes_in_time
from lessons_lib.feedback.running import as_value, outcome

from . import wire
from .cells import CellRun, Names, get_ipython, offer_ipython, run

SAID = 4_000
"""Characters that are kept of an error's traceback."""

Message = dict[str, Any]


def serve(channel: int, *, first: bool) -> None:
    """Serve requests until there are no more.

    Parameters
    ----------
    channel : int
        A socket to the marker. It takes the place of nothing that learners' code uses.
    first : bool
        Whether this is the first process of a namespace of its own. Then all others are ended
        after each request: how many a cell has left behind must not decide what the next one does.
    """
    replies = os.fdopen(os.dup(channel), "wb")
    requests = os.fdopen(channel, "rb")
    leave_streams()
    sys.modules["__main__"] = types.ModuleType("__main__")  # as in a notebook
    names = sys.modules["__main__"].__dict__
    offer_ipython()
    answers: dict[str, Callable[[Message], Message]] = {
        "run": lambda message: run_cell(names, **message),
        "look": lambda message: look(names, **message),
        "call": lambda message: call(names, **message),
    }
    me = os.getpid()
    while header := requests.read(wire.HEADER.size):
        message = wire.unpacked(requests.read(wire.length_of(header)))
        do = answers[message.pop("do")]
        number = message.pop("number")
        answer = do(message)
        if os.getpid() != me:  # a copy that a cell has made
            os._exit(0)
        if first:
            end_others()
        replies.write(wire.packed({"number": number, **answer}))
        replies.flush()


def leave_streams() -> None:
    """Read from nothing, and write to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def end_others() -> None:
    """End every process but this one, which has to be the first of its namespace."""
    if os.getpid() == 1:  # anywhere else this would end whatever belongs to the user
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, 0):
                pass


# --- Requests -------------------------------------------------------------------------------------


def run_cell(names: Names, source: str, title: str) -> Message:
    """Run a cell, and tell what it printed, and what it raised."""
    ran = CellRun(error=KeyboardInterrupt())
    with contextlib.suppress(KeyboardInterrupt), interruptible():
        if "get_ipython" in source:  # it may be imported from IPython, which has to run by then
            get_ipython()
        ran = run(source, names, title)
    said = ran.traceback
    return {
        "printed": wire.clipped(ran.printed, len(ran.printed)),
        "error": ran.error and type(ran.error).__name__,
        "said": wire.clipped(ran.words),
        "line": ran.line,
        "traceback": wire.clipped(said[-SAID:], SAID),
    }


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let the marker, which keeps the time, interrupt what runs, as a kernel is interrupted."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)  # it may come late


def look(names: Names, wanted: list[str]) -> Message:
    """Tell what the notebook has under some names: functions by their own name, or values."""
    return {"found": {name: described(names[name]) for name in wanted if name in names}}


def described(value: Any) -> Message:
    """Tell what a value is."""
    if callable(value):
        return {"function": str(getattr(value, "__name__", type(value).__name__))}
    return {"value": wire.value_to_json(as_value(value))}


def call(
    names: Names, name: str, cases: list[Any], *, copying: bool, n_parts: int, seconds: float
) -> Message:
    """Call a function of the notebook on one case after the other, in a copy or here.

    Here, nobody but the marker looks at the time.
    """
    inputs = [tuple(map(wire.input_from_json, case)) for case in cases]
    if copying:
        done = outcomes_in_time(names[name], inputs, n_parts=n_parts, seconds=seconds)
    else:
        done = [outcome(names[name], each, n_parts) for each in inputs]
    return {"outcomes": [wire.outcome_to_json(outcome) for outcome in done]}
