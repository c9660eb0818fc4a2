"""What a process takes: its memory at most, and its seconds of processor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

EVERY = 0.1  # seconds


@dataclass
class Watched:
    """A process that is watched.

    Parameters
    ----------
    process : Process
        It, without those that it starts.
    most : int
        Bytes of memory that it has had at most: its own, and those that it shares.
    """

    process: psutil.Process
    most: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Of processor, until now."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def look(self) -> None:
        """Look at its memory, now and then, until it is enough."""
        while not self.done.wait(EVERY):
            self.most = max(self.most, int(self.process.memory_info().rss))


@contextmanager
def watching(pid: int) -> Iterator[Watched]:
    """Watch a process."""
    watched = Watched(psutil.Process(pid))
    looking = threading.Thread(target=watched.look, daemon=True)
    looking.start()
    try:
        yield watched
    finally:
        watched.done.set()
        looking.join()
