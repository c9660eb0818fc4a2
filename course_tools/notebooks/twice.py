"""The ten questions that are asked twice: one source for both sheets, and for the buttons.

The sheet after the course is the source. It has the questions in cells predict-NAME, the buttons in
commit-NAME, and further down the answers in answer-NAME, whose parts are folded as those of a
lesson's prediction are. What stands from its cell walker to its last button stands in the sheet
before the course as well, word for word, where `make refresh` puts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode

from course_tools.files import ROOT, write_changed
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.overview import minutes_of
from course_tools.notebooks.questions import (
    ANSWERED,
    ASKED,
    RIGHT,
    as_html,
    beliefs_in,
    choices_in,
    folded_in,
)
from course_tools.notebooks.stored import NotebookError, to_bytes
from lessons_lib.predictions.twice import FILE, Sheet, Twice, written

BEFORE, AFTER = "92_ten_questions.ipynb", "93_same_ten_questions.ipynb"
FIRST, COMMITS = "walker", "commit-"
"""The id of the first cell that both sheets have, and how those of the buttons begin."""

TITLE = re.compile(r"^## \d+ · (.+)$", re.MULTILINE)
LETTER = re.compile(r"\*\*([a-z])\.\*\* ")
LINK = re.compile(r"\[[^\]]+\]\([^)\s]+\)")


def shared(notebook: Notebook) -> slice:
    """Return which cells of a sheet both sheets have.

    Raises
    ------
    NotebookError
        If it has no such cells.
    """
    ids = [cell.id for cell in notebook.nb.cells]
    buttons = [k for k, name in enumerate(ids) if name.startswith(COMMITS)]
    if FIRST not in ids or not buttons:
        raise NotebookError(
            f"{notebook.path.name} has no questions: they begin with the cell {FIRST!r} and end "
            f"with the last cell {COMMITS + 'NAME'!r}."
        )
    return slice(ids.index(FIRST), buttons[-1] + 1)


def as_before(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return cells of the sheet after the course as they stand in the one before it."""
    found = deepcopy(cells)
    for cell in found:
        if cell.id.startswith(COMMITS):
            cell.source = cell.source.replace("after(", "before(", 1)
    return found


def with_questions_of(earlier: Notebook, later: Notebook) -> NotebookNode:
    """Return the sheet before the course with the questions of the one after it.

    A cell that has not changed keeps what it shows.
    """
    nb = deepcopy(earlier.nb)
    stored = {(cell.id, cell.source): cell for cell in nb.cells}
    cells = as_before(later.nb.cells[shared(later)])
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nb.cells[shared(earlier)] = [stored.get((cell.id, cell.source), cell) for cell in cells]
    return nb


def questions_of(later: Notebook) -> Iterator[Twice]:
    """Give the questions of the sheet after the course, in order."""
    cells = later.by_id
    for name, cell in cells.items():
        answer = cells.get(name.replace(ASKED, ANSWERED, 1))
        if name.startswith(ASKED) and answer is not None:
            title, text = TITLE.search(cell.source), folded_in(answer.source).get(RIGHT, "")
            right, link = LETTER.match(text), LINK.search(text)
            yield Twice(
                name=name.removeprefix(ASKED),
                title=title[1] if title else "",
                choices=as_html(choices_in(cell.source)),
                beliefs=as_html(beliefs_in(answer.source)),
                right=right[1] if right else "",
                answer=as_html({RIGHT: text})[RIGHT],
                shown=link[0] if link else "",
            )


def sheet(notebook: Notebook) -> Sheet:
    """Return what there is to say about a sheet."""
    heading = notebook.nb.cells[0].source.splitlines()[0].removeprefix("# ")
    return Sheet(notebook.path.stem, heading, minutes_of(notebook.path))


def said_of(folder: Path) -> bytes:
    """Return what the library's file says of the sheets in a folder."""
    earlier, later = (Notebook.read(folder / name) for name in (BEFORE, AFTER))
    return written(list(questions_of(later)), sheet(earlier), sheet(later))


def write_twice(root: Path = ROOT) -> bool:
    """Write the questions into the sheet before the course, and for the library.

    Returns
    -------
    bool
        Whether anything has changed.
    """
    earlier, later = (Notebook.read(root / "notebooks" / name) for name in (BEFORE, AFTER))
    copied = write_changed(earlier.path, to_bytes(with_questions_of(earlier, later)))
    return write_changed(FILE, said_of(root / "notebooks")) or copied
