"""A site with JupyterLite in a sub-folder, served over plain http, and Chromium to look at it."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from chromium import running_chromium
from lite_page import ROOM, TO_PAINT, Lite, open_window
from playwright.sync_api import Browser, expect

from course_tools.site.lite import build

expect.set_options(timeout=TO_PAINT)


class Quiet(SimpleHTTPRequestHandler):
    """Files, and not a word about them."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
        """Say nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that has nothing but `lite/`."""
    folder = tmp_path_factory.mktemp("web") / "course"
    folder.mkdir()
    build(folder)
    return folder


@pytest.fixture(scope="session")
def port(site: Path) -> Iterator[int]:
    """Where the folder above the site is served."""
    handler = functools.partial(Quiet, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, to which this machine is also another one in the room."""
    with running_chromium([ROOM]) as chromium:
        yield chromium


@pytest.fixture
def lite(browser: Browser, port: int) -> Iterator[Lite]:
    """JupyterLite in a window of somebody who has never been there."""
    with open_window(browser, f"http://127.0.0.1:{port}/course/lite/") as window:
        yield window


@pytest.fixture
def in_the_room(browser: Browser, port: int) -> Iterator[Lite]:
    """The same, from a machine that browsers do not trust: no service worker, no clipboard."""
    with open_window(browser, f"http://{ROOM}:{port}/course/lite/") as window:
        yield window


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the window go: $SCREENSHOTS, or a folder that pytest cleans up."""
    named = os.environ.get("SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")
