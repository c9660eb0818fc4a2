"""Lesson 4: how long a valley is, the best step for it, and how to make it rounder."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.lesson_03 import FEATURES, line_hessian
from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]


# --- The condition number -------------------------------------------------------------------------

CONDITION = Task(
    lesson=4,
    returns=("the condition number",),
    shows="One number tells how long the valley is, and so how long gradient descent will take.",
    cases=[(x,) for x in FEATURES],
)


@CONDITION.answer
def condition_number(x: Array) -> Any:
    """Return the largest curvature of a line's loss, divided by the smallest."""
    mu, L = np.linalg.eigvalsh(line_hessian(x))
    return L / mu


@CONDITION.mistake(
    "Upside down: the smallest curvature by the largest",
    "A condition number is at least 1, always: a round bowl has 1, a valley more. Is yours?",
    "Curvatures of 2 and 10 have κ = 5. Which of the two stands above the line?",
)
def _kappa_inverted(x: Array) -> Any:
    return 1 / condition_number(x)


@CONDITION.mistake(
    "The root of the condition number",
    "The singular values of A give that, too: the Hessian contains A twice. Which matrix holds the"
    " curvatures themselves?",
    "Curvatures of 2 and 10 have κ = 5. Singular values of A have to be squared before they"
    " are curvatures.",
)
def _kappa_of_data(x: Array) -> Any:
    return np.sqrt(condition_number(x))


@CONDITION.mistake(
    "The square of the condition number",
    "Squaring is for A, which the Hessian contains twice. The eigenvalues of H are the curvatures"
    " as they are.",
)
def _kappa_squared(x: Array) -> Any:
    return condition_number(x) ** 2


@CONDITION.mistake(
    "The difference of the curvatures, not their ratio",
    "κ says how many times slower the floor is. With all curvatures ten times as large it would be"
    " the same. Is yours?",
)
def _kappa_difference(x: Array) -> Any:
    return np.ptp(np.linalg.eigvalsh(line_hessian(x)))


@CONDITION.mistake(
    "The product of the curvatures, not their ratio",
    "That is the determinant. κ says how many times steeper one direction is than the other.",
)
def _kappa_product(x: Array) -> Any:
    return np.linalg.det(line_hessian(x))


@CONDITION.mistake(
    "The largest curvature alone",
    "It says how steep the steep side is. Compared with what does that make a long valley?",
)
def _kappa_largest(x: Array) -> Any:
    return np.linalg.eigvalsh(line_hessian(x))[-1]


@CONDITION.mistake(
    "The entries on the diagonal, not the eigenvalues",
    "They are the curvatures along the intercept and along the slope. The valley lies aslant: what"
    " are its own directions?",
)
def _kappa_diagonal(x: Array) -> Any:
    H = line_hessian(x)
    return H[1, 1] / H[0, 0]


@CONDITION.mistake(
    "The entries of H, not its eigenvalues",
    "The largest and the smallest entry of a table are not its curvatures. What are they called,"
    " and which function of numpy finds them?",
)
def _kappa_entries(x: Array) -> Any:
    H = line_hessian(x)
    return H.max() / H.min()


@CONDITION.mistake(
    "Eigenvalues that are in no order: the last by the first",
    "np.linalg.eig and eigvals promise no order: for some features, yours is below 1. Take the"
    " largest and the smallest.",
)
def _kappa_unsorted(x: Array) -> Any:
    first, last = np.linalg.eigvals(line_hessian(x))
    return last / first


@CONDITION.mistake(
    "Eigenvalues that are in no order: the first by the last",
    "np.linalg.eig and eigvals promise no order: for some features, yours is below 1. Take the"
    " largest and the smallest.",
)
def _kappa_unsorted_first(x: Array) -> Any:
    first, last = np.linalg.eigvals(line_hessian(x))
    return first / last


@CONDITION.mistake(
    "The rate, not the condition number",
    "(κ - 1)/(κ + 1) is the factor by which a step at the best learning rate shrinks the distance."
    " Here κ itself is asked for.",
)
def _kappa_rate(x: Array) -> Any:
    mu, L = np.linalg.eigvalsh(line_hessian(x))
    return (L - mu) / (L + mu)


