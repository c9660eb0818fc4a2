"""Lesson 11: kinds of points, the way out of a saddle, and Nesterov's look-ahead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.slips import in_a_run, of_history
from lessons_lib.feedback.task import Task

Array = NDArray[Any]


# --- Kinds of points ------------------------------------------------------------------------------

KIND = Task(
    lesson=11,
    returns=("the kind",),
    shows="Where the gradient is silent, the smallest and the largest curvature speak.",
    cases=[
        (np.array([[2.0, 1.0], [1.0, 3.0]]),),
        (np.array([[-2.0, 0.5], [0.5, -1.0]]),),
        (np.array([[1.0, 2.0], [2.0, 1.5]]),),
        (np.array([[-1.0, 0.0], [0.0, 0.5]]),),
        (np.diag([-1.0, -2.0, 4.0]),),
    ],
)


@KIND.answer
def kind_of_point(hessian: Array) -> Any:
    """Return what a point with a gradient of zero is, by the curvatures there."""
    low, high = np.linalg.eigvalsh(hessian)[[0, -1]]
    if low > 0:
        return "minimum"
    return "maximum" if high < 0 else "saddle"


@KIND.mistake(
    "The determinant alone decides",
    "Two negative curvatures have a positive product, too. Look at each of them.",
)
def _by_determinant(hessian: Array) -> Any:
    return "minimum" if np.linalg.det(hessian) > 0 else "saddle"


@KIND.mistake(
    "The entries on the diagonal in place of the eigenvalues",
    "The diagonal tells the curvature along the axes. A saddle may lie aslant. Which directions"
    " matter?",
)
def _by_diagonal(hessian: Array) -> Any:
    return kind_of_point(np.diag(np.diag(hessian)))


@KIND.mistake(
    "The sum of the curvatures decides",
    "One strong curvature upwards hides a weak one downwards. Each has a say of its own.",
)
def _by_trace(hessian: Array) -> Any:
    return "minimum" if np.trace(hessian) > 0 else "maximum"


@KIND.mistake(
    "One positive curvature is enough for a minimum",
    "In a minimum the ground rises in every direction. Which eigenvalue has to be positive?",
)
def _any_positive(hessian: Array) -> Any:
    return "minimum" if np.linalg.eigvalsh(hessian)[-1] > 0 else "maximum"


@KIND.mistake(
    "Minimum and maximum are exchanged",
    "A positive curvature bends upwards, like a bowl. What stands at the bottom of a bowl?",
)
def _exchanged(hessian: Array) -> Any:
    return kind_of_point(-np.asarray(hessian))


@KIND.mistake(
    "A maximum is taken for a saddle",
    "If the ground falls in every direction, no way leads up from there. That has a name of its"
    " own.",
)
def _no_maximum(hessian: Array) -> Any:
    return "minimum" if np.linalg.eigvalsh(hessian)[0] > 0 else "saddle"


@KIND.mistake(
    "Only the first two curvatures are looked at",
    "With three parameters there are three curvatures. The smallest and the largest decide.",
)
def _first_two(hessian: Array) -> Any:
    low, high = np.linalg.eigvalsh(hessian)[:2]
    if low > 0:
        return "minimum"
    return "maximum" if high < 0 else "saddle"


@KIND.mistake(
    "The rule of determinant and trace for two parameters",
    "With two parameters it holds. With three, two negative curvatures and a positive one pass for"
    " something else. Look at each.",
)
def _by_both(hessian: Array) -> Any:
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if np.trace(hessian) > 0 else "maximum"


# --- The way out of a saddle ----------------------------------------------------------------------

GROWTH = Task(
    lesson=11,
    returns=("the factor",),
    shows="At a saddle gradients grow, and an average of growing numbers lags behind the newest.",
    cases=[(0.1, 0.9, -1.0), (0.5, 0.6, -2.0), (0.1, 0.2, -1.0)],
)


def _larger_root(middle: float, beta: float) -> Any:
    return (middle + np.sqrt(middle**2 - 4 * beta)) / 2


@GROWTH.answer
def recipe_growth(learning_rate: float, beta: float, curvature: float) -> Any:
    """Return the factor per step by which the averaged form leaves a saddle."""
    return _larger_root(1 + beta - learning_rate * (1 - beta) * curvature, beta)


@GROWTH.mistake(
    "The heavy ball's factor",
    "The recipe takes in a share of each gradient only. At which learning rate is it a heavy ball?",
)
def _growth_ball(learning_rate: float, beta: float, curvature: float) -> Any:
    return _larger_root(1 + beta - learning_rate * curvature, beta)


@GROWTH.mistake(
    "Gradient descent's factor",
    "1 - lr·λ is right without memory. With it there is a quadratic to solve.",
)
def _growth_plain(learning_rate: float, beta: float, curvature: float) -> Any:
    return 1 - learning_rate * curvature


@GROWTH.mistake(
    "The smaller root",
    "Both parts are there at the start. In the long run, which one is all you see?",
)
def _growth_smaller(learning_rate: float, beta: float, curvature: float) -> Any:
    return beta / recipe_growth(learning_rate, beta, curvature)


@GROWTH.mistake(
    "The sign of the curvature is lost",
    "At a saddle λ is negative along the way out, so -lr·λ is positive. Yours shrinks.",
)
def _growth_sign(learning_rate: float, beta: float, curvature: float) -> Any:
    middle = 1 + beta + learning_rate * (1 - beta) * curvature
    return np.abs(np.roots([1, -middle, beta])).max()


@GROWTH.mistake(
    "The learning rate is divided by 1 - β",
    "From the recipe to the heavy ball the learning rate becomes smaller.",
)
def _growth_divided(learning_rate: float, beta: float, curvature: float) -> Any:
    return _larger_root(1 + beta - learning_rate / (1 - beta) * curvature, beta)


@GROWTH.mistake(
    "Not divided by 2",
    "The quadratic formula ends with a division.",
)
def _growth_undivided(learning_rate: float, beta: float, curvature: float) -> Any:
    return 2 * recipe_growth(learning_rate, beta, curvature)


@GROWTH.mistake(
    "β is missing in the middle number",
    "1 + β - lr·λ: the last position comes in twice, once as it is and once as memory.",
)
def _growth_without_beta(learning_rate: float, beta: float, curvature: float) -> Any:
    middle = 1 - learning_rate * (1 - beta) * curvature
    return np.abs(np.roots([1, -middle, beta])).max()


# --- Looking ahead --------------------------------------------------------------------------------

Step = Callable[[Array, Array, Array, float, float], tuple[Array, Array]]
BOWL = np.array([[3.0, 1.0], [1.0, 2.0]])

NESTEROV = Task(
    lesson=11,
    returns=("the history",),
    shows="The ball looks where it is about to roll, and brakes one step earlier.",
    cases=[
        (np.array([2.0, 1.0]), np.array([3.0, -1.0]), BOWL, 0.1, 0.8, 4),
        (np.array([-1.0, 0.5]), np.array([-2.0, 4.0]), np.diag([4.0, 0.5]), 0.05, 0.9, 3),
    ],
    steps=True,
)


def _look_ahead(
    theta: Array, velocity: Array, H: Array, lr: float, beta: float
) -> tuple[Array, Array]:
    velocity = beta * velocity + H @ (theta - lr * beta * velocity)
    return theta - lr * velocity, velocity


def _run(
    theta: Array,
    velocity: Array,
    H: Array,
    lr: float,
    beta: float,
    n: int,
    *,
    step: Step = _look_ahead,
) -> Any:
    history = [theta]
    for _ in range(n):
        theta, velocity = step(theta, velocity, H, lr, beta)
        history.append(theta)
    return np.array(history)


@NESTEROV.answer
def nesterov_run(
    theta: Array,
    velocity: Array,
    H: Array,
    learning_rate: float,
    beta: float,
    n_iterations: int,
) -> Any:
    """Return every place of Nesterov's run on the bowl with the gradient H @ theta."""
    return _run(theta, velocity, H, learning_rate, beta, n_iterations)


