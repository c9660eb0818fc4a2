"""What is kept of a first run until the second, as JSON: all of it that decides points or words.

A first run may have ended in another process, or before the power went. So nothing is kept of it
that only Python could read, and nothing that runs when it is read.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from typing import Any

from course_tools.marking.notebook_run import NotebookRun
from course_tools.marking.sandbox.inside.cells import CellRun
from course_tools.marking.sandbox.inside.wire import clipped
from course_tools.marking.sandbox.session import StoppedError, TooLongError

WORDS = 4_000
"""Characters that are kept of an error, or of a value that is no number."""

FAMILIES: dict[str, type[Exception]] = {
    "too long": TooLongError,
    "stopped": StoppedError,
    "assertion": AssertionError,
    "other": Exception,
}
"""What an error has to be when it is read again, as far as that matters; the first that fits."""

APART = ("tests", "stopped", "names")
"""Fields of a run that are no JSON, or are not kept."""

PLAIN = (bool, int, float)


class Shown(str):
    """A value that is no plain number, as it shows itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class ShownNumber(float):
    """A number that shows itself in another way than Python's own, such as numpy's."""

    shown: str

    def __repr__(self) -> str:
        return self.shown


def to_json(run: NotebookRun) -> str:
    """Write a run."""
    kept = {each.name: getattr(run, each.name) for each in fields(run) if each.name not in APART}
    kept["tests"] = {
        name: {"shown": shown_to_json(test.shown), "error": error_to_json(test.error)}
        for name, test in run.tests.items()
    }
    return json.dumps(kept | {"stopped": error_to_json(run.stopped)})


def from_json(text: str) -> NotebookRun:
    """Read what `to_json` wrote."""
    kept = json.loads(text)
    tests = {
        name: CellRun("", shown_from_json(test["shown"]), error_from_json(test["error"]))
        for name, test in kept.pop("tests").items()
    }
    stopped = error_from_json(kept.pop("stopped"))
    assert stopped is None or isinstance(stopped, StoppedError)
    return NotebookRun(tests, stopped=stopped, **{name: by_place(kept[name]) for name in kept})


def by_place(value: Any) -> Any:
    """Turn the names of a table into numbers, if they are places of cells."""
    if isinstance(value, dict) and all(name.isdecimal() for name in value):
        return {int(name): each for name, each in value.items()}
    return value


# --- The value of a test's last line --------------------------------------------------------------


def shown_to_json(value: Any) -> Any:
    """Write a value: it may be the points, which nbgrader reads from the way it shows itself."""
    if value is None or (type(value) in PLAIN and abs(value) < 10**15):
        return value
    number = float_of(value) if isinstance(value, float | int) else None
    return {"number": number, "text": clipped(repr(value), WORDS)}


def float_of(value: float) -> float:
    """Return a number as a float, were it larger than any of these."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def shown_from_json(data: Any) -> Any:
    """Read a value: what comes has the same sign, and shows itself in the same way."""
    if not isinstance(data, dict):
        return data
    if data["number"] is None:
        return Shown(data["text"])
    number = ShownNumber(data["number"])
    number.shown = data["text"]
    return number


# --- What a test, or a notebook, was ended by -----------------------------------------------------


def error_to_json(error: BaseException | None) -> Any:
    """Write an error: its kind, what it says, and what plain values it carries."""
    if error is None:
        return None
    family = next((name for name, kind in FAMILIES.items() if isinstance(error, kind)), "other")
    return {
        "family": family,
        "kind": type(error).__name__,
        "words": clipped(str(error), WORDS),
        "carries": {k: v for k, v in vars(error).items() if isinstance(v, str | int | float)},
    }


def error_from_json(data: Any) -> Exception | None:
    """Read an error: it has the same name, and says and carries the same."""
    if data is None:
        return None
    error = kind_of(data["kind"], data["family"])(data["words"])
    vars(error).update(data["carries"])
    return error


@cache
def kind_of(name: str, family: str) -> type[Exception]:
    """Return a kind of errors."""
    return type(name, (FAMILIES[family],), {})
