"""Two browsers and an instructor, who do in a rehearsal what a room will do."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, expect

from course_tools.lite_page import PANEL, TO_LOAD, Lite, open_window

HANDED_IN = re.compile("Handed in")


class Learner:
    """Somebody with a browser of their own.

    Parameters
    ----------
    lite : Lite
        A window in which nobody has been.
    home : str
        The address of the course, with a slash at the end.
    name : str
        What they are called.
    """

    def __init__(self, lite: Lite, home: str, name: str) -> None:
        self.lite, self.page, self.home, self.name = lite, lite.page, home, name
        self.page.set_default_timeout(TO_LOAD)

    def join(self, word: str) -> str:
        """Come in by the page, as the code on the wall opens it; return the secret."""
        self.page.goto(f"{self.home}room/#{word}")
        self.page.locator("#name").fill(self.name)
        self.page.locator("#join").get_by_role("button").click()
        expect(self.page.locator("#who")).to_have_text(self.name, timeout=TO_LOAD)
        return self.page.locator("#secret").inner_text()

    @property
    def student(self) -> str:
        """What the room calls them."""
        return str(self.page.evaluate("courseRoom.me.student"))

    def read(self, page: str, heading: str) -> None:
        """Open a page of the course."""
        self.page.goto(f"{self.home}{page}")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading, timeout=TO_LOAD)

    def vote(self, key: str, letter: str) -> None:
        """Choose a letter where the lesson asks, once it is a vote, and see that it is kept."""
        buttons = self.page.locator(f'[data-ballot="{key}"][data-voting] .prediction-choice')
        button = buttons.filter(has=self.page.locator("b", has_text=letter)).first
        expect(button).to_have_attribute("aria-disabled", "false", timeout=TO_LOAD)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true", timeout=TO_LOAD)

    def sees_the_vote_closed(self, key: str) -> None:
        """Wait until nothing can be chosen any more."""
        button = self.page.locator(f'[data-ballot="{key}"] .prediction-choice').first
        expect(button).to_have_attribute("aria-disabled", "true", timeout=TO_LOAD)

    def open_exercise(self, path: str) -> None:
        """Open an exercise in the browser's Jupyter, and run its first cell."""
        self.lite.open(path)
        self.lite.run(self.lite.cell("import"))

    def answer(self, function: str, code: str, said: str) -> None:
        """Write a function, check it, and read what the check says."""
        task, check = self.lite.cell(f"def {function}"), self.lite.cell(f"check({function})")
        self.lite.write(task, code)
        self.lite.run(task)
        self.lite.run(check)
        expect(check.locator(".jp-OutputArea-output")).to_contain_text(said, timeout=TO_LOAD)

    def hand_in(self) -> None:
        """Press the button of the exercise in front, and wait for the receipt."""
        self.button.click()
        expect(self.button).to_have_accessible_name(HANDED_IN, timeout=TO_LOAD)

    @property
    def button(self) -> Locator:
        """The button that hands in."""
        return self.page.locator(f"{PANEL} .jp-Toolbar").get_by_role("button", name="Hand").first


@contextmanager
def learner(browser: Browser, home: str, name: str) -> Iterator[Learner]:
    """Give somebody a window with nothing stored in it."""
    with open_window(browser, f"{home}lite/") as lite:
        yield Learner(lite, home, name)


class Instructor:
    """Who opens and closes votes.

    Parameters
    ----------
    home : str
        The address of the course, with a slash at the end.
    word : str
        The instructor's word.
    """

    def __init__(self, home: str, word: str) -> None:
        self.api = f"{home}room/api/instructor/"
        self.secret = ""
        self.secret = str(self.ask("enter", word=word)["secret"])

    def ask(self, path: str, **body: str) -> dict[str, Any]:
        """Send something to the room, or ask for something if there is nothing to send."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.api}{path}", data, headers)
        with urllib.request.build_opener(NO_PROXY).open(request) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told

    def move(self, key: str, to: str) -> None:
        """Open a question for votes, close it, or show what was chosen."""
        self.ask("question", key=key, to=to)

    def result(self) -> dict[str, Any]:
        """Return what was chosen in both rounds."""
        found: dict[str, Any] = self.ask("now")["question"]["result"]
        return found


NO_PROXY = urllib.request.ProxyHandler({})
"""The room is on this machine, whatever the environment says of a way to others."""
