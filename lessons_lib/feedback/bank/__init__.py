"""Every exercise of the course, with its known mistakes: one module for each lesson."""

from lessons_lib.feedback.bank import lesson_01, lesson_06, lesson_07

ALL = (
    *lesson_01.EXERCISES,
    *lesson_06.EXERCISES,
    *lesson_07.EXERCISES,
)
