"""Lesson 11: kinds of points, and the way out of a saddle."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.task import Task

Array = NDArray[Any]


# --- Kinds of points ------------------------------------------------------------------------------

KIND = Task(
    lesson=11,
    returns=("the kind",),
    shows="Where the gradient is silent, the smallest and the largest curvature speak.",
    cases=[
        (np.array([[2.0, 1.0], [1.0, 3.0]]),),
        (np.array([[-2.0, 0.5], [0.5, -1.0]]),),
        (np.array([[1.0, 2.0], [2.0, 1.5]]),),
        (np.array([[-1.0, 0.0], [0.0, 0.5]]),),
        (np.diag([0.5, -1.0]),),
        (np.diag([-1.0, -2.0, 4.0]),),
        (np.diag([4.0, -1.0, -2.0]),),
        (np.diag([-1.0, 4.0, -2.0]),),
        (np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [2.0, 0.0, 1.5]]),),
        (np.array([[-2.0, 0.5, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, -3.0]]),),
        (np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]]),),
    ],
)
"""With three parameters, rules for two go astray, each in its own way: the curvatures lie along
other axes each time, a saddle has one or two that are negative, a maximum a negative determinant.
"""


@KIND.answer
def kind_of_point(hessian: Array) -> Any:
    """Return what a point with a gradient of zero is, by the curvatures there."""
    low, high = np.linalg.eigvalsh(hessian)[[0, -1]]
    if low > 0:
        return "minimum"
    return "maximum" if high < 0 else "saddle"


@KIND.mistake(
    "The determinant alone decides",
    "Two negative curvatures have a positive product, too. Look at each of them.",
    "Curvatures of -2 and -3 have the determinant 6, and so have 2 and 3. Which of the two is"
    " a minimum?",
)
def _by_determinant(hessian: Array) -> Any:
    return "minimum" if np.linalg.det(hessian) > 0 else "saddle"


@KIND.mistake(
    "The entries on the diagonal in place of the eigenvalues",
    "The diagonal tells the curvature along the axes. A saddle may lie aslant. Which directions"
    " matter?",
    "[[1, 2], [2, 1]] has 1 and 1 on its diagonal, and the eigenvalues 3 and -1.",
)
def _by_diagonal(hessian: Array) -> Any:
    return kind_of_point(np.diag(np.diag(hessian)))


@KIND.mistake(
    "The sum of the curvatures decides",
    "One strong curvature upwards hides a weak one downwards. Each has a say of its own.",
)
def _by_trace(hessian: Array) -> Any:
    return "minimum" if np.trace(hessian) > 0 else "maximum"


@KIND.mistake(
    "One positive curvature is enough for a minimum",
    "In a minimum the ground rises in every direction. Which eigenvalue has to be positive?",
)
def _any_positive(hessian: Array) -> Any:
    return "minimum" if np.linalg.eigvalsh(hessian)[-1] > 0 else "maximum"


@KIND.mistake(
    "Minimum and maximum are exchanged",
    "A positive curvature bends upwards, like a bowl. What stands at the bottom of a bowl?",
)
def _exchanged(hessian: Array) -> Any:
    return kind_of_point(-np.asarray(hessian))


@KIND.mistake(
    "A maximum is taken for a saddle",
    "If the ground falls in every direction, no way leads up from there. That has a name of its"
    " own.",
)
def _no_maximum(hessian: Array) -> Any:
    return "minimum" if np.linalg.eigvalsh(hessian)[0] > 0 else "saddle"


@KIND.mistake(
    "Only the first two curvatures are looked at",
    "With three parameters there are three curvatures. The smallest and the largest decide.",
)
def _first_two(hessian: Array) -> Any:
    low, high = np.linalg.eigvalsh(hessian)[:2]
    if low > 0:
        return "minimum"
    return "maximum" if high < 0 else "saddle"


@KIND.mistake(
    "The textbook's rule of determinant and f_xx",
    "For two parameters it is right. With three, two negative curvatures make the determinant"
    " positive, and three make it negative. Look at each curvature.",
)
def _by_textbook(hessian: Array) -> Any:
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if np.asarray(hessian)[0, 0] > 0 else "maximum"


@KIND.mistake(
    "The rule of determinant and f_yy",
    "For two parameters it is right. With three, two negative curvatures make the determinant"
    " positive, and three make it negative. Look at each curvature.",
)
def _by_second_entry(hessian: Array) -> Any:
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if np.asarray(hessian)[1, 1] > 0 else "maximum"


@KIND.mistake(
    "The rule of determinant and trace for two parameters",
    "For two parameters it is right. With three, two negative curvatures and a positive one pass"
    " for something else. Look at each.",
)
def _by_both(hessian: Array) -> Any:
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if np.trace(hessian) > 0 else "maximum"


@KIND.mistake(
    "The determinant is asked before the curvatures",
    "A product of curvatures is positive for two negative ones among three, too. Ask the curvatures"
    " themselves: the smallest and the largest.",
)
def _by_product(hessian: Array) -> Any:
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if np.linalg.eigvalsh(hessian)[0] > 0 else "maximum"


@KIND.mistake(
    "Every point is a minimum",
    "Whatever the curvatures are, your answer is the same. If you use any() or all(): what is"
    " compared with 0, and when?",
)
def _always(hessian: Array) -> Any:
    return "minimum"


@KIND.mistake(
    "Only the first two parameters are looked at",
    "The Hessian may have more than two rows. What bends along the others?",
)
def _corner(hessian: Array) -> Any:
    return kind_of_point(np.asarray(hessian)[:2, :2])


@KIND.mistake(
    "The curvatures are taken for sorted",
    "np.linalg.eig gives them in any order, eigvalsh from small to large. Which of them do you take"
    " for the smallest?",
)
def _unsorted(hessian: Array) -> Any:
    low, *_, high = np.linalg.eig(hessian)[0]
    if low > 0:
        return "minimum"
    return "maximum" if high < 0 else "saddle"


@KIND.mistake(
    "Most curvatures decide",
    "One direction that falls among many that rise makes a saddle. How many must rise in a"
    " minimum?",
)
def _by_majority(hessian: Array) -> Any:
    side = np.sign(np.linalg.eigvalsh(hessian)).sum()
    return "saddle" if side == 0 else "minimum" if side > 0 else "maximum"


@KIND.mistake(
    "The signs of the entries in place of the curvatures",
    "An entry off the diagonal says how two parameters mix, and may be negative in a minimum. What"
    " tells the curvatures?",
)
def _by_entries(hessian: Array) -> Any:
    if np.all(np.asarray(hessian) > 0):
        return "minimum"
    return "maximum" if np.all(np.asarray(hessian) < 0) else "saddle"


# --- The way out of a saddle ----------------------------------------------------------------------

GROWTH = Task(
    lesson=11,
    returns=("the factor",),
    shows="At a saddle gradients grow, and an average of growing numbers lags behind the newest.",
    cases=[(0.1, 0.9, -1.0), (0.5, 0.6, -2.0), (0.1, 0.2, -1.0)],
)


def _larger_root(middle: float, beta: float) -> Any:
    return (middle + np.sqrt(middle**2 - 4 * beta)) / 2


@GROWTH.answer
def recipe_growth(learning_rate: float, beta: float, curvature: float) -> Any:
    """Return the factor per step by which the averaged form leaves a saddle."""
    return _larger_root(1 + beta - learning_rate * (1 - beta) * curvature, beta)


@GROWTH.mistake(
    "The heavy ball's factor",
    "The recipe takes in a share of each gradient only. At which learning rate is it a heavy ball?",
    "In the recipe a fresh gradient moves θ by lr·(1 - β) of itself. Where does that stand in"
    " your quadratic?",
)
def _growth_ball(learning_rate: float, beta: float, curvature: float) -> Any:
    return _larger_root(1 + beta - learning_rate * curvature, beta)


@GROWTH.mistake(
    "Gradient descent's factor",
    "1 - lr·λ is right without memory. With it there is a quadratic to solve.",
    "With β = 0 yours is right. Where does β come in?",
)
def _growth_plain(learning_rate: float, beta: float, curvature: float) -> Any:
    return 1 - learning_rate * curvature


@GROWTH.mistake(
    "The smaller root",
    "Both parts are there at the start. In the long run, which one is all you see?",
)
def _growth_smaller(learning_rate: float, beta: float, curvature: float) -> Any:
    return beta / recipe_growth(learning_rate, beta, curvature)


def _sign_lost(learning_rate: float, beta: float, curvature: float) -> Any:
    """Return both roots, complex ones perhaps, of the rule with -λ in place of λ."""
    middle = 1 + beta + learning_rate * (1 - beta) * curvature
    return np.roots([1, -middle, beta])


@GROWTH.mistake(
    "The sign of the curvature is lost",
    "At a saddle λ is negative along the way out, so -lr·λ is positive. Yours shrinks.",
)
def _growth_sign(learning_rate: float, beta: float, curvature: float) -> Any:
    return np.abs(_sign_lost(learning_rate, beta, curvature)).max()


@GROWTH.mistake(
    "The sign of the curvature is lost, and with it a root",
    "Below the root stands a negative number, which has no real root: at a saddle it is positive."
    " λ is negative along the way out. What is -lr·λ?",
)
def _growth_nan(learning_rate: float, beta: float, curvature: float) -> Any:
    roots = _sign_lost(learning_rate, beta, curvature)
    return np.nan if np.iscomplex(roots).any() else roots.max()


@GROWTH.mistake(
    "The sign of the curvature is lost, and a part of the root",
    "At a saddle λ is negative along the way out, so -lr·λ is positive, and both roots are real."
    " With yours they are complex, and you take their real part.",
)
def _growth_real(learning_rate: float, beta: float, curvature: float) -> Any:
    return np.real(_sign_lost(learning_rate, beta, curvature)).max()


@GROWTH.mistake(
    "The sign of β is turned round in the quadratic",
    "It is z² - (1 + β - lr·λ) z + β: below the root 4β is taken off.",
)
def _growth_sign_of_beta(learning_rate: float, beta: float, curvature: float) -> Any:
    middle = 1 + beta - learning_rate * (1 - beta) * curvature
    return (middle + np.sqrt(middle**2 + 4 * beta)) / 2


@GROWTH.mistake(
    "The middle number itself",
    "1 + β - lr·λ is the sum of both factors. You see one of them in the long run: solve the"
    " quadratic.",
)
def _growth_middle(learning_rate: float, beta: float, curvature: float) -> Any:
    return 1 + beta - learning_rate * (1 - beta) * curvature


@GROWTH.mistake(
    "Gradient descent at the recipe's first step",
    "1 - lr·(1 - β)·λ is the first step from rest. In the long run the velocity has its say: there"
    " is a quadratic to solve.",
)
def _growth_first(learning_rate: float, beta: float, curvature: float) -> Any:
    return 1 - learning_rate * (1 - beta) * curvature


@GROWTH.mistake(
    "The learning rate is divided by 1 - β",
    "From the recipe to the heavy ball the learning rate becomes smaller.",
)
def _growth_divided(learning_rate: float, beta: float, curvature: float) -> Any:
    return _larger_root(1 + beta - learning_rate / (1 - beta) * curvature, beta)


@GROWTH.mistake(
    "β in place of 1 - β",
    "The recipe takes in the share 1 - β of each gradient, and keeps the share β of the velocity.",
)
def _growth_exchanged(learning_rate: float, beta: float, curvature: float) -> Any:
    return _larger_root(1 + beta - learning_rate * beta * curvature, beta)


@GROWTH.mistake(
    "Not divided by 2",
    "The quadratic formula ends with a division.",
)
def _growth_undivided(learning_rate: float, beta: float, curvature: float) -> Any:
    return 2 * recipe_growth(learning_rate, beta, curvature)


@GROWTH.mistake(
    "β is missing in the middle number",
    "1 + β - lr·λ: the last position comes in twice, once as it is and once as memory.",
)
def _growth_without_beta(learning_rate: float, beta: float, curvature: float) -> Any:
    middle = 1 - learning_rate * (1 - beta) * curvature
    return np.abs(np.roots([1, -middle, beta])).max()


@GROWTH.mistake(
    "β is missing in the middle number, and with it a root",
    "Below the root stands a negative number: at a saddle it is positive. The last position comes"
    " in twice, once as it is and once as memory.",
)
def _growth_without_beta_nan(learning_rate: float, beta: float, curvature: float) -> Any:
    return _larger_root(1 - learning_rate * (1 - beta) * curvature, beta)
