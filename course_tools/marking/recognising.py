"""Recognise what a notebook was meant for by its cells, whatever its file is called.

A notebook carries marks of its assignment: the ids that nbgrader gave to cells, the functions that
the cells define, the headings. Only those marks count that no other assignment has. Nothing is run,
and nothing of a learner's is parsed as Python: one line after the other is looked at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADING = re.compile(r"^#+[ \t]+(\S.*)$", re.MULTILINE)
"""A heading of Markdown, its signs in front apart."""

DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)
"""A line that begins with the function or the class that it defines."""

Cell = Mapping[str, Any]
"""A cell as JSON has it, or as nbformat does."""


@dataclass(frozen=True)
class Signature:
    """What distinguishes an assignment from all others that are known.

    Parameters
    ----------
    name, title : str
        What it is called, and its first heading.
    marks : frozenset of str
        Ids, functions and headings that stand in no other.
    """

    name: str
    title: str
    marks: frozenset[str]


def signatures(notebooks: Mapping[str, Path]) -> tuple[Signature, ...]:
    """Read what distinguishes each assignment.

    Parameters
    ----------
    notebooks : dict of str to Path
        The instructor's notebook of each. One that cannot be read is left out: whoever marks it
        learns why.
    """
    read = {name: cells for name, path in notebooks.items() if (cells := cells_in(path))}
    marks = {name: marks_of(cells) for name, cells in read.items()}
    count = Counter(mark for each in marks.values() for mark in each)
    return tuple(
        Signature(
            name,
            next(iter(headings_in(read[name])), name),
            frozenset(mark for mark in marks[name] if count[mark] == 1),
        )
        for name in sorted(read)
    )


def cells_in(path: Path) -> list[Cell]:
    """Read the cells of an instructor's notebook; none if that cannot be done."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    known = isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)
    return cells if known else []


def recognised(cells: Iterable[Cell], known: Iterable[Signature]) -> Signature | None:
    """Return the assignment of which a notebook has more marks than of any other.

    Parameters
    ----------
    cells : iterable
        Those of what was handed in.
    known : iterable of Signature
        Every assignment there is.

    Returns
    -------
    Signature or None
        None if it has marks of none, or of two as many.
    """
    marks = marks_of(cells)
    counted = sorted(((len(each.marks & marks), each) for each in known), key=lambda pair: -pair[0])
    most, rest = counted[:1], counted[1:2]
    if not most or not most[0][0] or (rest and rest[0][0] == most[0][0]):
        return None
    return most[0][1]


def mistaken_for(name: str, cells: Iterable[Cell], known: Iterable[Signature]) -> Signature | None:
    """Return the assignment that a notebook answers in place of the one that it was handed in for.

    Parameters
    ----------
    name : str
        What it was handed in for.
    cells, known
        As for `recognised`.

    Returns
    -------
    Signature or None
        None as long as there is a single mark of what it was handed in for.
    """
    cells, known = list(cells), list(known)
    own = next((each for each in known if each.name == name), None)
    if own is None or not own.marks or own.marks & marks_of(cells):
        return None
    return recognised(cells, known)


def marks_of(cells: Iterable[Cell]) -> frozenset[str]:
    """Return every mark that a notebook carries: ids, functions, headings."""
    cells = list(cells)
    names = (name for cell in cells if is_code(cell) for name in DEFINITION.findall(text_of(cell)))
    return frozenset({*filter(None, map(id_of, cells)), *names, *headings_in(cells)})


def id_of(cell: Cell) -> str:
    """Return the id under which nbgrader keeps a cell, or nothing."""
    kept = part(part(cell, "metadata"), "nbgrader").get("grade_id")
    return kept if isinstance(kept, str) else ""


def part(data: Cell, key: str) -> Cell:
    """Return a part that has parts of its own; without any, if it is missing or something else."""
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def is_code(cell: Cell) -> bool:
    """Whether a cell holds code."""
    return cell.get("cell_type") == "code"


def text_of(cell: Cell) -> str:
    """Return the text of a cell, which JSON has in lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def headings_in(cells: Iterable[Cell]) -> list[str]:
    """Return the headings of a notebook, in order."""
    texts = (text_of(cell) for cell in cells if cell.get("cell_type") == "markdown")
    return [heading.strip(" \t#") for text in texts for heading in HEADING.findall(text)]
