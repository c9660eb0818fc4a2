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
    says : mapping of str to str
        What the widget says.
    """

    def __init__(
        self, asked: Twice, kind: Which, told: Mapping[str, str], says: Mapping[str, str]
    ) -> None:
        kept, opened = recall(kind).get(asked.name, ""), asked.name in recall("opened")
        named = {**says, "label": f"{asked.title}, {kind} the course"}
        super().__init__(asked.choices, told, kept, named, opened=opened)
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
        late = {"ask": TOO_LATE} if asked.name in recall("opened") else {}
        super().__init__(asked, "before", {}, {**BEFORE, **late})


class After(AskedTwice):
    """The choices of a question after the course, with what was chosen before, and the answer.

    Parameters
    ----------
    asked : Twice
        The question.
    """

    def __init__(self, asked: Twice) -> None:
        told = {letter: told_to(asked, letter) for letter in asked.choices}
        super().__init__(asked, "after", told, AFTER)
        self.observe(self._stand, "opened")

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
    both = {former: f"Before, {former}:", now: f"Now, {now}:"}
    names = {now: f"{now}:"} if former == now else both
    parts = [begin(name, asked.beliefs[k]) for k, name in names.items() if k in asked.beliefs]
    return "\n".join([f"<p>{told}</p>", *parts, begin("The answer:", asked.answer)])


def begin(name: str, text: str) -> str:
    """Return paragraphs of HTML, with a name in front of the first."""
    return f"<p><b>{name}</b> {text.removeprefix('<p>')}"
