"""The notebooks as a reader's browser gets them: nothing has run, and each says what was given.

JupyterLite keeps what a reader saves in the browser, and shows it in place of the served notebook.
So each notebook carries what stands for its sources as they were given; `site/lite/copies/` tells
by it whether the reader has changed a copy, and puts a corrected lesson beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_tools.desk.copies import copies, without_outputs
from course_tools.files import ROOT, show
from course_tools.notebooks.stored import NotebookError, from_bytes, from_dict, to_bytes
from course_tools.site.lite.choosing import without_lost_links
from course_tools.site.lite.recipe import HERE

KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
"""What JupyterLite calls its kernel. Any other name would ask for a kernel, and run nothing."""

LANGUAGE = {"codemirror_mode": {"name": "python", "version": 3}, "version": "3.8"}
"""What this kernel says of its language, beside what others say. A notebook that says the same is
not taken for changed as soon as it is opened."""

NOTE = "in-your-browser"
"""The id of a cell that is there in the browser alone."""

OFFSET, PRIME = 0x811C9DC5, 0x01000193
"""Of the hash FNV-1a, 32 bits: Fowler, Noll and Vo, http://www.isthe.com/chongo/tech/comp/fnv."""


@dataclass(frozen=True)
class Note:
    """What is said in the browser alone, after a cell of a notebook.

    Parameters
    ----------
    after : str
        The id of the cell.
    text : str
        Markdown.
    """

    after: str
    text: str


@dataclass(frozen=True)
class Served:
    """A notebook as it is served.

    Parameters
    ----------
    name : str
        Where: "notebooks/06_momentum.ipynb", as in a learner's own folder.
    content : bytes
        What it says.
    given : str
        What stands for its sources.
    title : str
        Its first heading.
    """

    name: str
    content: bytes
    given: str
    title: str


def read_notes(path: Path = HERE / "notes.toml") -> dict[str, Note]:
    """Read what is said in the browser alone, by notebook."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Note(**note) for name, note in said.items()}


def served(
    notes: Mapping[str, Note], chosen: Collection[str] | None = None, root: Path = ROOT
) -> Iterator[Served]:
    """Give every notebook that a learner gets, as the browser needs it.

    Parameters
    ----------
    notes : mapping of str to Note
        What is said in the browser alone, by notebook.
    chosen : collection of str, optional
        Which notebooks, by name. Links to others become words. Without it, all.
    root : Path
        The folder of the course.

    Raises
    ------
    NotebookError
        If one is missing or no notebook, or a note has lost its place.
    """
    given = {copy.name: copy for copy in copies(root)}
    if lost := set(notes) - set(given):
        raise NotebookError(f"There is no notebook {', '.join(sorted(lost))} to put a note into.")
    there = [name for name in given if chosen is None or name in chosen]
    for name in there:
        path = root / name
        nb = from_bytes(without_outputs(given[name].content, path), path)
        if name in notes:
            add_note(nb, notes[name], path)
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = without_lost_links(cell.source, name, there)
        nb.metadata["kernelspec"] = dict(KERNEL)
        nb.metadata["language_info"] = {**nb.metadata["language_info"], **LANGUAGE}
        nb.metadata["course"] = {"given": fingerprint(nb)}
        yield Served(name, to_bytes(nb), nb.metadata["course"]["given"], title_of(nb))


def title_of(nb: NotebookNode) -> str:
    """Return the first heading of a notebook."""
    return str(nb.cells[0].source).partition("\n")[0].lstrip("# ")


def add_note(nb: NotebookNode, note: Note, path: Path) -> None:
    """Put a note after its cell.

    Raises
    ------
    NotebookError
        If there is no such cell.
    """
    ids = [cell.id for cell in nb.cells]
    if note.after not in ids:
        raise NotebookError(f"{show(path)} has no cell {note.after!r} to put a note after.")
    said = {"id": NOTE, "cell_type": "markdown", "metadata": {}, "source": note.text.strip()}
    nb.cells.insert(ids.index(note.after) + 1, from_dict(said))


def fingerprint(nb: NotebookNode) -> str:
    """Return what stands for the sources of a notebook; the browser computes the same.

    The browser's own hashes are missing where a page comes over plain http from another machine,
    so this is one that takes three lines. It tells apart what people write, and guards nothing.
    """
    text = "".join(f"{cell.cell_type}\n{cell.source}\0" for cell in nb.cells)
    state = OFFSET
    for byte in (content := text.encode()):
        state = ((state ^ byte) * PRIME) % 2**32
    return f"{len(content)}-{state:08x}"
