"""Lesson 1: the loss of a line, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]

X, Y = np.array([0.0, 1.0, 3.0]), np.array([1.0, 4.0, 2.0])
POINTS = (
    (np.array([2.0, 1.0]), X, Y),
    (np.array([-1.0, 0.5]), X, Y),
    (np.array([0.5, -2.0]), np.array([0.5, 1.5, 2.5, -1.0]), np.array([3.0, -1.0, 2.0, 0.0])),
)
"""Points on no line, and lines that miss them by different amounts on both sides."""


# --- The loss -------------------------------------------------------------------------------------

LOSS = Task(
    lesson=1,
    returns=("the loss",),
    shows="One number says how badly a line misses all of its points at once.",
    cases=POINTS,
)


@LOSS.answer
def line_loss(theta: Array, x: Array, y: Array) -> Any:
    """Return the mean squared error of a line."""
    return np.mean(_residuals(theta, x, y) ** 2)


def _residuals(theta: Array, x: Array, y: Array) -> Any:
    intercept, slope = theta
    return intercept + slope * x - y


@LOSS.mistake(
    "The sum in place of the mean",
    "Twice as many points would make it twice as large, for the same line. What undoes that?",
)
def _loss_sum(theta: Array, x: Array, y: Array) -> Any:
    return np.sum(_residuals(theta, x, y) ** 2)


@LOSS.mistake(
    "The squares are missing",
    "Misses above and below the line cancel each other. What makes every miss count as positive?",
)
def _loss_without_squares(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(_residuals(theta, x, y))


@LOSS.mistake(
    "Absolute values in place of squares",
    "That is the mean absolute error, a loss of its own. This one squares each residual.",
)
def _loss_absolute(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(np.abs(_residuals(theta, x, y)))


@LOSS.mistake(
    "The mean is squared, not the residuals",
    "Square first, then take the mean: the other way round, misses cancel before the square.",
)
def _loss_square_of_mean(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(_residuals(theta, x, y)) ** 2


@LOSS.mistake(
    "A root too many",
    "The root of the loss is in the units of y, but here the loss itself is asked for.",
)
def _loss_root(theta: Array, x: Array, y: Array) -> Any:
    return np.sqrt(np.mean(_residuals(theta, x, y) ** 2))


@LOSS.mistake(
    "Half of the loss",
    "Some books put a 1/2 in front, so that a 2 goes away later. This course does not.",
)
def _loss_half(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(_residuals(theta, x, y) ** 2) / 2


@LOSS.mistake(
    "The intercept is missing",
    "At x = 0 your line predicts 0, whatever the intercept. Where does theta[0] go?",
)
def _loss_without_intercept(theta: Array, x: Array, y: Array) -> Any:
    return np.mean((theta[1] * x - y) ** 2)


@LOSS.mistake(
    "Intercept and slope are exchanged",
    "theta holds the intercept first, then the slope. Which of them is multiplied by x?",
)
def _loss_exchanged(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(_residuals(theta[::-1], x, y) ** 2)


# --- The gradient ---------------------------------------------------------------------------------

GRADIENT = Task(
    lesson=1,
    returns=("the gradient",),
    shows="Two numbers say in which direction the loss grows fastest. Their opposite leads down.",
    cases=POINTS,
)


@GRADIENT.answer
def line_gradient(theta: Array, x: Array, y: Array) -> Any:
    """Return the gradient of the loss: its derivative by the intercept, and by the slope."""
    r = _residuals(theta, x, y)
    return 2 * np.array([np.mean(r), np.mean(r * x)])


@GRADIENT.mistake(
    "1/m in place of 2/m",
    "Every number is half of what it should be. What does the derivative of a square bring along?",
)
def _gradient_half(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y) / 2


@GRADIENT.mistake(
    "The sum in place of the mean",
    "Your numbers are too large by the number of points. The loss is a mean: so is its derivative.",
)
def _gradient_sum(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y) * len(x)


@GRADIENT.mistake(
    "The sign is turned round",
    "Where the line is too high, a larger intercept makes it worse: the first number is positive"
    " there. Which way round is the difference that you take?",
)
def _gradient_sign(theta: Array, x: Array, y: Array) -> Any:
    return -line_gradient(theta, x, y)


@GRADIENT.mistake(
    "The column of ones is missing",
    "There is one number where there should be two. The intercept is a parameter, too: what is it"
    " multiplied by at each point?",
)
def _gradient_without_ones(theta: Array, x: Array, y: Array) -> Any:
    return 2 * np.array([np.mean(_residuals(theta, x, y) * x)])


@GRADIENT.mistake(
    "The residuals lack the intercept",
    "The two numbers belong to a line through the origin. Look at what your line predicts at"
    " x = 0.",
)
def _gradient_through_origin(theta: Array, x: Array, y: Array) -> Any:
    r = theta[1] * x - y
    return 2 * np.array([np.mean(r), np.mean(r * x)])


@GRADIENT.mistake(
    "The factor x is missing in the second number",
    "When the slope grows by 1, the residual at x = 3 grows by 3. Where is that in the second"
    " number?",
)
def _gradient_without_x(theta: Array, x: Array, y: Array) -> Any:
    r = _residuals(theta, x, y)
    return 2 * np.array([np.mean(r), np.mean(r)])


@GRADIENT.mistake(
    "The two numbers are exchanged",
    "The intercept comes first in theta, and so it does in the gradient.",
)
def _gradient_exchanged(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y)[::-1]


@GRADIENT.mistake(
    "A shape of (m,) met a shape of (m, 1)",
    "Every prediction was compared with every point, not with its own. Print the shape of your"
    " residuals: there should be m of them, not m times m.",
)
def _gradient_every_pair(theta: Array, x: Array, y: Array) -> Any:
    intercept, slope = theta
    r = intercept + slope * x - y.reshape(-1, 1)
    return 2 * np.array([np.mean(r), np.mean(r * x)])


# --- The check by differences ---------------------------------------------------------------------

DIFFERENCES = Task(
    lesson=1,
    returns=("the derivatives",),
    shows="It knows nothing of your derivation, and so it can check any gradient you ever derive.",
    cases=[(*points, h) for points, h in zip(POINTS, (0.5, 0.1, 0.25), strict=True)],
)


@DIFFERENCES.answer
def gradient_by_differences(theta: Array, x: Array, y: Array, h: float) -> Any:
    """Return the loss's derivatives, by two places h to either side of theta."""
    derivatives = []
    for nudge in h * np.eye(2):
        rise = line_loss(theta + nudge, x, y) - line_loss(theta - nudge, x, y)
        derivatives.append(rise / (2 * h))
    return np.array(derivatives)


