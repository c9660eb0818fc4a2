"""Where all that is to be seen inside is kept: in memory, and in namespaces that nobody else sees.

What lies on a disk is in memory or not, depending on who has read it before, and a notebook could
find out which. Here everything is in memory, all of the time. It is copied once, for all processes
that are forked from the one that does it, and is gone as soon as the last of them has ended, even
if they are killed. Another process may do it, while this one still imports what marking needs.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import copying, tree
from course_tools.marking.sandbox.installed import bubblewrap, entrance, no_sandbox

COVERED = "/sys"
"""A folder of the machine that is covered by ours, where nobody else sees it: nothing needs it."""

SHELF = f"{COVERED}/shelf"

ENDED = "The process that keeps what notebooks need was ended by something outside it. Start again."

ANSWER = 65_536
"""Bytes of the largest answer of whoever fills a shelf."""

Modules = tuple[Path, ...]


@dataclass(frozen=True)
class Shelf:
    """What is to be seen inside, ready to be mounted.

    Parameters
    ----------
    size : int
        Bytes that it takes.
    folders : list of str
        Names of the folders at its top.
    doors : dict of str to int
        Open files by which one comes to where it is: namespaces, by the kind that `nsenter` names.
    """

    size: int
    folders: list[str]
    doors: dict[str, int]

    @property
    def entering(self) -> list[str]:
        """How a program is started where it can be mounted. It has to be handed the doors."""
        doors = [f"--{kind}=/proc/self/fd/{number}" for kind, number in self.doors.items()]
        return [entrance(), "--preserve-credentials", *doors, "--"]

    def close(self) -> None:
        """Let go of it."""
        for door in self.doors.values():
            os.close(door)

    @property
    def mounts(self) -> list[str]:
        """How bubblewrap is told to show it."""
        return [
            word for name in self.folders for word in ("--ro-bind", f"{SHELF}/{name}", f"/{name}")
        ]


SHELVES: dict[Modules, Shelf] = {}
"""Those that this process has, or that it is forked from."""


def shelf(modules: Modules) -> Shelf:
    """Return the shelf of this process and of those that are forked from it.

    Parameters
    ----------
    modules : tuple of Path
        Folders with further modules that the notebooks import.

    Raises
    ------
    MarkingError
        If there is no room for it, or no sandbox can be made.
    """
    if modules not in SHELVES:
        errand = ERRANDS.pop(modules, None)
        SHELVES[modules] = (errand and errand.done()) or filled(modules)
    return SHELVES[modules]


def filled(modules: Sequence[Path]) -> Shelf:
    """Fill a shelf: `shelf` says the rest."""
    files = tree.everything(modules)
    with keeping() as keeper:
        home = f"/proc/{keeper.pid}/root{SHELF}"
        try:
            size = copying.fill(home, files)
            folders = sorted(each.name for each in Path(home).iterdir())
            return Shelf(size, folders, doors_to(keeper.pid))
        except OSError as error:
            if not is_there(home):
                raise MarkingError(ENDED) from error
            what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
            raise MarkingError(
                f"What notebooks need cannot be copied into memory ({what}). That takes 250 MB,"
                " and what --module names. Is the machine out of memory, or can a file not be"
                " read?"
            ) from error


def is_there(home: str) -> bool:
    """Tell whether a shelf is still there: it goes before the process that keeps it is seen to."""
    with contextlib.suppress(OSError):
        return Path(home).is_dir()
    return False


def doors_to(keeper: int) -> dict[str, int]:
    """Open the namespaces of a process."""
    kinds = {"mount": "mnt"} | ({"user": "user"} if os.geteuid() else {})
    return {kind: os.open(f"/proc/{keeper}/ns/{name}", os.O_RDONLY) for kind, name in kinds.items()}


@contextlib.contextmanager
def keeping() -> Iterator[psutil.Process]:
    """Have a process in namespaces of its own, in which a folder is empty and in memory."""
    words = [bubblewrap(), "--die-with-parent", "--dev-bind", "/", "/"]
    words += ["--perms", "0755", "--tmpfs", COVERED, "--perms", "0755", "--dir", SHELF]
    words += ["--unshare-user"] if os.geteuid() else []
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*words, "--", "/bin/cat"], stdin=pipe, stdout=pipe, stderr=pipe, env={}, bufsize=0
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b".")
        if process.stdout.read(1) != b".":  # then all is mounted
            raise MarkingError(no_sandbox(process.stderr.read(4_000).decode()))
        yield child_of(process.pid)
        process.stdin.close()


def child_of(parent: int) -> psutil.Process:
    """Return the one child of a process.

    Raises
    ------
    MarkingError
        If there is none any more.
    """
    with contextlib.suppress(psutil.NoSuchProcess, IndexError):
        return psutil.Process(parent).children()[0]
    raise MarkingError(ENDED)


# --- By another process ---------------------------------------------------------------------------


class Errand:
    """A process that fills a shelf, and hands over the doors.

    Parameters
    ----------
    modules : tuple of Path
        As for `shelf`.
    """

    def __init__(self, modules: Modules) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ours = ours.detach()  # a number, about which nobody complains if it is never needed
        self.process = os.fork()
        if not self.process:
            try:
                run_errand(theirs, modules)
            finally:
                os._exit(0)
        theirs.close()

    def done(self) -> Shelf | None:
        """Wait for the shelf; None if there is none, for whatever reason."""
        with socket.socket(fileno=self.ours) as ours:
            answer, doors, _, _ = socket.recv_fds(ours, ANSWER, 2)
        os.waitpid(self.process, 0)
        if not answer:
            return None
        said = json.loads(answer)
        return Shelf(said["size"], said["folders"], dict(zip(said["kinds"], doors, strict=True)))


def run_errand(answering: socket.socket, modules: Modules) -> None:
    """Fill a shelf, and hand over the doors."""
    made = filled(modules)
    said = {"size": made.size, "folders": made.folders, "kinds": [*made.doors]}
    socket.send_fds(answering, [json.dumps(said).encode()], [*made.doors.values()])


ERRANDS: dict[Modules, Errand] = {}
"""What is under way."""


def begin(modules: Modules) -> None:
    """Let another process fill the shelf, which `shelf` then waits for."""
    if modules not in SHELVES and modules not in ERRANDS:
        ERRANDS[modules] = Errand(modules)
