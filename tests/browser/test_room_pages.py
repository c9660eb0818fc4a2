"""The room's pages in Chromium: coming in, votes, consent, the wall, and the instructor's page."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect
from room_pages import KEY, Open, choice, open_room, pressed, write_site
from site_pages import Visit, served

from course_tools.room.pages import asked_texts
from lessons_lib.predictions import questions

Visits = Callable[[], Visit]

WIDE: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 360, "height": 740}
AT_NIGHT = "NIGHTLY" in os.environ

READABLE = 30
"""Pixels of a letter: on a wall of 2 m an x is 9 minutes of arc high from 10 m, and eyes need 5."""

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
LETTERS = """() => {
    const shown = [...document.querySelectorAll('#content p, #content dt, #content dd')];
    const sizes = shown.filter(each => each.checkVisibility() && each.textContent.trim())
        .map(each => parseFloat(getComputedStyle(each).fontSize));
    return Math.min(...sizes);
}"""
HANGS_OUT = """() => {
    const content = document.getElementById('content');
    const page = document.documentElement;
    return content.scrollHeight > content.clientHeight + 1 || page.scrollHeight > page.clientHeight
        || page.scrollWidth > page.clientWidth;
}"""


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small site. No browser, no site."""
    folder = tmp_path_factory.mktemp("site")
    write_site(folder)
    return folder


@pytest.fixture
def room(site: Path, tmp_path: Path) -> Iterator[Open]:
    """A room that serves it."""
    with open_room(site, tmp_path) as found:
        yield found


@pytest.fixture
def visits(browser: Browser) -> Iterator[Callable[[], Visit]]:
    """Opens browsers, each of somebody else; in the end none has complained of anything."""
    opened: list[Visit] = []

    def visit() -> Visit:
        opened.append(Visit(browser, viewport=WIDE))
        return opened[-1]

    yield visit
    for each in opened:
        assert each.complaints == []
        assert each.foreign == []
        each.context.close()


# --- Coming in ------------------------------------------------------------------------------------


