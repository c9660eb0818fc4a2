"""The machine itself: place on its disk and in memory, and a clock that can be believed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psutil

from course_tools.files import ROOT, show
from course_tools.room.checking.findings import Finding

MB = 10**6

DISK = 500 * MB
"""Bytes for a room: thirty people who hand in ten times, and the marking of all that."""

MEMORY = 800 * MB
"""Bytes for a room: 300 MB for its server at most, and a browser for the wall."""

SLACK = 3600.0
"""Seconds that a clock may be behind the newest file, which may come from a machine ahead of it."""

MENDS_OF_CLOCKS = {
    "linux": "sudo timedatectl set-ntp true",
    "darwin": "sudo sntp -sS time.apple.com",
    "win32": "w32tm /resync",
}


def disk(folder: Path) -> Finding:
    """Look whether there is room for all that will be handed in, and whether it can be written.

    Parameters
    ----------
    folder : Path
        Where the room keeps it. It may not be there yet.
    """
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        free = shutil.disk_usage(there).free
        if free < DISK:
            return Finding(
                "disk",
                f"{free // MB} MB are free where {show(folder)} is; a room needs {DISK // MB}.",
                "Empty the bin and the folder of downloads, or keep the room on another disk:"
                " ROOM_ARGS=--folder=/another/disk/room",
            )
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0" * MB)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding(
            "disk",
            f"Nothing can be written where {show(folder)} is: {error.strerror}.",
            "Keep the room in a folder of your own: ROOM_ARGS=--folder=/another/folder/room",
        )
    return Finding("disk", f"{free // MB:,} MB are free.")


def memory() -> Finding:
    """Look whether there is memory for the server, and for a browser beside it."""
    free = int(psutil.virtual_memory().available)
    if free < MEMORY:
        return Finding(
            "memory",
            f"{free // MB} MB of memory are free; the server and a browser need {MEMORY // MB}.",
            "Close what you do not need, other browsers first, then look again.",
        )
    return Finding("memory", f"{free // MB:,} MB are free.")


def clock(now: float | None = None) -> Finding:
    """Look whether the clock is behind what has certainly happened.

    Parameters
    ----------
    now : float, optional
        What it says, in seconds since 1970; by default the clock of this machine.
    """
    now = time.time() if now is None else now
    newest = max(past())
    said = f"It is {written(now)}"
    if now < newest - SLACK:
        return Finding(
            "clock",
            f"{said}, this machine says, but the course's newest file is of {written(newest)}."
            " Receipts and deadlines would be wrong.",
            f"Set the clock: `{MENDS_OF_CLOCKS.get(sys.platform, 'date')}`",
        )
    return Finding("clock", f"{said}: compare it with your telephone.")


def written(moment: float) -> str:
    """Write a moment as people do."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%A, %d %B %Y, %H:%M")


def past(root: Path = ROOT) -> Iterator[float]:
    """Give moments that have been: of the course's files, and of its newest commit."""
    for path in (root, *root.iterdir()):
        with suppress(OSError):
            yield path.stat().st_mtime
    with suppress(OSError, ValueError):
        command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        yield float(done.stdout)
