"""What `explorers.turning_valley` shows and says."""

import numpy as np

from lessons_lib import explorers, optimizers, problems

from . import path_and_curve


def make():
    return explorers.turning_valley()


def turned(points, angle):
    turn = np.radians(angle)
    return points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def fixed_paths(angle, step):
    """Gradient descent and the ball do not mind a turn: run level, then turn the paths."""
    level = problems.valley(25)
    k = np.arange(step + 1.0)
    best = 2 / 1.04
    plain = np.column_stack([(1 - best / 25) ** k, (1 - best) ** k])
    ball = optimizers.momentum(  # in the other dialect
        level.gradient,
        level.theta0,
        learning_rate=(2 / 1.2) ** 2 / (1 - (2 / 3) ** 2),
        beta=(2 / 3) ** 2,
        n_iterations=step,
    ).theta
    return [turned(plain, angle), turned(ball, angle)]


def adam_path(angle, lr, beta1, step):
    """With averages that are not corrected, and a learning rate that is."""
    valley = problems.valley(25, rotation=np.radians(angle))
    path, m, s = [turned(np.ones(2), angle)], 0.0, 0.0
    for t in range(1, step + 1):
        g = valley.H @ path[-1]
        m, s = m + (1 - beta1) * (g - m), s + 0.001 * (g * g - s)
        short = np.sqrt(1 - 0.999**t)
        path.append(path[-1] - lr * short / (1 - beta1**t) * m / (np.sqrt(s) + 1e-8 * short))
    return np.array(path)


def all_paths(angle, lr, beta1, step):
    return [*fixed_paths(angle, step), adam_path(angle, lr, beta1, step)]


def percent(path):
    return 100 * np.hypot(*path.T) / 2**0.5


def shown(angle, lr, beta1, step):
    around = np.linspace(0, 2 * np.pi, 73)
    ring = turned(np.column_stack([5 * np.cos(around), np.sin(around)]), angle)
    drawn = [level * ring for level in (0.1, 0.3, 0.6, 0.9, 1.3)]
    drawn.append(turned(np.ones((1, 2)), angle))
    for path in all_paths(angle, lr, beta1, step):
        drawn += path_and_curve(path, np.maximum(percent(path), 1e-9))
    return drawn


def said(angle, lr, beta1, step):
    paths = all_paths(angle, lr, beta1, step)
    return {name: percent(p)[-1] for name, p in zip(("plain", "ball", "adam"), paths, strict=True)}


NAMED = {"angle": [0, 20, 45], "lr": [0.05, 0.1, 0.6, 1], "beta1": [0.5, 0.75, 0.9]}

START = (
    "In a valley turned by 0 degrees, 10 steps leave gradient descent 44.9 % of the distance and"
    " the heavy ball 22.3 %. They leave Adam 9.51 %, with learning rate 0.125 and β₁ = 0.50."
)

ELSEWHERE = [
    (
        {"angle": 20, "lr": 0.8, "beta1": 0.5, "step": 16},
        "In a valley turned by 20 degrees, 16 steps leave gradient descent 27.8 % of the distance"
        " and the heavy ball 3.06 %. They leave Adam 0.0908 %, with learning rate 0.8 and"
        " β₁ = 0.50. Goal reached.",
    ),
    (
        {"angle": 45, "lr": 1.0, "beta1": 0.9, "step": 60},
        "In a valley turned by 45 degrees, 60 steps leave gradient descent 0.821 % of the distance"
        " and the heavy ball 1.98 × 10⁻⁷ %. They leave Adam 2.33 %, with learning rate 1 and"
        " β₁ = 0.90.",
    ),
]