# --- The best single learning rate ----------------------------------------------------------------

BEST = Task(
    lesson=4,
    returns=("the learning rate",),
    shows="The floor creeps and the side jumps, and both shrink equally fast. No other learning"
    " rate is better in the long run.",
    cases=[(1.0, 4.0), (0.5, 3.0), (2.0, 2.5)],
)


@BEST.answer
def best_learning_rate(mu: float, L: float) -> Any:
    """Return the learning rate at which both ends of the valley shrink equally fast."""
    return 2 / (L + mu)


@BEST.mistake(
    "2/L: the limit, not the best",
    "There the error across the valley no longer shrinks at all. Where do both shrink"
    " equally fast?",
    "Take μ = 1 and L = 3. At 2/3 the factors are 1/3 and -1, at 1/2 they are 1/2 and -1/2."
    " How does 1/2 come from 1 and 3?",
)
def _best_limit(mu: float, L: float) -> Any:
    return 2 / L


@BEST.mistake(
    "1/L: the steep direction alone",
    "The error across is gone after one step, and the floor is left to creep. Where do both shrink"
    " equally fast?",
    "Take μ = 1 and L = 3. At 1/3 the factors are 2/3 and 0, at 1/2 they are 1/2 and -1/2."
    " How does 1/2 come from 1 and 3?",
)
def _best_steep(mu: float, L: float) -> Any:
    return 1 / L


@BEST.mistake(
    "1/μ: the gentle direction alone",
    "The floor would be done in one step. What would each step do across the valley?",
)
def _best_gentle(mu: float, L: float) -> Any:
    return 1 / mu


@BEST.mistake(
    "The 2 is missing",
    "When you collect the ones of 1 - lr·μ = -(1 - lr·L) on one side, how many are there?",
    "In 1 - lr·μ = -1 + lr·L, add 1 and lr·μ on both sides. What stands on the left?",
)
def _best_half(mu: float, L: float) -> Any:
    return 1 / (L + mu)


@BEST.mistake(
    "The difference of μ and L, not their sum",
    "One factor is positive, the other negative. What becomes of the sign of lr·L when you take"
    " the bracket away?",
)
def _best_difference(mu: float, L: float) -> Any:
    return 2 / (L - mu)


@BEST.mistake(
    "Upside down",
    "A steeper valley wants shorter steps. With yours they become longer.",
)
def _best_inverted(mu: float, L: float) -> Any:
    return (L + mu) / 2


@BEST.mistake(
    "The geometric mean of the curvatures, not the arithmetic",
    "It lies between the two, as it should, but the two factors are not equally large there. Set"
    " them equal, and solve for the learning rate.",
)
def _best_geometric(mu: float, L: float) -> Any:
    return 1 / np.sqrt(mu * L)


@BEST.mistake(
    "The middle between 1/L and 1/μ",
    "You took the mean of two learning rates. Try it across the valley: how large is the factor"
    " 1 - lr·L?",
)
def _best_middle(mu: float, L: float) -> Any:
    return (1 / L + 1 / mu) / 2


@BEST.mistake(
    "The rate, not the learning rate",
    "That is the factor by which the distance shrinks. At which learning rate does it do so?",
)
def _best_factor(mu: float, L: float) -> Any:
    return (L - mu) / (L + mu)


@BEST.mistake(
    "Brackets are missing",
    "Division comes before addition: you divide by the first curvature alone. By what should 2 be"
    " divided?",
)
def _best_without_brackets(mu: float, L: float) -> Any:
    return 2 / L + mu


@BEST.mistake(
    "Brackets are missing, with μ first",
    "Division comes before addition: you divide by the first curvature alone. By what should 2 be"
    " divided?",
)
def _best_without_brackets_mu(mu: float, L: float) -> Any:
    return 2 / mu + L


@BEST.mistake(
    "2/(1 + κ): the curvatures are measured in units of μ",
    "With all curvatures ten times as large, κ is the same. Is the best learning rate?",
)
def _best_of_kappa(mu: float, L: float) -> Any:
    return 2 / (1 + L / mu)


