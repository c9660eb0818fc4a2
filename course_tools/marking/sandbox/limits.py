"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Parameters
    ----------
    cell_seconds : float
        Seconds for one cell. Then it is interrupted, and the next one runs.
    seconds : float
        Seconds for the whole notebook. Then all is ended.
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
    def bounds(self) -> dict[str, int]:
        """The same for the system, which counts by process."""
        return {
            "AS": self.memory,
            "CORE": 0,
            "CPU": int(self.seconds) + 1,
            "FSIZE": self.disk,
            "MEMLOCK": 0,
            "MSGQUEUE": 0,
            "NOFILE": self.files,
            "NPROC": self.processes,
        }
