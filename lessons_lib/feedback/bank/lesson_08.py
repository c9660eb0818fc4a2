"""Lesson 8: when a heavy ball swings, how fast it comes to rest, and which β is the best."""

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
def critical_beta(product: float | Array) -> Any:
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


# --- The best β at a given learning rate ----------------------------------------------------------

BEST = Task(
    lesson=8,
    returns=("β",),
    shows="The bar may come down until one of its ends touches the critical line, and that end"
    " decides.",
    cases=[
        (0.05, 1.0, 25.0),
        (0.15, 1.0, 25.0),
        (0.5, 0.4, 5.0),
        (0.02, 2.0, 30.0),
        (0.6, 0.5, 4.5),
    ],
)


@BEST.answer
def best_beta(learning_rate: float, mu: float, L: float) -> Any:
    """Return the β with the best rate between two curvatures, at a given learning rate."""
    return critical_beta(learning_rate * np.array([mu, L])).max()


@BEST.mistake(
    "The critical β of the floor alone",
    "Where steps are long, the steep end needs more memory than the floor. And a comparison with"
    " signs always takes the floor: how far is each root from 1?",
    "At lr·μ = 0.25 and lr·L = 3.24 the roots are 0.5 and 1.8. Which of them is further from 1?",
)
def _best_floor(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(learning_rate * mu)


@BEST.mistake(
    "The critical β of the steep end alone",
    "Where steps are short, the floor creeps at that β. Which of the two ends decides?",
)
def _best_steep(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(learning_rate * L)


@BEST.mistake(
    "The smaller of the two critical β",
    "There one end swings, and the other one's roots are real: one of them is longer than √β. How"
    " slow is that end?",
)
def _best_smaller(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(learning_rate * np.array([mu, L])).min()


@BEST.mistake(
    "The mean of the two critical β",
    "In between, one end swings and the other is slower than it need be. The slower one is all that"
    " is left in the long run.",
)
def _best_mean(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(learning_rate * np.array([mu, L])).mean()


@BEST.mistake(
    "The critical β of the mean curvature",
    "No direction of the valley need have that curvature, and the ends are slower. What does each"
    " of them need?",
)
def _best_middle(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(learning_rate * (mu + L) / 2)


@BEST.mistake(
    "√β, which is the rate, and not β",
    "While all directions swing, the rate is √β, and that is what you have. What is β?",
    "At lr·λ = 0.25, 1 - √0.25 is 0.5. That is √β. And β?",
)
def _best_rate(learning_rate: float, mu: float, L: float) -> Any:
    return np.sqrt(best_beta(learning_rate, mu, L))


@BEST.mistake(
    "The β of the best setting, whatever the learning rate",
    "That β belongs to its own learning rate, at which both ends are critical. Here the learning"
    " rate is given: which end is further from swinging?",
    "For μ = 1, L = 9 and lr = 0.01 the floor is critical at (1 - 0.1)² = 0.81. The best setting"
    " has 0.25 there: does the floor swing with that?",
)
def _best_of_all(learning_rate: float, mu: float, L: float) -> Any:
    return _root_quotient(mu, L) ** 2


def _root_quotient(mu: float, L: float) -> Any:
    return (np.sqrt(L) - np.sqrt(mu)) / (np.sqrt(L) + np.sqrt(mu))


@BEST.mistake(
    "The rate of the best setting, whatever the learning rate",
    "(√κ - 1)/(√κ + 1) is the rate at another learning rate. Here it is given: which β is critical"
    " for either end?",
)
def _best_rate_of_all(learning_rate: float, mu: float, L: float) -> Any:
    return _root_quotient(mu, L)


@BEST.mistake(
    "Gradient descent's best rate",
    "(κ - 1)/(κ + 1) is a rate without any memory. At which β does each end of the valley begin to"
    " swing?",
)
def _best_descent(learning_rate: float, mu: float, L: float) -> Any:
    return (L - mu) / (L + mu)


@BEST.mistake(
    "1 - lr·λ, the factors of gradient descent",
    "The larger of two such factors is the rate without memory. When does an end begin to swing?",
)
def _best_factor(learning_rate: float, mu: float, L: float) -> Any:
    return np.abs(1 - learning_rate * np.array([mu, L])).max()


@BEST.mistake(
    "The roots of the products are missing",
    "What is squared is a distance from 1. Is it that of lr·λ, or that of its root?",
)
def _best_without_roots(learning_rate: float, mu: float, L: float) -> Any:
    return ((1 - learning_rate * np.array([mu, L])) ** 2).max()


@BEST.mistake(
    "The roots are taken of the curvatures alone",
    "The critical β is a matter of lr·λ. Is the learning rate below the root, too?",
)
def _best_root_of_curvature(learning_rate: float, mu: float, L: float) -> Any:
    return ((1 - learning_rate * np.sqrt(np.array([mu, L]))) ** 2).max()


@BEST.mistake(
    "The learning rate is left out",
    "The same valley swings sooner where steps are longer. Which product decides?",
)
def _best_without_rate(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(np.array([mu, L])).max()


@BEST.mistake(
    "κ stands in for the learning rate",
    "1 - √(μ/L), squared, is critical for the floor at a learning rate of 1/L. And at the one that"
    " is given?",
)
def _best_of_kappa(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(mu / L)


@BEST.mistake(
    "The critical β of the recipe, not of a heavy ball",
    "((1 - p)/(1 + p))² is for the averaged form, in which 1 - β stands before the gradient. A"
    " heavy ball takes in all of it.",
)
def _best_averaged(learning_rate: float, mu: float, L: float) -> Any:
    product = learning_rate * mu
    return ((1 - product) / (1 + product)) ** 2


@BEST.mistake(
    "The β at which a ball that looks ahead is critical",
    "Without its square, that quotient is for Nesterov's method. When is a heavy ball about to"
    " swing?",
)
def _best_ahead(learning_rate: float, mu: float, L: float) -> Any:
    root = np.sqrt(learning_rate * mu)
    return (1 - root) / (1 + root)


@BEST.mistake(
    "As little memory as keeps the ball from flying away",
    "That β is the border: there the steep end does not come to rest at all. At which one is the"
    " slowest direction the fastest?",
)
def _best_border(learning_rate: float, mu: float, L: float) -> Any:
    return max(0.0, learning_rate * L / 2 - 1)


@BEST.mistake(
    "β is 0.9, whatever the valley",
    "The usual β suits one shape of valley and one learning rate. How does the best one depend on"
    " yours?",
)
def _best_usual(learning_rate: float, mu: float, L: float) -> Any:
    return 0.9


@BEST.mistake(
    "Both critical β are returned",
    "A ball has one β for all directions. Which of the two serves both?",
)
def _best_both(learning_rate: float, mu: float, L: float) -> Any:
    return critical_beta(learning_rate * np.array([mu, L]))


@BEST.mistake(
    "The middle of the two critical β, by a root",
    "A middle serves neither end well: the one that is further from swinging creeps. Which of the"
    " two ends decides?",
)
def _best_geometric(learning_rate: float, mu: float, L: float) -> Any:
    return np.sqrt(np.prod(critical_beta(learning_rate * np.array([mu, L]))))


@BEST.mistake(
    "The last term of the square is missing",
    "(1 - a)² has three terms: 1, -2a, and which one?",
)
def _best_two_terms(learning_rate: float, mu: float, L: float) -> Any:
    return (1 - 2 * np.sqrt(learning_rate * np.array([mu, L]))).max()
