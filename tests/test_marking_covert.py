"""Runs that try to leave each other signs: what arrives is counted, and has to be chance.

A run writes bits into whatever it can change, and a later one reads them. Everything that they
might share is tried, and in each case the same is tried once more in a sandbox with a hole, so that
it is certain that bits which pass are seen to pass. Nothing here is measured by the clock.
"""

from __future__ import annotations

import json
import os
import platform
import random
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from marking_class import needs_bubblewrap
from marking_inside import another_bubble, said_alone

from course_tools.marking.sandbox import bubble, seccomp
from course_tools.marking.sandbox.copying import TIME

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

PLACES = 64
"""Bits that one run leaves for another, each in a file."""

BITS = [k % 2 for k in range(PLACES)]
random.Random(15).shuffle(BITS)

MOST = PLACES // 2 + 20
"""Of so many bits, half are right by chance; more than this once in three million times."""

TRIALS = 32
"""Times that one bit is left for the next run. Half of them say how it is to be read."""

ALLOW_ALL = struct.pack("<HBBI", seccomp.RETURN, 0, 0, seccomp.ALLOW)

Patch = pytest.MonkeyPatch


def with_mount(patch: Patch, *words: str) -> None:
    """Make a hole: mount something more, before everything becomes read only."""
    real = bubble.command

    def command(*given: Any) -> list[str]:
        whole = real(*given)
        place = whole.index("--remount-ro")
        return [*whole[:place], *words, *whole[place:]]

    patch.setattr(bubble, "command", command)


def on_disk(folder: Path) -> bool:
    """Whether files there can be out of memory at all."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    above = [(mount[1], mount[2]) for mount in mounts if folder.is_relative_to(mount[1])]
    return max(above, key=lambda each: len(each[0]))[1] in ("ext4", "xfs", "btrfs", "ext3")


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """A folder of files that everybody may write, for a hole."""
    folder = tmp_path / "hole"
    folder.mkdir()
    for k in range(PLACES):
        file = folder / f"{k:02}"
        file.write_bytes(bytes(16_384))
        file.chmod(0o666)
        os.utime(file, (TIME, TIME))
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    for each in (tmp_path.parent, tmp_path, folder):
        each.chmod(0o777)
    return folder


# --- A bit in each file ---------------------------------------------------------------------------

FILES = f"""
import os
def files():
    top = "/hole" if os.path.isdir("/hole") else "/"
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(set(folders) - {{"tmp", "dev", "proc"}})
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.path.getsize(path) > 8192:
                yield path
places = [path for path, _ in zip(files(), range({PLACES}))]
assert len(places) == {PLACES}
"""

FORGET = f"""{FILES}
for path in places:
    number = os.open(path, os.O_RDONLY)
    os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(number)
"""

READ_SOME = f"""{FILES}
for path, bit in zip(places, {BITS}):
    if bit:
        open(path, "rb").read(1)
"""

WHAT_WAS_READ = f"""{FILES}
import json, resource
def fetched():
    return resource.getrusage(resource.RUSAGE_SELF).ru_inblock
def in_memory(path):
    number = os.open(path, os.O_RDONLY)
    before = fetched()
    os.pread(number, 1, 0)
    os.close(number)
    return int(fetched() == before)
print(json.dumps([in_memory(path) for path in places]))
"""

MARK_SOME = f"""{FILES}
import contextlib, ctypes, fcntl, struct
library = ctypes.CDLL(None)
for path, bit in zip(places, {BITS}):
    if bit:
        number = os.open(path, os.O_RDONLY)
        for mark in (
            lambda: os.utime(path),
            lambda: os.chmod(path, 0o600),
            lambda: os.setxattr(path, "user.sign", b"1"),
            lambda: fcntl.fcntl(number, 1036, struct.pack("<Q", 5)),
            lambda: fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK),
            lambda: open(path, "r+b").write(b"1"),
        ):
            with contextlib.suppress(OSError):
                mark()
"""

WHAT_IS_MARKED = f"""{FILES}
import contextlib, fcntl, json, struct
def marked(path):
    state = os.stat(path)
    found = [state.st_mtime > {TIME} + 10**8]
    number = os.open(path, os.O_RDONLY)
    with contextlib.suppress(OSError):
        found.append(struct.unpack("<Q", fcntl.fcntl(number, 1035, bytes(8)))[0])
    with contextlib.suppress(OSError):
        found.append(os.listxattr(path))
    os.close(number)
    return int(any(found))
print(json.dumps([marked(path) for path in places]))
"""


def arrived(receive: str) -> int:
    """Count the bits that a run reads as they were written."""
    got = json.loads(said_alone(receive))
    return sum(one == other for one, other in zip(got, BITS, strict=True))


def test_which_files_were_read_is_not_to_be_seen() -> None:
    for source in (FORGET, READ_SOME):
        said_alone(source)
    assert arrived(WHAT_WAS_READ) <= MOST


def test_with_files_from_a_disk_it_would_be(monkeypatch: Patch, laid_out: Path) -> None:
    """As it was when the system's folders were shown: all bits arrive."""
    if not on_disk(laid_out):
        pytest.skip("temporary files are in memory here")
    with_mount(monkeypatch, "--ro-bind", str(laid_out), "/hole")
    with another_bubble():
        for source in (FORGET, READ_SOME):
            said_alone(source)
        assert arrived(WHAT_WAS_READ) > MOST


