"""Every task: its mistakes are named, right answers pass, and the exercise around it fits it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from graded_cells import Cases, graded, required
from nbformat import NotebookNode
from task_checks import PARTS, all_answers, bank_of, gaps, given, stray, unanswered, unkind, unnamed

from course_tools.files import ROOT, show
from course_tools.notebooks.course import number_of, slug_of, solutions
from course_tools.notebooks.stored import from_bytes
from lessons_lib.feedback import Mistake, Task, bank, judge, tasks
from lessons_lib.feedback.running import Outcome, outcome

Function = Callable[..., Any]
Texts = Iterator[str]
EVERY = list(tasks().values())
ANSWERS = all_answers()
MISTAKES = [
    pytest.param(task, mistake, id=f"{task.name}: {mistake.name}")
    for task in EVERY
    for mistake in task.mistakes
]


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


class Here:
    """A function that runs in this process, not in a copy of its own: all these come to an end."""

    def __init__(self, function: Function) -> None:
        self.function = function

    def __call__(self, *inputs: Any) -> Any:
        return self.function(*inputs)

    def outcomes_in_time(self, cases: Cases, n_parts: int, seconds: float) -> list[Outcome]:
        return [outcome(self.function, inputs, n_parts) for inputs in cases]


def right_answers() -> Iterator[Any]:
    for task in EVERY:
        others = given("RIGHT", task, ANSWERS)
        forms = {function.__name__: function for function in others}
        forms |= {"reference": task.reference, "float32": in_float32(task.reference)}
        if others:
            forms["lists"] = as_lists(others[0])
        for name, function in forms.items():
            yield pytest.param(task, function, id=f"{task.name}: {name}")


def wrong_twice() -> Iterator[Any]:
    for task in EVERY:
        for k, function in enumerate(given("TWICE_WRONG", task, ANSWERS)):
            yield pytest.param(task, function, id=f"{task.name}: {k}")


@pytest.mark.parametrize(("task", "function"), list(right_answers()))
def test_right_answers_pass(task: Task, function: Function) -> None:
    verdict = judge(task, Here(function))
    assert verdict.right, verdict
    assert verdict.text == task.shows


@pytest.mark.parametrize("task", EVERY, ids=lambda task: task.name)
def test_the_commonest_mistakes_have_a_second_hint(task: Task) -> None:
    assert any(mistake.second for mistake in task.mistakes)


@pytest.mark.parametrize(("task", "mistake"), MISTAKES)
def test_every_mistake_is_named_as_itself(task: Task, mistake: Mistake) -> None:
    verdict = judge(task, Here(mistake.function))
    assert verdict.kind == "mistake", verdict
    assert (verdict.title, verdict.text) == (f"{mistake.name}.", mistake.hint)
    assert verdict.more == mistake.second or verdict.more.startswith("A small example. ")


@pytest.mark.parametrize(("task", "function"), list(wrong_twice()))
def test_two_mistakes_at_once_are_caught(task: Task, function: Function) -> None:
    assert not judge(task, Here(function)).right


# --- A task by itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("task", EVERY, ids=lambda each: each.name)
def test_a_task_is_whole(task: Task) -> None:
    assert [*gaps(task), *unkind(task)] == []


def test_every_task_has_answers_to_try_it_with() -> None:
    assert [*unanswered(EVERY, ANSWERS)] == []


def test_no_task_is_lost() -> None:
    for file in sorted(Path(bank.__file__).parent.glob("lesson_*.py")):
        assert [*unnamed(file, of_lesson(int(file.stem[-2:]))), *stray(file)] == []


def of_lesson(lesson: int) -> list[Task]:
    return [task for task in EVERY if task.lesson == lesson]


STEP = tasks()["gradient_step"]
FIRST, SECOND, *_ = STEP.mistakes


def with_another(function: Function) -> Task:
    return replace(STEP, mistakes=[*STEP.mistakes, Mistake("Another", "Which?", function)])


def answered(function: Function) -> Task:
    return replace(STEP, right_answer=function)


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
    "fails": (answered(failing), "the answer failing fails"),
    "prints": (answered(printing), "the answer printing fails, prints"),
    "changes an argument": (answered(changing), "the answer changing fails, prints or changes"),
    "one name twice": (
        replace(STEP, mistakes=[FIRST, replace(SECOND, name=FIRST.name)]),
        f"2 mistakes with the name {FIRST.name!r}",
    ),
    "one mistake twice": (
        with_another(FIRST.function),
        f"{FIRST.name!r} and 'Another' do the same",
    ),
    "no mistake": (with_another(STEP.reference), "'the answer' and 'Another' do the same"),
    "cases that do not tell": (
        replace(STEP, cases=[(*place, 1.0) for *place, _ in STEP.cases]),  # lr · g is g
        "'the answer' and 'The learning rate is missing' do the same",
    ),
}


@pytest.mark.parametrize(("task", "said"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_task_is_refused(task: Task, said: str) -> None:
    sentences = [*gaps(task)]
    assert any(said in sentence for sentence in sentences)
    assert all(sentence.startswith(f"{bank_of(2)}: ") for sentence in sentences)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (replace(FIRST, name=61 * "n"), "has 61 characters"),
        (replace(FIRST, hint=240 * "h" + "."), "has 241 characters"),
        (replace(FIRST, hint="Look at the sign"), "is no sentence"),
        (replace(FIRST, hint="Is the sign wrong?"), "says 'wrong'"),
        (replace(FIRST, hint="Obviously, the sign."), "says 'obviously'"),
        (replace(FIRST, second="Look at the sign"), "is no sentence"),
        (replace(FIRST, second=FIRST.hint), "is the first once more"),
    ],
)
def test_unkind_words_are_refused(mistake: Mistake, said: str) -> None:
    (sentence,) = unkind(replace(STEP, mistakes=[mistake]))
    assert sentence.startswith(f"{bank_of(2)}: ")
    assert said in sentence


def answers_with(**changed: Any) -> dict[int, Any]:
    """Answers to lesson 2, with something else in place of some parts; None takes one out."""
    parts = {part: getattr(ANSWERS[2], part) for part in PARTS} | changed
    return {2: SimpleNamespace(**{part: value for part, value in parts.items() if value})}


RIGHT, TWICE_WRONG = ANSWERS[2].RIGHT, ANSWERS[2].TWICE_WRONG


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, " is missing. Write there a list for each of gradient_step, descend, learning_rate"),
        (answers_with(RIGHT=None), ": RIGHT['descend'] has 0 answers. Write at least 3 right"),
        (
            answers_with(RIGHT=RIGHT | {"descend": RIGHT["descend"][:2]}),
            ": RIGHT['descend'] has 2 answers. Write at least 3 right answers in other forms",
        ),
        (
            answers_with(TWICE_WRONG=TWICE_WRONG | {"descend": []}),
            ": TWICE_WRONG['descend'] has 0 answers. Write at least 2 answers that make two",
        ),
        (answers_with(RIGHT=RIGHT | {"gone": []}), ": RIGHT has 'gone', which is no task."),
    ],
)
def test_missing_answers_are_named(there: dict[int, Any], said: str) -> None:
    sentences = [*unanswered(of_lesson(2), there)]
    assert all(sentence.startswith("tests/answers/lesson_02.py") for sentence in sentences)
    assert any(f"lesson_02.py{said}" in sentence for sentence in sentences)


def test_answers_to_no_lesson_are_refused() -> None:
    (sentence,) = unanswered(of_lesson(2), {2: ANSWERS[2], 99: ANSWERS[2]})
    assert sentence.startswith("tests/answers/lesson_99.py belongs to no lesson. Remove it")


# --- The bank -------------------------------------------------------------------------------------


def test_there_are_enough_mistakes() -> None:
    assert len(MISTAKES) >= 70


def test_tasks_come_in_the_order_of_the_lessons() -> None:
    lessons = [task.lesson for task in EVERY]
    assert lessons == sorted(lessons)
    assert [task.name for task in of_lesson(2)] == [
        "gradient_step",
        "descend",
        "learning_rate_behind",
    ]


DECLARED = """
from lessons_lib.feedback.task import Task

