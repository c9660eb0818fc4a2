"""Chromium, and a JupyterLab for it to open."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab_server import Lab
    from playwright.sync_api import Browser

BROWSER_TESTS = Path(__file__).parents[2] / "tests" / "browser"


def find_browser_tests() -> None:
    """Let Python find what the browser's tests are made of."""
    places = [str(BROWSER_TESTS), str(BROWSER_TESTS.parent)]
    sys.path[:0] = [each for each in places if each not in sys.path]


@contextmanager
def chromium_and_lab(*arguments: str, verb: str = "edit") -> Iterator[tuple[Browser, Lab]]:
    """Start both, and end them.

    Parameters
    ----------
    arguments : str
        More of Chromium's options.
    verb : str
        "edit" opens a copy of the project, "main" a learner's own copy in it.

    Raises
    ------
    FileNotFoundError
        If there is no Chromium.
    """
    find_browser_tests()
    from chromium import CHROMIUM_MISSING, QUIET, find_chromium
    from lab_server import running_lab
    from playwright.sync_api import sync_playwright

    executable = find_chromium()
    if executable is None:
        raise FileNotFoundError(CHROMIUM_MISSING)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running_lab(Path(folder), verb=verb) as lab,
    ):
        options = [*QUIET, *arguments]
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        yield browser, lab
        browser.close()
