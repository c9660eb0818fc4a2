"""What `explorers.valley` shows and says."""

import numpy as np

from lessons_lib import explorers, optimizers, problems

from . import path_and_curve


def make():
    return explorers.valley()


def errors_in_valley(kappa, lr, step):
    """What is left of each error, in percent: along the floor, across."""
    k = np.arange(step + 1.0)
    return [100 * abs(1 - lr * curvature) ** k for curvature in (1 / kappa, 1.0)]


def shown(kappa, angle, lr, step):
    turn = np.radians(angle)
    valley = problems.valley(kappa, rotation=turn)
    path = optimizers.gradient_descent(
        valley.gradient, valley.theta0, learning_rate=lr, n_iterations=step
    ).theta
    around = np.linspace(0, 2 * np.pi, 73)
    ring = np.outer(np.sqrt(kappa) * np.cos(around), [np.cos(turn), np.sin(turn)])
    ring += np.outer(np.sin(around), [-np.sin(turn), np.cos(turn)])
    curves = [
        drawn
        for left in errors_in_valley(kappa, lr, step)
        for drawn in path_and_curve(path, np.maximum(left, 1e-9))[1:]
    ]
    return [*(level * ring for level in (0.1, 0.3, 0.6, 0.9, 1.3)), path[:1], path, *curves]


def said(kappa, angle, lr, step):
    along, across = (left[-1] for left in errors_in_valley(kappa, lr, step))
    return {"left": np.hypot(along, across) / 2**0.5, "along": along, "across": across}


NAMED = {
    "kappa": [2, 5, 12.83, 20, 100],
    "angle": [-45, 45],
    "lr": [0.1, 0.5, 1, 1.75, 1.9, 2, 2.1],
}

START = (
    "In a valley of condition number 12.83, turned by -45 degrees, 10 steps at learning rate 0.5"
    " leave 47.5 % of the distance: 67.2 % of the error along the floor, and 0.0977 % of that"
    " across the valley."
)

ELSEWHERE = [
    (
        {"kappa": 20, "angle": 0, "lr": 1.85, "step": 47},
        "In a valley of condition number 20, turned by 0 degrees, 47 steps at learning rate 1.85"
        " leave 0.739 % of the distance: 1.04 % of the error along the floor, and 0.0482 % of"
        " that across the valley. Goal reached.",
    ),
    (
        {"kappa": 100, "angle": 60, "lr": 2.1, "step": 60},
        "In a valley of condition number 100, turned by 60 degrees, 60 steps at learning rate 2.1"
        " leave 21,500 % of the distance: 28 % of the error along the floor, and 30,400 % of"
        " that across the valley. Outside the frame: gradient descent.",
    ),
]
