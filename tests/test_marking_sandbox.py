"""The sandbox: its limits hold, nothing outlives it, and one submission does not see another."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from marking_class import needs_bubblewrap

from course_tools.files import ROOT
from course_tools.marking.calls import Remote, RemoteError, names_in
from course_tools.marking.sandbox import bubble
from course_tools.marking.sandbox.bubble import LostError
from course_tools.marking.sandbox.installed import bubblewrap
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import EndedError, Sandbox, StoppedError
from course_tools.marking.sandbox.tree import real_python

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

SMALL = Limits(cell_seconds=1.0, seconds=4.0, memory=300 * 2**20, disk=4 * 2**20, processes=12)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SMALL) as sandbox:
        yield sandbox


def run(sandbox: Sandbox, source: str) -> dict[str, Any]:
    """Run a cell."""
    return sandbox.ask("run", SMALL.cell_time, interruptible=True, source=source, title="<cell>")


def printed(sandbox: Sandbox, source: str) -> str:
    """Run a cell that raises nothing, and return what it prints."""
    answer = run(sandbox, source)
    assert answer["error"] is None, answer["traceback"]
    return str(answer["printed"])


# --- Cells ----------------------------------------------------------------------------------------


def test_cells_run_as_in_a_notebook(sandbox: Sandbox):
    assert printed(sandbox, "x = 1\nprint(x, __name__)") == "1 __main__\n"
    assert printed(sandbox, "import __main__\nprint(__main__.x)") == "1\n"
    assert printed(sandbox, "%%capture\nprint('hidden')") == ""
    assert run(sandbox, "%run nothing.py\n%pwd")["error"] == "Exception"
    assert printed(sandbox, "import asyncio\nawait asyncio.sleep(0)\nprint('then')") == "then\n"
    assert printed(sandbox, "from __future__ import annotations") == ""
    assert printed(sandbox, "def kept(a: Unheard): pass\nprint(kept.__annotations__)") == (
        "{'a': 'Unheard'}\n"
    )
    assert printed(sandbox, "%%writefile own.py\ntwo = 2") == "Writing own.py\n"
    assert printed(sandbox, "import own\nprint(own.two)") == "2\n"
    assert (
        printed(sandbox, "from IPython import get_ipython\nget_ipython().ev('print(x)')") == "1\n"
    )
    assert run(sandbox, "sys")["error"] == "NameError", "the runner's own names are not there"
    assert run(sandbox, "input()")["error"] == "EOFError"
    assert run(sandbox, "raise SystemExit")["error"] == "SystemExit"
    assert run(sandbox, "exit()")["error"] == "SystemExit"
    assert run(sandbox, "def")["error"] == "SyntaxError"
    assert "<cell>" in run(sandbox, "1/0")["traceback"]
    assert printed(sandbox, "print(x)") == "1\n"


def test_output_is_capped(sandbox: Sandbox):
    assert len(printed(sandbox, "for _ in range(1000):\n    print('x' * 10_000)")) == 20_000
    answer = run(sandbox, "raise ValueError('x' * 10**7)")
    assert len(answer["traceback"]) == 4_000


# --- Limits ---------------------------------------------------------------------------------------


def test_memory_of_one_process(sandbox: Sandbox):
    assert run(sandbox, "x = bytes(400_000_000)")["error"] == "MemoryError"
    assert printed(sandbox, "print(len(bytes(100_000_000)))") == "100000000\n"


def test_memory_of_several_processes_together(sandbox: Sandbox):
    flood = (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if not os.fork():\n"
        "        x = bytearray(os.urandom(2**20)) * 90\n"
        "        time.sleep(9)\n"
        "time.sleep(9)"
    )
    with pytest.raises(StoppedError, match="took more than 300 MB of memory"):
        run(sandbox, flood)


def test_disk(sandbox: Sandbox):
    full = (
        "def fill(folder):\n"
        "    try:\n"
        "        for k in range(99):\n"
        "            open(f'{folder}/{k}', 'wb').write(bytes(2**20))\n"
        "    except OSError as error:\n"
        "        print(k, error.strerror)\n"
        "fill('/tmp'); fill('/dev/shm')"
    )
    assert (
        printed(sandbox, full).splitlines() == ["3 No space left on device"] * 2
        or printed(sandbox, full).splitlines() == ["4 No space left on device"] * 2
    )
    answer = run(sandbox, "for k in range(10**5):\n    open(f'n{k}', 'w').close()")
    assert answer["error"] == "OSError", "there are as many files as one likes"


def test_processes(sandbox: Sandbox):
    bomb = (
        "import os, time\n"
        "count = 0\n"
        "try:\n"
        "    while True:\n"
        "        if not os.fork():\n"
        "            time.sleep(9)\n"
        "        count += 1\n"
        "except OSError:\n"
        "    print(count)"
    )
    count = printed(sandbox, bomb)
    assert int(count) < SMALL.processes
    assert printed(sandbox, bomb) == count, (
        "what one cell leaves behind takes no room from the next"
    )


# --- The end --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import os; os._exit(3)",
        "import os; os._exit(0)",
        "import os; os.execv('/bin/true', ['true'])",
        "import ctypes; ctypes.string_at(0)",
    ],
)
def test_python_ends_itself(source: str):
    for _ in range(3):
        with Sandbox(SMALL) as sandbox:
            with pytest.raises(EndedError, match=r"^The notebook ended Python itself\.$"):
                run(sandbox, source)
            assert sandbox.stopped


def test_signals_to_everybody_reach_nobody_else():
    source = (
        "import os, signal\n"
        "for pid in (-1, 0, 1, os.getppid(), os.getpid()):\n"
        "    for sign in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):\n"
        "        try:\n"
        "            os.kill(pid, sign)\n"
        "        except OSError:\n"
        "            pass\n"
        "print('there')"
    )
    with Sandbox(SMALL) as sandbox:
        before = sandbox.bubble.process.pid
        assert printed(sandbox, source) == "there\n"
    with Sandbox(SMALL) as sandbox:
        assert printed(sandbox, "print(1)") == "1\n"
        assert sandbox.bubble.process.pid == before


def test_a_closed_connection(sandbox: Sandbox):
    with pytest.raises(StoppedError, match="closed its connection to the marker"):
        run(sandbox, "import os, time\nos.closerange(0, 99)\ntime.sleep(9)")


def test_answers_that_nobody_asked_for():
    forged = (
        "import os\n"
        "for number in range(3, 64):\n"
        "    try:\n"
        "        os.write(number, {!r})\n"
        "    except OSError:\n"
        "        pass"
    )
    for words in (b"\xff\xff\xff\xff", b"\x00\x00\x00\x02[]", b"\x00\x00\x00\x02{}"):
        with Sandbox(SMALL) as other, pytest.raises(StoppedError, match="no answer"):
            run(other, forged.format(words))


def test_nothing_is_left(tmp_path: Path):
    """Not even a child in a session of its own that ignores every signal."""
    daemon = (
        "import os, signal, time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    for sign in range(1, 32):\n"
        "        try:\n"
        "            signal.signal(sign, signal.SIG_IGN)\n"
        "        except OSError:\n"
        "            pass\n"
        "    if not os.fork():\n"
        "        time.sleep(99)\n"
        "    time.sleep(99)"
    )
    with Sandbox(SMALL) as sandbox:
        family = psutil.Process(sandbox.bubble.process.pid)
        quiet = len(family.children(recursive=True))
        printed(sandbox, daemon)
        assert len(family.children(recursive=True)) == quiet, "it ends with its cell"
    assert len(family.children(recursive=True)) == quiet - 1


def test_a_copy_that_a_cell_has_made_answers_nothing(sandbox: Sandbox):
    source = (
        "import os, time\n"
        "if os.fork():\n"
        "    time.sleep(0.5)\n"
        "    print('the cell')\n"
        "else:\n"
        "    print('its copy')"
    )
    assert printed(sandbox, source) == "the cell\n"


def test_two_hundred_leave_nothing_open():
    def used() -> tuple[int, int]:
        inside = psutil.Process(bubble.bubble(True, ()).process.pid).children(recursive=True)
        return len([*Path("/proc/self/fd").iterdir()]), sum(each.num_fds() for each in inside)

    for round_number in range(2):
        before = used() if round_number else None
        for _ in range(100):
            with Sandbox(SMALL) as sandbox:
                printed(sandbox, "1")
    assert used() == before


def test_a_bubble_that_is_killed_is_replaced():
    with Sandbox(SMALL) as sandbox:
        os.kill(sandbox.bubble.process.pid, signal.SIGKILL)
        with pytest.raises(LostError):
            run(sandbox, "import time; time.sleep(0.5)")
    with Sandbox(SMALL) as sandbox:
        assert printed(sandbox, "print(1)") == "1\n"


def test_one_submission_does_not_see_the_one_before():
    trace = (
        "import builtins, os, socket, sys, numpy as np\n"
        "open('../note', 'w').write('x'); open('/dev/shm/note', 'w').write('x')\n"
        "builtins.note = np.note = sys.note = 1\n"
        "os.environ['NOTE'] = 'x'\n"
        "server = socket.socket(socket.AF_UNIX)\n"
        "server.bind('\\0note'); server.listen()\n"
    )
    look = (
        "import builtins, os, socket, sys, numpy as np\n"
        "found = [hasattr(each, 'note') for each in (builtins, np, sys)]\n"
        "found += [os.path.exists(f'{folder}/note') for folder in ('/tmp', '/dev/shm')]\n"
        "found += ['NOTE' in os.environ]\n"
        "found += [socket.socket(socket.AF_UNIX).connect_ex('\\0note') == 0]\n"
        "print(any(found), found)"
    )
    with Sandbox(SMALL) as sandbox:
        alone = printed(sandbox, look)
        assert alone.startswith("False")
    with Sandbox(SMALL) as sandbox:
        printed(sandbox, trace)
        assert printed(sandbox, look).startswith("True")
    with Sandbox(SMALL) as sandbox:
        assert printed(sandbox, look) == alone


# --- Calls ----------------------------------------------------------------------------------------


def names(sandbox: Sandbox, source: str) -> dict[str, Any]:
    """Run a cell, and return what it binds."""
    printed(sandbox, source)
    wanted = ["f", "g", "h", "x", "y", "line_loss", "line_gradient"]
    return names_in(sandbox, wanted)


def test_functions_and_values_come_out(sandbox: Sandbox):
    found = names(sandbox, "def f(a, b=2):\n    return a * b\nx = [1, 2]\ny = 0.5\nz = 1")
    assert found.keys() == {"f", "x", "y"}
    assert found["f"](3) == 6
    assert isinstance(found["f"](3), float)
    np.testing.assert_array_equal(found["f"](np.ones((2, 2)), 3), np.full((2, 2), 3.0))
    np.testing.assert_array_equal(found["x"], [1, 2])
    assert found["y"] == 0.5


def test_what_a_function_raises_comes_out(sandbox: Sandbox):
    found = names(
        sandbox,
        "class Own(Exception): pass\n"
        "def f(): raise ValueError('so')\n"
        "def g(): raise Own('what')\n"
        "def h():\n"
        "    while True: pass",
    )
    with pytest.raises(ValueError, match=r"^so$"):
        found["f"]()
    with pytest.raises(RemoteError, match=r"^Own: what$"):
        found["g"]()
    with pytest.raises(TimeoutError, match=r"h does not come back\."):
        found["h"]()
    with pytest.raises(TypeError, match="Only numbers, arrays, texts"):
        found["f"](len)
    assert found["f"].outcomes_in_time([()], 1, 1.5)[0].failure.kind == "ValueError"


def test_a_function_has_the_name_that_it_was_given(sandbox: Sandbox):
    found = names(
        sandbox,
        "def line_loss(): pass\nline_gradient = line_loss\nf = lambda: 0\ndef g(): pass",
    )
    assert found["line_gradient"].__name__ == "line_gradient", "not another exercise's"
    assert [found[name].__name__ for name in ("line_loss", "f", "g")] == [
        "line_loss",
        "<lambda>",
        "g",
    ]


@pytest.mark.parametrize(
    "lie",
    [
        "{'found': 7}",
        "{'found': {'f': {'function': 7}}}",
        "{'found': {'f': {'value': {'shape': [9], 'numbers': ''}}}}",
        "{'found': {'f': 'x'}}",
        "{}",
    ],
)
def test_lies_about_names_are_refused(sandbox: Sandbox, lie: str):
    patch = "import sys\nsys.modules['inside.runner'].look = lambda names, wanted: " + lie
    printed(sandbox, patch)
    with pytest.raises(StoppedError, match="The notebook gave the marker"):
        names_in(sandbox, ["f"])


@pytest.mark.parametrize(
    "lie", ["{'outcomes': 7}", "{'outcomes': [{}]}", "{'outcomes': [0, 0]}", "{}"]
)
def test_lies_about_calls_are_refused(sandbox: Sandbox, lie: str):
    printed(
        sandbox, "import sys\nsys.modules['inside.runner'].call = lambda names, **message: " + lie
    )
    with pytest.raises(StoppedError, match="The notebook gave the marker"):
        Remote("f", "f", sandbox)(1)


# --- Who may --------------------------------------------------------------------------------------


AS_USER = """
import os, sys
os.setgroups([]); os.setgid(1000); os.setuid(1000)
os.environ["HOME"] = "/tmp"
sys.path[:0] = ["/srv/project", "/srv/packages"]
import sysconfig
real = sysconfig.get_path
sysconfig.get_path = lambda name: "/srv/packages" if name == "purelib" else real(name)
from course_tools.marking.assignments import read_assignment
from course_tools.marking.fingerprint import fingerprint
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.submission_run import mark
from course_tools.marking.sandbox.probe import leaks
from course_tools.notebooks.course import exercise_of, solutions
print(os.getuid(), os.geteuid(), leaks(Limits(), ("/srv/project/solutions",)))
source = solutions()[0]
for path in (source, exercise_of(source)):
    settings = Settings(fingerprint())
    result = mark(Job("s", read_assignment(source), path.read_bytes(), "", "d", settings))
    print(result.status, result.reason)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has tried it already")
