"""A process inside bubblewrap, warmed up, from which each submission is forked.

bubblewrap gives it namespaces of its own: no network, no processes but its own, no files but those
on the shelf, read only. The environment is empty from the start, since that of whoever
starts bubblewrap could be read inside. For each submission it forks a child, which shuts itself in
once more: with processes, temporary files and a user of its own, the filter in `seccomp`, and
bounds on everything. A fresh bubblewrap and Python for each would take several times as long, most
of it to import numpy.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import IO, Any

from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import seccomp, tree
from course_tools.marking.sandbox.installed import bubblewrap, no_sandbox
from course_tools.marking.sandbox.library import NEEDS
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.shelf import shelf

HOME = "/tmp"
WORK = f"{HOME}/work"
FONTS = f"{HOME}/matplotlib"

ENVIRONMENT = {
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # each thread would reserve 64 MB of the memory that is allowed
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": FONTS,
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INDEX": "1",  # it would try to reach one six times, and wait longer before each
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "UV_OFFLINE": "1",
}

DEVICES = ("full", "null", "random", "urandom", "zero")

HOST = "sandbox"
"""What the machine is called inside."""

TOP = 2**20
"""Bytes of the top folder, in which there are only others. By itself it tells half the memory."""

EMPTY = {HOME: "1777", "/dev/shm": "1777"}
"""Folders that are empty for each submission, with their permissions."""

NOBODIES = range(61184, 65520)
"""User ids that systemd keeps for services without an account: no file belongs to them."""

FIRST = secrets.randbelow(len(NOBODIES))
"""The first of them that is taken. A process id tells how many processes there have been."""

PATIENCE = 30.0
"""Seconds in which the process has to start, and to answer."""

LARGEST = 65_536
"""Bytes of its largest answer."""


class LostError(Exception):
    """The sandbox was ended from outside, by nobody here. The submission is not to blame."""


class Child:
    """The process of one submission, as it looks from outside.

    Parameters
    ----------
    channel : socket
        On which it serves.
    descriptor : int
        The number under which the process itself is open here: no other can ever be meant by it.
    """

    def __init__(self, channel: socket.socket, descriptor: int) -> None:
        self.channel = channel
        self.descriptor = descriptor

    @property
    def pid(self) -> int:
        """Its process id here, outside; below 1 if it has ended."""
        lines = Path(f"/proc/self/fdinfo/{self.descriptor}").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))

    def interrupt(self) -> None:
        """Interrupt what it does, as a kernel is interrupted."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGALRM)

    def close(self) -> None:
        """Let go of it."""
        self.channel.close()
        os.close(self.descriptor)


class Bubble:
    """The warm process. It has one child at a time.

    Parameters
    ----------
    protected : bool
        False leaves out bubblewrap, and all protection but the system's limits.
    modules : sequence of Path
        Folders with further modules that the notebooks import.
    """

    def __init__(self, *, protected: bool, modules: Sequence[Path]) -> None:
        self.protected = protected
        with contextlib.ExitStack() as stack, tempfile.TemporaryFile() as complaints:
            self.control, theirs = map(stack.enter_context, _connected())
            self.control.settimeout(PATIENCE)
            self.process = start(theirs.fileno(), complaints, modules, protected=protected)
            theirs.close()
            try:
                self._answer()
            except LostError:
                self.close()
                complaints.seek(0)
                raise MarkingError(no_sandbox(complaints.read(4_000).decode())) from None
            stack.pop_all()

    def begin(self, limits: Limits, work: str, opened: Sequence[str] = ()) -> Child:
        """Fork a child for one submission.

        Parameters
        ----------
        limits : Limits
            What it may use.
        work : str
            The folder that it is in.
        opened : sequence of str
            Modules in `library.NEEDS` that it may use.

        Raises
        ------
        MarkingError
            If it cannot be shut in.
        LostError
            If the warm process is gone.
        """
        ours, theirs = socket.socketpair()
        request = {
            "namespaces": self.protected,
            "user": nobody() if os.geteuid() == 0 else None,
            "bounds": limits.bounds,
            "disk": limits.disk,
            "folders": EMPTY,
            "covered": covered(opened),
            "library": [f"{tree.OPENED}/{name}" for name in opened],
            "links": font_links() if self.protected else {},
            "work": work,
            "filter": base64.b64encode(seccomp.program()).decode() if self.protected else "",
        }
        with contextlib.ExitStack() as stack:
            stack.enter_context(ours)
            with theirs:
                self._send(json.dumps(request).encode(), [theirs.fileno()])
            answer, handed = self._answer_with_child()
            if "error" in answer:
                raise MarkingError(no_sandbox(str(answer["error"])))
            stack.pop_all()
        return Child(ours, handed[0])

    def end(self, word: bytes) -> bool:
        """End the child, and say whether it was still there.

        Parameters
        ----------
        word : bytes
            One of `inside.warm.ENDS`.

        Raises
        ------
        LostError
            If the warm process is gone.
        """
        self._send(word, [])
        return bool(self._answer()["asked"])

    @property
    def closed(self) -> bool:
        """Whether everything has been ended."""
        return self.control.fileno() < 0

    def close(self) -> None:
        """End everything."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, 9)
        self.process.kill()
        self.process.wait()
        self.control.close()

    def _send(self, data: bytes, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self.control, [data], descriptors)
        except OSError as error:
            raise LostError(str(error)) from None

    def _answer(self) -> dict[str, Any]:
        return self._answer_with_child()[0]

    def _answer_with_child(self) -> tuple[dict[str, Any], list[int]]:
        try:
            answer, opened, _, _ = socket.recv_fds(self.control, LARGEST, 1)
        except OSError as error:
            raise LostError(str(error)) from None
        if not answer:
            raise LostError("the sandbox has ended")
        return json.loads(answer), opened


def covered(opened: Sequence[str]) -> list[str]:
    """Return the folders with those modules that a submission may not use; most often all of them.

    Parameters
    ----------
    opened : sequence of str
        Modules in `library.NEEDS` that it may use.
    """
    if not opened:
        return [tree.OPENED]
    return [f"{tree.OPENED}/{name}" for name in NEEDS if name not in opened]


def _connected() -> tuple[socket.socket, socket.socket]:
    """Return two ends of a connection that keeps messages apart."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


