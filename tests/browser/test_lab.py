"""`make lab` opens the start page, says why if it can't start, and leaves nothing behind."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from lab_server import Lab, running_lab
from lesson_page import CURRENT_TAB, TO_LOAD
from playwright.sync_api import Browser, expect

from course_tools.desk import START_PAGE


def test_the_bare_address_opens_the_start_page(browser: Browser, lab: Lab) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(lab.address(""))
        expect(page.locator(CURRENT_TAB)).to_have_text(Path(START_PAGE).name, timeout=TO_LOAD)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=TO_LOAD)
        assert page.url.endswith(f"/lab/tree/{START_PAGE}")
    lab.stop_kernels()


def test_a_server_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=r"ended with status 1(?s:.*)nonsense"),
        running_lab(tmp_path, "--ServerApp.port=nonsense"),
    ):
        pass


def test_the_server_is_gone_at_the_end(tmp_path: Path) -> None:
    with running_lab(tmp_path) as lab:
        assert lab.ask("GET", "status")["kernels"] == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(lab.url, timeout=5)
