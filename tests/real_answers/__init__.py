"""Answers as people write them, in styles unlike the bank's, and the verdict that each should get.

Each is written, with its verdict, before it is tried. A module `lesson_NN.py` is found by its
name, and holds functions with their verdicts above them::

    @accepted("line_loss")
    def by_dot(theta, x, y): ...

    @named("line_loss", "The sum in place of the mean")
    def summed(theta, x, y): ...

    @said("line_loss", "shape")
    def a_row(theta, x, y): ...

`accepted` goes for the hidden cases of the exercise, too. `named` gives the words of the bank, and
`said` the kind of a `Verdict` that describes what is wrong, since no name fits.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True)
class Answer:
    """An answer to a task, and the verdict that it should get: its kind, and the mistake's name."""

    task: str
    function: Function
    kind: str
    name: str = ""


def accepted(task: str) -> Callable[[Function], Answer]:
    """Say of the function below that it is right."""
    return lambda function: Answer(task, function, "right")


def named(task: str, name: str) -> Callable[[Function], Answer]:
    """Say of the function below that it makes a mistake of the bank's."""
    return lambda function: Answer(task, function, "mistake", name)


def said(task: str, kind: str) -> Callable[[Function], Answer]:
    """Say of the function below what kind of words it should get, and no name."""
    return lambda function: Answer(task, function, kind)


def all_real_answers() -> list[Answer]:
    """Return the answers of every lesson."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [
        each for module in modules for each in vars(module).values() if isinstance(each, Answer)
    ]
