"""Killed with signal 9 at twenty moments, a room goes on with all that it has said yes to."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from room_notebooks import notebook
from room_world import KEY

from course_tools.files import ROOT
from course_tools.room.store import Store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing can be forked here")

PROGRAM = Path(__file__).with_name("room_lives.py")
MOMENTS = 20
PATIENCE = 120.0
"""Seconds after which a test gives up: more than any machine needs."""


class KilledError(Exception):
    """The room has gone before it has answered."""


class Lives:
    """Rooms that live several times, each in a folder of its own; one lives at a time."""

    def __init__(self) -> None:
        self.folder = Path()
        self._program = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )
        self._port = int(self._read())
        self._process = 0
        self.calls = 0

    def begin(self, moment: int = 0) -> bool:
        """Start the room, which lives until it has made so many calls; say whether it has begun."""
        assert self._program.stdin is not None
        self._program.stdin.write(f"{moment} {self.folder}\n")
        self._program.stdin.flush()
        self._process = int(self._read())
        said = self._read()
        if said != "ready":
            self._process, self.calls = 0, int(said)
        return said == "ready"

    def end(self) -> None:
        """Kill the room, if it still lives, and take note of how many calls it has made."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            self._process, self.calls = 0, int(self._read())

    def close(self) -> None:
        """End the program."""
        self.end()
        self._program.communicate(timeout=PATIENCE)

    def ask(self, method: str, path: str, secret: str, body: bytes | None = None) -> Any:
        """Return what the room answers."""
        told = {"Authorization": f"Bearer {secret}"} if secret else {}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request(method, f"/room/api/{path}", body, told)
            answer = connection.getresponse()
            content = answer.read()
        except (ConnectionError, http.client.HTTPException) as error:
            raise KilledError from error
        finally:
            connection.close()
        assert answer.status == 200, content
        return json.loads(content)

    def post(self, path: str, values: object, secret: str = "") -> Any:
        """Send JSON."""
        return self.ask("POST", path, secret, json.dumps(values).encode())

    def _read(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline().strip()


@dataclass
class Known:
    """What the room has answered with yes; and what it may have kept without having said so."""

    lives: Lives
    secrets: dict[str, str] = field(default_factory=dict)
    votes: dict[tuple[str, str], str] = field(default_factory=dict)
    state: str = ""
    receipts: list[dict[str, Any]] = field(default_factory=list)
    asked: tuple[str, ...] = ()

    def join(self, name: str) -> None:
        """Join."""
        word, _ = words(self.lives.folder)
        self.secrets[name] = self.lives.post("join", {"name": name, "word": word})["secret"]

    def enter(self) -> None:
        """Enter as the instructor."""
        _, word = words(self.lives.folder)
        self.secrets["instructor"] = self.lives.post("instructor/enter", {"word": word})["secret"]

    def turn(self, to: str) -> None:
        """Turn the question on."""
        self.asked = ("turn", to)
        self.lives.post("instructor/question", {"key": KEY, "to": to}, self.secrets["instructor"])
        self.state = to

    def vote(self, name: str, letter: str) -> None:
        """Vote."""
        self.asked = ("vote", name, self.state, letter)
        self.lives.post("vote", {"question": KEY, "letter": letter}, self.secrets[name])
        self.votes[name, self.state] = letter

    def share(self, name: str) -> None:
        """Agree to be counted, and be counted."""
        self.lives.post("sharing", {"on": True}, self.secrets[name])
        self.lives.post("progress", {"lesson": "06"}, self.secrets[name])

    def hand_in(self, name: str, text: str) -> None:
        """Hand in."""
        self.asked = ("hand-in", name, text)
        path = "hand-in/06_momentum"
        receipt = self.lives.ask("POST", path, self.secrets[name], notebook(text))
        assert receipt["sha256"] == hashlib.sha256(notebook(text)).hexdigest()
        self.receipts.append(receipt)

    def steps(self) -> list[Callable[[], None]]:
        """Return what happens in the room, one after the other."""
        return [
            lambda: self.join("Ada"),
            lambda: self.join("Bo"),
            self.enter,
            lambda: self.turn("first"),
            lambda: self.vote("Ada", "a"),
            lambda: self.vote("Bo", "b"),
            lambda: self.vote("Bo", "c"),
            lambda: self.turn("talk"),
            lambda: self.share("Ada"),
            lambda: self.turn("second"),
            lambda: self.hand_in("Ada", "one"),
            lambda: self.vote("Ada", "c"),
            lambda: self.hand_in("Bo", "two"),
            lambda: self.hand_in("Ada", "three"),
            lambda: self.turn("closed"),
            lambda: self.turn("shown"),
        ]

    def check(self) -> None:
        """Compare the room with what it has said."""
        for name, secret in self.secrets.items():
            if name != "instructor":
                self.check_learner(name, secret)
        if "instructor" in self.secrets:
            path = "instructor/now"
            question = self.lives.ask("GET", path, self.secrets["instructor"])["question"]
            state = question["state"] if question else ""
            assert state == self.state or self.asked == ("turn", state)
        self.check_files()

    def check_learner(self, name: str, secret: str) -> None:
        """Compare what one learner is told."""
        me = self.lives.ask("GET", "me", secret)
        assert me["name"] == name
        mine = [each for each in self.receipts if each["student"] == me["student"]]
        assert me["receipts"][: len(mine)] == mine
        question = self.lives.ask("GET", "now", secret)["question"]
        for (voter, when), letter in self.votes.items():
            if voter == name:
                kept = question["mine"][when]
                assert kept == letter or self.asked == ("vote", name, when, kept)

    def check_files(self) -> None:
        """Look whether each file is whole, and each receipt's notebook there."""
        room = self.lives.folder / "room"
        sent = {notebook(text) for text in ("one", "two", "three")}
        kept = [path.read_bytes() for path in room.glob("handed_in/*/*/[!.]*.ipynb")]
        assert set(kept) <= sent
        digests = {hashlib.sha256(each).hexdigest() for each in kept}
        assert digests >= {each["sha256"] for each in self.receipts}
        latest = {each["student"]: each["sha256"] for each in self.receipts}
        for student, digest in latest.items():
            submitted = room / "submitted" / student / "06_momentum"
            content = (submitted / "exercise_06_momentum.ipynb").read_bytes()
            assert (submitted / "timestamp.txt").is_file()
            found = hashlib.sha256(content).hexdigest()
            assert found == digest or (self.asked[0] == "hand-in" and content in sent)


def words(folder: Path) -> tuple[str, str]:
    """Return a room's words, which its terminal shows."""
    store = Store(folder / "room" / "room.sqlite")
    found = tuple(
        str(store.value("SELECT value FROM kept WHERE name = ?", name))
        for name in ("word", "instructors word")
    )
    store.close()
    return found[0], found[1]


def play(lives: Lives, moment: int) -> Known:
    """Lead a room through all that happens, killed once on the way, and return what it has said."""
    known = Known(lives)
    if not lives.begin(moment):
        assert lives.begin()
    for step in known.steps():
        try:
            step()
        except KilledError:
            lives.end()
            assert lives.calls == moment
            assert lives.begin()
            known.check()
            step()  # as people do who got no answer
    return known


def check_end(lives: Lives, known: Known) -> None:
    """Look whether everything has come out as if nothing had happened on the way."""
    known.check()
    result = lives.ask("GET", "now", known.secrets["Ada"])["question"]["result"]
    assert result == {
        "first": {"a": 1, "b": 0, "c": 1},
        "second": {"a": 0, "b": 0, "c": 1},
        "moved": [{"from": "a", "to": "c", "count": 1}],
    }
    view = lives.ask("GET", "instructor/view", known.secrets["instructor"])
    assert view["lessons"] == [{"lesson": "06", "people": 1}]


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with contextlib.closing(Lives()) as lives:
        yield lives


@pytest.fixture(scope="module")
def calls(lives: Lives, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls a room makes that is not killed before all is over."""
    lives.folder = tmp_path_factory.mktemp("whole")
    play(lives, 0)
    lives.end()
    return lives.calls


@pytest.mark.parametrize("number", range(MOMENTS))
def test_nothing_is_lost_when_the_room_is_killed(
    lives: Lives, calls: int, tmp_path: Path, number: int
) -> None:
    lives.folder = tmp_path
    try:
        check_end(lives, play(lives, 1 + number * (calls - 2) // (MOMENTS - 1)))
    finally:
        lives.end()


FORGETS: dict[str, Callable[[Path], None]] = {
    "a vote": lambda room: forget(room, "DELETE FROM votes WHERE student LIKE 'ada%'"),
    "another letter": lambda room: forget(room, "UPDATE votes SET letter = 'b'"),
    "a person": lambda room: forget(room, "DELETE FROM people WHERE name = 'Bo'"),
    "how far it was": lambda room: forget(room, "UPDATE questions SET state = 'second'"),
    "half of a notebook": lambda room: cut(next(room.glob("handed_in/*/*/0001.ipynb"))),
    "a receipt": lambda room: next(room.glob("handed_in/*/*/0001.json")).unlink(),
}
"""Ways in which a room could lose something."""


def forget(room: Path, how: str) -> None:
    """Change what a room has kept."""
    store = Store(room / "room.sqlite")
    with store.changing() as file:
        file.execute(how)
    store.close()


def cut(file: Path) -> None:
    """Leave half of a file."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("what", FORGETS)
def test_a_room_that_forgets_is_found(lives: Lives, tmp_path: Path, what: str) -> None:
    lives.folder = tmp_path
    known = play(lives, 0)
    lives.end()
    FORGETS[what](tmp_path / "room")
    assert lives.begin()
    with pytest.raises(AssertionError):
        known.check()
    lives.end()
