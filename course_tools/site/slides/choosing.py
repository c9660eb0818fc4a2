"""What of a lesson is worth a slide.

Some of it always is: its question, each prediction with the result, the explorers, your turn, the
three sentences. What else there is comes in ranks: what the lesson says in bold and its figures;
formulas, tables and code by hand; what is printed. From these a deck is filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from course_tools.site.slides.cutting import Cell
from course_tools.site.slides.shortening import TALL, is_table, lines_of, parts_of, statement_in

Kind = Literal[
    "title",
    "question",
    "prediction",
    "answer",
    "figure",
    "explorer",
    "statement",
    "idea",
    "table",
    "code",
    "printed",
    "turn",
    "summary",
]

FEWEST, MOST = 12, 19
"""So many slides a deck has."""

WANTED = 18
"""So many it is filled up to."""

STATEMENTS = 2
"""So many statements come before figures."""

PARTS = 2
"""So many slides a long table may take."""

CODE_LINES, CODE_WIDE = 13, 76
PRINTED_LINES, PRINTED_WIDE = range(3, 11), 66
"""What of code and of what it prints can be read from the last row."""


@dataclass(frozen=True)
class Slide:
    """What is to be shown.

    Parameters
    ----------
    kind : str
        In which form.
    cell : Cell
        The cell from which it comes.
    others : sequence of Cell
        What belongs to it: of a question its words, of an answer what was computed, of numbers
        what is said before them.
    text : str
        Of a statement what it says, and of a table its rows, as HTML.
    part : int
        Which part of a table it is.
    """

    kind: Kind
    cell: Cell
    others: Sequence[Cell] = ()
    text: str = ""
    part: int = 0

    @property
    def name(self) -> str:
        """Under which id it stands in the deck."""
        if self.kind == "statement":
            return f"{self.cell.name}-said"
        return f"{self.cell.name}-{self.part}" if self.part else self.cell.name


@dataclass
class Deck:
    """The slides of a lesson, while they are chosen."""

    cells: Sequence[Cell]
    chosen: list[Slide] = field(default_factory=list)

    def fill(self, ranks: Sequence[Sequence[Slide]]) -> None:
        """Take from the first two ranks by turns, two to one, then from the last."""
        first, second, last = (list(rank) for rank in ranks)
        while (first or second) and len(self.chosen) < WANTED:
            self.take(first, 2)
            self.take(second, 1)
        self.take(last, len(last))

    def take(self, rank: list[Slide], most: int) -> None:
        """Take so many of a rank, if there is room; what comes from a new section goes first."""
        for _ in range(most):
            if rank and len(self.chosen) < WANTED:
                first = rank[self.next_in(rank)]
                whole = [each for each in rank if each.cell is first.cell and each.part]
                for each in whole or [first]:
                    self.chosen.append(each)
                    rank.remove(each)

    def next_in(self, rank: Sequence[Slide]) -> int:
        """Return which one of a rank comes next."""
        seen = {(each.kind, each.cell.section) for each in self.chosen}
        new = [k for k, each in enumerate(rank) if (each.kind, each.cell.section) not in seen]
        return min(new, default=0)

    def in_order(self) -> list[Slide]:
        """Return the slides in the order of the lesson; the three sentences come last."""
        order = [cell.name for cell in self.cells]
        return sorted(
            self.chosen, key=lambda each: (each.kind == "summary", order.index(each.cell.name))
        )


def slides_of(cells: Sequence[Cell]) -> list[Slide]:
    """Return the slides of a lesson, from its cells."""
    deck = Deck(cells, [*needed(cells)])
    taken = {cell.name for each in deck.chosen for cell in (each.cell, *each.others)}
    rest = [cell for cell in cells if cell.name not in taken]
    said = list(statements(rest))
    whole = [slide for slide, is_whole in said if is_whole][:STATEMENTS]
    clauses = [slide for slide, _ in said if slide not in whole]
    figures = [Slide("figure", cell) for cell in rest if cell.figure]
    ideas = [slide for cell in rest for slide in ideas_in(cell)]
    code = [Slide("code", cell) for cell in rest if is_code(cell)]
    printed = [Slide("printed", cell, before(cells, cell)) for cell in rest if is_printed(cell)]
    deck.fill([[*whole, *figures], [*ideas, *code], [*clauses, *printed]])
    return deck.in_order()


# --- What every deck has --------------------------------------------------------------------------


def needed(cells: Sequence[Cell]) -> Iterator[Slide]:
    """Give what is always worth a slide."""
    kinds: dict[str, Kind] = {
        "title": "title",
        "your-turn": "turn",
        "summary": "summary",
    }
    for k, cell in enumerate(cells):
        if kind := kinds.get(cell.name):
            yield Slide(kind, cell)
        elif cell.name == "question":
            section = [each for each in cells[k + 1 :] if each.section == cell.section]
            yield Slide("question", cell, section)
        elif cell.live is not None:
            yield Slide("explorer", cell)
        elif cell.asked is not None:
            yield from prediction(cells, k)


def prediction(cells: Sequence[Cell], k: int) -> Iterator[Slide]:
    """Give a question whose buttons are in a cell, and what came of it."""
    name = cells[k].name.removeprefix("commit-")
    yield Slide("prediction", cells[k], [the(cells, f"predict-{name}")])
    end = next(j for j, cell in enumerate(cells) if cell.name == f"answer-{name}")
    computed = [cell for cell in cells[k + 1 : end] if cell.code]
    yield from (Slide("figure", cell) for cell in computed if cell.figure)
    yield Slide("answer", cells[end], [cell for cell in computed if cell.printed])


def the(cells: Sequence[Cell], name: str) -> Cell:
    """Return the cell of a name."""
    return next(cell for cell in cells if cell.name == name)


# --- What else there is ---------------------------------------------------------------------------


def statements(cells: Sequence[Cell]) -> Iterator[tuple[Slide, bool]]:
    """Give what cells say in bold, and whether it is whole sentences."""
    for cell in cells:
        found = (statement_in(block) for block in cell.said if block.name == "p")
        if first := next(filter(None, found), None):
            text, whole = first
            yield Slide("statement", cell, text=text), whole


def before(cells: Sequence[Cell], cell: Cell) -> Sequence[Cell]:
    """Return the cell before another, if it says something."""
    k = list(cells).index(cell)
    return [each for each in cells[max(k - 1, 0) : k] if each.code is None and each.said]


def ideas_in(cell: Cell) -> Iterator[Slide]:
    """Give what a cell shows that opens a section with a formula or a table."""
    if not cell.opens_section:
        return
    tables = [table for block in cell.said if (table := is_table(block))]
    if tables and lines_of(tables[0]) > TALL:
        parts = list(parts_of(tables[0]))
        if len(parts) <= PARTS:
            yield from (Slide("table", cell, text=html, part=k) for k, html in enumerate(parts, 1))
    elif tables or any(block.find(class_="katex-display") for block in cell.said):
        yield Slide("idea", cell)


def is_code(cell: Cell) -> bool:
    """Whether a cell is code by hand that can be read from the last row."""
    if cell.code is None or not cell.name.endswith("-by-hand"):
        return False
    lines = cell.code.get_text().rstrip().splitlines()
    return "def " in cell.code.get_text() and fits(lines, range(CODE_LINES + 1), CODE_WIDE)


def is_printed(cell: Cell) -> bool:
    """Whether a cell prints a table that can be read from the last row."""
    answers = cell.name.startswith("turn-")
    return not answers and fits(cell.printed.splitlines(), PRINTED_LINES, PRINTED_WIDE)


def fits(lines: Sequence[str], count: range, wide: int) -> bool:
    """Whether there are so many lines, and none of them is too long."""
    return len(lines) in count and max(map(len, lines), default=0) <= wide
