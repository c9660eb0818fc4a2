"""Where the site is served by a room, an exercise is handed in with a button."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lite_page import PANEL, ROOM, TO_LOAD, Lite, open_window
from playwright.sync_api import Browser, Locator, expect
from room_service import Service, running_room

from course_tools.room.settings import RoomSettings

pytestmark = pytest.mark.kernel  # JupyterLite's own program makes the page

SLUG = "06_momentum"
EXERCISE = f"exercises/{SLUG}/exercise_{SLUG}.ipynb"

LACKING = """def momentum_step(theta, velocity, gradient, learning_rate, beta):
    velocity = beta * velocity + gradient
    return theta - learning_rate * velocity, velocity
"""
RIGHT = LACKING.replace("+ gradient", "+ (1 - beta) * gradient")


@pytest.fixture
def service(site: Path, tmp_path: Path) -> Iterator[Service]:
    """A room that serves the site."""
    settings = RoomSettings(folder=tmp_path / "room", site=site, hosts=frozenset({ROOM}))
    with running_room(settings) as served:
        yield served


@pytest.fixture
def lite(browser: Browser, service: Service) -> Iterator[Lite]:
    """The browser's Jupyter of somebody who has never been in the room."""
    port = service.client.base_url.port
    with open_window(browser, f"http://{ROOM}:{port}/lite/") as window:
        yield window


def join(lite: Lite, service: Service, name: str) -> str:
    """Press the button, join on the page that opens, agree to be counted; return who that is."""
    with lite.page.expect_popup() as opened:
        button(lite).click()
    page = opened.value
    page.wait_for_load_state()
    assert page.url == lite.url.replace("/lite/", "/room/")
    page.evaluate("given => courseRoom.join(...given)", [name, service.room.people.word])
    page.close()
    lite.page.wait_for_function("courseRoom.me !== null", polling=250)
    lite.page.evaluate("courseRoom.share(true)")
    student: str = lite.page.evaluate("courseRoom.me.student")
    return student


def button(lite: Lite) -> Locator:
    """The button of the notebook in front."""
    return lite.page.locator(f"{PANEL} .jp-Toolbar").get_by_role("button", name="Hand")


def try_out(lite: Lite, code: str) -> None:
    """Write a function, and check it."""
    task, check = lite.cell("def momentum_step"), lite.cell("check(momentum_step)")
    lite.write(task, code)
    lite.run(task)
    lite.run(check)
    expect(check.locator(".jp-OutputArea-output")).to_contain_text("✓" if code is RIGHT else "✗")


def counted(service: Service) -> tuple[list[dict[str, Any]], list[str]]:
    """What the room has counted of tasks, and the mistakes that it keeps."""
    mistakes = service.room.store.rows("SELECT mistake FROM mistakes")
    return service.room.progress.view()["tasks"], [row["mistake"] for row in mistakes]


def test_an_exercise_is_handed_in_and_its_checks_are_counted(
    lite: Lite, service: Service, tmp_path: Path, screenshots: Path
) -> None:
    lite.open(EXERCISE)
    expect(button(lite)).to_have_accessible_name("Hand in", timeout=TO_LOAD)
    student = join(lite, service, "Ada")
    lite.run(lite.cell("import"))
    for code in (LACKING, RIGHT):
        try_out(lite, code)
    button(lite).click()
    expect(button(lite)).to_have_accessible_name(re.compile("Handed in"))
    (receipt,) = service.room.handing_in.receipts(student)
    expect(lite.page.locator(".Toastify__toast", has_text=receipt.receipt)).to_be_visible()
    lite.picture(screenshots / "lite-room.png")
    submitted = tmp_path / "room" / "submitted" / student / SLUG / f"exercise_{SLUG}.ipynb"
    assert hashlib.sha256(submitted.read_bytes()).hexdigest() == receipt.sha256
    cells = json.loads(submitted.read_bytes())["cells"]
    assert RIGHT in ["".join(cell["source"]) for cell in cells]
    tasks, mistakes = counted(service)
    assert tasks == [{"assignment": SLUG, "task": "momentum_step", "tried": 1, "right": 1}]
    assert len(mistakes) == 1
    assert service.room.progress.view()["lessons"] == [{"lesson": "06", "people": 1}]
    assert lite.strangers == []
