"""What was handed in, read as bytes: from a file, or from a zip, and within bounds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_tools.marking.collecting.files import content_at, opened_below
from course_tools.marking.collecting.skimming import without_outputs
from course_tools.marking.collecting.zips import (
    MOST_INSIDE,
    Entry,
    Readable,
    content_in,
    entries_of,
    zip_in,
)
from course_tools.marking.submissions import (
    DEFAULT,
    Bounds,
    RefusedError,
    Submission,
    check_name,
    printable,
    refuse,
)

REMEMBERED = 64
"""Zips whose lists are kept in memory, so that each is listed once, as long as it is the same."""

_lists: dict[tuple[Path, int, int, int, int], dict[str, Entry]] = {}


def content_of(submission: Submission, folder: Path, bounds: Bounds = DEFAULT) -> bytes:
    """Read a notebook without following a link anywhere below a folder.

    Parameters
    ----------
    submission : Submission
        What was found.
    folder : Path
        Where that was. It may be a link itself: the instructor has chosen it.
    bounds : Bounds
        How large the file, and what is kept of it, may be.

    Returns
    -------
    bytes
        What stands in the file; without outputs if it is large.

    Raises
    ------
    RefusedError
        If there is no such file, it is something else, or it is empty or too large.
    """
    check_name(submission.student)
    try:
        return kept_of(raw_of(submission, folder, bounds), bounds)
    except FileNotFoundError:
        names = {each.name for each in (submission.path, submission.other) if each}
        known = " or ".join(repr(printable(name)) for name in sorted(names, reverse=True))
        raise RefusedError(
            f"There is no notebook {known}. Hand it in under exactly this name."
        ) from None
    except OSError as error:
        raise RefusedError(
            f"The notebook cannot be read ({error.strerror}). Hand it in once more."
        ) from None


def raw_of(submission: Submission, folder: Path, bounds: Bounds) -> bytes:
    """Read a notebook's file, wherever it is."""
    if submission.inside:
        return content_inside(folder, submission.path, submission.inside, bounds)
    try:
        return content_below(folder, submission.path, bounds)
    except FileNotFoundError:
        return content_below(folder, submission.other or submission.path, bounds)


def kept_of(content: bytes, bounds: Bounds) -> bytes:
    """Return what was read, without what nobody keeps if it is large."""
    if len(content) <= bounds.bytes:
        return content
    content = without_outputs(content)
    if len(content) > bounds.bytes:
        refuse(
            f"Without its outputs the notebook still has {len(content):,} bytes, and"
            f" {bounds.bytes:,} are allowed. Take a fresh copy of the exercise, and copy your code"
            " into it."
        )
    return content


def content_below(folder: Path, path: Path, bounds: Bounds) -> bytes:
    """Read a file below a folder."""
    with opened_below(folder, path) as descriptor:
        return content_at(descriptor, path.name, bounds)


def content_inside(folder: Path, path: Path, inside: tuple[str, ...], bounds: Bounds) -> bytes:
    """Read a file in a zip, or in a zip in it.

    Parameters
    ----------
    folder, path : Path
        Where to begin, and the zip.
    inside : tuple of str
        Names: of the file, and before it that of the zip in the zip.
    bounds : Bounds
        How large each may be.
    """
    with opened_zip(folder, path) as (file, entries):
        for name in inside[:-1]:
            file = zip_in(file, named(entries, name), bounds)
            entries = entries_of(file, MOST_INSIDE)
        return content_in(file, named(entries, inside[-1]), bounds)


def text_of(folder: Path, path: Path, inside: tuple[str, ...]) -> str:
    """Read a text beside a notebook; empty if there is none."""
    small = Bounds(file=1_000_000)
    try:
        if inside:
            content = content_inside(folder, path, inside, small)
        else:
            content = content_below(folder, path, small)
    except (RefusedError, OSError):
        return ""
    return content.decode(errors="replace")


def named(entries: dict[str, Entry], name: str) -> Entry:
    """Return a file in a zip by its name."""
    if name not in entries:
        refuse("The zip changed while it was read. Save it, wait, and hand it in once more.")
    return entries[name]


@contextmanager
def opened_zip(folder: Path, path: Path) -> Iterator[tuple[Readable, dict[str, Entry]]]:
    """Open a zip below a folder, and list it."""
    with opened_below(folder, path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        state = os.fstat(descriptor)
        key = (path, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
        if key not in _lists:
            if len(_lists) >= REMEMBERED:
                _lists.clear()
            _lists[key] = entries_of(file)
        yield file, _lists[key]
