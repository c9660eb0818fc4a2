"""Answers to the tasks of lesson 3, as people write them."""

import math

import numpy as np

from real_answers import accepted, named, said

# --- The forecast ---------------------------------------------------------------------------------


@accepted("regime")
def by_the_limits_of_the_rate(learning_rate, curvature):
    best, limit = 1 / curvature, 2 / curvature
    if learning_rate > limit:
        return "diverges"
    if learning_rate == limit:
        return "bounces"
    if learning_rate == best:
        return "arrives"
    return "overshoots" if learning_rate > best else "creeps"


@accepted("regime")
def with_a_tolerance(learning_rate, curvature):
    p = learning_rate * curvature
    if math.isclose(p, 1.0):
        word = "arrives"
    elif math.isclose(p, 2.0):
        word = "bounces"
    elif p < 1:
        word = "creeps"
    elif p < 2:
        word = "overshoots"
    else:
        word = "diverges"
    return word


@named("regime", "No words for the borders: 1 overshoots, 2 diverges")
def without_borders(learning_rate, curvature):
    lam = learning_rate * curvature
    if lam < 1:
        return "creeps"
    if 1 <= lam < 2:
        return "overshoots"
    return "diverges"


@named("regime", "Overshooting counts as diverging")
def of_a_textbook(learning_rate, curvature):
    p = learning_rate * curvature
    return "creeps" if p < 1 else "arrives" if p == 1 else "diverges"


@named("regime", "The words are right, and begin with a capital")
def in_capitals(learning_rate, curvature):
    p = learning_rate * curvature
    words = {p < 1: "Creeps", p == 1: "Arrives", 1 < p < 2: "Overshoots", p == 2: "Bounces"}
    return words.get(True, "Diverges")


@said("regime", "type")
def without_the_last_word(learning_rate, curvature):
    p = learning_rate * curvature
    if p < 1:
        return "creeps"
    elif p == 1:
        return "arrives"
    elif p < 2:
        return "overshoots"
    elif p == 2:
        return "bounces"


@said("regime", "value")
def with_a_word_of_its_own(learning_rate, curvature):
    f = 1 - learning_rate * curvature
    if f == 0:
        return "arrives"
    if abs(f) == 1:
        return "bounces"
    return "diverges" if abs(f) > 1 else "oscillates" if f < 0 else "creeps"


# --- A limit that a run gives away ----------------------------------------------------------------


@accepted("limit_behind")
def by_moves(places, learning_rate):
    first, second = places[1] - places[0], places[2] - places[1]
    curvature = (first - second) / first / learning_rate
    return 2 / curvature


@accepted("limit_behind")
def by_finding_the_minimum(places, learning_rate):
    """Aitken's guess is exact here."""
    a, b, c = places[:3]
    minimum = (a * c - b * b) / (a - 2 * b + c)
    left = (b - minimum) / (a - minimum)
    return 2 / ((1 - left) / learning_rate)


@accepted("limit_behind")
def by_gradients(places, learning_rate):
    """A move is minus learning rate times gradient; the curvature is how a gradient changes."""
    gradients = -np.diff(places) / learning_rate
    curvature = (gradients[1] - gradients[0]) / (places[1] - places[0])
    return 2 / curvature


@accepted("limit_behind")
def by_a_straight_line(places, learning_rate):
    factor, _ = np.polyfit(places[:-1], places[1:], 1)
    return 2 * learning_rate / (1 - factor)


@accepted("limit_behind")
def by_the_mean_factor(places, learning_rate):
    d = np.diff(places)
    return learning_rate * 2 / np.mean(1 - d[1:] / d[:-1])


@named("limit_behind", "Places are divided, as if the minimum were at 0")
def factor_of_places(places, learning_rate):
    factor = places[1] / places[0]
    lam = (1 - factor) / learning_rate
    return 2 / lam


@named("limit_behind", "The last place is taken for the minimum")
def distances_to_the_end(places, learning_rate):
    d = places - places[-1]
    return 2 * learning_rate / (1 - d[1] / d[0])


