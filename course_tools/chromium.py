"""Chromium, which reaches this machine and no other: for whatever drives a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserType, sync_playwright

NAMES = (
    "chromium-headless-shell",  # the same without windows and menus: a third less work
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
MISSING = (
    "Chromium is missing. On Debian or Ubuntu `sudo apt install chromium` adds it; elsewhere "
    "install Chromium or Chrome and set CHROMIUM=/path/to/it."
)
HOSTS = "--host-resolver-rules"
QUIET = [
    "--no-sandbox",  # in a container, where root is all there is; only our own pages are opened
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-quic",
    # Whatever tries to reach another machine fails here as it does for a learner on a train.
    f"{HOSTS}=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


class ChromiumMissingError(Exception):
    """There is no Chromium; the message says how to get it."""


def find_chromium() -> str | None:
    """Return where Chromium is, if it is anywhere."""
    names = (os.environ.get("CHROMIUM"), *NAMES)
    return next(filter(None, (shutil.which(name) for name in names if name)), None)


def needed() -> str:
    """Return where Chromium is.

    Raises
    ------
    ChromiumMissingError
        If there is none.
    """
    found = find_chromium()
    if found is None:
        raise ChromiumMissingError(MISSING)
    return found


@contextmanager
def chromium(names: Sequence[str] = ()) -> Iterator[Browser]:
    """Start Chromium, without a window.

    Parameters
    ----------
    names : list of str
        Names under which this machine answers as if it were another.

    Raises
    ------
    ChromiumMissingError
        If there is none.
    """
    needed()  # before Playwright starts for nothing
    with sync_playwright() as playwright:
        browser = launched(playwright.chromium, names)
        yield browser
        browser.close()


def launched(kind: BrowserType, names: Sequence[str] = ()) -> Browser:
    """Start Chromium in a Playwright that runs already, of which a thread can have one alone.

    Parameters
    ----------
    kind : BrowserType
        Chromium, as that Playwright knows it.
    names : list of str
        As above.

    Raises
    ------
    ChromiumMissingError
        If there is none.
    """
    executable = needed()
    others = [f"MAP {name} 127.0.0.1" for name in names]
    rules = ", ".join([*others, QUIET[-1].removeprefix(f"{HOSTS}=")])
    return kind.launch(executable_path=executable, args=[*QUIET[:-1], f"{HOSTS}={rules}"])


def strangers(addresses: Iterable[str], url: str) -> list[str]:
    """Return the addresses that are neither of the server at this one, nor inside a page."""
    split = [(each, urlsplit(each)) for each in dict.fromkeys(addresses)]
    own, inside = urlsplit(url).netloc, ("data", "blob", "about")
    return [each for each, at in split if at.scheme not in inside and at.netloc != own]
