"""Time in the sandbox is processors' work, whoever does it, and waiting: never what others do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from marking_class import needs_bubblewrap
from marking_inside import ran, said

from course_tools.marking.calls import names_in
from course_tools.marking.sandbox import session
from course_tools.marking.sandbox.limits import STANDSTILL, Limits
from course_tools.marking.sandbox.session import Sandbox, StoppedError
from lessons_lib.feedback.stopwatch import TimeLimit

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

MUCH = 60.0
"""Seconds of work for a notebook, where only its cells are to run out of time."""

SOME = 0.3
"""Seconds of work for a cell."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=MUCH)) as sandbox:
        yield sandbox


TOOLS = """
import ctypes, os, signal, subprocess, sys, threading, time
def spin(seconds=1e9):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def child(work):
    if not os.fork():
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        work()
        os._exit(0)
def wait():
    while True: time.sleep(60)
"""

WORKS = {
    "in Python": "spin()",
    "in numpy": "import numpy as np\nwhile True: np.ones(10**5).sum()",
    "in a thread": "threading.Thread(target=spin, daemon=True).start()\nwait()",
    "in threads": "for _ in range(3): threading.Thread(target=spin).start()\nspin()",
    "in a child": "child(spin)\nwait()",
    "in another program": "subprocess.run([sys.executable, '-c', 'while True: pass'])",
    "in children that come and go": "while True:\n    child(lambda: spin(0.02))\n    os.wait()",
    "in a session of its own": "child(lambda: (os.setsid(), spin()))\nwait()",
    "in a daemon": "child(lambda: (os.setsid(), child(spin)))\nos.wait()\nwait()",
    "in children that nobody waits for": "for _ in range(5): child(lambda: spin(0.08))\nwait()",
    "in one that sets the clock": "signal.setitimer(signal.ITIMER_REAL, 0)\nspin()",
}
"""Ways to use a processor for a long time."""


@pytest.mark.parametrize("source", WORKS.values(), ids=WORKS)
def test_work_counts_whoever_does_it(sandbox: Sandbox, source: str):
    said(sandbox, TOOLS)
    assert ran(sandbox, source, SOME)["error"] == "KeyboardInterrupt"
    assert SOME < sandbox.usage.worked < MUCH / 4
    assert said(sandbox, "print('next')") == "next"


WAITS = {
    "asleep": "time.sleep(999)",
    "asleep again and again": "while True: time.sleep(0.1)",
    "for a lock": "lock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "for what nobody writes": "os.read(os.pipe()[0], 1)",
    "for a child that has stopped itself": (
        "child(lambda: os.kill(os.getpid(), signal.SIGSTOP))\nos.waitpid(-1, 0)"
    ),
}
"""Ways to do nothing for a long time."""


@pytest.mark.parametrize("source", WAITS.values(), ids=WAITS)
def test_waiting_is_limited_by_the_clock(sandbox: Sandbox, source: str):
    said(sandbox, TOOLS)
    began = time.monotonic()
    within = TimeLimit(working=MUCH, waiting=1.0)
    answer = sandbox.ask("run", within, interruptible=True, source=source, title="<cell 1>")
    assert answer["error"] == "KeyboardInterrupt"
    assert time.monotonic() - began > within.waiting
    assert sandbox.usage.worked < MUCH / 4
    assert said(sandbox, "print('next')") == "next"


@pytest.mark.parametrize(("seconds", "waiting"), [(1.0, STANDSTILL), (30.0, 30.0)])
def test_a_cell_may_wait_as_long_as_it_may_work_but_no_machine_is_faster(
    seconds: float, waiting: float
):
    assert Limits(cell_seconds=seconds).cell_time == TimeLimit(seconds, waiting)


def test_who_works_a_little_may_take_long(sandbox: Sandbox):
    """As on a machine where many others work: ten times as long, but no longer."""
    said(sandbox, TOOLS)
    rests = "for _ in range({}):\n    spin(0.01)\n    time.sleep(0.2)"
    assert ran(sandbox, rests.format(5), 0.5)["error"] is None
    assert ran(sandbox, rests.format(10**5), 0.5)["error"] == "KeyboardInterrupt"


STUBBORN = {
    "ignores the signal": "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nspin()",
    "answers the signal itself": "signal.signal(signal.SIGALRM, lambda *_: None)\nspin()",
    "holds back all signals": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nspin()",
    "catches the interruption": "while True:\n    try: spin()\n    except BaseException: pass",
    "sleeps through it": "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwait()",
    "computes outside Python": "sum(range(10**15))",
    "stays in its own clean-up": "try:\n    spin()\nfinally:\n    try: spin()\n    finally: spin()",
}
"""Ways to go on after an interruption."""


