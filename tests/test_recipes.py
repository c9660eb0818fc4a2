"""The recipes of CONTRIBUTING, followed to the letter, are accepted; a step left out is named.

What is added here is what stands in CONTRIBUTING, and it is judged by the checks that judge the
course.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from explorer_checks import (
    PARTS,
    goal_unfit,
    lessons,
    not_handed_on,
    says_otherwise,
    shows_otherwise,
    unexpected,
    unshown,
    words_otherwise,
)
from task_checks import all_answers, bank_of, gaps, unanswered, unkind
from test_bank_reference import unaccounted, unseen
from test_exercises import unasked_in

from lessons_lib import explorers
from lessons_lib.feedback import Task, bank
from lessons_lib.live import Live

ROOT = Path(__file__).parent.parent
BANK = Path(bank.__file__).parent


def blocks(heading: str) -> list[str]:
    """Return the code below a heading of CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (part,) = re.findall(rf"^## {heading}\n(.*?)^## ", text, flags=re.M | re.S)
    found: list[str] = re.findall(r"^```python\n(.*?)^```$", part, flags=re.M | re.S)
    return found


def loaded(name: str, source: str, folder: Path) -> ModuleType:
    """Load a module from its text, under a name."""
    file = folder / f"{name.rpartition('.')[2]}.py"
    folder.mkdir(exist_ok=True)
    file.write_text(source, "utf-8")
    spec = spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- A mistake ------------------------------------------------------------------------------------

MISTAKE, TASK = blocks("Change or add an exercise")


def without(block: str, lesson: int) -> str:
    """Return the text of a bank's module without a part of it, as if that were still to come."""
    text = (BANK / f"lesson_{lesson:02}.py").read_text("utf-8")
    assert block in text, "CONTRIBUTING shows what the bank does not hold"
    return text.replace(block, "")


def with_mistake(block: str, folder: Path) -> Task:
    """Add a mistake below the others of lesson 1, and return the task that it belongs to."""
    module = loaded("bank.lesson_01", f"{without(MISTAKE, 1)}\n\n{block}", folder)
    return {task.name: task for task in bank.tasks_in(module)}["line_gradient"]


def faults(task: Task) -> list[str]:
    """Say what the tests would."""
    return [*gaps(task), *unkind(task), *unseen(task, [])]


def test_a_mistake_is_accepted(tmp_path: Path) -> None:
    task = with_mistake(MISTAKE, tmp_path)
    assert task.mistakes[-1].name == "1/m in place of 2/m"
    assert faults(task) == []


HINT = r'    "Every number is half.*",\n'
SECOND = r'    "The derivative of r² .*",\n'
FOR_TWO_POINTS = """
@GRADIENT.mistake("Two points", "What if there are only two points?")
def _two(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y) / (len(x) > 2)
"""


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (re.sub(HINT, '    "Half of it",\n', MISTAKE), [f"{bank_of(1)}: The hint 'Half of it'"]),
        (MISTAKE.replace("/ 2", "/ 1"), [f"{bank_of(1)}: in line_gradient, 'the answer' and"]),
        (
            FOR_TWO_POINTS,
            [
                f"{bank_of(1)}: in line_gradient, 'the answer' and 'Two points' do the same",
                "tests/test_bank_reference.py: the road line_gradient does not see 'Two points'",
            ],
        ),
    ],
)
def test_a_mistake_with_a_step_left_out_is_refused(
    block: str, said: list[str], tmp_path: Path
) -> None:
    sentences = faults(with_mistake(block, tmp_path))
    for told in said:
        assert any(sentence.startswith(told) for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ('    "",\n', ValueError, r"lesson_01\.py, line \d+, has no hint\. Say what a tutor"),
        ("", TypeError, r"Task\.mistake\(\) missing .* 'hint'"),
    ],
)
def test_a_mistake_without_a_hint_is_refused(
    words: str, error: type[Exception], said: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        with_mistake(re.sub(HINT, words, re.sub(SECOND, "", MISTAKE)), tmp_path)


def test_a_case_and_an_excuse_make_room_for_a_mistake(tmp_path: Path) -> None:
    task = with_mistake(FOR_TWO_POINTS, tmp_path)
    (theta, x, y), *_ = task.cases
    task = replace(task, cases=[*task.cases, (theta, x[:2], y[:2])])
    assert [*gaps(task), *unseen(task, ["Two points"])] == []


# --- A task ---------------------------------------------------------------------------------------

NAME = "heavy_ball_rate"
HEAD = (BANK / "lesson_07.py").read_text("utf-8").partition("RATE = Task(")[0]
DECLARATION, ANSWER = TASK.split("\n\n\n")


def test_a_task_is_accepted(tmp_path: Path) -> None:
    assert without(TASK, 7)
    (task,) = bank.tasks_in(loaded("bank.lesson_07", HEAD + TASK, tmp_path))
    assert task.name == NAME
    there = {7: SimpleNamespace(**{part: {NAME: found[NAME]} for part, found in ANSWERS.items()})}
    assert [*gaps(task), *unkind(task), *unanswered([task], there), *unseen(task, [])] == []
    assert [*unaccounted([NAME], [NAME], {})] == []


ANSWERS: dict[str, Any] = {
    part: getattr(all_answers()[7], part) for part in ("RIGHT", "TWICE_WRONG")
}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (HEAD, r"lesson_07\.py has no task\. Declare one"),
        (HEAD + DECLARATION, r"RATE in .*lesson_07\.py has no answer\. Write the right"),
        (HEAD + TASK.replace("lesson=7", "lesson=2"), r"lesson_07\.py says lesson=2\. Write"),
    ],
)
def test_a_task_with_a_step_left_out_in_the_bank_is_refused(
    source: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=said):
        bank.tasks_in(loaded("bank.lesson_07", source, tmp_path))


