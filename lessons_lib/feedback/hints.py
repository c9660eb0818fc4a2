"""Hints in levels: the mistake's name first, more after each try that ends in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lessons_lib.feedback.running import Function
from lessons_lib.feedback.task import Task
from lessons_lib.feedback.verdict import Verdict

FOR_MORE, FOR_ALL = 2, 3
"""Tries of the same kind after which there is a second hint, and a link to the solution."""


@dataclass
class Tries:
    """How often, one after the other, a task was tried with the same mistake.

    Parameters
    ----------
    last : dict
        For each task what was wrong, what was tried, and how many times in a row.
    """

    last: dict[str, tuple[str, object, int]] = field(default_factory=dict)

    def count(self, task: str, function: Function, verdict: Verdict) -> int:
        """Count a try, and return how many in a row it makes.

        The same code once more is the same try, and a mistake of another kind begins anew.
        """
        named = verdict.kind in ("mistake", "failure")
        kind = f"{verdict.kind} {verdict.title if named else ''}"
        code = getattr(function, "__code__", function)
        before, tried, count = self.last.get(task, ("", None, 0))
        if kind != before:
            count = 1
        elif code != tried:
            count += 1
        self.last[task] = kind, code, count
        return count

    def hinted(self, task: Task, function: Function, verdict: Verdict) -> Verdict:
        """Count a try, and return the verdict with what there is to say by now."""
        count = self.count(task.name, function, verdict)
        if verdict.right or verdict.kind == "unfilled":
            return verdict
        if count >= FOR_MORE and verdict.more:
            verdict = replace(verdict, text=f"{verdict.text}\n{verdict.more}")
        if count >= FOR_ALL:
            verdict = replace(verdict, worked=worked_solution(task))
        return verdict


def worked_solution(task: Task) -> str:
    """Return where the worked solution of a task is, seen from its exercise; nothing if nowhere."""
    course = Path.cwd().resolve().parent.parent
    for path in sorted(course.glob(f"solutions/{task.lesson:02}_*/solution_*.ipynb")):
        for cell in _cells(path):
            if f"def {task.name}(" in "".join(cell["source"]):
                return f"../../{path.relative_to(course).as_posix()}#cell-id={cell['id']}"
    return ""


def _cells(path: Path) -> Iterator[dict[str, Any]]:
    """Give the cells of a notebook; none if it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield from (cell for cell in cells if cell["cell_type"] == "code" and "id" in cell)
    except (OSError, ValueError, KeyError, TypeError):
        return
