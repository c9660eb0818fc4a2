"""The widget with which a learner commits to a prediction."""

from __future__ import annotations

from typing import Any

from lessons_lib.predictions.choice import Choice
from lessons_lib.predictions.stored import Question, question
from lessons_lib.progress import recall, remember

SAYS = {
    "label": "Your prediction",
    "ask": "Choose before you go on. Nobody marks it.",
    "chosen": "You chose {}. Run the cells below, and see.",
    "stands": "You chose {}. Run the cells below, and see.",
    "open": "Seen? Then open this: if you chose {}",
}


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


class Prediction(Choice):
    """A prediction's choices.

    Parameters
    ----------
    asked : Question
        The question.
    """

    def __init__(self, asked: Question) -> None:
        kept = recall("prediction").get(asked.key, "")
        super().__init__(asked.choices, asked.beliefs, kept, SAYS, key=asked.ballot)
        self.asked = asked
        self.observe(self._keep, "chosen")

    def _keep(self, change: dict[str, Any]) -> None:
        """Keep a choice in the learner's file."""
        if change["new"] in self.asked.choices:
            remember("prediction", self.asked.key, change["new"])
