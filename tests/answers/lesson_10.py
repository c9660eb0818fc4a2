"""Answers to the tasks of lesson 10."""

import numpy as np


def gradient_by_matrix(theta, x, y, rows):
    A = np.column_stack([np.ones(len(rows)), x[rows]])
    return 2 / len(rows) * A.T @ (A @ theta - y[rows])


def gradient_by_loop(theta, x, y, rows):
    total = np.zeros(2)
    for k in rows:
        r = theta[0] + theta[1] * x[k] - y[k]
        total += np.array([2 * r, 2 * r * x[k]])
    return total / len(rows)


def gradient_by_mask(theta, x, y, rows):
    weight = np.zeros(len(x))
    weight[rows] = 2 / len(rows)
    r = weight * (np.polyval(theta[::-1], x) - y)
    return [r.sum(), r @ x]


def cloud_by_repetition(learning_rate, curvature, sigma):
    variance = 0.0
    for _ in range(2000):
        variance = (1 - learning_rate * curvature) ** 2 * variance + (learning_rate * sigma) ** 2
    return variance


def cloud_by_series(learning_rate, curvature, sigma):
    factor = (1 - float(learning_rate) * curvature) ** 2
    return (learning_rate * sigma) ** 2 / (1 - factor)


def cloud_by_product(learning_rate, curvature, sigma):
    product = learning_rate * curvature
    return (sigma / curvature) ** 2 * product / (2 - product)


def epochs_by_split(theta, velocity, x, y, learning_rate, beta, size, orders):
    places = [theta]
    for order in orders:
        for rows in np.split(order, range(size, len(order), size)):
            velocity = beta * velocity + gradient_by_matrix(theta, x, y, rows)
            theta = theta - learning_rate * velocity
        places.append(theta)
    return np.stack(places)


def epochs_by_while(theta, velocity, x, y, learning_rate, beta, size, orders):
    places = [list(theta)]
    for order in orders.tolist():
        while order:
            rows, order = order[:size], order[size:]
            g = gradient_by_loop(theta, x, y, rows)
            velocity = [beta * v + d for v, d in zip(velocity, g, strict=True)]
            theta = [t - learning_rate * v for t, v in zip(theta, velocity, strict=True)]
        places.append(theta)
    return places


def epochs_with_rate_inside(theta, velocity, x, y, learning_rate, beta, size, orders):
    n_batches = -(-len(x) // size)
    move, history = learning_rate * velocity, np.empty((len(orders) + 1, 2))
    history[0] = here = theta
    for k, order in enumerate(orders, start=1):
        for b in range(n_batches):
            fresh = gradient_by_mask(here, x, y, order[b * size : b * size + size])
            move = beta * move + learning_rate * np.array(fresh)
            here = here - move
        history[k] = here
    return history


RIGHT = {
    "batch_gradient": [gradient_by_matrix, gradient_by_loop, gradient_by_mask],
    "cloud_variance": [cloud_by_repetition, cloud_by_series, cloud_by_product],
    "descend_in_batches": [epochs_by_split, epochs_by_while, epochs_with_rate_inside],
}

TWICE_WRONG = {
    "batch_gradient": [
        lambda theta, x, y, rows: -gradient_by_matrix(theta, x, y, rows) / len(x),
        lambda theta, x, y, rows: gradient_by_matrix(theta, x, y, range(len(x))) / 2,
    ],
    "cloud_variance": [
        lambda lr, curvature, sigma: lr * sigma / 2,
        lambda lr, curvature, sigma: lr**2 * sigma / (2 - lr * curvature),
    ],
    "descend_in_batches": [
        lambda theta, v, x, y, lr, beta, size, orders: epochs_by_split(
            theta, 0 * v, x, y, lr, beta, size, orders[:1].repeat(len(orders), axis=0)
        ),
        lambda theta, v, x, y, lr, beta, size, orders: epochs_by_split(
            theta, v, x, y, lr / len(x), beta, size, orders[:, : len(x) // size * size]
        ),
    ],
}
