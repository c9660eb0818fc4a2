"""Where a learner stands: one table of all lessons, and where to go on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from lessons_lib.feedback import tasks
from lessons_lib.predictions import Changes, questions
from lessons_lib.predictions.twice import Sheet, sheets
from lessons_lib.progress import recall

FILE = Path(__file__).with_name("course.json")
"""What there is to say about each lesson. Written by `make refresh` from the lessons."""


@dataclass(frozen=True)
class Lesson:
    """A lesson of the course.

    Parameters
    ----------
    number : int
        Its number.
    slug : str
        Its file's name, without the ending.
    title : str
        Its title.
    question : str
        What it asks.
    minutes, exercise : int
        How long it takes, and its exercise.
    optional : bool
        Whether the course is complete without it.
    goals : list of str
        The names of its explorers' goals.
    """

    number: int
    slug: str
    title: str
    question: str
    minutes: int
    exercise: int
    optional: bool
    goals: list[str]

    @property
    def link(self) -> str:
        """A link to it, from a notebook in the same folder."""
        return f"[{self.number} · {self.title}]({self.slug}.ipynb)"

    @property
    def exercise_link(self) -> str:
        """A link to its exercise, from there."""
        return f"../exercises/{self.slug}/exercise_{self.slug}.ipynb"


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return every lesson, in order."""
    return tuple(Lesson(**each) for each in json.loads(FILE.read_text(encoding="utf-8")))


def written(every: list[Lesson]) -> bytes:
    """Return what the file says when it holds these lessons."""
    content = [asdict(lesson) for lesson in every]
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True)
class Share:
    """How many of some things are done.

    Parameters
    ----------
    done, of : int
        So many, of so many.
    """

    done: int
    of: int

    @classmethod
    def count(cls, names: Collection[str], kept: Collection[str]) -> Share:
        """Count which of these are kept."""
        return cls(sum(name in kept for name in names), len(names))

    @property
    def complete(self) -> bool:
        """Whether all are done."""
        return self.done == self.of

    def __str__(self) -> str:
        """Write it as in a table."""
        return f"{'✓ ' if self.of and self.complete else ''}{self.done}/{self.of}"


class Progress:
    """What you have done, and where to go on.

    As the last value of a cell it is a table with a row for each lesson, and for the ten questions
    before the first lesson and after the last one that is not optional.
    """

    def __init__(self) -> None:
        self.changes = Changes()
        self.kept = {kind: recall(kind) for kind in ("prediction", "goal", "task")}

    def shares(self, lesson: Lesson) -> tuple[Share, Share, Share]:
        """Return the predictions made, the goals reached and the tasks right in a lesson."""
        asked = [each.key for each in questions() if each.lesson == lesson.number]
        names = [task.name for task in tasks().values() if task.lesson == lesson.number]
        return (
            Share.count(asked, self.kept["prediction"]),
            Share.count(lesson.goals, self.kept["goal"]),
            Share.count(names, self.kept["task"]),
        )

    @property
    def next(self) -> str:
        """A sentence that says where to go on, with a link."""
        for lesson in lessons():
            asked, goals, right = self.shares(lesson)
            if not (asked.complete and goals.complete):
                begun = "Go on with" if asked.done or goals.done else "Begin"
                return f"{begun} lesson {lesson.link}."
            if not right.complete:
                return f"Next is [the exercise of lesson {lesson.number}]({lesson.exercise_link})."
        return "You have done it all."

    @property
    def words(self) -> str:
        """What is done of the whole course, in a sentence."""
        rows = [self.shares(lesson) for lesson in lessons()]
        totals = [
            f"{sum(row[k].done for row in rows)} of {sum(row[k].of for row in rows)} {name}"
            for k, name in enumerate(("predictions", "goals", "functions"))
        ]
        return f"You have {totals[0]} made, {totals[1]} reached, and {totals[2]} right."

    def rows(self) -> Iterator[str]:
        """Give the rows of the table, as Markdown."""
        yield "| Lesson | The question | min | Predicted | Goals | Right |"
        yield "|---|---|---|---|---|---|"
        earlier, later = sheets()
        yield self._sheet_row(earlier, "What do you expect?", self.changes.before)
        last = max((each.number for each in lessons() if not each.optional), default=0)
        for lesson in lessons():
            asked, goals, right = self.shares(lesson)
            title = f"{lesson.link}{' (optional)' if lesson.optional else ''}"
            minutes = lesson.minutes + lesson.exercise
            exercise = f"[{right}]({lesson.exercise_link})"
            yield f"| {title} | {lesson.question} | {minutes} | {asked} | {goals} | {exercise} |"
            if lesson.number == last:
                yield self._sheet_row(later, "What has changed?", self.changes.after)
        spent = sum(each.minutes + each.exercise for each in lessons())
        spent += earlier.minutes + later.minutes
        yield f"| together | | {spent} | | | |"

    def _sheet_row(self, sheet: Sheet, question: str, done: int) -> str:
        """Return the row of a sheet of ten questions, of which so many are answered."""
        share = Share(done, len(self.changes.every))
        return f"| {sheet.link} | {question} | {sheet.minutes} | {share} | | |"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        lines = [self.words, "", f"**{self.next}**", "", self.changes.place, "", *self.rows()]
        return {"text/plain": self.words, "text/markdown": "\n".join(lines)}