def test_whoever_joins_reads_the_secret_once_and_comes_back_with_it(
    room: Open, visits: Visits
) -> None:
    page, elsewhere = visits().page, visits().page
    secret = room.join(page, "Ada Lovelace")
    page.reload()
    expect(page.get_by_role("heading", name="Hello, Ada Lovelace")).to_be_visible()
    assert secret not in page.content()
    assert room.room.people.word not in page.url
    elsewhere.goto(f"{room.address}/room/")
    elsewhere.get_by_label("Your secret").fill(f"  {secret.upper()} ")
    elsewhere.get_by_role("button", name="Come back").click()
    expect(elsewhere.get_by_role("heading", name="Hello, Ada Lovelace")).to_be_visible()
    elsewhere.get_by_role("button", name="Leave the room in this browser").click()
    expect(elsewhere.get_by_role("heading", name="Come into the room")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Come into the room")).to_be_visible()
    assert elsewhere.evaluate("localStorage.length") == 0
    assert [each.name for each in room.room.people.everybody()] == ["Ada Lovelace"]


@pytest.mark.parametrize("word", ["nonsense"])
def test_a_wrong_word_is_told_and_lets_nobody_in(room: Open, visits: Visits, word: str) -> None:
    visit = visits()
    page = visit.page
    page.goto(f"{room.address}/room/#{word}")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert").first).to_contain_text("not the word of this room")
    assert room.room.people.count() == 0
    assert visit.complaints.pop().startswith("Failed to load resource")  # the answer was 403


# --- Votes ----------------------------------------------------------------------------------------


def results_heard(page: Page) -> list[object]:
    """Collect what the server says to a page of results before they are shown."""
    found: list[object] = []

    def hear(response: Response) -> None:
        if "instructor/now" in response.url and response.ok:
            question = json.loads(response.body())["question"]
            if question is not None and question["state"] != "shown":
                found.append(question["result"])

    page.on("response", hear)
    return found


def test_a_vote_in_two_rounds(room: Open, visits: Visits) -> None:
    ada, alan = visits().page, visits().page
    for page, name in [(ada, "Ada"), (alan, "Alan")]:
        room.join(page, name)
    instructor = visits().page
    wall = room.enter(instructor)
    heard = results_heard(wall)
    expect(wall.locator("#join-word")).to_have_text(room.room.people.word)
    instructor.get_by_label("Question", exact=True).select_option(KEY)
    instructor.get_by_role("button", name="Open the first vote").click()

    expect(wall.locator("#choices dt")).to_have_text(["a", "b", "c"])
    choice(ada, "a")
    choice(ada, "b")  # which is what counts
    choice(alan, "b")
    expect(wall.locator("#count")).to_have_text("Voted: 2 of 2 here")
    expect(ada.locator(".prediction-said")).to_contain_text("You chose b. Until the vote is closed")
    assert pressed(ada) == ["b"]

    instructor.get_by_role("button", name="Close it: they talk").click()
    expect(wall.locator("#phase")).to_contain_text("convince your neighbour")
    expect(ada.locator(".prediction-said")).to_contain_text(
        "The first vote is closed. You chose b."
    )
    choice(ada, "a")  # which no longer counts
    instructor.get_by_role("button", name="Open the second vote").click()
    expect(ada.locator(".prediction-said")).to_contain_text("choose again. At first you chose b.")
    assert pressed(ada) == []
    choice(ada, "c")
    expect(wall.locator("#count")).to_have_text("Voted: 1 of 2 here")
    expect(alan.locator(".prediction-said")).to_contain_text("The second vote is open")
    choice(alan, "b")
    expect(wall.locator("#count")).to_have_text("Voted: 2 of 2 here")

    instructor.get_by_role("button", name="Close the vote").click()
    expect(ada.locator(".prediction-said")).to_contain_text("You chose b, and then c.")
    ada.reload()
    expect(ada.locator(".prediction-said")).to_contain_text("You chose b, and then c.")
    assert ada.locator(".prediction-choice[aria-disabled=true]").count() == 3
    expect(wall.locator("#phase")).to_have_text("The vote is closed")
    assert wall.locator("#votes").is_hidden()
    assert heard
    assert set(heard) == {None}

    instructor.get_by_role("button", name="Show the result").click()
    expect(wall.locator("#bars .number")).to_have_text(["0", "0", "2", "1", "0", "1"])
    expect(wall.locator("#moved")).to_have_text("Changed their mind: b → c: 1")
    instructor.get_by_role("button", name="Wall: what one believes").click()
    expect(wall.locator("#believed dd").first).to_contain_text("You pictured a ball")
    expect(ada.locator(".prediction-said")).to_contain_text("Second vote: a 0, b 1, c 1.")
    ada.get_by_text("If you chose c").click()
    expect(ada.locator(".prediction-answer")).to_contain_text("Did you smell a trap")
    instructor.get_by_role("button", name="Put it away").click()
    expect(ada.locator("#no-vote")).to_be_visible()
    expect(wall.locator("#joining")).to_be_visible()


def test_the_instructor_may_look_at_the_votes_alone(room: Open, visits: Visits) -> None:
    ada, instructor = visits().page, visits().page
    room.join(ada, "Ada")
    wall = room.enter(instructor)
    heard = results_heard(wall)
    room.lead("first")
    choice(ada, "a")
    instructor.get_by_label("Show me the votes, here alone").check()
    expect(instructor.locator("#result tbody tr").first).to_contain_text("a10")
    expect(wall.locator("#count")).to_contain_text("Voted: 1")
    assert set(heard) == {None}
    assert wall.locator("#votes").is_hidden()


def test_a_click_is_not_lost_while_others_vote(room: Open, visits: Visits) -> None:
    ada, instructor = visits().page, visits().page
    room.join(ada, "Ada")
    room.enter(instructor)
    room.lead("first")
    button = instructor.get_by_role("button", name="Close it: they talk")
    expect(button).to_be_enabled()
    box = button.bounding_box()
    assert box is not None
    instructor.mouse.move(box["x"] + 5, box["y"] + 5)
    instructor.mouse.down()
    choice(ada, "a")
    expect(instructor.locator("#state")).to_contain_text("1 has voted.")
    instructor.mouse.up()
    expect(instructor.locator("#state")).to_contain_text("They talk.")


def test_a_vote_is_led_from_a_slide(room: Open, visits: Visits) -> None:
    ada, instructor = visits().page, visits().page
    room.join(ada, "Ada")
    room.enter(instructor)
    instructor.get_by_label("Question", exact=True).select_option(KEY)
    with instructor.expect_popup() as opened:
        instructor.get_by_role("button", name="Open the slides of this lesson").click()
    deck = opened.value
    deck.get_by_role("button", name="Open the first vote").click()
    expect(ada.locator(".prediction-said")).to_contain_text("The vote is open")
    choice(ada, "a")
    expect(deck.locator(".room-lead")).to_contain_text("First vote: 1 of 1 here")
    assert deck.locator(".room-count").count() == 0
    deck.get_by_role("button", name="Close it: they talk").click()
    deck.get_by_role("button", name="Open the second vote").click()
    expect(ada.locator(".prediction-said")).to_contain_text("The second vote is open")
    choice(ada, "c")
    expect(deck.locator(".room-lead")).to_contain_text("Second vote: 1 of 1 here")
    assert deck.locator(".room-count").count() == 0
    deck.get_by_role("button", name="Close the vote").click()
    deck.get_by_role("button", name="Show the result").click()
    expect(deck.locator(".room-count")).to_have_text(["1 → 0", "0 → 0", "0 → 1"])
    deck.get_by_role("button", name="Put it away").click()
    expect(ada.locator("#no-vote")).to_be_visible()
    ada.goto(f"{room.address}/slides/06_momentum.html")
    expect(ada.locator("[data-ballot]")).to_be_visible()
    assert ada.locator(".room-lead").count() == 0


# --- A lesson's page ------------------------------------------------------------------------------


def test_a_lesson_votes_and_waits_with_its_answer(room: Open, visits: Visits) -> None:
    page = visits().page
    room.join(page, "Ada")
    page.goto(f"{room.address}/notebooks/06_momentum.html")
    bar = page.locator(".room-bar")
    expect(bar).to_have_text("In the room: Ada")
    expect(page.locator("#reveal")).to_be_visible()
    choice(page, "a")  # for oneself, which is no vote
    expect(page.locator(".prediction-said")).to_have_text("You chose a. Read on, and see.")
    room.lead("first")
    expect(bar).to_have_text("The vote is open: choose")
    expect(page.locator("#reveal")).to_be_hidden()
    expect(page.locator("#further")).to_be_hidden()
    assert pressed(page) == []
    bar.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".prediction-said")).to_contain_text("You chose b.")
    expect(bar).to_have_text("The vote is open. You chose b.")
    room.lead("closed", "shown")
    expect(page.locator("#reveal")).to_be_visible()
    room.lead("none")
    expect(page.locator(".prediction-said")).to_have_text("You chose b. Read on, and see.")
    assert room.room.ballots.result(KEY)["first"] == {"a": 0, "b": 1, "c": 0}


