"""Chromium for the tests that drive a real browser. Where there is none, they are left out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from playwright.sync_api import Browser

from course_tools import chromium
from course_tools.chromium import MISSING as CHROMIUM_MISSING
from course_tools.chromium import QUIET, find_chromium, launched

__all__ = [
    "CHROMIUM_MISSING",
    "QUIET",
    "apart",
    "find_chromium",
    "launched",
    "running_chromium",
]

Result = TypeVar("Result")


@contextmanager
def running_chromium(names: Sequence[str] = ()) -> Iterator[Browser]:
    """Chromium, without a window.

    Parameters
    ----------
    names : list of str
        Names under which this machine answers as if it were another.
    """
    if find_chromium() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(CHROMIUM_MISSING)
    with chromium.chromium(names) as browser:
        yield browser


def apart(work: Callable[[], Result]) -> Result:
    """Do in a thread of its own what starts a Chromium for itself.

    The tests have one open, and Playwright runs once in a thread.
    """
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()
