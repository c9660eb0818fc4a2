"""Ten questions that are asked twice, before the course and after it, and their two sheets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("twice.json")
"""Written by `make refresh` from the two sheets, and by nobody else."""


@dataclass(frozen=True)
class Twice:
    """A question that is asked twice.

    Parameters
    ----------
    name : str
        What it is called in both sheets, and under which name a choice is kept.
    title : str
        Its heading, without its number.
    choices : mapping of str to str
        By letter, what one can choose, as HTML.
    beliefs : mapping of str to str
        By letter, what one believes who chooses that wrongly, as HTML.
    right : str
        The letter of the answer.
    answer : str
        The answer with its reason, and a link to where a lesson shows it, as HTML.
    shown : str
        That link, as Markdown.
    """

    name: str
    title: str
    choices: Mapping[str, str]
    beliefs: Mapping[str, str]
    right: str
    answer: str
    shown: str


@dataclass(frozen=True)
class Sheet:
    """One of the two notebooks that ask the ten questions.

    Parameters
    ----------
    slug : str
        Its file's name, without the ending.
    title : str
        Its heading.
    minutes : int
        How long it takes.
    """

    slug: str
    title: str
    minutes: int

    @property
    def link(self) -> str:
        """A link to it, from a notebook in the same folder."""
        return f"[{self.title}]({self.slug}.ipynb)"


@cache
def stored() -> Mapping[str, Any]:
    """Return what the file says."""
    content: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def asked_twice() -> tuple[Twice, ...]:
    """Return the questions, in order."""
    return tuple(Twice(**each) for each in stored()["questions"])


def sheets() -> tuple[Sheet, Sheet]:
    """Return the sheet before the course, and the one after it."""
    return Sheet(**stored()["before"]), Sheet(**stored()["after"])


def written(every: list[Twice], earlier: Sheet, later: Sheet) -> bytes:
    """Return what the file says when it holds these questions and sheets."""
    content = {
        "before": asdict(earlier),
        "after": asdict(later),
        "questions": [asdict(each) for each in every],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def question(name: str) -> Twice:
    """Return one question.

    Raises
    ------
    ValueError
        If there is no such question, with those that there are.
    """
    named = {each.name: each for each in asked_twice()}
    if name not in named:
        raise ValueError(f"No question is called {name!r}. There are: {', '.join(named)}.")
    return named[name]
