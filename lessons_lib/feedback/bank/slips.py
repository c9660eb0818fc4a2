"""Mistakes that can be made in more than one task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lessons_lib.feedback.running import Function
from lessons_lib.feedback.task import Given, Task


def in_a_run(
    task: Task, run: Function, name: str, hint: str, second: str = ""
) -> Callable[[Given], Given]:
    """Take the wrong step below for a mistake of the run that it makes.

    Parameters
    ----------
    task : Task
        The run.
    run : callable
        It takes the run's inputs, and ``step=``, the function that takes a step.
    name, hint, second : str
        As for any mistake.
    """

    def register(step: Given) -> Given:
        task.mistake(name, hint, second)(partial(run, step=step))
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
        "Either one and the same array is changed and kept many times, or each place is written"
        " into all rows. Keep a new place after each step.",
        "A list to which one array is appended three times holds one array, under three names."
        " Which line of yours makes a new one?",
    )
    def same_rows(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.broadcast_to(history[-1], history.shape)

    @task.mistake(
        "The start is missing in the history",
        "n steps lead through n + 1 places. Which one comes first?",
        "Without any step the history has one row: the start. What has yours?",
    )
    def without_start(*inputs: Any) -> Any:
        return run(*inputs)[1:]

    @task.mistake(
        "The last place is missing in the history",
        "n steps lead through n + 1 places. Is a place kept before the step, or after it?",
    )
    def without_end(*inputs: Any) -> Any:
        return run(*inputs)[:-1]

    @task.mistake(
        "Only the last two places are there",
        "Does the history begin inside of the loop? Then each round begins a new one.",
    )
    def begun_anew(*inputs: Any) -> Any:
        return run(*inputs)[-2:]

    @task.mistake(
        "The moves in place of the places",
        "After the start, your rows say by how much it went on. Where did it arrive?",
    )
    def moves(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.concatenate([history[:1], np.diff(history, axis=0)])

    @task.mistake(
        "The first row is zero, not the start",
        "np.zeros makes room for all places. Which one belongs into row 0?",
    )
    def empty_start(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.concatenate([0 * history[:1], history[1:]])

    @task.mistake(
        "The last row is zero, not the last place",
        "np.zeros makes room for all places. n steps lead through n + 1 of them: is a place kept"
        " before the step, or after it?",
    )
    def empty_end(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.concatenate([history[:-1], 0 * history[-1:]])


def of_points(task: Task, first: int) -> None:
    """Register what goes wrong with a loop over points that adds up.

    Parameters
    ----------
    task : Task
        Its answer, which stands above, returns a mean over points.
    first : int
        Which of the arguments is the first that has a number for each point.
    """
    right = task.reference

    def of_one(inputs: Any, point: slice) -> Any:
        points = [each[point] for each in inputs[first:]]
        return right(*inputs[:first], *points) / len(inputs[first])

    @task.mistake(
        "Only the first point counts",
        "Is `return` inside of the loop? Then the first round is the last one, too.",
    )
    def first_alone(*inputs: Any) -> Any:
        return of_one(inputs, slice(0, 1))

    @task.mistake(
        "Only the last point counts",
        "Each round forgets what the ones before have found. Which sign adds to a sum: `=`, or"
        " `+=`?",
    )
    def last_alone(*inputs: Any) -> Any:
        return of_one(inputs, slice(-1, None))


def of_moving_arrays(task: Task) -> None:
    """Register what `-=` does to the history of a run.

    Parameters
    ----------
    task : Task
        The run. Its answer, which stands above, takes the start first.
    """
    run, start = task.reference, task.arguments[0]

    @task.mistake(
        f"Every row is the last place, and {start} has moved there",
        f"{start} and all rows of the list are one and the same array, and `-=` changes it where it"
        " is. How do you get a new array at each step?",
    )
    def moved_start(place: Any, *rest: Any) -> Any:
        history = run(place, *rest)
        place[:] = history[-1]
        return np.broadcast_to(history[-1], history.shape)

    @task.mistake(
        "The first row is the last place",
        "You copy each place that you append, but not the start. It is still the array that `-=`"
        " changes.",
    )
    def first_row(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.concatenate([history[-1:], history[1:]])


def of_what_a_run_returns(task: Task) -> None:
    """Register what else is returned in place of the history of a run.

    Parameters
    ----------
    task : Task
        The run. Its answer, which stands above, takes the number of steps last.
    """
    run = task.reference

    @task.mistake(
        "It ends after the first step",
        "Is `return` inside of the loop? Then the first round is the last one, too.",
    )
    def one_step(*inputs: Any) -> Any:
        return run(*inputs)[:2]

    @task.mistake(
        "The start is there twice, and the last place is missing",
        "The start is kept before the loop, and once more in it. Is a place kept before the step,"
        " or after it?",
    )
    def start_twice(*inputs: Any) -> Any:
        history = run(*inputs)
        return np.concatenate([history[:1], history[:-1]])

    @task.mistake(
        "One step too many",
        "The start needs no step. So how many steps make n + 1 places?",
    )
    def too_long(*inputs: Any) -> Any:
        *others, n = inputs
        return run(*others, n + 1)

    @task.mistake(
        "The last place alone, not the history",
        "You arrive, and have forgotten the way. Keep each place in a list, and return them all.",
    )
    def end_only(*inputs: Any) -> Any:
        return run(*inputs)[-1]

    @task.mistake(
        "Rows and columns are exchanged",
        "Your first row holds all the first parameters. A row should be a place.",
    )
    def transposed(*inputs: Any) -> Any:
        return run(*inputs).T


def of_two_answers(task: Task) -> None:
    """Register that both answers come in the wrong order.

    Parameters
    ----------
    task : Task
        Its answer, which stands above, returns two values.
    """
    right = task.reference
    first, second = task.returns

    @task.mistake(
        "Both answers are there, in the other order",
        f"What comes first, {first} or {second}? Whoever calls goes by the order alone.",
    )
    def exchanged(*inputs: Any) -> Any:
        one, other = right(*inputs)
        return other, one


# --- Dialects of momentum -------------------------------------------------------------------------

Factor = Callable[[float, float], float]
"""A number that depends on the learning rate and β."""


class Dialect(NamedTuple):
    """A way to write a step with memory: v ← β v + weight · g, and then θ ← θ - factor · v.

    Where both are negative, the velocity points downhill and is added.
    """

    name: str
    hint: str
    weight: Factor
    factor: Factor


INSIDE = (
    "The learning rate is in the velocity",
    "Then v holds moves. The velocity that you are given holds gradients, so the learning rate"
    " comes in with the step.",
)
DOWNHILL = (
    "The velocity points downhill",
    "From rest, two signs turned round make the same path. But the velocity that you are given"
    " points uphill, as gradients do.",
)
MOVES = (
    "The velocity holds moves downhill",
    "Keras has such a velocity, and adds it. The one that you are given holds gradients: it points"
    " uphill, and the learning rate comes in with the step.",
)
SHARE = {
    True: ("1 - β is missing", "And it is an average: what does a fresh gradient weigh?"),
    False: ("1 - β has come in", "And it is a sum: a fresh gradient comes in whole."),
}
"""By whether an average is asked for: what is to be said of the other weight."""


def dialects(*, averaged: bool) -> Iterator[Dialect]:
    """Return the dialects whose velocities are other ones than those that are asked for.

    Parameters
    ----------
    averaged : bool
        Whether an average is asked for, as in the recipe, and not the sum of a heavy ball. In both
        the learning rate stands in the step, and the velocity points uphill.
    """
    for average in (averaged, not averaged):
        for (name, hint), inside, sign in ((INSIDE, 1, 1), (DOWNHILL, 0, -1), (MOVES, 1, -1)):
            also, more = ("", "") if average == averaged else SHARE[averaged]
            yield Dialect(
                f"{name}, {also}" if also else name,
                f"{hint} {more}".rstrip(),
                partial(_weight, average=average, inside=inside, sign=sign),
                partial(_factor, inside=inside, sign=sign),
            )


def _weight(lr: float, beta: float, *, average: bool, inside: int, sign: int) -> float:
    return sign * float(lr**inside) * (1 - beta if average else 1.0)


def _factor(lr: float, beta: float, *, inside: int, sign: int) -> float:
    return sign * float(lr ** (1 - inside))


def of_dialects(task: Task, run: Function, *, averaged: bool) -> None:
    """Register the dialects that a task does not ask for.

    Parameters
    ----------
    task : Task
        A step, or a run.
    run : callable
        It takes the task's inputs, and ``weight=`` and ``factor=`` of a `Dialect`.
    averaged : bool
        As for `dialects`.
    """
    for each in dialects(averaged=averaged):
        wrong = partial(run, weight=each.weight, factor=each.factor)
        task.mistake(each.name, each.hint)(wrong)
