"""The learner's names, as the instructor's test cells see them: calls into the sandbox."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from course_tools.marking.sandbox.inside import wire
from course_tools.marking.sandbox.limits import STANDSTILL
from course_tools.marking.sandbox.session import Sandbox
from lessons_lib.feedback import tasks
from lessons_lib.feedback.limits import KILLED, SECONDS, WAITING
from lessons_lib.feedback.running import Failure, Inputs, Outcome
from lessons_lib.feedback.stopwatch import TimeLimit

LOOKING = TimeLimit(working=2.0, waiting=STANDSTILL)
"""Time in which a notebook has to tell what it has under some names."""

PATIENCE = 3 * WAITING
"""Seconds for which a notebook may wait with its answer: it gives up a function much earlier."""


class RemoteError(Exception):
    """What a learner's function raised, where Python itself has no exception of that name."""


class Remote:
    """A learner's function. It runs in the sandbox, and only numbers and text cross.

    Parameters
    ----------
    name : str
        The name that it is bound to.
    own : str
        What the function calls itself. A check goes by that name, as in a notebook. But no function
        may pass for that of another task.
    sandbox : Sandbox
        Where it is.
    """

    def __init__(self, name: str, own: str, sandbox: Sandbox) -> None:
        self.name = name
        self.__name__ = name if own in tasks() else own
        self.sandbox = sandbox

    def outcomes_in_time(
        self, cases: Sequence[Inputs], n_parts: int, seconds: float
    ) -> list[Outcome]:
        """Do what the function of this name in `lessons_lib.feedback.limits` does.

        Once more if the function was killed: that may have been another's hand than its own.
        """
        done = self._asked(cases, n_parts, seconds)
        if done and done[-1].failure == KILLED:
            done = self._asked(cases, n_parts, seconds)
        self.sandbox.unwritten = len(done) == len(cases) and all(map(is_unwritten, done))
        return done

    def _asked(self, cases: Sequence[Inputs], n_parts: int, seconds: float) -> list[Outcome]:
        copying = self.sandbox.copying
        limit = TimeLimit(self.sandbox.limits.seconds, PATIENCE)
        answer = self.sandbox.ask(
            "call",
            limit if copying else TimeLimit(seconds, WAITING),
            copying=copying,
            name=self.name,
            cases=[[wire.input_to_json(value) for value in case] for case in cases],
            n_parts=n_parts,
            seconds=seconds,
        )
        with self.sandbox.distrust():
            done = answer.get("outcomes")
            if not isinstance(done, list) or len(done) > len(cases):
                raise wire.GarbledError("an answer of another kind than was asked for")
            return [wire.outcome_from_json(*pair) for pair in zip(done, cases, strict=False)]

    def __call__(self, *inputs: Any) -> Any:
        """Call the function once, and return or raise what it does.

        Raises
        ------
        RemoteError, TimeoutError or a built-in exception
            As the function does.
        """
        done = self.outcomes_in_time([inputs], 1, SECONDS)
        if not done:
            raise TimeoutError(f"{self.name} does not come back.")
        if done[0].failure:
            raise _raised(done[0].failure)
        return as_python(done[0].value)


def is_unwritten(done: Outcome) -> bool:
    """Whether a function did what those do that nobody has written yet."""
    return done.failure is not None and done.failure.kind == NotImplementedError.__name__


def _raised(failure: Failure) -> Exception:
    kind = getattr(builtins, failure.kind, None)
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, OSError):
        try:
            return kind(failure.message)
        except TypeError:  # such as UnicodeDecodeError, which wants more than a message
            pass
    return RemoteError(f"{failure.kind}: {failure.message}")


def as_python(value: Any) -> Any:
    """Give a single number as Python's own, and everything else as it is."""
    return value.item() if isinstance(value, np.ndarray) and not value.ndim else value


def names_in(sandbox: Sandbox, wanted: Iterable[str]) -> dict[str, Any]:
    """Return what a notebook has under some names: functions to call, or values.

    Parameters
    ----------
    sandbox : Sandbox
        Where the notebook runs.
    wanted : iterable of str
        Names. No other name comes back.

    Raises
    ------
    StoppedError
        If the sandbox does not tell in time.
    """
    wanted = list(wanted)
    answer = sandbox.ask("look", LOOKING, wanted=wanted)
    with sandbox.distrust():
        found = answer.get("found")
        if not isinstance(found, dict):
            raise wire.GarbledError("an answer of another kind than was asked for")
        return {name: _bound(name, found[name], sandbox) for name in wanted if name in found}


def _bound(name: str, data: Any, sandbox: Sandbox) -> Any:
    match data:
        case {"function": str(own)}:
            return Remote(name, wire.clipped(own), sandbox)
        case {"value": value}:
            return as_python(wire.value_from_json(value))
    raise wire.GarbledError("an answer of another kind than was asked for")
