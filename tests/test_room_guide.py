"""What the instructors' guide says of a room is so: its pages, buttons, mistakes and commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import exercise_of, number_of, solutions
from course_tools.rules.pages import Page
from course_tools.verbs import VERBS
from lessons_lib.feedback.bank import tasks

GUIDE = ROOT / "instructors" / "README.md"
PAGE = Page(GUIDE, GUIDE.read_text("utf-8"))
PAGES = ROOT / "site" / "room"

ROOM, STUCK = "A room on your laptop", "Where people get stuck"
"""The parts of the guide that are held here."""


def said_in(part: str) -> str:
    """Return a part of the guide as one line."""
    return " ".join(line.strip() for _, line in PAGE.part(part))


# --- Buttons and addresses ------------------------------------------------------------------------


def labels() -> str:
    """Return all that the room's pages say, the button that hands in among it."""
    pages = [*PAGES.glob("*.html"), *PAGES.glob("*.js")]
    pages += (ROOT / "course_tools" / "jupyter").rglob("*.js")
    return "\n".join(each.read_text("utf-8") for each in pages)


def unknown_labels(text: str, known: str) -> Iterator[str]:
    """Give what stands in italics, as buttons do, and on none of the pages."""
    for found in re.finditer(r"(?<!\*)\*([^*]+)\*(?!\*)", text):
        if not any(each in known for each in (f">{found[1]}<", f'"{found[1]}"')):
            yield found[1]


def missing_pages(text: str) -> Iterator[str]:
    """Give addresses of the room at which there is no page."""
    for name in re.findall(r"`/room/([\w.]*)`", text):
        if not (PAGES / (name or "index.html")).exists():
            yield name


def test_the_buttons_of_a_room_are_called_so() -> None:
    text, known = said_in(ROOM), labels()
    assert list(unknown_labels(text, known)) == []
    assert list(missing_pages(text)) == []
    steps = re.search(r"A vote has five steps.*?: (.*?)\. The question", text)
    assert steps
    order = [known.index(f'"{each}"') for each in re.findall(r"\*(.+?)\*", steps[1])]
    assert order == sorted(order)
    assert len(order) == 5


def test_a_button_or_page_that_is_not_there_is_found() -> None:
    assert list(unknown_labels("Press *Open the wall*, *Open the walls*.", labels())) == [
        "Open the walls"
    ]
    assert list(missing_pages("`/room/`, `/room/gone.html`")) == ["gone.html"]


# --- Where people get stuck -----------------------------------------------------------------------


def faults_of_row(where: str, seen: str) -> Iterator[str]:
    """Refuse a mistake that no check of this task names."""
    found = re.fullmatch(r"exercise (\d+)\.(\d+)", where)
    if not found:
        return
    source = next(each for each in solutions() if number_of(each) == int(found[1]))
    cells = Notebook.read(exercise_of(source)).code
    asked = [name for cell in cells for name in re.findall(r"^def (\w+)\(", cell.source, re.M)]
    task = tasks()[[name for name in asked if name in tasks()][int(found[2]) - 1]]
    if seen.strip('"') not in [each.name for each in task.mistakes]:
        yield f"{where}: no check of {task.name} says {seen}"


def test_the_mistakes_have_the_names_that_checks_give() -> None:
    rows = [row for row in PAGE.rows if row.heading == STUCK]
    assert sum(row["Where"].startswith("exercise") for row in rows) >= 6
    assert [
        fault for row in rows for fault in faults_of_row(row["Where"], row["What you see"])
    ] == []
    for row in rows:
        assert "?" in row["Ask"] or row["Where"] in ("an explorer", "everywhere"), row


def test_a_mistake_of_another_task_is_found() -> None:
    (fault,) = faults_of_row("exercise 6.3", '"θ moves before the velocity does"')
    assert fault.startswith("exercise 6.3: no check of steps_until_calm says")


# --- Commands -------------------------------------------------------------------------------------


def commands_of(text: str) -> list[str]:
    """Return every command that a page tells one to type."""
    listed = re.findall(r"^ *(make [^\n]+)$", text, re.M)
    return [*listed, *re.findall(r"`(make [^`\n]+)`", text)]


def words_of(command: str) -> list[str]:
    """Return what make would hand over to course_tools.

    Raises
    ------
    ValueError
        If it would hand over nothing, or a setting reaches no command.
    """
    words = shlex.split(command)
    said = subprocess.run(
        ["make", "--no-print-directory", "-n", *words[1:], f"PYTHON={sys.executable}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    _, _, handed = said.stdout.partition(" -m course_tools ")
    for word in words[2:]:
        value = word.partition("=")[2]
        if value != "1" and not any(each in handed for each in shlex.split(value)):
            raise ValueError(f"{command}: {word} reaches nothing")
    if said.returncode or not handed:
        raise ValueError(f"{command}: {said.stderr}")
    return shlex.split(handed)


def test_every_command_of_the_page_on_rooms_reaches_its_tool() -> None:
    page = (ROOT / "docs" / "room.md").read_text("utf-8")
    found = {command: words_of(command) for command in commands_of(page)}
    verbs = {words[0] for words in found.values()}
    assert {"room", "check-room", "grade", "lab", "bench"} == verbs
    assert ["--cert", "fullchain.pem", "--key", "privkey.pem"] in [
        words[3:] for words in found.values()
    ]


def test_every_command_of_the_guide_reaches_its_tool() -> None:
    found = {command: words_of(command) for command in commands_of(PAGE.text)}
    verbs = {words[0] for words in found.values()}
    assert {"room", "check-room", "grade", "site", "lab", "test"} <= verbs <= set(VERBS)
    assert found["make room CLEAR=1"] == ["room", "--clear"]
    assert found["make site LITE=1"] == ["site", "--lite"]
    assert found["make room ROOM_ADDRESS=192.168.1.5"] == ["room", "--address", "192.168.1.5"]


@pytest.mark.parametrize("command", ["make rooms", "make room ROOM_PLACE=192.168.1.5"])
def test_a_command_that_reaches_nothing_is_found(command: str) -> None:
    with pytest.raises(ValueError, match=command):
        words_of(command)
