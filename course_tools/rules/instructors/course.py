"""The course as the guide sees it: the lessons with their minutes and cells, and the exercises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import exercise_of, lessons, notebooks, number_of
from course_tools.notebooks.questions import ANSWERED, ASKED, RIGHT, choices_in, folded_in
from course_tools.rules.pages import Page

ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
"""How a cell's id looks."""


@dataclass(frozen=True)
class Exercise:
    """The exercise of a lesson: how long it takes, and how many tasks it has."""

    minutes: int
    tasks: int


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes
    ----------
    slug : str
        Its file's name without the ending.
    number : int
        The number with which that name begins.
    cells : dict
        What stands in each cell, by the cell's id, in order.
    printed : str
        What all of its cells print.
    exercise : Exercise or None
        What a learner does afterwards.
    """

    slug: str
    number: int
    cells: dict[str, str]
    printed: str
    exercise: Exercise | None

    @property
    def title(self) -> str:
        """Its heading."""
        return self.cells["title"].splitlines()[0].removeprefix("# ")

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return minutes_in(self.cells["title"])

    @property
    def text(self) -> str:
        """Everything that can be read in it."""
        return "\n".join([*self.cells.values(), self.printed])

    @property
    def tasks(self) -> int:
        """How many tasks it ends with."""
        own = self.cells.get("your-turn", "")
        return len(re.findall(r"^\d+\. ", own, flags=re.MULTILINE))

    @property
    def explorers(self) -> set[str]:
        """The explorers that it shows."""
        return explorers_in(self.text)

    @property
    def predictions(self) -> dict[str, tuple[list[str], str]]:
        """The letters of each prediction, and the one with which the answer opens."""
        found = {}
        for name in (each for each in self.cells if each.startswith(ASKED)):
            answer = folded_in(self.cells.get(name.replace(ASKED, ANSWERED, 1), ""))
            right = re.match(r"\*\*([a-z])\b", answer.get(RIGHT, ""))
            found[name] = list(choices_in(self.cells[name])), right[1] if right else "?"
        return found


@dataclass(frozen=True)
class Course:
    """What the guide may name: all that stands below the folder of the project."""

    root: Path

    @cached_property
    def lessons(self) -> dict[str, Lesson]:
        """The lessons by their slugs, in order."""
        return {path.stem: self.lesson(path) for path in lessons(self.root / "notebooks")}

    def lesson(self, path: Path) -> Lesson:
        """Read a lesson and its exercise."""
        nb = Notebook.read(path)
        printed = [each.get("text", "") for cell in nb.code for each in cell.outputs]
        cells = {name: str(cell.source) for name, cell in nb.by_id.items()}
        exercise = read_exercise(exercise_of(path, self.root))
        return Lesson(path.stem, number_of(path), cells, "\n".join(printed), exercise)

    @cached_property
    def explorers(self) -> set[str]:
        """The explorers that any lesson shows, or the start page."""
        pages = map(Notebook.read, notebooks(self.root / "notebooks"))
        return explorers_in("\n".join(cell.source for page in pages for cell in page.nb.cells))

    @property
    def cells(self) -> set[str]:
        """The ids of all cells of all lessons."""
        return {name for lesson in self.lessons.values() for name in lesson.cells}

    def numbered(self, number: int) -> Lesson | None:
        """Return the lesson of a number, if there is one."""
        return next((each for each in self.lessons.values() if each.number == number), None)


@dataclass(frozen=True)
class GuidePage(Page):
    """A page of the guide, and the course that it is about."""

    course: Course

    @property
    def lesson(self) -> Lesson:
        """The lesson that the page is the notes on."""
        return self.course.lessons[self.path.stem]


def explorers_in(text: str) -> set[str]:
    """Return the names of the explorers that a text calls."""
    return set(re.findall(r"explorers\.(\w+)\(", text))


def read_exercise(path: Path) -> Exercise | None:
    """Read how long an exercise takes and how many tasks it has, if there is one."""
    if not path.exists():
        return None
    cells = [str(cell.source) for cell in Notebook.read(path).nb.cells]
    return Exercise(minutes_in(cells[0]), sum(bool(re.match(r"## \d+\. ", c)) for c in cells))


def minutes_in(title: str) -> int:
    """Return the minutes that the title of a lesson or an exercise promises, or 0."""
    found = re.search(r"\*\*Time\*\* about (\d+) minutes", title)
    return int(found[1]) if found else 0