def test_a_vote_that_does_not_arrive_is_told(room: Open, visits: Visits) -> None:
    visit = visits()
    page = visit.page
    room.join(page, "Ada")
    room.lead("first")
    expect(page.locator(".prediction-said")).to_contain_text("The vote is open")
    page.route("**/api/vote", lambda route: route.abort())
    choice(page, "a")
    expect(page.locator(".prediction-said")).to_contain_text("The room does not answer.")
    assert pressed(page) == []
    page.unroute("**/api/vote")
    choice(page, "a")
    expect(page.locator(".prediction-said")).to_contain_text("You chose a. Until")
    assert any("ERR_FAILED" in each for each in visit.complaints)
    visit.complaints.clear()


def test_without_a_room_nothing_is_asked_and_nothing_changes(site: Path, visits: Visits) -> None:
    page = visits().page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with served(site) as address:
        page.goto(f"{address}notebooks/06_momentum.html")
        choice(page, "a")
        expect(page.locator(".prediction-said")).to_have_text("You chose a. Read on, and see.")
        assert page.locator(".room-bar, [data-ballot], [data-voting]").count() == 0
    assert [each for each in asked if "/room" in each] == []


def test_whoever_has_not_joined_is_asked_for_nothing(room: Open, visits: Visits) -> None:
    page = visits().page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    room.lead("first")
    page.goto(f"{room.address}/notebooks/06_momentum.html")
    expect(page.locator(".room-bar")).to_have_text("Join the room")
    choice(page, "a")
    expect(page.locator(".prediction-said")).to_have_text("You chose a. Read on, and see.")
    assert [each for each in asked if "/api/" in each] == []