def test_no_file_can_be_marked() -> None:
    said_alone(MARK_SOME)
    assert arrived(WHAT_IS_MARKED) <= MOST


def test_files_that_can_be_written_could_be(monkeypatch: Patch, laid_out: Path) -> None:
    with_mount(monkeypatch, "--bind", str(laid_out), "/hole")
    with another_bubble():
        said_alone(MARK_SOME)
        assert arrived(WHAT_IS_MARKED) == PLACES


# --- One bit in what all share --------------------------------------------------------------------

LEAVE = """
import contextlib, ctypes, os, socket, subprocess, sys
library = ctypes.CDLL(None)
def quietly(act):
    with contextlib.suppress(Exception):
        act()
def forks():
    for _ in range(12):
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
def fill(folder):
    with open(f"{folder}/full", "wb") as file:
        while True:
            file.write(bytes(2**20))
def names():
    for k in range(40):
        one = socket.socket(socket.AF_UNIX)
        quietly(lambda: one.bind(""))
        quietly(lambda: one.bind(f"\\0{k}"))
def memory():
    kept = bytearray(os.urandom(4096)) * 25_000
    library.madvise(ctypes.c_void_p(id(kept) & ~4095), 2**21, 14)
if BIT:
    open("/hole/bit", "w").write("1") if os.path.isdir("/hole") else None
    for act in (
        forks, names, memory, lambda: fill("/tmp"), lambda: fill("/dev/shm"),
        lambda: library.sethostname(b"one", 3), lambda: library.setdomainname(b"one", 3),
        lambda: library.clock_settime(0, (ctypes.c_long * 2)(1_000_000_000, 0)),
        lambda: library.settimeofday((ctypes.c_long * 2)(1_000_000_000, 0), None),
        lambda: library.sync(), lambda: os.nice(5), lambda: os.setpriority(os.PRIO_USER, 0, 9),
        lambda: os.sched_setaffinity(0, {0}), lambda: os.umask(0), lambda: os.mkfifo("/dev/fifo"),
        lambda: library.prctl(41, 1, 0, 0, 0), lambda: os.openpty(),
    ):
        quietly(act)
elif os.path.isdir("/hole"):
    open("/hole/bit", "w").write("0")
"""

LOOK = """
import ctypes, fcntl, json, os, resource, socket, struct, tempfile, time
library = ctypes.CDLL(None, use_errno=True)
def randomness():
    with open("/dev/urandom") as file:
        return fcntl.ioctl(file, 0x80045200, bytes(4)).hex()
def process():
    child = os.fork()
    if not child:
        os._exit(0)
    return os.waitpid(child, 0)[0]
def system():
    room = ctypes.create_string_buffer(256)
    if library.sysinfo(room):
        raise OSError
    return list(struct.unpack("10Q", room.raw[:80]))
def mount():
    room = ctypes.create_string_buffer(256)
    if library.syscall(NUMBER, -100, b"/tmp", 0, 0x4000, room):
        raise OSError
    return struct.unpack_from("Q", room.raw, 0x90)[0]
def room(place):
    found = os.statvfs(place)
    return [found.f_blocks, found.f_bfree, found.f_files, found.f_ffree]
def own_name():
    one = socket.socket(socket.AF_UNIX)
    library.bind(one.fileno(), struct.pack("=H", 1), 2)
    return repr(one.getsockname())
def names():
    found = [os.path.join(folder, name) for folder, _, files in os.walk("/") for name in files]
    return [len(found), hash(tuple(sorted(found)))]
def state(place):
    found = os.stat(place)
    return [found.st_ino, found.st_mode, found.st_nlink, found.st_size, found.st_uid]
def devices():
    places = [f"/dev/{name}" for name in sorted(os.listdir("/dev")) if name != "shm"]
    return [[state(place), os.stat(place).st_mtime, os.stat(place).st_atime] for place in places]
def new_file():
    with tempfile.NamedTemporaryFile() as file:
        return os.fstat(file.fileno()).st_ino
meters = {
    "process ids": lambda: [os.getpid(), os.getppid(), process(), os.getsid(0), os.getpgrp()],
    "user": lambda: [os.getuid(), os.getgid(), os.getgroups()],
    "host name": lambda: [socket.gethostname(), *os.uname()],
    "domain": lambda: open("/proc/sys/kernel/domainname").read(),
    "memory, load, uptime": system,
    "pages that are free": lambda: open("/proc/meminfo").read(),
    "load": lambda: os.getloadavg(),
    "the system's start": lambda: open("/proc/sys/kernel/random/boot_id").read(),
    "disk": lambda: [room(place) for place in ("/", "/usr", "/course", "/tmp", "/dev/shm", "/dev")],
    "number of mounts": mount,
    "number of a socket": lambda: socket.socket(socket.AF_UNIX).getsockopt(1, 57, 8).hex(),
    "number of processes": lambda: os.fstat(os.pidfd_open(os.getpid())).st_ino,
    "name of a socket": own_name,
    "randomness": randomness,
    "terminals": lambda: os.openpty(),
    "files": names,
    "their numbers": lambda: [state(place) for place in ("/", "/usr", "/course", "/tmp", "/dev")],
    "devices": devices,
    "a new file's number": new_file,
    "what is the process' own": lambda: [os.umask(0o22), os.nice(0), len(os.sched_getaffinity(0))],
    "clocks": lambda: [round(time.time() - OUTSIDE - time.clock_gettime(time.CLOCK_MONOTONIC), 0)],
    "work": lambda: resource.getrusage(resource.RUSAGE_SELF)[2:7],
    "the hole": lambda: open("/hole/bit").read(),
}
def read(meter):
    try:
        return meter()
    except Exception as error:
        return type(error).__name__
print(json.dumps({name: read(meter) for name, meter in meters.items()}))
"""

