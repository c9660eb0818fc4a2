"""Answers to the tasks of lesson 9."""

import numpy as np


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
    "nesterov_run": [run_by_places, run_by_list, run_rewritten],
}

TWICE_WRONG = {
    "nesterov_run": [
        lambda theta, v, H, lr, beta, n: run_by_list(theta, 0 * v, H, lr, beta, n)[1:],
        lambda theta, v, H, lr, beta, n: run_by_list(theta, -v, H, -lr, beta, n),
    ],
}
