"""A check survives what a learner's function does to memory, screens and types."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import time
import weakref
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lessons_lib.feedback import Task, check, judge, limits
from lessons_lib.feedback.running import LONGEST, MOST, Outcome, Sink, Unusable, as_value, outcome

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs a copy of the process")


DOUBLE = Task(1, ("the doubles",), "Linear.", [(np.array([1.0, -2.0]), 3.0)])


@DOUBLE.answer
def double(values, factor):
    """Double an array."""
    return 2 * values * factor


WORD = Task(1, ("the word",), "Words.", [(1.0,), (2.0,)])


@WORD.answer
def word(number):
    """Return a word."""
    return "many" if number > 1 else "one"


def growing(values, factor):
    kept = []
    while True:
        kept.append(np.zeros(10**8))


def killed(values, factor):
    os.kill(os.getpid(), 9)


def broken(values, factor):
    faulthandler.disable()  # pytest would print where it was
    os.kill(os.getpid(), 11)


def closing_all(values, factor):
    os.closerange(0, 200)


def starting_others(values, factor):
    subprocess.Popen(["sleep", "86399"])
    os.fork()
    return double(values, factor)


class Slow:
    """Takes its time to become an array."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        time.sleep(60)


class Mute(Exception):  # noqa: N818
    """Cannot even say what is the matter."""

    def __str__(self) -> str:
        raise ValueError


class Liar(str):
    """Says of everything that it is the same."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def mute(values, factor):
    raise Mute


@on_linux
@pytest.mark.parametrize(
    ("function", "kind", "said"),
    [
        (growing, "failure", "MemoryError"),
        (lambda v, f: np.ones(10**10), "failure", "Unable to allocate"),
        (killed, "failure", "not so much memory"),
        (broken, "failure", "Does the function call itself without end?"),
        (closing_all, "failure", "ended Python itself"),
        (mute, "failure", "Python says: nothing more"),
        (lambda v, f: Slow(), "late", "takes too long"),
        (lambda v, f: np.ones(MOST + 1), "type", "returns 100001 numbers."),
        (lambda v, f: Liar("no"), "type", "got 'no'"),
        (lambda v, f: (v, f), "type", "returns 2 things at once."),
        (lambda v, f: f + 1j, "type", "returns a complex number."),
        (lambda v, f: np, "type", "returns a module."),
        (lambda v, f: 10**400, "type", "returns a number that is too large for numpy."),
        (lambda v, f: (yield v), "type", "returns a generator."),
    ],
)
def test_whatever_it_does_is_answered_in_time(function: Any, kind: str, said: str):
    verdict = judge(DOUBLE, function)
    assert verdict.kind == kind
    assert said in str(verdict)
    assert judge(DOUBLE, double).right


@on_linux
def test_nothing_that_it_starts_stays():
    assert judge(DOUBLE, starting_others).right
    end = time.monotonic() + 30  # the system may take its time
    while subprocess.run(["pgrep", "-f", "sleep 86399"], check=False).returncode != 1:
        assert time.monotonic() < end
        time.sleep(0.05)


@on_linux
def test_no_screen_is_written_to(capfd: pytest.CaptureFixture[str]):
    def loud(values, factor):
        os.system("echo system")
        os.write(1, b"one")
        print("error", file=sys.stderr)
        sys.stdout.close()
        return double(values, factor)

    assert judge(DOUBLE, loud).right
    assert capfd.readouterr() == ("", "")


def test_little_is_kept_of_what_is_printed():
    sink = Sink()
    assert sink.write("x" * LONGEST) == LONGEST
    assert sink.write("more") == 4
    sink.close()
    assert sink.getvalue() == "x" * LONGEST


def test_a_check_may_put_back_what_it_redirected_though_it_is_late():
    screen = sys.stdout
    for _ in range(20):
        done = list(limits.line_by_line(lambda v: v, [(1.0,)] * 50, 1, 0.0001))
        assert len(done) <= 50
        assert sys.stdout is screen


class Thing:
    """Something that a set may hold weakly."""


class Farewell:
    """Something that works as it is taken away."""

    def __del__(self) -> None:
        for _ in range(100):
            pass


def _forgetting(_: float) -> None:
    for _ in range(1000):
        things = [Thing() for _ in range(200)]
        known = weakref.WeakSet(things)
        things.clear()
        assert not known


def _leaving(_: float) -> None:
    for _ in range(10_000):
        Farewell()


@pytest.mark.parametrize("answer", [_forgetting, _leaving])
def test_time_is_not_forgotten_while_objects_are_taken_away(answer: Any):
    for seconds in (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08):
        assert list(limits.line_by_line(answer, [(1.0,)], 1, seconds)) == []


def test_settings_of_numpy_change_no_answer():
    with np.errstate(all="raise"):
        done = outcome(lambda values: values / 0, (np.array([1.0]),))
    assert isinstance(done, Outcome)
    assert done.failure is None


@pytest.mark.parametrize(
    "answer",
    [
        lambda n: np.where(n > 1, "many", "one"),
        lambda n: np.str_("many" if n > 1 else "one"),
        lambda n: np.select([n > 1], ["many"], "one"),
    ],
)
def test_texts_of_numpy_are_texts(answer: Any):
    assert judge(WORD, answer).right


@pytest.mark.parametrize(
    "value", [Fraction(1, 2), [Fraction(1, 2)], np.array([0.5], dtype=object), np.longdouble(0.5)]
)
def test_other_numbers_are_numbers(value: Any):
    assert np.all(as_value(value) == 0.5)  # type: ignore[operator]


def test_one_number_is_not_several():
    assert as_value(np.array(1.0), 2) == Unusable("a single number")


def test_a_change_is_shown_with_the_name_of_the_argument():
    def in_place(values, factor):
        values *= 2 * factor
        return values

    assert "values = values - … rather than values -= …" in judge(DOUBLE, in_place).text


def test_a_lambda_is_told_that_it_has_no_name():
    with pytest.raises(ValueError, match="A lambda has no name"):
        check(lambda theta, x, y: 0.0)


@on_linux
def test_a_notebook_may_forget_how_its_children_end():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        for _ in range(20):
            assert judge(DOUBLE, double).right
        assert judge(DOUBLE, killed).kind == "failure"
    finally:
        signal.signal(signal.SIGCHLD, before)
