"""Every exercise: its mistakes are named, right answers pass, and what is released fits it."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from course_tools.refresh import ROOT, from_bytes, show
from course_tools.release import sources
from lessons_lib.feedback import Exercise, Mistake, exercises, judge
from lessons_lib.feedback.bank import ALL

Function = Callable[..., Any]
EVERY = list(exercises().values())
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}: {mistake.name}")
    for exercise in EVERY
    for mistake in exercise.mistakes
]


def answers(exercise: Exercise) -> Any:
    """The module that holds answers to the exercises of a lesson."""
    return importlib.import_module(f"answers.lesson_{exercise.lesson:02}")


def as_lists(function: Function) -> Function:
    """Return lists in place of arrays."""

    def answer(*inputs: Any) -> Any:
        value = function(*inputs)
        if isinstance(value, tuple):
            return [np.asarray(part).tolist() for part in value]
        return value if isinstance(value, str) else np.asarray(value).tolist()

    return answer


def in_float32(function: Function) -> Function:
    """Compute with half of the digits."""

    def halved(value: Any) -> Any:
        array = np.asarray(value)
        return array.astype(np.float32) if array.dtype == np.float64 else value

    def answer(*inputs: Any) -> Any:
        value = function(*map(halved, inputs))
        return tuple(map(halved, value)) if isinstance(value, tuple) else halved(value)

    return answer


def right_answers() -> Iterator[Any]:
    for exercise in EVERY:
        others = answers(exercise).RIGHT[exercise.name]
        forms = {function.__name__: function for function in others}
        forms |= {"reference": exercise.reference}
        forms |= {"lists": as_lists(others[0]), "float32": in_float32(exercise.reference)}
        for name, function in forms.items():
            yield pytest.param(exercise, function, id=f"{exercise.name}: {name}")


def wrong_twice() -> Iterator[Any]:
    for exercise in EVERY:
        for k, function in enumerate(answers(exercise).TWICE_WRONG[exercise.name]):
            yield pytest.param(exercise, function, id=f"{exercise.name}: {k}")


@pytest.mark.parametrize(("exercise", "function"), list(right_answers()))
def test_right_answers_pass(exercise: Exercise, function: Function):
    verdict = judge(exercise, function)
    assert verdict.right, verdict
    assert verdict.text == exercise.shows


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_every_mistake_is_named_as_itself(exercise: Exercise, mistake: Mistake):
    verdict = judge(exercise, mistake.function)
    assert verdict.kind == "mistake", verdict
    assert (verdict.title, verdict.text) == (f"{mistake.name}.", mistake.hint)


@pytest.mark.parametrize(("exercise", "function"), list(wrong_twice()))
def test_two_mistakes_at_once_are_caught(exercise: Exercise, function: Function):
    assert not judge(exercise, function).right


@pytest.mark.parametrize("exercise", EVERY, ids=lambda each: each.name)
def test_an_exercise_is_whole(exercise: Exercise):
    assert len(answers(exercise).RIGHT[exercise.name]) >= 3  # and lists, and float32
    assert len(answers(exercise).TWICE_WRONG[exercise.name]) >= 2
    assert len(exercise.cases) >= 2
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    assert all(not outcome.failure for outcome in exercise.expected)
    assert all(not outcome.printed and not outcome.changed for outcome in exercise.expected)


@pytest.mark.parametrize("exercise", EVERY, ids=lambda each: each.name)
def test_messages_are_short_and_kind(exercise: Exercise):
    for mistake in exercise.mistakes:
        assert len(mistake.name) <= 60, mistake.name
        assert len(mistake.hint) <= 240, mistake.hint
        assert mistake.hint[-1] in ".?", mistake.hint
        words = set(mistake.hint.lower().replace(",", "").replace(".", "").split())
        assert not words & {"wrong", "simply", "just", "obviously", "stupid", "easy"}, mistake.hint


def test_there_are_enough_mistakes():
    assert len(MISTAKES) >= 70


def test_no_two_exercises_share_a_name():
    assert [exercise.name for exercise in ALL] == list(exercises())


# --- The notebooks that hold them ---------------------------------------------------------------


@pytest.mark.parametrize("source", sources(), ids=show)
def test_a_solution_asks_for_every_exercise_of_its_lesson(source: Any):
    nb = from_bytes(source.read_bytes(), source)
    lesson = int(source.name[:2])
    wanted = {exercise.name for exercise in EVERY if exercise.lesson == lesson}
    code = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    graded = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    for name in wanted:
        assert f"def {name}(" in code
        assert f"\ncheck({name})\n" in f"\n{code}\n"
        tests = [cell for cell in graded if f"check({name})" in cell.source]
        assert len(tests) == 1, f"{name} needs one graded cell"
        assert tests[0].source.startswith(f"check({name}).require()")
        assert f"check({name}, [" in tests[0].source.replace("\n    ", ""), "no hidden test"
    assert len(graded) == len(wanted)
    assert 2 <= len(wanted) <= 4
    assert [cell.id for cell in nb.cells if cell.id.startswith("stretch")]


def test_every_exercise_has_its_notebook():
    numbers = [int(source.name[:2]) for source in sources()]
    assert sorted(set(numbers)) == numbers
    assert {exercise.lesson for exercise in EVERY} == set(numbers)
    lessons = {path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {source.stem for source in sources()} <= lessons


def test_points_rise():
    for source in sources():
        nb = from_bytes(source.read_bytes(), source)
        points = [
            cell.metadata["nbgrader"]["points"]
            for cell in nb.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        ]
        assert all(one <= other for one, other in itertools.pairwise(points)), source