# --- Consent --------------------------------------------------------------------------------------


def test_progress_is_counted_with_consent_alone(room: Open, visits: Visits) -> None:
    page, instructor = visits().page, visits().page
    room.join(page, "Grace Hopper")
    room.enter(instructor)
    lesson = f"{room.address}/notebooks/06_momentum.html"
    page.goto(lesson)
    expect(page.locator(".room-bar")).to_have_text("In the room: Grace Hopper")
    page.goto(f"{room.address}/room/")
    tick = page.get_by_label("Yes, count me")
    expect(page.get_by_role("heading", name="Hello, Grace Hopper")).to_be_visible()
    expect(tick).not_to_be_checked()
    assert room.room.progress.view()["lessons"] == []
    tick.check()
    expect(page.locator("#sharing-said")).to_have_text("You are counted from now on.")
    page.goto(lesson)
    expect(instructor.locator("#lessons tbody tr")).to_have_text(["6 · Momentum1"])
    assert "Grace" not in instructor.inner_text("main")
    page.goto(f"{room.address}/room/")
    expect(tick).to_be_checked()
    tick.uncheck()
    expect(page.locator("#sharing-said")).to_contain_text("is deleted")
    expect(instructor.locator("#lessons")).to_be_hidden()


def test_a_lost_secret_is_replaced(room: Open, visits: Visits) -> None:
    visit = visits()
    page, instructor = visit.page, visits().page
    room.join(page, "Ada O'Brien")
    room.enter(instructor)
    instructor.get_by_role("button", name="Show the names").click()
    instructor.get_by_role("button", name="New secret for Ada O'Brien").click()
    secret = instructor.locator("#renewed .secret").inner_text()
    page.reload()  # whose secret is no longer good
    expect(page.get_by_role("heading", name="Come into the room")).to_be_visible()
    page.get_by_label("Your secret").fill(secret)
    page.get_by_role("button", name="Come back").click()
    expect(page.get_by_role("heading", name="Hello, Ada O'Brien")).to_be_visible()
    assert {each[:23] for each in visit.complaints} <= {"Failed to load resource"}  # a 401
    visit.complaints.clear()


# --- What it looks like ---------------------------------------------------------------------------


