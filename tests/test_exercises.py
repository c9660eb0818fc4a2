"""Every exercise: its mistakes are named, right answers pass, and what is released fits it."""

from __future__ import annotations

import importlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from course_tools.files import ROOT, show
from course_tools.notebooks.course import solutions
from course_tools.notebooks.stored import from_bytes
from lessons_lib.feedback import Exercise, Mistake, exercises, judge
from lessons_lib.feedback.bank import ALL
from lessons_lib.feedback.judging import agree

Function = Callable[..., Any]
Texts = Iterator[str]
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
def test_right_answers_pass(exercise: Exercise, function: Function) -> None:
    verdict = judge(exercise, function)
    assert verdict.right, verdict
    assert verdict.text == exercise.shows


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_every_mistake_is_named_as_itself(exercise: Exercise, mistake: Mistake) -> None:
    verdict = judge(exercise, mistake.function)
    assert verdict.kind == "mistake", verdict
    assert (verdict.title, verdict.text) == (f"{mistake.name}.", mistake.hint)


@pytest.mark.parametrize(("exercise", "function"), list(wrong_twice()))
def test_two_mistakes_at_once_are_caught(exercise: Exercise, function: Function) -> None:
    assert not judge(exercise, function).right


# --- An exercise by itself ------------------------------------------------------------------------


def few_answers(exercise: Exercise, right: list[Function], twice_wrong: list[Function]) -> Texts:
    """Say whether too few answers are there to try the exercise with."""
    if len(right) < 3:  # and lists, and float32
        yield f"{exercise.name} has too few right answers: {len(right)}. Write at least 3."
    if len(twice_wrong) < 2:
        yield f"{exercise.name} has too few answers wrong twice: {len(twice_wrong)}. Write 2."


def gaps(exercise: Exercise) -> Texts:
    """Say what an exercise lacks to judge by it."""
    if len(exercise.cases) < 2:
        yield f"{exercise.name} has too few cases: {len(exercise.cases)}. Give at least 2."
    for done in exercise.expected:
        if done.failure or done.printed or done.changed:
            yield f"The reference of {exercise.name} fails, prints or changes an argument: {done}"
    for name, n in Counter(mistake.name for mistake in exercise.mistakes).items():
        if n > 1:
            yield f"{exercise.name} has {n} mistakes with the name {name!r}. Tell them apart."
    yield from alike(exercise)


def alike(exercise: Exercise) -> Texts:
    """Say which functions do the same with every case, so that no check can tell them apart."""
    outcomes = {"the reference": exercise.expected} | {
        mistake.name: exercise.outcomes_of(mistake.function, exercise.cases)
        for mistake in exercise.mistakes
    }
    for (one, first), (other, second) in itertools.combinations(outcomes.items(), 2):
        if agree(exercise, first, second):
            yield f"{exercise.name}: {one!r} and {other!r} do the same. Give a case to part them."


UNKIND = {"wrong", "simply", "just", "obviously", "stupid", "easy"}


def unkind(mistake: Mistake) -> Texts:
    """Say what is too long in a mistake's words, or might hurt."""
    if len(mistake.name) > 60:
        yield f"{mistake.name!r} has {len(mistake.name)} characters. A name has at most 60."
    if len(mistake.hint) > 240:
        yield f"The hint {mistake.hint!r} has {len(mistake.hint)} characters. Keep to 240."
    if not mistake.hint.endswith((".", "?")):
        yield f"The hint {mistake.hint!r} is no sentence. End it with . or ?"
    for word in sorted(UNKIND & set(re.findall(r"\w+", mistake.hint.lower()))):
        yield f"The hint {mistake.hint!r} says {word!r}. Say it without."


@pytest.mark.parametrize("exercise", EVERY, ids=lambda each: each.name)
def test_an_exercise_is_whole(exercise: Exercise) -> None:
    tried = answers(exercise)
    right, twice_wrong = tried.RIGHT[exercise.name], tried.TWICE_WRONG[exercise.name]
    assert [*few_answers(exercise, right, twice_wrong), *gaps(exercise)] == []


@pytest.mark.parametrize("exercise", EVERY, ids=lambda each: each.name)
def test_messages_are_short_and_kind(exercise: Exercise) -> None:
    assert [said for mistake in exercise.mistakes for said in unkind(mistake)] == []


