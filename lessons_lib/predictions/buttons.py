"""The buttons of the ten questions, on the sheet before the course and on the one after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from lessons_lib.predictions.choice import Choice
from lessons_lib.predictions.twice import Twice, question
from lessons_lib.progress import recall, remember

Which = Literal["before", "after"]


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


class AskedTwice(Choice):
    """The choices of a question on one of the two sheets, kept until its answer is opened.

    Parameters
    ----------
    asked : Twice
        The question.
    kind : "before" or "after"
        The sheet, and under which kind a choice is kept.
    told : mapping of str to str
        By letter, what is folded below the buttons, as HTML.
    """

    def __init__(self, asked: Twice, kind: Which, told: Mapping[str, str]) -> None:
        kept, opened = recall(kind).get(asked.name, ""), asked.name in recall("opened")
        says = says_of(asked, kind, opened=opened)
        super().__init__(asked.choices, told, kept, says, opened=opened)
        self.asked, self.kind = asked, kind
        self.observe(self._keep, "chosen")

    def _keep(self, change: dict[str, Any]) -> None:
        """Keep a choice, unless the answer is known."""
        if change["new"] in self.asked.choices and self.asked.name not in recall("opened"):
            remember(self.kind, self.asked.name, change["new"])


class Before(AskedTwice):
    """The choices of a question before the course, with no answer to any.

    Parameters
    ----------
    asked : Twice
        The question.
    """

    def __init__(self, asked: Twice) -> None:
        super().__init__(asked, "before", {})


class After(AskedTwice):
    """The choices of a question after the course, with what was chosen before, and the answer.

    Parameters
    ----------
    asked : Twice
        The question.
    """

    def __init__(self, asked: Twice) -> None:
        former = recall("before").get(asked.name, "")
        told = {letter: told_to(asked, former, letter) for letter in asked.choices}
        super().__init__(asked, "after", told)
        self.observe(self._stand, "opened")

    def _stand(self, _: dict[str, Any]) -> None:
        """Keep that the answer has been opened."""
        if self.chosen in self.asked.choices:
            remember("opened", self.asked.name)


def says_of(asked: Twice, kind: Which, *, opened: bool) -> dict[str, str]:
    """Return what the buttons of a question say; `opened`, when its answer has been opened."""
    late = {"ask": TOO_LATE} if kind == "before" and opened else {}
    label = {"label": f"{asked.title}, {kind} the course"}
    return {**(BEFORE if kind == "before" else AFTER), **late, **label}


def told_to(asked: Twice, former: str, now: str) -> str:
    """Return, as HTML, what is told to somebody who chose this before the course, and that now."""
    return f"{compared(asked, former, now)}\n{begin('The answer:', asked.answer)}"


def compared(asked: Twice, former: str, now: str) -> str:
    """Return, as HTML, the two choices, and what one believes who makes them."""
    if former not in asked.choices:
        told = f"Now you chose {now}. Before the course you did not answer."
    elif former == now:
        told = f"You chose {now}, before the course and now."
    else:
        told = f"Before the course you chose {former}, now {now}."
    both = {former: f"Before, {former}:", now: f"Now, {now}:"}
    names = {now: f"{now}:"} if former == now else both
    parts = [begin(name, asked.beliefs[k]) for k, name in names.items() if k in asked.beliefs]
    return "\n".join([f"<p>{told}</p>", *parts])


def begin(name: str, text: str) -> str:
    """Return paragraphs of HTML, with a name in front of the first."""
    return f"<p><b>{name}</b> {text.removeprefix('<p>')}"
