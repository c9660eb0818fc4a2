"""What `explorers.valley_of_springs` shows and says."""

import numpy as np

from lessons_lib import explorers

from . import KAPPA, rate_of_spring, spring


def make():
    return explorers.valley_of_springs(KAPPA)


def shown(product, beta, step):
    bar = np.array([[product / KAPPA, beta], [product, beta]])
    curves = []
    for each in bar[:, 0]:
        error = np.maximum(np.abs(spring(each, beta, step)), 1e-9)
        curve = np.column_stack([np.arange(step + 1), error])
        curves += [curve, curve[-1:]]
    return [bar, bar[:1], bar[1:], *curves]


def said(product, beta, step):
    ends = [product / KAPPA, product]
    along, across = (rate_of_spring(each, beta) for each in ends)
    left = np.sqrt(np.mean([spring(each, beta, step)[-1] ** 2 for each in ends]))
    return {"along": along, "across": across, "left": left}


NAMED = {"product": [0.1, 1], "beta": [0, 0.2, 0.5, 0.9], "step": [39]}

START = (
    "With lr · L = 0.50 and β = 0.9 the rate is 0.949 along the floor and 0.949 across. After 45"
    " steps the distance is 0.064 times that of the start."
)

ELSEWHERE = [
    (
        {"product": 2.45, "beta": 0.325, "step": 39},
        "With lr · L = 2.45 and β = 0.325 the rate is 0.570 along the floor and 0.570 across."
        " After 39 steps the distance is 9.1 × 10⁻¹⁰ times that of the start. Goal reached.",
    ),
]
