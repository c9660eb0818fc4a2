"""Answers to the tasks of lesson 3."""

import numpy as np


def regime_by_product(learning_rate, curvature):
    product = learning_rate * curvature
    if product < 1:
        return "creeps"
    if product == 1:
        return "arrives"
    if product < 2:
        return "overshoots"
    return "bounces" if product == 2 else "diverges"


def regime_by_steps(learning_rate, curvature):
    """Take one step from 1, and look where it leads."""
    landed = 1.0 - learning_rate * (curvature * 1.0)
    if landed < 0:
        return {True: "overshoots", False: "diverges"}[landed > -1] if landed != -1 else "bounces"
    return "creeps" if landed else "arrives"


def regime_by_place(learning_rate, curvature):
    product = learning_rate * curvature
    words = ["creeps", "arrives", "overshoots", "bounces", "diverges"]
    return words[int(np.sum([product >= 1, product > 1, product >= 2, product > 2]))]


def limit_by_moves(places, learning_rate):
    moves = np.diff(places)
    return 2 * learning_rate * moves[0] / (moves[0] - moves[1])


def limit_by_gradients(places, learning_rate):
    """A step tells the gradient where it set out, and two gradients tell the curvature."""
    one, other = (places[:2] - places[1:3]) / learning_rate
    return 2 * (places[0] - places[1]) / (one - other)


def limit_by_powers(places, learning_rate):
    """Fit the next place as a straight sum of the last one and 1."""
    columns = np.column_stack([places[:-1], np.ones(len(places) - 1)])
    (factor, _), *_ = np.linalg.lstsq(columns, places[1:], rcond=None)
    return 2 * learning_rate / (1 - factor)


def hessian_by_loop(x):
    H = np.zeros((2, 2))
    for value in x:
        row = np.array([1.0, value])
        H += 2 / len(x) * np.outer(row, row)
    return H


def largest_by_norm(x):
    return 2 / np.linalg.norm(hessian_by_loop(x), 2)


def largest_by_formula(x):
    middle = 1 + np.mean(x**2)
    return 2 / (middle + np.sqrt(middle**2 - 4 * np.var(x)))


def largest_by_singular_values(x):
    singular = np.linalg.svd(np.column_stack([np.ones(len(x)), x]), compute_uv=False)
    return len(x) / singular.max() ** 2


def largest_by_pushing(x):
    H, direction = hessian_by_loop(x), np.array([1.0, 0.5])
    for _ in range(500):
        direction = H @ direction
        direction /= np.linalg.norm(direction)
    return 2 / (direction @ H @ direction)


RIGHT = {
    "regime": [regime_by_product, regime_by_steps, regime_by_place],
    "limit_behind": [limit_by_moves, limit_by_gradients, limit_by_powers],
    "largest_learning_rate": [
        largest_by_norm,
        largest_by_formula,
        largest_by_singular_values,
        largest_by_pushing,
    ],
}

TWICE_WRONG = {
    "regime": [
        lambda learning_rate, curvature: regime_by_product(learning_rate, curvature / 2).upper(),
        lambda learning_rate, curvature: "creeps" if learning_rate < 1 else "diverges",
    ],
    "limit_behind": [
        lambda places, learning_rate: limit_by_moves(places[::-1], learning_rate) / 2,
        lambda places, learning_rate: 1 / (1 + places[1] / places[0]),
    ],
    "largest_learning_rate": [
        lambda x: 1 / np.trace(hessian_by_loop(x) / 2 * len(x)),
        lambda x: 1 / np.linalg.eigvalsh(hessian_by_loop(x))[0],
    ],
}
