"""A lesson in JupyterLab's dark theme can be read, its figures and explorers included."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from lab_server import Lab
from lesson_page import PANEL, TO_LOAD, Lesson, check_access, open_lesson
from playwright.sync_api import Browser, Page
from walk import EXPLORER, check_explorers

LESSON = "02_gradient_descent.ipynb"
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
IS_DARK = "dark => document.body.dataset.jpThemeLight === String(!dark)"
# The brightness of the paper around a figure's corners, from 0 to 1
PAPER = """at => {
    const [red, green, blue] = getComputedStyle(at).backgroundColor.match(/\\d+/g).map(Number);
    return (red + green + blue) / 3 / 255;
}"""


@pytest.fixture(scope="module")
def dark(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """The lesson, run in the dark."""
    lesson = open_lesson(browser, lab, lab.folder / "notebooks" / LESSON)
    choose_theme(lesson.page, DARK)
    lesson.run_all()
    yield lesson
    choose_theme(lesson.page, LIGHT)  # the server remembers it, for every window
    lesson.page.context.close()
    lab.stop_kernels()


def choose_theme(page: Page, name: str) -> None:
    """Choose a theme from the menu, and wait until the page has it."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    for entry in ("Theme", name):
        page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).click()
    page.wait_for_function(IS_DARK, arg=name == DARK, timeout=TO_LOAD)


def test_every_text_can_be_read_in_the_dark(dark: Lesson, screenshots: Path) -> None:
    problems = list(check_access(dark, Axe()))
    if problems or "SCREENSHOTS" in os.environ:
        dark.photograph(screenshots / "dark")
    assert problems == []


def test_figures_keep_their_paper_in_the_dark(dark: Lesson) -> None:
    stages = dark.page.locator(f"{EXPLORER} .live-stage")
    assert [stage.evaluate(PAPER) for stage in stages.all()] == [1]
    assert list(check_explorers(dark)) == []


def test_dark_words_in_the_dark_are_refused(dark: Lesson) -> None:
    words = dark.page.locator(f"{PANEL} .live-words")
    words.evaluate("at => { at.style.color = '#333'; }")
    said = "\n".join(check_access(dark, Axe()))
    words.evaluate("at => { at.style.color = ''; }")
    assert re.search(r"^color-contrast \(serious\): .*live-words", said, re.MULTILINE)