TOY = Task(lesson=7, returns=("the sum",), shows="", cases=[(1.0,), (2.0,)])
"""
ANSWERED = """

@TOY.answer
def toy(number):
    return number
"""


def module_of(source: str, folder: Path) -> ModuleType:
    """Load a module of the bank from a file."""
    file = folder / "lesson_07.py"
    file.write_text(source, "utf-8")
    spec = spec_from_file_location("toy_bank.lesson_07", file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_task_that_is_declared_and_answered_is_found(tmp_path: Path) -> None:
    (task,) = bank.tasks_in(module := module_of(DECLARED + ANSWERED, tmp_path))
    assert task.name == "toy"
    assert module.toy(3) == 3  # still a function
    assert not [*unnamed(tmp_path / "lesson_07.py", [task])]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", r"lesson_07\.py has no task\. Declare one, such as LOSS = Task\(lesson=7"),
        (DECLARED, r"TOY in .*lesson_07\.py has no answer\. Write .* with @TOY\.answer above"),
        (
            DECLARED.replace("7", "8") + ANSWERED,
            r"TOY in .*lesson_07\.py says lesson=8\. Write lesson=7, or move it to lesson_08\.py",
        ),
        (
            DECLARED + 2 * ANSWERED,
            r"toy in .*lesson_07\.py, line \d+, is a second answer to the task of toy\. Declare",
        ),
        (
            DECLARED + ANSWERED + '@TOY.mistake("Twice", " ")\ndef twice(n): return 2 * n',
            r"The mistake 'Twice' in .*lesson_07\.py, line \d+, has no hint\. Say what",
        ),
    ],
)
def test_a_module_that_cannot_be_used_says_what_to_write(
    source: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=said):
        bank.tasks_in(module_of(source, tmp_path))


def test_a_task_whose_name_another_takes_is_missed(tmp_path: Path) -> None:
    module = module_of(DECLARED + ANSWERED + DECLARED + ANSWERED, tmp_path)
    (sentence,) = unnamed(tmp_path / "lesson_07.py", bank.tasks_in(module))
    assert sentence.startswith(f"{bank_of(7)} declares 2 tasks, and 1 can be found.")


def test_a_mistake_that_belongs_to_no_task_is_missed(tmp_path: Path) -> None:
    helped = "\n\ndef _sum(n): return n\n\n\ndef _twice(n): return _sum(n) * 2\n"
    module_of(DECLARED + ANSWERED + helped, tmp_path)
    (sentence,) = stray(tmp_path / "lesson_07.py")
    assert sentence.startswith(f"{bank_of(7)}: nothing uses _twice. Write above it whose it is")


def test_no_two_tasks_share_a_name() -> None:
    with pytest.raises(ValueError, match=r"called gradient_step, one of lesson 2 and one in .*02"):
        bank.by_name([STEP, replace(STEP)])


def test_a_task_without_an_answer_says_so() -> None:
    with pytest.raises(ValueError, match=r"lesson 1, which returns .*the sum.* has no answer"):
        assert Task(1, ("the sum",), "", []).name


# --- The notebooks that hold them ---------------------------------------------------------------


def names_in(lesson: int) -> list[str]:
    return [task.name for task in of_lesson(lesson)]


def unasked(nb: NotebookNode, names: Collection[str]) -> Texts:
    """Say which of the lesson's tasks a solution does not ask for, or not in full."""
    code = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    for name in names:
        if f"def {name}(" not in code:
            yield f"No cell defines {name}."
        if f"\ncheck({name})\n" not in f"\n{code}\n":
            yield f"No line is check({name}), with which a learner tries it."
        yield from untested(nb, name)
    if len(graded(nb)) != len(names):
        yield f"There are {len(graded(nb))} graded cells for {len(names)} tasks."
    if not 2 <= len(names) <= 4:
        yield f"There are {len(names)} tasks. An exercise has 2 to 4."
    if not any(cell.id.startswith("stretch") for cell in nb.cells):
        yield "No cell's id begins with stretch: those who are done want more."


