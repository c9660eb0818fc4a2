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


def best_by_distance(learning_rate, mu, L):
    """√β is the distance from √(lr · λ) to 1, at the end that is further away."""
    return max(abs(1 - math.sqrt(learning_rate * end)) for end in (mu, L)) ** 2


def best_by_middle(learning_rate, mu, L):
    """Which end decides: the floor, as long as the mean of both roots is below 1."""
    roots = np.sqrt([learning_rate * mu, learning_rate * L])
    return critical_multiplied_out(learning_rate * (mu if roots.mean() < 1 else L))


def best_by_thirds(learning_rate, mu, L):
    """Cut off the worse third of what is left, again and again."""
    low, high = 0.0, 1.0
    for _ in range(90):
        one, other = low + (high - low) / 3, high - (high - low) / 3
        here, there = (
            max(rate_by_cases(learning_rate * end, beta) for end in (mu, L))
            for beta in (one, other)
        )
        low, high = (low, other) if here < there else (one, high)
    return low


RIGHT = {
    "critical_beta": [critical_multiplied_out, critical_by_search, critical_by_polynomial],
    "heavy_ball_rate_on_parabola": [rate_by_matrix, rate_by_polynomial, rate_by_cases],
    "best_beta": [best_by_distance, best_by_middle, best_by_thirds],
}

TWICE_WRONG = {
    "critical_beta": [lambda product: 1 + np.sqrt(product), lambda product: (1 - product) ** 4],
    "heavy_ball_rate_on_parabola": [
        lambda product, beta: 2 * rate_by_matrix(-product, beta),
        lambda product, beta: rate_by_matrix((1 - beta) * product, beta).real / 2,
    ],
    "best_beta": [
        lambda learning_rate, mu, L: best_by_distance(learning_rate, mu, mu) ** 0.5,
        lambda learning_rate, mu, L: min((1 - learning_rate * mu) ** 2, 0.9),
    ],
}
