"""Lesson 2: gradient descent at any learning rate, step by step."""

from __future__ import annotations

import numpy as np

from lessons_lib import figures, optimizers
from lessons_lib.explorers.common import DECADE, growing_curve, growing_path
from lessons_lib.figures.style import BLUE
from lessons_lib.live import Goal, Live, Readout, slider, steps
from lessons_lib.problems import LeastSquares


def descent(line: LeastSquares, n_steps: int = 100) -> Live:
    """Choose a learning rate, and follow gradient descent step by step (lesson 2).

    Parameters
    ----------
    line : LeastSquares
        The loss: ``problems.noisy_line()``.
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: learning rate and step. Goal: arrive in fewer than 10 steps.
    """
    creeping = np.outer([0.001, 0.01], [*DECADE, 9]).ravel()
    rates = np.array([*creeping.round(5), *np.arange(10, 61) / 100])
    run = optimizers.gradient_descent(
        line.gradient, line.theta0, learning_rate=rates, n_iterations=n_steps
    )
    theta = np.moveaxis(run.theta, 0, -2)  # learning rate, step, parameter
    excess = line.value(theta) - line.value(line.minimiser)

    figure, (left, right) = figures.panels("The path", "The loss", xlabel="", ylabel="", width=9)
    follow = {"over": "lr step", "show": "trail"}
    moving = [
        *growing_path(left, line, theta, "gradient descent", BLUE, follow),
        *growing_curve(right, excess, BLUE, follow, ylabel="loss above its minimum"),
    ]
    right.set_ylim(1e-5, 1e3)
    return Live(
        figure,
        [slider("lr", "learning rate", rates, start=0.01), steps(n_steps, start=30)],
        moving,
        words="After {step} steps at learning rate {lr} the loss is {excess:.3g} above its"
        " minimum.",
        readouts={"excess": Readout(excess, "lr step")},
        goal=Goal(
            "bring the loss to within 0.01 of its minimum in fewer than 10 steps.",
            below={"excess": 0.01, "step": 10},
            name="descent",
            hint="How far may the first jump go before the next one has to come back?",
        ),
    )
