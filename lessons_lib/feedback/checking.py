"""The one function that a learner calls."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lessons_lib.feedback.bank import tasks
from lessons_lib.feedback.hints import Tries
from lessons_lib.feedback.judging import judge
from lessons_lib.feedback.notebook import (
    clear_refusals,
    explain_missing_names,
    shell,
    tell_page,
)
from lessons_lib.feedback.running import Inputs
from lessons_lib.feedback.task import Task
from lessons_lib.feedback.verdict import NoSuchTaskError, NotAFunctionError, Verdict
from lessons_lib.progress import remember

WHERE = (
    "It stands after 'def' in the cell that you were given. A decorator loses it, unless it uses"
    " functools.wraps."
)


TRIES = Tries()
"""What was tried in this kernel."""

explain_missing_names(tasks)


def check(function: Callable[..., Any], cases: Sequence[Inputs] = ()) -> Verdict:
    """Check a function that you have written for an exercise.

    Parameters
    ----------
    function : callable
        The function itself, without brackets after it. Its name says which task it is for.
    cases : sequence of tuple, optional
        Inputs to try it on. By default those of the task.

    Returns
    -------
    Verdict
        Shown as the last value of a cell. Its ``require()`` raises unless all is right.

    Raises
    ------
    NotAFunctionError
        If it is not a function. It is a TypeError.
    NoSuchTaskError
        If no task has its name. It is a ValueError.
    """
    if not callable(function):
        raise NotAFunctionError(
            f"check() was given {type(function).__name__}, not a function. Write the function's"
            " name without brackets after it, such as check(line_loss)."
        )
    task = _find(getattr(function, "__name__", type(function).__name__))
    verdict = judge(task, function, cases)
    if not cases:
        if verdict.right:
            remember("task", task.name)
        if shell() is not None:
            verdict = in_notebook(task, function, verdict)
    return verdict


def in_notebook(task: Task, function: Callable[..., Any], verdict: Verdict) -> Verdict:
    """Return a verdict as a notebook shows it: with hints in levels, and no older one about."""
    tell_page(task.name, verdict.right, verdict.mistake)
    if verdict.right:
        clear_refusals(task.name)
    return replace(TRIES.hinted(task, function, verdict), task=task.name)


def _find(name: str) -> Task:
    known = tasks()
    if name in known:
        return known[name]
    if name == "<lambda>":
        raise NoSuchTaskError(
            "A lambda has no name, and check() goes by the name. Write it with def, and the name"
            " that the exercise gives the function."
        )
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    raise NoSuchTaskError(
        f"No exercise is called {name!r}. Keep the name that the exercise gives the function"
        + (f": perhaps {', '.join(near)}?" if near else f". {WHERE}")
    )
