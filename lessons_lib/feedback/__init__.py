"""Checks for exercises, which name the mistake."""

from lessons_lib.feedback.checking import check, exercises
from lessons_lib.feedback.exercise import Exercise, Mistake
from lessons_lib.feedback.judging import judge
from lessons_lib.feedback.overview import Progress
from lessons_lib.feedback.progress import passed
from lessons_lib.feedback.verdict import NotYetRightError, Verdict

__all__ = [
    "Exercise",
    "Mistake",
    "NotYetRightError",
    "Progress",
    "Verdict",
    "check",
    "exercises",
    "judge",
    "passed",
]
