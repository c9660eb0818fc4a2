"""Mistakes that can be made in more than one task."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lessons_lib.feedback.running import Function
from lessons_lib.feedback.task import Given, Task


def in_a_run(task: Task, run: Function, name: str, hint: str) -> Callable[[Given], Given]:
    """Take the wrong step below for a mistake of the run that it makes.

    Parameters
    ----------
    task : Task
        The run.
    run : callable
        It takes the run's inputs, and ``step=``, the function that takes a step.
    name, hint : str
        As for any mistake.
    """

    def register(step: Given) -> Given:
        task.mistake(name, hint)(partial(run, step=step))
        return step

    return register


def of_history(task: Task) -> None:
    """Register what goes wrong with the history of a run, whatever the method.

    Parameters
    ----------
    task : Task
        The run. Its answer, which stands above, returns n + 1 places, the start first.
    """
    run = task.reference

    @task.mistake(
        "Every row of the history is the last place",
        "You change one and the same array, and keep it many times. Keep a new one after each"
        " step.",
    )
    def same_rows(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.broadcast_to(history[-1], history.shape)

    @task.mistake(
        "The start is missing in the history",
        "n steps lead through n + 1 places. Which one comes first?",
    )
    def without_start(*inputs: Any) -> Any:
        return run(*inputs)[1:]

    @task.mistake(
        "The last place is missing in the history",
        "n steps lead through n + 1 places. Is a place kept before the step, or after it?",
    )
    def without_end(*inputs: Any) -> Any:
        return run(*inputs)[:-1]
