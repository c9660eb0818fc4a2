"""Noise: a signal to average (lesson 5) and gradients that are not exact (lesson 10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lessons_lib.arguments import Array, not_negative, single, whole_number
from lessons_lib.problems._common import Function, freeze


@dataclass(frozen=True, eq=False)
class Signal:
    """Something that changes slowly, and what was observed of it; all of shape (n,)."""

    t: Array
    clean: Array
    observed: Array

    def __post_init__(self) -> None:
        n = len(self.t)
        freeze(self, t=(n,), clean=(n,), observed=(n,))


def noisy_signal(n: int = 200, *, noise: float = 0.5, seed: int = 0) -> Signal:
    """Return two slow swings around 1, observed with independent normal noise (lesson 5).

    Parameters
    ----------
    n : int
        Number of observations, at t = 0, 1, ..., n - 1.
    noise : float
        Standard deviation of the noise, at least 0. The swings have amplitude 1.
    seed : int
        The same seed gives the same noise, scaled by ``noise``.
    """
    n, noise = whole_number("n", n, least=1), _deviation(noise)
    t = np.arange(n, dtype=np.float64)
    clean = 1 + np.sin(4 * np.pi * t / n)
    return Signal(t, clean, clean + noise * np.random.default_rng(seed).standard_normal(n))


def noisy_gradient(gradient: Function, noise: float, rng: np.random.Generator) -> Function:
    """Return the gradient as seen through independent normal noise (lesson 10).

    Parameters
    ----------
    gradient : function (..., d) → (..., d)
        The exact gradient.
    noise : float
        Standard deviation σ of the noise in each component, at least 0.
    rng : numpy.random.Generator
        Where the noise comes from. Every call draws anew, for every component of every point.
    """
    sigma = _deviation(noise)

    def seen(theta: Array) -> Array:
        exact = gradient(theta)
        return exact + sigma * rng.standard_normal(exact.shape)

    return seen


def _deviation(noise: float) -> float:
    """Return the standard deviation of noise, if it can be one."""
    deviation: float = not_negative("noise", single("noise", noise))
    return deviation
