"""What a hostile page, and a learner with a console, do to a room in a real browser: nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import site_pages
from chromium import launched
from playwright.sync_api import Browser, BrowserContext, Page
from room_pages import KEY, Open, write_site
from room_world import served
from starlette.applications import Starlette

from course_tools.room.app import create_app
from course_tools.room.settings import RoomSettings

ROOM, HOSTILE = "room.test", "hostile.test"

ATTACK = """async (room) => {
    const tried = {};
    const vote = JSON.stringify({ question: "06/race", letter: "c" });
    const told = { "Content-Type": "text/plain" };
    for (const path of ["me", "now", "instructor/people", "instructor/now"]) {
        for (const mode of ["cors", "no-cors"]) {
            tried[`${mode} ${path}`] = await fetch(`${room}/room/api/${path}`, { mode })
                .then((answer) => answer.text(), () => "");
        }
    }
    for (const path of ["vote", "join", "sharing", "instructor/question"]) {
        for (const mode of ["cors", "no-cors"]) {
            tried[`send ${mode} ${path}`] = await fetch(`${room}/room/api/${path}`, {
                method: "POST", mode, body: vote, headers: mode === "cors" ? {} : told,
            }).then((answer) => answer.text(), () => "");
        }
    }
    for (const path of ["/room/room.js", "/room/api/me", "/notebooks/06_momentum.html"]) {
        tried[`script ${path}`] = await new Promise((done) => {
            const script = Object.assign(document.createElement("script"), { src: room + path });
            script.onload = () => done("loaded");
            script.onerror = () => done("");
            document.head.append(script);
        });
    }
    return tried;
}"""
"""All that a page can send to another one's server; what it can read of the answers."""

FORM = """([room, body]) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", enctype: "text/plain", action: `${room}/room/api/join` });
    const field = document.createElement("input");
    [field.name, field.value] = [body, '"}'];
    form.append(field);
    document.body.append(form);
    form.submit();
}"""

FRAME = """async (address) => {
    const frame = document.createElement("iframe");
    const loaded = new Promise((done) => { frame.onload = done; });
    frame.src = address;
    document.body.append(frame);
    await loaded;
}"""

CONSOLE = """async (paths) => {
    const secrets = Object.entries({ ...localStorage, ...sessionStorage }).flat();
    const found = secrets.join(" ").match(/[a-z0-9]{4}(-[a-z0-9]{4}){4}/g) ?? [];
    const answers = [];
    for (const secret of ["", ...found]) {
        for (const [method, path] of paths) {
            const told = { Authorization: `Bearer ${secret}` };
            const body = method === "POST" ? "{}" : undefined;
            const address = `/room/api/instructor/${path}`;
            const answer = await fetch(address, { method, headers: told, body });
            answers.push(answer.status);
        }
    }
    return [found.length, answers];
}"""
"""What a learner tries in the browser's console, with every secret that is to be found there."""

INSTRUCTORS = [
    ("GET", "now?peek=1"),
    ("GET", "people"),
    ("GET", "view"),
    ("GET", "notes/06"),
    ("GET", "joining"),
    ("POST", "question"),
    ("POST", "people/ada-01/secret"),
]


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser for which this machine is a room, and a hostile server, too."""
    own = launched(browser.browser_type, [ROOM, HOSTILE])
    yield own.new_context()
    own.close()


@pytest.fixture
def room(context: BrowserContext, tmp_path: Path) -> Iterator[Open]:
    """A room with one learner, who has not voted, at a question that is open."""
    app = app_in(tmp_path)
    with served(app) as port:
        yield Open(f"http://{ROOM}:{port}", app.state.room)


def app_in(folder: Path) -> Starlette:
    """Make a room with a small site."""
    write_site(folder / "site")
    return create_app(
        RoomSettings(folder=folder / "room", site=folder / "site", hosts=frozenset({ROOM}))
    )


@pytest.fixture
def hostile(context: BrowserContext, tmp_path: Path) -> Iterator[str]:
    """The address of a hostile page."""
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / "index.html").write_text("<!doctype html><p>Win!", encoding="utf-8")
    with site_pages.served(tmp_path / "hostile") as address:
        yield address.replace("127.0.0.1", HOSTILE).replace("localhost", HOSTILE)


@pytest.fixture
def page(context: BrowserContext, room: Open) -> Iterator[Page]:
    """A learner's page in the room, in which a vote is open."""
    page = context.new_page()
    room.join(page, "Ada")
    room.room.ballots.move(KEY, "first")
    yield page
    page.close()


def unchanged(room: Open) -> bool:
    """Whether nothing has come of an attack."""
    found = room.room
    return (
        found.people.count() == 1
        and found.ballots.state(KEY) == "first"
        and found.ballots.voted(KEY) == 0
        and not found.people.everybody()[0].sharing
    )


def test_a_hostile_page_reads_and_changes_nothing(page: Page, room: Open, hostile: str) -> None:
    page.goto(hostile)
    tried = page.evaluate(ATTACK, room.address)
    assert {how: what for how, what in tried.items() if what} == {}
    assert unchanged(room)


def test_a_room_without_its_guard_would_be_open(
    context: BrowserContext, tmp_path: Path, hostile: str
) -> None:
    app = app_in(tmp_path)
    app.user_middleware.clear()
    with served(app) as port:
        room = Open(f"http://{ROOM}:{port}", app.state.room)
        page = context.new_page()
        page.goto(hostile)
        assert any(page.evaluate(ATTACK, room.address).values())
        page.evaluate(FRAME, f"{room.address}/room/")
        assert framed(page) == f"{room.address}/room/"
        page.evaluate(FORM, [room.address, form_to_join(room)])
        page.wait_for_url("**/room/api/join")
        page.close()
        assert app.state.room.people.count() == 1


def form_to_join(room: Open) -> str:
    """Return a field's name that makes JSON of a form, which puts "=" behind it, and its value."""
    joined = json.dumps({"name": "Eve", "word": room.room.people.word, "x": ""})
    return joined.removesuffix('"}')


def test_a_form_of_a_hostile_page_sends_nothing(page: Page, room: Open, hostile: str) -> None:
    page.goto(hostile)
    with page.expect_response("**/room/api/join") as answer:
        page.evaluate(FORM, [room.address, form_to_join(room)])
    assert answer.value.status == 403
    assert unchanged(room)


@pytest.mark.parametrize("path", ["/", "/room/", "/room/instructor.html", "/room/wall.html"])
def test_a_hostile_page_shows_no_page_of_the_room(
    page: Page, room: Open, hostile: str, path: str
) -> None:
    page.goto(hostile)
    page.evaluate(FRAME, room.address + path)
    assert framed(page) == "chrome-error://chromewebdata/"


def framed(page: Page) -> str:
    """Return the address of what a page shows in its frame, as soon as Playwright knows it."""
    (frame,) = page.main_frame.child_frames
    for _ in range(1000):
        if frame.url not in ("", "about:blank"):
            break
        page.wait_for_timeout(50)
    return frame.url


def test_another_name_for_the_room_is_none(page: Page, room: Open) -> None:
    answer = page.goto(room.address.replace(ROOM, HOSTILE))
    assert answer is not None
    assert answer.status == 403
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_learner_with_a_console_is_no_instructor(page: Page, room: Open) -> None:
    page.goto(f"{room.address}/room/instructor.html")
    found, answers = page.evaluate(CONSOLE, INSTRUCTORS)
    assert found >= 1
    assert set(answers) == {401}
    assert unchanged(room)
