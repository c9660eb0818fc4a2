"""Lesson 2: a step down, a run that keeps its history, and the step at which it is close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.lesson_01 import X, Y, line_gradient
from lessons_lib.feedback.bank.slips import (
    of_history,
    of_moving_arrays,
    of_what_a_run_returns,
)
from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]


# --- One step -------------------------------------------------------------------------------------

STEP = Task(
    lesson=2,
    returns=("theta",),
    shows="One line, for two parameters as for a million: it is the whole of gradient descent.",
    cases=[
        (np.array([2.0, 1.0]), np.array([3.0, -4.0]), 0.1),
        (np.array([-1.0, 0.5, 3.0]), np.array([0.5, 2.0, -1.0]), 0.25),
    ],
)


@STEP.answer
def gradient_step(theta: Array, gradient: Array, learning_rate: float) -> Any:
    """Return the parameters after one step of gradient descent."""
    return theta - learning_rate * gradient


@STEP.mistake(
    "Uphill in place of downhill",
    "The gradient points to where the loss grows fastest. Which way do you want to go?",
    "From 1, with a gradient of 2 and a learning rate of 0.1, the step leads to 0.8. Which"
    " sign does that?",
)
def _step_uphill(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return theta + learning_rate * gradient


@STEP.mistake(
    "The learning rate is missing",
    "Your step is as long as the gradient. Which number makes it a small part of that?",
    "From 1, with a gradient of 2 and a learning rate of 0.1, the step is 0.2 long. How long"
    " is yours?",
)
def _step_without_rate(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return theta - gradient


@STEP.mistake(
    "Divided by the learning rate",
    "With a smaller learning rate your step becomes longer. Which way round should it be?",
)
def _step_divided(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return theta - gradient / learning_rate


@STEP.mistake(
    "The learning rate multiplies θ as well",
    "A bracket takes in too much: with a gradient of zero, your step would still move. What alone"
    " is multiplied by the learning rate?",
)
def _step_bracket(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return learning_rate * (theta - gradient)


@STEP.mistake(
    "The subtraction is turned round",
    "With a gradient of zero you would land at -θ. What is subtracted from what?",
)
def _step_turned(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return learning_rate * gradient - theta


@STEP.mistake(
    "The move alone, not the new place",
    "That is by how much θ changes. Where do you stand after the move?",
    "From 1, with a gradient of 2 and a learning rate of 0.1, the move is -0.2. Where does it"
    " lead?",
)
def _step_move(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return -learning_rate * gradient


@STEP.mistake(
    "Only the direction of the gradient, not its length",
    "All of your steps are equally long. Where the ground is steep, a step should be longer than"
    " where it is nearly level.",
)
def _step_unit(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return theta - learning_rate * gradient / np.linalg.norm(gradient)


@STEP.mistake(
    "The caller's theta is changed, not a new one made",
    "Your numbers are right, but whoever called finds another theta than before. Look at what"
    " `-=` does to an array, in the lesson's “Spot the bug”.",
    "`theta -= …` writes into the array that you were given, and `theta - …` makes a new one.",
)
def _step_in_place(theta: Array, gradient: Array, learning_rate: float) -> Any:
    theta -= learning_rate * gradient
    return theta


@STEP.mistake(
    "Only the first parameter has moved",
    "The others are where they were. If there is a loop: is `return` inside of it?",
)
def _step_first(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return theta - learning_rate * gradient * (np.arange(len(theta)) == 0)


@STEP.mistake(
    "Only the sign of the gradient, not its size",
    "Each number moves by the learning rate itself. Where the ground is steep, a step should be"
    " longer than where it is nearly level.",
)
def _step_sign(theta: Array, gradient: Array, learning_rate: float) -> Any:
    return theta - learning_rate * np.sign(gradient)


# --- The run --------------------------------------------------------------------------------------

RUN = Task(
    lesson=2,
    returns=("the history",),
    shows="Look at the ground, take a step, keep the place. Every method of this course is a"
    " variation of your loop.",
    cases=[
        (np.array([2.0, 1.0]), X, Y, 0.1, 3),
        (np.array([-1.0, 0.5]), np.array([0.5, 1.5, 2.5, -1.0]), np.array([3, -1, 2, 0.0]), 0.2, 4),
    ],
    steps=True,
)


def _run(
    theta0: Array,
    x: Array,
    y: Array,
    learning_rate: float,
    n_iterations: int,
    *,
    step: Callable[..., Any] = gradient_step,
    scale: float = 1.0,
) -> Any:
    theta, history = theta0, [theta0]
    for _ in range(n_iterations):
        theta = step(theta, scale * line_gradient(theta, x, y), learning_rate)
        history.append(theta)
    return np.array(history)


@RUN.answer
def descend(theta0: Array, x: Array, y: Array, learning_rate: float, n_iterations: int) -> Any:
    """Return every place of gradient descent on a line's loss, the start first."""
    return _run(theta0, x, y, learning_rate, n_iterations)


