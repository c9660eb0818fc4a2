"""Lesson 10: the cloud at the bottom, and what shrinks it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lessons_lib import figures
from lessons_lib.arguments import Array
from lessons_lib.explorers.common import SMALL, write_plainly
from lessons_lib.figures.style import BLUE, GREY, LINE_STYLES, MARKERS, RED
from lessons_lib.live import Goal, Live, Moving, Readout, choice, slider
from lessons_lib.problems import LeastSquares

DECAYS = ("stays", "drops at half-time", "falls ever more slowly", "glides to zero")
"""What the learning rate does in a run; the lesson gives the names further down."""

CLOUD = 200
"""How many of the last steps are drawn as a cloud."""

HOVERS = 100
"""How many of them the mean distance is taken over."""

REACH = 1.5
"""From the minimum to the edge of the frame."""

SMALLEST = 1e-3
"""The lower end of the logarithmic axis."""


def noise(line: LeastSquares, n_steps: int = 400) -> Live:
    """Choose batch size, step and memory, and watch the cloud at the bottom (lesson 10).

    Every setting meets the same points in the same order: at each step, a batch of b points is the
    first b of one list that was drawn once and for all. The level of the last steps can be taken
    by the hand: the learning rate follows.

    Parameters
    ----------
    line : LeastSquares
        The loss: ``problems.noisy_line()``.
    n_steps : int
        How many steps of the heavy ball a run takes.

    Returns
    -------
    Live
        Controls: batch size, learning rate, β, and what the learning rate does in a run. Goal: with
        batches of one point, a mean distance below 0.2 at the end.
    """
    batches = np.array([1, 4, 16, 64])
    rates = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1])
    betas = np.array([0.0, 0.5, 0.8, 0.9])
    theta = _runs(line, batches, rates, betas, n_steps)  # batch, lr, β, decay, step, parameter
    distance = np.linalg.norm(theta - line.minimiser, axis=-1)
    hovers = np.sqrt(np.mean(distance[..., -HOVERS:] ** 2, axis=-1))

    figure, (left, right) = figures.panels(
        f"The last {CLOUD} steps", "All steps", xlabel="", ylabel="", width=9, height=4.2
    )
    over = "batch lr beta decay"
    cloud = theta[..., -CLOUD:, :]
    every = np.arange(0, n_steps + 1, 2)
    late = n_steps - HOVERS * np.array([1, 0, 0.5])  # from end to end, and back to its handle
    dots, curve, level = _cloud(left, line), *_curve(right, n_steps)
    return Live(
        figure,
        [
            slider("batch", "batch size", batches, start=4, digits=".0f"),
            slider("lr", "learning rate", rates, start=0.05),
            slider("beta", "β", betas, start=0.8, digits=".1f"),
            choice("decay", "learning rate in the run", DECAYS),
        ],
        [
            Moving(dots, x=cloud[..., 0], y=cloud[..., 1], over=over),
            Moving(curve, x=every, y=np.maximum(distance[..., every], SMALLEST), over=over),
            Moving(level, x=late, y=np.stack([hovers] * 3, axis=-1), over=over, drag="lr"),
        ],
        words="Batch size {batch}, β = {beta}, and a learning rate of {lr} that {decay}. Over the"
        f" last {HOVERS} of {n_steps} steps the distance to the minimum is {{hovers:.3g}} (root"
        " mean square). The run has looked at {price:.0f} points.",
        readouts={
            "hovers": Readout(hovers, over),
            "price": Readout(batches * n_steps, "batch"),
        },
        goal=Goal(
            "with batches of 1 point, bring the distance at the end below 0.2.",
            below={"batch": 1.5, "hovers": 0.2},
            name="noise",
            hint="What are long steps good for, and what short ones? Which control has both?",
        ),
    )


def _decay(kind: str, n_steps: int) -> Array:
    """Return what the learning rate is multiplied by at each step, of shape (n_steps,).

    Parameters
    ----------
    kind : str
        "stays"; "drops at half-time", to a tenth; "falls ever more slowly", like 1/t, to a half
        after an eighth of the steps; or "glides to zero", in half a cosine's wave.
    n_steps : int
        The length of the run.
    """
    t = np.arange(n_steps) / n_steps
    shapes = {
        "stays": np.ones(n_steps),
        "drops at half-time": np.where(t < 1 / 2, 1.0, 0.1),
        "falls ever more slowly": 1 / (1 + 8 * t),
        "glides to zero": (1 + np.cos(np.pi * t)) / 2,
    }
    return shapes[kind]


def _runs(line: LeastSquares, batches: Array, rates: Array, betas: Array, n_steps: int) -> Array:
    """Run the heavy ball with every setting: batch, learning rate, β, decay, step, parameter."""
    drawn = np.random.default_rng(0).integers(len(line.y), size=(n_steps, batches.max()))
    first = (np.arange(batches.max()) < batches[:, None]) / batches[:, None]  # batch, place
    A, y = line.A[drawn], line.y[drawn]
    H = 2 * np.einsum("bp,tpi,tpj->tbij", first, A, A)
    c = 2 * np.einsum("bp,tpi,tp->tbi", first, A, y)
    shape = np.array([_decay(kind, n_steps) for kind in DECAYS]).T  # step, decay
    learning_rate = (rates[:, None, None] * shape[:, None, None])[..., None]
    grid = (len(batches), len(rates), len(betas), len(DECAYS), 2)
    theta, velocity = np.broadcast_to(line.theta0, grid), np.zeros(grid)
    path = [theta]
    for t in range(n_steps):
        gradient = np.einsum("b...i,bij->b...j", theta, H[t]) - c[t][:, None, None, None]
        velocity = betas[:, None, None] * velocity + gradient
        theta = theta - learning_rate[t] * velocity
        path.append(theta)
    return np.stack(path, axis=-2)


def _cloud(ax: Axes, line: LeastSquares) -> Line2D:
    """Draw the contours around the minimum, and the dots that will be the cloud."""
    ax.set(xlabel="intercept", ylabel="slope")
    figures.landscape(ax, line, line.minimiser + np.array([REACH, 0]), lettering=SMALL)
    (dots,) = ax.plot(0, 0, ".", color=BLUE, markersize=4, label="the cloud")
    ax.legend(loc="upper left", fontsize=SMALL)
    return dots


def _curve(ax: Axes, n_steps: int) -> tuple[Line2D, Line2D]:
    """Draw the distance over the steps, and the level about which the last of them hover."""
    ax.set(xlabel="step", ylabel="distance to the minimum", yscale="log")
    ax.set(xlim=(0, n_steps), ylim=(SMALLEST, 20))
    write_plainly(ax.yaxis)
    (curve,) = ax.plot([], [], color=BLUE, linestyle=LINE_STYLES[BLUE], linewidth=1.2)
    ax.axhline(0.2, color=GREY, linestyle=":", label="0.2")
    look: dict[str, Any] = {"color": RED, "marker": MARKERS[RED], "markevery": [2], "markersize": 8}
    (level,) = ax.plot([], [], linestyle="-", linewidth=2.5, label=f"last {HOVERS} steps", **look)
    ax.legend(loc="upper right", fontsize=SMALL)
    return curve, level
