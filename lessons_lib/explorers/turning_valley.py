"""Lesson 13: a valley that turns, and three methods that go down in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons_lib import adaptive, figures, optimizers, problems, theory
from lessons_lib.arguments import Array
from lessons_lib.explorers.common import (
    ALMOST_ZERO,
    DECADE,
    SMALL,
    contours_of_valley,
    growing_curve,
    start_in_valley,
)
from lessons_lib.figures.style import BLACK, BLUE, GREY, RED
from lessons_lib.live import Goal, Live, Moving, Readout, slider, steps

KAPPA = 25.0
ANGLES = np.array([0.0, 1, 3, 10, 20, 30, 45])
RATES = np.array([*np.outer([0.01, 0.1], DECADE).ravel().round(4)[3:], 1])
BETAS = np.array([0.0, 0.5, 0.75, 0.9])

OVER = {
    "gradient descent": "angle step",
    "heavy ball": "angle step",
    "Adam": "angle lr beta1 step",
}
"""Which controls move a method's path."""


def turning_valley(n_steps: int = 100) -> Live:
    """Turn a valley, and follow gradient descent, the heavy ball and Adam (lesson 13).

    The valley has the curvature 1 across and 1/25 along its floor, and the start is one unit away
    from the minimum along either. Gradient descent and the ball have the settings that are the best
    for this valley in the long run, by lessons 4 and 8.

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: rotation, learning rate and β₁ of Adam, and step. Goal: in a turned valley, be
        ahead of the ball.
    """
    paths = _paths(n_steps)
    left = {name: 100 * np.linalg.norm(theta, axis=-1) / 2**0.5 for name, theta in paths.items()}

    figure, (valley, curves) = figures.panels(
        "The paths", "The race", xlabel="", ylabel="", width=9, height=4.4
    )
    moving = contours_of_valley(valley, np.array([KAPPA]), ANGLES, over="angle")
    moving.append(start_in_valley(valley, ANGLES))
    for name, colour in zip(paths, (BLUE, RED, BLACK), strict=True):
        x, y = np.moveaxis(paths[name], -1, 0)
        artist = figures.path(valley, np.zeros((n_steps + 1, 2)), label=name, colour=colour)
        follow: dict[str, Any] = {"over": OVER[name], "show": "trail"}
        moving.append(Moving(artist, x=x, y=y, drag="step", **follow))
        values = np.maximum(left[name], ALMOST_ZERO)
        moving += growing_curve(curves, values, colour, follow, ylabel="distance left, in percent")
    valley.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
    valley.legend(loc="lower left", fontsize=SMALL)
    curves.set_ylim(1e-2, 1e3)
    curves.axhline(1, color=GREY, linestyle=":", label="1 %")
    return Live(
        figure,
        [
            slider("angle", "rotation (°)", ANGLES, start=0, digits=".0f"),
            slider("lr", "Adam's learning rate", RATES, start=0.125),
            slider("beta1", "Adam's β₁", BETAS, start=0.5, digits=".2f"),
            steps(n_steps, start=10),
        ],
        moving,
        words="In a valley turned by {angle} degrees, {step} steps leave gradient descent"
        " {plain:.3g} % of the distance and the heavy ball {ball:.3g} %. They leave Adam"
        " {adam:.3g} %, with learning rate {lr} and β₁ = {beta1}.",
        readouts={
            short: Readout(left[name], OVER[name])
            for short, name in zip(("plain", "ball", "adam"), paths, strict=True)
        },
        goal=Goal(
            "in a valley turned by at least 20 degrees, have Adam below 1 % of the distance before"
            " the heavy ball is.",
            above={"angle": 19.9, "ball": 1.0},
            below={"adam": 1.0},
            name="turning_valley",
            hint="Adam's learning rate is a length, and the ball needs 20 steps. How long must a"
            " step be to get there sooner?",
        ),
    )


def _paths(n_steps: int) -> dict[str, Array]:
    """Run each method in every valley: angle, Adam's learning rate and β₁, step, parameter."""
    valleys = [problems.valley(KAPPA, rotation=float(turn)) for turn in np.radians(ANGLES)]
    starts, hessians = (np.array([getattr(v, name) for v in valleys]) for name in ("theta0", "H"))
    plain = theory.best_gradient_descent(1 / KAPPA, 1.0)
    ball = theory.best_heavy_ball(1 / KAPPA, 1.0)
    runs = {
        "gradient descent": optimizers.gradient_descent(
            lambda theta: np.matvec(hessians, theta),
            starts,
            learning_rate=plain.learning_rate,
            n_iterations=n_steps,
        ),
        "heavy ball": optimizers.heavy_ball(
            lambda theta: np.matvec(hessians, theta),
            starts,
            learning_rate=ball.learning_rate,
            beta=ball.beta,
            n_iterations=n_steps,
        ),
        "Adam": adaptive.adam(
            lambda theta: np.matvec(hessians[:, None, None], theta),
            starts[:, None, None],
            learning_rate=RATES[:, None],
            beta1=BETAS,
            n_iterations=n_steps,
        ),
    }
    return {name: np.moveaxis(run.theta, 0, -2) for name, run in runs.items()}