@named("limit_behind", "The factor is upside down")
def the_other_quotient(places, learning_rate):
    m = np.diff(places)
    return 2 * learning_rate / (1 - m[0] / m[1])


@named("limit_behind", "The sign of the factor is lost")
def by_lengths(places, learning_rate):
    m = np.abs(np.diff(places))
    return 2 / ((1 - m[1] / m[0]) / learning_rate)


@named("limit_behind", "1/λ: where overshooting begins")
def arriving_at_once(places, learning_rate):
    m = np.diff(places)
    return learning_rate / (1 - m[1] / m[0])


@named("limit_behind", "The learning rate of the run is left out")
def in_units_of_the_rate(places, learning_rate):
    m = np.diff(places)
    lam = 1 - m[1] / m[0]
    return 2 / lam


@named("limit_behind", "The curvature, not the limit")
def stopping_at_lambda(places, learning_rate):
    m = np.diff(places)
    return (1 - m[1] / m[0]) / learning_rate


@named("limit_behind", "The limit comes out negative")
def with_a_turned_sign(places, learning_rate):
    m = np.diff(places)
    return 2 * learning_rate / (m[1] / m[0] - 1)


@named("limit_behind", "1 plus the factor, not 1 minus it")
def solved_for_the_wrong_side(places, learning_rate):
    f = (places[2] - places[1]) / (places[1] - places[0])
    return 2 / ((f + 1) / learning_rate)


@named("limit_behind", "The last move is divided by the first")
def with_minus_one(places, learning_rate):
    m = np.diff(places)
    return 2 * learning_rate / (1 - m[-1] / m[0])


@named("limit_behind", "Divided by the learning rate, not multiplied")
def lambda_times_rate(places, learning_rate):
    m = np.diff(places)
    lam = (1 - m[1] / m[0]) * learning_rate
    return 2 / lam


@said("limit_behind", "value")
def doubling_until_it_diverges(places, learning_rate):
    m = np.diff(places)
    product = 1 - m[1] / m[0]
    while product < 2:
        product, learning_rate = 2 * product, 2 * learning_rate
    return learning_rate


@said("limit_behind", "value")
def whether_it_diverges(places, learning_rate):
    m = np.abs(np.diff(places))
    return learning_rate if m[1] < m[0] else learning_rate / 2


@said("limit_behind", "shape")
def for_each_step(places, learning_rate):
    m = np.diff(places)
    return 2 * learning_rate / (1 - m[1:] / m[:-1])


@said("limit_behind", "failure")
def with_a_fourth_place(places, learning_rate):
    f = (places[3] - places[2]) / (places[2] - places[1])
    return 2 * learning_rate / (1 - f)


# --- The largest learning rate --------------------------------------------------------------------


def hessian(x):
    A = np.c_[np.ones(len(x)), x]
    return 2 * A.T.dot(A) / len(x)


@accepted("largest_learning_rate")
def by_the_spectral_radius(x):
    return 2 / max(abs(np.linalg.eigvals(hessian(x))))


@accepted("largest_learning_rate")
def by_the_characteristic_polynomial(x):
    (a, b), (_, d) = hessian(x)
    return 2 / np.roots([1, -(a + d), a * d - b * b]).max()


@named("largest_learning_rate", "The last of eigenvalues that are in no order")
def by_eig_and_minus_one(x):
    eigenvalues, _ = np.linalg.eig(hessian(x))
    return 2 / eigenvalues[-1]


@named("largest_learning_rate", "The limit is divided by the number of points")
def by_the_norm_of_the_data(x):
    A = np.c_[np.ones(len(x)), x]
    return 1 / np.linalg.norm(A, ord=2) ** 2


@named("largest_learning_rate", "1/L: where overshooting begins")
def of_smoothness(x):
    L = np.linalg.eigvalsh(hessian(x)).max()
    return 1.0 / L


@named("largest_learning_rate", "The root of the sum of squares, not the largest curvature")
def by_the_default_norm(x):
    return 2 / np.linalg.norm(hessian(x))


@said("largest_learning_rate", "value")
def by_the_determinant(x):
    return 2 / np.linalg.det(hessian(x))
