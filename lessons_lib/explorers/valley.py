"""Lesson 4: gradient descent in a valley, as long, as slanted and as fast as the learner wants."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from lessons_lib import figures, optimizers, problems
from lessons_lib.arguments import Array
from lessons_lib.explorers.common import (
    ALMOST_ZERO,
    SMALL,
    contours_of_valley,
    growing_curve,
    start_in_valley,
    turned,
)
from lessons_lib.figures.style import BLUE, GREY, RED
from lessons_lib.live import Goal, Live, Moving, Readout, slider, steps


def valley(n_steps: int = 60) -> Live:
    """Choose a valley and a learning rate, and follow each eigenvector's error (lesson 4).

    The valley has the curvature 1 across and 1/κ along its floor. The start is one unit away from
    the minimum along either eigenvector.

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: condition number, rotation, learning rate and step. Goal: in a valley of condition
        number 20, arrive in fewer than 48 steps.
    """
    kappas = np.array([1, 2, 3, 5, 8, 12.83, 20, 30, 50, 100])
    angles = np.array([-60.0, -45.0, -30.0, 0.0, 30.0, 45.0, 60.0])
    rates = np.round([*np.arange(0.1, 1.5, 0.1), *np.arange(1.5, 2.11, 0.05)], 2)
    error = _errors(kappas, rates, n_steps)
    left = 100 * np.abs(error)  # each starts at 1
    distance = np.sqrt(np.mean(left**2, axis=-1))

    figure, (path, curves) = figures.panels(
        "The path", "The error, by direction", xlabel="", ylabel="", width=9, height=4.4
    )
    moving = [
        *contours_of_valley(path, kappas, angles, over="kappa angle"),
        start_in_valley(path, angles),
        _path(path, error, angles),
        *_curve(curves, left[..., 0], BLUE, "kappa lr step"),
        *_curve(curves, left[0, ..., 1], RED, "lr step"),
    ]
    path.legend(loc="lower left", fontsize=SMALL)
    curves.set_ylim(1e-2, 1e3)
    curves.axhline(1, color=GREY, linestyle=":")
    names = ["along the floor", "across the valley", "1 %"]
    curves.legend(
        [moving[-4].artist, moving[-2].artist, curves.lines[-1]], names, loc="upper right"
    )
    return Live(
        figure,
        [
            slider("kappa", "condition number", kappas, start=12.83, digits=".4g"),
            slider("angle", "rotation (°)", angles, start=-45, digits=".0f"),
            slider("lr", "learning rate", rates, start=0.5),
            steps(n_steps, start=10),
        ],
        moving,
        words="In a valley of condition number {kappa}, turned by {angle} degrees, {step} steps at"
        " learning rate {lr} leave {left:.3g} % of the distance: {along:.3g} % of the error along"
        " the floor, and {across:.3g} % of that across the valley.",
        readouts={
            "left": Readout(distance, "kappa lr step"),
            "along": Readout(left[..., 0], "kappa lr step"),
            "across": Readout(left[0, ..., 1], "lr step"),
        },
        goal=Goal(
            "in a valley of condition number 20, get below 1 % of the distance in fewer than 48"
            " steps.",
            above={"kappa": 19.9},
            below={"left": 1.0, "step": 48},
            name="valley",
            hint="Where do the slow direction and the steep one shrink equally fast?",
        ),
    )


def _errors(kappas: Array, rates: Array, n_steps: int) -> Array:
    """Return the errors along the floor and across: κ, learning rate, step, direction."""
    runs = []
    for kappa in kappas:
        level = problems.valley(kappa)  # not turned, so that its directions are the coordinates
        run = optimizers.gradient_descent(
            level.gradient, level.theta0, learning_rate=rates, n_iterations=n_steps
        )
        runs.append(np.moveaxis(run.theta, 0, -2))
    return np.stack(runs)


def _path(ax: Axes, error: Array, angles: Array) -> Moving:
    """Draw the path, turned like its valley."""
    theta = np.moveaxis(turned(error, angles), 0, 1)  # κ, angle, learning rate, step, parameter
    start = [theta[0, 0, 0, 0]] * theta.shape[-2]
    artist = figures.path(ax, start, label="gradient descent", colour=BLUE)
    return Moving(
        artist,
        x=theta[..., 0],
        y=theta[..., 1],
        over="kappa angle lr step",
        show="trail",
        drag="step",
    )


def _curve(ax: Axes, left: Array, colour: str, over: str) -> list[Moving]:
    """Draw what is left of an error, over the steps."""
    follow = {"over": over, "show": "trail"}
    values = np.maximum(left, ALMOST_ZERO)
    return growing_curve(ax, values, colour, follow, ylabel="error left, in percent")
