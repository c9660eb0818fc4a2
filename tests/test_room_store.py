"""The room's file takes all that belongs together or nothing, also from many at once."""

from __future__ import annotations

import http.client
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from room_world import KEY, World, served

from course_tools.room.settings import FolderError
from course_tools.room.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "room" / "room.sqlite")
    yield store
    store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def test_what_was_said_yes_to_is_on_the_disk(store: Store) -> None:
    assert store.value("PRAGMA journal_mode") == "wal"
    assert store.value("PRAGMA synchronous") == 2
    assert store.value("PRAGMA secure_delete") == 1


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"x" * 4096]
)
def test_a_file_that_is_none_of_a_rooms_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "room.sqlite").write_bytes(content)
    with pytest.raises(
        FolderError, match=r"room\.sqlite cannot be read .* Move it to another place"
    ):
        Store(tmp_path / "room.sqlite")
    assert (tmp_path / "room.sqlite").read_bytes() == content


def test_what_is_kept_is_made_once(store: Store) -> None:
    assert store.kept("word", lambda: "first") == "first"
    assert store.kept("word", lambda: "second") == "first"


def test_a_change_that_fails_is_none(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError), store.changing() as file:
        file.execute("INSERT INTO kept VALUES ('a', 'b')").execute("no SQL")
    assert store.rows("SELECT * FROM kept") == []


def test_a_change_that_fails_at_its_end_stops_no_later_one(store: Store) -> None:
    store.rows("PRAGMA foreign_keys = ON")
    store.rows("CREATE TABLE one (name TEXT PRIMARY KEY)")
    store.rows("CREATE TABLE two (name REFERENCES one (name) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(sqlite3.IntegrityError), store.changing() as file:
        file.execute("INSERT INTO two VALUES ('nobody')")
    with store.changing() as file:
        file.execute("INSERT INTO one VALUES ('somebody')")
    assert store.value("SELECT COUNT(*) FROM two") == 0


def test_a_full_disk_is_said_and_is_no_end(world: World) -> None:
    ada = world.join()
    world.turn("first")
    pages = world.room.store.value("PRAGMA page_count")
    world.room.store.rows(f"PRAGMA max_page_count = {pages}")
    statuses = [
        world.post("join", {"name": "A" * 40, "word": world.room.people.word}).status_code
        for _ in range(99)
    ]
    refused = statuses.index(503)
    assert set(statuses[refused:]) == {503}
    answer = world.post("join", {"name": "Bo", "word": world.room.people.word})
    if answer.status_code == 503:
        assert "Tell the instructor" in answer.json()["error"]
    assert world.room.people.count() == 1 + statuses.count(200) + (answer.status_code == 200)
    assert world.question(ada)["state"] == "first"
    world.room.store.rows("PRAGMA max_page_count = 100000")
    assert world.vote(ada, "a").status_code == 200


def test_thirty_people_vote_at_once(world: World) -> None:
    secrets = [world.join(f"Learner {number}") for number in range(30)]
    with served(world.app) as port, ThreadPoolExecutor(30) as together:

        def vote(number: int, letters: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            told = {"Authorization": f"Bearer {secrets[number]}"}
            for letter in letters:
                body = json.dumps({"question": KEY, "letter": letter})
                connection.request("POST", "/room/api/vote", body, told)
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()
            connection.close()

        for to, letters in (("first", "cba"), ("second", "bac")):
            world.room.ballots.move(KEY, to)
            list(together.map(vote, range(30), [letters] * 30))
        assert world.room.ballots.result(KEY) == {
            "first": {"a": 30, "b": 0, "c": 0},
            "second": {"a": 0, "b": 0, "c": 30},
            "moved": [{"from": "a", "to": "c", "count": 30}],
        }
