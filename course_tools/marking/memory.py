"""How many workers a machine has memory for, should every submission take all that it may."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from course_tools.marking.results import MarkingError

MB = 2**20

OWN = 160 * MB
"""Bytes that a worker needs beside its submission: Python, the warm process, what is read."""

DRIVER = 600 * MB
"""Bytes for whoever hands out the work, for the gradebook, for the system, and for what is shown in
all sandboxes, which is in memory once."""

GROUPS = Path("/sys/fs/cgroup")
"""Where Linux says what a group of processes, such as a container, may use."""

LIMITS = ("memory.max", "memory.limit_in_bytes")
"""How the files are called, in the second version and in the first."""


def fitting(wanted: int, each: int, there: int | None = None) -> int:
    """Return how many workers may mark at a time, and say so if these are fewer than wanted.

    Parameters
    ----------
    wanted : int
        Workers that were asked for.
    each : int
        Bytes that a submission may take.
    there : int, optional
        Bytes of memory that there are; by default those of this machine.

    Raises
    ------
    MarkingError
        If there is not memory enough for one.
    """
    there = there if there is not None else memory_here()
    fit = (there - DRIVER) // (each + OWN)
    if fit < 1:
        most = max(there - DRIVER - OWN, 0) // MB
        advice = f"Give --memory {most}, or mark" if most >= 256 else "Mark"
        raise MarkingError(
            f"A submission may take {each // MB} MB, a worker needs {OWN // MB} MB besides, and the"
            f" rest {DRIVER // MB} MB, but there are only {there // MB} MB of memory here. {advice}"
            " on a machine with more."
        )
    if fit < wanted:
        print(
            f"{wanted} workers with {(each + OWN) // MB} MB each would need more than the"
            f" {there // MB} MB of memory that are here, so {fit} mark{'s' * (fit == 1)}. With less"
            " --memory for a submission there could be more.",
            file=sys.stderr,
        )
    return min(wanted, fit)


def memory_here() -> int:
    """Return the bytes of memory that this process and its children may use together."""
    return min(int(psutil.virtual_memory().total), *limits_of_groups(), sys.maxsize)


def limits_of_groups(
    groups: Path = GROUPS, mine: Path = Path("/proc/self/cgroup")
) -> Iterator[int]:
    """Give the bytes that each group allows which this process is in."""
    lines: list[str] = []
    with contextlib.suppress(OSError):
        lines = mine.read_text("utf-8").splitlines()
    for line in lines:
        _, kinds, place = line.split(":", 2)
        if kinds in ("", "memory"):  # the second version, and the first
            folder = groups / kinds / place.lstrip("/")
            for above in (folder, *folder.parents):
                if above.is_relative_to(groups):
                    yield from limits_in(above)


def limits_in(folder: Path) -> Iterator[int]:
    """Give what the files of a group allow; nothing where they set no limit."""
    for name in LIMITS:
        with contextlib.suppress(OSError, ValueError):  # it is not there, or says "max"
            yield int((folder / name).read_text("ascii"))
