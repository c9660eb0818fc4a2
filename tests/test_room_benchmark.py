"""What benchmarks/room compares: votes chosen and counted, files a browser asked for, a server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def parts() -> Iterator[dict[str, ModuleType]]:
    before = set(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    names = ("classroom.crowd", "classroom.servers", "room")
    yield {name: import_module(name) for name in names}
    sys.path.remove(str(BENCHMARKS))
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("classroom", "room", "marking", "measure", "tables"):
            del sys.modules[name]


@pytest.fixture
def crowd(parts: dict[str, Any]) -> Any:
    return parts["classroom.crowd"]


SAID = {
    "first": {"a": 1, "b": 1, "c": 1},
    "second": {"a": 1, "b": 2, "c": 0},
    "moved": [{"from": "c", "to": "b", "count": 1}],
}
CHOSEN = [
    {"first": "a", "second": "a"},
    {"first": "b", "second": "b"},
    {"first": "c", "second": "b"},
]


def test_votes_are_compared_in_one_form(crowd: Any) -> None:
    assert crowd.counted(SAID) == crowd.expected(CHOSEN)
    stayed = [*SAID["moved"], {"from": "a", "to": "a", "count": 1}]
    assert crowd.counted(SAID | {"moved": stayed}) == crowd.expected(CHOSEN)


@pytest.mark.parametrize(
    "other",
    [
        {"first": {"a": 1, "b": 1, "c": 2}},  # somebody twice
        {"second": {"a": 1, "b": 1, "c": 0}},  # somebody's is lost
        {"moved": [{"from": "b", "to": "c", "count": 1}]},
    ],
)
def test_a_vote_that_is_lost_or_counted_twice_is_seen(crowd: Any, other: dict[str, Any]) -> None:
    assert crowd.counted(SAID | other) != crowd.expected(CHOSEN)


def test_people_choose_all_letters_and_some_change_theirs(crowd: Any) -> None:
    letters = crowd.choices(30)
    assert {each[-1] for each, _ in letters} == set("abc")
    assert sum(len(each) > 1 for each, _ in letters) == 10
    assert sum(first[-1] != second[-1] for first, second in letters) >= 5


def test_files_are_those_that_a_browser_asked_for(parts: dict[str, Any]) -> None:
    asked = [
        "http://room.test:80/lite/a.js",
        "http://room.test:80/lite/a.js?v=1",
        "data:image/png;base64,",
        "http://room.test:80/room/api/now",
        "blob:http://room.test/1",
    ]
    assert parts["room"].files_in(asked) == ["/lite/a.js"]


def test_what_all_load_is_counted_and_a_missing_file_fails(
    parts: dict[str, Any], tmp_path: Path, crowd: Any
) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * 1000)
    with parts["classroom.servers"].plain(tmp_path) as served:
        assert served.watched.seconds > 0
        seconds, taken = parts["room"].loaded(served, ["/a.txt", "/a.txt"])
        assert seconds >= 0
        assert taken == 2 * 1000 * parts["room"].PEOPLE
        (one,) = crowd.crowd(served.address, 1)
        with pytest.raises(Exception, match="404"):
            asyncio.run(one.load(["/gone.txt"]))
    assert not served.watched.process.is_running()


def test_marks_of_others_than_have_handed_in_are_refused(
    parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = parts["room"].subprocess.CompletedProcess([], 0, "", "")
    monkeypatch.setattr(parts["room"].subprocess, "run", lambda *_, **__: done)
    marks = tmp_path / "marks.csv"
    marks.write_text("student,points,highest\nada-01,7,7\nben-02,3,7\n", encoding="utf-8-sig")
    parts["room"].mark(tmp_path, tmp_path, {"ada-01": True, "ben-02": False})
    for handed_in, said in (
        ({"ada-01": True}, "ben-02"),
        ({"ada-01": True, "ben-02": True}, "ben-02 has the reference"),
    ):
        with pytest.raises(AssertionError, match=said):
            parts["room"].mark(tmp_path, tmp_path, handed_in)
