"""The probe: it finds nothing in the sandbox, and each hole that is made in it."""

from __future__ import annotations

import json
import os
import platform
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from marking_class import ENVIRONMENT, hand_in, needs_bubblewrap
from marking_inside import another_bubble, with_inside

from course_tools import files
from course_tools.marking.command_line import main
from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import bubble, library, probe, seccomp, tree
from course_tools.marking.sandbox.bubble import Bubble
from course_tools.marking.sandbox.inside.attempts import ATTEMPTS, CALLS
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.probe import leaks, trust_sandbox
from course_tools.notebooks.course import exercise_of, slug_of, solutions
from course_tools.notebooks.stored import V4, from_bytes, to_bytes
from lessons_lib.feedback.stopwatch import TimeLimit

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

ALLOW_ALL = struct.pack("<HBBI", seccomp.RETURN, 0, 0, seccomp.ALLOW)

ROOT = os.geteuid() == 0

BOUNDS = {
    name: Limits().bounds[name]
    for name in ("AS", "CPU", "FSIZE", "MEMLOCK", "MSGQUEUE", "NOFILE", "NPROC")
}
"""Bounds that are higher on any system; many allow no core files anyway."""

Patch = pytest.MonkeyPatch
Hole = Callable[[Patch, Path], None]


# --- Holes ----------------------------------------------------------------------------------------


def with_command(patch: Patch, change: Callable[[list[str]], list[str]]) -> None:
    """Change the command line of bubblewrap."""
    real = bubble.command
    patch.setattr(bubble, "command", lambda *given: change(real(*given)))


def without(*words: str) -> Callable[[list[str]], list[str]]:
    """Leave out options."""
    return lambda command: [word for word in command if word not in words]


def with_mount(*words: str) -> Callable[[list[str]], list[str]]:
    """Mount something more, before everything becomes read only."""

    def change(command: list[str]) -> list[str]:
        place = command.index("--remount-ro")
        return [*command[:place], *words, *command[place:]]

    return change


