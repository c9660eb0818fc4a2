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


# --- The Hessian ----------------------------------------------------------------------------------


@accepted("line_hessian")
def by_second_differences(x):
    def loss(b, w):
        return np.mean((b + w * x) ** 2)

    cross = (loss(1, 1) - loss(1, -1) - loss(-1, 1) + loss(-1, -1)) / 4
    return [[loss(1, 0) + loss(-1, 0), cross], [cross, loss(0, 1) + loss(0, -1)]]


@accepted("line_hessian")
def by_vander(x):
    V = np.vander(x, 2, increasing=True)
    return np.dot(V.T, V) * 2.0 / V.shape[0]


@named("line_hessian", "A and Aᵀ are exchanged")
def of_rows(x):
    X = np.array([np.ones(len(x)), x])
    return 2 / len(x) * X.T @ X


@named("line_hessian", "Only the last point counts")
def overwritten(x):
    for xi in x:
        H = 2 / len(x) * np.array([[1, xi], [xi, xi**2]])
    return H


@named("line_hessian", "The sum in place of the mean")
def of_sums(x):
    return 2 * np.array([[len(x), sum(x)], [sum(x), sum(x**2)]])


@said("line_hessian", "value")
def without_the_cross_terms_sign(x):
    return 2 * np.array([[1, -x.mean()], [-x.mean(), (x * x).mean()]])


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