def unasked_in(source: Path, names: Collection[str]) -> Texts:
    """Say so of a solution's file."""
    for sentence in unasked(from_bytes(source.read_bytes(), source), names):
        yield f"{show(source)}: {sentence}"


def untested(nb: NotebookNode, name: str) -> Texts:
    """Say what is missing in the graded cell of a task."""
    tests = [cell.source for cell in graded(nb) if f"check({name})" in cell.source]
    if len(tests) != 1:
        yield f"{name} has {len(tests)} graded cells. It needs one."
        return
    if not tests[0].startswith(f"check({name}).require()"):
        yield f"The graded cell of {name} does not begin with check({name}).require()."
    if not unlike(tasks()[name].cases, required(tests[0], name)):
        yield f"The graded cell of {name} has no hidden test with other cases."


def unlike(known: Cases, others: Cases) -> Cases:
    """Return the cases that are not among those that a learner can see."""
    return [
        case for case in others if not any(all(map(np.array_equal, case, each)) for each in known)
    ]


def falling(nb: NotebookNode) -> Texts:
    """Say where a task is worth less than the one before it."""
    points = [cell.metadata["nbgrader"]["points"] for cell in graded(nb)]
    for one, other in itertools.pairwise(points):
        if other < one:
            yield f"After a task for {one} points comes one for {other}. Let them rise."


