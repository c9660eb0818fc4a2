"""Answers to the tasks of lesson 11."""

import numpy as np


def kind_by_signs(hessian):
    signs = set(np.sign(np.linalg.eigvals(hessian)))
    return {1.0: "minimum", -1.0: "maximum"}[signs.pop()] if len(signs) == 1 else "saddle"


def kind_by_all(hessian):
    positive = np.linalg.eigvalsh(hessian) > 0
    if positive.all():
        return "minimum"
    return "saddle" if positive.any() else "maximum"


def kind_by_minors(hessian):
    """Sylvester's criterion, for the matrix and for its opposite."""

    def rises(matrix):
        return all(np.linalg.det(matrix[:k, :k]) > 0 for k in range(1, len(matrix) + 1))

    return "minimum" if rises(hessian) else "maximum" if rises(-hessian) else "saddle"


def growth_by_roots(learning_rate, beta, curvature):
    return max(np.roots([1, learning_rate * (1 - beta) * curvature - 1 - beta, beta]).real)


def growth_by_matrix(learning_rate, beta, curvature):
    fresh = (1 - beta) * curvature
    step = [[1 - learning_rate * fresh, -learning_rate * beta], [fresh, beta]]
    return np.abs(np.linalg.eigvals(np.array(step, dtype=float))).max()


def growth_by_simulation(learning_rate, beta, curvature):
    y, v = 1.0, 0.0
    for _ in range(400):
        before = y
        v = beta * v + (1 - beta) * curvature * y
        y = y - learning_rate * v
        ratio = y / before
        y, v = 1.0, v / y
    return ratio


RIGHT = {
    "kind_of_point": [kind_by_signs, kind_by_all, kind_by_minors],
    "recipe_growth": [growth_by_roots, growth_by_matrix, growth_by_simulation],
}

TWICE_WRONG = {
    "kind_of_point": [
        lambda hessian: "maximum" if np.linalg.det(hessian) > 0 else "minimum",
        lambda hessian: "saddle",
    ],
    "recipe_growth": [
        lambda lr, beta, curvature: 2 * growth_by_roots(lr / (1 - beta), beta, curvature),
        lambda lr, beta, curvature: beta * (1 - lr * curvature),
    ],
}
