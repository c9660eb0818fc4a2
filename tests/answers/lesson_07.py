"""Answers to the tasks of lesson 7."""

import numpy as np


def rate_by_difference(learning_rate, beta):
    return learning_rate - beta * learning_rate


def rate_by_sum(learning_rate, beta):
    return learning_rate / sum(beta**k for k in range(2000))


def rate_as_array(learning_rate, beta):
    return np.array(learning_rate) * np.subtract(1, beta)


def state_by_entries(learning_rate, beta, velocity):
    share = 1.0 - beta
    return share * learning_rate, [v / share for v in velocity]


def state_by_move(learning_rate, beta, velocity):
    new = (1 - beta) * learning_rate
    return [new, learning_rate * velocity / new]


def state_by_power(learning_rate, beta, velocity):
    return np.multiply(learning_rate, 1 - beta), velocity * (1 - beta) ** -1


def translate_by_heavy_ball(source, target, learning_rate, beta, velocity):
    if source == "averaged":
        learning_rate, velocity = learning_rate * (1 - beta), velocity / (1 - beta)
    elif source == "velocity":
        velocity = velocity / learning_rate
    if target == "averaged":
        return learning_rate / (1 - beta), velocity * (1 - beta)
    if target == "velocity":
        return learning_rate, velocity * learning_rate
    return learning_rate, velocity


def translate_by_move(source, target, learning_rate, beta, velocity):
    move = velocity if source == "velocity" else learning_rate * velocity
    fresh = learning_rate * (1 - beta if source == "averaged" else 1)
    new = fresh / (1 - beta if target == "averaged" else 1)
    return new, move / (1 if target == "velocity" else new)


def translate_by_table(source, target, learning_rate, beta, velocity):
    share = {"averaged": 1 - beta, "heavy ball": 1.0, "velocity": 1.0}
    new = learning_rate * share[source] / share[target]
    outside = {"averaged": 1, "heavy ball": 1, "velocity": 0}
    factor = learning_rate ** outside[source] / new ** outside[target]
    return new, [factor * v for v in velocity]


RIGHT = {
    "heavy_ball_rate": [rate_by_difference, rate_by_sum, rate_as_array],
    "averaged_to_heavy_ball": [state_by_entries, state_by_move, state_by_power],
    "translate": [translate_by_heavy_ball, translate_by_move, translate_by_table],
}

TWICE_WRONG = {
    "heavy_ball_rate": [
        lambda lr, beta: lr / beta / (1 - beta),
        lambda lr, beta: lr / (1 - beta) ** 2,
    ],
    "averaged_to_heavy_ball": [
        lambda lr, beta, v: (lr * beta, v),
        lambda lr, beta, v: (lr / beta, v * (1 - beta)),
    ],
    "translate": [
        lambda source, target, lr, beta, v: translate_by_table(target, source, lr, beta, v),
        lambda source, target, lr, beta, v: (lr * beta, v * (1 - beta)),
    ],
}
