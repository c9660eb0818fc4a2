"""Predictions: a question's choices as buttons, and what one believes who takes each.

The question, its choices and the answer to each stand in the lesson, in Markdown cells. `make
refresh` copies them into `questions.json`, from which the buttons are made.
"""

from lessons_lib.predictions.stored import Question, questions
from lessons_lib.predictions.widget import Prediction, predict

__all__ = ["Prediction", "Question", "predict", "questions"]
