"""Sandboxes one after the other: each begins like the first, and ends without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from marking_class import ENVIRONMENT, needs_bubblewrap
from marking_inside import another_bubble, ran, said, said_alone, with_inside
from processes import left_of

from course_tools.marking.sandbox.bubble import Bubble, LostError
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import EndedError, Sandbox, StoppedError

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

MB = 2**20


@pytest.fixture
def made() -> Iterator[list[Bubble]]:
    """A warm process of the test's own."""
    with another_bubble() as made:
        yield made


def below(warm: Bubble) -> list[psutil.Process]:
    """Return the processes of a sandbox."""
    return [*psutil.Process(warm.process.pid).children(recursive=True)]


# --- The beginning --------------------------------------------------------------------------------


def test_every_submission_begins_in_the_same_world() -> None:
    look = (
        "import os, random, sys\n"
        "print(sorted(sys.modules), sorted(globals()), os.getpid(), os.getcwd(), os.listdir())\n"
        "print(sorted(os.environ.items()), os.listdir('/tmp'), os.listdir('/dev/shm'))\n"
        "print(sys.argv, sys.path, sys.flags, os.umask(0o22), os.getpgid(0), os.getsid(0))"
    )
    with another_bubble():
        first = said_alone(look)
        assert said_alone(look) == first
    with another_bubble():
        assert said_alone(look) == first


def test_sets_have_the_same_order_every_time() -> None:
    orders = set()
    for _ in range(3):
        with another_bubble():
            orders.add(said_alone("print({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'})"))
    assert len(orders) == 1, "PYTHONHASHSEED does not reach the warm process"


def test_as_many_threads_as_allowed_have_room() -> None:
    many = (
        "import threading\nbarrier = threading.Barrier(21)\n"
        "def work(): held = bytes(2_000); barrier.wait()\n"
        "for _ in range(20): threading.Thread(target=work).start()\n"
        "barrier.wait()\nprint('all')"
    )
    assert said_alone(many) == "all"


def test_libraries_are_found_by_whoever_runs_inside() -> None:
    """All that compiled modules need is there, though the system's list of libraries is not."""
    look = (
        "import importlib, os, pathlib, sysconfig\n"
        "folder = pathlib.Path(sysconfig.get_path('stdlib'), 'lib-dynload')\n"
        "names = [path.name.split('.')[0] for path in folder.glob('*.so')]\n"
        "print(os.path.exists('/etc'), len([*map(importlib.import_module, names)]) > 20)"
    )
    assert said_alone(look) == "False True"


PATCHES = """
import builtins, json, math, os, signal, sys
import numpy as np
import lessons_lib.feedback.running as running
builtins.sum = math.sqrt = np.mean = np.linalg.norm = json.dumps = lambda *_, **__: 7
sys.path.insert(0, "/tmp")
open("../numpy_extra.py", "w").write("x = 1")
sys.modules["math2"] = math
np.random.seed(5)
np.seterr(all="raise")
running.LONGEST = 1
os.environ["PATH"] = "/tmp"
os.umask(0)
os.nice(5)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.setrecursionlimit(50_000)
os.chdir("/dev/shm")
"""

LOOK = """
import builtins, math, os, signal, sys
import numpy as np
import lessons_lib.feedback.running as running
print(sum([1, 2]), math.sqrt(4), np.mean([1, 3]), np.linalg.norm([3, 4]), "/tmp" in sys.path)
print("math2" in sys.modules, np.geterr(), running.LONGEST, os.environ["PATH"], os.getcwd())
print(os.nice(0), signal.getsignal(signal.SIGTERM), sys.getrecursionlimit(), os.umask(0o22))
print(os.path.exists("../numpy_extra.py"))
"""


@pytest.mark.usefixtures("made")
def test_nothing_that_one_changes_is_changed_for_the_next() -> None:
    before = said_alone(LOOK)
    # the runner's answer may be past writing, too
    with Sandbox(Limits()) as sandbox, contextlib.suppress(EndedError):
        ran(sandbox, PATCHES)
    assert said_alone(LOOK) == before


# --- Memory that hides ----------------------------------------------------------------------------

HIDING = """
import ctypes, os, time
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: nobody may look
for _ in range(6):
    if not os.fork():
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
        x = bytearray(os.urandom(2**20)) * 90
        time.sleep(9)
time.sleep(9)
"""

SOCKETS = """
import socket
held, keep = 0, []
try:
    while True:
        keep += socket.socketpair()
        for one in keep[-2:]:
            one.setblocking(False)
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**26)
            except OSError:
                pass
            try:
                while True:
                    held += one.send(bytes(16_384))
            except BlockingIOError:
                pass
except OSError:
    print(held)
"""

