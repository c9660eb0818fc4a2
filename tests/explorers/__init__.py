"""What each explorer has to show and say: a file for each, which has its name.

`explorer_checks` says what goes into such a file. Here stands what several of them need.
"""

import numpy as np

from lessons_lib import optimizers, problems, theory

LINE = problems.noisy_line()
KAPPA = theory.condition_number(LINE.hessian())
RULES = {
    "the recipe": optimizers.momentum,
    "heavy ball": optimizers.heavy_ball,
    "Nesterov": optimizers.nesterov,
}


def single_run(method, lr, step, **beta):
    """Run one setting alone; a run that has flown off stays where it was."""
    path = method(LINE.gradient, LINE.theta0, learning_rate=lr, n_iterations=step, **beta).theta
    return path[np.minimum(np.arange(step + 1), len(path) - 1)]


def percent_left(path):
    left = np.linalg.norm(path - LINE.minimiser, axis=-1)
    return 100 * left / np.linalg.norm(LINE.theta0 - LINE.minimiser)


def path_and_curve(path, heights):
    curve = np.column_stack([np.arange(len(path)), heights])
    return [path, curve, curve[-1:]]


def two_paths(one, other):
    """Give what two runs draw: both paths, then the curve and the head of each."""
    first, second = (path_and_curve(path, percent_left(path)) for path in (one, other))
    return [first[0], second[0], *first[1:], *second[1:]]


def spring(product, beta, step):
    """Give the places of a heavy ball on the parabola, from 1 and from rest."""
    parabola = problems.parabola()
    path = optimizers.heavy_ball(
        parabola.gradient, [1.0], learning_rate=product, beta=beta, n_iterations=step
    ).theta
    return path[np.minimum(np.arange(step + 1), len(path) - 1), 0]


def rate_of_spring(product, beta):
    """Give the largest eigenvalue of what a step does to the last two positions."""
    return np.abs(np.linalg.eigvals([[1 + beta - product, -beta], [1, 0]])).max()
