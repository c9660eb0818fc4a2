"""What several explorers draw: paths and curves that grow with the steps, and valleys that turn."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, NullFormatter

from lessons_lib import figures
from lessons_lib.arguments import Array
from lessons_lib.figures.style import BLACK, LINE_STYLES, MARKERS, PALE
from lessons_lib.live import Moving
from lessons_lib.problems import LeastSquares

SMALL = 9
"""The smallest lettering of an explorer, in points: 10 pixels of a window that is 900 wide."""

ALMOST_ZERO = 1e-9
"""Stands for zero, which a logarithmic axis does not have."""

DECADE = np.array([1, 1.25, 1.6, 2, 2.5, 3, 4, 5, 6, 8])
"""Round numbers, each about a quarter larger than the one before."""

LEVELS = (0.1, 0.3, 0.6, 0.9, 1.3)
"""How far from a valley's floor, across it, its contours run."""


def growing_path(
    ax: Axes, line: LeastSquares, theta: Array, label: str, colour: str, follow: dict[str, Any]
) -> list[Moving]:
    """Draw a path that grows with the steps, over the landscape of the loss."""
    ax.set(xlabel="intercept", ylabel="slope")
    if not ax.collections:
        figures.landscape(ax, line, line.theta0, lettering=SMALL)
    start = [line.theta0] * theta.shape[-2]
    artist = figures.path(ax, start, label=label, colour=colour)
    ax.legend(loc="upper left", fontsize=SMALL)
    return [Moving(artist, x=theta[..., 0], y=theta[..., 1], drag="step", **follow)]


def growing_curve(
    ax: Axes, values: Array, colour: str, follow: dict[str, Any], *, ylabel: str
) -> list[Moving]:
    """Draw a curve over the steps that grows with them, and a marker at its end."""
    n_steps = values.shape[-1] - 1
    ax.set(xlabel="step", ylabel=ylabel, xlim=(0, n_steps), yscale="log")
    write_plainly(ax.yaxis)
    (curve,) = ax.plot([], [], color=colour, linestyle=LINE_STYLES[colour])
    (head,) = ax.plot([], [], color=colour, marker=MARKERS[colour])
    iterations = np.arange(n_steps + 1)
    return [
        Moving(curve, x=iterations, y=values, **follow),
        Moving(head, x=iterations, y=values, drag="step", **(follow | {"show": "now"})),
    ]


def write_plainly(axis: Axis) -> None:
    """Write the numbers of a logarithmic axis as 0.01, 100 or 1e-6: an exponent is too small."""
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:g}".replace("e-0", "e-").replace("e+0", "e"))
    )
    axis.set_minor_formatter(NullFormatter())


def percent_left(line: LeastSquares, theta: Array) -> Array:
    """Return how much of the distance to the minimum is left, in percent of the start's."""
    distance: Array = np.linalg.norm(theta - line.minimiser, axis=-1)
    return distance * 100 / float(np.linalg.norm(line.theta0 - line.minimiser))


def turned(points: Array, angles: Array) -> Array:
    """Turn points (..., n, 2) by each angle, in degrees: a new axis in front of all others."""
    turn = np.radians(angles)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    all_turned: Array = np.einsum("...i,ijk->k...j", points, rotation)
    return all_turned


def contours_of_valley(ax: Axes, kappas: Array, angles: Array, *, over: str) -> list[Moving]:
    """Draw ellipses, √κ times as long as wide, for each κ and angle, and the minimum."""
    ax.set(xlabel="first parameter", ylabel="second parameter", aspect="equal")
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    around = np.linspace(0, 2 * np.pi, 73)
    circle = np.column_stack([np.cos(around), np.sin(around)])
    length = np.column_stack([np.sqrt(kappas), np.ones_like(kappas)])
    ellipses = np.moveaxis(turned(length[:, None] * circle, angles), 0, 1)  # κ, angle, point, …
    if over == "angle":
        (ellipses,) = ellipses
    moving = []
    for level in LEVELS:
        (ring,) = ax.plot(0, 0, color=PALE, linestyle="-", linewidth=0.9)
        x, y = np.moveaxis(level * ellipses, -1, 0)
        moving.append(Moving(ring, x=x, y=y, over=over))
    ax.plot(0, 0, "*", color=BLACK, markerfacecolor="white", markersize=16, label="minimum")
    return moving


def start_in_valley(ax: Axes, angles: Array) -> Moving:
    """Mark the start, one unit from the minimum along either eigenvector: a hand turns it."""
    x, y = np.moveaxis(turned(np.ones((1, 2)), angles), -1, 0)
    (mark,) = ax.plot(1, 1, "o", color=BLACK, markerfacecolor="none", markersize=12, label="start")
    return Moving(mark, x=x, y=y, over="angle", drag="angle")
