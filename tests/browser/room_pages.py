"""A room for the tests that drive its pages: its real server, and a small site with a ballot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect
from room_world import served

from course_tools.room.answering import Room
from course_tools.room.app import create_app
from course_tools.room.settings import RoomSettings
from course_tools.site.page_script import write_page

KEY = "06/race"

LESSON = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Momentum</title>
<link rel="icon" href="../_static/icon.svg">
<link rel="stylesheet" href="../_static/page.css"></head>
<body><main><article><section><h1>Momentum</h1>
<section><h2>Predict</h2><p>How many steps?</p>
<div class="cell"><div class="prediction-page" data-prediction="6 race"></div></div>
<p id="reveal">the recipe: 656</p></section>
<section><h2 id="further">Why</h2></section>
</section></article></main><script src="../_static/page.js"></script></body></html>
"""
"""A page as `make site` makes it, as far as votes are concerned."""

ICON = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@dataclass
class Open:
    """A room that is open.

    Parameters
    ----------
    address : str
        Where, without a slash at its end.
    room : Room
        The room itself, with its words.
    """

    address: str
    room: Room

    def lead(self, *states: str, key: str = KEY) -> None:
        """Lead a question through some states, as the instructor's page does."""
        word = self.room.people.instructors_word
        with httpx.Client(base_url=f"{self.address}/room/api/instructor/") as client:
            secret = client.post("enter", json={"word": word}).json()["secret"]
            head = {"Authorization": f"Bearer {secret}"}
            for to in states:
                moved = client.post("question", json={"key": key, "to": to}, headers=head)
                assert moved.status_code == 200, moved.text

    def join(self, page: Page, name: str) -> str:
        """Come in as a learner does who has read the code on the wall, and return the secret."""
        page.goto(f"{self.address}/room/#{self.room.people.word}")
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Join").click()
        expect(page.locator("#secret-box")).to_be_visible()
        secret = page.locator("#secret").inner_text()
        page.get_by_role("button", name="I have written it down").click()
        return secret

    def enter(self, page: Page) -> Page:
        """Open the instructor's page with the instructor's word, and the wall from it."""
        page.goto(f"{self.address}/room/instructor.html")
        page.get_by_label("The instructor's word").fill(self.room.people.instructors_word)
        page.get_by_role("button", name="Open", exact=True).click()
        with page.expect_popup() as wall:
            page.get_by_role("button", name="Open the wall").click()
        return wall.value


def write_site(folder: Path) -> None:
    """Write a site of one lesson."""
    static = folder / "_static"
    static.mkdir(parents=True)
    write_page(static, {})
    (static / "icon.svg").write_text(ICON, encoding="utf-8")
    for name in ("notebooks", "slides"):
        (folder / name).mkdir()
        (folder / name / "06_momentum.html").write_text(LESSON, encoding="utf-8")


@contextmanager
def open_room(site: Path, folder: Path) -> Iterator[Open]:
    """Open a room that keeps what it is told in a folder."""
    app = create_app(RoomSettings(folder=folder / "room", site=site))
    with served(app) as port:
        yield Open(f"http://127.0.0.1:{port}", app.state.room)


def choice(page: Page, letter: str) -> None:
    """Choose a letter on a ballot, whether it is open or not."""
    button = page.locator(".prediction-choice", has=page.locator(f"b:text-is('{letter}')"))
    button.click(force=True)


def pressed(page: Page) -> list[str]:
    """Return which letters of a ballot are chosen."""
    chosen = page.locator(".prediction-choice[aria-pressed=true] > b")
    return chosen.all_inner_texts()
