"""Answers to the tasks of lesson 5."""

import numpy as np


def average_by_loop(values, beta):
    v, history = 0, []
    for x in values:
        v += (1 - beta) * (x - v)
        history.append(v)
    return history


def average_by_weights(values, beta):
    weights = (1 - beta) * beta ** np.arange(len(values))
    return np.convolve(values, weights)[: len(values)]


def average_by_matrix(values, beta):
    age = np.subtract.outer(np.arange(len(values)), np.arange(len(values)))
    weights = np.where(age >= 0, (1 - beta) * float(beta) ** np.maximum(age, 0), 0)
    return weights @ values


def weights_by_loop(beta, n):
    weights = [1 - beta]
    while len(weights) < n:
        weights.append(beta * weights[-1])
    return weights


def weights_by_average(beta, n):
    return average_by_loop([1.0] + [0.0] * (n - 1), beta)


def weights_as_differences(beta, n):
    return -np.diff(float(beta) ** np.arange(n + 1))


def readings_by_loop(corrected, beta):
    before, left, readings = 0.0, 1.0, []
    for shown in corrected:
        left *= beta
        v = shown * (1 - left)
        readings.append((v - beta * before) / (1 - beta))
        before = v
    return readings


def readings_by_matrix(corrected, beta):
    """Each corrected average is a row of weights, times the readings: solve for them."""
    n = len(corrected)
    rows = np.array([weights_by_loop(beta, n)[k::-1] + [0.0] * (n - 1 - k) for k in range(n)])
    return np.linalg.solve(rows / rows.sum(axis=1, keepdims=True), corrected)


def readings_by_sums(corrected, beta):
    """The fading sums of readings and of ones have the corrected average as their quotient."""
    ones = np.array([sum(float(beta) ** k for k in range(n + 1)) for n in range(len(corrected))])
    sums = corrected * ones
    return sums - beta * np.concatenate([[0], sums[:-1]])


RIGHT = {
    "moving_average": [average_by_loop, average_by_weights, average_by_matrix],
    "average_weights": [weights_by_loop, weights_by_average, weights_as_differences],
    "readings_behind": [readings_by_loop, readings_by_matrix, readings_by_sums],
}

TWICE_WRONG = {
    "moving_average": [
        lambda values, beta: average_by_loop(values, 1 - beta)[-1],
        lambda values, beta: np.array(average_by_loop(values, 1 - beta)) / beta,
    ],
    "average_weights": [
        lambda beta, n: beta ** np.arange(1, n + 1),
        lambda beta, n: weights_by_loop(1 - beta, n)[::-1],
    ],
    "readings_behind": [
        lambda corrected, beta: np.diff(corrected) / (1 - beta),
        lambda corrected, beta: (1 - beta) * readings_by_sums(corrected, 1 - beta),
    ],
}
