"""What the lessons minimise: data, losses and landscapes, each with its derivatives.

Every problem answers the same questions about a point θ of shape (..., d), for one point or a whole
grid of them at once, in float64:

==============  ============  ======================================================
``value``       (...,)        the loss f(θ)
``gradient``    (..., d)      the direction of steepest ascent, ∇f(θ)
``hessian``     (..., d, d)   how the gradient changes, ∇²f(θ); (d, d) where it is constant
``minimiser``   (d,)          where the loss is smallest, if there is such a point
``theta0``      (d,)          a customary start
==============  ============  ======================================================

Optimisers call ``gradient`` thousands of times, so whatever does not depend on θ is computed once.
"""

from lessons_lib.problems._common import Problem
from lessons_lib.problems.bowls import (
    LeastSquares,
    Quadratic,
    noisy_line,
    parabola,
    quadratic,
    valley,
)
from lessons_lib.problems.digits import DigitNetwork, Digits, SoftmaxRegression, digits
from lessons_lib.problems.landscapes import (
    Curve,
    Saddle,
    lessard_counterexample,
    plateau,
    saddle,
    two_valleys,
)
from lessons_lib.problems.noise import Signal, noisy_gradient, noisy_signal

__all__ = [
    "Curve",
    "DigitNetwork",
    "Digits",
    "LeastSquares",
    "Problem",
    "Quadratic",
    "Saddle",
    "Signal",
    "SoftmaxRegression",
    "digits",
    "lessard_counterexample",
    "noisy_gradient",
    "noisy_line",
    "noisy_signal",
    "parabola",
    "plateau",
    "quadratic",
    "saddle",
    "two_valleys",
    "valley",
]
