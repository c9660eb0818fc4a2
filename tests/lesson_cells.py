"""What the tests of a lesson read: its cells as they are stored, and what they print."""

from __future__ import annotations

from pathlib import Path

import nbformat

from course_tools.notebooks.cells import words_of

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def cells_of(lesson: str) -> dict[str, nbformat.NotebookNode]:
    """Return the cells of a lesson by their id.

    Parameters
    ----------
    lesson : str
        The name of its file, without the ending: "03_step_size".
    """
    stored = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4)
    return {cell.id: cell for cell in stored.cells}


def printed(cell: nbformat.NotebookNode) -> str:
    """Return what a cell prints, or says of what it shows."""
    return "".join(words_of(output) for output in cell.get("outputs", []))
