"""What a submission's processes use together, as the system counts it outside."""

from __future__ import annotations

import contextlib

import psutil

from course_tools.marking.sandbox.bubble import Child
from lessons_lib.feedback.stopwatch import work_of


class Usage:
    """The work and the memory of a process and of all that descends from it.

    Parameters
    ----------
    child : Child
        The first process. Its parent has no other children, and adopts those that lose their own.
    """

    def __init__(self, child: Child) -> None:
        self.child = child
        self.parent: psutil.Process | None = None
        self.family: list[psutil.Process] = []
        self.seen: dict[psutil.Process, float] = {}
        self.worked = 0.0

    def look(self) -> None:
        """Find all of them, and count anew how long processors have worked on them: ``worked``.

        Who has ended is counted in two ways: as the system does, with whoever has waited for it,
        and as it was last seen here. Neither can be too much.
        """
        self.family = []
        with contextlib.suppress(psutil.Error, ValueError):  # it has ended
            self.parent = self.parent or psutil.Process(self.child.pid).parent()
            self.family = self.parent.children(recursive=True) if self.parent else []
        ended = 0.0
        for each in self.family:  # first: who ends now must not be counted twice
            with contextlib.suppress(psutil.Error):
                times = each.cpu_times()
                ended += times.children_user + times.children_system
        now: dict[psutil.Process, float] = {}
        for each in self.family:
            with contextlib.suppress(OSError):
                now[each] = work_of(each.pid)
        self.seen |= now
        self.worked = max(self.worked, ended + sum(now.values()), sum(self.seen.values()))

    @property
    def memory(self) -> int:
        """Bytes of memory that they held together when they were found."""
        total = 0
        for each in self.family:
            with contextlib.suppress(psutil.Error):
                total += each.memory_full_info().pss
        return total