@DIFFERENCES.mistake(
    "Only one side",
    "You compare the place itself with one neighbour. Between two neighbours, at the same distance"
    " on either side, the answer is far closer.",
)
def _differences_forward(theta: Array, x: Array, y: Array, h: float) -> Any:
    here = line_loss(theta, x, y)
    return np.array([(line_loss(theta + nudge, x, y) - here) / h for nudge in h * np.eye(2)])


@DIFFERENCES.mistake(
    "Divided by h in place of 2h",
    "From h to the left to h to the right: how far is that?",
)
def _differences_by_h(theta: Array, x: Array, y: Array, h: float) -> Any:
    return 2 * gradient_by_differences(theta, x, y, h)


@DIFFERENCES.mistake(
    "Not divided by the distance",
    "That is how much the loss rises. A derivative is the rise for each unit of distance.",
)
def _differences_rise(theta: Array, x: Array, y: Array, h: float) -> Any:
    return 2 * h * gradient_by_differences(theta, x, y, h)


@DIFFERENCES.mistake(
    "Both parameters are nudged at once",
    "Each number of the gradient belongs to one parameter: nudge that one, and leave the other.",
)
def _differences_together(theta: Array, x: Array, y: Array, h: float) -> Any:
    rise = line_loss(theta + h, x, y) - line_loss(theta - h, x, y)
    return np.array([rise, rise]) / (2 * h)


@DIFFERENCES.mistake(
    "The first nudge is never taken back",
    "When you come to the slope, the intercept still stands where you pushed it. Nudge a copy.",
)
def _differences_kept(theta: Array, x: Array, y: Array, h: float) -> Any:
    moved, derivatives = theta.copy(), []
    for k in range(2):
        moved[k] += h
        ahead = line_loss(moved, x, y)
        behind = line_loss(moved - 2 * h * np.eye(2)[k], x, y)
        derivatives.append((ahead - behind) / (2 * h))
    return np.array(derivatives)


@DIFFERENCES.mistake(
    "The sign is turned round",
    "A rise is what lies ahead minus what lies behind.",
)
def _differences_sign(theta: Array, x: Array, y: Array, h: float) -> Any:
    return -gradient_by_differences(theta, x, y, h)
