"""Every exercise ends with a way on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_tools.files import ROOT, show
from course_tools.notebooks.course import exercise_of, solutions
from course_tools.notebooks.stored import from_bytes, to_bytes
from course_tools.rules.exercise_form import RULES, problems

Node = nbformat.NotebookNode


@pytest.mark.parametrize("path", solutions(), ids=show)
def test_exercises_obey_every_rule(path: Path):
    assert problems(path) == []
    released = from_bytes(exercise_of(path).read_bytes(), path)
    assert released.cells[-1].id == "go-on"


def reworded(name: str, old: str, new: str) -> Callable[[Node], Any]:
    """Write other words into a cell."""

    def spoil(nb: Node) -> None:
        cell = next(cell for cell in nb.cells if cell.id == name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


REFUSED: dict[str, dict[str, tuple[Callable[[Node], Any], str]]] = {
    "way_on": {
        "no end": (lambda nb: nb.cells.pop(), "ends with a text cell 'go-on'"),
        "other lesson": (reworded("go-on", "04_valleys", "05_averages"), "(../../notebooks/04_va"),
        "no comparing": (reworded("go-on", "solutions/", "exercises/"), "no link to the worked"),
        "no start page": (reworded("go-on", "00_start_here", "02_descent"), "to the start page"),
    },
}


@pytest.fixture
def solution(tmp_path: Path) -> Path:
    """A copy of solution 3, among copies of the lessons."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    source = next(path for path in solutions() if "03_" in path.name)
    folder = tmp_path / "solutions" / source.parent.name
    folder.mkdir(parents=True)
    return Path(shutil.copy(source, folder))


@pytest.mark.parametrize(
    ("rule", "case"), [(rule, case) for rule, cases in REFUSED.items() for case in cases]
)
def test_spoilt_exercises_are_refused(rule: str, case: str, solution: Path):
    spoil, words = REFUSED[rule][case]
    nb = from_bytes(solution.read_bytes(), solution)
    spoil(nb)
    solution.write_bytes(to_bytes(nb))
    (said,) = problems(solution)
    assert words in said


def test_every_rule_is_tried():
    assert {rule.__name__ for rule in RULES} == set(REFUSED)
