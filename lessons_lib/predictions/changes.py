"""What has changed between the ten questions before the course and those after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lessons_lib.predictions.twice import Twice, asked_twice, sheets
from lessons_lib.progress import recall

COLUMNS = ("Question", "Before", "Now", "Answer", "Where it is shown")
"""The head of the table."""


def what_has_changed() -> Changes:
    """Compare what you chose before the course with what you choose after it.

    Returns
    -------
    Changes
        As the last value of a cell it is a sentence and a table. Questions whose answer you have
        not opened are left out, so it gives nothing away.
    """
    return Changes()


@dataclass(frozen=True)
class Answered:
    """A question whose answer has been opened.

    Parameters
    ----------
    asked : Twice
        The question.
    former, now : str
        The letters chosen before the course, if any, and after it.
    """

    asked: Twice
    former: str
    now: str

    @property
    def was_right(self) -> bool:
        """Whether the choice before the course was right."""
        return self.former == self.asked.right

    @property
    def is_right(self) -> bool:
        """Whether the choice after it is."""
        return self.now == self.asked.right

    @property
    def is_new(self) -> bool:
        """Whether something has been learnt that a choice before the course shows."""
        return self.is_right and bool(self.former) and not self.was_right

    @property
    def cells(self) -> tuple[str, ...]:
        """Its cells below `COLUMNS`, as Markdown."""
        former = f"{self.former or '–'}{' ✓' if self.was_right else ''}"
        now = f"{self.now}{' ✓' if self.is_right else ''}"
        return self.asked.title, former, now, self.asked.right, self.asked.shown


class Changes:
    """What a learner's file says of the ten questions.

    Attributes
    ----------
    every : tuple of Twice
        The questions.
    before, after : int
        How many are answered before the course, and after it.
    answered : list of Answered
        Those whose answer has been opened.
    """

    def __init__(self) -> None:
        former, now, opened = (recall(kind) for kind in ("before", "after", "opened"))
        self.every = asked_twice()
        self.before = sum(bool(valid(each, former)) for each in self.every)
        self.after = sum(bool(valid(each, now)) for each in self.every)
        self.answered = [
            Answered(each, valid(each, former), now[each.name])
            for each in self.every
            if each.name in opened and valid(each, now)
        ]

    @property
    def words(self) -> str:
        """The sum, in a few sentences; none before an answer has been opened."""
        return " ".join(self._sentences()) if self.answered else ""

    def _sentences(self) -> Iterator[str]:
        """Give the sentences of the sum."""
        known = [each for each in self.answered if each.former]
        right = sum(each.is_right for each in self.answered)
        number, total = len(self.answered), len(self.every)
        missing = total - number
        opened = f"all {total}" if not missing else f"{number} of {total}"
        yield f"You have opened {opened} answers."
        if len(known) == number:
            yield f"Before: {sum(each.was_right for each in known)} of {number} right."
        elif known:
            were = sum(each.was_right for each in known)
            yield f"Before: {were} right of the {len(known)} that you answered."
        yield f"Now: {right} of {number} right."
        new = [each.asked.title for each in self.answered if each.is_new]
        still = [each.asked.title for each in self.answered if not each.is_right]
        if new:
            yield f"New: {'; '.join(new)}."
        if still:
            yield f"Worth another look: {'; '.join(still)}."
        elif not missing:
            yield "Nothing is left open."

    @property
    def place(self) -> str:
        """Where one stands with the ten questions, for the start page, as Markdown."""
        first, again = (
            f"**{sheet.link}**" for sheet in sheets()
        )  # bold, as no colour need be seen
        if self.answered:
            return f"{again}: {self.words}"
        if self.before == len(self.every):
            return f"{first}: all answered, and kept for the end, where {again} wait."
        if self.before:
            return f"{first}: you have answered {self.before} of {len(self.every)}."
        return f"Before you begin: {first}, in {sheets()[0].minutes} minutes."

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Give a notebook the sum, and a row for each answer that has been opened."""
        if not self.answered:
            words = "Open the answers above, and run this cell again: it says what has changed."
            return {"text/plain": words, "text/markdown": f"*{words}*"}
        head, *rows = (
            f"| {' | '.join(cells)} |" for cells in (COLUMNS, *(a.cells for a in self.answered))
        )
        lines = [f"**{self.words}**", "", head, "|---" * len(COLUMNS) + "|", *rows]
        return {"text/plain": self.words, "text/markdown": "\n".join(lines)}


def valid(asked: Twice, kept: dict[str, str]) -> str:
    """Return the letter that is kept for a question, if it is one of its choices."""
    letter = kept.get(asked.name, "")
    return letter if letter in asked.choices else ""
