"""Answers to the tasks of lesson 2."""

import numpy as np


def step_by_entries(theta, gradient, learning_rate):
    return [t - learning_rate * g for t, g in zip(theta, gradient, strict=True)]


def step_into_a_copy(theta, gradient, learning_rate):
    moved = theta.copy()
    moved -= learning_rate * gradient
    return moved


def step_by_a_negative_rate(theta, gradient, learning_rate):
    return np.add(theta, np.multiply(-learning_rate, gradient))


def gradient_of(theta, x, y):
    r = theta[0] + theta[1] * x - y
    return np.array([2 * r.mean(), 2 * (r * x).mean()])


def descend_by_numbers(theta0, x, y, learning_rate, n_iterations):
    b, w = map(float, theta0)
    history = [(b, w)]
    for _ in range(n_iterations):
        to_b, to_w = gradient_of((b, w), x, y)
        b, w = b - learning_rate * to_b, w - learning_rate * to_w
        history.append((b, w))
    return history


def descend_into_an_array(theta0, x, y, learning_rate, n_iterations):
    history = np.zeros((n_iterations + 1, 2))
    history[0] = theta0
    for k in range(n_iterations):
        history[k + 1] = history[k] - learning_rate * gradient_of(history[k], x, y)
    return history


def descend_with_copies(theta0, x, y, learning_rate, n_iterations):
    theta, history = theta0.copy(), []
    for _ in range(n_iterations):
        history.append(theta.copy())
        theta -= learning_rate * gradient_of(theta, x, y)
    return np.vstack([*history, theta])


def descend_by_powers(theta0, x, y, learning_rate, n_iterations):
    A = np.column_stack([np.ones_like(x), x])
    step = np.eye(2) - 2 * learning_rate / len(x) * A.T @ A
    best = np.linalg.solve(A.T @ A, A.T @ y)
    powers = [np.linalg.matrix_power(step, k) for k in range(n_iterations + 1)]
    return np.array([best + power @ (theta0 - best) for power in powers])


def behind_by_projection(history, x, y):
    gradient = gradient_of(history[0], x, y)
    return (history[0] - history[1]) @ gradient / (gradient @ gradient)


def behind_by_all_steps(history, x, y):
    """Fit all moves at once to all gradients."""
    gradients = np.array([gradient_of(place, x, y) for place in history[:-1]]).ravel()
    (slope,), *_ = np.linalg.lstsq(gradients[:, None], np.diff(history, axis=0).ravel(), rcond=None)
    return -slope


def behind_by_one_parameter(history, x, y):
    before, after = history[-2], history[-1]
    return (before[0] - after[0]) / gradient_of(before, x, y)[0]


RIGHT = {
    "gradient_step": [step_by_entries, step_into_a_copy, step_by_a_negative_rate],
    "descend": [
        descend_by_numbers,
        descend_into_an_array,
        descend_with_copies,
        descend_by_powers,
    ],
    "learning_rate_behind": [
        behind_by_projection,
        behind_by_all_steps,
        behind_by_one_parameter,
    ],
}

TWICE_WRONG = {
    "gradient_step": [
        lambda theta, gradient, learning_rate: theta + gradient,
        lambda theta, gradient, learning_rate: theta + gradient / learning_rate,
    ],
    "descend": [
        lambda theta0, *rest: descend_into_an_array(theta0, *rest)[1:].T,
        lambda theta0, x, y, lr, n: descend_into_an_array(theta0, x, y, -lr / 2, n),
        lambda theta0, x, y, lr, n: descend_into_an_array(theta0, x, y, lr * len(x), n)[:-1],
    ],
    "learning_rate_behind": [
        lambda history, x, y: -2 * behind_by_projection(history, x, y),
        lambda history, x, y: behind_by_projection(history[::-1], x, y) / len(x),
    ],
}
