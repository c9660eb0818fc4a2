"""Lesson 7: the recipe and the heavy ball, on one path or on two."""

from __future__ import annotations

import numpy as np

from lessons_lib import figures, optimizers
from lessons_lib.explorers.common import growing_curve, growing_path, percent_left
from lessons_lib.figures.style import BLUE, RED
from lessons_lib.live import Goal, Live, Readout, choice, slider, steps
from lessons_lib.problems import LeastSquares

DECIMALS = 6
"""What two equal paths differ by beyond so many decimals is the computer's rounding."""


def dialects(line: LeastSquares, n_steps: int = 60) -> Live:
    """Give the recipe and the heavy ball a learning rate each, and compare paths (lesson 7).

    Parameters
    ----------
    line : LeastSquares
        The loss: ``problems.noisy_line()``.
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: the recipe's learning rate, β, whether the heavy ball's learning rate is matched
        or its own, that learning rate, and step. Goal: one path, found without matching.
    """
    rates = np.outer(10.0 ** np.arange(-2, 1), [1, 2, 5]).ravel().round(2)
    betas = np.array([0.0, 0.5, 0.9, 0.95, 0.99])
    # Among the heavy ball's own are most of the recipe's times 1 - β
    own = np.outer(10.0 ** np.arange(-3, 1), [1, 2, 2.5, 5]).ravel()[:13].round(4)
    # The heavy ball's learning rate in every state: match, recipe's learning rate, own, β
    rolling = np.empty((2, len(rates), len(own), len(betas)))
    rolling[0] = own[:, None]
    rolling[1] = (rates[:, None] * (1 - betas))[:, None]
    averaged = optimizers.momentum(
        line.gradient,
        line.theta0,
        learning_rate=rates[:, None],
        beta=betas,
        n_iterations=n_steps,
    )
    ball = optimizers.heavy_ball(
        line.gradient, line.theta0, learning_rate=rolling, beta=betas, n_iterations=n_steps
    )
    recipe = np.moveaxis(averaged.theta, 0, -2)  # learning rate, β, step, parameter
    heavy = np.moveaxis(ball.theta, 0, -2)
    apart = np.linalg.norm(heavy - recipe[:, None], axis=-1).max(axis=-1).round(DECIMALS)

    figure, (left, right) = figures.panels(
        "The paths", "How far they are", xlabel="", ylabel="", width=9
    )
    one = {"over": "lr beta step", "show": "trail"}
    other = {"over": "match lr own beta step", "show": "trail"}
    ylabel = "distance left, in percent"
    moving = [
        *growing_path(left, line, recipe, "the recipe", BLUE, one),
        *growing_path(left, line, heavy, "heavy ball", RED, other),
        *growing_curve(right, percent_left(line, recipe), BLUE, one, ylabel=ylabel),
        *growing_curve(right, percent_left(line, heavy), RED, other, ylabel=ylabel),
    ]
    right.set_ylim(1e-2, 1e4)
    return Live(
        figure,
        [
            slider("lr", "learning rate (lr) of the recipe", rates, start=0.1),
            slider("beta", "β of both", betas, start=0.9, digits=".2f"),
            choice(
                "match",
                "heavy ball's learning rate",
                ["from its own slider", "matched: lr · (1 - β)"],
            ),
            slider("own", "its own slider", own, start=0.1),
            steps(n_steps, start=10),
        ],
        moving,
        words="With β = {beta}, the recipe at learning rate {lr} and the heavy ball at"
        f" {{rolling:.3g}} ({{match}}): in {n_steps} steps the largest distance between the paths"
        " is {apart:.3g}.",
        readouts={
            "rolling": Readout(rolling, "match lr own beta"),
            "apart": Readout(apart, "match lr own beta"),
            "matched": Readout([0.0, 1.0], "match"),
        },
        goal=Goal(
            "with β = 0.90 or more and the heavy ball's own slider, bring the two paths to less"
            " than 0.01 apart.",
            above={"beta": 0.89},
            below={"apart": 0.01, "matched": 0.5},
            name="dialects",
            hint="By what does the average multiply each gradient before it steps?",
        ),
    )
