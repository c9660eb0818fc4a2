"""Where the project is, how a place in it is written, and files that are written whole."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the project."""

MY_COURSE = "my_course"
"""The folder in it that is a learner's own copy of the course, once `make lab` has made it."""


def show(path: Path) -> str:
    """Write a path as an author would type it."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def write_changed(path: Path, content: bytes) -> bool:
    """Write a file as `write_whole` does, if it says something else; return whether it did."""
    if path.exists() and path.read_bytes() == content:
        return False
    write_whole(path, content)
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place in one step, after making the folders above it.

    Whatever happens meanwhile, there is either what stood there before, or all that is new. A
    process that is killed may leave a hidden draft beside it, which the next one overwrites.

    Parameters
    ----------
    path : Path
        Where. What stood there is replaced, and its permissions are kept.
    content : bytes
        What.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".new-{path.name}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(path.stat().st_mode)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
