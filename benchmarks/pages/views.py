"""Lesson 6 in a window of its own, with an empty cache, from the first byte to the last key."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

from driving.probe import Probe, delay
from driving.traffic import Line, watch
from lab_server import Lab
from lesson_page import TO_LOAD, TO_PAINT, TO_RUN, WIDE, Lesson, Witness
from playwright.sync_api import Browser, BrowserContext, Route

from course_tools.lab import WORKSPACES, begin_without_sidebar
from pages.lesson import EXPLORER, LESSON, Reading
from pages.report import Weight

READABLE = Path(__file__).with_name("readable.js").read_text("utf-8")
EXPLORER_CANVAS = ".live-figure canvas[aria-label]"  # named, and so painted, for the first time
HANDLE = ".live-figure :is(.noUi-handle, input[type=range])"
PICTURES = ".live-figure :is(img, canvas)"
LINE = Line(megabits=10, milliseconds=50)
LOOK = 50  # milliseconds between two looks whether it can be read
QUIET = 150  # milliseconds after which no answer to a key is expected any more: all are in tables


class View:
    """The lesson as a page.

    Parameters
    ----------
    browser : Browser
        Where it is opened.
    address : str
        What is opened.
    reading : Reading
        What there is to read.
    """

    def __init__(self, browser: Browser, address: str, reading: Reading) -> None:
        self.reading = reading
        # The policy of a page would forbid what looks at it; it changes nothing that is loaded.
        size = {"width": WIDE[0], "height": WIDE[1]}
        self.context = browser.new_context(viewport=size, bypass_csp=True)
        self.prepare(self.context)
        self.page = self.context.new_page()
        self.traffic = watch(self.page, LINE)
        self.start = time.perf_counter()
        self.page.goto(address, wait_until="commit")

    def prepare(self, context: BrowserContext) -> None:
        """Do what has to be done before anything is opened."""

    def read(self) -> Weight:
        """Wait until the lesson can be read, and return what that took."""
        wanted = {"headings": self.reading.headings, "formulas": self.reading.formulas}
        for _ in range(TO_LOAD // LOOK):
            if self.page.evaluate(READABLE, wanted):
                return self.weight()
            self.page.wait_for_timeout(LOOK)
        raise RuntimeError(f"{self.page.url} could not be read after {TO_LOAD // 1000} seconds.")

    def enliven(self) -> Weight:
        """Go to the explorer, wait until a key on its first slider is answered; return the same."""
        self.run()
        canvas = self.page.locator(EXPLORER_CANVAS).first
        for _ in range(TO_RUN // LOOK):
            self.go_to_explorer()  # again: what is above it may have become shorter meanwhile
            if canvas.is_visible():
                break
            self.page.wait_for_timeout(LOOK)
        self.handle = self.page.locator(HANDLE).first
        self.handle.scroll_into_view_if_needed(timeout=TO_PAINT)
        self.probe = Probe(self.page, "body", PICTURES)
        self.press("ArrowRight")
        return self.weight()

    def run(self) -> None:
        """Run what has to be run for the explorer."""

    def go_to_explorer(self) -> None:
        """Bring the explorer into the window."""
        section = self.page.get_by_role("heading", name=self.reading.section).first
        section.evaluate("at => at.scrollIntoView()")

    def weight(self) -> Weight:
        """Return what has come so far, and how long it took."""
        seconds = time.perf_counter() - self.start
        return Weight(self.traffic.taken, len(self.traffic.answers), seconds)

    def press(self, key: str) -> float:
        """Press a key on the first slider; return the milliseconds until the picture changed."""
        return delay(self.probe.press(self.handle, key, quiet=QUIET))

    def close(self) -> None:
        """Close the window."""
        self.context.close()


class Converted(View):
    """The page of nbconvert.

    Parameters
    ----------
    browser, address, reading
        As for a view.
    elsewhere : str
        Where what it asks of other machines is served, under the same paths.
    """

    def __init__(self, browser: Browser, address: str, reading: Reading, elsewhere: str) -> None:
        self.elsewhere = elsewhere
        super().__init__(browser, address, reading)

    def prepare(self, context: BrowserContext) -> None:
        """Send every request to another machine where it is answered here."""
        context.route(lambda url: not url.startswith(self.elsewhere), self.send_on)

    def send_on(self, route: Route) -> None:
        """Answer that it has moved: then it is loaded, and counted, as everything else is."""
        at = urlsplit(route.request.url)
        place = {"Location": f"{self.elsewhere}{at.path}", "Access-Control-Allow-Origin": "*"}
        route.fulfill(status=307, headers=place)


class InLab(View):
    """The lesson in JupyterLab, as a learner has it who opens it for the first time.

    Parameters
    ----------
    browser, reading
        As for a view.
    lab : Lab
        A learner's own copy of the course.
    """

    def __init__(self, browser: Browser, lab: Lab, reading: Reading) -> None:
        self.lab = lab
        self.path = lab.folder / "notebooks" / LESSON.name
        self.untouched = self.path.read_bytes()
        shutil.rmtree(lab.folder / WORKSPACES, ignore_errors=True)
        begin_without_sidebar(lab.folder)
        super().__init__(browser, lab.address(f"lab/tree/notebooks/{LESSON.name}"), reading)
        self.lesson = Lesson(self.page, lab, self.path, Witness())

    def run(self) -> None:
        """Run all cells up to the explorer's."""
        self.lesson.wait_for_kernel()
        cells = {cell.id: shown for cell, shown in self.lesson.code}
        prompt = cells[EXPLORER].locator(".jp-InputPrompt")
        prompt.click()
        self.lesson.choose("Run", "Run All Above Selected Cell")
        prompt.click()
        self.page.keyboard.press("Control+Enter")

    def close(self) -> None:
        """Close the window, end its kernel, and leave the learner's copy as it was."""
        super().close()
        self.lab.stop_kernels()
        self.path.write_bytes(self.untouched)