of_history(RUN)
of_moving_arrays(RUN)
of_what_a_run_returns(RUN)


@RUN.mistake(
    "The run climbs in place of descending",
    "Print the loss at each place: it grows. There are two signs to look at, that of the step, and"
    " that of the difference in the residuals.",
)
def _run_uphill(*inputs: Any) -> Any:
    return _run(*inputs, step=_step_uphill)


@RUN.mistake(
    "It climbs, and every row is the last place",
    "Two things. Print the loss after a step: it grows. And one and the same array is changed and"
    " kept many times.",
)
def _run_uphill_in_place(*inputs: Any) -> Any:
    history = _run_uphill(*inputs)
    return np.broadcast_to(history[-1], history.shape)


@RUN.mistake(
    "The slope is updated after the intercept has moved",
    "Both numbers of the gradient belong to the same place. Compute them both before you move"
    " either parameter.",
    "Give the whole gradient a name first. Then move both parameters in one line.",
)
def _run_one_by_one(theta0: Array, x: Array, y: Array, learning_rate: float, n: int) -> Any:
    theta, history = theta0, [theta0]
    for _ in range(n):
        theta = theta - learning_rate * np.array([line_gradient(theta, x, y)[0], 0.0])
        theta = theta - learning_rate * np.array([0.0, line_gradient(theta, x, y)[1]])
        history.append(theta)
    return np.array(history)


@RUN.mistake(
    "The gradient of the start is used for ever",
    "The ground changes as you walk. Where in the loop do you look at it?",
)
def _run_one_gradient(theta0: Array, x: Array, y: Array, learning_rate: float, n: int) -> Any:
    steps = np.arange(n + 1)[:, np.newaxis]
    return theta0 - steps * learning_rate * line_gradient(theta0, x, y)


@RUN.mistake(
    "Every step sets out from the start",
    "All rows after the first are the same: one step away from theta0. From where should the second"
    " step set out?",
)
def _run_from_start(theta0: Array, x: Array, y: Array, learning_rate: float, n: int) -> Any:
    first = theta0 - learning_rate * line_gradient(theta0, x, y)
    return np.array([theta0] + n * [first])


@RUN.mistake(
    "The learning rate is missing in the step",
    "Another learning rate would give the same run. Where does it come in?",
)
def _run_without_rate(*inputs: Any) -> Any:
    return _run(*inputs, step=_step_without_rate)


@RUN.mistake(
    "Only the direction of the gradient is used, not its length",
    "All of your steps are equally long, even close to the minimum. They should shorten by"
    " themselves as the ground becomes level.",
)
def _run_unit(*inputs: Any) -> Any:
    return _run(*inputs, step=_step_unit)


@RUN.mistake(
    "1/m in place of 2/m in the gradient",
    "Each step is half as long as it should be. What does the derivative of a square bring along?",
)
def _run_half(*inputs: Any) -> Any:
    return _run(*inputs, scale=0.5)


@RUN.mistake(
    "The sum in place of the mean in the gradient",
    "Your steps are longer the more points there are. The loss is a mean: so is its gradient.",
)
def _run_sum(theta0: Array, x: Array, *rest: Any) -> Any:
    return _run(theta0, x, *rest, scale=len(x))


# --- How long it took -----------------------------------------------------------------------------

