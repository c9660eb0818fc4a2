"""What can be known before running: limits, rates, best settings, averages, noise, dialects.

Everything rests on one observation. Near a minimum the loss is a bowl; along each principal axis of
its Hessian the bowl is a parabola with one curvature λ, and each axis goes its own way. So the
formulas take a curvature, and hold for a bowl axis by axis.

Symbols: λ a curvature, μ the smallest and L the largest of them, κ = L/μ, lr the learning rate,
β how much of the velocity is kept. The three methods with memory are

- momentum, the averaged dialect:   v ← β v + (1 - β) ∇f(θ),    θ ← θ - lr v
- heavy ball:                       v ← β v + ∇f(θ),            θ ← θ - lr v
- Nesterov's look-ahead:            v ← β v + ∇f(θ - lr β v),   θ ← θ - lr v

Functions take numbers or arrays, which broadcast; numbers give a number, arrays an array. Arguments
out of range raise ValueError with the argument, its value and the range.
"""

from lessons_lib.theory.averages import average_of_constant, average_weights, memory
from lessons_lib.theory.convergence import (
    Curvatures,
    Tuning,
    best_gradient_descent,
    best_heavy_ball,
    best_momentum,
    best_nesterov,
    condition_number,
    contraction_factor,
    curvature_range,
    gradient_descent_limit,
    gradient_descent_rate,
    heavy_ball_limit,
    heavy_ball_rate,
    momentum_limit,
    momentum_rate,
    nesterov_limit,
    nesterov_rate,
    steps_to,
)
from lessons_lib.theory.dialects import (
    AVERAGED,
    HEAVY_BALL,
    VELOCITY,
    Dialect,
    Setting,
    pytorch,
    translate,
)
from lessons_lib.theory.looking_ahead import growing_betas
from lessons_lib.theory.noise import (
    gradient_descent_variance,
    heavy_ball_variance,
    momentum_variance,
)
from lessons_lib.theory.springs import critical_beta, damping

__all__ = [
    "AVERAGED",
    "HEAVY_BALL",
    "VELOCITY",
    "Curvatures",
    "Dialect",
    "Setting",
    "Tuning",
    "average_of_constant",
    "average_weights",
    "best_gradient_descent",
    "best_heavy_ball",
    "best_momentum",
    "best_nesterov",
    "condition_number",
    "contraction_factor",
    "critical_beta",
    "curvature_range",
    "damping",
    "gradient_descent_limit",
    "gradient_descent_rate",
    "gradient_descent_variance",
    "growing_betas",
    "heavy_ball_limit",
    "heavy_ball_rate",
    "heavy_ball_variance",
    "memory",
    "momentum_limit",
    "momentum_rate",
    "momentum_variance",
    "nesterov_limit",
    "nesterov_rate",
    "pytorch",
    "steps_to",
    "translate",
]
