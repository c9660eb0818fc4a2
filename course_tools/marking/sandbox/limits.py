"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass

from lessons_lib.feedback.stopwatch import TimeLimit

STANDSTILL = 3.0
"""Seconds for which a busy machine may forget whoever wants to work: that is no waiting yet."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Parameters
    ----------
    cell_seconds : float
        Seconds of processors' work for one cell. Then it is interrupted, and the next one runs.
    seconds : float
        Seconds of processors' work for the whole notebook. Then all is ended.
    memory : int
        Bytes of memory, all its processes together.
    disk : int
        Bytes of temporary files.
    processes : int
        Processes and threads at a time.
    files : int
        Open files at a time.
    """

    cell_seconds: float = 30.0
    seconds: float = 60.0
    memory: int = 2**30
    disk: int = 16 * 2**20
    processes: int = 24
    files: int = 128

    @property
    def cell_time(self) -> TimeLimit:
        """Time for one cell: it may wait for as long as it may work."""
        return TimeLimit(self.cell_seconds, max(self.cell_seconds, STANDSTILL))

    @property
    def bounds(self) -> dict[str, int]:
        """The same for the system, which counts by process. Whoever watches is to come first."""
        return {
            "AS": self.memory,
            "CORE": 0,
            "CPU": 2 * int(self.seconds) + 1,
            "FSIZE": self.disk,
            "MEMLOCK": 0,
            "MSGQUEUE": 0,
            "NOFILE": self.files,
            "NPROC": self.processes,
        }
