"""Lesson 8: when a heavy ball swings, how fast it comes to rest, and the best setting."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.task import Task

Array = NDArray[Any]


# --- Where creeping turns into swinging -----------------------------------------------------------

CRITICAL = Task(
    lesson=8,
    returns=("β",),
    shows="Below this β the ball creeps, above it swings, and here it comes to rest the soonest.",
    cases=[(0.1,), (0.5,), (0.02,)],
)


@CRITICAL.answer
def critical_beta(product: float) -> Any:
    """Return the β at which a ball on a parabola is about to swing; product is lr · λ."""
    return (1 - np.sqrt(product)) ** 2


@CRITICAL.mistake(
    "The square is missing",
    "With β equal to that, the ball swings already. At the critical β both roots are √β: which"
    " of the two do you have?",
)
def _critical_root(product: float) -> Any:
    return 1 - np.sqrt(product)


@CRITICAL.mistake(
    "The root of the product is missing",
    "What stands under the root of the quadratic has to be zero. Solve that for β once more.",
)
def _critical_without_root(product: float) -> Any:
    return (1 - product) ** 2


@CRITICAL.mistake(
    "The other solution",
    "The square root may have either sign. With this one β lies above 1, where nothing comes to"
    " rest.",
)
def _critical_other(product: float) -> Any:
    return (1 + np.sqrt(product)) ** 2


@CRITICAL.mistake(
    "1 - lr·λ, the factor of gradient descent",
    "That is how fast a step without memory shrinks the error. When does a ball begin to swing? If"
    " you have both a root and a square, look at the brackets.",
)
def _critical_plain(product: float) -> Any:
    return 1 - product


@CRITICAL.mistake(
    "The sum of the squares for the square of the difference",
    "(1 - a)² is 1 - 2a + a². Which of the three is missing?",
)
def _critical_squares(product: float) -> Any:
    return 1 + product


@CRITICAL.mistake(
    "The root was taken of the whole",
    "(1 - √product)², with the square outside: yours lies too close to 1.",
)
def _critical_outside(product: float) -> Any:
    return np.sqrt(1 - product)


# --- The rate -------------------------------------------------------------------------------------

RATE = Task(
    lesson=8,
    returns=("the rate",),
    shows="The longer of two roots says everything: how fast, whether it swings, and whether it"
    " flies away.",
    cases=[(0.2, 0.81), (0.05, 0.3), (3.2, 0.7), (2.9, 0.2), (1.5, 0.5)],
)


def _roots(product: float, beta: float) -> Array:
    s = 1 + beta - product
    spread = np.sqrt(s**2 - 4 * beta + 0j)
    return np.array([s + spread, s - spread]) / 2


@RATE.answer
def heavy_ball_rate_on_parabola(product: float, beta: float) -> Any:
    """Return by which factor the error shrinks per step in the long run; product is lr · λ."""
    return np.abs(_roots(product, beta)).max()


@RATE.mistake(
    "2√β in place of √β",
    "A well-known article has this slip, too. The two roots are mirror images with the product β:"
    " how long is each?",
)
def _rate_twice(product: float, beta: float) -> Any:
    roots = _roots(product, beta)
    return 2 * np.sqrt(beta) if roots.imag.any() else np.abs(roots).max()


@RATE.mistake(
    "The real part in place of the length",
    "A root off the line turns as well as shrinks. How long is an arrow with two parts?",
)
def _rate_real(product: float, beta: float) -> Any:
    return np.abs(_roots(product, beta).real).max()


@RATE.mistake(
    "√β, as if every ball were swinging",
    "That holds where the roots are complex. Where the ball creeps, one root is longer than the"
    " other.",
)
def _rate_root_beta(product: float, beta: float) -> Any:
    return np.sqrt(beta)


@RATE.mistake(
    "The shorter root in place of the longer",
    "In the long run, what fades more slowly is all that is left.",
)
def _rate_shorter(product: float, beta: float) -> Any:
    return np.abs(_roots(product, beta)).min()


@RATE.mistake(
    "The largest root, not the longest",
    "A root of -0.9 is longer than one of 0.5. Compare lengths, not values.",
)
def _rate_largest(product: float, beta: float) -> Any:
    roots = _roots(product, beta)
    return np.abs(roots[0])


@RATE.mistake(
    "The averaged form's learning rate",
    "Here v takes in all of each gradient. A factor 1 - β belongs to the other dialect.",
)
def _rate_averaged(product: float, beta: float) -> Any:
    return heavy_ball_rate_on_parabola((1 - beta) * product, beta)


@RATE.mistake(
    "The sign of lr·λ is turned round",
    "The ground pulls the ball back: what is added to the position is -lr·λ times itself.",
)
def _rate_sign(product: float, beta: float) -> Any:
    return heavy_ball_rate_on_parabola(-product, beta)


@RATE.mistake(
    "Not divided by 2",
    "The quadratic formula ends with a division.",
)
def _rate_undivided(product: float, beta: float) -> Any:
    return 2 * heavy_ball_rate_on_parabola(product, beta)


@RATE.mistake(
    "The root of a negative number became nan",
    "np.sqrt(-1.0) is nan, np.sqrt(-1.0 + 0j) is 1j. Let numpy know that complex numbers are"
    " welcome.",
)
def _rate_nan(product: float, beta: float) -> Any:
    s = 1 + beta - product
    spread = np.sqrt(np.float64(s**2 - 4 * beta))
    return np.abs(np.array([s + spread, s - spread]) / 2).max()


@RATE.mistake(
    "The factor of gradient descent",
    "Without memory it would be the size of 1 - lr·λ. Where does β come in?",
)
def _rate_plain(product: float, beta: float) -> Any:
    return np.abs(1 - product)


# --- The best setting -----------------------------------------------------------------------------

BEST = Task(
    lesson=8,
    returns=("the learning rate", "β"),
    shows="Both ends of the valley are critical at once: the steps grow with √κ, no longer with κ.",
    cases=[(1.0, 25.0), (0.3, 4.0), (2.0, 8.0)],
)


@BEST.answer
def best_setting(mu: float, L: float) -> Any:
    """Return the heavy ball's learning rate and β with the best rate between two curvatures."""
    a, b = np.sqrt(mu), np.sqrt(L)
    return 4 / (a + b) ** 2, ((b - a) / (b + a)) ** 2


