"""A room: thirty simulated learners and two in Chromium, for which it is another machine.

They come in, load the lesson and the browser's Jupyter, vote in two rounds, and hand an exercise
in, which is marked. The simulated ones ask for what a browser has asked for. Nobody may fail; each
vote has to count once, and each notebook has to be there and be marked. The server is a process of
its own, of which memory and processor are told.

Its files alone are loaded by as many from ``python -m http.server``, too, in turn: that is what
somebody has at once who needs no votes.

Run it with ``make bench BENCH_ARGS=room``. It takes some minutes, and needs Chromium, bubblewrap
and what ``make site LITE=1`` has written.
"""

from __future__ import annotations

import asyncio
import csv
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import marking
from classroom import servers
from classroom.crowd import Simulated, choices, counted, crowd, expected
from measure import Comparison, Target
from tables import table

from course_tools.files import ROOT

if TYPE_CHECKING:
    from course_tools.room.checking.learner import Instructor, Learner

SITE = ROOT / "site" / "_build"
PEOPLE, BROWSERS = 30, 2
TURNS = 3
KEY, PAGE, HEADING = "06/race", "notebooks/06_momentum.html", "Momentum"
ASSIGNMENT = marking.ASSIGNMENT
EXERCISE = f"exercises/{ASSIGNMENT}/exercise_{ASSIGNMENT}.ipynb"
MEMORY = 300e6  # bytes
TO_COME_IN = 60.0  # seconds
TO_MARK = 900  # seconds


def compare() -> list[Comparison]:
    """Fill a room, tell what it took, and return what must hold."""
    if not (SITE / "lite").is_dir():
        raise FileNotFoundError(f"{SITE / 'lite'} is missing. `make site LITE=1` makes it.")
    with tempfile.TemporaryDirectory(prefix="room-bench-") as name:
        folder = Path(name)
        lesson = Workshop(folder)
        lesson.take_place()
        print(lesson.told(), end="\n\n")
        mark(folder / "room" / "submitted", folder / "marked", lesson.handed_in)
        return [
            held("all come in", "a minute", lesson.came_in / TO_COME_IN),
            held("the server's memory at most", "300 MB", lesson.most / MEMORY),
            *loaded_by_all(folder, lesson.paths),
        ]


def held(what: str, bound: str, ratio: float) -> Comparison:
    """Return what was measured beside its bound."""
    return Comparison(what, bound, "A / B", [ratio], Target(1))


class Workshop:
    """What happens in a room, from the first one who comes in to the last who hands in.

    Parameters
    ----------
    folder : Path
        An empty one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[tuple[str, float, float]] = []
        self.handed_in: dict[str, bool] = {}  # whether a student's is the reference
        self.paths: list[str] = []
        self.came_in = self.most = 0.0
        self.crowds = asyncio.new_event_loop()  # in a thread: the browsers' keeps this one busy
        threading.Thread(target=self.crowds.run_forever, daemon=True).start()

    def take_place(self) -> None:
        """Do all of it."""
        with opened(self.folder / "room") as (room, instructor, browsers):
            self.room = room
            people = crowd(room.address, PEOPLE)
            with self.part("two browsers come in"):
                for each in browsers:
                    each.join(room.word)
            self.in_turn(people, "all others come in", lambda each: each.join(room.word))
            self.came_in = sum(seconds for _, seconds, _ in self.rows)
            with self.part("two browsers load lesson and Jupyter"):
                for each in browsers:
                    each.read(PAGE, HEADING)
                    each.open_exercise(EXERCISE)
            self.paths = files_in(browsers[0].lite.addresses)
            self.in_turn(people, "all others load the same", lambda each: each.load(self.paths))
            for each in browsers:
                each.read(PAGE, HEADING)
            self.vote(people, instructor, browsers)
            self.hand_in(people, browsers)
            kept = instructor.ask("now")["handed_in"]
            if kept != {ASSIGNMENT: PEOPLE + BROWSERS}:
                raise AssertionError(f"{kept} were handed in, by {PEOPLE + BROWSERS}")
            self.most = room.watched.most
            self.close(people)

    def vote(
        self, people: list[Simulated], instructor: Instructor, browsers: list[Learner]
    ) -> None:
        """Vote twice, and compare what the room says with what was chosen."""
        letters = choices(PEOPLE)
        chosen = [{"first": "a", "second": "b"} for _ in browsers]
        for number, kind in enumerate(("first", "second")):
            instructor.move(KEY, kind)
            mine = {each.name: letters[n][number] for n, each in enumerate(people)}
            self.in_turn(
                people,
                f"all others vote, round {number + 1}",
                lambda each, mine=mine, kind=kind: each.vote(KEY, kind, mine[each.name]),
            )
            with self.part(f"two browsers vote, round {number + 1}"):
                for each, choice in zip(browsers, chosen, strict=True):
                    each.vote(KEY, choice[kind])
            instructor.move(KEY, "closed" if number else "talk")
            for each in browsers:
                each.sees_the_vote_closed(KEY)
        instructor.move(KEY, "shown")
        wanted = expected([*chosen, *(each.chosen for each in people)])
        if (found := counted(instructor.result())) != wanted:
            raise AssertionError(f"{found} was counted, and {wanted} was chosen")

    def hand_in(self, people: list[Simulated], browsers: list[Learner]) -> None:
        """Hand the exercise in: the reference, half of it, or nothing done."""
        kinds = marking.notebooks()
        contents = {each.name: kinds[n % len(kinds)] for n, each in enumerate(people)}
        self.in_turn(
            people, "all others hand in", lambda each: each.hand_in(ASSIGNMENT, contents[each.name])
        )
        self.handed_in = {each.student: contents[each.name] == kinds[0] for each in people}
        with self.part("two browsers hand in"):
            for each in browsers:
                each.lite.open(EXERCISE)
                each.hand_in()
                self.handed_in[each.student] = False

    def close(self, people: list[Simulated]) -> None:
        """Let go of all connections."""
        self.all_at_once(people, lambda each: each.client.aclose())
        self.crowds.call_soon_threadsafe(self.crowds.stop)

    def in_turn(
        self, people: list[Simulated], name: str, act: Callable[[Simulated], Awaitable[Any]]
    ) -> None:
        """Have all simulated learners do something at once."""
        with self.part(name):
            self.all_at_once(people, act)

    def all_at_once(
        self, people: list[Simulated], act: Callable[[Simulated], Awaitable[Any]]
    ) -> None:
        """Have them do it, and wait for the last."""
        asyncio.run_coroutine_threadsafe(gathered(people, act), self.crowds).result()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Keep how long a part takes, here and in the server."""
        print(f"{name} ...", file=sys.stderr)
        before, start = self.room.watched.seconds, time.perf_counter()
        yield
        self.rows.append((name, time.perf_counter() - start, self.room.watched.seconds - before))

    def told(self) -> str:
        """Return what each part took."""
        rows = [(name, f"{took:.1f}", f"{server:.2f}") for name, took, server in self.rows]
        server = sum(server for _, _, server in self.rows)
        each = server / (PEOPLE + BROWSERS)
        rows.append((f"server, each of {PEOPLE + BROWSERS}", "", f"{each:.2f}"))
        rows.append((f"server, memory at most: {self.most / 1e6:.0f} MB", "", ""))
        return table(("part", "seconds", "server's processor"), rows)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[servers.Served, Instructor, list[Learner]]]:
    """Open a room, and give two browsers windows in which nobody has been."""
    from course_tools.chromium import chromium
    from course_tools.lite_page import ROOM
    from course_tools.room.checking.learner import Instructor, learner

    with ExitStack() as stack:
        browser = stack.enter_context(chromium([ROOM]))
        room = stack.enter_context(servers.room(folder, SITE, ROOM))
        home = f"http://{ROOM}:{room.port}/"
        names = [f"Browser {number}" for number in range(1, BROWSERS + 1)]
        browsers = [stack.enter_context(learner(browser, home, name)) for name in names]
        yield room, Instructor(f"{room.address}/", room.instructors_word), browsers


