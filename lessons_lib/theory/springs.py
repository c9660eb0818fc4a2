"""How heavy ball comes to rest: creeping, swinging, or not at all (lesson 8)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons_lib.arguments import (
    Real,
    Result,
    below_one,
    finite,
    not_negative,
    number_or_array,
    positive,
)


def critical_beta(learning_rate: Real, curvature: Real) -> Result:
    """Return β = (1 - √(lr λ))², with which heavy ball comes to rest fastest, without swinging.

    Less β creeps, more β swings; at this one the rate is |1 - √(lr λ)|, the best at this lr λ.

    Derived in lesson 8: the two roots of z² - (1 + β - lr λ) z + β meet where the discriminant
    (1 + β - lr λ)² - 4β is 0, that is where √(lr λ) is 1 - √β or 1 + √β.

    Parameters
    ----------
    learning_rate, curvature : float or array
        With 0 < lr λ < 4. From 4 on, no β below 1 converges.
    """
    step = positive("learning_rate", learning_rate) * positive("curvature", curvature)
    if np.any(step >= 4):
        raise ValueError(
            f"learning_rate * curvature reaches {np.max(step)}; it must be below 4, or heavy ball "
            "diverges with every beta."
        )
    return number_or_array(np.square(1 - np.sqrt(step)))


def damping(learning_rate: Real, beta: Real, curvature: Real) -> Any:
    """Say how heavy ball moves along a curvature λ.

    ==============  ================================================================================
    "overdamped"    real roots: it creeps to rest without swinging. (For lr λ > 1 the roots are
                    negative and it jumps from side to side, as gradient descent beyond 1/L does.)
    "critical"      the roots meet: to rest in the fewest steps
    "underdamped"   complex roots: it swings to rest, at rate √β
    "divergent"     a rate of 1 or more: it never comes to rest at a minimum
    ==============  ================================================================================

    Returns
    -------
    str, or array of str
        Like the arguments.
    """
    beta = below_one("beta", beta)
    step = not_negative("learning_rate", learning_rate) * finite("curvature", curvature)
    discriminant = np.square(1 + beta - step) - 4 * beta
    regime = np.select(
        [~settles(step, beta), np.abs(discriminant) < 1e-12, discriminant < 0],
        ["divergent", "critical", "underdamped"],
        default="overdamped",
    )
    return number_or_array(regime)


def settles(step: Real, beta: Real) -> Result:
    """Say whether heavy ball converges: 0 < lr λ < 2(1 + β), for step = lr λ (lesson 8)."""
    return (np.asarray(step) > 0) & (np.asarray(step) < 2 * (1 + np.asarray(beta)))
