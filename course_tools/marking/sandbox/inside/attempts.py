"""What must not succeed in the sandbox. The probe tries all of it before any code of learners."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Bait = dict[str, Any]
"""What lies outside: addresses, files, variables, processes. The module `probe` lays it out."""

PLACES = (
    *("/", "/bin", "/course", "/course/own", "/course/own/lessons_lib", "/course/packages"),
    *("/dev", "/etc", "/home", "/lib", "/root", "/run", "/usr", "/var"),
)

OWN = ("/tmp", "/dev/shm")
"""Folders that a submission has for itself."""

IN_MEMORY = (0x01021994, 0x858458F6)
"""Kinds of file systems, by the kernel's numbers: TMPFS_MAGIC and RAMFS_MAGIC."""

COOKIE, HINT = 57, 1036
"""SO_COOKIE and F_SET_RW_HINT, which Python does not name."""

CALLS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "a file of memory": ("memfd_create", (b"probe", 0)),
    "shared memory": ("shmget", (0, 4096, 0o1600)),
    "a look into another process": ("ptrace", (0x4206, 1, 0, 0)),
    "a mount": ("mount", (b"none", b"/tmp", b"tmpfs", 0, None)),
    "root's rights": ("setuid", (0,)),
    "another root folder": ("chroot", (b"/tmp",)),
    "another user namespace": ("unshare", (0x10000000,)),  # last: it changes all rights
}


def succeeded(bait: Bait) -> list[str]:
    """Try everything, and say in words what was possible."""
    return [found for attempt in ATTEMPTS for found in attempt(bait)]


def network(bait: Bait) -> Iterator[str]:
    """Reach a server on the machine outside."""
    for kind, address in bait["servers"]:
        place = tuple(address) if isinstance(address, list) else address
        try:
            with socket.socket(getattr(socket, kind)) as client:
                client.settimeout(1.0)
                client.connect(place)
        except OSError:
            continue
        yield f"the network: {address!r} answers"


