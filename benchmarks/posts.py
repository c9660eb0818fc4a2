"""Momentum as blog posts write it: a loop in bare numpy, with columns for vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

rng = np.random.RandomState(0)
m = 100
X = 2 * rng.rand(m, 1)
y = 4 + 3 * X + rng.randn(m, 1)
theta0 = rng.randn(2, 1)
X_b = np.c_[np.ones((m, 1)), X]


def bare_loop(learning_rate: float, beta: float, n_iterations: int) -> Array:
    """Return the last position; those before it are forgotten."""
    theta = theta0
    velocity = np.zeros((2, 1))
    for _ in range(n_iterations):
        gradients = 2 / m * X_b.T.dot(X_b.dot(theta) - y)
        velocity = beta * velocity + (1 - beta) * gradients
        theta = theta - learning_rate * velocity
    return theta


def loop_with_history(learning_rate: float, beta: float, n_iterations: int) -> tuple[Array, Array]:
    """Return all positions and velocities, as the library does."""
    theta = theta0
    velocity = np.zeros((2, 1))
    thetas, velocities = [theta], [velocity]
    for _ in range(n_iterations):
        gradients = 2 / m * X_b.T.dot(X_b.dot(theta) - y)
        velocity = beta * velocity + (1 - beta) * gradients
        theta = theta - learning_rate * velocity
        thetas.append(theta)
        velocities.append(velocity)
    return np.array(thetas), np.array(velocities)
