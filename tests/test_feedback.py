"""A check answers whatever a learner's function does, in time, in words, and leaves no trace."""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from lessons_lib.feedback import (
    Mistake,
    NotYetRightError,
    Task,
    check,
    company,
    judge,
    judging,
    limits,
)
from lessons_lib.feedback.comparing import same_value
from lessons_lib.feedback.phrasing import as_typed
from lessons_lib.feedback.running import OutOfTime, Unusable, as_value, outcome
from lessons_lib.feedback.verdict import Kind, Verdict
from lessons_lib.progress import recall

DOUBLE = Task(
    lesson=1,
    returns=("the doubles",),
    shows="Doubling is linear.",
    cases=[(np.array([1.0, -2.0]), 3.0), (np.array([0.5, 4.0, 8.0]), -1.0)],
)

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="a copy is made on Linux only")


@DOUBLE.answer
def double(values, factor):
    """Double an array."""
    return 2 * values * factor


@DOUBLE.mistake("Forgotten factor", "What is the second argument for?")
def without_factor(values, factor):
    return 2 * values


@DOUBLE.mistake("A loop over too few", "Which index comes last?")
def raising(values, factor):
    return [values[k + 1] for k in range(len(values))]


BOTH = Task(1, ("the sums", "the factor"), "Two things.", DOUBLE.cases)


@BOTH.answer
def both(values, factor):
    """Return two things."""
    return values + factor, float(factor)


HISTORY = Task(1, ("the history",), "Steps.", DOUBLE.cases, steps=True)


@HISTORY.answer
def history(values, factor):
    """Return a row for each step."""
    return np.array([values, values * factor, values * factor**2])


# --- What a learner's function may do -------------------------------------------------------------


@pytest.fixture
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give functions less time than a learner's have, so that nobody waits for it."""
    monkeypatch.setattr(
        judging, "outcomes_in_company", partial(company.outcomes_in_company, seconds=0.3)
    )
    monkeypatch.setattr(limits, "WAITING", 0.6)


def endless(values, factor):
    while True:
        pass


def endless_and_catching(values, factor):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            continue


def endless_in_c(values, factor):
    return sum(itertools.count())


def sleeping(values, factor):
    time.sleep(60)


def endless_thread(values, factor):
    thread = threading.Thread(target=endless, args=(0, 0), daemon=True)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "function", [endless, endless_and_catching, endless_in_c, sleeping, endless_thread]
)
def test_a_check_comes_back_whatever_runs(function: Any, little_time: None):
    verdict = judge(DOUBLE, function)
    assert verdict.kind == "late"
    assert verdict.title == "double does not come back."
    assert "double(values = [1, -2], factor = 3)" in verdict.text


@on_linux
@pytest.mark.parametrize("function", [endless, endless_in_c, endless_thread])
def test_an_endless_function_works_no_longer_than_it_may(function: Any):
    before = os.times()
    assert not limits.outcomes_in_time(function, DOUBLE.cases, 1, 0.3)
    assert os.times().children_user - before.children_user < 0.3 + limits.SECONDS


def test_the_cases_before_an_endless_one_are_answered(little_time: None):
    def sometimes(values, factor):
        return endless(values, factor) if len(values) == 3 else values

    assert judge(DOUBLE, sometimes).kind == "value"
    assert (
        "[0.5, 4, 8]"
        in judge(DOUBLE, lambda v, f: endless(v, f) if len(v) == 3 else 2 * v * f).text
    )


@on_linux
def test_nothing_of_the_learners_process_is_touched():
    marks = []

    def marking(values, factor):
        marks.append(values)
        return double(values, factor)

    assert judge(DOUBLE, marking).right
    assert marks == []


@pytest.mark.parametrize("function", [endless, double])
def test_without_copies_every_line_looks_at_the_time(function: Any):
    def watching(*_: Any) -> None:
        """Stand for a debugger."""

    before = sys.gettrace()
    sys.settrace(watching)
    try:
        done = list(limits.line_by_line(function, DOUBLE.cases, 1, 0.3))
        assert sys.gettrace() is watching
    finally:
        sys.settrace(before)
    assert len(done) == (0 if function is endless else 2)


def test_in_a_browser_the_process_has_the_only_clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(time, "thread_time")  # as in Python made for browsers
    assert list(limits.line_by_line(endless, DOUBLE.cases, 1, 0.3)) == []


