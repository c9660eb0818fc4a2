"""Lessons take what was built by hand before, and each rule refuses what it is there for."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from course_tools.files import ROOT
from course_tools.rules.imports import RULES, Borrowing, problems, read_cells


def test_lessons_take_only_what_was_built_by_hand():
    found = problems(ROOT / "notebooks")
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# --- A small course, and how it is spoilt -------------------------------------------------------

CELLS = {
    "import-tools": ("from lessons_lib import figures, theory", ""),
    "by-hand": ("def memory(beta):\n    return 1 / (1 - beta)", ""),
    "same": ("print(theory.memory(0.9) == memory(0.9))", "True\n"),
    "use": ("theory.memory(0.5)", ""),
}
ENTRY = {"built": "01_lesson#by-hand", "agrees": "01_lesson#same"}


def write(path: Path, held: dict[str, tuple[str, str]]) -> None:
    """Write a lesson: the source of each cell, and what it prints."""
    cells = []
    for name, (source, text) in held.items():
        cell = nbformat.v4.new_code_cell(source, id=name)
        cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        cells.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def complaints(
    folder: Path, changed: dict[str, tuple[str, str]], **entry: str | None
) -> dict[str, list[str]]:
    """What each rule says of a small course, with some cells and the list's entry changed."""
    write(folder / "01_lesson.ipynb", {**CELLS, **changed})
    write(folder / "02_lesson.ipynb", {"same": ("print(1 == 1)", "True\n")})
    listed = {key: value for key, value in {**ENTRY, **entry}.items() if value is not None}
    held = Borrowing(read_cells(folder), {"theory.memory": listed})
    said = {rule.__name__: list(rule(held)) for rule in RULES}
    return {name: sentences for name, sentences in said.items() if sentences}


def test_what_was_built_and_compared_is_accepted(tmp_path: Path):
    assert complaints(tmp_path, {}) == {}
    assert complaints(tmp_path, {}, agrees=None, why="It is one division.") == {}


UNLISTED = {
    "theory.steps_to(0.5, 0.1)": "takes theory.steps_to from lessons_lib",
    "from lessons_lib.theory import damping": "takes theory.damping",
    "from lessons_lib import theory as th": "takes lessons_lib.theory",
    "import lessons_lib.theory": "takes lessons_lib.theory",
    "from lessons_lib import live": "takes lessons_lib.live",
    "bowl.standardised()": "takes .standardised",
    "run.velocity[-1]": "takes .velocity",
}
REFUSED = [
    *(("unlisted", {"more": (code, "")}, {}, said) for code, said in UNLISTED.items()),
    ("entries", {}, {"agrees": None}, "theory.memory: it says built. Say `built`, the cell"),
    ("entries", {}, {"agrees": None, "why": ""}, "it says built, why. Say"),
    ("entries", {}, {"why": "It is one division."}, "it says agrees, built, why. Say"),
    ("stale", {}, {"built": "01_lesson#gone"}, "there is no cell 01_lesson#gone"),
    ("stale", {}, {"agrees": "01_lesson#gone"}, "there is no cell 01_lesson#gone"),
    ("stale", {"same": ("", ""), "use": ("", "")}, {}, "no lesson takes it"),
    ("too_early", {"import-tools": ("theory.memory(0)", "")}, {}, "before 01_lesson#by-hand"),
    ("elsewhere", {"same": ("print(memory(0.9) == 10)", "True\n")}, {}, "compares too early or"),
    ("elsewhere", {}, {"agrees": "02_lesson#same"}, "compares too early or elsewhere"),
    ("disagreement", {"same": ("theory.memory(0.9)", "10.0")}, {}, "does not print that the two"),
    ("disagreement", {"same": ("theory.memory(0.9)", "True, False")}, {}, "does not print that"),
]


@pytest.mark.parametrize(("rule", "changed", "entry", "said"), REFUSED)
def test_what_was_not_built_before_is_refused(rule, changed, entry, said: str, tmp_path: Path):
    found = complaints(tmp_path, changed, **entry)
    assert said in " ".join(found[rule])
    if said != "no lesson takes it":  # then nothing is compared either
        assert list(found) == [rule]
    assert len(found[rule]) == 1


def test_every_rule_is_tried():
    assert {rule.__name__ for rule in RULES} == {rule for rule, *_ in REFUSED}


def test_what_draws_is_free(tmp_path: Path):
    more = "from lessons_lib.explorers import race\nfigures.panel('', xlabel='', ylabel='')"
    assert complaints(tmp_path, {"more": (more, "")}) == {}
