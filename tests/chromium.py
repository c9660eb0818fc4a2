"""Chromium for the tests that drive a real browser. Where there is none, they are left out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from course_tools import chromium
from course_tools.chromium import MISSING as CHROMIUM_MISSING
from course_tools.chromium import QUIET, find_chromium

__all__ = ["CHROMIUM_MISSING", "QUIET", "find_chromium", "running_chromium"]


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
