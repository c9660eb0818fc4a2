"""Every lesson has the parts of a lesson, and its numbers come from its cells."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_tools.files import ROOT, show
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import lessons, number_of
from course_tools.notebooks.stored import from_bytes, to_bytes
from course_tools.rules.lesson_form import RULES, is_known, numbers_in, problems

NOTEBOOKS = ROOT / "notebooks"
Node = nbformat.NotebookNode
Spoil = Callable[[Node], Any]


@pytest.mark.parametrize("path", lessons(NOTEBOOKS), ids=show)
def test_lessons_obey_every_rule(path: Path):
    found = problems(path)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_lessons_are_numbered_without_a_gap():
    assert [number_of(path) for path in lessons(NOTEBOOKS)] == list(
        range(1, len(lessons(NOTEBOOKS)) + 1)
    )


# --- How a lesson is spoilt -----------------------------------------------------------------------


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """A copy of lesson 4, among copies of its neighbours."""
    folder = shutil.copytree(NOTEBOOKS, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    return folder / "04_valleys.ipynb"


def place_of(nb: Node, name: str) -> int:
    return next(k for k, cell in enumerate(nb.cells) if cell.id == name)


def write(name: str, old: str, new: str) -> Spoil:
    """Write other words into a cell."""

    def spoil(nb: Node) -> None:
        cell = nb.cells[place_of(nb, name)]
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def drop(name: str) -> Spoil:
    """Take a cell away."""
    return lambda nb: nb.cells.pop(place_of(nb, name))


def move(name: str, before: str) -> Spoil:
    """Put a cell elsewhere."""

    def spoil(nb: Node) -> None:
        cell = nb.cells.pop(place_of(nb, name))
        nb.cells.insert(place_of(nb, before), cell)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    """Do several things, one after the other."""

    def spoil(nb: Node) -> None:
        for each in spoils:
            each(nb)

    return spoil


OPEN = "<details>\n<summary>The answer</summary>"

REFUSED: dict[str, dict[str, Spoil]] = {
    "rhythm": {
        "no tasks": drop("your-turn"),
        "no question": drop("question"),
        "no way to the exercise": drop("exercise"),
        "summary too early": move("summary", before="your-turn"),
        "another heading": write("question", "## The question", "## Why?"),
    },
    "title": {
        "another number": write("title", "# 4 ·", "# 5 ·"),
        "no objective": write("title", "**You will be able to**", "You learn to"),
        "no needs": write("title", "**You need**", "Read"),
        "no time": write("title", "minutes", "pages"),
        "no way back": write("title", "03_step_size.ipynb", "02_gradient_descent.ipynb"),
        "no way on": write("title", "05_averages.ipynb", "06_momentum.ipynb"),
    },
    "predictions": {
        "two choices": write("predict-millionth", "- **b** ", "- "),
        "nothing to commit to": drop("commit-millionth"),
        "another call": write("commit-millionth", "millionth", "scaling"),
        "another lesson's call": write("commit-millionth", "4", "5"),
        "no answer": drop("answer-scaling"),
        "an answer in part open": write("answer-millionth", OPEN, f"It depends.\n\n{OPEN}"),
        "a letter without a belief": write("answer-millionth", "If you chose a", "One step across"),
        "no part with the answer": write("answer-millionth", "The answer", "What comes out"),
        "an answer that opens otherwise": write(
            "answer-millionth", "**c.** Some", "It is **c**. Some"
        ),
        "a letter that is no choice": write("answer-millionth", "**c.** Some", "**d.** Some"),
        "a formula in a choice": write(
            "predict-millionth", "between the two", "between $a$ and $b$"
        ),
        "a formula in a belief": write("answer-millionth", "a compromise", "$0.45$"),
        "the older form without its answer": write(
            "commit-millionth", 'predict(4, "millionth")', 'my_prediction = ""'
        ),
    },
    "explorer": {
        "no explorer": drop("explore-valley"),
        "no goal": write("explore-valley-intro", "**Goal", "**Try"),
    },
    "explorer_early": {
        "just before the summary": both(
            move("explore-valley-intro", before="summary"),
            move("explore-valley", before="summary"),
        ),
    },
    "your_turn": {"one task": write("your-turn", "\n", " ")},
    "summary": {
        "a fourth sentence": write("summary", "κ = L/μ.", "κ = L/μ. It does."),
        "two sentences": write("summary", "slow one. The", "slow one, and the"),
    },
    "references": {
        "none": write("read-next", "- ", ""),
        "no way on": write("read-next", "05_averages.ipynb", "06_momentum.ipynb"),
        "words after it": write("read-next", "(05_averages.ipynb)", "(05_averages.ipynb)\n\nGo!"),
        "a link without an arrow": write("read-next", " →]", "]"),
        "two links": write("read-next", "[Lesson 5", "[Back](03_step_size.ipynb)\n\n[Lesson 5"),
    },
    "numbers": {
        "another digit": write("read-phases", "0.0631", "0.0632"),
        "another count": write("read-phases", "666", "667"),
        "another percentage": write("read-cost", "92.8", "92.9"),
        "another learning rate": write("predict-millionth", "0.4841", "0.4814"),
        "in a task": write("your-turn", "0.1?", "0.1237?"),
    },
}

CASES = [
    pytest.param(rule, spoil, id=f"{rule}: {name}")
    for rule, spoils in REFUSED.items()
    for name, spoil in spoils.items()
]


@pytest.mark.parametrize(("rule", "spoil"), CASES)
def test_a_spoilt_lesson_is_refused_for_that_reason(rule: str, spoil: Spoil, lesson: Path):
    nb = from_bytes(lesson.read_bytes(), lesson)
    spoil(nb)
    lesson.write_bytes(to_bytes(nb))
    notebook = Notebook.read(lesson)
    said = {each.__name__: list(each(notebook)) for each in RULES}
    assert [name for name, sentences in said.items() if sentences] == [rule]
    assert all("04_valleys.ipynb" in sentence for sentence in said[rule])


NAMED = {
    "two choices": "fewer than three choices",
    "nothing to commit to": "no cell after it to commit",
    "another call": "no cell after it to commit",
    "another lesson's call": "no cell after it to commit",
    "no answer": "no cell 'answer-scaling'",
    "an answer in part open": "part of the answer stands open",
    "a letter without a belief": "no part 'If you chose a'",
    "no part with the answer": "no part 'The answer'",
    "an answer that opens otherwise": "no part 'The answer'",
    "a letter that is no choice": "no part 'The answer'",
    "a formula in a choice": "a choice has a formula",
    "a formula in a belief": "a part 'If you chose …' has a formula",
}
"""What is said of a fault of a prediction, and nothing besides."""


@pytest.mark.parametrize("fault", NAMED)
def test_each_fault_of_a_prediction_is_named(fault: str, lesson: Path):
    nb = from_bytes(lesson.read_bytes(), lesson)
    REFUSED["predictions"][fault](nb)
    lesson.write_bytes(to_bytes(nb))
    (sentence,) = problems(lesson)
    assert NAMED[fault] in sentence


def test_every_rule_is_tried():
    assert [rule.__name__ for rule in RULES] == list(REFUSED)


def test_numbers_are_read_as_they_are_written():
    text = "Of 1,000 steps, 12.83 and 7 in lesson 2 (1964), $0.5$ and `0.25`, 28 % or 1e-6; x3.\n"
    assert numbers_in(text + "- **a** 330 steps\n") == ["1,000", "12.83", "28", "1e-6"]


@pytest.mark.parametrize(
    ("written", "known", "expected"),
    [
        ("666", {"666"}, True),
        ("666", {"666.2"}, False),  # a count is not rounded
        ("28", {"0.28"}, True),
        ("92.8", {"0.9277"}, True),
        ("0.93", {"0.9277"}, True),
        ("0.92", {"0.9277"}, False),
        ("1,000", {"1000"}, True),
        ("0.4841", {"0.48410786"}, True),
        ("0.4842", {"0.48410786"}, False),
    ],
)
def test_numbers_are_known_to_the_digits_written(written: str, known: set[str], expected: bool):
    assert is_known(written, frozenset(known)) is expected
