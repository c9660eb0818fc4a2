"""Jupyter Notebook 7 takes the arrow keys for headings: sliders and predictions keep theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from explorer_page import KERNEL, NUMBERS_ONLY, V4
from lab_server import Lab
from lesson_page import TO_LOAD, TO_RUN
from playwright.sync_api import Browser, Locator, Page, Response, expect

from lessons_lib import explorers
from lessons_lib.live import Scene
from lessons_lib.problems import noisy_line

SOURCE = """from lessons_lib import explorers
from lessons_lib.predictions import predict
from lessons_lib.problems import noisy_line

explorers.descent(noisy_line())"""

MARK = "data-lm-suppress-shortcuts"

# What the Tab key reaches in there, and Jupyter takes keys from.
REACHED = "a[href], button, input, select, summary, [tabindex='0']"
MARKED = f"""(at, key) => {{
    const reached = [...at.querySelectorAll("{REACHED}")]
        .filter(each => each.getClientRects().length > 0);
    reached.forEach(each => each.dispatchEvent(
        new KeyboardEvent('keydown', {{ key: 'F13', bubbles: true, ...key }})));
    return [reached.filter(each => each.hasAttribute('{MARK}')).length, reached.length];
}}"""
"""Press a key that does nothing on each, and count how many keep it, of how many."""


@pytest.fixture(scope="module")
def scene() -> Scene:
    return explorers.descent(noisy_line()).scene


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A notebook with an explorer and a prediction, run in Notebook 7."""
    write_notebook(lab.folder / "notebooks" / "96_notebook_seven.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    open_notebook(page, lab.address("notebooks/notebooks/96_notebook_seven.ipynb"))
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.locator(".live-figure canvas")).to_have_attribute(
        "data-state", NUMBERS_ONLY, timeout=TO_RUN
    )
    expect(page.locator(".prediction-choice").first).to_be_visible(timeout=TO_RUN)
    yield page
    context.close()
    lab.stop_kernels()


def open_notebook(page: Page, address: str) -> None:
    """Open a notebook, and wait until it has its kernel: before, a dialog would ask for one."""
    with page.expect_websocket(lambda line: "/api/kernels/" in line.url, timeout=TO_LOAD):
        page.goto(address, timeout=TO_LOAD)
    kernel = page.get_by_role("button", name="Python 3 (ipykernel)")
    expect(kernel).to_be_visible(timeout=TO_LOAD)


def write_notebook(path: Path) -> None:
    """Write a notebook with a heading, an explorer and a prediction."""
    cells = [V4.new_markdown_cell("# Arrows\n\nThey fold this heading.", id="title")]
    cells.append(V4.new_code_cell(SOURCE, id="explorer"))
    cells.append(V4.new_code_cell('predict(2, "steps")', id="prediction"))
    path.write_text(V4.writes(V4.new_notebook(cells=cells, metadata=KERNEL)), "utf-8")


@pytest.fixture
def handle(page: Page) -> Locator:
    """The slider of the learning rate."""
    return page.locator(".live-row .noUi-handle").first


def state_of(page: Page) -> list[int]:
    """Return the state that is painted."""
    said = page.locator(".live-figure canvas").get_attribute("data-state")
    return [int(number) for number in str(said).split()]


def test_the_arrow_keys_move_a_slider(page: Page, scene: Scene, handle: Locator) -> None:
    canvas = page.locator(".live-figure canvas")
    handle.press("Home")
    expect(canvas).to_have_attribute("data-state", f"0 {scene.start[1]}")
    handle.press("ArrowRight")
    handle.press("ArrowRight")
    expect(canvas).to_have_attribute("data-state", f"2 {scene.start[1]}")
    handle.press("ArrowLeft")
    expect(canvas).to_have_attribute("data-state", f"1 {scene.start[1]}")
    expect(page.locator("h1", has_text="Arrows")).to_be_visible()


def test_without_the_mark_they_do_not(page: Page, handle: Locator) -> None:
    """If this fails, Jupyter has changed, and the mark may be of no use any more."""
    handle.press("Home")
    expect(page.locator(".live-figure canvas")).to_have_attribute("data-state", re.compile("^0 "))
    before = state_of(page)
    handle.evaluate(f"at => {{ at.toggleAttribute = () => at.removeAttribute('{MARK}') }}")
    try:
        handle.press("ArrowRight")
        page.wait_for_timeout(500)
        assert state_of(page) == before
    finally:
        handle.evaluate("at => { delete at.toggleAttribute }")


def test_a_letter_that_is_a_command_changes_no_cell(page: Page, handle: Locator) -> None:
    cells = page.locator(".jp-Cell")
    there = cells.count()
    choice = page.locator(".prediction-choice").first
    for each in (handle, page.get_by_role("button", name="Reset"), choice):
        each.press("b")
        each.press("a")
    choice.press("Enter")
    expect(choice).to_have_attribute("aria-pressed", "true")
    assert cells.count() == there


def test_all_that_has_the_focus_keeps_its_keys(page: Page) -> None:
    page.locator(".prediction-choice").first.press("Enter")
    page.locator(".prediction-answer summary").press("Enter")
    for name in (".live-figure", ".prediction"):
        place = page.locator(name)
        marked, reached = place.evaluate(MARKED, {})
        assert marked == reached > 3
        for modifier in ("ctrlKey", "altKey", "metaKey"):
            assert place.evaluate(MARKED, {modifier: True}) == [0, reached]


def test_commands_stay_jupyters(page: Page, handle: Locator) -> None:
    for each in (handle, page.locator(".prediction-choice").first):
        with page.expect_response(is_saved):
            each.press("Control+s")


def is_saved(answer: Response) -> bool:
    """Whether this is the last answer to a notebook's being saved."""
    return answer.request.method == "POST" and "/checkpoints" in answer.url
