"""The picture in the README: the figure of a cell of the start page, so that it never grows old."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

from course_tools.files import ROOT, show, write_changed
from course_tools.notebooks.stored import PNG, NotebookError, code_cells, from_bytes

NOTEBOOK = ROOT / "notebooks" / "00_start_here.ipynb"
CELL = "explore-two-heroes"
PICTURE = ROOT / "docs" / "momentum.png"


def picture(notebook: Path = NOTEBOOK) -> bytes:
    """Return the stored figure of the cell.

    Parameters
    ----------
    notebook : Path
        The start page.

    Raises
    ------
    NotebookError
        If the cell is not there, or shows no figure.
    """
    for cell in code_cells(from_bytes(notebook.read_bytes(), notebook)):
        for output in cell.outputs:
            if cell.get("id") == CELL and PNG in output.get("data", {}):
                return b64decode(output.data[PNG])
    raise NotebookError(
        f"{show(notebook)} shows no figure in a cell {CELL!r}, and the README's picture is taken"
        " from there. Name the cell in course_tools/readme.py, or give it back its name."
    )


def update(notebook: Path = NOTEBOOK, target: Path = PICTURE) -> bool:
    """Write the picture if it is not there as it should be, and say whether that was so."""
    return write_changed(target, picture(notebook))
