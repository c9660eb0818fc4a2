"""What `explorers.two_heroes` shows and says."""

import numpy as np

from lessons_lib import explorers

FLOOR = np.exp(0.4j)
"""The direction of the valley's floor, as a complex number."""


def make():
    return explorers.two_heroes()


def walk(rate, memory, step):
    """Go down along the floor, where the curvature is 1/60, and across it, where it is 1."""
    curvatures, path = np.array([1 / 60, 1]), []
    place = complex(-2.24, -0.35) / FLOOR
    place = before = np.array([place.real, place.imag])
    for _ in range(step + 1):
        path.append(complex(*place) * FLOOR)
        place, before = (
            place - rate * curvatures * place + memory * (place - before),
            place,
        )
    return np.column_stack([np.real(path), np.imag(path)])


def both(step):
    return walk(1.9, 0.0, step), walk(0.5, 0.87, step)


def shown(step):
    return [points for path in both(step) for points in (path, path[-1:])]


def said(step):
    plain, ball = (100 * np.hypot(*path[-1]) / np.hypot(*path[0]) for path in both(step))
    return {"plain": plain, "ball": ball}


NAMED = {"step": [0, 29, 30, 40]}

START = (
    "After 40 steps gradient descent has 26.8 % of the way to the star left, and momentum 1.7 %."
)

ELSEWHERE = [
    (
        {"step": 29},
        "After 29 steps gradient descent has 38.2 % of the way to the star left, and momentum"
        " 9.6 %. Goal reached.",
    ),
    (
        {"step": 9},
        "After 9 steps gradient descent has 73.2 % of the way to the star left, and momentum"
        " 73.0 %.",
    ),
]