@pytest.mark.parametrize("source", solutions(), ids=show)
def test_a_solution_asks_for_every_task_of_its_lesson(source: Path) -> None:
    assert [*unasked_in(source, names_in(number_of(source)))] == []


@pytest.mark.parametrize("source", solutions(), ids=show)
def test_points_rise(source: Path) -> None:
    assert list(falling(from_bytes(source.read_bytes(), source))) == []


NAMES = names_in(2)
NAME = STEP.name


def solution() -> NotebookNode:
    """The solution of a lesson, to be spoilt."""
    source = next(source for source in solutions() if number_of(source) == 2)
    return from_bytes(source.read_bytes(), source)


def reworded(old: str, new: str) -> Callable[[NotebookNode], None]:
    """Replace words wherever they stand in code."""

    def spoil(nb: NotebookNode) -> None:
        found = [cell for cell in nb.cells if cell.cell_type == "code" and old in cell.source]
        assert found
        for cell in found:
            cell.source = cell.source.replace(old, new)

    return spoil


def other_cases(cases: str) -> Callable[[NotebookNode], None]:
    """Write other cases into the hidden test of the first task."""
    return reworded("[(theta, gradient, 0.3), (gradient[:2], theta[:2], 0.05)]", cases)


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
    "graded, and one too many": (graded_twice, "There are 4 graded cells for 3 tasks"),
    "not required": (
        reworded(f"check({NAME}).require()", f"check({NAME})"),
        f"does not begin with check({NAME}).require()",
    ),
    "no hidden test": (other_cases("[]"), f"{NAME} has no hidden test"),
    "no other cases": (
        other_cases("[(np.array([2.0, 1.0]), np.array([3.0, -4.0]), 0.1)]"),
        f"{NAME} has no hidden test with other cases",
    ),
    "other cases that are not required": (
        reworded("0.05)]).require()", "0.05)])"),
        f"{NAME} has no hidden test",
    ),
    "no stretch": (no_stretch, "No cell's id begins with stretch"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILT_SOLUTIONS.values(), ids=SPOILT_SOLUTIONS)
def test_a_spoilt_solution_is_refused(spoil: Callable[[NotebookNode], None], said: str) -> None:
    nb = solution()
    spoil(nb)
    assert any(said in sentence for sentence in unasked(nb, NAMES))


@pytest.mark.parametrize("names", [NAMES[:1], [*NAMES, *names_in(3)]])
def test_an_exercise_has_neither_one_task_nor_many(names: list[str]) -> None:
    said = f"There are {len(names)} tasks."
    assert any(sentence.startswith(said) for sentence in unasked(solution(), names))


def test_falling_points_are_refused() -> None:
    nb = solution()
    graded(nb)[0].metadata["nbgrader"]["points"] = 99
    (sentence,) = falling(nb)
    assert "for 99 points" in sentence


def unsolved(lessons: Collection[int], folders: Collection[str]) -> Texts:
    """Say which lessons have tasks and no solution that asks for them, and the other way round."""
    numbers = [int(name[:2]) for name in folders]
    for lesson in sorted(set(lessons) - set(numbers)):
        yield (
            f"solutions/{lesson:02}_slug/solution_{lesson:02}_slug.ipynb is missing. Ask there for"
            f" the tasks of {bank_of(lesson)}."
        )
    for lesson in sorted(set(numbers) - set(lessons)):
        yield f"{bank_of(lesson)} is missing, and solutions/{lesson:02}_* asks for its tasks."
    for lesson, n in Counter(numbers).items():
        if n > 1:
            yield f"There are {n} folders solutions/{lesson:02}_*. Let one of them go."


def test_every_exercise_has_its_notebook() -> None:
    lessons = {path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    assert {slug_of(source) for source in solutions()} <= lessons
    assert [
        *unsolved({task.lesson for task in EVERY}, [slug_of(path) for path in solutions()])
    ] == []


@pytest.mark.parametrize(
    ("lessons", "folders", "said"),
    [
        ([1, 2], ["01_one"], f"is missing. Ask there for the tasks of {bank_of(2)}."),
        ([1], ["01_one", "02_two"], f"{bank_of(2)} is missing"),
        ([1], ["01_one", "01_two"], "There are 2 folders solutions/01_*."),
    ],
)
def test_tasks_without_a_notebook_are_refused(
    lessons: list[int], folders: list[str], said: str
) -> None:
    (sentence,) = unsolved(lessons, folders)
    assert said in sentence