def work(seconds: float) -> None:
    """Use a processor for some time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize("limited", [limits.outcomes_in_time, limits.line_by_line])
def test_the_time_is_for_all_cases_together(limited: Any):
    def slow(values, factor):
        work(0.4)
        return values

    assert len(list(limited(slow, DOUBLE.cases, 1, 0.6))) < 2


@pytest.mark.parametrize("limited", [limits.outcomes_in_time, limits.line_by_line])
def test_the_clock_decides_on_waiting_alone(limited: Any, monkeypatch: pytest.MonkeyPatch):
    def rests(values, factor):
        time.sleep(0.3)
        work(0.01)
        return values

    def waits(values, factor):
        for _ in range(100):
            time.sleep(0.2)
        return values

    assert len(list(limited(rests, DOUBLE.cases, 1, 0.2))) == 2
    monkeypatch.setattr(limits, "WAITING", 0.6)
    assert not list(limited(waits, DOUBLE.cases, 1, 30.0))


def exiting(values, factor):
    sys.exit(3)


def ending(values, factor):
    import os

    os._exit(3)


def asking(values, factor):
    return input("How much? ")


def recursive(values, factor):
    return recursive(values, factor)


def unknown(values, factor):
    return valeus  # noqa: F821


@pytest.mark.parametrize(
    ("function", "title", "text"),
    [
        (exiting, "double stops with SystemExit.", "Python says: 3"),
        (ending, "double stops with SystemExit.", "ended Python itself"),
        (asking, "double stops with EOFError.", "input() asks somebody"),
        (recursive, "double stops with RecursionError.", "maximum recursion depth"),
        (
            unknown,
            "double stops with NameError.",
            "name 'valeus' is not defined. Is it written so where it is made",
        ),
        (lambda values: values, "double stops with TypeError.", "takes 1 positional argument"),
    ],
)
def test_what_is_raised_is_said_in_words(function: Any, title: str, text: str):
    verdict = judge(DOUBLE, function)
    assert (verdict.kind, verdict.title) == ("failure", title)
    assert text in verdict.text
    assert "double(values = [1, -2], factor = 3)" in verdict.text


def test_the_line_that_failed_is_shown():
    assert "The line is: return valeus" in judge(DOUBLE, unknown).text


def test_an_empty_task_gets_a_friendly_sentence():
    def empty(values, factor):
        raise NotImplementedError

    verdict = judge(DOUBLE, empty)
    assert verdict.kind == "unfilled"
    assert verdict.title == "double is still empty."
    assert "NotImplementedError" in verdict.text


def printing(values, factor):
    print("result:", 2 * values * factor)


def doubling_in_place(values, factor):
    values *= 2 * factor
    return values


@pytest.mark.parametrize(
    ("function", "kind", "title", "text"),
    [
        (lambda v, f: None, "type", "returns nothing.", "Does it end with return?"),
        (printing, "type", "returns nothing.", "It prints instead"),
        (lambda v, f: double, "type", "returns a function.", "should return the doubles"),
        (lambda v, f: {1: 2}, "type", "returns a dict.", "should return the doubles"),
        (lambda v, f: [[1], [2, 3]], "type", "returns a list whose rows differ in length.", ""),
        (lambda v, f: [None, None], "type", "returns a list of other things than numbers.", ""),
        (lambda v, f: "2, 4", "type", "returns something else for the doubles.", "got '2, 4'"),
        (lambda v, f: v + 1j, "type", "returns an array of other things than numbers.", ""),
        (lambda v, f: v[:1], "shape", "in another shape.", "expected shape (2,), got shape (1,)"),
        (lambda v, f: 5, "shape", "in another shape.", "got a single number"),
        (lambda v, f: v, "value", "other numbers for the", "expected [6, -12], got [1, -2]"),
        (lambda v, f: v * np.nan, "value", "other numbers for the", "got [nan, nan]"),
        (lambda v, f: v / 0, "value", "other numbers for the", "got [inf, -inf]"),
        (doubling_in_place, "changed", "double changes values.", "belongs to whoever called"),
    ],
)
def test_other_answers_are_described(function: Any, kind: str, title: str, text: str):
    verdict = judge(DOUBLE, function)
    assert verdict.kind == kind
    assert title in verdict.title
    assert text in verdict.text


def test_an_argument_that_is_put_back_may_be_off_by_a_rounding():
    def nudging(values, factor):
        values += 0.1
        values -= 0.2
        values += 0.1
        return double(values, factor)

    assert 1 + 0.1 - 0.2 + 0.1 != 1
    assert judge(DOUBLE, nudging).right


def test_two_arguments_that_are_changed_are_spoken_of_as_two():
    def adding_in_place(values, factor):
        values += 1
        factor += 1
        return values - 1 + factor - 1

    cases = [(np.array([1.0, -2.0]), np.array([3.0, 4.0])), (np.array([0.5]), np.array([2.0]))]
    sums = Task(1, ("the sums",), "Two arrays.", cases)
    sums.answer(lambda values, factor: values + factor)
    verdict = judge(sums, adding_in_place)
    assert verdict.kind == "changed"
    assert "values and factor belong to whoever called, and hold other numbers" in verdict.text


def test_the_first_step_that_differs_is_named():
    verdict = judge(HISTORY, lambda v, f: np.array([v, v * f, v * f**3]))
    assert verdict.title == "history returns other numbers from step 2 on."
    assert verdict.text.endswith("expected [9, -18], got [27, -54].")


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda v, f: (v + f, 2 * f), "the factor"),
        (lambda v, f: (v, f), "the sums"),
        (lambda v, f: (v + f + np.nan, f), "the sums"),
        (lambda v, f: (v, f, 0), "3 values"),
        (lambda v, f: 7, "an int"),
        (lambda v, f: None, "nothing"),
        (lambda v, f: (None, f), "something else for the sums"),
    ],
)
def test_several_answers_are_told_apart(function: Any, text: str):
    verdict = judge(BOTH, function)
    assert not verdict.right
    assert text in verdict.title


@pytest.mark.parametrize("answer", [lambda v, f: v + f, lambda v, f: np.ones(2), lambda v, f: v])
def test_one_value_in_place_of_two_is_told_as_such(answer: Any):
    """Of two numbers, too: they are no two values."""
    verdict = judge(BOTH, answer)
    assert verdict.kind == "type"
    assert verdict.title.endswith(" returns one value, and 2 are asked for.")
    assert "should return the sums and the factor, with a comma between them" in verdict.text


def test_two_numbers_may_come_in_one_array():
    pair = Task(1, ("the sum", "the factor"), "Two numbers.", [(1.0, 2.0), (0.0, 3.0)])
    pair.answer(lambda a, b: (a + b, b))
    assert judge(pair, lambda a, b: np.array([a + b, b])).right
    assert judge(pair, lambda a, b: np.array([a, b])).title.endswith("other numbers for the sum.")
    assert judge(pair, lambda a, b: (a, b)).title.endswith("other numbers for the sum.")


def test_several_arrays_may_be_the_rows_of_one():
    pair = Task(1, ("one", "other"), "Two arrays.", [(np.ones(2),), (np.zeros(2),)])
    pair.answer(lambda a: (a, a + 1))
    assert judge(pair, lambda a: np.array([a, a + 1])).right
    assert judge(pair, lambda a: [[1, 1], [0, 0]]).title.endswith("other numbers for other.")


@pytest.mark.parametrize("answer", [both, lambda v, f: [list(v + f), np.float32(f)]])
def test_several_answers_may_come_in_any_container(answer: Any):
    assert judge(BOTH, answer).right


# --- Right, and known mistakes ------------------------------------------------------------------


def test_right_says_what_it_shows():
    assert str(judge(DOUBLE, double)) == "✓ double is right.\nDoubling is linear."


def test_printing_beside_a_right_answer_is_mentioned():
    def talkative(values, factor):
        print(values)
        return double(values, factor)

    verdict = judge(DOUBLE, talkative)
    assert verdict.right
    assert "It also prints." in verdict.text


@pytest.mark.parametrize("known", DOUBLE.mistakes)
def test_a_known_mistake_is_named_with_its_hint(known: Mistake):
    verdict = judge(DOUBLE, known.function)
    assert (verdict.kind, verdict.title, verdict.text) == ("mistake", f"{known.name}.", known.hint)


def without_factor_in_place(values, factor):
    values *= 2
    return values


def test_known_mistakes_are_tried_once_for_all_checks():
    calls = []

    def half(x: Any) -> Any:
        calls.append(x)
        return x / 2

    task = Task(1, ("the numbers",), "It doubles.", [(np.array([3.0]),)])
    task.answer(lambda x: 2 * x)
    task.mistake("half", "A half is not twice.")(half)
    assert [judge(task, lambda x: x / 2).mistake for _ in range(3)] == ["half"] * 3
    assert len(calls) == 1


def test_a_known_mistake_is_named_though_it_changes_an_argument_besides():
    verdict = judge(DOUBLE, without_factor_in_place)
    assert (verdict.kind, verdict.title) == ("mistake", "Forgotten factor.")
    assert verdict.text.startswith("What is the second argument for?\nIt also changes values, ")


def test_a_mistake_that_changes_an_argument_is_not_named_where_another_is_changed():
    """Nothing may be said of an argument that is left alone."""
    task = Task(1, DOUBLE.returns, DOUBLE.shows, [(np.ones(2), np.full(2, 3.0))] * 2)
    task.answer(double)
    task.mistake("Values are changed", "Whose are they?")(doubling_in_place)

    def doubling_the_other(values, factor):
        factor *= 2 * values
        return factor

    def doubling_both(values, factor):
        return doubling_the_other(values, factor) + 0 * doubling_in_place(values, factor)

    assert str(judge(task, doubling_in_place)) == "✗ Values are changed.\nWhose are they?"
    assert "Values are changed.\nWhose are they?\nIt also changes factor" in str(
        judge(task, doubling_both)
    )
    assert judge(task, doubling_the_other).title == "double changes factor."


def test_other_inputs_are_never_shown(little_time: None):
    secret = [(np.array([12345.0]), 6.0)]
    for function in (lambda v, f: v, endless, unknown, printing, doubling_in_place):
        said = str(judge(DOUBLE, function, secret))
        assert "12345" not in said
        assert said.endswith("That is so for other inputs than the check's.")
    assert judge(DOUBLE, without_factor, secret).kind == "value"  # no name is guessed
    assert judge(DOUBLE, double, secret).right


def test_other_inputs_decide_when_they_are_given():
    def double_of_these(values, factor):
        return double(values, factor) if len(values) > 1 else values

    assert judge(DOUBLE, double_of_these).right
    assert judge(DOUBLE, double_of_these, [(np.array([7.0]), 2.0)]).kind == "value"


@pytest.mark.parametrize("function", [double, partial(double, factor=2)], ids=["def", "partial"])
@pytest.mark.parametrize("field", ["name", "hint"])
def test_a_mistake_without_name_or_hint_is_refused(field: str, function: Any):
    given = {"name": "a name", "hint": "a hint"} | {field: " "}
    with pytest.raises(ValueError, match=rf"test_feedback\.py, line \d+, has no {field}"):
        Mistake(**given, function=function)


# --- What a learner calls and reads --------------------------------------------------------------


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of their own for the tasks that pass."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    return path


def passed() -> set[str]:
    """The tasks that are kept."""
    return set(recall("task"))


def line_loss(theta, x, y):
    return np.mean((theta[0] + theta[1] * x - y) ** 2)


def test_check_finds_the_task_by_the_functions_name():
    assert check(line_loss).right


def test_check_asks_for_a_function():
    with pytest.raises(TypeError, match=r"was given float, not a function.*without brackets"):
        check(3.0)  # type: ignore[arg-type]


def test_check_knows_names_that_are_near():
    def line_los(theta, x, y):
        return 0.0

    with pytest.raises(ValueError, match=r"No exercise is called 'line_los'.*perhaps line_loss"):
        check(line_los)


def test_check_says_where_a_name_stands_that_is_near_to_none():
    def inner(theta, x, y):
        return 0.0

    with pytest.raises(ValueError, match=r"called 'inner'\. Keep .* the function\. It stands"):
        check(inner)


def test_require_lets_right_answers_pass_and_no_others():
    judge(DOUBLE, double).require()
    with pytest.raises(AssertionError, match="Forgotten factor"):
        judge(DOUBLE, without_factor).require()
    for kind in {*get_args(Kind)} - {"right"}:
        with pytest.raises(AssertionError, match="✗ A title"):
            Verdict(kind, "A title", "").require()


def test_a_notebook_shows_the_words_of_a_failed_test_without_traceback():
    with pytest.raises(NotYetRightError) as caught:
        judge(DOUBLE, without_factor).require()
    shown = caught.value._render_traceback_()
    assert shown == ["✗ Forgotten factor.", "What is the second argument for?"]


@pytest.mark.parametrize("given", [3.0, lambda theta: theta, double])
def test_a_notebook_shows_the_words_of_a_check_that_cannot_be(given: Any):
    with pytest.raises((TypeError, ValueError)) as caught:
        check(given)
    assert caught.value._render_traceback_() == [str(caught.value)]  # type: ignore[attr-defined]


def test_a_verdict_is_shown_as_words_and_as_html():
    bundle = judge(DOUBLE, lambda v, f: "<b>")._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "'<b>'" in bundle["text/plain"]
    assert "&lt;b&gt;" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
    assert 'role="status"' in bundle["text/html"]


def test_what_passes_is_remembered(progress: Path):
    assert passed() == set()
    check(line_loss)
    assert passed() == {"line_loss"}
    assert [path.name for path in progress.parent.iterdir()] == ["progress.json"]


def test_what_passes_is_added_to_what_has_passed(progress: Path):
    progress.write_text('{"passed": ["another"]}', "utf-8")
    check(line_loss)
    assert passed() == {"another", "line_loss"}


def test_what_fails_and_other_inputs_are_not_remembered(progress: Path):
    def line_loss(theta, x, y):
        return 0.0

    check(line_loss)
    check(globals()["line_loss"], [(np.zeros(2), np.ones(3), np.ones(3))])
    assert not progress.exists()


@pytest.mark.parametrize("content", ["", "[]", '{"passed": 3}', "{", "\x00"])
def test_a_broken_file_loses_only_the_marks(content: str, progress: Path):
    progress.write_text(content, "utf-8")
    assert passed() == set()
    check(line_loss)
    assert passed() == {"line_loss"}


def test_where_nothing_can_be_written_checks_still_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "missing" / "progress.json"))
    assert check(line_loss).right
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "folder"))  # no file can stand there
    assert check(line_loss).right
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    monkeypatch.setenv("COURSE_PROGRESS", "")
    assert check(line_loss).right
    assert passed() == set()


# --- The parts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"),
        (np.float32(0.5), "0.5"),
        (123456.789, "1.2346e+05"),
        ("text", "'text'"),
        (np.array([1.0, 2.5]), "[1, 2.5]"),
        (np.arange(10.0), "[0, 1, 2, 3, 4, 5, …] of shape (10,)"),
        (np.eye(2), "[[1, 0], [0, 1]]"),
        (np.zeros((4, 2)), "[[0, 0], [0, 0], [0, 0], …] of shape (4, 2)"),
        (np.zeros((2, 9)), "[[0, 0, 0, 0, 0, 0, …] of shape (9,), …] of shape (2, 9)"),
        (None, "None"),
        (True, "True"),
        (Unusable("a dict"), "a dict"),
    ],
)
def test_values_are_written_short(value: Any, expected: str):
    assert as_typed(value) == expected


def test_warnings_are_not_the_learners_business():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert outcome(lambda v: v / 0, (np.ones(2),)).failure is None
        with pytest.raises(RuntimeWarning):  # afterwards they are heard again
            np.ones(2) / 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([1.0, 100.0], [1.009, 100.0], True),  # a share of the largest number
        ([1.0, 100.0], [1.02, 100.0], False),
        ([0.0, 0.0], [1e-15, 0.0], True),
        ([0.0, 0.0], [1e-9, 0.0], False),
        ([np.nan, 1.0], [np.nan, 1.0], True),
        ([np.nan, 1.0], [0.0, 1.0], False),
        ([np.inf, 1.0], [np.inf, 1.0], True),
        ([np.inf, 1.0], [-np.inf, 1.0], False),
        ([np.inf, 1.0], [np.inf, 1.1], False),
        ([1.0], [1.0, 1.0], False),
        ("down", "down", True),
        ("down", "up", False),
        (None, [0.0], False),
    ],
)
def test_values_are_the_same_up_to_a_share_of_the_largest(one: Any, other: Any, same: bool):
    assert same_value(as_value(one), as_value(other), 1e-4) is same


def test_time_that_is_over_is_not_an_outcome():
    def late():
        raise OutOfTime

    with pytest.raises(OutOfTime):
        outcome(late, ())


def test_other_values_become_arrays():
    assert as_value(True).dtype == np.float64  # type: ignore[union-attr]
    assert as_value([]).shape == (0,)  # type: ignore[union-attr]
    assert as_value(None, 2) is None
    assert as_value({1, 2}) == Unusable("a set")
