"""Mistakes that can be made in more than one exercise."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from lessons_lib.feedback.exercise import Mistake, mistake
from lessons_lib.feedback.running import Function


def in_a_run(step: Mistake, run: Function, name: str = "", hint: str = "") -> Mistake:
    """Make the mistake of one step a mistake of the run.

    Parameters
    ----------
    step : Mistake
        The mistake of one step.
    run : callable
        It takes the run's inputs, and ``step=``, the function that takes a step.
    name, hint : str, optional
        Other words than those for the step alone.
    """
    return Mistake(name or step.name, hint or step.hint, partial(run, step=step.function))


def of_history(run: Function) -> list[Mistake]:
    """Return what goes wrong with the history of a run, whatever the method.

    Parameters
    ----------
    run : callable
        It returns n + 1 places, the start first.
    """

    @mistake(
        "Every row of the history is the last place",
        "You change one and the same array, and keep it many times. Keep a new one after each"
        " step.",
    )
    def same_rows(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.broadcast_to(history[-1], history.shape)

    @mistake(
        "The start is missing in the history",
        "n steps lead through n + 1 places. Which one comes first?",
    )
    def without_start(*inputs: Any) -> Any:
        return run(*inputs)[1:]

    @mistake(
        "The last place is missing in the history",
        "n steps lead through n + 1 places. Is a place kept before the step, or after it?",
    )
    def without_end(*inputs: Any) -> Any:
        return run(*inputs)[:-1]

    return [same_rows, without_start, without_end]
