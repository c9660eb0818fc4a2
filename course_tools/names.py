"""List the ids of a notebook's cells, and give a cell another one.

JupyterLab draws an id for every new cell and has no way to change it, but the lessons' cells are
named by hand, so that a failing test says which cell it means.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from course_tools.files import show
from course_tools.notebooks.cells import is_given_by_hand
from course_tools.notebooks.stored import NotebookError, from_bytes, to_bytes


def listing(nb: NotebookNode) -> Iterator[str]:
    """Give a line for each cell: its number, type, id and first line."""
    width = max((len(cell.get("id", "")) for cell in nb.cells), default=0)
    for number, cell in enumerate(nb.cells, start=1):
        first = (cell.source.strip().splitlines() or [""])[0][:60]
        yield f"{number:3} {cell.cell_type:8} {cell.get('id', ''):{width}} {first}".rstrip()


def rename(path: Path, old: str, new: str) -> None:
    """Give the cell with one id another id, and change nothing else of the file.

    Parameters
    ----------
    path : Path
        The notebook.
    old, new : str
        The id that the cell has, and the one that it gets: two to 64 characters of lower-case
        words joined by hyphens.

    Raises
    ------
    NotebookError
        If no cell or more than one has the old id, or the new id is malformed or taken.
    """
    nb = from_bytes(path.read_bytes(), path)
    ids = [cell.get("id", "") for cell in nb.cells]
    if ids.count(old) != 1:
        raise NotebookError(f"{show(path)}: {ids.count(old)} cells have the id {old!r}, not one.")
    if new in ids:
        raise NotebookError(f"{show(path)}: the id {new!r} is taken by cell {ids.index(new) + 1}.")
    if not is_given_by_hand(new):
        raise NotebookError(
            f"{new!r} cannot be an id. Take two to 64 characters of lower-case words joined by "
            "hyphens that say what the cell holds, like plot-valley."
        )
    nb.cells[ids.index(old)]["id"] = new
    path.write_bytes(to_bytes(nb))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if the id cannot be given."""
    parser = argparse.ArgumentParser(prog="name-cell", description="List or rename cells.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("old", nargs="?", help="id that a cell has")
    parser.add_argument("new", nargs="?", help="id that it gets")
    options = parser.parse_args(argv)
    if options.old and not options.new:
        parser.error("give the id that the cell has and the one that it gets")
    try:
        if options.old:
            rename(options.notebook, options.old, options.new)
        print("\n".join(listing(from_bytes(options.notebook.read_bytes(), options.notebook))))
    except (NotebookError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
