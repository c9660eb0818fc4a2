"""The rehearsal of `make check-room`: two learners read and vote; what is broken stops them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from chromium import apart

from course_tools import chromium
from course_tools.room.ballots import Ballots
from course_tools.room.checking import learner, rehearsal
from course_tools.room.settings import RoomSettings
from course_tools.site.build import build_if_needed

WITHOUT_JUPYTER = ("come in", "open a lesson", "vote twice")
SOON = 3_000
"""Milliseconds to wait for what never comes."""


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The site."""
    if chromium.find_chromium() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.MISSING)
    build_if_needed()


def test_two_learners_read_and_vote():
    found = apart(lambda: rehearsal.rehearsal(WITHOUT_JUPYTER))
    assert found.says == "Two learners could come in, open a lesson, vote twice."
    assert found.is_ready


# --- What is refused ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pictures that nobody keeps."""
    monkeypatch.setattr(rehearsal, "PICTURE", tmp_path / "rehearsal.png")


def test_a_room_without_its_script_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(learner, "TO_LOAD", SOON)
    shutil.copytree(RoomSettings().pages, tmp_path / "pages")
    (tmp_path / "pages" / "room.js").unlink()
    settings = RoomSettings(pages=tmp_path / "pages")
    found = apart(lambda: rehearsal.rehearsal(WITHOUT_JUPYTER, settings))
    assert found.says.startswith("Two learners could not come in: ")
    assert "rehearsal-1.png" in found.mend
    assert (tmp_path / "rehearsal-1.png").exists()


def test_votes_that_are_lost_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    whole = Ballots.result

    def half(self: Ballots, key: str) -> dict[str, object]:
        return whole(self, key) | {"second": {}}

    monkeypatch.setattr(Ballots, "result", half)
    found = apart(lambda: rehearsal.rehearsal(WITHOUT_JUPYTER))
    assert "could not vote twice: votes, each counted once: there should be" in found.says
    assert (tmp_path / "rehearsal-2.png").exists()


def test_without_chromium_nobody_can_rehearse(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chromium, "find_chromium", lambda: None)
    found = apart(rehearsal.rehearsal)
    assert found.says == "Nobody could rehearse."
    assert "sudo apt install chromium" in found.mend
