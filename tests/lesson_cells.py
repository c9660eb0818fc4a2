"""What the tests of a lesson read: its cells as they are stored."""

from __future__ import annotations

from nbformat import NotebookNode

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook


def cells_of(lesson: str) -> dict[str, NotebookNode]:
    """Return the cells of a lesson by their id.

    Parameters
    ----------
    lesson : str
        The name of its file, without the ending: "03_step_size".
    """
    return Notebook.read(ROOT / "notebooks" / f"{lesson}.ipynb").by_id