MINIMUM = np.array([2.0, -1.0])
FAR = [[3, 4], [1, -4], [2.4, 2.4], [2, 2]]
CLOSE = [[2.3, 0.5], [2.2, -0.8], [1.2, 1.8]]
ERRORS = np.array([*FAR, *CLOSE, [3, 0], [2, 0], [0.3, 0.2], [-1, 1]])
"""Measured from the minimum: first the intercept is close, then the square of the distance is below
the share, then a share of theta's length, then the distance, then each number, then 0.5 itself.
"""

BORDER = np.array([[3, 4], [2.9, 0.1], [1.9, 1.9], [3, 0], [1.5, 2], [1, 1]])
"""Close by the sum of both, by the larger of both, not at all, at exactly half, and below it."""

STEADY = np.array([[8, 0], [5, 0], [4.5, 0], [2, 0], [0.2, 0]])
"""Close by the start and by the step before at one step, and by 0.5 itself at the next."""

ONCE = np.array([[5, 0], [0, 2], [4, 0], [0, 4], [-4, 0], [0, -4], [4, 0]])
"""Close at its first step, and far from then on: a search that halves what is left misses it."""

SHARE = Task(
    lesson=2,
    returns=("the step",),
    shows="One number for a whole run: with it, lessons to come can say which of two methods is"
    " faster.",
    cases=[
        (MINIMUM + ERRORS, MINIMUM, 0.5),
        (np.array([-1.0, -2.0]) + ERRORS[:7], np.array([-1.0, -2.0]), 0.6),
        (MINIMUM + ERRORS[:9], MINIMUM, 0.25),
        (MINIMUM + BORDER, MINIMUM, 0.5),
        (MINIMUM + STEADY, MINIMUM, 0.5),
        (MINIMUM + ONCE, MINIMUM, 0.5),
    ],
)


@SHARE.answer
def steps_to_share(history: Array, minimum: Array, share: float) -> Any:
    """Return the first step at which only a share of the starting distance is left, or -1."""
    distance = np.linalg.norm(history - minimum, axis=1)
    return _first(distance <= share * distance[0])


def _first(close: NDArray[np.bool_]) -> int:
    return int(np.argmax(close)) if close.any() else -1


def _close(history: Array, minimum: Array, share: float) -> Any:
    distance = np.linalg.norm(history - minimum, axis=1)
    return distance <= share * distance[0]


@SHARE.mistake(
    "One step too many",
    "Row 0 is the start, after no step at all. Then after how many steps does row k come?",
    "If the start itself is close enough, the answer is 0. What is yours?",
)
def _share_late(history: Array, minimum: Array, share: float) -> Any:
    step = steps_to_share(history, minimum, share)
    return step + 1 if step >= 0 else step


@SHARE.mistake(
    "One step too few",
    "You give the last step before it is close. At which is it close for the first time?",
)
def _share_early(history: Array, minimum: Array, share: float) -> Any:
    step = steps_to_share(history, minimum, share)
    return step - 1 if step >= 0 else step


@SHARE.mistake(
    "The share itself in place of a share of the start",
    "A run that starts far away and one that starts close by should be measured by their own"
    " starting distance. Where does it come in?",
    "For a start that is 8 away and a share of 0.25, close means at most 2 away. With which"
    " number do you compare?",
)
def _share_absolute(history: Array, minimum: Array, share: float) -> Any:
    return _first(np.linalg.norm(history - minimum, axis=1) <= share)


@SHARE.mistake(
    "The length of theta at the start, not its distance",
    "That is how far the start is from zero. How far is it from the minimum?",
)
def _share_of_length(history: Array, minimum: Array, share: float) -> Any:
    distance = np.linalg.norm(history - minimum, axis=1)
    return _first(distance <= share * np.linalg.norm(history[0]))


@SHARE.mistake(
    "The distance to the last place, not to the minimum",
    "A run need not have arrived when it ends. Which of the arguments says where the minimum is?",
)
def _share_to_end(history: Array, minimum: Array, share: float) -> Any:
    return steps_to_share(history, history[-1], share)


@SHARE.mistake(
    "The distance to zero, not to the minimum",
    "You measure how long theta is. Which of the arguments says where the minimum is?",
)
def _share_to_zero(history: Array, minimum: Array, share: float) -> Any:
    return steps_to_share(history, np.zeros_like(minimum), share)


