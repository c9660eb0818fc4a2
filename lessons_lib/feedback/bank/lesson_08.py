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
    cases=[(0.1,), (0.5,), (0.02,), (0.9,)],
)


@CRITICAL.answer
def critical_beta(product: float) -> Any:
    """Return the β at which a ball on a parabola is about to swing; product is lr · λ."""
    return (1 - np.sqrt(product)) ** 2


@CRITICAL.mistake(
    "The square is missing",
    "With β equal to that, the ball swings already. At the critical β both roots are √β: which"
    " of the two do you have?",
    "At lr·λ = 0.25, 1 - √0.25 is 0.5. That is √β. And β?",
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
    "At lr·λ = 0.25 the critical β is 0.25, and yours is 0.75. Where does the root of lr·λ"
    " come in?",
)
def _critical_plain(product: float) -> Any:
    return 1 - product


@CRITICAL.mistake(
    "1 + lr·λ",
    "With a β above 1 nothing comes to rest. If you have multiplied out the square of 1 - √(lr·λ):"
    " it has three terms. Which one lies between 1 and lr·λ?",
)
def _critical_squares(product: float) -> Any:
    return 1 + product


@CRITICAL.mistake(
    "The root was taken of the whole",
    "√β is 1 minus a root. Under that root stands the product alone, and a square makes β of it.",
)
def _critical_outside(product: float) -> Any:
    return np.sqrt(1 - product)


@CRITICAL.mistake(
    "The last term of the square is missing",
    "For a spring that moves without steps that would be all. Here (1 - a)² has three terms: 1,"
    " -2a, and which one?",
)
def _critical_spring(product: float) -> Any:
    return 1 - 2 * np.sqrt(product)


@CRITICAL.mistake(
    "The last term of the square is subtracted",
    "(1 - a)² has three terms, and the last is a times a, whatever the sign of a. Is it added?",
)
def _critical_last_sign(product: float) -> Any:
    return 1 - 2 * np.sqrt(product) - product


@CRITICAL.mistake(
    "2√(lr·λ), the friction of a spring",
    "Friction is what is taken away, and β is what a step keeps. And steps, unlike a spring that"
    " moves without them, add a third term.",
)
def _critical_friction(product: float) -> Any:
    return 2 * np.sqrt(product)


@CRITICAL.mistake(
    "A root in place of the square",
    "At the critical β it is √β that is 1 - √(lr·λ). Which way leads from √β to β?",
)
def _critical_two_roots(product: float) -> Any:
    return np.sqrt(1 - np.sqrt(product))


@CRITICAL.mistake(
    "The quotient of the best setting",
    "(1 - a)/(1 + a) belongs to a valley with two ends. One parabola has one product: what stands"
    " under its root has to be zero.",
)
def _critical_quotient(product: float) -> Any:
    a = np.sqrt(product)
    return ((1 - a) / (1 + a)) ** 2


@CRITICAL.mistake(
    "The quotient of a best rate, without its square",
    "(1 - a)/(1 + a) belongs to a valley with two ends. One parabola has one product: what stands"
    " under its root has to be zero.",
)
def _critical_rate(product: float) -> Any:
    a = np.sqrt(product)
    return (1 - a) / (1 + a)


@CRITICAL.mistake(
    "The critical β of the recipe, not of a heavy ball",
    "((1 - p)/(1 + p))² is for the averaged form, in which 1 - β stands before the gradient. A"
    " heavy ball takes in all of it.",
)
def _critical_averaged(product: float) -> Any:
    return ((1 - product) / (1 + product)) ** 2


@CRITICAL.mistake(
    "The product is squared, where its root is needed",
    "√(lr·λ) is the distance from √β to 1. Which operation makes that of the product?",
)
def _critical_square_inside(product: float) -> Any:
    return (1 - product**2) ** 2


@CRITICAL.mistake(
    "1 - (lr·λ)²",
    "The critical β is the square of a difference, and in the bracket stands a root.",
)
def _critical_square_of_product(product: float) -> Any:
    return 1 - product**2


# --- The rate -------------------------------------------------------------------------------------

RATE = Task(
    lesson=8,
    returns=("the rate",),
    shows="The longer of two roots says everything: how fast, whether it swings, and whether it"
    " flies away.",
    cases=[
        (0.2, 0.81),
        (0.05, 0.3),
        (3.2, 0.7),
        (2.9, 0.2),
        (1.5, 0.5),
        (0.25, 0.25),  # critical
        (0.4, 0.0),
        (1.3, 1.0),
        (1.9, 0.05),
    ],
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
    "The number 0.3 + 0.4j has the length 0.5. `np.abs` gives that.",
)
def _rate_real(product: float, beta: float) -> Any:
    return np.abs(_roots(product, beta).real).max()


