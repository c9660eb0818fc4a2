"""Stands in the sandbox where `lessons_lib.feedback.checking` stands outside.

A learner's own cells call `check`, too. There the bank of right and wrong answers is out of reach,
so nothing is judged, and the cell goes on as if all were well. The marks come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lessons_lib.feedback.verdict import Verdict


def check(function: Callable[..., Any], cases: Sequence[Any] = ()) -> Verdict:
    """Say that the marker looks at the function, not this cell."""
    name = getattr(function, "__name__", type(function).__name__)
    return Verdict("right", f"{name} is looked at when the notebook is marked.", "")