@BEST.mistake(
    "β is not squared",
    "The rate is √β in the whole valley, and the rate is what you have. What is β?",
)
def _best_root_beta(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return lr, np.sqrt(beta)


@BEST.mistake(
    "The curvatures in place of their roots in β",
    "That is the square of gradient descent's best rate. Momentum brings √κ where κ was.",
)
def _best_without_roots(mu: float, L: float) -> Any:
    return best_setting(mu, L)[0], ((L - mu) / (L + mu)) ** 2


@BEST.mistake(
    "The best learning rate of gradient descent",
    "2/(L + μ) is the best without memory. With it, a ball bears longer steps.",
)
def _best_plain(mu: float, L: float) -> Any:
    return 2 / (L + mu), best_setting(mu, L)[1]


@BEST.mistake(
    "Gradient descent's rate as β",
    "β is a share of memory, (κ - 1)/(κ + 1) a rate without any. Let the slowest and the fastest"
    " direction be critical at once: what is β then?",
)
def _best_plain_beta(mu: float, L: float) -> Any:
    return best_setting(mu, L)[0], (L - mu) / (L + mu)


@BEST.mistake(
    "The learning rate is not squared",
    "Both ends are critical: 1 - √(lr·μ) and √(lr·L) - 1 are equal. That gives √lr. What is lr?",
)
def _best_root_rate(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return np.sqrt(lr), beta


@BEST.mistake(
    "A learning rate for the averaged form",
    "Here the heavy ball is asked for, which takes in all of each gradient. Which factor is too"
    " much?",
)
def _best_averaged(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return lr / (1 - beta), beta


@BEST.mistake(
    "The largest learning rate in place of the best",
    "2(1 + β)/L is where the ball flies away. The best lies well below.",
)
def _best_limit(mu: float, L: float) -> Any:
    beta = best_setting(mu, L)[1]
    return 2 * (1 + beta) / L, beta


@BEST.mistake(
    "Learning rate and β are exchanged",
    "The learning rate comes first.",
)
def _best_exchanged(mu: float, L: float) -> Any:
    return best_setting(mu, L)[::-1]


@BEST.mistake(
    "Only the steep side is looked at",
    "1/L suits the steep direction. The gentle one has to be critical at the same time.",
)
def _best_steep(mu: float, L: float) -> Any:
    return 1 / L, (1 - np.sqrt(mu / L)) ** 2
