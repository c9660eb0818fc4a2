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


def run_by_places(theta, velocity, H, learning_rate, beta, n_iterations):
    """Roll on, then take a step of gradient descent."""
    places = [theta + learning_rate * velocity, theta]
    for _ in range(n_iterations):
        ahead = places[-1] + beta * (places[-1] - places[-2])
        places.append(ahead - learning_rate * H @ ahead)
    return np.array(places[1:])


def run_by_list(theta, velocity, H, learning_rate, beta, n_iterations):
    history = [theta.tolist()]
    for _ in range(n_iterations):
        kept = beta * velocity
        velocity = kept + np.dot(H, theta - learning_rate * kept)
        theta = theta - learning_rate * velocity
        history.append(theta.tolist())
    return history


def run_rewritten(theta, velocity, H, learning_rate, beta, n_iterations):
    """Keep the look-ahead point in place of the parameters, and go back at the end."""
    phi, history = theta - learning_rate * beta * velocity, [theta]
    for _ in range(n_iterations):
        g = H @ phi
        velocity = beta * velocity + g
        phi = phi - learning_rate * (g + beta * velocity)
        history.append(phi + learning_rate * beta * velocity)
    return np.array(history)


RIGHT = {
    "kind_of_point": [kind_by_signs, kind_by_all, kind_by_minors],
    "recipe_growth": [growth_by_roots, growth_by_matrix, growth_by_simulation],
    "nesterov_run": [run_by_places, run_by_list, run_rewritten],
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
    "nesterov_run": [
        lambda theta, v, H, lr, beta, n: run_by_list(theta, 0 * v, H, lr, beta, n)[1:],
        lambda theta, v, H, lr, beta, n: run_by_list(theta, -v, H, -lr, beta, n),
    ],
}
