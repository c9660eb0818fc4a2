"""The rehearsal: two learners in Chromium do what thirty will do, and their work is marked."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from course_tools.chromium import ChromiumMissingError, chromium
from course_tools.files import ROOT, show
from course_tools.lite_page import ROOM
from course_tools.room.addresses import HERE
from course_tools.room.app import create_app
from course_tools.room.checking import tools
from course_tools.room.checking.aside import aside
from course_tools.room.checking.findings import Finding
from course_tools.room.checking.learner import Instructor, Learner, learner
from course_tools.room.serving import listen
from course_tools.room.settings import RoomSettings

NAMES = ("Ada", "Zoë")

QUESTION = "06/race"
ROUNDS = ("first", "second")
VOTES = ("a", "b"), ("b", "b")
"""What both choose at first, and then. The first of them has changed her mind before that."""

RESULT = {
    "first": {"a": 1, "b": 1, "c": 0},
    "second": {"a": 0, "b": 2, "c": 0},
    "moved": [{"from": "a", "to": "b", "count": 1}],
}
"""What has to come of it; who stays with a letter moves from it to itself."""

ASSIGNMENT = "01_line_and_loss"
EXERCISE = f"exercises/{ASSIGNMENT}/exercise_{ASSIGNMENT}.ipynb"
TASK = "line_gradient"
HALF = (
    "def line_gradient(theta, x, y):\n    r = theta[0] + theta[1] * x - y\n"
    "    return np.array([r.mean(), (r * x).mean()])"
)
WHOLE = HALF.replace("np.array", "2 * np.array")
MISTAKE, RIGHT = "✗ 1/m in place of 2/m.", "✓ line_gradient is right."
POINTS = "2"
"""What the right answer to this task is worth, when all others are missing."""

ROOM_HERE = RoomSettings()

PICTURE = ROOT / ".site-cache" / "rehearsal.png"
"""What a learner saw when the rehearsal stopped."""


class RehearsalError(Exception):
    """Something came out otherwise than it has to; the message says what."""


@dataclass(frozen=True)
class Stage:
    """All who take part.

    Parameters
    ----------
    instructor : Instructor
        Opens and closes votes.
    word : str
        The learners' word.
    learners : list of Learner
        Two.
    folder : Path
        An empty folder: the room's is in it.
    """

    instructor: Instructor
    word: str
    learners: list[Learner]
    folder: Path


# --- The steps ----------------------------------------------------------------------------------


def come_in(stage: Stage) -> None:
    """Join with a name and the word."""
    secrets = {each.join(stage.word) for each in stage.learners}
    expect_same("secrets of their own", len(secrets), len(stage.learners))


def open_a_lesson(stage: Stage) -> None:
    """Open lesson 6 as a page."""
    for each in stage.learners:
        each.read("notebooks/06_momentum.html", "Momentum")


def vote_twice(stage: Stage) -> None:
    """Vote, change it, talk, vote again, and see what came of it."""
    for kind, letters in zip(ROUNDS, VOTES, strict=True):
        stage.instructor.move(QUESTION, kind)
        stage.learners[0].vote(QUESTION, "c")
        for each, letter in zip(stage.learners, letters, strict=True):
            each.vote(QUESTION, letter)
        if kind == "first":
            close(stage, "talk")
    close(stage, "closed")
    stage.instructor.move(QUESTION, "shown")
    result = stage.instructor.result()
    stage.instructor.move(QUESTION, "none")
    moved = [each for each in result["moved"] if each["from"] != each["to"]]
    found = {kind: {letter: result[kind].get(letter, 0) for letter in "abc"} for kind in ROUNDS}
    expect_same("votes, each counted once", found | {"moved": moved}, RESULT)


def close(stage: Stage, to: str) -> None:
    """Close a round, and wait until everybody sees it: who clicks meanwhile would not be heard."""
    stage.instructor.move(QUESTION, to)
    for each in stage.learners:
        each.sees_the_vote_closed(QUESTION)


def do_an_exercise(stage: Stage) -> None:
    """Have a check name the mistake in Jupyter, and then be right."""
    for each in stage.learners:
        each.open_exercise(EXERCISE)
        each.answer(TASK, HALF, MISTAKE)
        each.answer(TASK, WHOLE, RIGHT)


def hand_in(stage: Stage) -> None:
    """Hand the exercise in."""
    for each in stage.learners:
        each.hand_in()
    handed_in = stage.instructor.ask("now")["handed_in"]
    expect_same("exercises handed in", handed_in, {ASSIGNMENT: len(stage.learners)})
    strangers = [address for each in stage.learners for address in each.lite.strangers]
    expect_same("addresses of other machines that were asked", strangers, [])


def be_marked(stage: Stage) -> None:
    """Have `make grade` mark what was handed in."""
    submitted, marked = stage.folder / "room" / "submitted", stage.folder / "marked"
    words = ["grade", str(submitted), "--output", str(marked), "--workers", "1"]
    status, said = tools.run("course_tools", *words)
    if status:
        raise RehearsalError(said)
    with (marked / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        points = {row["student"]: row["points"] for row in csv.DictReader(table)}
    expect_same("points", points, {each.student: POINTS for each in stage.learners})


MARKING = "be marked"
"""The one step that needs a sandbox."""

STEPS: dict[str, Callable[[Stage], None]] = {
    "come in": come_in,
    "open a lesson": open_a_lesson,
    "vote twice": vote_twice,
    "do an exercise": do_an_exercise,
    "hand it in": hand_in,
    MARKING: be_marked,
}


def expect_same(what: str, found: object, wanted: object) -> None:
    """Refuse what came out otherwise.

    Raises
    ------
    RehearsalError
        With both.
    """
    if found != wanted:
        raise RehearsalError(f"{what}: there should be {wanted}, and there is {found}")


# --- All of it ----------------------------------------------------------------------------------


@contextmanager
def stage(settings: RoomSettings) -> Iterator[Stage]:
    """Open a room on this machine, with two browsers for which it is another one.

    Parameters
    ----------
    settings : RoomSettings
        What is served. Nothing is kept in its folder.
    """
    with ExitStack() as stack:
        browser = stack.enter_context(chromium([ROOM]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rehearsal-")))
        app = create_app(replace(settings, folder=folder / "room", hosts=frozenset({ROOM})))
        listening = listen(HERE, 0)
        port = listening.getsockname()[1]
        stack.enter_context(aside(app, listening))
        people, home = app.state.room.people, f"http://{ROOM}:{port}/"
        instructor = Instructor(f"http://{HERE}:{port}/", people.instructors_word)
        learners = [stack.enter_context(learner(browser, home, name)) for name in NAMES]
        yield Stage(instructor, people.word, learners, folder)


def rehearsal(names: Collection[str] = tuple(STEPS), settings: RoomSettings = ROOM_HERE) -> Finding:
    """Have two learners take the steps, and say how far they came.

    Parameters
    ----------
    names : collection of str
        Which steps they take.
    settings : RoomSettings
        What is served.
    """
    try:
        with stage(settings) as there:
            for name in names:
                print(f"Rehearsal: {name} ...", flush=True)
                try:
                    STEPS[name](there)
                except (AssertionError, BrowserError, OSError, RehearsalError) as error:
                    return stopped(name, error, there)
    except ChromiumMissingError as error:
        return Finding("rehearsal", "Nobody could rehearse.", str(error))
    return Finding("rehearsal", f"Two learners could {', '.join(names)}.")


def stopped(name: str, error: Exception, there: Stage) -> Finding:
    """Say at which step the rehearsal stopped, and keep what could be seen."""
    PICTURE.parent.mkdir(exist_ok=True)
    for number, each in enumerate(there.learners, start=1):
        with suppress(BrowserError):
            each.lite.picture(PICTURE.with_stem(f"{PICTURE.stem}-{number}"))
    first = "\n".join(str(error).strip().splitlines()[:4])
    return Finding(
        "rehearsal",
        f"Two learners could not {name}: {first}",
        f"Look at {show(PICTURE.parent)}/rehearsal-1.png and -2.png, which show what they saw."
        " Make the site anew, `make site LITE=1`, and rehearse again",
    )
