"""What `explorers.springs` shows and says."""

import numpy as np

from lessons_lib import explorers

from . import rate_of_spring, spring


def make():
    return explorers.springs()


def shown(product, beta, step):
    path = np.column_stack([np.arange(step + 1), spring(product, beta, step)])
    return [np.array([[product, beta]]), path, path[-1:]]


def said(product, beta, step):
    return {
        "critical": (1 - product**0.5) ** 2,
        "rate": rate_of_spring(product, beta),
        "left": abs(spring(product, beta, step)[-1]),
    }


NAMED = {"product": [0.05, 0.1, 0.25, 1, 1.9], "beta": [0, 0.2, 0.25, 0.5, 0.9], "step": [49]}

START = (
    "At lr · λ = 0.10 swinging takes a β above 0.468. With β = 0.9 the rate is 0.949; below 1 the"
    " ball comes to rest. After 60 steps its distance is 0.038 times that of the start."
)

ELSEWHERE = [
    (
        {"product": 4.2, "beta": 0, "step": 60},
        "At lr · λ = 4.20 swinging takes a β above 1.101. With β = 0 the rate is 3.200; below"
        " 1 the ball comes to rest. After 60 steps its distance is 3.9 × 10⁸ times that of the"
        " start. Outside the frame: the ball.",
    ),
]
