"""Predictions in a lesson without outputs: what gives an answer away, and whether it is near."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lesson_page import PANEL, Lesson
from playwright.sync_api import Locator

from course_tools.notebooks.course import number_of
from lessons_lib.predictions import Question, questions

SIZES = [(1280, 800), (1366, 640)]
"""Of windows in which nothing may be given away."""

# What stands in the window of an answer: text of open folds, and outputs of the cells before it.
GIVEN_AWAY = """([panel, first, last]) => {
    const cells = [...document.querySelectorAll(`${panel} .jp-Notebook-cell`)].slice(first, last);
    const room = document.querySelector(`${panel} .jp-WindowedPanel-outer`).getBoundingClientRect();
    const seen = element => {
        const box = element.getBoundingClientRect();
        const inside = box.height && box.bottom > room.top && box.top < room.bottom;
        return element.checkVisibility() && inside;
    };
    const outputs = cells.flatMap(cell => [...cell.querySelectorAll('.jp-OutputArea-output')]);
    const open = cells.flatMap(cell => [...cell.querySelectorAll('details > :not(summary)')]);
    return [...outputs, ...open].filter(seen).map(element => element.textContent.slice(0, 80));
}"""


def check_predictions(lesson: Lesson) -> Iterator[str]:
    """Before a choice no pixel of the reveal is in the window; one step further, all of it is."""
    asked = [each for each in questions() if each.lesson == number_of(lesson.path)]
    for size in SIZES:
        lesson.resize(size)
        for question in asked:
            cell(lesson, f"commit-{question.name}").evaluate("at => at.scrollIntoView()")
            for given in given_away(lesson, question.name):
                yield f"{question.key}: before the choice one reads {given!r}, at {size}."
    for question in asked:
        yield from check_answer(lesson, question)


def check_answer(lesson: Lesson, question: Question) -> Iterator[str]:
    """Count the folds of an answer, and open the first."""
    answer = cell(lesson, f"answer-{question.name}").locator("details")
    if answer.count() != len(question.choices) + 1:
        yield f"{question.key}: {answer.count()} folds, not one for each choice and the answer."
    answer.first.locator("summary").click()
    if not answer.first.locator(":scope > :not(summary)").first.is_visible():
        yield f"{question.key}: its answer does not open."


def place_of(lesson: Lesson, name: str) -> int:
    """Return which cell this is."""
    return next(k for k, each in enumerate(lesson.stored) if each.id == name)


def cell(lesson: Lesson, name: str) -> Locator:
    """Return a cell in the window."""
    return lesson.page.locator(f"{PANEL} .jp-Notebook-cell").nth(place_of(lesson, name))


def given_away(lesson: Lesson, name: str) -> Any:
    """Tell what of the reveal can be seen."""
    first = place_of(lesson, f"commit-{name}") + 1
    last = place_of(lesson, f"answer-{name}") + 1
    return lesson.page.evaluate(GIVEN_AWAY, [PANEL, first, last])
