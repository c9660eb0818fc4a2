"""The lessons' questions, as they stand beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("questions.json")
"""Written by `make refresh` from the lessons, and by nobody else."""


@dataclass(frozen=True)
class Question:
    """A question with its choices.

    Parameters
    ----------
    lesson : int
        In which lesson it is asked.
    name : str
        What it is called there: its cells are predict-name, commit-name and answer-name.
    choices : mapping of str to str
        By letter, what one can choose, as HTML.
    beliefs : mapping of str to str
        By letter, what one believes who chooses that, as HTML.
    """

    lesson: int
    name: str
    choices: Mapping[str, str]
    beliefs: Mapping[str, str]

    @property
    def key(self) -> str:
        """Under which name a choice is kept."""
        return f"{self.lesson} {self.name}"

    @property
    def ballot(self) -> str:
        """What it is called in a vote: 06/race."""
        return f"{self.lesson:02}/{self.name}"


@cache
def questions() -> tuple[Question, ...]:
    """Return every question of the course, in order."""
    return tuple(Question(**each) for each in json.loads(FILE.read_text(encoding="utf-8")))


def written(every: list[Question]) -> bytes:
    """Return what the file says when it holds these questions."""
    content = [asdict(question) for question in every]
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def question(lesson: int, name: str) -> Question:
    """Return one question.

    Raises
    ------
    ValueError
        If the lesson asks no such question, with those that it asks.
    """
    asked = {each.name: each for each in questions() if each.lesson == lesson}
    if name not in asked:
        names = ", ".join(asked) or "none"
        raise ValueError(f"Lesson {lesson} asks no question {name!r}. Those that it asks: {names}.")
    return asked[name]
