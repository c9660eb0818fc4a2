"""Ten questions that are asked twice, before the course and after it, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lessons_lib.predictions.choice import Choice
from lessons_lib.progress import recall, remember

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


# --- The widgets --------------------------------------------------------------------------------


def before(name: str) -> Before:
    """Choose what you expect, before the course.

    Parameters
    ----------
    name : str
        What the question is called.

    Returns
    -------
    Before
        As the last value of a cell it shows a button for each choice, and gives no answer. What
        you choose is kept for the end of the course.

    Raises
    ------
    ValueError
        If there is no such question.
    """
    return Before(question(name))


def after(name: str) -> After:
    """Choose once more, after the course, and see what has changed.

    Parameters
    ----------
    name : str
        What the question is called.

    Returns
    -------
    After
        As the last value of a cell it shows a button for each choice, and has the answer, folded.

    Raises
    ------
    ValueError
        If there is no such question.
    """
    return After(question(name))


BEFORE = {
    "ask": "Choose what you expect. Nobody marks it.",
    "chosen": "You chose {}, and it is kept. At the end of the course you are asked again.",
    "stands": "You chose {} before you opened the answer. That stands.",
    "open": "",
}
TOO_LATE = "You have opened the answer of this question. What counts before is what came before."

AFTER = {
    "ask": "Choose. Then you can open the answer.",
    "chosen": "You chose {}. Until you open the answer, you may change it.",
    "stands": "You chose {}. That stands, since you have opened the answer.",
    "open": "The answer (once you open it, your choice stands)",
}


class Before(Choice):
    """The choices of a question before the course, with no answer to any.

    Parameters
    ----------
    asked : Twice
        The question.
    """

    def __init__(self, asked: Twice) -> None:
        opened = asked.name in recall("opened")
        says = {**BEFORE, "label": f"{asked.title}, before the course"}
        if opened:
            says["ask"] = TOO_LATE
        kept = recall("before").get(asked.name, "")
        super().__init__(asked.choices, {}, kept, says, opened=opened)
        self.asked = asked
        self.observe(self._keep, "chosen")

    def _keep(self, change: dict[str, Any]) -> None:
        """Keep a choice, unless the answer is known."""
        if change["new"] in self.asked.choices and self.asked.name not in recall("opened"):
            remember("before", self.asked.name, change["new"])


class After(Choice):
    """The choices of a question after the course, with what was chosen before, and the answer.

    Parameters
    ----------
    asked : Twice
        The question.
    """

    def __init__(self, asked: Twice) -> None:
        told = {letter: told_to(asked, letter) for letter in asked.choices}
        says = {**AFTER, "label": f"{asked.title}, after the course"}
        kept, opened = recall("after").get(asked.name, ""), asked.name in recall("opened")
        super().__init__(asked.choices, told, kept, says, opened=opened)
        self.asked = asked
        self.observe(self._keep, "chosen")
        self.observe(self._stand, "opened")

    def _keep(self, change: dict[str, Any]) -> None:
        """Keep a choice, unless the answer is known."""
        if change["new"] in self.asked.choices and self.asked.name not in recall("opened"):
            remember("after", self.asked.name, change["new"])

    def _stand(self, _: dict[str, Any]) -> None:
        """Keep that the answer has been opened."""
        if self.chosen in self.asked.choices:
            remember("opened", self.asked.name)


def told_to(asked: Twice, now: str) -> str:
    """Return, as HTML, what is told to somebody who chooses this now."""
    former = recall("before").get(asked.name, "")
    if former not in asked.choices:
        told = f"Now you chose {now}. Before the course you did not answer."
    elif former == now:
        told = f"You chose {now}, before the course and now."
    else:
        told = f"Before the course you chose {former}, now {now}."
    chosen = {former: f"Before, {former}:", now: f"Now, {now}:"}
    if former == now:
        chosen = {now: f"{now}:"}
    parts = [
        begin(name, asked.beliefs[each]) for each, name in chosen.items() if each in asked.beliefs
    ]
    return "\n".join([f"<p>{told}</p>", *parts, begin("The answer:", asked.answer)])


def begin(name: str, text: str) -> str:
    """Return paragraphs of HTML, with a name in front of the first."""
    return f"<p><b>{name}</b> {text.removeprefix('<p>')}"
