"""In `make lab` with the address of a room, an exercise is handed in with a button, too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lab_server import Lab, running_lab
from lesson_page import PANEL, TO_LOAD, Lesson, open_lesson
from playwright.sync_api import Browser, Locator, expect
from room_service import Service, running_room

from course_tools.room.settings import RoomSettings

SLUG = "01_line_and_loss"
EXERCISE = f"exercises/{SLUG}/exercise_{SLUG}.ipynb"
LESSON = f"notebooks/{SLUG}.ipynb"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A room, whose site is not needed."""
    folder = tmp_path_factory.mktemp("served")
    with running_room(RoomSettings(folder=folder / "room", site=folder / "site")) as served:
        yield served


@pytest.fixture(scope="module")
def lab(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """What `make lab ROOM=…` opens."""
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder, f"--room={service.address}", verb="main") as server:
        yield server


def button(lesson: Lesson) -> Locator:
    """The button of the notebook in front."""
    return lesson.page.locator(f"{PANEL} .jp-Toolbar").get_by_role("button", name="Hand")


def test_an_exercise_is_handed_in_from_ones_own_machine(
    browser: Browser, lab: Lab, service: Service, screenshots: Path
) -> None:
    exercise = open_lesson(browser, lab, lab.folder / EXERCISE)
    page = exercise.page
    expect(button(exercise)).to_have_accessible_name("Hand in", timeout=TO_LOAD)
    student, headers = service.joined("Ada")  # on the room's page, which gives the secret
    button(exercise).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{service.address}/room/")
    page.screenshot(path=screenshots / "lab-room-secret.png")
    dialog.get_by_role("textbox").fill("nobody-knows-this")
    dialog.get_by_role("button", name="Come in").click()
    expect(page.locator(".Toastify__toast", has_text="secret")).to_be_visible()
    page.locator(".room-bar").click()  # the other way to come in
    dialog.get_by_role("textbox").fill(headers["Authorization"].removeprefix("Bearer "))
    dialog.get_by_role("button", name="Come in").click()
    expect(page.locator(".room-bar")).to_contain_text("Ada")
    exercise.run_all()
    button(exercise).click()
    expect(button(exercise)).to_have_accessible_name(re.compile("Handed in"))
    (receipt,) = service.room.handing_in.receipts(student)
    expect(page.locator(".Toastify__toast", has_text=receipt.receipt)).to_be_visible()
    page.screenshot(path=screenshots / "lab-room.png")
    kept = service.room.settings.folder / "submitted" / student / SLUG / f"exercise_{SLUG}.ipynb"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == receipt.sha256
    assert exercise.witness.strangers(lab.url) == []
    page.context.close()


def test_a_lesson_has_no_such_button(browser: Browser, lab: Lab) -> None:
    lesson = open_lesson(browser, lab, lab.folder / LESSON)
    expect(lesson.page.locator(".room-bar")).to_be_visible(timeout=TO_LOAD)
    expect(button(lesson)).to_have_count(0)
    lesson.page.context.close()


def asked(lab: Lab, path: str, **headers: str) -> httpx.Response:
    """Ask the learner's own Jupyter something for the room."""
    return httpx.post(
        f"{lab.url}room/{path}", headers=headers, json={}, timeout=60, trust_env=False
    )


def test_only_what_learners_ask_goes_to_the_room_and_only_from_ones_own_page(lab: Lab) -> None:
    own = lab.url.rstrip("/")
    assert asked(lab, "api/vote", Origin=own).status_code == 401  # the room's own answer
    assert asked(lab, "api/vote", Origin="http://evil.test").status_code == 404
    assert asked(lab, "api/vote", Host="evil.test").status_code == 403
    for path in ("api/instructor/enter", "api/instructor/now", "api/hand-in/..%2fme"):
        assert asked(lab, path, Origin=own).status_code in (403, 404)
    for path in ("../site.toml", "%2e%2e/site.toml", "join.js", "api/instructor/now"):
        assert httpx.get(f"{lab.url}room/{path}", timeout=60, trust_env=False).status_code in (
            403,
            404,
        )
