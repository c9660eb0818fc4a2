"""The spread at the bottom that noisy gradients keep up (lesson 10)."""

from __future__ import annotations

import numpy as np

from lessons_lib.arguments import Real, Result, below_one, finite, not_negative, number_or_array
from lessons_lib.theory.springs import settles


def heavy_ball_variance(
    learning_rate: Real, beta: Real, curvature: Real, noise: Real = 1.0
) -> Result:
    """Return the variance around the minimum that noisy gradients keep up, along one axis.

    lr (1 + β) σ² / (λ (1 - β) (2 (1 + β) - lr λ))

    Derived in lesson 10: with noise ξ of standard deviation σ in each gradient, the step
    θ₊ = (1 + β - lr λ) θ - β θ₋ - lr ξ is an autoregression of order two. The stationary variance
    of x₊ = a x + b x₋ + ε is (1 - b) var(ε) / ((1 + b) ((1 - b)² - a²)); see Box and Jenkins, Time
    Series Analysis, 1970, section 3.2.

    Parameters
    ----------
    learning_rate, beta : float or array
        lr ≥ 0 and 0 ≤ β < 1.
    curvature : float or array
        λ, of either sign.
    noise : float or array
        σ ≥ 0, the standard deviation of the gradient's noise.

    Returns
    -------
    float or array
        In units of θ². Infinite where heavy ball does not converge.
    """
    lr, beta = not_negative("learning_rate", learning_rate), below_one("beta", beta)
    curvature, noise = finite("curvature", curvature), not_negative("noise", noise)
    step = lr * curvature
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.divide(
            lr * (1 + beta) * noise * noise, curvature * (1 - beta) * (2 * (1 + beta) - step)
        )
    return number_or_array(np.where(settles(step, beta), variance, np.inf))


def gradient_descent_variance(learning_rate: Real, curvature: Real, noise: Real = 1.0) -> Result:
    """Return lr σ² / (λ (2 - lr λ)): heavy ball's variance without memory, β = 0."""
    return heavy_ball_variance(learning_rate, 0.0, curvature, noise)


def momentum_variance(
    learning_rate: Real, beta: Real, curvature: Real, noise: Real = 1.0
) -> Result:
    """Return the same for the averaged dialect: heavy ball's variance at lr (1 - β)."""
    beta = below_one("beta", beta)
    lr = not_negative("learning_rate", learning_rate)
    return heavy_ball_variance(lr * (1 - beta), beta, curvature, noise)
