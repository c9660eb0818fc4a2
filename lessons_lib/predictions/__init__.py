"""Predictions: a question's choices as buttons, and what one believes who takes each.

The question, its choices and the answer to each stand in the lesson, in Markdown cells. `make
refresh` copies them into `questions.json`, from which the buttons are made. Ten more questions are
asked twice, before the course and after it; these stand in two sheets, and in `twice.json`.
"""

from lessons_lib.predictions.buttons import After, Before, after, before
from lessons_lib.predictions.changes import Changes, what_has_changed
from lessons_lib.predictions.stored import Question, questions
from lessons_lib.predictions.widget import Prediction, predict

__all__ = [
    "After",
    "Before",
    "Changes",
    "Prediction",
    "Question",
    "after",
    "before",
    "predict",
    "questions",
    "what_has_changed",
]
