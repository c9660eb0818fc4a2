"""A lesson takes from lessons_lib what an earlier cell built by hand, as borrowed.toml says."""

from __future__ import annotations

import ast
import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from lesson_cells import printed

from course_tools.notebooks.cells import parsed
from course_tools.notebooks.course import lessons
from lessons_lib import optimizers, problems

ROOT = Path(__file__).parent.parent
BORROWED = ROOT / "tests" / "borrowed.toml"
FREE = {"figures", "explorers"}  # what draws
BAR = "lessons_lib.live.progress_bar"  # draws, too: how far a long cell is
HELD = {"problems", "theory", "optimizers"}
CLASSES = [problems.LeastSquares, problems.Quadratic, problems.Saddle, problems.Curve]
CLASSES += [problems.Signal, problems.Digits, problems.DigitNetwork, optimizers.Trajectory]
AGREED = ("True", "agree", "0.0000")  # what a cell prints that compares


def members(classes: list[type]) -> set[str]:
    """Name what a lesson can read from a problem or a run."""
    fields = {field.name for each in classes for field in dataclasses.fields(each)}
    return fields | {name for each in classes for name in dir(each) if not name.startswith("_")}


MEMBERS = members(CLASSES)


class Cell(NamedTuple):
    """Where a cell stands, what it takes from the library, and what it shows."""

    place: str
    taken: set[str]
    shown: str


def read(folder: Path) -> list[Cell]:
    """Read the cells of all lessons, in order; the start page only shows what they will build."""
    return [
        Cell(f"{path.stem}#{cell.id}", set(taken(cell.source)), printed(cell))
        for path in lessons(folder)
        for cell in nbformat.read(path, as_version=4).cells
    ]


def taken(source: str) -> Iterator[str]:
    """Name what code takes from the library: "theory.memory", or ".theta" of a run."""
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if "lessons_lib" in alias.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lessons_lib"):
            yield from imported(node)
        elif isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if owner in HELD:
                yield f"{owner}.{node.attr}"
            elif node.attr in MEMBERS and not owner.startswith("np"):
                yield f".{node.attr}"


def imported(node: ast.ImportFrom) -> Iterator[str]:
    """Name what an import takes, apart from the modules of which each use is held."""
    for alias in node.names:
        floor, *inside = f"{node.module}.{alias.name}".split(".")[1:]
        name = f"{node.module}.{alias.name}"
        if (name != BAR and floor not in FREE | HELD) or (floor in HELD and alias.asname):
            yield name  # of another floor, or under another name, where its uses are not found
        elif floor in HELD and inside:
            yield f"{floor}.{inside[-1]}"