@in_a_run(
    NESTEROV,
    _run,
    "The gradient is taken at θ",
    "Without looking ahead it is the heavy ball. Where will the kept part of the velocity lead?",
)
def _at_theta(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ theta
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "You look back, not ahead",
    "The step subtracts the velocity. So in which direction is ahead?",
)
def _back(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta + lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "β is missing in the look-ahead",
    "You look a whole velocity ahead. Only a share of it is kept before the gradient has its say.",
)
def _too_far(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta - lr * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The learning rate is missing in the look-ahead",
    "A velocity is not a distance yet. What makes a step of it?",
)
def _without_rate(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta - beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The step sets out from the look-ahead point",
    "You only look from there. The step itself sets out from θ: the velocity holds that part"
    " already.",
)
def _from_ahead(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    ahead = theta - lr * beta * v
    v = beta * v + H @ ahead
    return ahead - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The recipe's factor 1 - β has come in",
    "Here, as in the heavy ball, v takes in all of each gradient.",
)
def _averaged(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + (1 - beta) * H @ (theta - lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The old velocity is dropped",
    "You look ahead with it, and then forget it. What does the new velocity keep?",
)
def _dropped(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = H @ (theta - lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "θ moves before the velocity does",
    "Look, take in, step, in this order. You step with the velocity of the step before.",
)
def _late(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    return theta - lr * v, beta * v + H @ (theta - lr * beta * v)


@in_a_run(
    NESTEROV,
    _run,
    "The step leads uphill",
    "The velocity sums up gradients, and gradients point uphill. In which direction do you go?",
)
def _uphill(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta - lr * beta * v)
    return theta + lr * v, v


@NESTEROV.mistake(
    "The run starts from rest, whatever velocity it is given",
    "There is an argument for the starting velocity. Where do you use it?",
)
def _from_rest(theta: Array, velocity: Array, *rest: Any) -> Any:
    return nesterov_run(theta, np.zeros_like(velocity), *rest)


of_history(NESTEROV)
