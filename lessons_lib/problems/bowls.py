"""Quadratic losses, with the same Hessian everywhere: bowls, and a line through noisy points."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array, at_least, positive, single
from lessons_lib.problems._common import bowl, freeze, wrong_shape


@dataclass(frozen=True, eq=False)
class Quadratic:
    """A bowl with its bottom at the minimiser θ*: f(θ) = ½ (θ - θ*)ᵀ H (θ - θ*).

    Parameters
    ----------
    H : (d, d) array
        The Hessian, symmetric, with positive eigenvalues.
    minimiser : (d,) array
        θ*, where the loss is 0.
    theta0 : (d,) array
        A customary start.

    Raises
    ------
    ValueError
        If H is not a symmetric matrix with positive eigenvalues, or the shapes do not agree.
    """

    H: Array
    minimiser: Array
    theta0: Array

    def __post_init__(self) -> None:
        d = len(self.minimiser)
        freeze(self, H=(d, d), minimiser=(d,), theta0=(d,))
        if not np.allclose(self.H, self.H.T) or np.linalg.eigvalsh(self.H)[0] <= 0:
            raise ValueError(
                f"H is {self.H.tolist()}; it must be symmetric with positive eigenvalues, "
                "or there is no minimum. For a saddle try saddle()."
            )

    @cached_property
    def _c(self) -> Array:
        return self.H @ self.minimiser

    def value(self, theta: Array) -> Array:
        """Return ½ (θ - θ*)ᵀ H (θ - θ*): (..., d) → (...,)."""
        return bowl(theta, self.H, self.minimiser)

    def gradient(self, theta: Array) -> Array:
        """Return H (θ - θ*), as θ H - c with c = H θ* computed once (H is symmetric)."""
        try:
            return theta @ self.H - self._c
        except ValueError:
            raise wrong_shape(theta, len(self.H)) from None

    def hessian(self, theta: Array | None = None) -> Array:
        """Return H of shape (d, d), the same at every θ."""
        return self.H


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The mean squared error of a linear model: f(θ) = 1/m Σᵢ (Aᵢ·θ - yᵢ)².

    Parameters
    ----------
    A : (m, d) array
        One row per observation. For a line A = [1, x], so that θ = (intercept, slope).
    y : (m,) array
        The observations.
    theta0 : (d,) array
        A customary start.

    Raises
    ------
    ValueError
        If there is no observation, or the shapes do not agree. A column y of shape (m, 1) is
        refused, because A θ - y would silently become an (m, m) table.
    """

    A: Array = field(repr=False)
    y: Array = field(repr=False)
    theta0: Array

    def __post_init__(self) -> None:
        if np.ndim(self.A) != 2 or 0 in np.shape(self.A):
            raise ValueError(
                f"A has shape {np.shape(self.A)}; it must be (m, d) with at least one row. "
                "For a line through x try np.column_stack([np.ones_like(x), x])."
            )
        m, d = np.shape(self.A)
        freeze(self, A=(m, d), y=(m,), theta0=(d,))

    @property
    def x(self) -> Array:
        """The feature of a line: the second column of A, of shape (m,)."""
        return self.A[:, 1]

    @cached_property
    def _hessian(self) -> Array:
        return 2 / len(self.y) * (self.A.T @ self.A)

    @cached_property
    def _c(self) -> Array:
        return 2 / len(self.y) * (self.A.T @ self.y)

    @cached_property
    def minimiser(self) -> Array:
        """The least-squares solution, of shape (d,); where it is not unique, the shortest one."""
        return np.linalg.lstsq(self.A, self.y)[0].astype(np.float64)

    @cached_property
    def _least(self) -> float:
        return float(np.mean((self.A @ self.minimiser - self.y) ** 2))

    def value(self, theta: Array) -> Array:
        """Return the mean squared error at each θ: (..., d) → (...,).

        Around its minimiser θ* the loss is a bowl, f(θ) = f(θ*) + ½ (θ - θ*)ᵀ H (θ - θ*), exactly,
        because its third derivative is zero. So a grid of a million θ needs no table of residuals.
        """
        return self._least + bowl(theta, self._hessian, self.minimiser)

    def gradient(self, theta: Array) -> Array:
        """Return 2/m Aᵀ(A θ - y): (..., d) → (..., d).

        The product multiplied out is H θ - c with H = 2/m AᵀA and c = 2/m Aᵀy. Both are computed
        once, and as H is symmetric, the row θ H is the column H θ.
        """
        try:
            return theta @ self._hessian - self._c
        except ValueError:
            raise wrong_shape(theta, len(self._hessian)) from None

    def hessian(self, theta: Array | None = None) -> Array:
        """Return 2/m AᵀA of shape (d, d), the same at every θ."""
        return self._hessian

    def standardised(self) -> LeastSquares:
        """Return the same fit with every feature centred and scaled to variance 1 (lesson 4).

        The loss is the same function of the line drawn, and ``theta0`` draws the same line as here,
        but in other coordinates: slope' = slope · std(x), intercept' = intercept + slope · mean(x).

        Raises
        ------
        ValueError
            If the first column of A is not all ones, or a feature is constant.
        """
        features = self.A[:, 1:]
        mean, std = features.mean(axis=0), features.std(axis=0)
        if np.any(self.A[:, 0] != 1) or np.any(std == 0):
            raise ValueError(
                "A must have ones in its first column and no other constant column; it has the "
                f"first row {self.A[0].tolist()} and standard deviations {std.tolist()}. "
                "Try A = [1, x] with an x that varies."
            )
        intercept, slopes = self.theta0[0], self.theta0[1:]
        return LeastSquares(
            A=np.column_stack([self.A[:, 0], (features - mean) / std]),
            y=self.y,
            theta0=np.array([intercept + slopes @ mean, *(slopes * std)]),
        )

    def batch(self, rows: Any) -> LeastSquares:
        """Return the problem on some of the observations (lesson 10).

        Parameters
        ----------
        rows : slice, or array of indices or booleans
            The observations to keep. The loss is the mean over these alone.
        """
        return LeastSquares(self.A[rows], self.y[rows], self.theta0)


