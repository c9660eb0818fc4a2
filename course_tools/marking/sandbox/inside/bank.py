"""Stands in the sandbox where the bank of right and wrong answers stands outside: empty."""

from __future__ import annotations

from lessons_lib.feedback.exercise import Exercise

ALL: tuple[Exercise, ...] = ()
