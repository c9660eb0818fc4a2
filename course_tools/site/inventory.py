"""Every file of a built site with its SHA-256: what says, wherever it stands, that it is whole.

The list has the form of `sha256sum`, so `sha256sum --check --quiet .sha256` holds a memory stick,
too, on machines without the course.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from course_tools.files import write_whole

NAME = ".sha256"
"""The list, in the folder that it describes."""


def write(folder: Path) -> None:
    """List the files of a folder in it, all but the list itself."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    paths = (path for path in paths if path != folder / NAME)
    lines = [f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths]
    write_whole(folder / NAME, "".join(lines).encode())


def problems(folder: Path) -> Iterator[str]:
    """Say which files are gone or have changed since the list was written: a sentence for each.

    Parameters
    ----------
    folder : Path
        Where the files and their list are. Files that the list does not name belong to others.
    """
    listed = folder / NAME
    if not listed.is_file():
        yield f"{folder} has no list of its files, {NAME}."
        return
    for line in listed.read_text(encoding="utf-8").splitlines():
        said, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing."
        elif digest(path) != said:
            yield f"{name} has changed since it was made."


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
