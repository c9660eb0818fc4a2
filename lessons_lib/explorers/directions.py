"""Lesson 3: a direction, what the Hessian makes of it, and the curvature along it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lessons_lib import figures
from lessons_lib.arguments import Array
from lessons_lib.explorers.common import SMALL
from lessons_lib.figures.style import BLACK, BLUE, GREY, LINE_STYLES, MARKERS, RED
from lessons_lib.live import Goal, Live, Moving, Readout, slider
from lessons_lib.problems import LeastSquares

SHOWN = 1 / 4
"""What share of H d is drawn, so that the frame holds it."""

REACH = 1.3
"""From the minimum to the edge of the frame; d has the length 1."""


def directions(line: LeastSquares) -> Live:
    """Turn a direction d, and see where H d points and how large the curvature is (lesson 3).

    Both are drawn from the minimum, where H d is the gradient at the tip of d. The tip can be taken
    by the hand, and so can the mark on the curve.

    Parameters
    ----------
    line : LeastSquares
        The loss: ``problems.noisy_line()``.

    Returns
    -------
    Live
        Control: the direction. Goal: one that H does not turn, along the floor of the valley.
    """
    angles = _angles(line.hessian())
    d = _arrows(angles)
    pushed = d @ line.hessian()  # H d, since H is symmetric: direction, parameter
    curvature = np.vecdot(d, pushed)
    points = pushed / np.linalg.norm(pushed, axis=-1, keepdims=True)
    turn = np.degrees(np.arccos(np.clip(np.vecdot(d, points), -1, 1)))

    figure, (plane, curve) = figures.panels(
        "A direction, and what H makes of it",
        "The curvature along it",
        xlabel="",
        ylabel="",
        width=9,
        height=4.4,
    )
    artists, middle = _arrows_on_map(plane, line), np.zeros_like(d)
    figure.legend(handles=artists, loc="outside lower center", ncols=4, fontsize=SMALL)
    at_quarter = SHOWN * pushed
    ends = [
        [middle, d],
        [middle, at_quarter],
        [points],
        [at_quarter, SHOWN * curvature[:, None] * d],
    ]
    moving = [
        _from_minimum(line, artist, each, drag=drag)
        for artist, each, drag in zip(artists, ends, ("angle", "", "", ""), strict=True)
    ]
    mark = _curve(curve, line)
    at = Moving(mark, x=angles[:, None], y=curvature[:, None], over="angle", drag="angle")
    return Live(
        figure,
        [slider("angle", "angle of d (°)", angles, start=0, digits=".1f")],
        [*moving, at],
        words="At {angle} degrees d is ({d1:.2f}, {d2:.2f}) and H d is ({h1:.2f}, {h2:.2f}). The"
        " curvature along d is {curvature:.2f}, and H turns d by {turn:.1f} degrees.",
        readouts={
            "d1": Readout(d[:, 0], "angle"),
            "d2": Readout(d[:, 1], "angle"),
            "h1": Readout(pushed[:, 0], "angle"),
            "h2": Readout(pushed[:, 1], "angle"),
            "curvature": Readout(curvature, "angle"),
            "turn": Readout(turn, "angle"),
        },
        goal=Goal(
            "find a direction with a curvature below 1 that H turns by less than 1 degree.",
            below={"curvature": 1.0, "turn": 1.0},
            name="directions",
            hint="Take d to where H d points, again and again, and you find a direction that is not"
            " turned, the steep one. Which angle is there between it and the other?",
        ),
    )


def _angles(H: Array) -> Array:
    """Return a direction for each degree, four of them moved to where H does not turn any."""
    angles = np.arange(360.0)
    kept = np.degrees(np.arctan2(*np.linalg.eigh(H)[1][::-1])).round(1)  # of both eigenvectors
    for angle in np.concatenate([kept, kept + 180]) % 360:
        angles[int(angle)] = angle
    return angles


def _arrows(angles: Array) -> Array:
    """Return arrows of length 1 in these directions: (..., 2)."""
    turn = np.radians(angles)
    return np.stack([np.cos(turn), np.sin(turn)], axis=-1)


def _from_minimum(
    line: LeastSquares, artist: Line2D, ends: Sequence[Array], *, drag: str
) -> Moving:
    """Let a line follow the direction: its points, from the minimum, as a list of (angle, 2)."""
    x, y = np.moveaxis(line.minimiser + np.stack(ends, axis=1), -1, 0)
    return Moving(artist, x=x, y=y, over="angle", drag=drag)


def _arrows_on_map(ax: Axes, line: LeastSquares) -> tuple[Line2D, ...]:
    """Draw the loss around its minimum, d, H d, where that points, and its shadow on d."""
    ax.set(xlabel="intercept", ylabel="slope")
    figures.landscape(ax, line, line.minimiser + np.array([REACH, 0]), lettering=SMALL)
    around = line.minimiser + _arrows(np.arange(361.0))
    ax.plot(*around.T, color=GREY, linestyle=":", linewidth=1, label="length 1")
    (d,) = ax.plot(0, 0, color=BLUE, linestyle=LINE_STYLES[BLUE], label="d")
    d.set(linewidth=2.4, marker=MARKERS[BLUE], markersize=9, markevery=[1])
    (pushed,) = ax.plot(0, 0, color=RED, linestyle=LINE_STYLES[RED], linewidth=2.4)
    pushed.set_label("H d, at a quarter of its length")
    (points,) = ax.plot(0, 0, MARKERS[RED], color=RED, label="where H d points")
    points.set(markersize=11, markerfacecolor="none", markeredgewidth=1.8)
    (shadow,) = ax.plot(0, 0, color=BLACK, linestyle=LINE_STYLES[BLACK], linewidth=1.4)
    shadow.set_label("the way to its shadow on d")
    return d, pushed, points, shadow


def _curve(ax: Axes, line: LeastSquares) -> Line2D:
    """Draw the curvature in all directions, by second differences, and a mark on it."""
    angles = np.arange(361.0)
    ahead = _arrows(angles)
    here, behind = line.minimiser, line.minimiser - ahead
    measured = line.value(here + ahead) - 2 * line.value(here) + line.value(behind)
    ax.set(xlabel="direction, in degrees", ylabel="curvature along d", xlim=(-8, 368))
    ax.set(xticks=range(0, 361, 90), ylim=(0, 1.1 * measured.max()))
    ax.plot(angles, measured, color=GREY, linestyle="-", linewidth=1.2, label="measured")
    (mark,) = ax.plot(0, 0, MARKERS[BLUE], color=BLUE, markersize=9, label="d @ H @ d")
    return mark
