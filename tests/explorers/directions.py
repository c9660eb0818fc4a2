"""What `explorers.directions` shows and says."""

import numpy as np

from lessons_lib import explorers

from . import LINE


def make():
    return explorers.directions(LINE)


def arrow(angle):
    """Give the arrow of length 1 as a complex number would, without a sine."""
    whole = np.exp(1j * np.radians(angle))
    return np.array([whole.real, whole.imag])


def pushed(angle):
    """Give H d as the change of the gradient from one end of d to the other, without H."""
    there = LINE.theta0 + arrow(angle)
    return LINE.gradient(there) - LINE.gradient(LINE.theta0)


def second_difference(angle, h=0.1):
    """Give the curvature from three values of the loss."""
    places = [LINE.theta0 + k * h * arrow(angle) for k in (-1, 0, 1)]
    behind, here, ahead = map(LINE.value, places)
    return (ahead - 2 * here + behind) / h**2


def turn(angle):
    """Give the angle between d and H d, from the heading of each."""
    headings = [np.degrees(np.angle(complex(*each))) for each in (arrow(angle), pushed(angle))]
    return abs((headings[1] - headings[0] + 180) % 360 - 180)


def shown(angle):
    d, h, middle = arrow(angle), pushed(angle), LINE.minimiser
    return [
        np.array([middle, middle + d]),
        np.array([middle, middle + h / 4]),
        np.array([middle + h / np.hypot(*h)]),
        np.array([middle + h / 4, middle + second_difference(angle) / 4 * d]),
        np.array([[angle, second_difference(angle)]]),
    ]


def said(angle):
    (d1, d2), (h1, h2) = arrow(angle), pushed(angle)
    bends = second_difference(angle)
    return {"d1": d1, "d2": d2, "h1": h1, "h2": h2, "curvature": bends, "turn": turn(angle)}


NAMED = {"angle": [0, 30, 48.4, 90, 138.4]}

START = (
    "At 0.0 degrees d is (1.00, 0.00) and H d is (2.00, 1.89). The curvature along d is 2.00, and H"
    " turns d by 43.4 degrees."
)

ELSEWHERE = [
    (
        {"angle": 48.4},
        "At 48.4 degrees d is (0.66, 0.75) and H d is (2.74, 3.09). The curvature along d is 4.13,"
        " and H turns d by 0.0 degrees.",
    ),
    (
        {"angle": 138.4},
        "At 138.4 degrees d is (-0.75, 0.66) and H d is (-0.24, 0.21). The curvature along d is"
        " 0.32, and H turns d by 0.2 degrees. Goal reached.",
    ),
    (
        {"angle": 359},
        "At 359.0 degrees d is (1.00, -0.02) and H d is (1.97, 1.85). The curvature along d is"
        " 1.93, and H turns d by 44.2 degrees.",
    ),
]
