"""The two servers that are compared: a room, and the plain one that comes with Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from classroom.watching import Watched, watching
from course_tools.files import ROOT

SERVE = Path(__file__).with_name("serve.py")
HERE = "127.0.0.1"
TO_END = 20  # seconds, after it was asked to


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Parameters
    ----------
    port : int
        Where, on this machine.
    watched : Watched
        Its process.
    word, instructors_word : str
        Those of a room.
    """

    port: int
    watched: Watched
    word: str = ""
    instructors_word: str = ""

    @property
    def address(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{HERE}:{self.port}"


@contextmanager
def room(folder: Path, site: Path, name: str) -> Iterator[Served]:
    """Serve a room."""
    with (
        running(str(SERVE), str(folder), str(site), name) as (process, first),
        watching(process.pid) as watched,
    ):
        yield Served(**json.loads(first), watched=watched)


@contextmanager
def plain(site: Path) -> Iterator[Served]:
    """Serve files alone, as somebody does who has read no further than Python's own guide."""
    options = ("--bind", HERE, "--directory", str(site), "0")
    with running("-u", "-m", "http.server", *options) as (process, first):
        found = re.search(r"port (\d+)", first)
        assert found, first
        with watching(process.pid) as watched:
            yield Served(int(found[1]), watched)


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start Python, give its first line, and end it."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    try:
        yield process, process.stdout.readline()
    finally:
        process.terminate()
        try:
            process.wait(TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
