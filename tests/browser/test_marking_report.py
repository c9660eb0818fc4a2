"""A student can read the page about their marks: on a phone or a desk, in the dark, and printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal

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
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@contextmanager
def opened(
    browser: Browser, folder: Path, status: Status, width: int, scheme: Scheme
) -> Iterator[Page]:
    """Open a report as a student does. axe-core has to get past the page's own rules."""
    write_report(
        Result("نسیم‌جان", "06_momentum", "d", status, REASON, TASKS, "{}"), folder, "Momentum"
    )
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto((folder / "reports" / "نسیم‌جان" / "06_momentum.html").as_uri())
    yield page
    context.close()


def faults_in(page: Page) -> list[str]:
    """Say what axe-core objects to."""
    return [fault["id"] for fault in Axe().run(page).response["violations"]]


@pytest.mark.parametrize(("status", "width", "scheme"), [*product(STATUSES, WIDTHS, SCHEMES)])
def test_everyone_can_read_it(
    browser: Browser, tmp_path: Path, status: Status, width: int, scheme: Scheme
) -> None:
    with opened(browser, tmp_path, status, width, scheme) as page:
        assert faults_in(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.emulate_media(media="print")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)"
        assert faults_in(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pale_words_are_refused(browser: Browser, tmp_path: Path, scheme: Scheme) -> None:
    with opened(browser, tmp_path, STATUSES[0], WIDTHS[0], scheme) as page:
        page.add_style_tag(content=".points { color: #888; background: #777; }")
        assert faults_in(page) == ["color-contrast"]
