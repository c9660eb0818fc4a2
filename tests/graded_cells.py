"""The cells of a solution that give points, and the hidden inputs in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from nbformat import NotebookNode

from course_tools.notebooks.course import solutions
from course_tools.notebooks.stored import from_bytes

Cases = Sequence[tuple[Any, ...]]


def graded(nb: NotebookNode) -> list[NotebookNode]:
    """Return the cells that give points."""
    return [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def required(test: str, name: str) -> Cases:
    """Return the cases of its own for which a graded cell requires a right answer."""
    found: list[tuple[Any, ...]] = []

    def check(function: object, cases: Cases = ()) -> SimpleNamespace:
        return SimpleNamespace(require=lambda: found.extend(cases))

    exec(test, {"np": np, "check": check, name: None})
    return found


@cache
def tests_of(lesson: int) -> list[str]:
    """Return the code of the graded cells of a lesson's solution."""
    (source,) = (path for path in solutions() if int(path.parent.name[:2]) == lesson)
    return [cell.source for cell in graded(from_bytes(source.read_bytes(), source))]


def hidden_cases(lesson: int, name: str) -> Cases:
    """Return the hidden cases of a task."""
    (test,) = (code for code in tests_of(lesson) if f"check({name})" in code)
    return required(test, name)
