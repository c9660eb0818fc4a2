"""A student can read the page about their marks: on a phone or a desk, in the dark, and printed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from course_tools.marking.records.reports import write_report
from course_tools.marking.results import Mark, Result, Status

REASON = "Cell 9 ran for longer than 20 s."
LONG = "momentum_run(theta = [2, 1]): expected [[2, 1], [1.72, 0.97333], …], got '" + "x" * 500
TASKS = (
    Mark("test-momentum-step", 1.0, 1.0, "Right."),
    Mark("test-momentum-run", 0.0, 3.0, f"The velocity is lost.\nKeep it.\n{LONG}'."),
    Mark("test-calm", 1.5, 3.0, "Right for the inputs of the check, but not for others."),
    Mark("answer-why", None, 2.0, "Your answer is read by a person, who gives the points."),
    Mark("test-last", 0.0, 1.0, f"Not reached.\n{REASON}"),
)
STATUSES: tuple[Status, ...] = ("marked", "stopped", "refused")
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")


@pytest.fixture(params=itertools.product(STATUSES, WIDTHS, SCHEMES), ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A report as a student opens it. axe-core has to get past the page's own rules."""
    status, width, scheme = request.param
    write_report(
        Result("نسیم‌جان", "06_momentum", "d", status, REASON, TASKS, "{}"), tmp_path, "Momentum"
    )
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    opened = context.new_page()
    opened.goto((tmp_path / "reports" / "نسیم‌جان" / "06_momentum.html").as_uri())
    yield opened
    context.close()


def faults_in(page: Page) -> list[str]:
    """Say what axe-core objects to."""
    return [fault["id"] for fault in Axe().run(page).response["violations"]]


def test_everyone_can_read_it(page: Page) -> None:
    assert faults_in(page) == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.emulate_media(media="print")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert faults_in(page) == []


def test_pale_words_are_refused(page: Page) -> None:
    page.add_style_tag(content=".points { color: #888; background: #777; }")
    assert faults_in(page) == ["color-contrast"]
