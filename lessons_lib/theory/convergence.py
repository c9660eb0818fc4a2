"""Which settings converge on a bowl, how fast, and which do so fastest (lessons 3, 4, 7 to 9)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lessons_lib.arguments import (
    Real,
    Result,
    below_one,
    between_zero_and_one,
    finite,
    not_negative,
    number_or_array,
    positive,
)


class Curvatures(NamedTuple):
    """The smallest and the largest curvature of a bowl."""

    mu: float
    L: float


def curvature_range(hessian: ArrayLike) -> Curvatures:
    """Return μ and L, the smallest and the largest eigenvalue of a Hessian.

    Parameters
    ----------
    hessian : (d, d) array_like
        A symmetric matrix. Its eigenvalues are the curvatures along its principal axes.
    """
    H = np.asarray(hessian, dtype=np.float64)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or not np.allclose(H, H.T):
        raise ValueError(
            f"hessian has shape {H.shape}; it must be a symmetric (d, d) matrix of numbers. "
            "For least squares try 2/m * A.T @ A."
        )
    curvatures = np.linalg.eigvalsh(H)
    return Curvatures(float(curvatures[0]), float(curvatures[-1]))


def condition_number(hessian: ArrayLike) -> float:
    """Return κ = L/μ, how many times steeper the steepest direction is than the flattest.

    Raises
    ------
    ValueError
        If the Hessian has an eigenvalue that is not positive: then it is no bowl.
    """
    mu, L = curvature_range(hessian)
    if mu <= 0:
        raise ValueError(
            f"hessian has the eigenvalue {mu}; all must be positive. With one at 0 or below there "
            "is a direction without a bottom, as on a plateau or a saddle."
        )
    return L / mu


def gradient_descent_limit(L: Real) -> Result:
    """Return 2/L: gradient descent converges exactly for 0 < lr < 2/L.

    Derived in lesson 3: each step multiplies the error by 1 - lr λ, and -1 < 1 - lr λ < 1 for every
    curvature λ up to L if and only if 0 < lr < 2/L. See also Polyak, Introduction to
    Optimization, 1987, chapter 1.
    """
    return 2 / positive("L", L)


def heavy_ball_limit(L: Real, beta: Real) -> Result:
    """Return 2(1 + β)/L: heavy ball converges on a bowl exactly for 0 < lr < 2(1 + β)/L.

    Derived in lesson 8: the roots of z² - (1 + β - lr λ) z + β lie inside the unit circle if and
    only if β < 1 and |1 + β - lr λ| < 1 + β. See also Polyak 1964.
    """
    L, beta = positive("L", L), below_one("beta", beta)
    return 2 * (1 + beta) / L


def momentum_limit(L: Real, beta: Real) -> Result:
    """Return 2(1 + β)/((1 - β) L): the limit of the averaged dialect.

    Derived in lesson 7: its learning rate lr does what lr (1 - β) does in heavy ball.
    """
    return heavy_ball_limit(L, beta) / (1 - below_one("beta", beta))


def nesterov_limit(L: Real, beta: Real) -> Result:
    """Return 2(1 + β)/((1 + 2β) L): Nesterov converges on a bowl exactly for lr below this.

    Derived in lesson 9 as for heavy ball: with q = 1 - lr λ the roots of z² - (1 + β) q z + β q lie
    inside the unit circle if and only if |β q| < 1 and |(1 + β) q| < 1 + β q, that is
    -1/(1 + 2β) < q < 1.
    """
    return heavy_ball_limit(L, beta) / (1 + 2 * below_one("beta", beta))


def contraction_factor(learning_rate: Real, curvature: Real) -> Result:
    """Return 1 - lr λ, by which a step of gradient descent multiplies the error.

    Negative: the step overshoots. Beyond 1 in size: it diverges. Derived in lesson 3: with the
    gradient λ (θ - θ*), the step θ - lr λ (θ - θ*) lies (1 - lr λ)(θ - θ*) from θ*.

    Parameters
    ----------
    learning_rate : float or array
        lr ≥ 0.
    curvature : float or array
        λ, of either sign.
    """
    return 1 - not_negative("learning_rate", learning_rate) * finite("curvature", curvature)


def gradient_descent_rate(learning_rate: Real, curvature: Real) -> Result:
    """Return |1 - lr λ|, the factor per step; above 1 it is growth."""
    return abs(contraction_factor(learning_rate, curvature))


def heavy_ball_rate(learning_rate: Real, beta: Real, curvature: Real) -> Result:
    """Return the spectral radius of a step of heavy ball along a curvature λ.

    Two positions in a row determine the next one, θ₊ = (1 + β - lr λ) θ - β θ₋, so the radius is
    that of the matrix [[1 + β - lr λ, -β], [1, 0]]: the larger modulus of the two roots of
    z² - (1 + β - lr λ) z + β. Where the roots are complex, it is √β whatever λ is. At a negative
    curvature, beside a saddle, it is above 1: the growth per step on the way out.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4(5), 1964; derived in lesson 8.

    Parameters
    ----------
    learning_rate : float or array
        lr ≥ 0.
    beta : float or array
        0 ≤ β < 1.
    curvature : float or array
        λ, of either sign.
    """
    beta = below_one("beta", beta)
    return _spectral_radius(contraction_factor(learning_rate, curvature) + beta, beta)


def momentum_rate(learning_rate: Real, beta: Real, curvature: Real) -> Result:
    """Return the same for the averaged dialect: heavy ball's rate at lr (1 - β)."""
    beta = below_one("beta", beta)
    lr = not_negative("learning_rate", learning_rate)
    return heavy_ball_rate(lr * (1 - beta), beta, curvature)


