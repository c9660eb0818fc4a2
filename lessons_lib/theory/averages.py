"""Averages that forget (lesson 5): from v = 0, v ← β v + (1 - β) g for one g after another."""

from __future__ import annotations

import numpy as np

from lessons_lib.arguments import Array, Real, Result, below_one, not_negative, whole_number


def average_weights(beta: float, n: int) -> Array:
    """Return how much the newest n values count in the average: (1 - β) βᵏ for k = 0, ..., n - 1.

    Derived in lesson 5. Entry k belongs to the value k steps ago. The weights of all n values so
    far sum to 1 - βⁿ, which tends to 1.

    Parameters
    ----------
    beta : float
        0 ≤ β < 1.
    n : int
        How many weights, at least 0.
    """
    kept: Result = below_one("beta", beta)
    ages = np.arange(whole_number("n", n))
    weights: Array = (1 - kept) * kept**ages
    return weights


def average_of_constant(beta: Real, t: Real) -> Result:
    """Return 1 - βᵗ, the average after t inputs that were all 1.

    Dividing by it corrects the average's bias towards its start at 0. The first input is t = 1.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, section 3; derived in
    lesson 5 as the sum of the weights.
    """
    return 1 - below_one("beta", beta) ** not_negative("t", t)


def memory(beta: Real) -> Result:
    """Return 1/(1 - β), about how many of the newest values the average remembers.

    It is the mean lifetime of a value: Σ k (1 - β) βᵏ⁻¹ for k = 1, 2, .... After so many steps a
    value counts about 1/e of what it did. Also heavy ball's gain: under a constant gradient g its
    velocity tends to g/(1 - β).
    """
    return 1 / (1 - below_one("beta", beta))