@BEST.mistake(
    "The sign is turned round: μ - L",
    "A negative learning rate climbs. One factor is positive, the other negative: what becomes of"
    " the sign of lr·L when you take the bracket away?",
)
def _best_negative(mu: float, L: float) -> Any:
    return 2 / (mu - L)


# --- A rounder valley -----------------------------------------------------------------------------

STANDARDISE = Task(
    lesson=4,
    returns=("the feature",),
    shows="Mean 0, standard deviation 1: with this feature, the line's valley is a round bowl.",
    cases=[(FEATURES[0],), (FEATURES[1],), (np.array([10.0, 12.0, 11.0, 14.0]),)],
)


@STANDARDISE.answer
def standardise(x: Array) -> Any:
    """Return a feature, centred and scaled."""
    return (x - x.mean()) / x.std()


@STANDARDISE.mistake(
    "Only scaled, not centred",
    "The mean of what you return is not 0. The lesson tried this, and the valley became longer.",
    "[1, 3] should become [-1, 1]. What happens to 1 and 3 before they are divided?",
)
def _only_scaled(x: Array) -> Any:
    return x / x.std()


@STANDARDISE.mistake(
    "Only centred, not scaled",
    "The mean is 0, as it should be. What should the standard deviation be?",
    "[10, 30] should become [-1, 1]. Centred it is [-10, 10]: what is its standard deviation?",
)
def _only_centred(x: Array) -> Any:
    return x - x.mean()


@STANDARDISE.mistake(
    "Brackets are missing",
    "Division comes before subtraction: you divide the mean alone. What should be divided?",
    "[1, 3] should become [-1, 1]: first 1 - 2 and 3 - 2, then the division. Where do"
    " brackets make it so?",
)
def _without_brackets(x: Array) -> Any:
    return x - x.mean() / x.std()


@STANDARDISE.mistake(
    "The old mean is subtracted after scaling",
    "Once the feature is scaled, it has another mean than before. Which comes first?",
)
def _old_mean(x: Array) -> Any:
    return x / x.std() - x.mean()


@STANDARDISE.mistake(
    "The variance in place of the standard deviation",
    "The variance is in the square of the units. What is in the units of x itself?",
)
def _by_variance(x: Array) -> Any:
    return (x - x.mean()) / x.var()


@STANDARDISE.mistake(
    "m - 1 in place of m in the standard deviation",
    "That estimates the spread of a larger population from a sample (ddof=1). Here the mean of the"
    " squares of these very numbers should be 1.",
)
def _by_sample(x: Array) -> Any:
    return (x - x.mean()) / x.std(ddof=1)


@STANDARDISE.mistake(
    "The range in place of the standard deviation",
    "You divide by largest minus smallest. Compute the standard deviation of what you return: is"
    " it 1?",
)
def _by_range(x: Array) -> Any:
    return (x - x.mean()) / np.ptp(x)


@STANDARDISE.mistake(
    "Squeezed between 0 and 1",
    "That is another custom. It leaves all numbers on one side of zero, and so the valley stays"
    " slanted. What should the mean be?",
)
def _to_unit_interval(x: Array) -> Any:
    return (x - x.min()) / np.ptp(x)


@STANDARDISE.mistake(
    "The length of the array in place of its standard deviation",
    "np.linalg.norm is the root of a sum: it grows with the number of points. The standard"
    " deviation is the root of a mean.",
)
def _by_norm(x: Array) -> Any:
    centred = x - x.mean()
    return centred / np.linalg.norm(centred)


@STANDARDISE.mistake(
    "The mean square is taken before centring",
    "The standard deviation measures from the mean, not from zero. Which numbers do you square?",
)
def _by_uncentred(x: Array) -> Any:
    return (x - x.mean()) / np.sqrt(np.mean(x**2))


@STANDARDISE.mistake(
    "The caller's x is changed, not a new one made",
    "Your numbers are right, but the feature itself is gone: `-=` and `/=` change the array where"
    " it is. Make a new one.",
)
def _in_place(x: Array) -> Any:
    x -= x.mean()
    x /= x.std()
    return x


