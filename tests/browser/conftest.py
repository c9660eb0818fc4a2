"""A browser, JupyterLab, and each lesson in it: opened once, run once, looked at by every test."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib.font_manager  # noqa: F401 (builds its cache now, not in a learner's first cell)
import pytest
from chromium import running_chromium
from lab_server import ROOT, Lab, running_lab
from lesson_page import TO_PAINT, WIDE, Lesson, open_lesson
from playwright.sync_api import Browser, expect
from predictions import check_predictions
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

expect.set_options(timeout=TO_PAINT)  # five seconds would be few on a busy machine

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSON_OF_TEST = re.compile(r"test_lessons\.py::\w+\[(\d\d_[a-z_]+)")


class ByLesson(LoadFileScheduling):
    """A lesson stays in the process that has opened it, and every other file in one."""

    def _split_scope(self, nodeid: str) -> str:
        """Name what is not to be parted: of a test of the lessons the lesson, else the file."""
        file = super()._split_scope(nodeid)
        lesson = LESSON_OF_TEST.search(nodeid)
        return f"{file} {lesson[1]}" if lesson else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByLesson:
    """Share the tests among processes."""
    return ByLesson(config, log)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as `make lab` starts it. Without a browser there is no need for it."""
    with running_lab(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the window go: $SCREENSHOTS, or a folder that pytest cleans up."""
    named = os.environ.get("SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def opened(request: pytest.FixtureRequest, browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """A lesson as it is before anything runs."""
    lesson = open_lesson(browser, lab, lab.folder / "notebooks" / request.param.name)
    yield lesson
    lesson.page.context.close()
    lab.stop_kernels()


@pytest.fixture(scope="module")
def ran(opened: Lesson) -> Lesson:
    """The same lesson after "Run All Cells"."""
    opened.clear()
    opened.as_cleared += check_predictions(opened)
    opened.resize(WIDE)
    opened.run_all()
    return opened