def nesterov_rate(learning_rate: Real, beta: Real, curvature: Real) -> Result:
    """Return the same for Nesterov: the larger modulus of the roots of z² - (1 + β) q z + β q.

    q = 1 - lr λ. Derived: a step is one of gradient descent from θ + β (θ - θ₋), so that
    θ₊ = q (θ + β (θ - θ₋)).
    """
    beta = below_one("beta", beta)
    q = contraction_factor(learning_rate, curvature)
    return _spectral_radius((1 + beta) * q, beta * q)


def steps_to(rate: Real, fraction: Real) -> Result:
    """Return after how many steps rateⁿ ≤ fraction: ⌈ln(fraction) / ln(rate)⌉.

    This is the count for an error that shrinks by exactly this factor each step, as gradient
    descent's does along one axis. A method with memory gathers speed first and needs some more.

    Parameters
    ----------
    rate : float or array
        Between 0 and 1, both excluded.
    fraction : float or array
        Between 0 and 1, both excluded, such as 1e-6.
    """
    rate, fraction = between_zero_and_one("rate", rate), between_zero_and_one("fraction", fraction)
    return number_or_array(np.ceil(np.log(fraction) / np.log(rate)).astype(int))


class Tuning(NamedTuple):
    """Settings, and the factor by which the error then shrinks per step in the long run."""

    learning_rate: float
    beta: float
    rate: float


def best_gradient_descent(mu: float, L: float) -> Tuning:
    """Return lr = 2/(L + μ), with rate (κ - 1)/(κ + 1).

    Derived in lesson 4: the steepest and the flattest direction then shrink equally fast,
    1 - lr μ = -(1 - lr L), and any other lr slows one of them. See also Polyak 1987, chapter 1.

    Parameters
    ----------
    mu, L : float
        The smallest and the largest curvature, 0 < μ ≤ L.
    """
    mu, L = _bowl(mu, L)
    return Tuning(2 / (L + mu), 0.0, (L - mu) / (L + mu))


def best_heavy_ball(mu: float, L: float) -> Tuning:
    """Return lr = 4/(√L + √μ)² and β = ((√κ - 1)/(√κ + 1))², with rate √β.

    Source: Polyak 1964. Derived in lesson 8: at this lr the flattest and the steepest direction
    are critically damped by one and the same β, and every direction between them oscillates with
    rate √β.

    Parameters
    ----------
    mu, L : float
        The smallest and the largest curvature, 0 < μ ≤ L.
    """
    mu, L = _bowl(mu, L)
    slow, fast = np.sqrt(mu), np.sqrt(L)
    rate = float((fast - slow) / (fast + slow))
    return Tuning(float(4 / (fast + slow) ** 2), rate**2, rate)


def best_momentum(mu: float, L: float) -> Tuning:
    """Return the same optimum in the averaged dialect: heavy ball's lr divided by 1 - β."""
    learning_rate, beta, rate = best_heavy_ball(mu, L)
    return Tuning(learning_rate / (1 - beta), beta, rate)


def best_nesterov(mu: float, L: float) -> Tuning:
    """Return lr = 4/(3L + μ) and β = (√(3κ + 1) - 2)/(√(3κ + 1) + 2), with rate 1 - 2/√(3κ + 1).

    Best on a bowl, and on nothing else: Nesterov's promise for all convex landscapes needs an lr of
    at most 1/L. Source: Lessard, Recht and Packard, "Analysis and Design of Optimization Algorithms
    via Integral Quadratic Constraints", SIAM Journal on Optimization 26(1), 2016, proposition 1.

    Parameters
    ----------
    mu, L : float
        The smallest and the largest curvature, 0 < μ ≤ L.
    """
    mu, L = _bowl(mu, L)
    root = float(np.sqrt(3 * L / mu + 1))
    return Tuning(4 / (3 * L + mu), (root - 2) / (root + 2), 1 - 2 / root)


def _spectral_radius(total: Real, product: Real) -> Result:
    """Return the larger modulus of the roots of z² - total z + product."""
    discriminant = np.square(total) - 4 * product
    apart = (np.abs(total) + np.sqrt(np.maximum(discriminant, 0))) / 2
    together = np.sqrt(np.maximum(product, 0))  # complex roots have the modulus √product
    return number_or_array(np.where(discriminant < 0, together, apart))


def _bowl(mu: float, L: float) -> Curvatures:
    """Return the two curvatures, if they are those of a bowl."""
    if not 0 < mu <= L < np.inf:
        raise ValueError(
            f"mu is {mu} and L is {L}; they must satisfy 0 < mu <= L: the smallest and the largest "
            "curvature. If they are swapped, swap them back."
        )
    return Curvatures(float(mu), float(L))