def sockets(bait: Bait) -> Iterator[str]:
    """Make sockets that no namespace fences."""
    for kind in ("AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"):
        for form in (socket.SOCK_RAW, socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            try:
                socket.socket(getattr(socket, kind), form).close()
            except OSError:
                continue
            yield f"a socket of the kind {kind}"


def files(bait: Bait) -> Iterator[str]:
    """See files from outside."""
    for place in bait["files"]:
        if os.path.lexists(place):
            yield f"the file system: {place} is there"


def writing(bait: Bait) -> Iterator[str]:
    """Write where others read."""
    for place in PLACES:
        file = Path(place) / f"probe-{os.getpid()}"
        try:
            file.touch()
            file.unlink()
        except OSError:
            continue
        yield f"the file system: {place} can be written"


def times(bait: Bait) -> Iterator[str]:
    """Leave a sign in the times of files that others see, too: those of devices are everybody's."""
    for folder in PLACES:
        for place in (folder, *entries(folder)):
            with contextlib.suppress(OSError):
                os.utime(place)
                yield f"the file system: the time of {place} can be changed"


def entries(folder: str) -> list[str]:
    """List what is in a folder, but for those that are a submission's own."""
    try:
        return [entry.path for entry in os.scandir(folder) if entry.path not in OWN]
    except OSError:
        return []


def environment(bait: Bait) -> Iterator[str]:
    """Read variables of whoever marks."""
    for name in sorted(set(os.environ) - set(bait["variables"])):
        yield f"the environment: {name} is set"
    for file in Path("/proc").glob("[0-9]*/environ"):
        yield f"the environment: {file} is there"


def processes(bait: Bait) -> Iterator[str]:
    """Find other processes than this one and the one that all others descend from."""
    others = [pid for pid in range(2, bait["pids"]) if pid != os.getpid() and _exists(pid)]
    if others:
        yield f"other processes: {', '.join(map(str, others[:5]))}"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def descriptors(bait: Bait) -> Iterator[str]:
    """Find open files that came along."""
    for number in range(3, 1024):
        try:
            found = os.fstat(number)
        except OSError:
            continue
        if [found.st_dev, found.st_ino] in bait["open"]:
            yield f"open files: number {number} came along"


def calls(bait: Bait) -> Iterator[str]:
    """Make system calls that no exercise needs."""
    library = ctypes.CDLL(None, use_errno=True)
    for words, (name, arguments) in CALLS.items():
        if getattr(library, name)(*arguments) >= 0:
            yield f"system calls: {words}"


def limits(bait: Bait) -> Iterator[str]:
    """Take more than there is."""
    for name, most in bait["bounds"].items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        if hard == resource.RLIM_INFINITY or hard > most:
            yield f"limits: {name} is more than {most}"
    if _raised(lambda: mmap.mmap(-1, bait["bounds"]["AS"])) is None:
        yield "limits: all memory at once"
    for folder in OWN:
        if _fits(folder, bait["disk"] + 2**20):
            yield f"limits: {folder} holds more than {bait['disk']} bytes"


def _raised(function: Callable[[], Any]) -> BaseException | None:
    try:
        function()
    except (OSError, ValueError, MemoryError) as error:
        return error
    return None


def _fits(folder: str, size: int) -> bool:
    names = [f"{folder}/probe-{k}" for k in range(2)]
    try:
        for name in names:
            Path(name).write_bytes(bytes(size // 2))
    except OSError:
        return False
    finally:
        for name in names:
            with contextlib.suppress(OSError):
                Path(name).unlink()
    return True


def answers(bait: Bait) -> Iterator[str]:
    """Find the right answers."""
    from lessons_lib.feedback import bank

    if bank.tasks() or [*Path(bank.__file__).parent.glob("lesson_*")]:
        yield "the course's bank of right answers"


def disks(bait: Bait) -> Iterator[str]:
    """Find files that are not in memory: when they were read last could be told from outside."""
    for place in ("/", *entries("/"), *entries("/course"), *OWN):
        if Path(place).is_dir() and _kind_of_disk(place) not in IN_MEMORY:
            yield f"files from a disk: {place}"


def _kind_of_disk(place: str) -> int:
    room = ctypes.create_string_buffer(256)
    ctypes.CDLL(None, use_errno=True).statfs(place.encode(), room)
    return int.from_bytes(room.raw[:4], sys.byteorder)


def signs(bait: Bait) -> Iterator[str]:
    """Read or change what all runs on this machine have in common."""
    system = ctypes.CDLL(None, use_errno=True)
    room = ctypes.create_string_buffer(4096)
    if system.sysinfo(room) == 0:
        yield "signs: how much memory is free"
    with contextlib.suppress(OSError):
        os.close(os.pidfd_open(os.getpid()))
        yield "signs: how many processes there have been"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
        one.getsockopt(socket.SOL_SOCKET, COOKIE, 8)
        yield "signs: how many sockets there have been"
    with contextlib.suppress(OSError), Path(os.__file__).open("rb") as file:
        fcntl.fcntl(file, HINT, bytes([5, *[0] * 7]))
        yield "signs: a mark on a file that is only read"
    with contextlib.suppress(OSError):
        os.close(os.openpty()[0])
        yield "signs: a terminal"


def machine(bait: Bait) -> Iterator[str]:
    """Learn whose machine this is."""
    if os.uname().nodename in bait["hosts"]:
        yield f"names: this is {os.uname().nodename}"
    told = [*sys.path, sys.prefix, sys.executable, *os.environ.values()]
    told += [str(getattr(each, "__file__", "")) for each in [*sys.modules.values()]]
    for place in bait["places"]:
        if any(place in each for each in told):
            yield f"names: the course is in {place}"


def library(bait: Bait) -> Iterator[str]:
    """Find functions of the course that exercises ask for."""
    for folder in entries("/course/opened"):
        for file in entries(folder):
            yield f"the course's functions: {file}"


ATTEMPTS: tuple[Callable[[Bait], Iterator[str]], ...] = (
    network,
    sockets,
    files,
    writing,
    times,
    environment,
    processes,
    descriptors,
    calls,
    limits,
    answers,
    disks,
    signs,
    machine,
    library,
)
