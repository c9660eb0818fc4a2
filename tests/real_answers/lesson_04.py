"""Answers to the tasks of lesson 4, as people write them."""

import math

import numpy as np

from real_answers import accepted, named, said


def hessian(x):
    A = np.c_[np.ones(len(x)), x]
    return 2 * A.T.dot(A) / len(x)


# --- The condition number -------------------------------------------------------------------------


@accepted("condition_number")
def by_the_inverse(x):
    H = hessian(x)
    return np.linalg.norm(H, 2) * np.linalg.norm(np.linalg.inv(H), 2)


@accepted("condition_number")
def by_singular_values(x):
    _, s, _ = np.linalg.svd(hessian(x))
    return max(s) / min(s)


@named("condition_number", "Eigenvalues that are in no order: the first by the last")
def by_eig(x):
    values, vectors = np.linalg.eig(hessian(x))
    return values[0] / values[-1]


@named("condition_number", "The root of the condition number")
def of_the_data(x):
    return np.linalg.cond(np.vander(x, 2))


@named("condition_number", "Upside down: the smallest curvature by the largest")
def of_two_names(x):
    L, mu = np.linalg.eigvalsh(hessian(x))
    return L / mu


@said("condition_number", "value")
def in_another_norm(x):
    return np.linalg.cond(hessian(x), p="fro")


# --- The best single learning rate ----------------------------------------------------------------


@accepted("best_learning_rate")
def by_solving(mu, L):
    return float(np.linalg.solve([[mu + L]], [2.0])[0])


@named("best_learning_rate", "Brackets are missing")
def without_brackets(mu, L):
    return 2 / L + mu


@named("best_learning_rate", "1/L: the steep direction alone")
def of_smoothness(mu, L):
    return L**-1


@named("best_learning_rate", "The middle between 1/L and 1/μ")
def between_the_two(mu, L):
    return np.mean([1 / mu, 1 / L])


@said("best_learning_rate", "value")
def of_the_heavy_ball(mu, L):
    return (2 / (math.sqrt(L) + math.sqrt(mu))) ** 2


# --- A rounder valley -----------------------------------------------------------------------------


@accepted("standardise")
def as_a_scaler(x):
    mean, var = np.average(x), np.average(x * x) - np.average(x) ** 2
    return np.divide(np.subtract(x, mean), np.sqrt(var))


@accepted("standardise")
def with_an_epsilon(x):
    return (x - x.mean()) / (x.std() + 1e-8)


@named("standardise", "m - 1 in place of m in the standard deviation")
def by_statistics(x):
    import statistics

    return [(v - statistics.mean(x)) / statistics.stdev(x) for v in x]


@named("standardise", "The caller's x is changed, not a new one made")
def in_place(x):
    x -= np.mean(x)
    return x / np.sqrt(np.mean(x**2))


@named("standardise", "Squeezed between 0 and 1")
def min_max(x):
    lo, hi = min(x), max(x)
    return np.array([(v - lo) / (hi - lo) for v in x])


@said("standardise", "type")
def with_what_it_took(x):
    mu, sigma = x.mean(), x.std()
    return (x - mu) / sigma, mu, sigma


@said("standardise", "shape")
def as_a_column(x):
    X = x.reshape(-1, 1)
    return (X - X.mean(axis=0)) / X.std(axis=0)


# --- How many steps -------------------------------------------------------------------------------


@accepted("steps_needed")
def by_recursion(kappa, share):
    return 0 if share >= 1 else 1 + by_recursion.function(kappa, share * (kappa + 1) / (kappa - 1))


@accepted("steps_needed")
def by_positive_logarithms(kappa, share):
    return -int(-math.log2(1 / share) // math.log2((kappa + 1) / (kappa - 1)))


@named("steps_needed", "One step too many where the number comes out whole")
def int_and_one(kappa, share):
    rho = 1 - 2 / (kappa + 1)
    return int(np.log(share) / np.log(rho)) + 1


@named("steps_needed", "One step too many where the number comes out whole")
def while_it_is_not_below(kappa, share):
    left, n = 1.0, 0
    while left >= share:
        left *= 1 - 2 / (kappa + 1)
        n += 1
    return n


@named("steps_needed", "κ · log(1/share): how it grows, not how many")
def of_the_order(kappa, share):
    return math.ceil(kappa * math.log(1 / share))


@named("steps_needed", "Rounded down")
def in_whole_numbers(kappa, share):
    return math.log(share) // math.log((kappa - 1) / (kappa + 1))


@said("steps_needed", "value")
def of_powers_of_kappa(kappa, share):
    return math.ceil(math.log(share) / math.log(1 / (kappa + 1)))
