"""The built site for the tests that drive it: built if need be, and handed out by a server."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

from course_tools.site.build import BUILT, build_if_needed
from course_tools.site.pages import site_of
from course_tools.site.settings import read_settings

NAMES = [f"{page.name}.html" for page in site_of(read_settings()).pages]
"""The addresses of all pages, but for the search."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Hands out files, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Hand out a folder, and return its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def built_site() -> Iterator[tuple[str, str]]:
    """Return the addresses of the site: from a server, and from the folder alone."""
    build_if_needed()
    with served(BUILT) as address:
        yield address, f"{BUILT.resolve().as_uri()}/"


class Visit:
    """A page that notes what the browser complains of, and lets nothing from elsewhere in.

    Parameters
    ----------
    browser : Browser
        Which one.
    options
        What `new_context` takes.
    """

    def __init__(self, browser: Browser, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._miss)
        self.context.route(lambda url: not is_own(url), self._refuse)

    def _hear(self, message: ConsoleMessage) -> None:
        if not message.text.startswith("Changed to "):  # the theme says so when one changes it
            self.complaints.append(message.text)

    def _miss(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # which it is when one goes on to another page
            self.complaints.append(f"{request.url}: {request.failure}")

    def _refuse(self, route: Route, request: Request) -> None:
        self.foreign.append(request.url)
        route.abort()

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def open(self, address: str) -> Page:
        """Open a page, and wait until it is loaded."""
        self.page.goto(address)
        return self.page


def is_own(url: str) -> bool:
    """Whether an address is one of this machine's."""
    return url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:", "about:"))
