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


def corrected_by_loop(values, beta):
    v, left, history = 0.0, 1.0, []
    for x in values:
        v, left = beta * v + (1 - beta) * x, left * beta
        history.append(v / (1 - left))
    return history


def corrected_by_average(values, beta):
    n = len(values)
    return [np.average(values[: k + 1], weights=weights_by_loop(beta, n)[k::-1]) for k in range(n)]


def corrected_by_ones(values, beta):
    return np.divide(average_by_loop(values, beta), average_by_loop(np.ones(len(values)), beta))


RIGHT = {
    "moving_average": [average_by_loop, average_by_weights, average_by_matrix],
    "average_weights": [weights_by_loop, weights_by_average, weights_as_differences],
    "corrected_average": [corrected_by_loop, corrected_by_average, corrected_by_ones],
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
    "corrected_average": [
        lambda values, beta: np.array(average_by_loop(values, 1 - beta)) / (1 - beta),
        lambda values, beta: corrected_by_loop(values, 1 - beta)[::-1],
    ],
}