STEP = exercises()["gradient_step"]
FIRST, SECOND, *_ = STEP.mistakes


def with_another(function: Function) -> Exercise:
    return replace(STEP, mistakes=[*STEP.mistakes, Mistake("Another", "Which?", function)])


def failing(theta: Any, gradient: Any, learning_rate: float) -> Any:
    raise ValueError("no step today")


def printing(theta: Any, gradient: Any, learning_rate: float) -> Any:
    print(theta)
    return STEP.reference(theta, gradient, learning_rate)


def changing(theta: Any, gradient: Any, learning_rate: float) -> Any:
    gradient *= learning_rate
    return theta - gradient


SPOILT = {
    "one case": (replace(STEP, cases=STEP.cases[:1]), "has too few cases: 1"),
    "fails": (replace(STEP, reference=failing), "The reference of failing"),
    "prints": (replace(STEP, reference=printing), "The reference of printing"),
    "changes an argument": (replace(STEP, reference=changing), "The reference of changing"),
    "one name twice": (
        replace(STEP, mistakes=[FIRST, replace(SECOND, name=FIRST.name)]),
        f"2 mistakes with the name {FIRST.name!r}",
    ),
    "one mistake twice": (
        with_another(FIRST.function),
        f"{FIRST.name!r} and 'Another' do the same",
    ),
    "no mistake": (with_another(STEP.reference), "'the reference' and 'Another' do the same"),
    "cases that do not tell": (
        replace(STEP, cases=[(*place, 1.0) for *place, _ in STEP.cases]),  # lr · g is g
        "'the reference' and 'The learning rate is missing' do the same",
    ),
}


@pytest.mark.parametrize(("exercise", "said"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_exercise_is_refused(exercise: Exercise, said: str) -> None:
    assert any(said in sentence for sentence in gaps(exercise))


@pytest.mark.parametrize(
    ("n_right", "n_wrong", "said"), [(2, 2, "right answers: 2"), (3, 1, "wrong twice: 1")]
)
def test_few_answers_are_refused(n_right: int, n_wrong: int, said: str) -> None:
    (sentence,) = few_answers(STEP, n_right * [STEP.reference], n_wrong * [FIRST.function])
    assert said in sentence


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (replace(FIRST, name=61 * "n"), "has 61 characters"),
        (replace(FIRST, hint=240 * "h" + "."), "has 241 characters"),
        (replace(FIRST, hint="Look at the sign"), "is no sentence"),
        (replace(FIRST, hint="Is the sign wrong?"), "says 'wrong'"),
        (replace(FIRST, hint="Obviously, the sign."), "says 'obviously'"),
    ],
)
def test_unkind_words_are_refused(mistake: Mistake, said: str) -> None:
    (sentence,) = unkind(mistake)
    assert said in sentence


# --- The bank -------------------------------------------------------------------------------------


def test_there_are_enough_mistakes() -> None:
    assert len(MISTAKES) >= 70


def test_no_two_exercises_share_a_name() -> None:
    assert [exercise.name for exercise in ALL] == list(exercises())


# --- The notebooks that hold them ---------------------------------------------------------------