BUBBLES: dict[tuple[int, bool, tuple[Path, ...]], Bubble] = {}
"""Those that were started, by the process that may use them: copies of it need their own."""


def bubble(protected: bool, modules: tuple[Path, ...]) -> Bubble:
    """Return the bubble of this process: another one if there is none yet, or it was closed."""
    key = (os.getpid(), protected, modules)
    if key not in BUBBLES or BUBBLES[key].closed:
        BUBBLES[key] = Bubble(protected=protected, modules=modules)
    return BUBBLES[key]


def nobody() -> int:
    """Return a user id that no one else has, and that differs between this and other markers."""
    return NOBODIES[(FIRST + os.getpid()) % len(NOBODIES)]


# --- Starting -------------------------------------------------------------------------------------


def start(
    control: int, complaints: IO[bytes], modules: Sequence[Path], *, protected: bool
) -> subprocess.Popen[bytes]:
    """Start the warm process, with one socket and an empty environment."""
    if protected:
        shown = shelf((*modules,))
        path = [f"{tree.COURSE}/modules/{k}" for k in range(len(modules))]
        path += [tree.OWN, tree.PACKAGES]
        inner = [*command(shown.mounts), *python(tree.python_place(), path, control)]
        words, doors = [*shown.entering, *inner], [*shown.doors.values()]
    else:
        path = [*map(str, modules), copied_course().name, sysconfig.get_path("purelib")]
        words, doors = python(str(tree.real_python()), path, control), []
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=complaints,
        env=ENVIRONMENT if protected else ENVIRONMENT | {"MPLCONFIGDIR": gettempdir()},
        cwd="/",
        pass_fds=[control, *doors],
        start_new_session=True,
    )
    with contextlib.suppress(OSError):  # where memory runs out, this goes first
        Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000", "ascii")
    return process


def command(shown: Sequence[str]) -> list[str]:
    """Write bubblewrap's part of the command line.

    As root it makes the namespaces with root's rights, and each child becomes nobody: a user
    namespace would leave it the owner of root's files. Everybody else needs a user namespace.
    The warm process keeps the right to make further namespaces. Its children give it up.

    Parameters
    ----------
    shown : sequence of str
        The part that mounts what is to be seen.
    """
    options = ["--unshare-ipc", "--unshare-net", "--unshare-pid", "--unshare-uts"]
    options += ["--hostname", HOST, "--unshare-cgroup-try", "--die-with-parent", "--new-session"]
    options += ["--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]
    if os.geteuid() == 0:
        for right in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            options += ["--cap-add", right]
    else:
        options += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    mounts = ["--perms", "0755", "--size", str(TOP), "--tmpfs", "/", *shown]
    mounts += [*links_of_system(), *devices(), "--dir", HOME]
    return [bubblewrap(), *options, *mounts, "--remount-ro", "/", "--chdir", "/"]


def links_of_system() -> list[str]:
    """Give the folders of programs and libraries their second names, as this machine has them."""
    links = {"/bin": "usr/bin"}  # where all programs are inside
    for folder in ("/lib", "/lib64"):
        if Path(folder).is_symlink():
            links[folder] = str(Path(folder).readlink())
    return [word for link, folder in links.items() for word in ("--symlink", folder, link)]


def folders_to(place: str) -> list[str]:
    """Make the folders above a place, open to all. By itself bubblewrap opens them to root."""
    above = list(Path(place).parents)[-2::-1]
    return [word for folder in above for word in ("--perms", "0755", "--dir", str(folder))]


def devices() -> list[str]:
    """Show the few devices that hold nothing. Those of terminals are left out: nobody looks."""
    places = [f"/dev/{name}" for name in DEVICES]
    mounts = [word for place in places for word in ("--dev-bind", place, place)]
    return [*folders_to("/dev/shm/"), *mounts, "--dir", "/dev/shm"]


@cache
def copied_course() -> tempfile.TemporaryDirectory[str]:
    """Copy the course's own, for code that runs without bubblewrap: there nothing is left out."""
    folder = tempfile.TemporaryDirectory(prefix="marking-")
    place = Path(folder.name)
    for name, source in tree.course_files(tree.LIBRARY, tree.INSIDE, whole=True):
        target = place / Path(name).relative_to(tree.OWN)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    return folder


def font_links() -> dict[str, str]:
    """Return where matplotlib looks for its lists of fonts, and where they are inside."""
    return {f"{FONTS}/{file.name}": f"{tree.FONTS}/{file.name}" for file in tree.font_lists()}


def python(program: str, path: Sequence[str], control: int) -> list[str]:
    """Write the warm process' part of the command line."""
    return [program, "-sSP", "-c", START.format(path=[*path], control=control)]


START = (
    "import os, site, sys; os.closerange(3, {control}); os.closerange({control} + 1, 4096);"
    " site.setquit(); sys.path[:0] = {path!r};"
    " from inside.warm import main; main({control})"
)
"""Without Python's `site`, which would run whatever packages ask for, but with its `exit`. What was
open on the way here is closed, before anything else."""