def test_an_ordinary_user_can_mark():
    """In a view of this machine in which Python and the course are open to everybody."""
    home, packages = str(Path(sys.base_prefix).resolve()), sysconfig.get_path("purelib")
    empty = ("--perms", "0755", "--tmpfs")
    words = [bubblewrap(), "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    words += ["--proc", "/proc", *empty, "/root", *bubble.folders_to(home), "--ro-bind", home, home]
    words += [*empty, "/srv", "--ro-bind", packages, "/srv/packages"]
    words += ["--ro-bind", str(ROOT), "/srv/project", "--perms", "1777", "--tmpfs", "/tmp"]
    done = subprocess.run(
        [*words, str(real_python()), "-IS", "-W", "ignore", "-c", AS_USER],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "1000 1000 []",
        "marked 6 of 6 points.",
        "marked 0 of 6 points.",
    ], done.stderr


def test_unprotected_it_has_no_more_than_limits(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    with Sandbox(SMALL, protected=False) as sandbox:
        assert printed(sandbox, f"print(open({str(secret)!r}).read())") == "x\n"
        assert run(sandbox, "x = bytes(400_000_000)")["error"] == "MemoryError"
        assert "'line_loss' is" not in printed(sandbox, "from lessons_lib.feedback import tasks")
        assert printed(sandbox, "print(tasks())") == "{}\n"
        work = Path(printed(sandbox, "import os\nprint(os.getcwd())").strip())
        assert work.exists()
        printed(sandbox, "child = os.fork()\nif not child:\n    import time; time.sleep(99)")
        child = psutil.Process(sandbox.bubble.process.pid).children(recursive=True)[-1]
    end = time.monotonic() + 60
    with contextlib.suppress(psutil.NoSuchProcess):  # it may go between two questions
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < end
            time.sleep(0.01)
    assert not work.exists()
    for protected in (True, False):
        bubble.bubble(protected, ()).close()
