"""What a learner reads after a check."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Literal

from lessons_lib.feedback.notebook import refuse_points
from lessons_lib.feedback.running import Failure

Kind = Literal[
    "right", "mistake", "unfilled", "failure", "late", "changed", "type", "shape", "value"
]

SOLUTION = "See how it can be done, and why:"
"""What leads to a worked solution."""

COLOURS = {True: "#004488", False: "#cc3311"}


class InWordsError(Exception):
    """An error of which a notebook shows the words, and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class NotYetRightError(InWordsError, AssertionError):
    """A graded test that does not pass.

    Parameters
    ----------
    verdict : Verdict
        The answer of the check. The error says its words, and carries its parts as plain texts.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.kind: str = verdict.kind
        self.mistake = verdict.mistake
        self.raised = verdict.failure.kind if verdict.failure else ""
        self.said = verdict.failure.message if verdict.failure else ""


class NotAFunctionError(InWordsError, TypeError):
    """A check of something that is no function."""


class NoSuchTaskError(InWordsError, ValueError):
    """A check of a function that has the name of no task."""


@dataclass(frozen=True)
class Verdict:
    """The answer of a check.

    Parameters
    ----------
    kind : str
        "right", "mistake" for a known one, or what else is wrong.
    title : str
        The answer in a few words.
    text : str
        What it means, and what to do now.
    more : str
        A second hint, which `hints` may add to the text.
    worked : str
        Where the worked solution is; empty as long as it is not to be shown.
    task : str
        The task that was checked, in a notebook.
    mistake : str
        The name of a known mistake, if it is one.
    failure : Failure, optional
        What the function raised, if that is what is wrong.
    """

    kind: Kind
    title: str
    text: str
    more: str = ""
    worked: str = ""
    task: str = ""
    mistake: str = ""
    failure: Failure | None = None

    @property
    def right(self) -> bool:
        """Whether nothing was found."""
        return self.kind == "right"

    def require(self) -> None:
        """Go on only if the answer was right, as a graded test does.

        Raises
        ------
        NotYetRightError
            With the same words, if it was not. It is an AssertionError.
        """
        if not self.right:
            refuse_points(self.task)
            raise NotYetRightError(self)

    def __str__(self) -> str:
        """Give the words alone."""
        words = f"{'✓' if self.right else '✗'} {self.title}\n{self.text}"
        return f"{words}\n{SOLUTION} {self.worked}" if self.worked else words

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        mark, colour = ("✓", COLOURS[True]) if self.right else ("✗", COLOURS[False])
        paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in self.text.splitlines())
        if self.worked:
            link = f'{SOLUTION} <a href="{html.escape(self.worked)}">the worked solution</a>'
            paragraphs += f"<p>{link}</p>"
        shown = (
            f'<div role="status" style="border-left: 4px solid {colour}; padding-left: 12px">'
            f"<p><strong>{mark} {html.escape(self.title)}</strong></p>{paragraphs}</div>"
        )
        return {"text/plain": str(self), "text/html": shown}