async def gathered(
    people: Sequence[Simulated], act: Callable[[Simulated], Awaitable[Any]]
) -> list[Any]:
    """Have all do something at once."""
    return await asyncio.gather(*map(act, people))


def files_in(addresses: Sequence[str]) -> list[str]:
    """Return which files of the course a browser has asked for, each once."""
    split = [urlsplit(each) for each in addresses]
    paths = [each.path for each in split if each.scheme in ("http", "https")]
    return [path for path in dict.fromkeys(paths) if not path.startswith("/room/")]


# --- Marked, and compared -------------------------------------------------------------------------


def mark(submitted: Path, marked: Path, handed_in: dict[str, bool]) -> None:
    """Mark what was handed in, and look whether everybody's is there."""
    command = [sys.executable, "-m", "course_tools", "grade", str(submitted)]
    done = subprocess.run(
        [*command, "--output", str(marked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TO_MARK,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout}\n{done.stderr}")
    with (marked / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        points = {row["student"]: (row["points"], row["highest"]) for row in csv.DictReader(file)}
    if set(points) != set(handed_in):
        raise AssertionError(f"marked: {sorted(points)}, handed in: {sorted(handed_in)}")
    for student, is_reference in handed_in.items():
        if is_reference and float(points[student][0]) != float(points[student][1]):
            raise AssertionError(f"{student} has the reference, and {points[student]} points")
    print(f"All {len(points)} are marked.", end="\n\n")


def loaded_by_all(folder: Path, paths: Sequence[str]) -> list[Comparison]:
    """Have the files loaded by all from a room and from the plain server, in turn."""
    costs: list[tuple[tuple[float, int], tuple[float, int]]] = []
    for turn in range(TURNS):
        print(f"Loading files, turn {turn + 1} of {TURNS}", file=sys.stderr)
        with servers.room(folder / f"room-{turn}", SITE, "room.test") as room:
            ours = loaded(room, paths)
        with servers.plain(SITE) as plain:
            costs.append((ours, loaded(plain, paths)))
    for name, column in (("the room", 0), ("http.server", 1)):
        seconds, taken = (sum(pair[column][n] for pair in costs) / TURNS for n in (0, 1))
        print(f"{name}: {seconds / PEOPLE:.2f} CPU s and {taken / PEOPLE / 1e6:.1f} MB a learner")
    return [
        Comparison(f"a room, files for {PEOPLE}", "python -m http.server", what, ratios, target)
        for what, ratios, target in (
            ("bytes A / B", [ours[1] / theirs[1] for ours, theirs in costs], Target(1)),
            ("processor A / B", [ours[0] / theirs[0] for ours, theirs in costs], None),
        )
    ]


def loaded(served: servers.Served, paths: Sequence[str]) -> tuple[float, int]:
    """Have all load all, and return the server's seconds of processor, and the bytes."""
    before = served.watched.seconds

    async def all_of_it() -> int:
        people = crowd(served.address, PEOPLE)
        await gathered(people, lambda each: each.load(paths))
        await gathered(people, lambda each: each.client.aclose())
        return sum(each.took for each in people)

    taken = asyncio.run(all_of_it())
    return served.watched.seconds - before, taken
