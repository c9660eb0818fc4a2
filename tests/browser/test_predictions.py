"""Predictions in a learner's copy: before a choice nothing is given away, after it all is near."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_server import Lab, running_lab
from lesson_page import PANEL, TO_PAINT, TO_RUN, Lesson, open_lesson
from playwright.sync_api import Browser, Locator, expect

from lessons_lib.predictions import Question, questions

SIZES = [(1280, 800), (1366, 640)]

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


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a learner's own copy."""
    with running_lab(tmp_path_factory.mktemp("lab"), verb="main") as server:
        yield server


def by_lesson() -> list[list[Question]]:
    """The questions of each lesson."""
    numbers = sorted({question.lesson for question in questions()})
    return [[each for each in questions() if each.lesson == number] for number in numbers]


def place_of(lesson: Lesson, name: str) -> int:
    """Return which cell this is."""
    return next(k for k, cell in enumerate(lesson.stored) if cell.id == name)


def cell(lesson: Lesson, name: str) -> Locator:
    """Return a cell in the window."""
    return lesson.page.locator(f"{PANEL} .jp-Notebook-cell").nth(place_of(lesson, name))


def given_away(lesson: Lesson, name: str) -> Any:
    """Tell what of the reveal can be seen."""
    first = place_of(lesson, f"commit-{name}") + 1
    last = place_of(lesson, f"answer-{name}") + 1
    return lesson.page.evaluate(GIVEN_AWAY, [PANEL, first, last])


@pytest.mark.parametrize("asked", by_lesson(), ids=lambda asked: f"{asked[0].lesson:02}")
def test_before_a_choice_nothing_of_the_answer_is_seen(
    browser: Browser, lab: Lab, asked: list[Question]
) -> None:
    (path,) = (lab.folder / "notebooks").glob(f"{asked[0].lesson:02}_*.ipynb")
    lesson = open_lesson(browser, lab, path)
    for question in asked:
        for size in SIZES:
            lesson.resize(size)
            cell(lesson, f"predict-{question.name}").scroll_into_view_if_needed()
            cell(lesson, f"commit-{question.name}").evaluate("at => at.scrollIntoView()")
            assert given_away(lesson, question.name) == []
        folds = cell(lesson, f"answer-{question.name}").locator("details")
        expect(folds).to_have_count(len(question.choices) + 1)
        folds.first.locator("summary").click()  # one step, and it is there
        assert len(given_away(lesson, question.name)) > 0
        expect(folds.first).to_have_attribute("open", "")
    lesson.page.context.close()
    lab.stop_kernels()


@pytest.fixture(scope="module")
def chosen(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """Lesson 2, run as far as its first prediction."""
    lesson = open_lesson(browser, lab, lab.folder / "notebooks" / "02_gradient_descent.ipynb")
    lesson.run_all()
    yield lesson
    lesson.page.context.close()
    lab.stop_kernels()


def kept(lab: Lab) -> dict[str, str]:
    """What the learner's file says of predictions."""
    path: Path = lab.folder.parent.parent / "home" / "progress.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    said = [json.loads(line) for line in lines if line]
    return {each["name"]: each["value"] for each in said if each["kind"] == "prediction"}


def test_a_choice_by_keyboard_is_kept_and_answered(lab: Lab, chosen: Lesson) -> None:
    widget = cell(chosen, "commit-steps").locator(".prediction")
    buttons = widget.get_by_role("button")
    expect(buttons).to_have_count(3, timeout=TO_RUN)
    expect(widget.locator("details")).to_be_hidden()
    cells = chosen.page.locator(f"{PANEL} .jp-Notebook-cell").count()
    buttons.nth(0).focus()
    chosen.page.keyboard.press("Enter")
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "true")
    chosen.page.keyboard.press("b")  # a command of JupyterLab's, were it not kept from it
    chosen.page.keyboard.press("Tab")
    chosen.page.keyboard.press("Space")
    expect(buttons.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "false")
    expect(widget.get_by_role("status")).to_contain_text("You chose b")
    assert chosen.page.locator(f"{PANEL} .jp-Notebook-cell").count() == cells
    widget.locator("summary").focus()
    chosen.page.keyboard.press("Enter")
    expect(widget.locator("details")).to_have_attribute("open", "")
    question = next(each for each in questions() if each.key == "2 steps")
    shown = widget.locator("details > div").inner_html()
    assert shown == question.beliefs["b"]
    buttons.nth(2).click(force=True)  # the answer is open: the choice stands
    expect(buttons.nth(1)).to_have_attribute("aria-pressed", "true")
    chosen.page.wait_for_timeout(500)
    assert kept(lab)["2 steps"] == "b"


def test_it_is_found_again_on_another_day(browser: Browser, lab: Lab, chosen: Lesson) -> None:
    chosen.run_all()
    widget = cell(chosen, "commit-steps").locator(".prediction")
    expect(widget.locator('[aria-pressed="true"]')).to_have_count(1, timeout=TO_PAINT)
    expect(widget.get_by_role("status")).to_contain_text("You chose b")


def test_axe_finds_nothing(chosen: Lesson) -> None:
    found = Axe().run(chosen.page, context=f"{PANEL} .prediction")
    assert not found.response["violations"]