def noisy_line() -> LeastSquares:
    """Return the line through 100 noisy points of the original recipe.

    y = 4 + 3x + noise, with x uniform on [0, 2) and noise of standard deviation 1, as in chapter 4
    of Géron's Hands-On Machine Learning, from seed 0. The draws come in the recipe's own order:
    x, then the noise, then ``theta0``. θ = (intercept, slope).
    """
    random = np.random.RandomState(0)  # the recipe's generator, for its numbers
    x = 2 * random.rand(100)
    y = 4 + 3 * x + random.randn(100)
    theta0 = random.randn(2)
    return LeastSquares(np.column_stack([np.ones_like(x), x]), y, theta0)


def quadratic(
    eigenvalues: ArrayLike, *, rotation: float = 0.0, minimiser: ArrayLike | None = None
) -> Quadratic:
    """Return the bowl with these curvatures along its principal axes.

    Parameters
    ----------
    eigenvalues : (d,) array_like
        The curvature along each axis, positive.
    rotation : float
        By how much the axes are turned counterclockwise, in radians; only for d = 2.
    minimiser : (d,) array_like, optional
        The bottom of the bowl; the origin if not given.

    Returns
    -------
    Quadratic
        Its ``theta0`` is one unit away from the minimiser along every principal axis, so that all
        directions start with the same error.

    Raises
    ------
    ValueError
        If an eigenvalue is not positive, or a bowl with d other than 2 is to be rotated.
    """
    curvatures = positive("eigenvalues", eigenvalues, "For a negative curvature try saddle().")
    if np.ndim(curvatures) != 1:
        raise ValueError(
            f"eigenvalues is {eigenvalues!r}; it must be a list of numbers. Try [1.0, 0.1]."
        )
    d = len(curvatures)
    axes = np.eye(d)
    if rotation != 0:
        if d != 2:
            raise ValueError(f"rotation is {rotation}; it must be 0 unless d is 2, and d is {d}.")
        cos, sin = np.cos(rotation), np.sin(rotation)
        axes = np.array([[cos, -sin], [sin, cos]])  # one principal axis per column
    bottom = np.zeros(d) if minimiser is None else np.asarray(minimiser, dtype=np.float64)
    H = (axes * curvatures) @ axes.T
    return Quadratic((H + H.T) / 2, bottom, bottom + axes.sum(axis=1))


def valley(condition_number: float, *, rotation: float = 0.0) -> Quadratic:
    """Return the 2-D bowl that is 1 steep across and 1/κ steep along the valley (lesson 4).

    Parameters
    ----------
    condition_number : float
        κ ≥ 1: how many times steeper the steep direction is.
    rotation : float
        The angle from the first coordinate axis to the valley's floor, in radians.
    """
    kappa = at_least(1, "condition_number", single("condition_number", condition_number))
    return quadratic([1 / kappa, 1.0], rotation=rotation)


def parabola(curvature: float = 1.0) -> Quadratic:
    """Return f(θ) = ½ λ θ² in one dimension, with curvature λ > 0 (lesson 3)."""
    return quadratic([positive("curvature", single("curvature", curvature))])