MOUNTS = {"x86_64": 332, "aarch64": 291}

SHAKY = {"work"}
"""Meters that are never the same: of these, chance is asked for."""

Readings = list[dict[str, Any]]


@pytest.fixture(scope="module")
def trials() -> list[int]:
    """The bits that are left, one after the other: as many of each, in both halves."""
    half = [k % 2 for k in range(TRIALS // 2)]
    return [*random.Random(16).sample(half, len(half)), *random.Random(17).sample(half, len(half))]


def readings(bits: Sequence[int]) -> Readings:
    """Leave each bit, and return what the next run reads."""
    return [*_readings(bits)]


def _readings(bits: Sequence[int]) -> Iterator[dict[str, Any]]:
    outside = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
    begin = f"OUTSIDE = {outside}\nNUMBER = {MOUNTS[platform.machine()]}\n"
    for bit in bits:
        said_alone(f"BIT = {bit}\n{LEAVE}")
        yield json.loads(said_alone(begin + LOOK))


def right(values: Sequence[Any], bits: Sequence[int]) -> int:
    """Count how many of the later bits somebody reads who has been told the earlier ones.

    The numbers are those that tell most in the first half, and are compared with a middle.
    """
    half = len(bits) // 2
    numbers = [flat(value) for value in values]
    best = (0, 0)
    for k in range(min(map(len, numbers))):
        column = [each[k] for each in numbers]
        middle = sorted(column[:half])[half // 2]
        for way in (0, 1):
            guesses = [int(value >= middle) ^ way for value in column]
            told = [one == other for one, other in zip(guesses, bits, strict=True)]
            best = max(best, (sum(told[:half]), sum(told[half:])))
    return best[1]


def flat(value: Any) -> list[float]:
    """Return the numbers in a reading."""
    if isinstance(value, list):
        return [number for each in value for number in flat(each)]
    if isinstance(value, str):
        return [float(value)] if value.isdecimal() else [float(hash(value) % 2**32)]
    return [float(value)]


@pytest.fixture(scope="module")
def closed(trials: list[int]) -> Readings:
    """What is read in the sandbox as it is."""
    with another_bubble():
        return readings(trials)


def test_nothing_that_can_be_read_changes(closed: Readings) -> None:
    for name in closed[0].keys() - SHAKY:
        seen = {json.dumps(reading[name]) for reading in closed}
        assert len(seen) == 1, (name, seen)


def test_what_changes_tells_nothing(closed: Readings, trials: list[int]) -> None:
    for name in SHAKY:
        told = right([reading[name] for reading in closed], trials)
        assert told < TRIALS // 2, name


def test_what_is_read_says_nothing_of_the_machine(closed: Readings) -> None:
    first = closed[0]
    assert first["host name"][:3] == ["sandbox", "Linux", "sandbox"]
    assert first["clocks"] == [0.0]
    refused = {
        name
        for name, value in first.items()
        if value in ("OSError", "PermissionError", "FileNotFoundError")
    }
    assert refused == {
        "domain",
        "memory, load, uptime",
        "pages that are free",
        "load",
        "the system's start",
        "number of mounts",
        "number of a socket",
        "number of processes",
        "randomness",
        "terminals",
        "the hole",
    }


def test_with_holes_bits_would_arrive(
    monkeypatch: Patch, laid_out: Path, trials: list[int]
) -> None:
    """A shared folder carries each of them, and without the filter there is much to be read."""
    (laid_out / "bit").touch()
    (laid_out / "bit").chmod(0o666)
    with_mount(monkeypatch, "--bind", str(laid_out), "/hole")
    monkeypatch.setattr(seccomp, "program", lambda: ALLOW_ALL)
    few = trials[: TRIALS // 2]
    with another_bubble():
        read = readings(few)
    assert right([reading["the hole"] for reading in read], few) == TRIALS // 4
    told = {json.dumps(reading["memory, load, uptime"]) for reading in read}
    counted = [int(reading["number of mounts"]) for reading in read]
    assert len(told) > 1
    assert counted == sorted(set(counted))
