"""Predictions: a choice by keyboard is kept, answered, and found again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_server import Lab
from lesson_page import PANEL, TO_PAINT, TO_RUN, Lesson, open_lesson
from playwright.sync_api import Browser, expect
from predictions import cell, check_predictions

from lessons_lib.predictions import questions

# A room with a vote on the first question, as site/room/room.js tells of it
ROOM = """() => {
    const heard = new Set();
    const mine = { first: null, second: null };
    const now = { question: { key: "02/steps", state: "first", mine, result: null } };
    window.voted = [];
    window.told = () => heard.forEach((listener) => listener());
    window.courseRoom = {
        me: {},
        now,
        subscribe: (listener) => {
            heard.add(listener);
            return () => heard.delete(listener);
        },
        vote: async (key, letter) => {
            voted.push(`${key} ${letter}`);
            mine.first = letter;
            told();
        },
    };
}"""


@pytest.fixture(scope="module")
def chosen(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """Lesson 2, run as far as its first prediction, by somebody who has not chosen before."""
    progress_of(lab).unlink(missing_ok=True)
    lesson = open_lesson(browser, lab, lab.folder / "notebooks" / "02_gradient_descent.ipynb")
    lesson.run_all()
    yield lesson
    lesson.page.context.close()
    lab.stop_kernels()


def progress_of(lab: Lab) -> Path:
    """Where the learner's progress is kept."""
    path: Path = lab.folder.parent / "home" / "progress.jsonl"
    return path


def kept(lab: Lab) -> dict[str, str]:
    """What the learner's file says of predictions."""
    path = progress_of(lab)
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


def test_in_a_room_the_buttons_are_a_ballot(lab: Lab, chosen: Lesson) -> None:
    chosen.page.evaluate(ROOM)
    chosen.run_all()
    widget = cell(chosen, "commit-steps").locator(".prediction")
    expect(widget.get_by_role("status")).to_contain_text("The vote is open", timeout=TO_RUN)
    expect(widget.locator('[aria-pressed="true"]')).to_have_count(0)
    widget.get_by_role("button").nth(2).click()
    expect(widget.get_by_role("status")).to_contain_text("You chose c. Until the vote is closed")
    assert chosen.page.evaluate("voted") == ["02/steps c"]
    chosen.page.wait_for_timeout(500)
    assert kept(lab)["2 steps"] == "c"
    chosen.page.evaluate("() => { courseRoom.me = null; told(); }")
    expect(widget.get_by_role("status")).to_contain_text("You chose c. Run the cells below")
    chosen.page.evaluate("() => { delete globalThis.courseRoom; }")


def test_axe_finds_nothing(chosen: Lesson) -> None:
    found = Axe().run(chosen.page, context=f"{PANEL} .prediction")
    assert not found.response["violations"]


def test_an_answer_that_stands_open_is_found(chosen: Lesson) -> None:
    last = cell(chosen, "answer-level").locator("details").last
    last.evaluate("at => at.remove()")
    cell(chosen, "answer-steps").locator("summary").first.evaluate("at => at.click()")
    found = "\n".join(check_predictions(chosen))  # it has run, so its outputs give answers away
    assert "2 level: before the choice one reads" in found
    assert "2 level: 3 folds, not one for each choice and the answer." in found
    assert "2 steps: its answer does not open." in found
