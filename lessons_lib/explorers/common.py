"""What several explorers draw: paths and curves that grow with the steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lessons_lib import figures
from lessons_lib.arguments import Array
from lessons_lib.figures.style import LINE_STYLES, MARKERS
from lessons_lib.live import Moving
from lessons_lib.problems import LeastSquares

ALMOST_ZERO = 1e-9
"""Stands for zero, which a logarithmic axis does not have."""


def growing_path(
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


def growing_curve(
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
        Moving(head, x=iterations, y=values, drag="step", **(follow | {"show": "now"})),
    ]


def percent_left(line: LeastSquares, theta: Array) -> Array:
    """Return how much of the distance to the minimum is left, in percent of the start's."""
    distance: Array = np.linalg.norm(theta - line.minimiser, axis=-1)
    return distance * 100 / float(np.linalg.norm(line.theta0 - line.minimiser))
