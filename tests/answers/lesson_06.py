"""Answers to the tasks of lesson 6."""

import numpy as np


def step_by_entries(theta, velocity, gradient, learning_rate, beta):
    moved, kept = [], []
    for t, v, g in zip(theta, velocity, gradient, strict=True):
        v = beta * v + (1 - beta) * g
        kept.append(v)
        moved.append(t - learning_rate * v)
    return moved, kept


def step_towards_the_gradient(theta, velocity, gradient, learning_rate, beta):
    velocity = velocity + (1 - beta) * (gradient - velocity)
    return theta - learning_rate * velocity, velocity


def step_in_one_array(theta, velocity, gradient, learning_rate, beta):
    v = np.average([velocity, gradient], axis=0, weights=[beta, 1 - beta])
    return np.array([theta - learning_rate * v, v])


def gradient_of(theta, x, y):
    r = theta[0] + theta[1] * x - y
    return np.array([2 * r.mean(), 2 * (r * x).mean()])


def run_by_list(theta, velocity, x, y, learning_rate, beta, n_iterations):
    history = [list(theta)]
    for _ in range(n_iterations):
        g = gradient_of(theta, x, y)
        velocity = [beta * v + (1 - beta) * d for v, d in zip(velocity, g, strict=True)]
        theta = [t - learning_rate * v for t, v in zip(theta, velocity, strict=True)]
        history.append(theta)
    return history


def run_into_an_array(theta, velocity, x, y, learning_rate, beta, n_iterations):
    history = np.empty((n_iterations + 1, 2))
    history[0] = theta
    v = velocity.copy()
    for k in range(n_iterations):
        v *= beta
        v += (1 - beta) * gradient_of(history[k], x, y)
        history[k + 1] = history[k] - learning_rate * v
    return history


def run_as_recurrence(theta, velocity, x, y, learning_rate, beta, n_iterations):
    """Two places in place of place and velocity."""
    places = [theta + learning_rate * velocity, theta]
    for _ in range(n_iterations):
        before, here = places[-2:]
        fresh = learning_rate * (1 - beta) * gradient_of(here, x, y)
        places.append(here + beta * (here - before) - fresh)
    return np.array(places[1:])


def calm_by_loop(history, gradients, tolerance):
    for k in range(1, len(history)):
        move = np.hypot(*(history[k] - history[k - 1]))
        if np.hypot(*gradients[k]) <= tolerance and move <= tolerance:
            return k
    return -1


def calm_by_squares(history, gradients, tolerance):
    moves = ((history[1:] - history[:-1]) ** 2).sum(axis=1)
    slopes = (gradients[1:] ** 2).sum(axis=1)
    steps = np.flatnonzero(np.maximum(moves, slopes) <= tolerance**2)
    return steps[0] + 1 if len(steps) else -1


def calm_by_while(history, gradients, tolerance):
    k = 1
    while k < len(history):
        lengths = np.linalg.norm([gradients[k], history[k] - history[k - 1]], axis=1)
        if max(lengths) <= tolerance:
            return np.int64(k)
        k += 1
    return -1


RIGHT = {
    "momentum_step": [step_by_entries, step_towards_the_gradient, step_in_one_array],
    "momentum_run": [run_by_list, run_into_an_array, run_as_recurrence],
    "steps_until_calm": [calm_by_loop, calm_by_squares, calm_by_while],
}

TWICE_WRONG = {
    "momentum_step": [
        lambda theta, v, g, lr, beta: (theta + lr * (beta * v + g), beta * v + g),
        lambda theta, v, g, lr, beta: (theta - g, (1 - beta) * v + beta * g),
    ],
    "momentum_run": [
        lambda theta, *rest: run_by_list(theta, *rest)[1:-1],
        lambda theta, v, x, y, lr, beta, n: run_by_list(theta, 0 * v, x, y, lr, 1 - beta, n),
    ],
    "steps_until_calm": [
        lambda _, gradients, tol: int(np.argmax(np.linalg.norm(gradients, axis=1) <= tol)),
        lambda history, gradients, tol: max(calm_by_loop(history, gradients, tol) - 1, 0),
    ],
}
