"""Beyond bowls (lesson 11): a saddle, a plateau, two valleys; a trap for heavy ball (lesson 9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from lessons_lib.arguments import Array, in_range, single
from lessons_lib.problems._common import Function, bowl, freeze, wrong_shape


@dataclass(frozen=True)
class Saddle:
    """A pass between mountains: f(x, y) = ½ x² + ½ λ y² with a negative curvature λ.

    The gradient is zero at the origin, but no point is a minimiser: the loss falls for ever
    along y. ``theta0`` = (1, 0.01) is almost on the ridge; an optimiser has to find the way out.
    """

    curvature: float = -1.0

    def __post_init__(self) -> None:
        in_range(
            "curvature",
            single("curvature", self.curvature),
            lambda x: x < 0,
            "negative, or there is no way down",
            "For a bowl try quadratic().",
        )

    @cached_property
    def _curvatures(self) -> Array:
        return np.array([1.0, self.curvature])

    @property
    def theta0(self) -> Array:
        """A start beside the ridge, of shape (2,)."""
        return np.array([1.0, 0.01])

    def value(self, theta: Array) -> Array:
        """Return ½ x² + ½ λ y²: (..., 2) → (...,)."""
        return bowl(theta, self.hessian(), np.zeros(2))

    def gradient(self, theta: Array) -> Array:
        """Return (x, λ y): (..., 2) → (..., 2)."""
        if np.shape(theta)[-1:] != (2,):
            raise wrong_shape(theta, 2)
        return theta * self._curvatures

    def hessian(self, theta: Array | None = None) -> Array:
        """Return diag(1, λ), the same at every θ."""
        return np.diag(self._curvatures)


def saddle(curvature: float = -1.0) -> Saddle:
    """Return the saddle ½ x² + ½ λ y² with curvature λ < 0 along its way out."""
    return Saddle(curvature)


@dataclass(frozen=True, eq=False)
class Curve:
    """A landscape over one parameter: θ has shape (..., 1), and so has its gradient.

    ``f``, ``slope`` and ``bend`` are f(x), f'(x) and f''(x), written for arrays of any shape.
    """

    f: Function = field(repr=False)
    slope: Function = field(repr=False)
    bend: Function = field(repr=False)
    minimiser: Array
    theta0: Array

    def __post_init__(self) -> None:
        freeze(self, minimiser=(1,), theta0=(1,))

    def value(self, theta: Array) -> Array:
        """Return f(x): (..., 1) → (...,)."""
        return self.f(_one_column(theta)[..., 0])

    def gradient(self, theta: Array) -> Array:
        """Return f'(x): (..., 1) → (..., 1)."""
        return self.slope(_one_column(theta))

    def hessian(self, theta: Array) -> Array:
        """Return f''(x): (..., 1) → (..., 1, 1)."""
        return self.bend(_one_column(theta))[..., np.newaxis]


def plateau() -> Curve:
    """Return a hill, then a long and nearly flat shelf, then a well with its bottom at 0.

    f(x) = 1 - exp(-x²/2) for the well, plus ½ log cosh(x - 7) + ½ log cosh(x + 7) for a hill on
    either side, less a constant that makes f(0) = 0. Beyond 7 the slope is 1; at 5 on the shelf it
    is 0.018; at the bottom of the well the curvature is 1.

    Does momentum carry over a plateau? That depends on what momentum means. Steps until |x| < 1
    first holds, with β = 0.9:

    ===================================  ======  ========  ==========
    start and learning rate              plain   averaged  heavy ball
    ===================================  ======  ========  ==========
    on the hill, x = 9, lr 0.1             3315      3295          36
    on the hill, x = 9, lr 1                332        36           6
    at rest on the shelf, x = 5, lr 0.1    3004      3038         320
    ===================================  ======  ========  ==========

    Where the ground is level, plain steps grow short; speed gathered uphill carries over, and heavy
    ball alone also takes steps 1/(1 - β) times longer. At the same learning rate the average brings
    nothing, until that rate is large enough for its speed to reach across. In the well itself
    memory costs time: from x = 1 at lr 0.1 the last step with |x| ≥ 0.01 is over after 47 plain
    steps, 89 averaged, 83 of heavy ball.
    """
    s = 7.0

    def f(x: Array) -> Array:
        hills = _log_cosh(x - s) + _log_cosh(x + s) - 2 * _log_cosh(np.float64(s))
        return 1 - np.exp(-x * x / 2) + hills / 2

    def slope(x: Array) -> Array:
        return x * np.exp(-x * x / 2) + (np.tanh(x - s) + np.tanh(x + s)) / 2

    def bend(x: Array) -> Array:
        well = (1 - x * x) * np.exp(-x * x / 2)
        return well + 1 - (np.square(np.tanh(x - s)) + np.square(np.tanh(x + s))) / 2

    return Curve(f, slope, bend, minimiser=np.zeros(1), theta0=np.array([9.0]))


