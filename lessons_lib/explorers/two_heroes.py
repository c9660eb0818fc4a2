"""The start page: one descent without memory and one with it, side by side in a narrow valley."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from lessons_lib import figures, optimizers, problems
from lessons_lib.arguments import Array
from lessons_lib.figures.style import BLUE, MARKERS, RED
from lessons_lib.live import Goal, Live, Moving, Readout, steps

TURN = 0.4
"""The angle of the valley's floor, in radians."""

START = (-2.24, -0.35)
"""Where both begin: far up the floor, and a little beside it."""


def two_heroes(n_steps: int = 40) -> Live:
    """Follow gradient descent and the heavy ball down the same narrow valley (start page).

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Control: step. Goal: the moment at which little of the way is left, with momentum.
    """
    valley = problems.valley(60, rotation=TURN)
    plain = optimizers.gradient_descent(
        valley.gradient, START, learning_rate=1.9, n_iterations=n_steps
    )
    ball = optimizers.heavy_ball(
        valley.gradient, START, learning_rate=0.5, beta=0.87, n_iterations=n_steps
    )
    left = [100 * np.linalg.norm(run.theta, axis=-1) / np.hypot(*START) for run in (plain, ball)]

    figure, (one, other) = figures.panels(
        "Gradient descent",
        "With momentum",
        xlabel="west to east",
        ylabel="south to north",
        width=9,
        height=3.6,
    )
    for ax in (one, other):
        figures.landscape(ax, valley, START, lettering=None)
        ax.set(xlim=(-2.5, 0.6), ylim=(-1.6, 0.6), xticks=[-2, -1, 0], yticks=[-1, 0])
    return Live(
        figure,
        [steps(n_steps, start=n_steps)],
        [*_path(one, plain.theta, BLUE), *_path(other, ball.theta, RED)],
        words="After {step} steps gradient descent has {plain:.1f} % of the way to the star left,"
        " and momentum {ball:.1f} %.",
        readouts={"plain": Readout(left[0], "step"), "ball": Readout(left[1], "step")},
        goal=Goal(
            "with momentum, have less than 10 % of the way left before step 30.",
            below={"ball": 10.0, "step": 30},
            name="two_heroes",
            hint="Press Play and watch the sentence. Then go back, a step at a time.",
        ),
    )


def _path(ax: Axes, theta: Array, colour: str) -> list[Moving]:
    """Draw a path of which each step has its marker, and who walks it."""
    trail = figures.path(ax, theta, label="the steps", colour=colour)
    trail.set_markevery(None)
    (walker,) = ax.plot(0, 0, MARKERS[colour], color=colour, markersize=11)
    x, y = theta.T
    return [
        Moving(trail, x=x, y=y, over="step", show="trail"),
        Moving(walker, x=x, y=y, over="step", show="now", drag="step"),
    ]
