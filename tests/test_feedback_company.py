"""A check comes back, and with the right answer, whatever else the notebook does."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from course_tools.files import ROOT
from lessons_lib.feedback import Task, company, judge, judging, limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a copy is made on Linux only")

SQUARES = Task(1, ("the square",), "Squares grow.", [(2.0,), (3.0,)])


@SQUARES.answer
def square(number):
    """Square a number."""
    return number * number


def endless(number):
    while True:
        pass


def waiting(number):
    for _ in range(600):
        time.sleep(0.1)


def at_length(seconds: float) -> None:
    """Use a processor for some time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Wait until all threads that a test leaves behind have ended."""
    before = threading.active_count()
    yield
    end = time.monotonic() + 60
    while threading.active_count() > before:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give functions less time than a learner's have."""
    short = partial(company.outcomes_in_company, seconds=0.3)
    monkeypatch.setattr(judging, "outcomes_in_company", short)
    monkeypatch.setattr(limits, "WAITING", 0.6)


# --- Threads that are at work ---------------------------------------------------------------------

BUSY_NOTEBOOK = """
import os, threading, time
import numpy as np
from lessons_lib.feedback import check

def multiply():
    table = np.ones((300, 300))
    while True:
        {product}

def line_loss(theta, x, y):
    return np.mean((theta[0] + theta[1] * x - y) ** 2)

threading.Thread(target=multiply, daemon=True).start()
time.sleep(0.3)
for _ in range(10):
    print(check(line_loss).title, flush=True)
os._exit(0)  # Python's own end waits for OpenBLAS, too
"""


@pytest.mark.parametrize("product", ["table @ table", "np.linalg.svd(table)"])
def test_a_thread_that_multiplies_matrices_stops_no_check(product: str):
    """OpenBLAS cannot be copied while it works: `os.fork()` waits for it, and never returns."""
    ran = subprocess.run(
        [sys.executable, "-c", BUSY_NOTEBOOK.format(product=product)],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2", "COURSE_PROGRESS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ran.stdout.splitlines() == 10 * ["line_loss is right."]


@pytest.fixture
def worker() -> Iterator[None]:
    """Let another thread be at work."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            pass

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.usefixtures("worker")
def test_beside_a_thread_at_work_answers_are_what_they_are(little_time: None):
    assert company.others_at_work()
    assert judge(SQUARES, square).right
    assert judge(SQUARES, lambda number: 2 * number).kind == "value"
    assert judge(SQUARES, endless).kind == "late"


def test_a_thread_that_waits_is_no_hindrance():
    done = threading.Event()
    thread = threading.Thread(target=done.wait, daemon=True)
    thread.start()
    assert company.others_are_there()
    assert not company.others_at_work()
    done.set()
    thread.join()
    assert not company.others_are_there()


def test_a_thread_is_at_work_though_no_frame_of_its_own_shows_it():
    lock = threading.Lock()
    with lock:
        thread = threading.Thread(target=lock.acquire, daemon=True)  # C alone, as np.dot would be
        thread.start()
        assert company.others_at_work()
    thread.join()


# --- What a copy lacks ----------------------------------------------------------------------------


def test_a_right_answer_that_needs_other_threads_is_right(little_time: None):
    """As torch and jax do, it has threads of its own work for it. A copy has none of them."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(square, 1.0).result()

        def by_others(number):
            return pool.submit(square, number).result()

        assert judge(SQUARES, by_others).right


def test_a_function_that_waits_for_nobody_is_not_called_again(little_time: None):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(company, "_in_a_thread", None)
        assert judge(SQUARES, waiting).kind == "late"


def test_a_function_that_waits_is_left_behind(little_time: None, monkeypatch: pytest.MonkeyPatch):
    before = sys.stdout, sys.stderr, builtins.input
    monkeypatch.setattr(company, "others_are_there", lambda: True)
    assert judge(SQUARES, waiting).kind == "late"
    assert before == (sys.stdout, sys.stderr, builtins.input)


def test_a_notebook_that_is_interrupted_gets_its_screen_back(
    monkeypatch: pytest.MonkeyPatch, little_time: None
):
    before = sys.stdout, sys.stderr, builtins.input

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "join", interrupted)
        with pytest.raises(KeyboardInterrupt):
            company._in_a_thread(waiting, SQUARES.cases, 1, 0.3)
    assert before == (sys.stdout, sys.stderr, builtins.input)


# --- Libraries that compile -----------------------------------------------------------------------


def compiled_first(number):
    at_length(0.5)
    return square(number)


def test_what_is_compiled_first_has_more_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    verdict = judge(SQUARES, compiled_first)
    assert verdict.kind == "late"
    assert "compiled" not in verdict.text
    monkeypatch.setitem(sys.modules, "numba", ModuleType("numba"))
    assert judge(SQUARES, compiled_first).right


def test_what_takes_too_long_may_be_compiled_first(
    monkeypatch: pytest.MonkeyPatch, little_time: None
):
    monkeypatch.setitem(sys.modules, "jax", ModuleType("jax"))
    monkeypatch.setitem(sys.modules, "numba", ModuleType("numba"))
    said = judge(SQUARES, endless).text
    assert "Is there a loop that never ends? Or is it compiled first? jax or numba may" in said


def test_a_library_may_reserve_addresses_that_it_does_not_use(monkeypatch: pytest.MonkeyPatch):
    def reserving(number):
        np.empty(2**31, dtype=np.uint8)
        return square(number)

    assert judge(SQUARES, reserving).kind == "failure"
    monkeypatch.setitem(sys.modules, "jax", ModuleType("jax"))
    assert judge(SQUARES, reserving).right


def test_where_no_process_more_is_allowed_a_check_still_answers(monkeypatch: pytest.MonkeyPatch):
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    assert judge(SQUARES, square).right
    assert not judge(SQUARES, lambda number: 2 * number).right
