"""Whose a room's folder is: one server's at a time; and clearing it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_tools.bootstrap import try_lock
from course_tools.files import show
from course_tools.room.settings import FolderError

LOCK = "lock"
DATABASE = "room.sqlite"
OWN = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "handed_in", "submitted", LOCK)
"""All that a room writes into its folder. The lock goes last."""


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Have a folder for oneself. The system lets go of it when this process ends, however it ends.

    Parameters
    ----------
    folder : Path
        The room's. It is made, for its owner alone.

    Raises
    ------
    FolderError
        If another room is open on it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FolderError(
            f"{show(folder)} cannot be written: {error.strerror}. Keep the room in a folder of"
            " your own: ROOM_ARGS=--folder=/another/folder/room"
        ) from None
    try:
        if not try_lock(descriptor):
            raise FolderError(
                f"A room is open on {show(folder)} already. End it with Ctrl-C where it was"
                " started, or keep another one elsewhere: ROOM_ARGS=--folder=/another/folder/room"
            )
        yield
    finally:
        os.close(descriptor)


def clear(folder: Path) -> list[str]:
    """Delete all that a room has kept; what others have put into its folder stays.

    Parameters
    ----------
    folder : Path
        The room's.

    Returns
    -------
    list of str
        The names of what stays.

    Raises
    ------
    FolderError
        If there is no room in it, or it is open.
    """
    if not (folder / DATABASE).is_file():
        raise FolderError(f"There is no room in {show(folder)}, so nothing was deleted.")
    with holding(folder):
        for name in OWN:
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    left = sorted(path.name for path in folder.iterdir())
    if not left and not folder.is_symlink():
        folder.rmdir()
    return left
