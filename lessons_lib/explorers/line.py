"""Lesson 1: a line through the points, and its place in the landscape of the loss."""

from __future__ import annotations

import numpy as np

from lessons_lib import figures
from lessons_lib.explorers.common import SMALL
from lessons_lib.figures.style import GREY, RED
from lessons_lib.live import Goal, Live, Moving, Readout, slider
from lessons_lib.problems import LeastSquares


def line_and_loss(line: LeastSquares) -> Live:
    """Turn a line through the points, and see its place in the landscape of the loss (lesson 1).

    Parameters
    ----------
    line : LeastSquares
        The points: ``problems.noisy_line()``.

    Returns
    -------
    Live
        Controls: intercept and slope. Goal: a loss below 1.05.
    """
    intercepts, slopes = np.linspace(-1, 9, 51), np.linspace(-2, 8, 101)
    theta = np.stack(np.meshgrid(intercepts, slopes, indexing="ij"), axis=-1)
    ends = np.array([0.0, 2.0])

    figure, (left, right) = figures.panels("The line", "Its loss", xlabel="x", ylabel="y", width=9)
    left.plot(line.x, line.y, ".", color=GREY, label="data")
    (drawn,) = left.plot(ends, ends, color=RED, linewidth=2.2, label="your line")
    left.set_ylim(-3, 14)
    left.legend(loc="upper left")
    right.set(xlabel="intercept", ylabel="slope")
    figures.landscape(right, line, [[-0.3, -1.4]], lettering=SMALL)
    (point,) = right.plot(0, 0, "s", color=RED, label="your line")
    return Live(
        figure,
        [
            slider("intercept", "intercept", intercepts, start=2, digits=".1f"),
            slider("slope", "slope", slopes, start=1, digits=".1f"),
        ],
        [
            Moving(drawn, x=ends, y=theta[..., :1] + theta[..., 1:] * ends, over="intercept slope"),
            Moving(
                point,
                x=theta[..., :1],
                y=theta[..., 1:],
                over="intercept slope",
                drag="intercept slope",
            ),
        ],
        words="With intercept {intercept} and slope {slope} the loss is {loss:.3f}.",
        readouts={"loss": Readout(line.value(theta), "intercept slope")},
        goal=Goal(
            "bring the loss below 1.05.",
            below={"loss": 1.05},
            name="line_and_loss",
            hint="One slider at a time stops short of the star. Which way does the valley run?",
        ),
    )
