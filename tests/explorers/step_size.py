"""What `explorers.step_size` shows and says."""

import numpy as np

from lessons_lib import explorers

from . import path_and_curve


def make():
    return explorers.step_size()


def shown(product, step):
    x = (1 - product) ** np.arange(step + 1.0)
    path = np.column_stack([x, x**2 / 2])
    return [path, path[-1:], *path_and_curve(path, np.maximum(100 * abs(x), 1e-9))[1:]]


def said(product, step):
    return {"factor": 1 - product, "left": 100 * abs(1 - product) ** step}


NAMED = {"product": [0.3, 1, 1.3, 1.35, 1.4, 1.45, 1.7, 2, 2.3], "step": [5]}

START = (
    "With lr · λ = 0.20 (creeping) each step multiplies the distance by 0.80. After 6 steps 26.21"
    " % of the distance is left."
)

ELSEWHERE = [
    (
        {"product": 1.0, "step": 2},
        "With lr · λ = 1.00 (arriving in one step) each step multiplies the distance by 0.00. After"
        " 2 steps 0.00 % of the distance is left.",
    ),
    (
        {"product": 2.0, "step": 3},
        "With lr · λ = 2.00 (bouncing for ever) each step multiplies the distance by -1.00. After 3"
        " steps 100.00 % of the distance is left.",
    ),
    (
        {"product": 1.3, "step": 5},
        "With lr · λ = 1.30 (overshooting) each step multiplies the distance by -0.30. After 5"
        " steps 0.24 % of the distance is left. Goal reached.",
    ),
    (
        {"product": 2.4, "step": 20},
        "With lr · λ = 2.40 (diverging) each step multiplies the distance by -1.40. After 20"
        " steps 83668.26 % of the distance is left. Outside the frame: the path, the ball.",
    ),
]
