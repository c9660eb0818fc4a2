"""Progress where Python does not see the page's files: a channel, and who listens to it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lessons_lib import progress
from lessons_lib.progress.page import NAME, Page, connect


class Air:
    """The browser's channels: what one posts, all others of the name hear when they are free."""

    def __init__(self) -> None:
        self.listeners: dict[str, list[SimpleNamespace]] = {}
        self.waiting: list[tuple[SimpleNamespace, str]] = []

    def new(self, name: str) -> SimpleNamespace:
        """Open a channel: `BroadcastChannel.new` of Pyodide."""
        others = self.listeners.setdefault(name, [])
        channel = SimpleNamespace(onmessage=lambda event: None)
        channel.postMessage = lambda text: self.waiting.extend(
            (each, text) for each in others if each is not channel
        )
        others.append(channel)
        return channel

    def settle(self) -> None:
        """Let everybody hear what was said."""
        while self.waiting:
            channel, text = self.waiting.pop(0)
            channel.onmessage(SimpleNamespace(data=text))


@pytest.fixture
def air(monkeypatch: pytest.MonkeyPatch) -> Air:
    """A browser with a site in a folder."""
    made = Air()
    place = SimpleNamespace(pathname="/course/lite/extensions/kernel/worker.js")
    js = SimpleNamespace(location=place, BroadcastChannel=made)
    ffi = SimpleNamespace(create_proxy=lambda function: function)
    monkeypatch.setitem(sys.modules, "js", js)
    monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)
    return made


def page_that_keeps(air: Air, text: str) -> list[str]:
    """The page's end: it answers with a text, and notes what it is told."""
    told: list[str] = []
    channel = air.new(f"{NAME}:/course/lite/")

    def hear(event: SimpleNamespace) -> None:
        said = json.loads(event.data)
        told.extend([said["line"]] if "line" in said else [])
        if "ask" in said:
            channel.postMessage(json.dumps({"kept": text}))

    channel.onmessage = hear
    return told


def used(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let progress be kept as it is inside a page."""
    monkeypatch.setenv(progress.VARIABLE, str(page.file))
    monkeypatch.setattr(progress, "PAGE", page)


def line(name: str) -> str:
    """A line of the file, which says that a goal was reached."""
    return json.dumps({"kind": "goal", "name": name, "value": ""})


def test_what_the_page_keeps_is_there_and_it_is_told_what_is_new(
    air: Air, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told = page_that_keeps(air, line("race"))
    used(connect(tmp_path / "progress.jsonl"), monkeypatch)
    progress.remember("goal", "descent")  # before the answer has come
    air.settle()
    progress.remember("goal", "valley")
    air.settle()
    assert progress.recall("goal") == {"race": "", "descent": "", "valley": ""}
    assert told == [line("descent"), line("valley")]


def test_what_one_notebook_tells_another_one_hears(
    air: Air, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told = page_that_keeps(air, "")
    other = connect(tmp_path / "other.jsonl")
    used(connect(tmp_path / "progress.jsonl"), monkeypatch)
    air.settle()
    progress.remember("goal", "race")
    air.settle()
    used(other, monkeypatch)
    assert progress.recall("goal") == {"race": ""}
    assert told == [line("race")]


def test_an_answer_to_somebody_else_is_not_written_again(air: Air, tmp_path: Path):
    page_that_keeps(air, line("race"))
    first = connect(tmp_path / "first.jsonl")
    air.settle()
    connect(tmp_path / "second.jsonl")
    air.settle()
    assert first.file.read_text(encoding="utf-8").count("race") == 1


def test_outside_a_browser_nobody_is_asked():
    assert progress.PAGE is None
