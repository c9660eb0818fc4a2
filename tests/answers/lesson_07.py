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


def behind_by_velocities(places, gradients):
    rate = (places[0] - places[1]) / gradients[0]
    first, second = (places[:2] - places[1:3]) / rate
    return rate, (second - gradients[1]) / first


def behind_by_equations(places, gradients):
    """Two moves, two unknowns: of the learning rate and of β each is a straight sum."""
    moves = np.diff(places)[:2]
    columns = np.column_stack([-gradients[:2], np.append(0.0, moves[0])])
    return np.linalg.solve(columns, moves)


def behind_by_least_squares(places, gradients):
    moves = np.diff(places)
    columns = np.column_stack([-gradients[:-1], np.append(0.0, moves[:-1])])
    return list(np.linalg.lstsq(columns, moves, rcond=None)[0])


RIGHT = {
    "heavy_ball_rate": [rate_by_difference, rate_by_sum, rate_as_array],
    "averaged_to_heavy_ball": [state_by_entries, state_by_move, state_by_power],
    "heavy_ball_behind": [
        behind_by_velocities,
        behind_by_equations,
        behind_by_least_squares,
    ],
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
    "heavy_ball_behind": [
        lambda places, gradients: behind_by_equations(-places, gradients)[::-1],
        lambda places, gradients: behind_by_velocities(places, gradients / 2)[0] * np.ones(2),
    ],
}
