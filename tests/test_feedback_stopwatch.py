"""What is too long is decided by work, and by waiting: on a machine and a clock made for this."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

import pytest

from lessons_lib.feedback.stopwatch import (
    BLINK,
    BUSY,
    LOOK,
    Stopwatch,
    TimeLimit,
    work_of,
    work_of_thread,
)


class Machine:
    """A machine whose clock goes on only when it is told to.

    Parameters
    ----------
    share : callable
        The share of a processor that somebody has, by the clock.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, share: Callable[[float], float]) -> None:
        self.clock = self.work = 0.0
        self.share = share
        monkeypatch.setattr(time, "monotonic", lambda: self.clock)

    def go_on(self, seconds: float) -> None:
        """Let some time pass."""
        self.work += seconds * self.share(self.clock)
        self.clock += seconds

    def end(self, limit: TimeLimit, most: float, look: float = LOOK) -> float | None:
        """Return when somebody's time is over, by the clock; None if it is not until then."""
        stopwatch = Stopwatch(limit, lambda: self.work)
        while self.clock < most:
            self.go_on(look)
            if stopwatch.is_over():
                return self.clock
        return None


LIMIT = TimeLimit(working=2.0, waiting=3.0)


@pytest.mark.parametrize("share", [4.0, 1.0, 0.5, 0.2, 1 / BUSY + 0.01])
def test_work_takes_as_long_as_others_let_it(share: float, monkeypatch: pytest.MonkeyPatch):
    over = Machine(monkeypatch, lambda _: share).end(LIMIT, 100.0)
    assert over == pytest.approx(LIMIT.working / share, abs=2 * LOOK)


def test_who_gets_a_processor_once_a_second_does_not_wait(monkeypatch: pytest.MonkeyPatch):
    crowded = Machine(monkeypatch, lambda clock: 0.5 if clock % 1.0 < LOOK else 0.0)
    assert crowded.end(LIMIT, 15.0) is None


def test_who_does_nothing_waits(monkeypatch: pytest.MonkeyPatch):
    asleep = Machine(monkeypatch, lambda _: 0.0)
    assert asleep.end(LIMIT, 100.0) == pytest.approx(LIMIT.waiting, abs=2 * LOOK)


def test_who_does_hardly_anything_waits_too(monkeypatch: pytest.MonkeyPatch):
    dozing = Machine(monkeypatch, lambda _: 0.005)
    assert dozing.end(LIMIT, 100.0) == pytest.approx(LIMIT.waiting, abs=2 * LOOK)


def test_waiting_counts_from_the_last_work(monkeypatch: pytest.MonkeyPatch):
    tired = Machine(monkeypatch, lambda clock: 0.5 * (clock < 2.0))
    over = tired.end(LIMIT, 100.0)
    assert over is not None
    assert 2.0 + LIMIT.waiting <= over <= 2.0 + LIMIT.waiting + 1.0 + LIMIT.waiting


def test_waiting_may_be_no_matter(monkeypatch: pytest.MonkeyPatch):
    asleep = Machine(monkeypatch, lambda _: 0.0)
    over = asleep.end(TimeLimit(working=2.0), 100.0)
    assert over == pytest.approx(BUSY * 2.0, abs=2 * LOOK), "but it comes to an end"


def test_who_works_and_sleeps_by_turns_comes_to_an_end(monkeypatch: pytest.MonkeyPatch):
    turns = Machine(monkeypatch, lambda clock: 0.1 * (clock % 1.0 < 0.5))
    assert turns.end(LIMIT, 100.0) == pytest.approx(BUSY * LIMIT.working, abs=2 * LOOK)


def test_who_looks_is_held_up_as_well(monkeypatch: pytest.MonkeyPatch):
    """Where a machine stands still, nobody has waited."""
    still = Machine(monkeypatch, lambda _: 0.0)
    over = still.end(LIMIT, 1000.0, look=10.0)
    assert over == pytest.approx(10.0 * LIMIT.waiting / BLINK, abs=10.0)


def test_what_was_before_does_not_count(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch, lambda _: 1.0)
    machine.go_on(50.0)
    over = machine.end(LIMIT, 100.0)
    assert over == pytest.approx(50.0 + LIMIT.working, abs=2 * LOOK)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it of others")
def test_the_work_of_a_process():
    assert work_of(os.getpid()) == pytest.approx(time.process_time(), abs=0.1)
    with pytest.raises(OSError, match=r"."):
        work_of(2**22 + 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it of others")
def test_the_work_of_a_thread_is_its_own():
    assert work_of_thread(threading.get_native_id()) == pytest.approx(time.thread_time(), abs=0.1)
    done = threading.Event()
    idle = threading.Thread(target=done.wait, daemon=True)
    idle.start()
    assert work_of_thread(idle.native_id or 0) < 0.1
    done.set()
    with pytest.raises(OSError, match=r"."):
        work_of_thread(2**22 + 1)