PIPES = """
import fcntl, os
held, keep = 0, []
try:
    while True:
        keep += os.pipe()
        os.set_blocking(keep[-1], False)
        try:
            fcntl.fcntl(keep[-1], 1031, 2**20)  # F_SETPIPE_SZ
        except OSError:
            pass
        try:
            while True:
                held += os.write(keep[-1], bytes(16_384))
        except BlockingIOError:
            pass
except OSError:
    print(held)
"""


@pytest.mark.usefixtures("made")
def test_processes_that_nobody_may_look_at_are_counted() -> None:
    limits = Limits(seconds=10, memory=300 * MB)
    with Sandbox(limits) as sandbox, pytest.raises(StoppedError, match="more than 300 MB"):
        ran(sandbox, HIDING)


@pytest.mark.parametrize("source", [SOCKETS, PIPES], ids=["sockets", "pipes"])
def test_what_the_kernel_holds_for_a_process_is_little(source: str) -> None:
    assert int(said_alone(source)) < 70 * MB


# --- The end --------------------------------------------------------------------------------------


def test_one_that_is_closed_at_once_takes_nothing_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = "import time; time.sleep(0.2); os.setsid()"
    with_inside(monkeypatch, tmp_path, ("warm.py", "os.setsid()", slow))
    with another_bubble() as made:
        for _ in range(2):
            with Sandbox(Limits()):
                pass
        assert said_alone("print(1)") == "1"
        assert len(made) == 1


def test_two_hundred_take_no_memory_and_leave_no_process(made: list[Bubble]) -> None:
    def sizes() -> list[int]:
        both = [each.memory_info() for each in (*below(made[0]), psutil.Process())]
        return [each.rss - each.shared for each in both]

    for _ in range(20):
        said_alone("x = bytes(10**6)")
    before, processes = sizes(), below(made[0])
    for _ in range(200):
        said_alone("x = bytes(10**6)")
    assert below(made[0]) == processes
    assert all(each.status() != psutil.STATUS_ZOMBIE for each in below(made[0]))
    for earlier, later in zip(before, sizes(), strict=True):
        assert later - earlier < MB


@pytest.mark.parametrize("which", [0, -1], ids=["bubblewrap", "the runner"])
def test_whoever_is_killed_from_outside_the_next_one_works(made: list[Bubble], which: int) -> None:
    with Sandbox(Limits()) as sandbox:
        said(sandbox, "1")
        family = [psutil.Process(made[0].process.pid), *below(made[0])]
        victim = sorted(family, key=lambda each: each.pid)[which]
        victim.send_signal(signal.SIGKILL)
        with pytest.raises((LostError, EndedError)):
            ran(sandbox, "import time\ntime.sleep(5)")
    assert not left_of([victim])
    with another_bubble():
        assert said_alone("print(1)") == "1"


def test_closing_ends_every_process(made: list[Bubble]) -> None:
    said_alone("1")
    family = [psutil.Process(made[0].process.pid), *below(made[0])]
    assert len(family) > 1
    made[0].close()
    assert not left_of(family)
    assert made[0].control.fileno() == -1


UNPROTECTED = """
from pathlib import Path
import sys, tempfile
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import Sandbox
with Sandbox(Limits(), protected=False) as sandbox:
    sandbox.ask("run", source="open('note', 'w').write('x')", title="<cell>")
    print(len([*Path(tempfile.gettempdir()).glob("marking-*")]))
"""


@pytest.mark.parametrize("end", ["", "raise SystemExit(3)", "1 / 0"])
def test_a_process_that_marked_without_protection_leaves_no_files(tmp_path: Path, end: str) -> None:
    tmp_path.chmod(0o777)
    done = subprocess.run(
        [sys.executable, "-c", f"{UNPROTECTED}\n{end}"],
        env=ENVIRONMENT | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert int(done.stdout) == 2, done.stderr  # the copied course, and the work
    assert not [*tmp_path.glob("marking-*")]


def test_a_marker_that_is_killed_takes_its_sandboxes_along(tmp_path: Path) -> None:
    source = (
        "from course_tools.marking.sandbox.limits import Limits\n"
        "from course_tools.marking.sandbox.session import Sandbox\n"
        "with Sandbox(Limits()) as sandbox:\n"
        "    print(sandbox.bubble.process.pid, flush=True)\n"
        "    sandbox.ask('run', source='while True: pass', title='<cell>')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", source], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as marker:
        assert marker.stdout
        warm = psutil.Process(int(marker.stdout.readline()))
        end = time.monotonic() + 60
        while not warm.children(recursive=True):
            assert time.monotonic() < end
            time.sleep(0.01)
        family = [warm, *warm.children(recursive=True)]
        os.kill(marker.pid, signal.SIGKILL)
    assert not left_of(family)
