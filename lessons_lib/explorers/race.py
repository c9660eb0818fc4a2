"""Lesson 6: methods with memory against gradient descent."""

from __future__ import annotations

import numpy as np

from lessons_lib import figures, optimizers
from lessons_lib.explorers.common import DECADE, growing_curve, growing_path, percent_left
from lessons_lib.figures.style import BLUE, GREY, RED
from lessons_lib.live import Goal, Live, Readout, choice, slider, steps
from lessons_lib.problems import LeastSquares

METHODS = {
    "the recipe": optimizers.momentum,
    "heavy ball": optimizers.heavy_ball,
}


def race(line: LeastSquares, n_steps: int = 120) -> Live:
    """Let a method with memory race gradient descent at the same learning rate (lesson 6).

    Parameters
    ----------
    line : LeastSquares
        The loss: ``problems.noisy_line()``.
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: method, learning rate, β and step. Goal: arrive in fewer than 15 steps.
    """
    rates = np.array([*np.outer([0.01, 0.1, 1], DECADE).ravel().round(4), 10])
    betas = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99])
    plain = optimizers.gradient_descent(
        line.gradient, line.theta0, learning_rate=rates, n_iterations=n_steps
    )
    runs = [
        method(
            line.gradient,
            line.theta0,
            learning_rate=rates[:, None],
            beta=betas,
            n_iterations=n_steps,
        )
        for method in METHODS.values()
    ]
    alone = np.moveaxis(plain.theta, 0, -2)  # learning rate, step, parameter
    racing = np.stack([np.moveaxis(run.theta, 0, -2) for run in runs])  # method, lr, β, step, …
    left_alone, left_racing = (percent_left(line, theta) for theta in (alone, racing))

    figure, (left, right) = figures.panels("The paths", "The race", xlabel="", ylabel="", width=9)
    one, other = (
        {"over": "lr step", "show": "trail"},
        {"over": "method lr beta step", "show": "trail"},
    )
    moving = [
        *growing_path(left, line, alone, "gradient descent", BLUE, one),
        *growing_path(left, line, racing, "with memory", RED, other),
        *growing_curve(right, left_alone, BLUE, one, ylabel="distance left, in percent"),
        *growing_curve(right, left_racing, RED, other, ylabel="distance left, in percent"),
    ]
    right.axhline(1, color=GREY, linestyle=":", label="1 %")
    right.set_ylim(1e-3, 1e3)
    return Live(
        figure,
        [
            choice("method", "method", list(METHODS)),
            slider("lr", "learning rate", rates, start=0.01),
            slider("beta", "β", betas, start=0.9, digits=".2f"),
            steps(n_steps, start=n_steps),
        ],
        moving,
        words="After {step} steps at learning rate {lr}: gradient descent has {alone:.3g} % of the"
        " distance left, {method} with β = {beta} has {racing:.3g} %.",
        readouts={
            "alone": Readout(left_alone, "lr step"),
            "racing": Readout(left_racing, "method lr beta step"),
        },
        goal=Goal(
            "with memory, get below 1 % in fewer than 15 steps.",
            below={"racing": 1.0, "step": 15},
            name="race",
            hint="Which β stops swinging soon enough? Then lengthen the steps.",
        ),
    )