@RATE.mistake(
    "√β, as if every ball were swinging",
    "That holds where the roots are complex. Where the ball creeps, one root is longer than the"
    " other.",
    "With β = 0 it is gradient descent, whose rate is the size of 1 - lr·λ. Yours is 0 then.",
)
def _rate_root_beta(product: float, beta: float) -> Any:
    return np.sqrt(beta)


@RATE.mistake(
    "The shorter root in place of the longer",
    "In the long run, what fades more slowly is all that is left.",
    "One part shrinks to 0.9 of itself at each step, the other to 0.1. After ten steps, which"
    " one is left?",
)
def _rate_shorter(product: float, beta: float) -> Any:
    return np.abs(_roots(product, beta)).min()


@RATE.mistake(
    "The root with plus, though the other may be longer",
    "There are two roots. Where both are negative, the one with minus is longer, as -0.9 is longer"
    " than -0.5. Compare lengths.",
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


def _parts(product: float, beta: float) -> tuple[float, float]:
    """Return the sum of the roots, and what stands under the square root."""
    s = 1 + beta - product
    return s, s**2 - 4 * beta


@RATE.mistake(
    "The square root refuses a negative number",
    "math.sqrt knows no complex numbers. np.sqrt does, if it is told: np.sqrt(-1.0 + 0j) is 1j.",
)
def _rate_refused(product: float, beta: float) -> Any:
    s, below = _parts(product, beta)
    if below < 0:
        raise ValueError("math domain error")
    return (abs(s) + np.sqrt(below)) / 2


@RATE.mistake(
    "Only the root with plus, and nan where it is complex",
    "np.sqrt(-1.0) is nan, np.sqrt(-1.0 + 0j) is 1j. And there is a second root, with minus: which"
    " of the two is longer?",
)
def _rate_plus_nan(product: float, beta: float) -> Any:
    s, below = _parts(product, beta)
    return np.abs(s + np.sqrt(np.float64(below))) / 2


@RATE.mistake(
    "The sign under the square root is taken away",
    "A negative number there says that the ball swings. Its absolute value says something else: how"
    " long is a complex root?",
)
def _rate_forced(product: float, beta: float) -> Any:
    s, below = _parts(product, beta)
    return (abs(s) + np.sqrt(abs(below))) / 2


@RATE.mistake(
    "The largest real part in place of the length",
    "A root off the line turns as well as shrinks, and a root of -0.9 is longer than one of 0.5."
    " How long is each?",
)
def _rate_largest_real(product: float, beta: float) -> Any:
    return _roots(product, beta).real.max()


@RATE.mistake(
    "The imaginary part in place of the length",
    "A root has two parts, like an arrow. How long is it?",
)
def _rate_imaginary(product: float, beta: float) -> Any:
    return np.abs(_roots(product, beta).imag).max()


@RATE.mistake(
    "A root itself, not its length",
    "A rate is a real number: how long is the longer root? np.abs gives the length of a complex"
    " number.",
)
def _rate_complex(product: float, beta: float) -> Any:
    return _roots(product, beta).max()


@RATE.mistake(
    "Where roots are real, the larger one with its sign",
    "The ball may jump from side to side: then both roots are negative. How long is the longer?",
)
def _rate_signed(product: float, beta: float) -> Any:
    s, below = _parts(product, beta)
    return np.sqrt(beta) if below < 0 else (s + np.sqrt(below)) / 2


@RATE.mistake(
    "β in place of √β where the ball swings",
    "β is the product of the two roots, and they are equally long. How long is each?",
)
def _rate_beta(product: float, beta: float) -> Any:
    _, below = _parts(product, beta)
    return beta if below < 0 else heavy_ball_rate_on_parabola(product, beta)


@RATE.mistake(
    "β, the product of both roots",
    "Multiply the two roots, and β comes out, always. In the long run one of them decides: which?",
)
def _rate_product(product: float, beta: float) -> Any:
    return beta


@RATE.mistake(
    "The square of the length",
    "Real part squared plus imaginary part squared is the square of a length.",
)
def _rate_squared(product: float, beta: float) -> Any:
    return heavy_ball_rate_on_parabola(product, beta) ** 2


@RATE.mistake(
    "β has the other sign",
    "In z² - s z + β, β is added, and in the quadratic formula 4β is subtracted under the root."
    " Which of the two is it with you?",
)
def _rate_added(product: float, beta: float) -> Any:
    s, _ = _parts(product, beta)
    return (abs(s) + np.sqrt(s**2 + 4 * beta)) / 2


@RATE.mistake(
    "β is squared",
    "In z² - s z + β, the last number is β itself. What does the quadratic formula take of it?",
)
def _rate_beta_squared(product: float, beta: float) -> Any:
    s, _ = _parts(product, beta)
    spread = np.sqrt(s**2 - 4 * beta**2 + 0j)
    return max(abs(s + spread), abs(s - spread)) / 2


@RATE.mistake(
    "Only the square root is divided by 2",
    "Both terms of the quadratic formula are. Where do its brackets end?",
)
def _rate_half(product: float, beta: float) -> Any:
    s, below = _parts(product, beta)
    spread = np.sqrt(below + 0j)
    return max(abs(s + spread / 2), abs(s - spread / 2))


@RATE.mistake(
    "√β wherever the ball comes to rest",
    "Below the critical β it comes to rest without swinging, and there the roots differ. What does"
    " the number under the square root say?",
)
def _rate_stable(product: float, beta: float) -> Any:
    rests = product < 2 * (1 + beta)
    return np.sqrt(beta) if rests else heavy_ball_rate_on_parabola(product, beta)


@RATE.mistake(
    "√β for all that is beyond the first border",
    "Swinging has two borders. Beyond (1 + √β)² the roots are real once more, and negative: what"
    " does the number under the square root say?",
)
def _rate_one_border(product: float, beta: float) -> Any:
    beyond = product >= (1 - np.sqrt(beta)) ** 2
    return np.sqrt(beta) if beyond else heavy_ball_rate_on_parabola(product, beta)


@RATE.mistake(
    "The rate at the corner, whatever β is",
    "|1 - √(lr·λ)| is the best that any β can do, and your β need not be the best one. Which root"
    " is longer at this β?",
)
def _rate_corner(product: float, beta: float) -> Any:
    return max(np.sqrt(beta), abs(1 - np.sqrt(product)))


@RATE.mistake(
    "Gradient descent's factor where the ball creeps",
    "A ball that creeps has a memory, too, which helps. Its roots are real: which is longer?",
)
def _rate_creeping(product: float, beta: float) -> Any:
    _, below = _parts(product, beta)
    return np.sqrt(beta) if below < 0 else abs(1 - product)


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
    "For μ = 1 and L = 9 the rate is (3 - 1)/(3 + 1) = 1/2, and β is 1/4. Which of them do"
    " you return?",
)
def _best_root_beta(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return lr, np.sqrt(beta)


@BEST.mistake(
    "The curvatures in place of their roots in β",
    "That is the square of gradient descent's best rate. Momentum brings √κ where κ was.",
    "For μ = 1 and L = 9, β is 1/4. The roots are 1 and 3: try with these.",
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
    "For μ = 1 and L = 9, √lr is 2/(1 + 3) = 1/2. What is lr?",
)
def _best_root_rate(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return np.sqrt(lr), beta


@BEST.mistake(
    "1/√(μ·L), a learning rate for the averaged form",
    "With this β, an average of gradients needs it: it takes in a share of each. The heavy ball"
    " takes in all. By which factor must its learning rate be smaller?",
)
def _best_averaged(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return lr / (1 - beta), beta


@BEST.mistake(
    "The largest learning rate in place of the best",
    "2(1 + β)/L is where the ball flies away. The best lies below.",
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
    "1/L, and the β that suits the gentle end there",
    "The gentle end is critical then. But the steep end would need a β of 0. Choose the learning"
    " rate so that one β is critical at both.",
)
def _best_steep(mu: float, L: float) -> Any:
    return 1 / L, (1 - np.sqrt(mu / L)) ** 2


@BEST.mistake(
    "Nesterov's setting",
    "1/L with (√κ - 1)/(√κ + 1) is for a ball that looks ahead. The heavy ball is fastest when both"
    " ends of the valley are critical: what does that make of lr, and of β?",
)
def _best_nesterov(mu: float, L: float) -> Any:
    return 1 / L, np.sqrt(best_setting(mu, L)[1])


@BEST.mistake(
    "1/L for the learning rate",
    "1/L suits the steep direction, without memory. The best heavy ball takes longer steps: both"
    " ends are to be critical.",
)
def _best_safe(mu: float, L: float) -> Any:
    return 1 / L, best_setting(mu, L)[1]


@BEST.mistake(
    "Both numbers are gradient descent's",
    "2/(L + μ) and (κ - 1)/(κ + 1) are its best learning rate and its best rate. With memory √κ"
    " comes in where κ was, and β is no rate.",
)
def _best_descent(mu: float, L: float) -> Any:
    return 2 / (L + mu), (L - mu) / (L + mu)


@BEST.mistake(
    "The best learning rate without memory, and β for that",
    "Your β suits the gentle end at gradient descent's learning rate. Choose both together: with"
    " memory, longer steps are safe.",
)
def _best_one_by_one(mu: float, L: float) -> Any:
    lr = 2 / (L + mu)
    return lr, (1 - np.sqrt(lr * mu)) ** 2


@BEST.mistake(
    "Gradient descent's learning rate, and β is not squared",
    "The rate is √β, and the rate is what you have. And with memory, longer steps than 2/(L + μ)"
    " are safe.",
)
def _best_descent_root(mu: float, L: float) -> Any:
    return 2 / (L + mu), np.sqrt(best_setting(mu, L)[1])


@BEST.mistake(
    "Neither number is squared",
    "You have √lr and √β. Both ends are critical, and that is said of roots: what are lr and β?",
)
def _best_roots(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return np.sqrt(lr), np.sqrt(beta)


@BEST.mistake(
    "2 in place of 4 in the learning rate",
    "√lr is 2/(√L + √μ). Is the 2 squared, too?",
)
def _best_two(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return lr / 2, beta


@BEST.mistake(
    "The sum of the roots is not squared",
    "√lr is 2/(√L + √μ). Is all of the quotient squared?",
)
def _best_below(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return 2 * np.sqrt(lr), beta


@BEST.mistake(
    "The sum of the curvatures, not of their roots",
    "(√L + √μ)² is more than L + μ: which term is missing when you multiply it out?",
)
def _best_sum(mu: float, L: float) -> Any:
    return 4 / (L + mu), best_setting(mu, L)[1]


@BEST.mistake(
    "The difference of the roots in the learning rate",
    "Both ends are critical: 1 - √(lr·μ) and √(lr·L) - 1 are equal. With which sign do the roots"
    " meet on one side?",
)
def _best_difference(mu: float, L: float) -> Any:
    return 4 / (np.sqrt(L) - np.sqrt(mu)) ** 2, best_setting(mu, L)[1]


@BEST.mistake(
    "κ alone is in the learning rate",
    "κ has no unit, and a learning rate has one: twice as steep a valley of the same shape needs"
    " half of it. Where does μ come in?",
)
def _best_of_kappa(mu: float, L: float) -> Any:
    return mu * best_setting(mu, L)[0], best_setting(mu, L)[1]


@BEST.mistake(
    "No roots, in either number",
    "You square gradient descent's best. Critical ends are said of √(lr·μ) and √(lr·L): where are"
    " the roots?",
)
def _best_squares(mu: float, L: float) -> Any:
    return (2 / (L + mu)) ** 2, ((L - mu) / (L + mu)) ** 2


@BEST.mistake(
    "The learning rate is multiplied by 1 - β",
    "The heavy ball takes in all of each gradient, and the best learning rate is for that form."
    " Which factor is too much?",
)
def _best_shrunk(mu: float, L: float) -> Any:
    lr, beta = best_setting(mu, L)
    return lr * (1 - beta), beta


@BEST.mistake(
    "β is 0.9, whatever the valley",
    "The usual β suits one shape of valley. How does the best one depend on κ?",
)
def _best_usual(mu: float, L: float) -> Any:
    return best_setting(mu, L)[0], 0.9


@BEST.mistake(
    "The root of 1/κ in place of the quotient",
    "That is half of the way: 1 - √(μ/L) is the best rate at 1/L, and longer steps have a better"
    " one. Set the two ends equal, and insert the learning rate.",
)
def _best_without_quotient(mu: float, L: float) -> Any:
    return 1 / L, 1 - np.sqrt(mu / L)


@BEST.mistake(
    "1 - lr·μ for β",
    "That is gradient descent's factor at the gentle end. If you have both a root and a square: a"
    " square undoes a root, unless it is that of the bracket.",
)
def _best_factor(mu: float, L: float) -> Any:
    lr = best_setting(mu, L)[0]
    return lr, 1 - lr * mu