def with_request(patch: Patch, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Ask for another fence than the usual one."""
    changed = SimpleNamespace(loads=json.loads, dumps=lambda request: json.dumps(change(request)))
    patch.setattr(bubble, "json", changed)


def no_filter(patch: Patch, folder: Path) -> None:
    """Allow every system call."""
    patch.setattr(seccomp, "program", lambda: ALLOW_ALL)


def no_network_namespace(patch: Patch, folder: Path) -> None:
    """Share the network, but not the kinds of sockets."""
    with_command(patch, without("--unshare-net"))


def no_network_fence(patch: Patch, folder: Path) -> None:
    """Share the network, and every kind of socket."""
    no_network_namespace(patch, folder)
    no_filter(patch, folder)


def shared_temporary(patch: Patch, folder: Path) -> None:
    """Show the temporary files of outside, with the probe's own bait."""
    with_command(patch, lambda command: [*command, "--ro-bind", "/tmp", "/tmp"])
    patch.setattr(bubble, "EMPTY", {"/dev/shm": "1777"})
    patch.setattr(bubble, "WORK", "/dev/shm")
    with_request(patch, lambda request: request | {"work": "/dev/shm", "links": {}})


FILE = ("--ro-bind", "/etc/passwd", "/etc/passwd")


def shared_accounts(patch: Patch, folder: Path) -> None:
    """Show who has an account."""
    with_command(patch, with_mount(*FILE, "--chmod", "0755", "/etc"))


def shared_hidden(patch: Patch, folder: Path) -> None:
    """Show what must be hidden."""
    with_command(patch, with_mount("--ro-bind", str(folder), "/hidden"))


def process_files(patch: Patch, folder: Path) -> None:
    """Show the system's files about processes."""
    with_command(patch, with_mount("--ro-bind", "/proc", "/proc"))


def writable_root(patch: Patch, folder: Path) -> None:
    """Leave the root folder open to all."""

    def change(command: list[str]) -> list[str]:
        last = len(command) - 1 - command[::-1].index("--remount-ro")
        return [*command[:last], "--chmod", "0777", "/", *command[last + 2 :]]

    with_command(patch, change)


def writable_place(patch: Patch, folder: Path) -> None:
    """Show a folder that can be written."""
    place = folder / "open"
    place.mkdir()
    for each in (folder, place):
        each.chmod(0o777)
    with_command(patch, with_mount("--bind", str(place), "/var"))


def times_of_devices(patch: Patch, folder: Path) -> None:
    """Leave the files of devices as they are on the machine."""
    with_inside(patch, folder, ("warm.py", "fence.freeze_devices()", "pass"))


def variable(patch: Patch, folder: Path) -> None:
    """Hand a variable on."""
    patch.setattr(bubble, "ENVIRONMENT", bubble.ENVIRONMENT | {"API_KEY": "secret"})


def whole_environment(patch: Patch, folder: Path) -> None:
    """Hand all variables on."""
    popen = subprocess.Popen
    with_popen(patch, lambda words, **options: popen(words, **options | {"env": None}))


def open_file(patch: Patch, folder: Path) -> None:
    """Hand on whatever is open, and close nothing."""
    closing = "os.closerange(3, {control}); os.closerange({control} + 1, 4096);"
    assert closing in bubble.START
    patch.setattr(bubble, "START", bubble.START.replace(closing, ""))
    popen = subprocess.Popen
    with_popen(
        patch,
        lambda words, **options: popen(words, **options | {"close_fds": False, "pass_fds": ()}),
    )


def with_popen(patch: Patch, start: Callable[..., subprocess.Popen[bytes]]) -> None:
    """Start the warm process in another way."""

    def started(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
        for number in options["pass_fds"]:
            os.set_inheritable(number, True)
        return start(words, **options)

    patch.setattr(bubble, "subprocess", SimpleNamespace(Popen=started, DEVNULL=subprocess.DEVNULL))


SAME_PROCESSES = (
    ("fence.py", 'call("unshare", NEW_PIDS)', "pass"),
    ("warm.py", 'first=message["namespaces"]', "first=False"),
)
SAME_RIGHTS = ("warm.py", 'fence.become(message["user"])', "pass")
SAME_BOUNDS = ("warm.py", 'fence.set_bounds(message["bounds"])', "pass")


def no_process_namespace(patch: Patch, folder: Path) -> None:
    """Let a submission see the processes of the sandbox."""
    with_inside(patch, folder, *SAME_PROCESSES)


def no_process_namespaces(patch: Patch, folder: Path) -> None:
    """Let a submission see the processes of the machine."""
    no_process_namespace(patch, folder)
    with_command(patch, without("--unshare-pid"))


def rights_kept(patch: Patch, folder: Path) -> None:
    """Give up no right, and filter no call."""
    with_inside(patch, folder, SAME_RIGHTS)
    no_filter(patch, folder)


def a_right_over_processes(patch: Patch, folder: Path) -> None:
    """Have a right more, over the processes of the sandbox."""
    rights_kept_and(patch, folder, "CAP_SYS_PTRACE")


def a_right_over_roots(patch: Patch, folder: Path) -> None:
    """Have a right more, to choose a root folder."""
    rights_kept_and(patch, folder, "CAP_SYS_CHROOT")


def rights_kept_and(patch: Patch, folder: Path, right: str) -> None:
    """Give up no right, have one more, and see the processes of the sandbox."""
    with_inside(patch, folder, SAME_RIGHTS, *SAME_PROCESSES)
    with_command(patch, with_mount("--cap-add", right))
    no_filter(patch, folder)


def no_bounds(patch: Patch, folder: Path) -> None:
    """Set no bounds at all."""
    with_inside(patch, folder, SAME_BOUNDS)


def large_disk(patch: Patch, folder: Path) -> None:
    """Give more room for files than there should be."""
    with_request(patch, lambda request: request | {"disk": 4 * request["disk"]})


def files_from_a_disk(patch: Patch, folder: Path) -> None:
    """Show the system's folders as they lie on its disk."""
    with_command(patch, with_mount("--ro-bind", "/usr", "/opt"))


def the_machines_name(patch: Patch, folder: Path) -> None:
    """Keep the name of the machine."""
    with_command(patch, without("--hostname", bubble.HOST))


def the_courses_place(patch: Patch, folder: Path) -> None:
    """Say where the course is."""
    patch.setattr(bubble, "ENVIRONMENT", bubble.ENVIRONMENT | {"LANG": str(files.ROOT)})


def the_library(patch: Patch, folder: Path) -> None:
    """Open the whole library of the course."""
    with_request(patch, lambda request: request | {"covered": []})


def real_answers(patch: Patch, folder: Path) -> None:
    """Show the course's right answers."""
    real, place = tree.LIBRARY / "feedback/bank", f"{tree.OWN}/lessons_lib/feedback/bank"
    with_command(patch, lambda command: [*command, "--ro-bind", str(real), place])


FOUND: dict[Hole, list[str]] = {
    no_network_namespace: ["the network: '\\x00marking-"],
    no_network_fence: ["the network: ['127.0.0.1', ", "a socket of the kind AF_NETLINK"],
    shared_temporary: [
        f"the file system: {bubble.HOME}/marking-",
        f"the network: '{bubble.HOME}/marking-",
    ],
    shared_accounts: ["the file system: /etc is there"],
    shared_hidden: ["the file system: /hidden is there"],
    process_files: ["the file system: /proc/self is there", "the environment: /proc/"],
    writable_root: ["the file system: / can be written"],
    writable_place: ["the file system: /var can be written"],
    times_of_devices: ["the file system: the time of /dev/null can be changed"],
    variable: ["the environment: API_KEY is set"],
    whole_environment: ["the environment: MARKING_PROBE is set"],
    open_file: ["open files: number "],
    no_process_namespace: ["other processes: "],
    no_process_namespaces: ["other processes: "],
    no_filter: [
        "system calls: a file of memory",
        "system calls: shared memory",
        "system calls: another user namespace",
        "signs: how much memory is free",
        "signs: how many processes there have been",
        "signs: how many sockets there have been",
    ],
    files_from_a_disk: ["files from a disk: /opt"],
    the_machines_name: [f"names: this is {platform.node()}"],
    the_courses_place: [f"names: the course is in {files.ROOT}"],
    the_library: [
        *(f"the course's functions: /course/opened/{name}/" for name in library.NEEDS),
    ],
    rights_kept: ["system calls: a mount", *["system calls: root's rights"] * ROOT],
    a_right_over_processes: ["system calls: a look into another process"],
    a_right_over_roots: ["system calls: another root folder"],
    no_bounds: [
        "limits: all memory at once",
        *(f"limits: {name} is more than {most}" for name, most in BOUNDS.items()),
    ],
    large_disk: ["limits: /tmp holds more", "limits: /dev/shm holds more"],
    real_answers: ["the course's bank of right answers"],
}
"""What the probe has to say of each hole."""


# --- What is found --------------------------------------------------------------------------------


@pytest.fixture
def patch() -> Iterator[Patch]:
    """What is undone before the next sandbox is needed."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_nothing_leaks() -> None:
    assert leaks(Limits()) == []
    assert leaks(Limits(memory=2**28, disk=2**22, processes=8, files=64)) == []


def test_nothing_leaks_from_a_new_warm_process() -> None:
    with another_bubble():
        assert leaks(Limits()) == []


@pytest.mark.parametrize("hole", FOUND, ids=lambda hole: hole.__name__)
def test_each_hole_is_found(hole: Hole, patch: Patch, tmp_path: Path) -> None:
    hole(patch, tmp_path)
    with another_bubble():
        found = leaks(Limits(), ["/hidden"])
    for words in FOUND[hole]:
        assert any(each.startswith(words) for each in found), (words, found)


# --- What follows from it -------------------------------------------------------------------------


@pytest.fixture
def untrusted() -> Iterator[None]:
    """Forget that the sandbox has been found safe, before and after."""
    trust_sandbox.cache_clear()
    yield
    trust_sandbox.cache_clear()


@pytest.mark.usefixtures("untrusted")
def test_a_safe_sandbox_is_trusted_once_for_each_limits(patch: Patch) -> None:
    looks: list[Limits] = []

    def look(limits: Limits, *_: object) -> list[str]:
        looks.append(limits)
        return []

    patch.setattr(probe, "leaks", look)
    for limits in (Limits(), Limits(), Limits(disk=2**20), Limits()):
        trust_sandbox(limits)
    assert looks == [Limits(), Limits(disk=2**20)]


@pytest.mark.usefixtures("untrusted")
def test_a_leak_is_told_in_full_and_again(patch: Patch, tmp_path: Path) -> None:
    no_network_fence(patch, tmp_path)
    with another_bubble():
        for _ in range(2):
            with pytest.raises(MarkingError) as told:
                trust_sandbox(Limits())
    words = str(told.value)
    assert "The sandbox leaks, so nothing was run in it." in words
    for leak in ("the network: ['127.0.0.1'", "AF_NETLINK", "another user namespace"):
        assert "\n  - " in words.split(leak)[0]
    assert "Update bubblewrap, or mark on another machine." in words


def batch(folder: Path) -> Path:
    """Hand in one notebook, whose code writes where a hole is; return the folder."""
    path = exercise_of(solutions()[0])
    notebook = from_bytes(path.read_bytes(), path)
    notebook.cells.append(V4.new_code_cell("open('/var/ran', 'w').close()", id="trace"))
    hand_in(folder / "submissions", "student", slug_of(path), to_bytes(notebook))
    return folder / "submissions"


@pytest.mark.usefixtures("untrusted")
def test_no_learners_code_runs_in_a_sandbox_that_leaks(
    patch: Patch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    writable_place(patch, tmp_path)
    patch.setenv("PATH", ENVIRONMENT["PATH"])
    words = [str(batch(tmp_path)), "--output", str(tmp_path / "marked"), "--workers", "1"]
    with another_bubble():
        assert main(words) == 1
    said = capfd.readouterr().err
    assert "The sandbox leaks" in said
    assert "/var can be written" in said
    assert not [*(tmp_path / "open").iterdir()]
    with another_bubble():  # it would have been seen
        patch.setattr(probe, "leaks", lambda *_: [])
        assert main(words) == 0
    assert [path.name for path in (tmp_path / "open").iterdir()] == ["ran"]


def test_a_probe_that_ends_early_is_a_leak(patch: Patch) -> None:
    for source, words in {
        "import os; os._exit(0)": "ended Python itself",
        "raise ValueError({bait[disk]})": f"ValueError: {Limits().disk}",
        "while True: pass": "",
    }.items():
        patch.setattr(probe, "CELL", source)
        patch.setattr(probe, "WITHIN", TimeLimit(working=0.5, waiting=3.0))
        (found,) = leaks(Limits())
        assert found.startswith("the probe did not come to its end: ")
        assert words in found


def test_every_attempt_has_a_hole_that_it_finds() -> None:
    begins = {
        "network": "the network",
        "sockets": "a socket",
        "files": "the file system: /proc",
        "writing": "the file system: /var can",
        "times": "the file system: the time of",
        "environment": "the environment",
        "processes": "other processes",
        "descriptors": "open files",
        "calls": "system calls",
        "limits": "limits",
        "answers": "the course's bank",
        "disks": "files from a disk",
        "signs": "signs",
        "machine": "names",
        "library": "the course's functions",
    }
    assert [*begins] == [attempt.__name__ for attempt in ATTEMPTS]
    found = [words for each in FOUND.values() for words in each]
    for words in begins.values():
        assert any(each.startswith(words) for each in found)
    missing = {f"system calls: {call}" for call in CALLS} - {*found}
    assert missing == (set() if ROOT else {"system calls: root's rights"})


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder with a short name: that of a socket has at most 108 characters."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def traces() -> tuple[list[Path], list[str], int]:
    """Return what a probe uses: temporary files, variables, open files."""
    temporary = [*Path(tempfile.gettempdir()).glob("marking-????????????????-*")]
    return temporary, sorted(os.environ), len([*Path("/proc/self/fd").iterdir()])


def test_the_probe_leaves_nothing_behind(patch: Patch, own_folder: Path) -> None:
    patch.setattr(tempfile, "tempdir", str(own_folder))  # other probes run at the same time
    leaks(Limits())  # the warm process stays
    before = traces()
    leaks(Limits())
    assert traces() == before


def test_without_bubblewrap_the_package_is_named(patch: Patch) -> None:
    patch.setenv("PATH", "/nowhere")
    patch.setattr(os, "defpath", "/nowhere/else")
    with pytest.raises(MarkingError, match="Install the package bubblewrap"):
        Bubble(protected=True, modules=())
    with another_bubble(), pytest.raises(MarkingError, match="apt install bubblewrap"):
        leaks(Limits())


def test_a_sandbox_that_does_not_start_says_why(patch: Patch) -> None:
    with_command(patch, lambda command: [*command, "--no-such-option"])
    with another_bubble(), pytest.raises(MarkingError, match="no-such-option"):
        leaks(Limits())


def test_where_no_namespaces_can_be_made_nothing_runs(patch: Patch, tmp_path: Path) -> None:
    def change(command: list[str]) -> list[str]:
        place = command.index("CAP_SYS_ADMIN")
        return [*command[: place - 1], *command[place + 1 :]]

    with_command(patch, change)
    with another_bubble(), pytest.raises(MarkingError, match="no namespaces can be made inside"):
        leaks(Limits())
