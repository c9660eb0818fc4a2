"""How long something takes, however busy the machine is: processors' work, and waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

BUSY = 10
"""How many times as long as its work something may take by the clock: others use the machine."""

IDLE = 0.01
"""Share of one processor's time. Whoever uses less waits; a busy machine gives everybody more."""

LOOK = 0.05
"""Seconds between two looks at how long something has worked."""

BLINK = 4 * LOOK
"""Seconds that count at most from one look to the next: a machine may hold up whoever looks."""


@dataclass(frozen=True)
class TimeLimit:
    """How long something may take.

    Parameters
    ----------
    working : float
        Seconds of processors' work.
    waiting : float
        Seconds by the clock, one after the other, in which it hardly works: it sleeps, or waits for
        something that does not come.
    """

    working: float
    waiting: float = float("inf")


class Stopwatch:
    """Tells when something has taken too long.

    What has to share its processor with many others takes longer by the clock, but works no more.
    So the clock decides on waiting alone; and at last, if that is ``BUSY`` times the work that is
    allowed, on what sleeps and works by turns.

    Parameters
    ----------
    limit : TimeLimit
        How long it may take, from now on.
    worked : callable
        Returns the seconds that processors have worked on it, counted from any moment.
    """

    def __init__(self, limit: TimeLimit, worked: Callable[[], float]) -> None:
        self.limit = limit
        self.worked = worked
        self.began = self.busy_until = worked()
        self.clock = self.busy_at = 0.0
        self.looked = time.monotonic()

    def is_over(self) -> bool:
        """Look whether the time is over. Whoever has to know looks again and again."""
        now = time.monotonic()
        if now < self.looked + LOOK / 2:
            return False
        self.clock += min(now - self.looked, BLINK)
        self.looked = now
        worked = self.worked()
        if worked - self.busy_until > IDLE * (self.clock - self.busy_at):
            self.busy_until, self.busy_at = worked, self.clock
        return (
            worked - self.began > self.limit.working
            or self.waits
            or self.clock > BUSY * self.limit.working
        )

    @property
    def waits(self) -> bool:
        """Whether it has waited too long, when somebody looked the last time."""
        return self.clock - self.busy_at > self.limit.waiting


def work_of(pid: int) -> float:
    """Return the seconds that processors have worked on a process, its threads together.

    Linux only. The number of its clock is made as `clock_getcpuclockid` of the GNU C library does.

    Raises
    ------
    OSError
        If there is no such process.
    """
    return time.clock_gettime((~pid << 3) | 2)


def work_of_thread(native_id: int) -> float:
    """Return the seconds that a processor has worked on one thread of this process. Linux only.

    Raises
    ------
    OSError
        If there is no such thread.
    """
    return time.clock_gettime((~native_id << 3) | 6)
