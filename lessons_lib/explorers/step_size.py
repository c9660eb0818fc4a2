"""Lesson 3: how long a step may be, on a parabola."""

from __future__ import annotations

import numpy as np

from lessons_lib import figures, optimizers, problems
from lessons_lib.explorers.common import ALMOST_ZERO, SMALL, growing_curve
from lessons_lib.figures.style import BLUE, GREY, RED
from lessons_lib.live import Control, Goal, Live, Moving, Readout, steps


def step_size(n_steps: int = 20) -> Live:
    """Choose learning rate times curvature, and follow the ball on its parabola (lesson 3).

    The ball starts one unit to the right of the minimum.

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: learning rate times curvature, and step. Goal: overshoot, and arrive within 5
        steps.
    """
    products = np.round(np.arange(0, 2.425, 0.05), 2)
    parabola = problems.parabola(1.0)  # so that the learning rate is the product
    run = optimizers.gradient_descent(
        parabola.gradient, parabola.theta0, learning_rate=products, n_iterations=n_steps
    )
    theta = np.moveaxis(run.theta, 0, -2)  # product, step, parameter
    x, loss, left = theta[..., 0], parabola.value(theta), 100 * np.abs(theta[..., 0])

    figure, (bowl, curve) = figures.panels(
        "The ball on its parabola", "How far it is", xlabel="", ylabel="", width=9
    )
    ground = np.linspace(-1.7, 1.7, 69)
    bowl.plot(ground, parabola.value(ground[:, None]), color=GREY, linestyle="-", linewidth=1.2)
    bowl.set(xlabel="place, with the minimum at 0", ylabel="loss", xlim=(-1.7, 1.7))
    bowl.set_ylim(-0.06, 1.44)
    trail = figures.path(bowl, [[1.0, 0.5]] * (n_steps + 1), label="the path", colour=BLUE)
    (ball,) = bowl.plot(1, 0.5, "s", color=RED, markersize=9, label="the ball")
    bowl.legend(loc="upper center", fontsize=SMALL)
    follow = {"over": "product step"}
    moving = [
        Moving(trail, x=x, y=loss, show="trail", **follow),
        Moving(ball, x=x, y=loss, show="now", drag="step", **follow),
        *growing_curve(
            curve,
            np.maximum(left, ALMOST_ZERO),
            BLUE,
            {**follow, "show": "trail"},
            ylabel="distance left, in percent",
        ),
    ]
    curve.set(ylim=(1e-2, 1e6), xticks=range(0, n_steps + 1, 5))
    aim = curve.axhline(1, color=GREY, linestyle=":", label="1 %")
    curve.legend(handles=[aim], loc="upper left", fontsize=SMALL)
    labels = [f"{product:.2f} ({regime(product)})" for product in products]
    start = int(np.argmin(np.abs(products - 0.2)))
    return Live(
        figure,
        [
            Control("product", "lr · λ", products.tolist(), labels, start=start, kind="slider"),
            steps(n_steps, start=6),
        ],
        moving,
        words="With lr · λ = {product} each step multiplies the distance by {factor:.2f}. After"
        " {step} steps {left:.2f} % of the distance is left.",
        readouts={
            "factor": Readout(1 - products, "product"),
            "left": Readout(left, "product step"),
        },
        goal=Goal(
            "overshoot, and yet have less than 1 % of the distance left after at most 5 steps.",
            below={"factor": 0.0, "left": 1.0, "step": 6},
            name="step_size",
            hint="Overshooting means a negative factor. How close to 0 must it be?",
        ),
    )


def regime(product: float) -> str:
    """Say what a ball does whose learning rate times curvature is this."""
    if product in (0, 1, 2):
        return ("standing still", "arriving in one step", "bouncing for ever")[int(product)]
    return "creeping" if product < 1 else "overshooting" if product < 2 else "diverging"