@SHARE.mistake(
    "The intercept alone",
    "A line with the right intercept may still have a bad slope. How do two numbers make one"
    " distance?",
)
def _share_intercept(history: Array, minimum: Array, share: float) -> Any:
    return steps_to_share(history[:, :1], minimum[:1], share)


@SHARE.mistake(
    "Each parameter by itself in place of the distance",
    "You ask for a share of each number's own start. The distance is one number: the root of the"
    " sum of the squares.",
)
def _share_each(history: Array, minimum: Array, share: float) -> Any:
    errors = np.abs(history - minimum)
    return _first((errors <= share * errors[0]).all(axis=1))


@SHARE.mistake(
    "Squared distances",
    "Half of a distance is a quarter of its square. Is there a root missing?",
    "For a start that is 8 away and a share of 0.5, close means at most 4 away. The squares"
    " are 64 and 16: a quarter, not half.",
)
def _share_squares(history: Array, minimum: Array, share: float) -> Any:
    return steps_to_share(history, minimum, np.sqrt(share))


@SHARE.mistake(
    "The last step that is close, not the first",
    "The run goes on after it has come close. When was it close for the first time?",
)
def _share_last(history: Array, minimum: Array, share: float) -> Any:
    close = _close(history, minimum, share)
    return int(np.flatnonzero(close)[-1]) if close.any() else -1


@SHARE.mistake(
    "The number of steps that are far, not the first close one",
    "A run may come close, leave, and come back. Then counting is not the same as looking for the"
    " first.",
)
def _share_count(history: Array, minimum: Array, share: float) -> Any:
    close = _close(history, minimum, share)
    return int((~close).sum()) if close.any() else -1


@SHARE.mistake(
    "A run that never comes close counts as close at step 0",
    "argmax of nothing but False is 0. Look first whether there is any such step; if not, return"
    " -1.",
)
def _share_never(history: Array, minimum: Array, share: float) -> Any:
    return max(steps_to_share(history, minimum, share), 0)


@SHARE.mistake(
    "Less than the share, where at most the share is asked",
    "One of the runs comes to exactly that distance. Does “at most” include it?",
)
def _share_strictly(history: Array, minimum: Array, share: float) -> Any:
    distance = np.linalg.norm(history - minimum, axis=1)
    return _first(distance < share * distance[0])


@SHARE.mistake(
    "The sum of both misses in place of the distance",
    "Three to the right and four up are five away, not seven. How do two numbers make one"
    " distance?",
)
def _share_sum(history: Array, minimum: Array, share: float) -> Any:
    distance = np.abs(history - minimum).sum(axis=1)
    return _first(distance <= share * distance[0])


@SHARE.mistake(
    "The larger of both misses in place of the distance",
    "Three to the right and four up are five away, not four. How do two numbers make one distance?",
)
def _share_largest(history: Array, minimum: Array, share: float) -> Any:
    distance = np.abs(history - minimum).max(axis=1)
    return _first(distance <= share * distance[0])


@SHARE.mistake(
    "No step is ever close",
    "You return -1 for every run. If there is a loop: is `return -1` inside of it? Then it ends at"
    " the start, which is never close.",
)
def _share_start_alone(history: Array, minimum: Array, share: float) -> Any:
    return -1


@SHARE.mistake(
    "A share of the step before, not of the start",
    "You compare each distance with the one before it. Which one is a share to be taken of?",
)
def _share_of_before(history: Array, minimum: Array, share: float) -> Any:
    distance = np.linalg.norm(history - minimum, axis=1)
    return _first(np.append(False, distance[1:] <= share * distance[:-1]))


@SHARE.mistake(
    "The share is taken as what goes, not what is left",
    "A share of 0.25 means that a quarter of the distance is left, not that it has been walked.",
)
def _share_gone(history: Array, minimum: Array, share: float) -> Any:
    return steps_to_share(history, minimum, 1 - share)


@SHARE.mistake(
    "The far steps are counted, and -1 never comes",
    "A run may come close, leave, and come back: counting is not looking for the first. And what is"
    " returned if none is close?",
)
def _share_count_alone(history: Array, minimum: Array, share: float) -> Any:
    return int((~_close(history, minimum, share)).sum())
