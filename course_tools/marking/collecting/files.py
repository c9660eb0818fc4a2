"""Files below a folder, opened and read so that nothing but a file is, and no link is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from course_tools.marking.submissions import Bounds, printable, refuse


@contextmanager
def opened_below(folder: Path, path: Path) -> Iterator[int]:
    """Open a file below a folder, following no link on the way.

    Parameters
    ----------
    folder : Path
        Where to begin. It may be a link itself, and it may be the file: the instructor has
        chosen it.
    path : Path
        The file.

    Raises
    ------
    RefusedError
        If something else than a file, or a link, stands there or on the way.
    OSError
        If it cannot be opened.
    """
    with ExitStack() as opened:
        if path == folder:
            yield keep(opened, os.open(folder, os.O_RDONLY | os.O_CLOEXEC))
            return
        *folders, name = path.relative_to(folder).parts
        at = keep(opened, os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        for each in folders:
            at = keep(opened, open_below(at, each, os.O_DIRECTORY))
        yield keep(opened, open_below(at, name))


def keep(opened: ExitStack, descriptor: int) -> int:
    """Have a descriptor closed in the end."""
    opened.callback(os.close, descriptor)
    return descriptor


def open_below(at: int, name: str, kind: int = 0) -> int:
    """Open what stands in an open folder: a folder or a file, and nothing else.

    It is looked at before it is opened, because opening a device may set something off; and
    opened so that neither a link is followed nor a pipe waited for, because it may have changed
    in between.
    """
    mode = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        refuse(f"{printable(name)!r} is a link. Hand in the notebook itself.")
    if kind and not stat.S_ISDIR(mode):
        refuse(f"{printable(name)!r} should be a folder and is none. Hand it in once more.")
    if not kind:
        check_regular(mode, name)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    return os.open(name, flags | kind, dir_fd=at)


def check_regular(mode: int, name: str) -> None:
    """Refuse what is not a file, saying what it is."""
    if not stat.S_ISREG(mode):
        kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
        kind = kinds.get(stat.S_IFMT(mode), "device")
        refuse(f"{printable(name)!r} is a {kind}, not a file. Hand in the notebook itself.")


def content_at(descriptor: int, name: str, bounds: Bounds) -> bytes:
    """Read an open file, unless it is too large or changes meanwhile."""
    before = os.fstat(descriptor)
    check_regular(before.st_mode, name)
    if before.st_size > bounds.file:
        refuse(too_large(f"has {before.st_size:,} bytes", bounds))
    content = read_to_end(descriptor, bounds.file + 1)
    after = os.fstat(descriptor)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or len(content) != after.st_size:
        refuse("The file changed while it was read. Save it, wait, and hand it in once more.")
    if not content:
        refuse("The file is empty. Save the notebook, and hand it in once more.")
    return content


def too_large(size: str, bounds: Bounds) -> str:
    """Say that a file is too large, and what helps."""
    return (
        f"The file {size}, and {bounds.file:,} are allowed. Clear the outputs (Edit, Clear Outputs"
        " of All Cells), save, and hand it in again."
    )


def read_to_end(descriptor: int, most: int) -> bytes:
    """Read an open file, up to so many bytes."""
    content = bytearray()
    while len(content) < most and (piece := os.read(descriptor, most - len(content))):
        content += piece
    return bytes(content)
