"""The browser's Jupyter as a learner meets it: run, move, answer, save, come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lite_page import COMPLAINT, PANEL, TO_LOAD, Lite
from playwright.sync_api import expect

pytestmark = pytest.mark.kernel

HALF = (
    "def line_gradient(theta, x, y):\n    r = theta[0] + theta[1] * x - y\n"
    "    return np.array([r.mean(), (r * x).mean()])"
)
ENDLESS = "def line_gradient(theta, x, y):\n    while True:\n        pass"
RIGHT = HALF.replace("np.array", "2 * np.array")
RIGHT_SAID = "✓ line_gradient is right."
EXERCISE = "exercises/01_line_and_loss/exercise_01_line_and_loss.ipynb"


@pytest.mark.parametrize("name", ["02_gradient_descent", "06_momentum"])
def test_a_lesson_runs_and_its_explorer_is_alive(name: str, lite: Lite, screenshots: Path) -> None:
    lite.open(f"notebooks/{name}.ipynb")
    lite.run_all()
    assert lite.page.locator(f"{PANEL} {COMPLAINT}").all_inner_texts() == []
    move_an_explorer(lite)
    lite.picture(screenshots / f"lite-{name}.png")
    assert lite.strangers == []


def test_the_start_page_runs_and_its_check_names_the_mistake(lite: Lite) -> None:
    lite.open("notebooks/00_start_here.ipynb")
    lite.run_all()
    assert lite.page.locator(f"{PANEL} {COMPLAINT}").all_inner_texts() == []
    check = lite.cell("check(line_loss)")
    check.scroll_into_view_if_needed()
    said = check.locator(".jp-OutputArea-output")
    expect(said).to_contain_text("✗ The sum in place of the mean.", timeout=TO_LOAD)
    move_an_explorer(lite, "ArrowLeft")  # it begins at its end
    assert lite.strangers == []


def move_an_explorer(lite: Lite, key: str = "ArrowRight") -> None:
    """Press a key on a slider, and see other words."""
    cell = lite.cell("explorers.")
    cell.scroll_into_view_if_needed()
    words = cell.locator(".live-words").first
    expect(words).to_have_text(re.compile(r"\w"), timeout=TO_LOAD)
    before = words.inner_text()
    slider = cell.locator(".noUi-handle").first
    slider.focus()
    lite.page.keyboard.press(key)
    expect(words).not_to_have_text(before)


def test_where_nothing_is_secure_a_lesson_runs_as_well(in_the_room: Lite) -> None:
    in_the_room.open("notebooks/02_gradient_descent.ipynb")
    assert in_the_room.page.evaluate("isSecureContext") is False
    in_the_room.run_all()
    assert in_the_room.page.locator(f"{PANEL} {COMPLAINT}").all_inner_texts() == []
    move_an_explorer(in_the_room)
    assert in_the_room.strangers == []


def answer(lite: Lite, code: str, said: str) -> None:
    """Write a function, check it, and read what the check says."""
    task, check = lite.cell("def line_gradient"), lite.cell("check(line_gradient)")
    lite.write(task, code)
    lite.run(task)
    lite.run(check)
    expect(check.locator(".jp-OutputArea-output")).to_contain_text(said, timeout=TO_LOAD)


def is_remembered(lite: Lite) -> None:
    """Open the exercise anew, with another Python, which knows what was right before."""
    lite.save()
    lite.open(EXERCISE)
    expect(lite.cell("def line_gradient")).to_contain_text("2 * np.array")
    first = lite.cell("import")
    lite.run(first)
    lite.write(first, 'from lessons_lib.progress import recall\n\nprint(recall("task"))')
    lite.run(first)
    expect(first.locator(".jp-OutputArea-output")).to_contain_text("line_gradient")


def test_an_exercise_goes_wrong_wrong_and_right_and_is_remembered(
    lite: Lite, screenshots: Path
) -> None:
    lite.open(EXERCISE)
    lite.run(lite.cell("import"))
    for name, code, said in (
        ("half", HALF, "✗ 1/m in place of 2/m."),
        ("endless", ENDLESS, "✗ line_gradient does not come back."),
        ("right", RIGHT, RIGHT_SAID),
    ):
        answer(lite, code, said)
        lite.picture(screenshots / f"lite-exercise-{name}.png")
    is_remembered(lite)
    expect(lite.page.get_by_role("button", name="Hand in")).to_have_count(0)  # this is no room
    assert lite.strangers == []


def test_where_nothing_is_secure_an_exercise_is_remembered_as_well(in_the_room: Lite) -> None:
    in_the_room.open(EXERCISE)
    in_the_room.run(in_the_room.cell("import"))
    answer(in_the_room, RIGHT, RIGHT_SAID)
    is_remembered(in_the_room)


def test_a_link_in_an_answer_opens_the_lesson_beside_it(lite: Lite) -> None:
    lite.open("notebooks/93_same_ten_questions.ipynb")
    lite.run(lite.cell("import after"))
    question = lite.cell('after("way-down")')
    lite.run(question)
    question.get_by_role("button").nth(2).click()
    answer = question.locator(".prediction-answer")
    answer.locator("summary").click()
    answer.get_by_role("link", name="Lesson 1").click()
    expect(lite.current_tab).to_have_text("01_line_and_loss.ipynb")


def test_a_click_that_meets_no_link_is_nothing_to_follow(lite: Lite) -> None:
    lite.open("notebooks/93_same_ten_questions.ipynb")
    lite.page.locator(f"{PANEL} h1").first.click()
    lite.page.locator("#jp-top-panel").click()
    assert lite.errors == []
