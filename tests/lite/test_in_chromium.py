"""The browser's Jupyter as a learner meets it: run, move, answer, save, come back."""

from __future__ import annotations

import json
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
EXERCISE = "exercises/01_line_and_loss/exercise_01_line_and_loss.ipynb"


@pytest.mark.parametrize("name", ["02_gradient_descent", "06_momentum"])
def test_a_lesson_runs_and_its_explorer_is_alive(name: str, lite: Lite, screenshots: Path) -> None:
    lite.open(f"notebooks/{name}.ipynb")
    lite.run_all()
    assert lite.page.locator(f"{PANEL} {COMPLAINT}").all_inner_texts() == []
    move_an_explorer(lite)
    lite.picture(screenshots / f"lite-{name}.png")
    assert lite.strangers == []


def move_an_explorer(lite: Lite) -> None:
    """Press a key on a slider, and see other words."""
    cell = lite.cell("explorers.")
    cell.scroll_into_view_if_needed()
    words = cell.locator(".live-words").first
    expect(words).to_have_text(re.compile(r"\w"), timeout=TO_LOAD)
    before = words.inner_text()
    slider = cell.locator(".noUi-handle").first
    slider.focus()
    lite.page.keyboard.press("ArrowRight")
    expect(words).not_to_have_text(before)


def test_where_nothing_is_secure_a_lesson_runs_as_well(in_the_room: Lite) -> None:
    in_the_room.open("notebooks/02_gradient_descent.ipynb")
    assert in_the_room.page.evaluate("isSecureContext") is False
    in_the_room.run_all()
    assert in_the_room.page.locator(f"{PANEL} {COMPLAINT}").all_inner_texts() == []
    move_an_explorer(in_the_room)
    assert in_the_room.strangers == []
