"""The filter of system calls: what it refuses, by its text and by the kernel that applies it."""

from __future__ import annotations

import errno
import json
import platform
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from marking_class import needs_bubblewrap
from marking_inside import another_bubble, said_alone

from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import seccomp
from course_tools.marking.sandbox.bubble import FONTS
from course_tools.marking.sandbox.seccomp import (
    ALLOW,
    ERROR,
    KILL,
    MACHINES,
    MISSING,
    NEWEST,
    PARTS,
    REFUSED,
)

pytestmark = pytest.mark.sandbox

NUMBERS = Path(__file__).parent / "fixtures" / "system_calls.txt"

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}

ONLY = {"x86_64": {"inotify_init", "ustat"}, "aarch64": set[str]()}
"""What is refused on one machine, and does not exist on the other."""

REFUSE, MISS = ERROR | errno.EPERM, ERROR | errno.ENOSYS
PIDFD, NEW_USERS = 0x1000, 0x10000000
THREAD = 0x3D0F00  # what the C library passes for one
UNIX, INET, NETLINK, TIPC, VSOCK = 1, 2, 16, 30, 40

ALLOW_ALL = struct.pack("<HBBI", seccomp.RETURN, 0, 0, ALLOW)


def numbers(machine: str) -> dict[str, int]:
    """Read which number each call has on a machine, from our copy of the kernel's headers."""
    rows = [line.split() for line in NUMBERS.read_text().splitlines() if line[0] != "#"]
    column = 1 + [*MACHINES].index(machine)
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def names(machine: str) -> dict[int, str]:
    """Return which call has each number."""
    return {number: name for name, number in numbers(machine).items()}


def verdict(program: bytes, number: int, *arguments: int, audit: int) -> int:
    """Do with a call what the kernel does: run the program on it."""
    filled = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, *filled)
    lines = [*struct.iter_unpack("<HBBI", program)]
    tests: dict[int, Callable[[int, int], bool]] = {
        0x15: lambda loaded, value: loaded == value,
        0x35: lambda loaded, value: loaded >= value,
        0x45: lambda loaded, value: bool(loaded & value),
    }
    place, loaded = 0, 0
    while True:
        code, yes, no, value = lines[place]
        place += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (loaded,) = struct.unpack_from("<I", data, value)
        else:
            place += yes if tests[code](loaded, value) else no


def said_to(machine: str, number: int, *arguments: int) -> int:
    """Return what the filter says to a call on its own machine."""
    audit = MACHINES[machine].audit
    return verdict(seccomp.program(machine), number, *arguments, audit=audit)


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    """Each machine that can mark."""
    return str(request.param)


# --- By its text ----------------------------------------------------------------------------------


def test_the_copy_of_the_headers_is_whole(machine: str) -> None:
    known = numbers(machine)
    assert len(known) == len(set(known.values()))
    assert len(known) > 290
    assert known["read"] == {"x86_64": 0, "aarch64": 63}[machine]
    others = set[str]().union(*(names for name, names in ONLY.items() if name != machine))
    assert {*REFUSED, *MISSING, *PARTS} - set(known) == others
    for name, (*both,) in (*REFUSED.items(), *MISSING.items()):
        assert known.get(name, both[[*MACHINES].index(machine)]) == both[[*MACHINES].index(machine)]
    for name, part in PARTS.items():
        assert known[name] == part.numbers[[*MACHINES].index(machine)]
    assert max(known.values()) == NEWEST


def test_the_copy_agrees_with_the_headers_of_this_system(machine: str) -> None:
    if not HEADERS[machine].exists():
        return  # then the copy stands alone, and the other tests hold the filter to it
    defined = re.findall(
        r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", HEADERS[machine].read_text(), re.MULTILINE
    )
    theirs = {name: int(number) for name, number in defined}
    ours = numbers(machine)
    both = set(theirs) & set(ours)
    assert len(both) > 250
    assert {name: theirs[name] for name in both} == {name: ours[name] for name in both}


def test_every_number_is_refused_or_allowed_as_its_name_says(machine: str) -> None:
    known = names(machine)
    refused = {number for number in range(501) if said_to(machine, number) == REFUSE}
    socket = {numbers(machine)[name] for name in ("socket", "socketpair")}  # of no family here
    assert {known[number] for number in refused - socket} == set(REFUSED) & set(known.values())
    assert socket <= refused
    missing = {numbers(machine)[name] for name in MISSING} | set(range(NEWEST + 1, 501))
    assert {said_to(machine, number) for number in missing} == {MISS}
    others = set(range(501)) - refused - missing
    assert {said_to(machine, number) for number in others} == {ALLOW}


def test_clone_may_make_processes_but_no_users(machine: str) -> None:
    clone = numbers(machine)["clone"]
    assert said_to(machine, clone, 17) == ALLOW  # SIGCHLD: a process
    assert said_to(machine, clone, THREAD) == ALLOW
    assert said_to(machine, clone, NEW_USERS) == REFUSE
    assert said_to(machine, clone, PIDFD | 17) == REFUSE
    assert said_to(machine, clone, NEW_USERS | THREAD) == REFUSE
    assert said_to(machine, clone, 2**32 | NEW_USERS) == REFUSE