@pytest.mark.parametrize("source", STUBBORN.values(), ids=STUBBORN)
def test_who_cannot_be_interrupted_is_ended(
    sandbox: Sandbox, source: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session, "GRACE", TimeLimit(working=0.2, waiting=0.5))
    said(sandbox, TOOLS)
    with pytest.raises(StoppedError, match="took too long, and could not be interrupted"):
        ran(sandbox, source, SOME)
    with pytest.raises(StoppedError, match="took too long, and could not be interrupted"):
        ran(sandbox, "1")


def test_an_interruption_that_is_lost_is_repeated(sandbox: Sandbox):
    """As where it comes in the middle of what Python does by itself."""
    said(sandbox, TOOLS)
    loses = "try:\n    spin()\nexcept KeyboardInterrupt:\n    print('lost', flush=True)\nspin()"
    answer = ran(sandbox, loses, SOME)
    assert (answer["printed"], answer["error"]) == ("lost\n", "KeyboardInterrupt")


def test_a_signal_that_comes_late_does_nothing(sandbox: Sandbox):
    for _ in range(20):
        assert said(sandbox, "print(1)") == "1"
        sandbox.child.interrupt()


# --- The whole notebook ---------------------------------------------------------------------------


def test_the_notebook_has_so_much_work():
    with Sandbox(Limits(seconds=1.0)) as sandbox:
        said(sandbox, TOOLS)
        for _ in range(2):
            said(sandbox, "time.sleep(0.7)")
            said(sandbox, "spin(0.2)")
        with pytest.raises(StoppedError, match="too long"):
            ran(sandbox, "spin(2)")


def test_what_is_left_running_counts_for_the_notebook():
    with Sandbox(Limits(seconds=1.0)) as sandbox:
        said(sandbox, TOOLS)
        said(sandbox, "threading.Thread(target=spin, daemon=True).start()")
        with pytest.raises(StoppedError, match="too long"):
            ran(sandbox, "time.sleep(20)", 30.0)


def test_children_that_the_system_forgets_end_at_last():
    """Where a process ignores the end of its children, nobody adds their work to its own."""
    with Sandbox(Limits(seconds=1.0)) as sandbox:
        said(sandbox, TOOLS)
        forgets = "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nsignal.signal(14, signal.SIG_IGN)"
        one_by_one = """while True:
    child(lambda: spin(0.01))
    try: os.wait()
    except ChildProcessError: pass"""  # more at a time than there may be would end it otherwise
        with pytest.raises(StoppedError, match="too long"):
            ran(sandbox, f"{forgets}\n{one_by_one}", 30.0)


# --- Functions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [*WORKS.values(), *WAITS.values()], ids=[*WORKS, *WAITS])
def test_a_function_that_takes_too_long_costs_nothing_else(
    sandbox: Sandbox, source: str, monkeypatch: pytest.MonkeyPatch
):
    said(sandbox, TOOLS)
    said(sandbox, "import lessons_lib.feedback.limits as limits\nlimits.WAITING = 0.5")
    body = source.replace("\n", "\n    ")
    said(sandbox, f"def f():\n    {body}\ndef g(): return 1")
    found = names_in(sandbox, ["f", "g"])
    assert found["f"].outcomes_in_time([()], 1, 0.2) == []
    said(sandbox, "limits.WAITING = 3.0")
    assert found["g"]() == 1


# --- A busy machine -------------------------------------------------------------------------------


@pytest.fixture
def crowd() -> Iterator[None]:
    """Let others use the processors."""
    spinning = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spinning) for _ in range(12)]
    yield
    for each in others:
        each.kill()
        each.wait()


@pytest.mark.usefixtures("crowd")
def test_what_others_do_does_not_count(sandbox: Sandbox):
    said(sandbox, TOOLS)
    assert ran(sandbox, "spin(0.3)", 1.0)["error"] is None
    said(sandbox, "def f():\n    spin(0.3)\n    return 1")
    assert names_in(sandbox, ["f"])["f"].outcomes_in_time([()], 1, 1.0)[0].value == 1
    assert ran(sandbox, "spin()", 0.3)["error"] == "KeyboardInterrupt"
    assert sandbox.usage.worked < 5
