"""Lesson 1: the loss of a line, and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.slips import of_points
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
    "Residuals 1, 1 and 1 have squares that add up to 3, and the loss is 1. Which line of"
    " yours adds up?",
)
def _loss_sum(theta: Array, x: Array, y: Array) -> Any:
    return np.sum(_residuals(theta, x, y) ** 2)


@LOSS.mistake(
    "The squares are missing",
    "Misses above and below the line cancel each other. What makes every miss count as positive?",
    "Residuals 3 and -3 should give a loss of 9. What happens to each of them before the mean?",
)
def _loss_without_squares(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(_residuals(theta, x, y))


@LOSS.mistake(
    "The squares are missing, and the sign is turned round",
    "Misses above and below the line cancel each other. What makes every miss count as positive,"
    " whichever way round you take the difference?",
)
def _loss_of_misses(theta: Array, x: Array, y: Array) -> Any:
    return -np.mean(_residuals(theta, x, y))


@LOSS.mistake(
    "Absolute values in place of squares",
    "That is the mean absolute error, a loss of its own. This one squares each residual.",
)
def _loss_absolute(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(np.abs(_residuals(theta, x, y)))


@LOSS.mistake(
    "The mean is squared, not the residuals",
    "Square first, then take the mean: the other way round, misses cancel before the square.",
    "Residuals 1 and 3 have the squares 1 and 9, and a mean of 5. The square of their own"
    " mean is 4. Where do your brackets end?",
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
    "Residuals 1 and 3 have the squares 1 and 9, and a mean of 5. By what do you divide besides m?",
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


@LOSS.mistake(
    "The sum is squared, not each residual",
    "Misses above and below the line cancel before the square. Does `** 2` stand inside of the sum,"
    " or behind it?",
)
def _loss_square_of_sum(theta: Array, x: Array, y: Array) -> Any:
    return np.sum(_residuals(theta, x, y)) ** 2 / len(x)


@LOSS.mistake(
    "The squares, and not yet their mean",
    "There is a number for every point. The loss is one number for all of them.",
)
def _loss_squares(theta: Array, x: Array, y: Array) -> Any:
    return _residuals(theta, x, y) ** 2


@LOSS.mistake(
    "The length of the residuals, not their mean square",
    "np.linalg.norm is the root of the sum of the squares. How do you get from there to their"
    " mean?",
)
def _loss_norm(theta: Array, x: Array, y: Array) -> Any:
    return np.linalg.norm(_residuals(theta, x, y))


@LOSS.mistake(
    "The length of the residuals is not squared",
    "A root is taken before you divide by the number of points. np.linalg.norm takes one, too.",
)
def _loss_norm_by_m(theta: Array, x: Array, y: Array) -> Any:
    return np.linalg.norm(_residuals(theta, x, y)) / len(x)


@LOSS.mistake(
    "1/2 in place of 1/m",
    "Half of the sum grows with the number of points. By what is a sum divided to make a mean?",
)
def _loss_half_sum(theta: Array, x: Array, y: Array) -> Any:
    return np.sum(_residuals(theta, x, y) ** 2) / 2


@LOSS.mistake(
    "m - 1 in place of m",
    "That estimates the spread of a larger population from a sample. Here it is the mean over these"
    " very points.",
)
def _loss_of_sample(theta: Array, x: Array, y: Array) -> Any:
    return np.sum(_residuals(theta, x, y) ** 2) / (len(x) - 1)


@LOSS.mistake(
    "Every prediction is compared with every point",
    "A shape of (m,) met a shape of (m, 1). Print the shape of your residuals: there should be m of"
    " them, not m times m.",
)
def _loss_every_pair(theta: Array, x: Array, y: Array) -> Any:
    intercept, slope = theta
    return np.mean((intercept + slope * x - y.reshape(-1, 1)) ** 2)


of_points(LOSS, 1)


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
    "The derivative of r² is 2·r, times the derivative of r. Follow the 2 through your lines.",
)
def _gradient_half(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y) / 2


@GRADIENT.mistake(
    "The sum in place of the mean",
    "Your numbers are too large by the number of points. The loss is a mean: so is its derivative.",
    "Were each point there twice, the gradient should stay as it is. Which line of yours"
    " would give twice as much?",
)
def _gradient_sum(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y) * len(x)


@GRADIENT.mistake(
    "The sign is turned round",
    "Where the line is too high, a larger intercept makes it worse: the first number is positive"
    " there. Which way round is the difference that you take?",
    "A point at y = 0, and a line at height 1: the residual, prediction minus y, is 1, and"
    " the first number is 2. What is yours?",
)
def _gradient_sign(theta: Array, x: Array, y: Array) -> Any:
    return -line_gradient(theta, x, y)


@GRADIENT.mistake(
    "The column of ones is missing",
    "There is one number where there should be two. The intercept is a parameter, too: what is it"
    " multiplied by at each point?",
    "A prediction is intercept · 1 + slope · x. The slope's number is a mean of residual"
    " times x: of residual times what is the intercept's?",
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
    "The residual is θ₀ + θ₁·x - y. Take its derivative by θ₁: what is left?",
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


@GRADIENT.mistake(
    "2/m is missing",
    "Aᵀ times the residuals is a sum over the points. Which factor do the mean and the derivative"
    " of a square bring along?",
)
def _gradient_bare(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y) * len(x) / 2


@GRADIENT.mistake(
    "The sign is turned round, and 1/m stands for 2/m",
    "Two things. Where the line is too high, the first number is positive; and the derivative of a"
    " square brings something along.",
)
def _gradient_sign_and_half(theta: Array, x: Array, y: Array) -> Any:
    return -line_gradient(theta, x, y) / 2


@GRADIENT.mistake(
    "Two numbers for every point, and not yet their means",
    "The loss is a mean over the points, and so is each of the two numbers.",
)
def _gradient_of_points(theta: Array, x: Array, y: Array) -> Any:
    r = _residuals(theta, x, y)
    return 2 * np.array([r, r * x])


@GRADIENT.mistake(
    "The factor is y, and not x",
    "When the slope grows by 1, by what does the prediction at a point grow?",
)
def _gradient_with_y(theta: Array, x: Array, y: Array) -> Any:
    r = _residuals(theta, x, y)
    return 2 * np.array([np.mean(r), np.mean(r * y)])


@GRADIENT.mistake(
    "The product of two means, not the mean of the products",
    "Each residual is multiplied by its own x, and then the mean is taken. Which comes first in"
    " your second number?",
)
def _gradient_of_means(theta: Array, x: Array, y: Array) -> Any:
    r = _residuals(theta, x, y)
    return 2 * np.array([np.mean(r), np.mean(r) * np.mean(x)])


@GRADIENT.mistake(
    "The residuals lack y",
    "How far is the line from the points? With other heights of the points, your numbers would stay"
    " the same.",
)
def _gradient_without_y(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, 0 * y)


@GRADIENT.mistake(
    "The slope's number alone",
    "That is how fast the loss grows with the slope. The intercept is a parameter, too: how fast"
    " with that?",
)
def _gradient_of_slope(theta: Array, x: Array, y: Array) -> Any:
    return line_gradient(theta, x, y)[1]


of_points(GRADIENT, 1)


# --- The check by differences ---------------------------------------------------------------------

DIFFERENCES = Task(
    lesson=1,
    returns=("the derivatives",),
    shows="It knows nothing of any derivation, and so it can check every gradient you ever derive.",
    cases=[(*points, h) for points, h in zip(POINTS, (0.5, 0.1, 0.25), strict=True)],
)
"""Of fourth powers: of squares, every h gives the gradient itself, and no other h would show."""


def _fourth_powers(theta: Array, x: Array, y: Array) -> Any:
    return np.mean(_residuals(theta, x, y) ** 4)


@DIFFERENCES.answer
def gradient_by_differences(theta: Array, x: Array, y: Array, h: float) -> Any:
    """Return the derivatives of the loss, from two places h to either side of theta."""
    return _derivatives(theta, x, y, h)


def _derivatives(
    theta: Array, x: Array, y: Array, h: float, *, loss: Callable[..., Any] = _fourth_powers
) -> Any:
    derivatives = []
    for nudge in h * np.eye(2):
        rise = loss(theta + nudge, x, y) - loss(theta - nudge, x, y)
        derivatives.append(rise / (2 * h))
    return np.array(derivatives)


@DIFFERENCES.mistake(
    "Only one side",
    "You compare the place itself with one neighbour. Between two neighbours, at the same distance"
    " on either side, the answer is far closer.",
    "Take t² at t = 1, with h = 0.5. One side gives (2.25 - 1) / 0.5 = 2.5, both sides give"
    " (2.25 - 0.25) / 1 = 2.",
)
def _differences_forward(theta: Array, x: Array, y: Array, h: float) -> Any:
    here = _fourth_powers(theta, x, y)
    return np.array([(_fourth_powers(theta + nudge, x, y) - here) / h for nudge in h * np.eye(2)])


@DIFFERENCES.mistake(
    "Only one side, the one behind",
    "You compare the place itself with the neighbour behind. Between two neighbours, at the same"
    " distance on either side, the answer is far closer.",
)
def _differences_backward(theta: Array, x: Array, y: Array, h: float) -> Any:
    return _differences_forward(theta, x, y, -h)


@DIFFERENCES.mistake(
    "From the place itself to h ahead, divided by 2h",
    "The place h behind is not looked at. After `+= h`, one `-= h` leads back to the place itself.",
)
def _differences_half_forward(theta: Array, x: Array, y: Array, h: float) -> Any:
    return _differences_forward(theta, x, y, h) / 2


@DIFFERENCES.mistake(
    "The derivatives at the place itself, without h",
    "This loss is no parabola: with a larger h, your numbers should change. Do they follow the h"
    " that you are given, or a derivation?",
)
def _differences_derived(theta: Array, x: Array, y: Array, h: float) -> Any:
    r = _residuals(theta, x, y)
    return 4 * np.array([np.mean(r**3), np.mean(r**3 * x)])


@DIFFERENCES.mistake(
    "The two places are h apart, not 2h",
    "h to either side: how far is it from the one to the other?",
)
def _differences_narrow(theta: Array, x: Array, y: Array, h: float) -> Any:
    return gradient_by_differences(theta, x, y, h / 2)


@DIFFERENCES.mistake(
    "The loss of squares, not of fourth powers",
    "Your line_loss is another loss. Here the one that stands in the cell is asked for.",
)
def _differences_of_squares(theta: Array, x: Array, y: Array, h: float) -> Any:
    return _derivatives(theta, x, y, h, loss=line_loss)


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
    "Divided by 2, and multiplied by h",
    "`/ 2 * h` divides by 2 alone. Where do brackets belong?",
)
def _differences_without_brackets(theta: Array, x: Array, y: Array, h: float) -> Any:
    return h**2 * gradient_by_differences(theta, x, y, h)


@DIFFERENCES.mistake(
    "Both parameters are nudged at once",
    "Each number of the gradient belongs to one parameter: nudge that one, and leave the other.",
    "Print both places before you ask for the first loss. They should differ in one number alone.",
)
def _differences_together(theta: Array, x: Array, y: Array, h: float) -> Any:
    rise = _fourth_powers(theta + h, x, y) - _fourth_powers(theta - h, x, y)
    return np.array([rise, rise]) / (2 * h)


def _after_the_first(theta: Array, x: Array, y: Array, h: float, moved: float) -> Any:
    """Compute the second derivative where the first parameter has moved."""
    first = gradient_by_differences(theta, x, y, h)[0]
    return np.array([first, gradient_by_differences(theta + np.array([moved, 0]), x, y, h)[1]])


@DIFFERENCES.mistake(
    "The first nudge is never taken back",
    "When you come to the slope, the intercept still stands where you pushed it. Nudge a copy.",
    "Print theta at the start of each round. It should be the same each time.",
)
def _differences_kept(theta: Array, x: Array, y: Array, h: float) -> Any:
    return _after_the_first(theta, x, y, h, h)


@DIFFERENCES.mistake(
    "The intercept is left h behind where it was",
    "After `+= h` and `-= 2 * h` it stands behind, and there it stays when you come to the slope."
    " Put it back, or nudge a copy.",
)
def _differences_left_behind(theta: Array, x: Array, y: Array, h: float) -> Any:
    return _after_the_first(theta, x, y, h, -h)


@DIFFERENCES.mistake(
    "Both derivatives are 0",
    "Then the two places have the same loss. Are they one and the same array? `b = a` makes no"
    " copy.",
)
def _differences_of_nothing(theta: Array, x: Array, y: Array, h: float) -> Any:
    return np.zeros(2)


@DIFFERENCES.mistake(
    "The second derivative is still 0",
    "The loop has only come to the first parameter. Is `return` inside of it?",
)
def _differences_first(theta: Array, x: Array, y: Array, h: float) -> Any:
    return gradient_by_differences(theta, x, y, h) * [1, 0]


@DIFFERENCES.mistake(
    "There is only one derivative",
    "Two parameters, two derivatives. If there is a loop: is `return` inside of it?",
)
def _differences_alone(theta: Array, x: Array, y: Array, h: float) -> Any:
    return gradient_by_differences(theta, x, y, h)[:1]


@DIFFERENCES.mistake(
    "The two derivatives are exchanged",
    "The intercept comes first in theta, and so it does here.",
)
def _differences_exchanged(theta: Array, x: Array, y: Array, h: float) -> Any:
    return gradient_by_differences(theta, x, y, h)[::-1]


@DIFFERENCES.mistake(
    "The sign is turned round",
    "A rise is what lies ahead minus what lies behind.",
)
def _differences_sign(theta: Array, x: Array, y: Array, h: float) -> Any:
    return -gradient_by_differences(theta, x, y, h)