@STANDARDISE.mistake(
    "Multiplied by the standard deviation, not divided",
    "A feature that is spread out far becomes wider still. What makes its spread 1?",
)
def _multiplied(x: Array) -> Any:
    return (x - x.mean()) * x.std()


@STANDARDISE.mistake(
    "Divided by the largest size",
    "The largest number has become 1, and the mean is not 0. Mean 0 and standard deviation 1 are"
    " asked for.",
)
def _by_largest(x: Array) -> Any:
    return x / np.abs(x).max()


@STANDARDISE.mistake(
    "Divided by the length of the array, and not centred",
    "The mean of what you return is not 0, and the mean of its squares is not 1. Start with the"
    " mean.",
)
def _to_unit_length(x: Array) -> Any:
    return x / np.linalg.norm(x)


@STANDARDISE.mistake(
    "Squeezed between -1 and 1",
    "That is another custom: it goes by the two outermost numbers. What should the mean and the"
    " standard deviation be?",
)
def _to_both_sides(x: Array) -> Any:
    return 2 * (x - x.min()) / np.ptp(x) - 1


@STANDARDISE.mistake(
    "The median in place of the mean",
    "Half of the numbers lie below the median. That is another middle than the mean.",
)
def _by_median(x: Array) -> Any:
    return (x - np.median(x)) / x.std()


# --- How many steps -------------------------------------------------------------------------------

NEEDED = Task(
    lesson=4,
    returns=("the number of steps",),
    shows="You know how long a run takes before it has begun. For the line, to a millionth: 89.",
    cases=[
        (2.0, 0.01),
        (10.0, 0.001),
        (10.0, 0.6),
        (1.2, 1e-6),
        (10.0, 0.95),
        (3.0, 0.25),  # exactly 2
        (100.0, 0.01),
    ],
)


@NEEDED.answer
def steps_needed(kappa: float, share: float) -> Any:
    """Return the number of steps to a share of the distance, at the best learning rate."""
    return int(np.ceil(_exact(_rate(kappa), share)))


def _rate(kappa: float) -> Any:
    return (kappa - 1) / (kappa + 1)


def _exact(rate: float, share: float) -> Any:
    return np.log(share) / np.log(rate)


@NEEDED.mistake(
    "Rounded down",
    "After that many steps there is still a little more left than the share. There are no half"
    " steps: how many does it take?",
    "If 2.1 steps are needed, two are too few, and three will do. Which function makes 3 of 2.1?",
)
def _needed_floor(kappa: float, share: float) -> Any:
    return int(_exact(_rate(kappa), share))


@NEEDED.mistake(
    "Rounded to the nearest",
    "Sometimes that is one step too few, with more left than the share. Which way do you have to"
    " round, always?",
)
def _needed_nearest(kappa: float, share: float) -> Any:
    return round(float(_exact(_rate(kappa), share)))


@NEEDED.mistake(
    "Not rounded",
    "A run takes whole steps. After how many is it close enough?",
)
def _needed_fraction(kappa: float, share: float) -> Any:
    return _exact(_rate(kappa), share)


@NEEDED.mistake(
    "One step too many",
    "The start counts as step 0. How much is left after one step less?",
)
def _needed_more(kappa: float, share: float) -> Any:
    return steps_needed(kappa, share) + 1


@NEEDED.mistake(
    "The rate of the learning rate 1/L, not of the best one",
    "1 - 1/κ is the floor's factor at 1/L. What is the rate at 2/(L + μ)?",
    "For κ = 3, the floor's factor is 2/3 at 1/L, and 1/2 at the best learning rate. How does"
    " 1/2 come from 3?",
)
def _needed_steep(kappa: float, share: float) -> Any:
    return int(np.ceil(_exact(1 - 1 / kappa, share)))


@NEEDED.mistake(
    "The root of κ in place of κ",
    "That would be a far better method, and a later lesson has it. What is the rate of gradient"
    " descent?",
)
def _needed_root(kappa: float, share: float) -> Any:
    return steps_needed(np.sqrt(kappa), share)


@NEEDED.mistake(
    "1/κ in place of the rate",
    "With a long valley, yours would take few steps. By which factor does a step at the best"
    " learning rate shrink the distance?",
)
def _needed_inverse(kappa: float, share: float) -> Any:
    return int(np.ceil(_exact(1 / kappa, share)))


