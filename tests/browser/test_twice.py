"""The ten questions on two days: chosen before the course, chosen again after it, and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_server import Lab, running_lab
from lesson_page import PANEL, TO_PAINT, TO_RUN, Lesson, open_lesson
from playwright.sync_api import Browser, Locator, expect
from predictions import cell

from course_tools.notebooks.twice import AFTER, BEFORE
from lessons_lib.predictions.twice import asked_twice

FIRST, SECOND = asked_twice()[:2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the learner works."""
    return tmp_path_factory.mktemp("twice")


@pytest.fixture
def day_one(browser: Browser, folder: Path) -> Iterator[Lesson]:
    """The sheet before the course, on the first day. In the evening the server is stopped."""
    with running_lab(folder, verb="main") as lab:
        yield from opened(browser, lab, BEFORE)


@pytest.fixture(scope="module")
def day_two(browser: Browser, folder: Path) -> Iterator[Lesson]:
    """The sheet after it, when the server has been started again."""
    with running_lab(folder, verb="main") as lab:
        yield from opened(browser, lab, AFTER)


def opened(browser: Browser, lab: Lab, name: str) -> Iterator[Lesson]:
    """Open a sheet, and run it."""
    sheet = open_lesson(browser, lab, lab.folder / "notebooks" / name)
    sheet.run_all()
    yield sheet
    sheet.page.context.close()
    lab.stop_kernels()


def kept(folder: Path) -> list[tuple[str, str, str]]:
    """What the learner's file says."""
    path = folder / "home" / "progress.jsonl"
    said = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    return [(each["kind"], each["name"], each["value"]) for each in said]


def buttons_of(sheet: Lesson, name: str) -> tuple[Locator, Locator]:
    """Return the widget of a question, and its buttons."""
    widget = cell(sheet, f"commit-{name}").locator(".prediction")
    buttons = widget.get_by_role("button")
    expect(buttons.first).to_be_visible(timeout=TO_RUN)
    return widget, buttons


def test_before_the_course_a_choice_is_kept_and_not_judged(folder: Path, day_one: Lesson) -> None:
    for asked in (FIRST, SECOND):
        widget, buttons = buttons_of(day_one, asked.name)
        buttons.nth(0).focus()
        day_one.page.keyboard.press("Enter")
        expect(buttons.nth(0)).to_have_attribute("aria-pressed", "true")
        expect(widget.get_by_role("status")).to_contain_text("You chose a, and it is kept.")
        expect(widget.locator("details")).to_be_hidden()
        assert not widget.locator("details div").inner_html()
    day_one.page.wait_for_timeout(500)
    assert kept(folder) == [("before", asked.name, "a") for asked in (FIRST, SECOND)]
    found = Axe().run(day_one.page, context=f"{PANEL} .prediction")
    assert not found.response["violations"]


def test_after_the_course_one_sees_both_and_the_reason(folder: Path, day_two: Lesson) -> None:
    widget, buttons = buttons_of(day_two, FIRST.name)
    expect(widget.locator('[aria-pressed="true"]')).to_have_count(0)
    expect(widget.locator("details")).to_be_hidden()
    buttons.nth(1).click()
    buttons.nth(2).click()  # until the answer is open, one may change one's mind
    widget.locator("summary").focus()
    day_two.page.keyboard.press("Enter")
    told = widget.locator("details > div")
    expect(told).to_contain_text("Before the course you chose a, now c.")
    expect(told).to_contain_text("It is all that her foot can feel.")
    expect(buttons.nth(0)).to_have_attribute("aria-disabled", "true")
    buttons.nth(0).dispatch_event("click")
    expect(buttons.nth(2)).to_have_attribute("aria-pressed", "true")
    day_two.page.wait_for_timeout(500)
    assert kept(folder)[-2:] == [("after", FIRST.name, "c"), ("opened", FIRST.name, "")]


def test_the_page_says_what_has_changed(day_two: Lesson) -> None:
    changes = cell(day_two, "show-changes")
    changes.locator(".jp-InputArea-editor").click()
    day_two.page.keyboard.press("Shift+Enter")
    sentence = "You have opened 1 of 10 answers. Before: 0 of 1 right. Now: 1 of 1 right."
    expect(changes).to_contain_text(sentence, timeout=TO_RUN)
    expect(changes.locator("tbody tr")).to_have_count(1)


def test_axe_finds_nothing(day_two: Lesson) -> None:
    found = Axe().run(day_two.page, context=f"{PANEL} .prediction")
    assert not found.response["violations"]


def test_the_answers_link_opens_the_lesson_beside_it(day_two: Lesson) -> None:
    widget, _ = buttons_of(day_two, FIRST.name)
    link = widget.locator("details a")
    link.scroll_into_view_if_needed(timeout=TO_PAINT)
    assert day_two.follow(link) == "notebooks/01_line_and_loss.ipynb"


def test_what_was_chosen_stands_when_the_sheet_runs_again(day_two: Lesson) -> None:
    day_two.run_all()
    widget, buttons = buttons_of(day_two, FIRST.name)
    expect(buttons.nth(2)).to_have_attribute("aria-pressed", "true")
    buttons.nth(0).dispatch_event("click")
    expect(buttons.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(widget.get_by_role("status")).to_contain_text("You chose c. That stands")
