"""Checks for exercises, which name the mistake."""

from lessons_lib.feedback.bank import tasks
from lessons_lib.feedback.checking import check
from lessons_lib.feedback.judging import judge
from lessons_lib.feedback.task import Mistake, Task
from lessons_lib.feedback.verdict import NotYetRightError, Verdict

__all__ = [
    "Mistake",
    "NotYetRightError",
    "Task",
    "Verdict",
    "check",
    "judge",
    "tasks",
]
