"""Lesson 2: a step down, a run that keeps its history, and the learning rate behind one."""

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


# --- Which learning rate it was -------------------------------------------------------------------

FEW = np.array([-1.0, 0.5, 2.0]), np.array([2.0, 0.0, 1.0])

BEHIND = Task(
    lesson=2,
    returns=("the learning rate",),
    shows="A run hides nothing: each of its steps says how long it is for the gradient it saw.",
    cases=[
        (descend(np.array([2.0, -1.0]), X, Y, 0.05, 3), X, Y),
        (descend(np.array([-1.0, 4.0]), X, Y, 0.01, 1), X, Y),
        (descend(np.array([3.0, 0.5]), *FEW, 0.3, 5), *FEW),
    ],
)


def _length(arrow: Array) -> float:
    return float(np.linalg.norm(arrow))


@BEHIND.answer
def learning_rate_behind(history: Array, x: Array, y: Array) -> Any:
    """Return the learning rate with which gradient descent has made a history."""
    return _length(history[1] - history[0]) / _length(line_gradient(history[0], x, y))


@BEHIND.mistake(
    "The gradient where the step arrives",
    "A step looks at the ground before it moves. At which place did it set out?",
    "From 1, with a gradient of 2 there, a step leads to 0.8. The gradient at 0.8 is 1.6 and has"
    " had no part in it: which of the two do you take?",
)
def _behind_late(history: Array, x: Array, y: Array) -> Any:
    return _length(history[1] - history[0]) / _length(line_gradient(history[1], x, y))


@BEHIND.mistake(
    "1/m in place of 2/m in the gradient",
    "Twice what it should be. What does the derivative of a square bring along in the gradient?",
    "The square r² grows by 2r when r grows by 1. Is the 2 in your gradient?",
)
def _behind_half(history: Array, x: Array, y: Array) -> Any:
    return 2 * learning_rate_behind(history, x, y)


@BEHIND.mistake(
    "The sum in place of the mean in the gradient",
    "The loss is a mean over the points, and so is its gradient. With more points, yours is"
    " longer.",
)
def _behind_sum(history: Array, x: Array, y: Array) -> Any:
    return learning_rate_behind(history, x, y) / len(x)


@BEHIND.mistake(
    "2/m is missing in the gradient",
    "The loss is a mean, of squares. Which factor stands in front of the sum in its gradient?",
)
def _behind_sum_alone(history: Array, x: Array, y: Array) -> Any:
    return 2 * learning_rate_behind(history, x, y) / len(x)


@BEHIND.mistake(
    "The sign is turned round",
    "A step goes against the gradient. So what is the move, divided by the gradient, and what is"
    " the learning rate?",
    "From 1, with a gradient of 2 there, a step of 0.1 times the gradient leads to 0.8. The move"
    " is -0.2, and the learning rate 0.1.",
)
def _behind_negative(history: Array, x: Array, y: Array) -> Any:
    return -learning_rate_behind(history, x, y)


@BEHIND.mistake(
    "Two numbers, one for each parameter",
    "They are the same, since one learning rate moves both. One number is asked for.",
)
def _behind_each(history: Array, x: Array, y: Array) -> Any:
    return np.full(2, learning_rate_behind(history, x, y))


@BEHIND.mistake(
    "Two numbers, one for each parameter, and both negative",
    "They are the same, since one learning rate moves both: one number is asked for. And a step"
    " goes against the gradient.",
)
def _behind_each_negative(history: Array, x: Array, y: Array) -> Any:
    return np.full(2, -learning_rate_behind(history, x, y))


@BEHIND.mistake(
    "One number for each step",
    "They are all the same, since the run has had one learning rate. One number is asked for.",
)
def _behind_each_step(history: Array, x: Array, y: Array) -> Any:
    return np.full(len(history) - 1, learning_rate_behind(history, x, y))


@BEHIND.mistake(
    "The quotient is upside down",
    "The learning rate says how far a gradient of length 1 moves. Which of the two is divided by"
    " the other?",
    "A move of 0.2 at a gradient of 2 was made with 0.1. What makes 0.1 of these two numbers?",
)
def _behind_upside_down(history: Array, x: Array, y: Array) -> Any:
    return 1 / learning_rate_behind(history, x, y)


@BEHIND.mistake(
    "The length of the move, not divided by the gradient",
    "On steep ground the same learning rate moves further. How steep is it where the step sets"
    " out?",
)
def _behind_move(history: Array, x: Array, y: Array) -> Any:
    return _length(history[1] - history[0])


@BEHIND.mistake(
    "The whole way, divided by the first gradient",
    "Later steps saw other gradients. Which move belongs to the gradient at the start?",
)
def _behind_whole(history: Array, x: Array, y: Array) -> Any:
    return _length(history[-1] - history[0]) / _length(line_gradient(history[0], x, y))


@BEHIND.mistake(
    "The last move, divided by the first gradient",
    "Each move belongs to the gradient where it sets out. Where does the last one?",
)
def _behind_last(history: Array, x: Array, y: Array) -> Any:
    return _length(history[-1] - history[-2]) / _length(line_gradient(history[0], x, y))


@BEHIND.mistake(
    "The last move, divided by the gradient at the end",
    "A step looks at the ground before it moves. At which place did the last one set out?",
)
def _behind_end(history: Array, x: Array, y: Array) -> Any:
    return _length(history[-1] - history[-2]) / _length(line_gradient(history[-1], x, y))


@BEHIND.mistake(
    "The square of the learning rate",
    "Squared lengths are divided by one another. Where does a root belong?",
)
def _behind_square(history: Array, x: Array, y: Array) -> Any:
    return learning_rate_behind(history, x, y) ** 2


@BEHIND.mistake(
    "The fall of the loss, divided by the gradient's square",
    "That is so for tiny steps alone: the gradient shortens on the way. How long is the move"
    " itself?",
)
def _behind_fall(history: Array, x: Array, y: Array) -> Any:
    before, after = (np.mean((a + b * x - y) ** 2) for a, b in history[:2])
    return (before - after) / _length(line_gradient(history[0], x, y)) ** 2


@BEHIND.mistake(
    "The place in place of the move",
    "A place says where the run is, and a move by how much it went on. Which of them did the"
    " learning rate make?",
)
def _behind_place(history: Array, x: Array, y: Array) -> Any:
    return _length(history[1]) / _length(line_gradient(history[0], x, y))


@BEHIND.mistake(
    "The slope's gradient lacks its x",
    "When the slope grows by 1, the line at x rises by x. Where is that x in your gradient?",
)
def _behind_flat(history: Array, x: Array, y: Array) -> Any:
    residuals = history[0][0] + history[0][1] * x - y
    return _length(history[1] - history[0]) / _length(2 * np.full(2, np.mean(residuals)))