def faults(cells: list[Cell], borrowed: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Hold the lessons against the list, and yield a sentence for each fault."""
    places = [cell.place for cell in cells]
    first: dict[str, str] = {}
    for cell in cells:
        for name in sorted(cell.taken):
            first.setdefault(name, cell.place)
    for name in sorted(first.keys() - borrowed.keys()):
        yield (
            f"{first[name]} takes {name} from lessons_lib. Name in tests/borrowed.toml the earlier "
            "cell that built it by hand."
        )
    for name, entry in borrowed.items():
        named = [entry[key] for key in ("built", "agrees") if key in entry]
        gone = [place for place in named if place not in places]
        if name not in first or gone:
            yield f"{name}: {'no cell ' + gone[0] if gone else 'no lesson takes it'}. Correct it."
        elif places.index(entry["built"]) > places.index(first[name]):
            yield f"{name}: {first[name]} takes it before {entry['built']} builds it."
        elif "agrees" in entry:
            yield from disagreement(name, first[name], cells[places.index(entry["agrees"])], places)
        elif not entry.get("why"):
            yield f"{name}: which cell shows that it agrees, or why does none have to?"


def disagreement(name: str, first: str, cell: Cell, places: list[str]) -> Iterator[str]:
    """Refuse a cell that does not show that the library agrees with what was built by hand."""
    lesson = first.partition("#")[0]
    if places.index(cell.place) < places.index(first) or not cell.place.startswith(lesson):
        yield f"{name}: {cell.place} compares too late or elsewhere: {first} takes it."
    if not any(word in cell.shown for word in AGREED) or "False" in cell.shown:
        yield f"{name}: {cell.place} does not print that the two agree."


def test_lessons_take_only_what_was_built_by_hand():
    found = list(faults(read(ROOT / "notebooks"), tomllib.loads(BORROWED.read_text("utf-8"))))
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_entries_say_where_and_how_and_nothing_else():
    for name, entry in tomllib.loads(BORROWED.read_text("utf-8")).items():
        assert set(entry) in ({"built", "agrees"}, {"built", "why"}), name


# --- A small course, and how it is spoilt -------------------------------------------------------

CELLS = {
    "import-tools": ("from lessons_lib import figures, theory", ""),
    "by-hand": ("def memory(beta):\n    return 1 / (1 - beta)", ""),
    "same": ("print(theory.memory(0.9) == memory(0.9))", "True\n"),
    "use": ("theory.memory(0.5)", ""),
}
ENTRY = {"built": "01_lesson#by-hand", "agrees": "01_lesson#same"}


def complaints(folder: Path, changed: dict[str, tuple[str, str]], **entry: Any) -> list[str]:
    """What is said of a small course, with some cells and the entry of the list changed."""
    cells = []
    for name, (source, text) in {**CELLS, **changed}.items():
        cell = nbformat.v4.new_code_cell(source, id=name)
        cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        cells.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "01_lesson.ipynb")
    listed = {key: value for key, value in {**ENTRY, **entry}.items() if value is not None}
    return list(faults(read(folder), {"theory.memory": listed}))


def test_what_was_built_and_compared_is_accepted(tmp_path: Path):
    assert complaints(tmp_path, {}) == []
    assert complaints(tmp_path, {}, agrees=None, why="It is one division.") == []


@pytest.mark.parametrize(
    ("changed", "entry", "said"),
    [
        ({"more": ("theory.steps_to(0.5, 0.1)", "")}, {}, "takes theory.steps_to from lessons_lib"),
        ({"more": ("from lessons_lib.theory import damping", "")}, {}, "takes theory.damping"),
        ({"more": ("from lessons_lib import theory as th", "")}, {}, "takes lessons_lib.theory"),
        ({"more": ("import lessons_lib.theory", "")}, {}, "takes lessons_lib.theory"),
        ({"more": ("from lessons_lib import live", "")}, {}, "takes lessons_lib.live"),
        ({"more": ("bowl.standardised()", "")}, {}, "takes .standardised"),
        ({"more": ("run.velocity[-1]", "")}, {}, "takes .velocity"),
        ({"import-tools": ("theory.memory(0)", "")}, {}, "takes it before 01_lesson#by-hand"),
        ({"same": ("print(memory(0.9) == 10)", "True\n")}, {}, "compares too late or elsewhere"),
        ({"same": ("theory.memory(0.9)", "10.0")}, {}, "does not print that the two agree"),
        ({"same": ("theory.memory(0.9)", "True, False")}, {}, "does not print that"),
        ({}, {"built": "01_lesson#gone"}, "no cell 01_lesson#gone"),
        ({}, {"agrees": None}, "which cell shows that it agrees"),
        ({"same": ("", ""), "use": ("", "")}, {}, "no lesson takes it"),
    ],
)
def test_what_was_not_built_before_is_refused(changed, entry, said: str, tmp_path: Path):
    found = complaints(tmp_path, changed, **entry)
    assert len(found) == 1
    assert said in found[0]


def test_what_draws_is_free(tmp_path: Path):
    more = "from lessons_lib.explorers import race\nfigures.panel('', xlabel='', ylabel='')"
    assert complaints(tmp_path, {"more": (more, "")}) == []
