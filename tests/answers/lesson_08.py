"""Answers to the tasks of lesson 8."""

import cmath
import math

import numpy as np


def critical_multiplied_out(product):
    return 1 - 2 * product**0.5 + product


def critical_by_search(product):
    """Halve the interval in which the roots become complex."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        swings = (1 + middle - product) ** 2 < 4 * middle
        low, high = (low, middle) if swings else (middle, high)
    return low


def critical_by_polynomial(product):
    """Solve (1 + β - product)² = 4β for β, the smaller solution."""
    p = float(product)
    return np.roots([1, -2 * (1 + p), (1 - p) ** 2]).real.min()


def rate_by_matrix(product, beta):
    return max(abs(np.linalg.eigvals(np.array([[1 + beta - product, -beta], [1, 0]]))))


def rate_by_polynomial(product, beta):
    return np.abs(np.roots([1, product - 1 - beta, beta])).max()


def rate_by_cases(product, beta):
    s = 1 + float(beta) - float(product)
    if s * s < 4 * beta:
        return math.sqrt(beta)
    return (abs(s) + abs(cmath.sqrt(s * s - 4 * float(beta)))) / 2


def best_by_kappa(mu, L):
    root = (L / mu) ** 0.5
    rate = (root - 1) / (root + 1)
    return (1 + rate) ** 2 / L, rate**2


def best_by_ends(mu, L):
    step = 2 / (math.sqrt(mu) + math.sqrt(L))
    return [step * step, (1 - step * math.sqrt(mu)) ** 2]


def best_as_array(mu, L):
    a, b = np.sqrt([mu, L])
    return np.array([2, b - a]) ** 2 / (a + b) ** 2


RIGHT = {
    "critical_beta": [critical_multiplied_out, critical_by_search, critical_by_polynomial],
    "heavy_ball_rate_on_parabola": [rate_by_matrix, rate_by_polynomial, rate_by_cases],
    "best_setting": [best_by_kappa, best_by_ends, best_as_array],
}

TWICE_WRONG = {
    "critical_beta": [lambda product: 1 + np.sqrt(product), lambda product: (1 - product) ** 4],
    "heavy_ball_rate_on_parabola": [
        lambda product, beta: 2 * rate_by_matrix(-product, beta),
        lambda product, beta: rate_by_matrix((1 - beta) * product, beta).real / 2,
    ],
    "best_setting": [
        lambda mu, L: (2 / (L + mu), (L - mu) / (L + mu)),
        lambda mu, L: best_by_kappa(mu, L * 2)[::-1],
    ],
}
