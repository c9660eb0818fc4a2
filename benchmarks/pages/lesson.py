"""What there is to read in lesson 6, and the page that nbconvert makes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from lesson_page import formulas_of
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from course_tools.kernels import execute
from course_tools.notebooks.course import of_lesson
from course_tools.notebooks.stored import from_bytes, to_bytes

LESSON = of_lesson("06")[0]
EXPLORER = "explore-race"


@dataclass(frozen=True)
class Reading:
    """What a page of a lesson has to show.

    Parameters
    ----------
    headings : list of str
        All of them, in order.
    formulas : int
        How many there are.
    section : str
        The heading above the explorer.
    """

    headings: list[str]
    formulas: int
    section: str


def stored() -> NotebookNode:
    """Return the lesson as it is stored."""
    return from_bytes(LESSON.read_bytes(), LESSON)


def reading() -> Reading:
    """Return what there is to read in the lesson."""
    cells = stored().cells
    place = next(number for number, cell in enumerate(cells) if cell.id == EXPLORER)
    return Reading(
        headings=headings(cells),
        formulas=sum(len(formulas_of(cell)) for cell in cells),
        section=headings(cells[:place])[-1],
    )


def headings(cells: list[NotebookNode]) -> list[str]:
    """Return the headings in the text of some cells."""
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    lines = [line for text in texts for line in text.splitlines()]
    return [line.lstrip("# ") for line in lines if line.startswith("#")]


def convert(target: Path) -> None:
    """Write the page that nbconvert makes of the lesson, run, with the state of its widgets.

    Nothing is asked for that nbconvert does not do by itself. Beside the page stands the notebook.
    """
    nb = stored()
    asyncio.run(execute(nb, LESSON, widgets=True))
    notebook = target.with_suffix(".ipynb")
    notebook.write_bytes(to_bytes(nb))
    page, _ = HTMLExporter().from_filename(str(notebook))
    target.write_text(page, "utf-8")
