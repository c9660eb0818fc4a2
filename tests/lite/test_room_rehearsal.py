"""The rehearsal of `make check-room` in the browser's Jupyter: handed in, and marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import apart

from course_tools.room.checking import rehearsal, tools
from course_tools.room.settings import RoomSettings

pytestmark = [pytest.mark.kernel, pytest.mark.sandbox]

IN_JUPYTER = ("come in", "do an exercise", "hand it in", "be marked")


def test_two_learners_do_an_exercise_and_are_marked(site: Path):
    found = apart(lambda: rehearsal.rehearsal(IN_JUPYTER, RoomSettings(site=site)))
    assert found.says == f"Two learners could {', '.join(IN_JUPYTER)}."
    assert found.is_ready


def test_work_that_is_not_marked_is_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(rehearsal, "PICTURE", tmp_path / "rehearsal.png")
    monkeypatch.setattr(tools, "run", lambda *_: (1, "The sandbox does not start."))
    found = apart(lambda: rehearsal.rehearsal(("come in", "be marked"), RoomSettings(site=site)))
    assert found.says == "Two learners could not be marked: The sandbox does not start."