def check_look(page: Page, axe: Axe) -> Iterator[str]:
    """Say what shuts people out, wide and narrow; and in the dark, what cannot be read."""
    every: dict[str, object] = {"resultTypes": ["violations"]}
    colours = {**every, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        if page.evaluate(TOO_WIDE):
            yield f"{page.url}: wider than {size['width']} pixels"
    for scheme, options in (("dark", colours), ("light", every)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for each in axe.run(page, options=options).response["violations"]:
            if each["impact"] in ("serious", "critical"):
                yield f"{page.url}, {scheme}: {each['id']}: {each['nodes'][0]['html'][:200]}"


def test_the_pages_shut_nobody_out(room: Open, visits: Visits, screenshots: Path) -> None:
    axe = Axe()
    ada, instructor = visits().page, visits().page
    ada.goto(f"{room.address}/room/")
    instructor.goto(f"{room.address}/room/instructor.html")
    found = [*check_look(ada, axe), *check_look(instructor, axe)]
    room.join(ada, "Ada")
    wall = room.enter(instructor)
    expect(wall.locator("#joining")).to_be_visible()
    found += check_look(wall, axe)
    room.lead("first")
    choice(ada, "a")
    expect(wall.locator("#count")).to_contain_text("Voted: 1")
    found += [said for page in (ada, wall) for said in check_look(page, axe)]
    room.lead("closed", "shown")
    expect(wall.locator("#bars")).to_be_visible()
    expect(instructor.locator("#result")).to_be_visible()
    expect(instructor.locator("#notes-question")).to_contain_text("Do not smile")
    found += [said for page in (instructor, wall) for said in check_look(page, axe)]
    for name, page in {"learner": ada, "instructor": instructor, "wall": wall}.items():
        page.screenshot(path=screenshots / f"room-{name}.png", full_page=True)
    assert found == []


def test_a_page_that_shuts_people_out_is_refused(room: Open, visits: Visits) -> None:
    page = visits().page
    page.goto(f"{room.address}/room/")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('main').style.minWidth = '2000px'")
    page.evaluate("document.querySelector('h1').style.color = '#bbbbbb'")
    said = "\n".join(check_look(page, Axe()))
    for each in ("wider than 360", "wider than 1280", "light: label", "light: color-contrast"):
        assert each in said


def check_wall(wall: Page, key: str) -> Iterator[str]:
    """Say what of a wall cannot be read from ten metres."""
    if wall.evaluate(HANGS_OUT):
        yield f"{key}: something hangs out"
    size = wall.evaluate(LETTERS)
    if size < READABLE:
        yield f"{key}: letters of {size} pixels"


def longest() -> list[str]:
    """Return the keys of those questions that fill a wall most; at night, of all."""
    every = {each.ballot: each for each in questions()}
    if AT_NIGHT:
        return list(every)
    asked = asked_texts()
    most = [
        sorted(every, key=length)[-2:]
        for length in (
            lambda key: len(asked[key]) + len("".join(every[key].choices.values())),
            lambda key: len("".join(every[key].choices.values())),
            lambda key: len("".join(every[key].beliefs.values())),
        )
    ]
    return sorted({key for keys in most for key in keys})


def test_every_question_can_be_read_from_ten_metres(room: Open, visits: Visits) -> None:
    wall = room.enter(visits().page)
    wall.set_viewport_size(WIDE)
    expect(wall.locator("#joining")).to_be_visible()
    found = list(check_wall(wall, "joining"))
    for key in longest():
        room.lead("first", key=key)
        expect(wall.locator("#asking")).to_be_visible()
        found += check_wall(wall, f"{key} asked")
        room.lead("closed", "shown", key=key)
        expect(wall.locator("#votes")).to_be_visible()
        found += check_wall(wall, f"{key} chosen")
        wall.locator("#turn").click()
        found += check_wall(wall, f"{key} believed")
        room.lead("none", key=key)
        expect(wall.locator("#joining")).to_be_visible()
    assert found == []


def test_a_wall_that_cannot_be_read_is_refused(room: Open, visits: Visits) -> None:
    wall = room.enter(visits().page)
    expect(wall.locator("#joining")).to_be_visible()
    wall.evaluate("document.getElementById('inside').style.setProperty('--fit', 1.1)")
    assert [said[:20] for said in check_wall(wall, "small")] == ["small: letters of 14"]
    wall.evaluate("document.getElementById('inside').style.setProperty('--fit', 9)")
    assert list(check_wall(wall, "large")) == ["large: something hangs out"]
