"""Answers to the tasks of lesson 4."""

import math

import numpy as np


def kappa_of_hessian(x):
    A = np.stack([x**0, x])
    return np.linalg.cond(2 * A @ A.T / len(x))


def kappa_of_data(x):
    A = np.column_stack([np.ones(len(x)), x])
    return np.linalg.cond(A) ** 2


def kappa_without_scale(x):
    """The factor 2/m drops out of the ratio."""
    A = np.vander(x, 2)
    curvatures = sorted(np.linalg.eig(A.T @ A)[0])
    return curvatures[-1] / curvatures[0]


def kappa_by_formula(x):
    middle, product = 1 + np.mean(x**2), 4 * np.var(x)
    root = np.sqrt(middle**2 - product)
    return (middle + root) / (middle - root)


def best_of_mean(mu, L):
    return 1 / np.mean([mu, L])


def best_of_kappa(mu, L):
    kappa = L / mu
    return 2 / L * kappa / (kappa + 1)


def best_by_bisection(mu, L):
    low, high = 0.0, 2.0 / float(L)
    for _ in range(60):
        middle = (low + high) / 2
        if abs(1 - middle * mu) > abs(1 - middle * L):
            low = middle
        else:
            high = middle
    return low


def standardised_by_loop(x):
    mean = sum(x) / len(x)
    variance = sum((value - mean) ** 2 for value in x) / len(x)
    return [(value - mean) / variance**0.5 for value in x]


def standardised_in_turns(x):
    scaled = x / np.std(x)
    return scaled - np.mean(scaled)


def standardised_in_a_copy(x):
    z = x.copy()
    z -= z.mean()
    z /= np.sqrt(z @ z / z.size)
    return z


def needed_by_loop(kappa, share):
    left, steps = 1.0, 0
    while left > share:
        left *= (kappa - 1) / (kappa + 1)
        steps += 1
    return steps


def needed_by_base(kappa, share):
    return math.ceil(math.log(share, 1 - 2 / (kappa + 1)))


def needed_by_powers(kappa, share):
    return np.argmax((1 - 2 / (kappa + 1)) ** np.arange(10_000) <= share)


def needed_in_a_valley(kappa, share):
    curvatures, theta, steps = np.array([1 / kappa, 1.0]), np.ones(2), 0
    while np.linalg.norm(theta) > share * np.sqrt(2):
        theta = theta - 2 / curvatures.sum() * curvatures * theta
        steps += 1
    return float(steps)


RIGHT = {
    "condition_number": [
        kappa_of_hessian,
        kappa_of_data,
        kappa_without_scale,
        kappa_by_formula,
    ],
    "best_learning_rate": [best_of_mean, best_of_kappa, best_by_bisection],
    "standardise": [standardised_by_loop, standardised_in_turns, standardised_in_a_copy],
    "steps_needed": [needed_by_loop, needed_by_base, needed_by_powers, needed_in_a_valley],
}

TWICE_WRONG = {
    "condition_number": [
        lambda x: 1 / np.sqrt(kappa_of_hessian(x)),
        lambda x: np.ptp(np.linalg.svd(np.column_stack([x**0, x]), compute_uv=False)),
    ],
    "best_learning_rate": [
        lambda mu, L: 1 / (L - mu),
        lambda mu, L: (L - mu) / 2,
    ],
    "standardise": [
        lambda x: x / x.var(),
        lambda x: x - x.mean() / x.std(ddof=1),
        lambda x: (x - x.min()) / x.std(ddof=1),
    ],
    "steps_needed": [
        lambda kappa, share: int(np.log(share) / np.log(1 - 1 / kappa)),
        lambda kappa, share: np.log(1 - share) / np.log((kappa - 1) / (kappa + 1)),
    ],
}