def test_a_task_without_answers_or_road_is_refused(tmp_path: Path) -> None:
    (task,) = bank.tasks_in(loaded("bank.lesson_07", HEAD + TASK, tmp_path))
    (sentence,) = unanswered([task], {})
    assert sentence.startswith("tests/answers/lesson_07.py is missing. Write there a list for")
    sentences = [*unanswered([task], {7: SimpleNamespace(RIGHT={}, TWICE_WRONG={})})]
    for sentence, part in zip(sentences, ANSWERS, strict=True):
        assert sentence.startswith(f"tests/answers/lesson_07.py: {part}['{NAME}'] has 0 answers.")
    (sentence,) = unaccounted([NAME], [], {})
    assert sentence.startswith(f"tests/test_bank_reference.py: {NAME} needs a road. Write @road")


def test_a_task_that_no_solution_asks_for_is_refused() -> None:
    (source,) = (ROOT / "solutions").glob("07_*/*.ipynb")
    names = [task.name for task in bank.tasks().values() if task.lesson == 7]
    assert [*unasked_in(source, names)] == []
    sentences = [*unasked_in(source, [*names, "toy"])]
    asked = [
        "No cell defines toy",
        "No line is check(toy)",
        "toy has 0 graded cells",
        "There are 3",
    ]
    for sentence, said in zip(sentences, asked, strict=True):
        assert sentence.startswith(f"solutions/07_dialects/solution_07_dialects.ipynb: {said}")


# --- An explorer ----------------------------------------------------------------------------------

EXPLORER, EXPECTED = blocks("Add an explorer")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recipe")


@pytest.fixture(scope="module")
def module(folder: Path) -> ModuleType:
    """The module of the new explorer."""
    return loaded("lessons_lib.explorers.path", EXPLORER, folder)


@pytest.fixture(scope="module")
def expected(folder: Path, module: ModuleType) -> Iterator[ModuleType]:
    """What is expected of it, once the library hands it on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explorers, "path", module.path, raising=False)
        yield loaded("explorers.path", EXPECTED, folder / "tests")


@pytest.fixture(scope="module")
def live(expected: ModuleType) -> Live:
    made: Live = expected.make()
    return made


def test_an_explorer_is_accepted(module: ModuleType, expected: ModuleType, live: Live) -> None:
    assert [*not_handed_on([module], ["path"]), *unexpected(["path"], {"path": expected})] == []
    assert [*goal_unfit(module.path, live)] == []
    for check in (shows_otherwise, says_otherwise, words_otherwise):
        assert [*check("path", live, expected)] == []


def test_an_explorer_that_is_not_handed_on_is_refused(module: ModuleType) -> None:
    (sentence,) = not_handed_on([module], explorers.__all__)
    assert sentence.startswith("lessons_lib/explorers/__init__.py does not hand on path. Import it")


def test_an_explorer_of_which_nothing_is_expected_is_refused() -> None:
    (sentence,) = unexpected(["path"], {})
    assert sentence.startswith("tests/explorers/path.py is missing. Write there what path shows")


def test_an_explorer_that_no_lesson_shows_is_refused() -> None:
    (sentence,) = unshown(["path"], lessons())
    assert sentence.startswith("notebooks/NN_slug.ipynb: no lesson shows path. Call explorers.path")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_what_is_expected_that_is_left_out_is_named(
    part: str, expected: ModuleType
) -> None:
    others = {name: getattr(expected, name) for name in PARTS if name != part}
    (sentence,) = unexpected(["path"], {"path": SimpleNamespace(**others)})
    assert sentence.startswith(f"tests/explorers/path.py has no {part}. Write {PARTS[part]}.")


def test_an_explorer_without_a_goal_is_refused(
    module: ModuleType, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.scene, "goal", None)
    (sentence,) = goal_unfit(module.path, live)
    assert sentence.startswith("lessons_lib/explorers/path.py: path has no goal. Give it one")
