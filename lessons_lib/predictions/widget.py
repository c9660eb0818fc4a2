"""The widget with which a learner commits to a prediction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lessons_lib.predictions.stored import Question, question
from lessons_lib.progress import recall, remember

HERE = Path(__file__).parent


def predict(lesson: int, name: str) -> Prediction:
    """Choose what will happen, before you see it.

    Parameters
    ----------
    lesson : int
        The lesson's number.
    name : str
        What the question is called there.

    Returns
    -------
    Prediction
        As the last value of a cell it shows a button for each choice. What you choose is kept, and
        the widget has the answer to your own choice, folded.

    Raises
    ------
    ValueError
        If the lesson asks no such question.
    """
    return Prediction(question(lesson, name))


class Prediction(anywidget.AnyWidget):
    """A question's choices in the browser, which needs no kernel to answer.

    Parameters
    ----------
    asked : Question
        The question.
    """

    _esm = HERE / "prediction.js"
    _css = HERE / "prediction.css"
    choices = traitlets.Dict().tag(sync=True)
    beliefs = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)

    def __init__(self, asked: Question) -> None:
        kept = recall("prediction").get(asked.key, "")
        super().__init__(
            choices=dict(asked.choices),
            beliefs=dict(asked.beliefs),
            chosen=kept if kept in asked.choices else "",
        )
        self.asked = asked
        self.observe(self._keep, "chosen")

    def _keep(self, change: dict[str, Any]) -> None:
        """Keep a choice in the learner's file."""
        if change["new"] in self.asked.choices:
            remember("prediction", self.asked.key, change["new"])

    @property
    def words(self) -> str:
        """What a notebook says where there is no widget."""
        *letters, last = self.choices
        if self.chosen:
            return f"Your prediction: {self.chosen}."
        return f"Your prediction: {', '.join(letters)} or {last}? Run this cell to choose."

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give a notebook the widget, and words for where there is none."""
        live = super()._repr_mimebundle_(**options)
        widget = {} if live is None else live[0]
        words = {"text/plain": self.words, "text/markdown": f"*{self.words}*"}
        return {**widget, **words}, {}
