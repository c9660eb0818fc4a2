"""Stands in the sandbox where a module of `lessons_lib` stands outside that computes.

Exercises ask for such functions. An import may be left over in a notebook, and does no harm; only
whoever calls what it gives is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn


class NotHereError(ImportError):
    """What was called is not there."""


def __getattr__(name: str) -> Callable[..., Any]:
    """Return a function that says why it is none."""
    if name.startswith("__"):
        raise AttributeError(name)

    def absent(*_: object, **__: object) -> NoReturn:
        raise NotHereError(
            f"{__name__}.{name} is not there when an exercise is marked, since exercises ask for"
            " functions like it. Use what you have written yourself."
        )

    absent.__name__ = absent.__qualname__ = name
    return absent