@pytest.mark.parametrize("name", sorted(PARTS.keys() - {"clone", "socket", "socketpair"}))
def test_what_is_refused_in_part_is_refused_for_these_values_alone(machine: str, name: str) -> None:
    part, number = PARTS[name], numbers(machine)[name]

    def told(value: int) -> int:
        return said_to(machine, number, *[*[0] * part.argument, value, *[7] * 5][:6])

    for value in part.values:
        assert told(value) == told(2**32 | value) == REFUSE
    near = {value + k for value in part.values for k in (-1, 1)} - {*part.values}
    assert {told(value) for value in near} == {ALLOW}


@pytest.mark.parametrize("name", ["socket", "socketpair"])
def test_sockets_of_one_family_only(machine: str, name: str) -> None:
    number = numbers(machine)[name]
    assert said_to(machine, number, UNIX, 1) == ALLOW
    for family in (0, INET, 10, NETLINK, 17, TIPC, 38, VSOCK, 2**31):
        assert said_to(machine, number, family, 1) == REFUSE


def test_numbers_of_the_third_form_are_refused(machine: str) -> None:
    for number in (0x40000000, 0x40000000 + 59, 0x7FFFFFFF, 0xFFFFFFFF, -1):
        assert said_to(machine, number) == REFUSE


def test_calls_of_another_kind_of_processor_end_the_process(machine: str) -> None:
    program = seccomp.program(machine)
    others = {0x40000003, 0x40000028, 0, *(each.audit for each in MACHINES.values())}
    for audit in others - {MACHINES[machine].audit}:  # i386 and 32-bit ARM among them
        assert {verdict(program, number, audit=audit) for number in range(501)} == {KILL}


def test_an_unknown_machine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MarkingError, match=r"riscv64.*x86_64 or aarch64"):
        seccomp.program("riscv64")


def test_by_default_it_is_for_this_machine() -> None:
    assert seccomp.program() == seccomp.program(platform.machine())


# --- By the kernel --------------------------------------------------------------------------------

ERRORS = """
import ctypes, errno, json
library = ctypes.CDLL(None, use_errno=True)

def error(number, *arguments):
    ctypes.set_errno(0)
    filled = [ctypes.c_long(each) for each in (*arguments, *[0] * (6 - len(arguments)))]
    return ctypes.get_errno() if library.syscall(ctypes.c_long(number), *filled) < 0 else 0
"""

ONE_BY_ONE = f"{ERRORS}\nprint(json.dumps([error(number) for number in {{numbers}}]))"


def errors_inside(calls: list[int]) -> list[int]:
    """Make calls inside, all arguments 0, and return the error of each."""
    answer: list[int] = json.loads(said_alone(ONE_BY_ONE.format(numbers=calls)))
    return answer


@needs_bubblewrap
def test_the_kernel_refuses_each() -> None:
    known = numbers(platform.machine())
    calls = [known[name] for name in REFUSED]
    assert dict(zip(REFUSED, errors_inside(calls), strict=True)) == dict.fromkeys(
        REFUSED, errno.EPERM
    )


@needs_bubblewrap
def test_without_the_filter_the_kernel_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "program", lambda: ALLOW_ALL)
    known = numbers(platform.machine())
    calls = ["unshare", "memfd_create", "shmget", "ptrace", "personality"]
    with another_bubble():
        errors = errors_inside([known[name] for name in calls])
    assert errno.EPERM not in errors


@needs_bubblewrap
def test_the_kernel_refuses_in_part() -> None:
    known = numbers(platform.machine())
    calls = {
        "a user": (known["clone"], NEW_USERS | 17),
        "clone3": (known["clone3"],),
        "another family": (known["socket"], INET, 1),
        "a pair of another family": (known["socketpair"], TIPC, 1),
        "a larger buffer": (known["setsockopt"], 3, 1, 7),
        "a lock": (known["fcntl"], 3, 6),
        "a mark on a file": (known["fcntl"], 3, 1036),
        "a socket's number": (known["getsockopt"], 3, 1, 57),
        "a name that is given": (known["bind"], 3, 0, 2),
        "a page for others": (known["madvise"], 0, 4096, 21),
        "larger pages": (known["prctl"], 41),
        "what is left of randomness": (known["ioctl"], 3, 0x80045200),
        "more about a file": (known["statx"],),
        "a call of tomorrow": (NEWEST + 1,),
        "the third form": (0x40000000 + 39,),
        "a socket": (known["socket"], UNIX, 1),
    }
    source = f"{ERRORS}\nprint(json.dumps([error(*call) for call in {[*calls.values()]}]))"
    got = dict(zip(calls, json.loads(said_alone(source)), strict=True))
    refused = dict.fromkeys(calls, errno.EPERM)
    missing = dict.fromkeys(("clone3", "more about a file", "a call of tomorrow"), errno.ENOSYS)
    assert got == refused | missing | {"a socket": 0}