def graded(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def names_in(lesson: int) -> list[str]:
    return [exercise.name for exercise in EVERY if exercise.lesson == lesson]


def unasked(nb: NotebookNode, names: Collection[str]) -> Texts:
    """Say which of the lesson's exercises a solution does not ask for, or not in full."""
    code = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    for name in names:
        if f"def {name}(" not in code:
            yield f"No cell defines {name}."
        if f"\ncheck({name})\n" not in f"\n{code}\n":
            yield f"No line is check({name}), with which a learner tries it."
        yield from untested(nb, name)
    if len(graded(nb)) != len(names):
        yield f"There are {len(graded(nb))} graded cells for {len(names)} exercises."
    if not 2 <= len(names) <= 4:
        yield f"There are {len(names)} exercises. A lesson has 2 to 4."
    if not any(cell.id.startswith("stretch") for cell in nb.cells):
        yield "No cell's id begins with stretch: those who are done want more."


def untested(nb: NotebookNode, name: str) -> Texts:
    """Say what is missing in the graded cell of an exercise."""
    tests = [cell.source for cell in graded(nb) if f"check({name})" in cell.source]
    if len(tests) != 1:
        yield f"{name} has {len(tests)} graded cells. It needs one."
        return
    if not tests[0].startswith(f"check({name}).require()"):
        yield f"The graded cell of {name} does not begin with check({name}).require()."
    if f"check({name}, [" not in tests[0].replace("\n    ", ""):
        yield f"The graded cell of {name} has no hidden test with other cases."


def falling(nb: NotebookNode) -> Texts:
    """Say where an exercise is worth less than the one before it."""
    points = [cell.metadata["nbgrader"]["points"] for cell in graded(nb)]
    for one, other in itertools.pairwise(points):
        if other < one:
            yield f"After an exercise for {one} points comes one for {other}. Let them rise."


@pytest.mark.parametrize("source", solutions(), ids=show)
def test_a_solution_asks_for_every_exercise_of_its_lesson(source: Path) -> None:
    nb = from_bytes(source.read_bytes(), source)
    assert list(unasked(nb, names_in(int(source.name[:2])))) == []


@pytest.mark.parametrize("source", solutions(), ids=show)
def test_points_rise(source: Path) -> None:
    assert list(falling(from_bytes(source.read_bytes(), source))) == []


NAMES = names_in(2)
NAME = STEP.name


def solution() -> NotebookNode:
    """The solution of a lesson, to be spoilt."""
    source = next(source for source in solutions() if source.name.startswith("02"))
    return from_bytes(source.read_bytes(), source)


def reworded(old: str, new: str) -> Callable[[NotebookNode], None]:
    """Replace words wherever they stand in code."""

    def spoil(nb: NotebookNode) -> None:
        found = [cell for cell in nb.cells if cell.cell_type == "code" and old in cell.source]
        assert found
        for cell in found:
            cell.source = cell.source.replace(old, new)

    return spoil


def ungraded(nb: NotebookNode) -> None:
    del graded(nb)[0].metadata["nbgrader"]


def graded_twice(nb: NotebookNode) -> None:
    nb.cells.append(graded(nb)[0])


def never_tried(nb: NotebookNode) -> None:
    """Take out the cells that a learner checks with, and leave the graded ones."""
    nb.cells = [cell for cell in nb.cells if cell.source != f"check({NAME})"]


def no_stretch(nb: NotebookNode) -> None:
    nb.cells = [cell for cell in nb.cells if not cell.id.startswith("stretch")]


SPOILT_SOLUTIONS: dict[str, tuple[Callable[[NotebookNode], None], str]] = {
    "not defined": (reworded(f"def {NAME}(", "def step("), f"No cell defines {NAME}."),
    "not tried": (never_tried, f"No line is check({NAME})"),
    "not graded": (ungraded, f"{NAME} has 0 graded cells"),
    "graded twice": (graded_twice, f"{NAME} has 2 graded cells"),
    "graded, and one too many": (graded_twice, "There are 4 graded cells for 3 exercises"),
    "not required": (
        reworded(f"check({NAME}).require()", f"check({NAME})"),
        f"does not begin with check({NAME}).require()",
    ),
    "no hidden test": (reworded(f"check({NAME}, [", "print([("), f"{NAME} has no hidden test"),
    "no stretch": (no_stretch, "No cell's id begins with stretch"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILT_SOLUTIONS.values(), ids=SPOILT_SOLUTIONS)
def test_a_spoilt_solution_is_refused(spoil: Callable[[NotebookNode], None], said: str) -> None:
    nb = solution()
    spoil(nb)
    assert any(said in sentence for sentence in unasked(nb, NAMES))


@pytest.mark.parametrize("names", [NAMES[:1], [*NAMES, *names_in(3)]])
def test_a_lesson_has_neither_one_exercise_nor_many(names: list[str]) -> None:
    said = f"There are {len(names)} exercises."
    assert any(sentence.startswith(said) for sentence in unasked(solution(), names))


def test_falling_points_are_refused() -> None:
    nb = solution()
    graded(nb)[0].metadata["nbgrader"]["points"] = 99
    (sentence,) = falling(nb)
    assert "for 99 points" in sentence


def test_every_exercise_has_its_notebook() -> None:
    numbers = [int(source.name[:2]) for source in solutions()]
    assert sorted(set(numbers)) == numbers
    assert {exercise.lesson for exercise in EVERY} == set(numbers)
    lessons = {path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {source.stem for source in solutions()} <= lessons
