"""The explorers of the lessons: the runs behind each, its figure, and what a learner may move."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lessons_lib import figures, optimizers
from lessons_lib.figures.style import BLUE, GREY, LINE_STYLES, MARKERS, RED
from lessons_lib.live import Goal, Live, Moving, Readout, choice, slider, steps
from lessons_lib.problems import LeastSquares

Array = NDArray[np.float64]

METHODS = {
    "the recipe": optimizers.momentum,
    "heavy ball": optimizers.heavy_ball,
    "Nesterov": optimizers.nesterov,
}


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
    intercepts, slopes = np.linspace(-1, 9, 51), np.linspace(-2, 8, 51)
    theta = np.stack(np.meshgrid(intercepts, slopes, indexing="ij"), axis=-1)
    ends = np.array([0.0, 2.0])

    figure, (left, right) = figures.panels("The line", "Its loss", xlabel="x", ylabel="y", width=9)
    left.plot(line.x, line.y, ".", color=GREY, label="data")
    (drawn,) = left.plot(ends, ends, color=RED, linewidth=2.2, label="your line")
    left.set_ylim(-3, 14)
    left.legend(loc="upper left")
    right.set(xlabel="intercept", ylabel="slope")
    figures.landscape(right, line, [[-0.3, -1.4]])
    (point,) = right.plot(0, 0, "s", color=RED, label="your line")
    return Live(
        figure,
        [
            slider("intercept", "intercept", intercepts, start=2, digits=".1f"),
            slider("slope", "slope", slopes, start=1, digits=".1f"),
        ],
        [
            Moving(drawn, x=ends, y=theta[..., :1] + theta[..., 1:] * ends, over="intercept slope"),
            Moving(point, x=theta[..., :1], y=theta[..., 1:], over="intercept slope"),
        ],
        words="With intercept {intercept} and slope {slope} the loss is {loss:.3f}.",
        readouts={"loss": Readout(line.value(theta), "intercept slope")},
        goal=Goal("bring the loss below 1.05.", below={"loss": 1.05}),
    )


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
    rates = 0.01 * 1.1 ** np.arange(-24.0, 44.0)  # from 0.001 to 0.6, the lesson's 0.01 among them
    run = optimizers.gradient_descent(
        line.gradient, line.theta0, learning_rate=rates, n_iterations=n_steps
    )
    theta = np.moveaxis(run.theta, 0, -2)  # learning rate, step, parameter
    excess = line.value(theta) - line.value(line.minimiser)

    figure, (left, right) = figures.panels("The path", "The loss", xlabel="", ylabel="", width=9)
    follow = {"over": "lr step", "show": "trail"}
    moving = [
        *_trail(left, line, theta, "gradient descent", BLUE, follow),
        *_falling_curve(right, excess, BLUE, follow, ylabel="loss above its minimum"),
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
        ),
    )


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
    rates = np.geomspace(0.01, 10, 31)
    betas = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
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
    left_alone, left_racing = (_percent_left(line, theta) for theta in (alone, racing))

    figure, (left, right) = figures.panels("The paths", "The race", xlabel="", ylabel="", width=9)
    one, other = (
        {"over": "lr step", "show": "trail"},
        {"over": "method lr beta step", "show": "trail"},
    )
    moving = [
        *_trail(left, line, alone, "gradient descent", BLUE, one),
        *_trail(left, line, racing, "with memory", RED, other),
        *_falling_curve(right, left_alone, BLUE, one, ylabel="distance left, in percent"),
        *_falling_curve(right, left_racing, RED, other, ylabel="distance left, in percent"),
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
        ),
    )


def _trail(
    ax: Axes, line: LeastSquares, theta: Array, label: str, colour: str, follow: dict[str, Any]
) -> list[Moving]:
    """Draw a path that grows with the steps, over the landscape of the loss."""
    ax.set(xlabel="intercept", ylabel="slope")
    if not ax.collections:
        figures.landscape(ax, line, line.theta0)
    start = [line.theta0] * theta.shape[-2]
    artist = figures.path(ax, start, label=label, colour=colour)
    ax.legend(loc="upper left", fontsize=8)
    return [Moving(artist, x=theta[..., 0], y=theta[..., 1], **follow)]


def _falling_curve(
    ax: Axes, values: Array, colour: str, follow: dict[str, Any], *, ylabel: str
) -> list[Moving]:
    """Draw a curve over the steps that grows with them, and a marker at its end."""
    n_steps = values.shape[-1] - 1
    ax.set(xlabel="step", ylabel=ylabel, xlim=(0, n_steps), yscale="log")
    (curve,) = ax.plot([], [], color=colour, linestyle=LINE_STYLES[colour])
    (head,) = ax.plot([], [], color=colour, marker=MARKERS[colour])
    iterations = np.arange(n_steps + 1)
    return [
        Moving(curve, x=iterations, y=values, **follow),
        Moving(head, x=iterations, y=values, **(follow | {"show": "now"})),
    ]


def _percent_left(line: LeastSquares, theta: Array) -> Array:
    """Return how much of the distance to the minimum is left, in percent of the start's."""
    distance: Array = np.linalg.norm(theta - line.minimiser, axis=-1)
    return distance * 100 / float(np.linalg.norm(line.theta0 - line.minimiser))