I386 = """
import ctypes, mmap, os
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20; int 0x80; ret: getpid
place = ctypes.addressof(ctypes.c_char.from_buffer(code))
child = os.fork()
if not child:
    ctypes.CFUNCTYPE(ctypes.c_int)(place)()
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@needs_bubblewrap
@pytest.mark.parametrize("kind", ["x86_64"])
def test_a_call_in_32_bits_ends_the_process(kind: str) -> None:
    if platform.machine() != kind:
        pytest.skip("this machine has no calls in 32 bits")
    assert int(said_alone(I386)) < 0


# --- What is honest works -------------------------------------------------------------------------

HONEST = {
    "threads": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(lambda x: x * x, range(10))))
""",
    "programs": """
import subprocess
print(285 if "bin" in subprocess.run(["ls", "/usr"], capture_output=True, text=True).stdout else 0)
""",
    "a shell": """
import os
print(os.popen("echo $((200 + 85))").read())
""",
    "processes": """
import multiprocessing
fork = multiprocessing.get_context("fork")
with fork.Pool(3) as pool:
    print(sum(pool.map(int(2).__rpow__, range(10))))
""",
    "queues and locks": """
import multiprocessing
fork = multiprocessing.get_context("fork")
queue, lock, number = fork.Queue(), fork.Lock(), fork.Value("i", 0)
def work():
    for _ in range(50):
        with lock:
            number.value += 1
    queue.put(number.value)
workers = [fork.Process(target=work) for _ in range(2)]
[worker.start() for worker in workers]
seen = [queue.get() for _ in workers]
[worker.join() for worker in workers]
print(number.value + 185 if max(seen) == 100 else seen)
""",
    "a manager of shared values": """
import multiprocessing
fork = multiprocessing.get_context("fork")
with fork.Manager() as manager:
    numbers = manager.list([200])
    worker = fork.Process(target=numbers.append, args=(85,))
    worker.start()
    worker.join()
    print(sum(numbers))
""",
    "asyncio": """
import asyncio
async def square(x):
    await asyncio.sleep(0.001)
    return x * x
print(sum(await asyncio.gather(*map(square, range(10)))))
""",
    "IPython's way to the shell": """
!echo $((200 + 85))
""",
    "a program in asyncio": """
import asyncio
async def echo():
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec("echo", "285", stdout=pipe)
    return (await program.communicate())[0].decode()
print(await echo())
""",
    "one loop for all lines of a cell": """
import asyncio
async def square(x):
    await asyncio.sleep(0.01)
    return x * x
tasks = [asyncio.create_task(square(x)) for x in range(10)]
await asyncio.sleep(0)
print(sum(await asyncio.gather(*tasks)))
""",
    "temporary files": """
import tempfile
from pathlib import Path
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w+") as file:
    path = Path(folder) / "numbers.txt"
    path.write_text("285")
    file.write(path.read_text())
    file.seek(0)
    Path("here.txt").write_text(file.read())
print(Path("here.txt").read_text())
""",
    "a file of numbers": """
import numpy as np
np.save("numbers.npy", np.arange(10))
print((np.load("numbers.npy", mmap_mode="r") ** 2).sum())
""",
    "linear algebra": """
import numpy as np
matrix = np.random.default_rng(0).normal(size=(200, 200))
values, vectors = np.linalg.eigh(matrix @ matrix.T)
near = np.linalg.norm(vectors @ np.diag(values) @ vectors.T - matrix @ matrix.T) < 1e-6
print(285 if near and np.linalg.svd(matrix)[1].min() > 0 else 0)
""",
    "a clock": """
import signal, time
time.sleep(0.01)
print(285 if time.time() > 1.7e9 and time.perf_counter() > 0 else 0)
""",
    "random numbers of the system": """
import os, secrets, uuid
print(285 if len(os.urandom(9)) == 9 and secrets.token_hex(4) and uuid.uuid4() else 0)
""",
    "sockets in the same process": """
import socket
one, other = socket.socketpair()
one.sendall(b"285")
print(other.recv(3).decode())
""",
}


@needs_bubblewrap
@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST)
def test_what_is_honest_works(source: str) -> None:
    assert said_alone(source) == "285"


PICTURE = """
import logging
logging.basicConfig(level=logging.DEBUG)
import matplotlib
import matplotlib.font_manager
logging.disable(logging.INFO)
import matplotlib.pyplot as plt
from pathlib import Path
figure, axes = plt.subplots()
axes.plot([1, 4, 9])
axes.set_title(r"squares, $x^2$ and $\\beta$")
figure.savefig("squares.png")
figure.savefig("squares.pdf")
print("written:", [Path(f"squares.{kind}").stat().st_size > 1_000 for kind in ("png", "pdf")])
print("folder:", matplotlib.get_cachedir())
"""


@needs_bubblewrap
def test_a_picture_is_written_with_fonts_that_are_known_already() -> None:
    printed = said_alone(PICTURE)
    assert "written: [True, True]" in printed
    assert f"folder: {FONTS}" in printed
    assert "building the font cache" not in printed
    assert "generated new fontManager" not in printed
    assert f"Using fontManager instance from {FONTS}/fontlist" in printed
