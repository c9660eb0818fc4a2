"""A learner opens an exercise, answers it wrongly again and again, then rightly, and goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from lab_server import Lab
from lesson_page import PANEL, TO_LOAD, TO_PAINT, Lesson, open_lesson
from playwright.sync_api import Browser, Locator, expect

EXERCISE = "01_line_and_loss"
HEAD = "def line_gradient(theta, x, y):\n"
RESIDUALS = "    intercept, slope = theta\n    r = intercept + slope * x - y\n"

HALF = HEAD + RESIDUALS + "    return np.array([np.mean(r), np.mean(r * x)])"
LOSS = "def line_loss(theta, x, y):\n    return np.sum((theta[0] + theta[1] * x - y) ** 2)"

ANSWERS = {
    "untouched": (None, "✗ line_gradient is still empty."),
    "half": (
        HALF,
        "✗ 1/m in place of 2/m.",
    ),
    "misspelt": (
        HEAD + RESIDUALS + "    return 2 * np.aray([r, r * x])",
        "✗ line_gradient stops with AttributeError.",
    ),
    "endless": (
        HEAD + RESIDUALS + "    while True:\n        r = r / 2",
        "✗ line_gradient does not come back.",
    ),
    "right": (
        HEAD + RESIDUALS + "    return 2 * np.array([np.mean(r), np.mean(r * x)])",
        "✓ line_gradient is right.",
    ),
}


@pytest.fixture(scope="module")
def exercise(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """The exercise of lesson 1, with its first cell run."""
    path = lab.folder / "exercises" / EXERCISE / f"exercise_{EXERCISE}.ipynb"
    opened = open_lesson(browser, lab, path)
    run(opened, cell(opened, "import-tools"))
    yield opened
    opened.page.context.close()
    lab.stop_kernels()


def cell(opened: Lesson, name: str) -> Locator:
    """The cell with this id."""
    return next(shown for stored, shown in opened.code if stored.id == name)


def write(opened: Lesson, shown: Locator, code: str) -> None:
    """Replace what a cell holds, without the editor's own indents and brackets."""
    shown.locator(".cm-content").click()
    opened.page.keyboard.press("ControlOrMeta+a")
    opened.page.keyboard.insert_text(code)


def run(opened: Lesson, shown: Locator) -> None:
    """Run a cell, and wait until it has run."""
    shown.locator(".cm-content").click()
    opened.page.keyboard.press("Control+Enter")
    opened.wait_for_kernel()
    expect(shown.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\d"), timeout=TO_LOAD)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_check_says_what_is_wrong(name: str, exercise: Lesson, screenshots: Path) -> None:
    code, title = ANSWERS[name]
    task, check = cell(exercise, "line-gradient"), cell(exercise, "check-line-gradient")
    if code is not None:
        write(exercise, task, code)
    run(exercise, task)
    run(exercise, check)
    shown = check.locator(".jp-OutputArea-output")
    expect(shown).to_have_count(1, timeout=TO_PAINT)
    expect(shown).to_contain_text(title, timeout=TO_PAINT)
    assert "Traceback" not in shown.inner_text()
    check.scroll_into_view_if_needed()
    exercise.page.screenshot(path=screenshots / f"exercise-{name}.png")


def test_a_failed_test_shows_words_and_no_traceback(exercise: Lesson) -> None:
    test = cell(exercise, "test-differences")
    run(exercise, cell(exercise, "differences"))
    run(exercise, test)
    said = test.locator(".jp-OutputArea-output").inner_text()
    assert "gradient_by_differences is still empty." in said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 3


def test_a_refusal_is_gone_when_the_task_is_right(exercise: Lesson, screenshots: Path) -> None:
    task, check = cell(exercise, "line-loss"), cell(exercise, "check-line-loss")
    test = cell(exercise, "test-line-loss")
    for number in range(3):
        write(exercise, task, f"{LOSS} + {number} - {number}")
        run(exercise, task)
        run(exercise, check)
        said = check.locator(".jp-OutputArea-output")
        expect(said.locator("p")).to_have_count(2 + number, timeout=TO_PAINT)
    exercise.page.screenshot(path=screenshots / "exercise-levels.png")
    run(exercise, test)
    shown = test.locator(".jp-OutputArea-output")
    expect(shown).to_contain_text("✗", timeout=TO_PAINT)
    write(exercise, task, LOSS.replace("np.sum", "np.mean"))
    run(exercise, task)
    run(exercise, check)
    expect(check.locator(".jp-OutputArea-output")).to_contain_text("✓", timeout=TO_PAINT)
    expect(shown).to_have_text(
        "line_loss is right by now. Run this cell again: it gives the points."
    )
    exercise.page.screenshot(path=screenshots / "exercise-refusal-gone.png")
    run(exercise, test)
    expect(shown).to_have_count(0)


def test_the_last_hint_opens_the_worked_solution_at_its_cell(
    exercise: Lesson, screenshots: Path
) -> None:
    task, check = cell(exercise, "line-gradient"), cell(exercise, "check-line-gradient")
    for number in range(3):
        write(exercise, task, HALF.replace("])", f"]) + {number} - {number}"))
        run(exercise, task)
        run(exercise, check)
    check.get_by_role("link", name="the worked solution").click()
    page = exercise.page
    expect(page.get_by_role("tab", name=f"solution_{EXERCISE}.ipynb")).to_be_visible(
        timeout=TO_LOAD
    )
    reached = page.locator(f"{PANEL} .jp-Cell.jp-mod-active")
    expect(reached).to_contain_text("def line_gradient", timeout=TO_LOAD)
    page.screenshot(path=screenshots / "exercise-solution.png")
    page.get_by_role("tab", name=f"exercise_{EXERCISE}.ipynb").click()


def test_the_end_leads_on(exercise: Lesson, screenshots: Path) -> None:
    end = exercise.page.locator(f"{PANEL} .jp-MarkdownCell").last
    end.scroll_into_view_if_needed()
    exercise.page.screenshot(path=screenshots / "exercise-end.png")
    end.get_by_role("link", name="lesson 2 · Gradient descent").click()
    lesson = exercise.page.get_by_role("tab", name="02_gradient_descent.ipynb")
    expect(lesson).to_be_visible(timeout=TO_LOAD)
    exercise.page.get_by_role("tab", name=f"exercise_{EXERCISE}.ipynb").click()


def test_what_a_check_shows_is_accessible(exercise: Lesson) -> None:
    answer = Axe().run(exercise.page, context=f"{PANEL} .jp-OutputArea-output [role=status]")
    assert not answer.response["violations"]


def test_the_worked_solution_opens(exercise: Lesson) -> None:
    link = exercise.page.locator(f'{PANEL} a[href*="solutions/{EXERCISE}"]').first
    link.click()
    expect(exercise.page.locator(f"{PANEL} h1").first).to_be_visible(timeout=TO_LOAD)
    expect(exercise.page.locator(f"{PANEL} :text('Why.')").first).to_be_attached(timeout=TO_LOAD)


def test_what_passed_is_remembered(lab: Lab) -> None:
    kept = lab.folder.parent / "home" / "progress.jsonl"
    assert '"line_gradient"' in kept.read_text("utf-8")