@NEEDED.mistake(
    "The rate is upside down",
    "A factor above 1 grows, and so you need a negative number of steps. Which of κ - 1 and κ + 1"
    " stands below?",
)
def _needed_negative(kappa: float, share: float) -> Any:
    return int(np.ceil(-_exact(_rate(kappa), share)))


@NEEDED.mistake(
    "The logarithms are divided the wrong way round",
    "rateⁿ = share becomes n · log(rate) = log(share). What do you divide by to have n alone?",
)
def _needed_turned(kappa: float, share: float) -> Any:
    return int(np.ceil(1 / _exact(_rate(kappa), share)))


@NEEDED.mistake(
    "Two different logarithms",
    "Any logarithm will do, but the same one above and below. Which are np.log and np.log10?",
)
def _needed_mixed(kappa: float, share: float) -> Any:
    return int(np.ceil(_exact(_rate(kappa), share) / np.log(10)))


@NEEDED.mistake(
    "The share is taken as what goes, not what is left",
    "A share of 0.01 means that one hundredth of the distance is left, not that it has been"
    " walked.",
)
def _needed_gone(kappa: float, share: float) -> Any:
    return steps_needed(kappa, 1 - share)


@NEEDED.mistake(
    "The rate of the loss, not of the distance",
    "The loss shrinks by the square of the rate, twice as fast on a logarithmic axis. Here the"
    " distance is asked for.",
)
def _needed_loss(kappa: float, share: float) -> Any:
    return int(np.ceil(_exact(_rate(kappa) ** 2, share)))


@NEEDED.mistake(
    "Each step removes a share of the start",
    "It removes a share of what is left, and that becomes less and less. So do you add, or"
    " multiply?",
)
def _needed_linear(kappa: float, share: float) -> Any:
    return int(np.ceil((1 - share) / (1 - _rate(kappa))))


@NEEDED.mistake(
    "An estimate for long valleys",
    "κ/2 · log(1/share) is close when κ is large, and too many steps when it is small. Take the"
    " rate itself.",
)
def _needed_estimate(kappa: float, share: float) -> Any:
    return int(np.ceil(kappa / 2 * np.log(1 / share)))


@NEEDED.mistake(
    "One step too many where the number comes out whole",
    "At κ = 3 each step halves the distance, and after 2 steps a quarter is left. “At most” a"
    " quarter: does that need a third step?",
)
def _needed_beyond(kappa: float, share: float) -> Any:
    return int(_exact(_rate(kappa), share)) + 1


@NEEDED.mistake(
    "One step too few",
    "After that many steps there is still more left than the share. At which step is it reached?",
)
def _needed_less(kappa: float, share: float) -> Any:
    return steps_needed(kappa, share) - 1


def _order(kappa: float, share: float) -> Any:
    return kappa * np.log(1 / share)


@NEEDED.mistake(
    "κ · log(1/share): how it grows, not how many",
    "That says by how much longer a longer valley takes, up to a factor. Here the steps are"
    " counted: take the rate itself.",
)
def _needed_order(kappa: float, share: float) -> Any:
    return int(np.ceil(_order(kappa, share)))


@NEEDED.mistake(
    "κ · log(1/share), and not a whole number",
    "That says by how much longer a longer valley takes, up to a factor. Here whole steps are"
    " counted: take the rate itself.",
)
def _needed_order_fraction(kappa: float, share: float) -> Any:
    return _order(kappa, share)


@NEEDED.mistake(
    "√κ · log(1/share): how another method grows",
    "A later lesson has a method that grows like that. Here the steps of gradient descent are"
    " counted, by its own rate.",
)
def _needed_order_root(kappa: float, share: float) -> Any:
    return int(np.ceil(np.sqrt(kappa) * np.log(1 / share)))


@NEEDED.mistake(
    "What is left, not the number of steps",
    "That is the share of the distance after the last step. How many steps did it take?",
)
def _needed_left(kappa: float, share: float) -> Any:
    return _rate(kappa) ** steps_needed(kappa, share)
