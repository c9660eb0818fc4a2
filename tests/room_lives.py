"""A program of tests/test_room_killed.py: a room that is killed at a moment which is known before.

Each line that it reads has a moment and a folder. So many calls that have to do with the disk are
made, beginning with the room's start, before the room kills itself; 0 lets it live. It writes the
id of the process that serves, "ready" when that has started, and, when it is over, how many such
calls there were.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import threading
from mmap import mmap
from pathlib import Path
from types import FrameType
from typing import Any

from room_world import settings_in

from course_tools.room.app import create_app
from course_tools.room.serving import listen, server_of

KEEPING = frozenset(
    {"execute", "executescript", "fsync", "replace", "mkdir", "open", "write", "close", "chmod"}
)
"""Functions in C that have to do with what is kept on the disk."""


class Counter:
    """Counts calls of this process and of those that it forks, before and after each."""

    def __init__(self) -> None:
        self._shared = mmap(-1, 8)
        self.moment = 0

    @property
    def calls(self) -> int:
        """How many there were."""
        return int(struct.unpack("q", self._shared[:8])[0])

    @calls.setter
    def calls(self, count: int) -> None:
        self._shared[:8] = struct.pack("q", count)

    def profile(self, _frame: FrameType, event: str, called: Any) -> None:
        """Take note of a call, as Python's profilers do; end the process at the moment."""
        if event in ("c_call", "c_return") and called.__name__ in KEEPING:
            self.calls += 1
            if self.calls == self.moment:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve one life after the other."""
    counter, listening = Counter(), listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    for line in sys.stdin:
        moment, _, folder = line.strip().partition(" ")
        counter.calls, counter.moment = 0, int(moment)
        process = os.fork()
        if process == 0:
            live(Path(folder), counter, listening)
            os._exit(0)
        print(process, flush=True)
        os.waitpid(process, 0)
        print(counter.calls, flush=True)


def live(folder: Path, counter: Counter, listening: socket.socket) -> None:
    """Serve a room, and watch what it keeps: at its start, and in the threads that answer."""
    settings = settings_in(folder)
    threading.setprofile(counter.profile)
    sys.setprofile(counter.profile)
    app = create_app(settings)
    sys.setprofile(None)
    print("ready", flush=True)
    server_of(app).run(sockets=[listening])


if __name__ == "__main__":
    main()
