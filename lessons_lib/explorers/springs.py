"""Lesson 8: heavy ball as a spring with friction, on the map of its settings."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lessons_lib import figures, optimizers, problems, theory
from lessons_lib.arguments import Array
from lessons_lib.explorers.common import ALMOST_ZERO, SMALL, growing_curve
from lessons_lib.figures.style import BLACK, BLUE, GREY, LINE_STYLES, MARKERS, RED
from lessons_lib.live import Control, Goal, Live, Moving, Readout, slider, steps

PRODUCTS = np.round(np.arange(0, 4.225, 0.05), 2)
"""Learning rates times curvature."""

BETAS = np.arange(40) / 40


def springs(n_steps: int = 60) -> Live:
    """Choose lr · λ and β on their map, and follow heavy ball on a parabola (lesson 8).

    The ball starts at rest, one unit to the right of the minimum.

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: lr · λ, β and step. Goal: with lr · λ at 0.1, arrive in fewer than 50 steps.
    """
    place = _places(PRODUCTS, n_steps)
    figure, (plane, path) = figures.panels(
        "The map of settings", "The path", xlabel="", ylabel="", width=9, height=4.4
    )
    _map(plane, "lr · λ")
    path.set(xlabel="step", ylabel="place, with the minimum at 0")
    path.set(xlim=(-1, n_steps + 1), ylim=(-1.6, 1.6))
    path.axhline(0, color=GREY, linestyle="-", linewidth=0.8)
    (trail,) = path.plot(0, 0, color=BLUE, linestyle=LINE_STYLES[BLUE])
    (ball,) = path.plot(0, 0, MARKERS[RED], color=RED, markersize=9, label="the ball")
    follow: dict[str, Any] = {"x": np.arange(n_steps + 1), "y": place, "over": "product beta step"}
    return Live(
        figure,
        _controls("lr · λ", 0.1, n_steps),
        [
            _standing(_marker(plane, RED), PRODUCTS),
            Moving(trail, show="trail", **follow),
            Moving(ball, show="now", drag="step", **follow),
        ],
        words="At lr · λ = {product} swinging takes a β above {critical:.3f}. With β = {beta} the"
        " rate is {rate:.3f}; below 1 the ball comes to rest. After {step} steps its distance is"
        " {left:.2g} times that of the start.",
        readouts={
            "critical": Readout(np.square(1 - np.sqrt(PRODUCTS)), "product"),
            "rate": Readout(_rates(PRODUCTS), "product beta"),
            "left": Readout(np.abs(place), "product beta step"),
        },
        goal=Goal(
            "with lr · λ = 0.10, come within 1e-6 of the distance in fewer than 50 steps.",
            below={"product": 0.101, "left": 1e-6, "step": 50},
            name="springs",
            hint="Too little β creeps, too much swings. Where on the map do the two meet?",
        ),
    )


def valley_of_springs(condition_number: float, n_steps: int = 45) -> Live:
    """Lay a whole valley on the map: from lr · μ to lr · L at one β (lesson 8).

    The ball starts at rest, one unit from the minimum along the floor and across.

    Parameters
    ----------
    condition_number : float
        κ ≥ 1 of the valley.
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: lr · L, β and step. Goal: arrive in fewer than 40 steps.
    """
    along = PRODUCTS / condition_number
    errors = [np.abs(_places(products, n_steps)) for products in (along, PRODUCTS)]
    left = np.sqrt((errors[0] ** 2 + errors[1] ** 2) / 2)
    figure, (plane, curves) = figures.panels(
        "The valley on the map",
        "The error, by direction",
        xlabel="",
        ylabel="",
        width=9,
        height=4.4,
    )
    _map(plane, "lr · curvature")
    (bar,) = plane.plot([0, 1], [0, 0], color=BLACK, linestyle="-", linewidth=2.5)
    moving = []
    for error, colour in zip(errors, (BLUE, RED), strict=True):
        follow: dict[str, Any] = {"over": "product beta step", "show": "trail"}
        shown = np.maximum(error, ALMOST_ZERO)
        moving += growing_curve(curves, shown, colour, follow, ylabel="share of the error left")
    curves.set_ylim(1e-8, 1e2)
    curves.axhline(1e-6, color=GREY, linestyle=":")
    names = ["along the floor, λ = μ", "across, λ = L", "1e-6"]
    drawn = [moving[0].artist, moving[2].artist, curves.lines[-1]]
    curves.legend(drawn, names, loc="upper right", fontsize=SMALL)
    return Live(
        figure,
        _controls("lr · L", 0.5, n_steps),
        [
            _standing(bar, along, PRODUCTS),
            _standing(_marker(plane, BLUE), along),
            _standing(_marker(plane, RED), PRODUCTS),
            *moving,
        ],
        words="With lr · L = {product} and β = {beta} the rate is {along:.3f} along the floor and"
        " {across:.3f} across. After {step} steps the distance is {left:.2g} times that of the"
        " start.",
        readouts={
            "along": Readout(_rates(along), "product beta"),
            "across": Readout(_rates(PRODUCTS), "product beta"),
            "left": Readout(left, "product beta step"),
        },
        goal=Goal(
            "come within 1e-6 of the distance in fewer than 40 steps.",
            below={"left": 1e-6, "step": 40},
            name="valley_of_springs",
            hint="For which β are both ends of the bar equally fast?",
        ),
    )


def _controls(label: str, start: float, n_steps: int) -> list[Control]:
    return [
        slider("product", label, PRODUCTS, start=start, digits=".2f"),
        slider("beta", "β", BETAS, start=0.9),
        steps(n_steps, start=n_steps),
    ]


def _places(products: Array, n_steps: int) -> Array:
    """Run heavy ball on a parabola from 1: product, β, step."""
    parabola = problems.parabola(1.0)  # so that the learning rate is the product
    run = optimizers.heavy_ball(
        parabola.gradient,
        parabola.theta0,
        learning_rate=products[:, None],
        beta=BETAS,
        n_iterations=n_steps,
    )
    return np.moveaxis(run.theta[..., 0], 0, -1)


def _rates(products: Array) -> Array:
    """Return the rate of every setting: product, β."""
    rates: Array = theory.heavy_ball_rate(products[:, None], BETAS, 1.0)
    return rates


def _marker(plane: Axes, colour: str) -> Line2D:
    (mark,) = plane.plot(0, 0, MARKERS[colour], color=colour, markersize=9, zorder=5)
    mark.set_markeredgecolor("white")
    return mark


def _standing(artist: Line2D, *products: Array) -> Moving:
    """Put an artist where the sliders stand on the map: a point for each row of products."""
    x, y = np.broadcast_arrays(np.stack(products, axis=-1)[:, None], BETAS[:, None])
    return Moving(artist, x=x, y=y, over="product beta", drag="product beta")


def _map(plane: Axes, label: str) -> None:
    """Draw the regions of (lr · λ, β), which their names and a hatch tell apart, too."""
    plane.set(xlabel=label, ylabel="β", xlim=(-0.06, 4.26), ylim=(-0.03, 1.03))
    x = np.linspace(0, 4.2, 169)
    critical, limit = np.square(1 - np.sqrt(x)), np.clip(x / 2 - 1, 0, 1)
    top = np.minimum(critical, 1)
    plane.fill_between(x, limit, top, where=limit <= top, color="#d0d0d0", label="real roots")
    plane.fill_between(
        x, 0, limit, facecolor="white", edgecolor=GREY, hatch="///", linewidth=0, label="diverges"
    )
    plane.plot(x[x >= 2], limit[x >= 2], color=BLACK, linestyle="-", linewidth=1.2, label="limit")
    plane.plot(x[x <= 4], critical[x <= 4], color=BLACK, linestyle="--", label="critical β")
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    plane.text(1.15, 0.72, "swings", ha="center", fontsize=10)
    plane.text(0.03, 0.03, "creeps", fontsize=SMALL)
    plane.text(1.8, 0.01, "jumps", ha="center", fontsize=SMALL)
    plane.text(3.45, 0.25, "diverges", ha="center", fontsize=10, bbox=paper)