def two_valleys() -> Curve:
    """Return f(x) = ¼ x⁴ - ½ x² + 0.2 x: a shallow valley at 0.8789, a deeper one at -1.0880.

    The pass between them is at 0.2091. Plain gradient descent from ``theta0`` = 2 stays in the
    shallow valley. Does momentum carry past it? Where each run ends, at learning rate 0.05:

    ===========  =================================================================
    plain        shallow
    averaged     shallow for β = 0.5, 0.7, 0.8, 0.9; deep for β = 0.95, 0.99
    heavy ball   shallow for β = 0.5, 0.7; deep for β = 0.8, 0.9, 0.95; and for 0.99
                 it leaves the deep valley again and ends in the shallow one
    ===========  =================================================================

    So it is speed that carries, not wisdom: the same speed carries out of a deep valley too.
    """

    def f(x: Array) -> Array:
        return (x * x / 4 - 0.5) * x * x + 0.2 * x

    def slope(x: Array) -> Array:
        return x * x * x - x + 0.2

    def bend(x: Array) -> Array:
        return 3 * x * x - 1

    deepest = np.sort(np.roots([1, 0, -1, 0.2]).real)[0]
    return Curve(f, slope, bend, minimiser=np.array([deepest]), theta0=np.array([2.0]))


def lessard_counterexample() -> Curve:
    """Return a bowl on which heavy ball, tuned for its curvatures 1 and 25, never arrives.

    f'(x) = 25x below 1, x + 24 between 1 and 2, and 25x - 24 from 2 on, which is 25x less 24 times
    the part of x between 1 and 2. Convex, with its minimiser at 0. From ``theta0`` = 3.3 the
    iterates of heavy ball with learning rate 1/9 and β = 4/9 approach a cycle of three points,
    while gradient descent converges.

    Source: Lessard, Recht and Packard, "Analysis and Design of Optimization Algorithms via Integral
    Quadratic Constraints", SIAM Journal on Optimization 26(1), 2016.
    """

    def f(x: Array) -> Array:
        between = _part_between_1_and_2(x)
        beyond: Array = np.maximum(x - 2, 0)
        return 12.5 * x * x - 12 * between * between - 24 * beyond

    def slope(x: Array) -> Array:
        return 25 * x - 24 * _part_between_1_and_2(x)

    def bend(x: Array) -> Array:
        return np.where((x >= 1) & (x < 2), 1.0, 25.0)

    return Curve(f, slope, bend, minimiser=np.zeros(1), theta0=np.array([3.3]))


def _part_between_1_and_2(x: Array) -> Array:
    part: Array = np.minimum(np.maximum(x - 1, 0), 1)  # np.clip, at half its price
    return part


def _log_cosh(x: Array | np.float64) -> Array:
    result: Array = np.logaddexp(x, -x) - np.log(2)  # cosh itself overflows beyond 710
    return result


def _one_column(theta: Array) -> Array:
    theta = np.asarray(theta, dtype=np.float64)
    if theta.shape[-1:] != (1,):
        raise wrong_shape(theta, 1)
    return theta
