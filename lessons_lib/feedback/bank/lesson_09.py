"""Lesson 9: Nesterov's look-ahead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.slips import in_a_run, of_history
from lessons_lib.feedback.task import Task

Array = NDArray[Any]


# --- Looking ahead --------------------------------------------------------------------------------

Step = Callable[[Array, Array, Array, float, float], tuple[Array, Array]]
BOWL = np.array([[3.0, 1.0], [1.0, 2.0]])

NESTEROV = Task(
    lesson=9,
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
