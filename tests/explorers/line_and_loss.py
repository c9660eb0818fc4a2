"""What `explorers.line_and_loss` shows and says."""

import numpy as np

from lessons_lib import explorers

from . import LINE


def make():
    return explorers.line_and_loss(LINE)


def shown(intercept, slope):
    ends = np.array([0.0, 2.0])
    return [np.column_stack([ends, intercept + slope * ends]), np.array([[intercept, slope]])]


def said(intercept, slope):
    return {"loss": LINE.value(np.array([intercept, slope]))}


NAMED = {"intercept": [1, 2, 4, 7], "slope": [0, 1, 3, 5.5]}

START = "With intercept 2.0 and slope 1.0 the loss is 18.956."

ELSEWHERE = [
    (
        {"intercept": 4.2, "slope": 3.0},
        "With intercept 4.2 and slope 3.0 the loss is 0.993. Goal reached.",
    ),
    (
        {"intercept": 9, "slope": 8},
        "With intercept 9.0 and slope 8.0 the loss is 100.337. Outside the frame: your line.",
    ),
]
