"""What a learner gets: the notebooks of the course, and what tells two versions of one apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from course_tools.files import show
from course_tools.notebooks.course import (
    exercise_of,
    notebooks,
    read_in_order,
    slug_of,
    solutions,
)
from course_tools.notebooks.stored import NotebookError, code_cells, from_bytes, to_bytes


@dataclass(frozen=True)
class Copy:
    """A notebook as a learner gets it.

    Parameters
    ----------
    name : str
        Where it goes, inside the learner's folder: "notebooks/06_momentum.ipynb".
    content : bytes
        What it says.
    digest : str
        What stands for its sources.
    """

    name: str
    content: bytes
    digest: str

    @property
    def formerly(self) -> str:
        """Where it was before exercises and solutions had names of their own."""
        path = PurePosixPath(self.name)
        return path.with_stem(slug_of(path)).as_posix()


def copies(root: Path) -> Iterator[Copy]:
    """Give what a learner gets from a course: lessons without outputs, and all the rest as it is.

    Raises
    ------
    NotebookError
        If one of them is missing, or no notebook.
    """
    lessons = set(read_in_order(root / "notebooks"))
    worked = solutions(root)
    for path in [*notebooks(root / "notebooks"), *(exercise_of(p, root) for p in worked), *worked]:
        content = content_of(path)
        if path in lessons:
            content = without_outputs(content, path)
        name = path.relative_to(root).as_posix()
        yield Copy(name, content, digest(from_bytes(content, path)))


def content_of(path: Path) -> bytes:
    """Return what a notebook of the course says, or say what to do without it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotebookError(f"{show(path)} is missing. Get the course anew.") from None


def without_outputs(content: bytes, path: Path) -> bytes:
    """Return a notebook as it is before anything has run."""
    nb = from_bytes(content, path)
    for cell in code_cells(nb):
        cell.outputs, cell.execution_count = [], None
    return to_bytes(nb)


def digest(nb: NotebookNode) -> str:
    """Return what stands for the sources of a notebook, whatever has run in it.

    Cells, what they say, and what is graded count. Outputs, timings, and what an editor
    remembers do not.
    """
    sources = [
        [cell.cell_type, cell.source.strip(), cell.metadata.get("nbgrader")] for cell in nb.cells
    ]
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()


def digest_of(path: Path) -> str | None:
    """Return what stands for the sources of a file; nothing if it is no notebook."""
    try:
        return digest(from_bytes(path.read_bytes(), path))
    except NotebookError:
        return None
