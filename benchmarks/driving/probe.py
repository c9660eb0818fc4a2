"""When the hand acts, and when its answer stands in the picture: the Python side of `probe.js`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lesson_page import TO_PAINT
from playwright.sync_api import Locator, Page

SCRIPT = Path(__file__).with_suffix(".js")
QUIET = 300  # milliseconds after which nothing more is expected


class Probe:
    """A probe in a page.

    Parameters
    ----------
    page : Page
        Where it sits. It sees what happens from now on.
    within : str
        A selector of what stays, while pictures in it come and go.
    pictures : str
        A selector of the images and canvases that answer.
    """

    def __init__(self, page: Page, within: str, pictures: str) -> None:
        self.page = page
        page.evaluate(SCRIPT.read_text("utf-8"), [within, pictures])

    def expect(self, events: int) -> None:
        """Expect so many events from now on."""
        self.page.evaluate(f"probe.begin({events})")

    def press(self, handle: Locator, key: str, *, quiet: int = QUIET) -> dict[str, Any]:
        """Press a key on a slider, and return what was seen, up to the last change."""
        handle.focus()
        self.expect(1)
        self.page.keyboard.press(key)
        return self.settled(quiet)

    def settled(self, quiet: int = QUIET) -> dict[str, Any]:
        """Wait for the answer, and return what was seen.

        Raises
        ------
        RuntimeError
            If the picture has not changed.
        """
        seen: dict[str, Any] = self.page.evaluate(f"probe.settled({quiet}, {TO_PAINT})")
        if not seen["changes"]:
            raise RuntimeError(f"A slider was moved, and all that was seen is {seen}.")
        return seen


def delay(seen: dict[str, Any]) -> float:
    """Return the milliseconds from the last event to the last change of the picture."""
    return float(seen["changes"][-1] - seen["inputs"][-1])
