"""A lesson takes from lessons_lib what an earlier cell built by hand, as borrowed.toml says."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_tools.notebooks.cells import Notebook, parsed, printed
from course_tools.notebooks.course import lessons
from course_tools.rules.registry import Rules
from lessons_lib import optimizers
from lessons_lib import problems as library

BORROWED = Path(__file__).with_name("borrowed.toml")
LIST = "course_tools/rules/borrowed.toml"

FREE = {"figures", "explorers", "predictions", "overview"}
"""What draws, and what asks."""

BAR = "lessons_lib.live.progress_bar"
"""Draws, too: how far a long cell is."""

HELD = {"problems", "theory", "optimizers", "adaptive"}
"""Modules of which each use is held."""

AGREED = ("True", "agree", "0.0000")
"""What a cell prints that compares."""

RULES: Rules[Borrowing] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Hold the lessons of a folder against the list, and return a sentence for each problem."""
    borrowed = tomllib.loads(BORROWED.read_text("utf-8"))
    return RULES.problems(Borrowing(read_cells(path), borrowed))


# --- Reading ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson.

    Attributes
    ----------
    place : str
        Its lesson and its id: "01_line_and_loss#same-points".
    taken : frozenset of str
        What it takes from the library.
    shown : str
        What it prints, or says of what it shows.
    """

    place: str
    taken: frozenset[str]
    shown: str

    @property
    def lesson(self) -> str:
        """The lesson in which it stands."""
        return self.place.partition("#")[0]


@dataclass(frozen=True)
class Borrowing:
    """The cells of all lessons, in order, and the list: for each name the entry that it has."""

    cells: list[Cell]
    borrowed: dict[str, dict[str, str]]

    @cached_property
    def places(self) -> list[str]:
        """The places of all cells, in order."""
        return [cell.place for cell in self.cells]

    @cached_property
    def first(self) -> dict[str, str]:
        """The place at which each name is first taken."""
        found: dict[str, str] = {}
        for cell in self.cells:
            for name in sorted(cell.taken):
                found.setdefault(name, cell.place)
        return found

    def is_there(self, place: str) -> bool:
        """Whether a lesson has the cell."""
        return place in self.places

    def is_later(self, one: str, other: str) -> bool:
        """Whether one cell stands below another, or in a later lesson."""
        return self.places.index(one) > self.places.index(other)

    def taken_and_listed(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Give each name that is listed and taken: where it is first taken, and its entry."""
        for name, entry in self.borrowed.items():
            if name in self.first:
                yield name, self.first[name], entry


def read_cells(folder: Path) -> list[Cell]:
    """Read the cells of all lessons; the start page only shows what they will build."""
    return [
        Cell(f"{path.stem}#{cell.id}", frozenset(taken(cell.source)), printed(cell))
        for path in lessons(folder)
        for cell in Notebook.read(path).nb.cells
    ]


def taken(source: str) -> Iterator[str]:
    """Name what code takes from the library: "theory.memory", or ".theta" of a run."""
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if "lessons_lib" in alias.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lessons_lib"):
            yield from taken_by_import(node)
        elif isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if owner in HELD:
                yield f"{owner}.{node.attr}"
            elif node.attr in MEMBERS and not owner.startswith("np"):
                yield f".{node.attr}"


def taken_by_import(node: ast.ImportFrom) -> Iterator[str]:
    """Name what an import takes, apart from the modules of which each use is held."""
    for alias in node.names:
        floor, *inside = f"{node.module}.{alias.name}".split(".")[1:]
        name = f"{node.module}.{alias.name}"
        if (name != BAR and floor not in FREE | HELD) or (floor in HELD and alias.asname):
            yield name  # of another floor, or under another name, where its uses are not found
        elif floor in HELD and inside:
            yield f"{floor}.{inside[-1]}"


def members_of(classes: list[type]) -> set[str]:
    """Name what a lesson can read from a problem or a run."""
    fields = {name for each in classes for name in getattr(each, "__dataclass_fields__", {})}
    return fields | {name for each in classes for name in dir(each) if not name.startswith("_")}


CLASSES = [each for each in vars(library).values() if isinstance(each, type)]
MEMBERS = members_of([*CLASSES, optimizers.Trajectory])


# --- The rules ----------------------------------------------------------------------------------


@RULES.add
def unlisted(held: Borrowing) -> Iterator[str]:
    """Refuse what a lesson takes and the list does not have."""
    for name in sorted(held.first.keys() - held.borrowed.keys()):
        yield (
            f"{held.first[name]} takes {name} from lessons_lib. Name in {LIST} the earlier cell "
            "that built it by hand."
        )


@RULES.add
def entries(held: Borrowing) -> Iterator[str]:
    """Refuse an entry that does not say which cell built it, and either `agrees` or `why`."""
    for name, entry in held.borrowed.items():
        if set(entry) not in ({"built", "agrees"}, {"built", "why"}) or not all(entry.values()):
            yield (
                f"{LIST}, {name}: it says {', '.join(sorted(entry)) or 'nothing'}. Say `built`, "
                "the cell that built it, and either `agrees`, the cell that prints that the two "
                "agree, or `why` none has to."
            )


@RULES.add
def stale(held: Borrowing) -> Iterator[str]:
    """Refuse an entry that nothing needs, or that names a cell that is gone."""
    for name, entry in held.borrowed.items():
        if name not in held.first:
            yield f"{LIST}, {name}: no lesson takes it. Leave it out."
        for key in ("built", "agrees"):
            if key in entry and not held.is_there(entry[key]):
                yield f"{LIST}, {name}: there is no cell {entry[key]}. Correct it."


@RULES.add
def too_early(held: Borrowing) -> Iterator[str]:
    """Refuse a lesson that takes something before it has been built by hand."""
    for name, first, entry in held.taken_and_listed():
        built = entry.get("built", "")
        if held.is_there(built) and held.is_later(built, first):
            yield f"{name}: {first} takes it before {built} builds it."


@RULES.add
def elsewhere(held: Borrowing) -> Iterator[str]:
    """Refuse a comparison in another lesson than the first that takes it, or before that."""
    for name, first, entry in held.taken_and_listed():
        place = entry.get("agrees", "")
        if held.is_there(place):
            cell = held.cells[held.places.index(place)]
            if held.is_later(first, place) or cell.lesson != first.partition("#")[0]:
                yield f"{name}: {place} compares too early or elsewhere: {first} takes it first."


@RULES.add
def disagreement(held: Borrowing) -> Iterator[str]:
    """Refuse a cell that does not print that the library agrees with what was built by hand."""
    for name, _, entry in held.taken_and_listed():
        place = entry.get("agrees", "")
        if held.is_there(place):
            shown = held.cells[held.places.index(place)].shown
            if not any(word in shown for word in AGREED) or "False" in shown:
                yield f"{name}: {place} does not print that the two agree."
