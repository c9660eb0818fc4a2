"""Lesson 11: a race over a saddle, a plateau, two valleys, and the trap of lesson 9."""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons_lib import figures, optimizers, problems
from lessons_lib.arguments import Array
from lessons_lib.explorers.common import SMALL, growing_curve
from lessons_lib.explorers.race import METHODS as TOLD_IN_LESSON_6
from lessons_lib.figures.style import BLACK, BLUE, GREY, RED
from lessons_lib.live import Goal, Live, Moving, Readout, choice, slider, steps

METHODS = {**TOLD_IN_LESSON_6, "Nesterov": optimizers.nesterov}

RATES = np.array([0.02, 0.05, 2 / 26, 0.1, 1 / 9, 0.2, 0.5, 1, 2])
BETAS = np.array([4 / 9, 0.7, 0.9, 0.95])

SMALLEST, LARGEST = 1e-3, 1e6
"""Heights in percent: beyond them nothing is told apart."""

WAY_OUT = problems.Curve(
    lambda x: (x * x / 4 - 0.5) * x * x,
    lambda x: x * x * x - x,
    lambda x: 3 * x * x - 1,
    minimiser=np.ones(1),
    theta0=np.array([0.01]),
)
"""A saddle along its way out: curvature -1 at the pass, and wells at -1 and 1."""

LANDSCAPES: dict[str, tuple[problems.Curve, tuple[float, float], list[float]]] = {
    "the saddle": (WAY_OUT, (-1.8, 1.8), [0.001, 0.01, 0.1, 0.5, 1.7]),
    "the plateau": (problems.plateau(), (-6.0, 10.0), [3.5, 4.0, 5.0, 7.0, 9.0]),
    "the two valleys": (problems.two_valleys(), (-2.2, 2.2), [-2.0, -1.6, 0.3, 1.6, 2.0]),
    "the trap": (problems.lessard_counterexample(), (-5.5, 5.5), [-4.0, 0.5, 1.5, 3.3, 5.0]),
}
"""Each landscape with the ends of its frame, and the starts of which one is chosen."""

STARTS = ("leftmost", "second from left", "middle one", "second from right", "rightmost")
"""What the starts of each landscape are called, in their order."""

ABOVE = 8
"""Percent of height between a start and its mark, which so covers no ball."""


def landscapes(n_steps: int = 100) -> Live:
    """Let memory race gradient descent beyond bowls (lesson 11).

    Every landscape has one parameter and is drawn in its own frame, which has the width 1; heights
    are a percentage of the highest start's, above the lowest point. The start can be taken by the
    hand at the hollow mark above it, and the steps at the balls.

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: landscape, start, method, learning rate, β and step. Goal: with memory, be down
        when gradient descent is not.
    """
    names = list(LANDSCAPES)
    frames = np.array([frame for _, frame, _ in LANDSCAPES.values()])
    starts = np.array([starts for *_, starts in LANDSCAPES.values()])
    from_end = (starts - frames[:, :1]) / np.diff(frames)
    over_ground = np.array([_height(*each) for each in zip(names, starts, strict=True)]) + ABOVE
    across = np.linspace(0, 1, 161)
    grounds = [_height(name, _inside(name, across)) for name in names]
    alone, racing = _runs("gradient descent", n_steps), [_runs(m, n_steps) for m in METHODS]
    x, y = alone
    places, heights = (np.stack(each, axis=2) for each in zip(*racing, strict=True))

    figure, (left, right) = figures.panels(
        "The landscape", "The race", xlabel="", ylabel="", width=9, height=4.2
    )
    left.set(xlabel="place in the frame, from end to end", ylabel="height, in percent")
    left.set(xlim=(-0.03, 1.03), ylim=(-16, 134), xticks=[])
    (ground,) = left.plot(across, grounds[0], color=GREY, linestyle="-", linewidth=1.2)
    (one,) = left.plot(0, 0, "o", color=BLUE, markersize=10, label="gradient descent")
    (other,) = left.plot(0, 0, "s", color=RED, markersize=7, label="with memory")
    (begin,) = left.plot(0, 0, "v", color=BLACK, markersize=8, label="start")
    begin.set_markerfacecolor("none")
    left.legend(loc="upper center", fontsize=SMALL, ncols=3, columnspacing=1, handlelength=1)
    ends = [left.text(end, -10, "", ha=side) for end, side in ((0.0, "left"), (1.0, "right"))]
    by_one: dict[str, Any] = {"over": "landscape start lr step"}
    by_other: dict[str, Any] = {"over": "landscape start method lr beta step"}
    label = "height left, in percent"
    moving = [
        Moving(ground, x=across, y=np.array(grounds), over="landscape"),
        *(
            Moving(text, x=[place], y=[-10.0], text=f"{{{name}:.1f}}")
            for text, place, name in zip(ends, (0.0, 1.0), ("first", "last"), strict=True)
        ),
        Moving(
            begin,
            x=from_end[..., None],
            y=over_ground[..., None],
            over="landscape start",
            drag="start",
        ),
        Moving(one, x=x, y=y, show="now", drag="step", **by_one),
        Moving(other, x=places, y=heights, show="now", drag="step", **by_other),
        *growing_curve(right, y, BLUE, {**by_one, "show": "trail"}, ylabel=label),
        *growing_curve(right, heights, RED, {**by_other, "show": "trail"}, ylabel=label),
    ]
    right.set_ylim(SMALLEST / 2, 1e3)
    right.axhline(0.1, color=GREY, linestyle=":")
    return Live(
        figure,
        [
            choice("landscape", "landscape", names),
            choice("start", "start", STARTS, start=1),
            choice("method", "method", list(METHODS)),
            slider("lr", "learning rate", RATES, start=1 / 9),
            slider("beta", "β", BETAS, start=0.9, digits=".2f"),
            steps(n_steps, start=40),
        ],
        moving,
        words="Over {landscape}, {step} steps from {place:.3g} at learning rate {lr}: gradient"
        " descent has {alone:.3g} % of the height left, {method} with β = {beta} has"
        " {racing:.3g} %.",
        readouts={
            "first": Readout(frames[:, 0], "landscape"),
            "last": Readout(frames[:, 1], "landscape"),
            "place": Readout(starts, "landscape start"),
            "alone": Readout(y, by_one["over"]),
            "racing": Readout(heights, by_other["over"]),
        },
        goal=Goal(
            "in fewer than 60 steps, have less than 0.1 % left with memory, and between 10 % and"
            " 100 % without.",
            below={"racing": 0.1, "alone": 100.0, "step": 60},
            above={"alone": 10.0},
            name="landscapes",
            hint="Where does gradient descent come to rest high up, and what would carry it on?",
        ),
    )


def _runs(method: str, n_steps: int) -> tuple[Array, Array]:
    """Run from every start at every setting: place in the frame and height, steps last."""
    runs = []
    for name, (curve, (low, high), starts) in LANDSCAPES.items():
        start = np.array(starts)[:, None, None]  # start, learning rate, parameter
        if method in METHODS:
            run = METHODS[method](
                curve.gradient,
                start[:, None],
                learning_rate=RATES[:, None],
                beta=BETAS,
                n_iterations=n_steps,
            )
        else:
            run = optimizers.gradient_descent(
                curve.gradient, start, learning_rate=RATES, n_iterations=n_steps
            )
        x = np.moveaxis(run.theta[..., 0], 0, -1)
        x = np.concatenate([x, np.repeat(x[..., -1:], n_steps + 1 - x.shape[-1], axis=-1)], axis=-1)
        runs.append(((x - low) / (high - low), _height(name, x)))
    places, heights = (np.stack(each) for each in zip(*runs, strict=True))
    return places, heights


def _inside(name: str, share: Array) -> Array:
    """Turn shares of a frame into places."""
    low, high = LANDSCAPES[name][1]
    return low + (high - low) * share


def _height(name: str, x: Array) -> Array:
    """Return heights above the lowest point, in percent of the highest start's."""
    curve, _, starts = LANDSCAPES[name]
    lowest = curve.value(curve.minimiser)
    highest = curve.value(np.array(starts)[:, None]).max()
    height = 100 * (curve.value(x[..., None]) - lowest) / (highest - lowest)
    clipped: Array = np.clip(height, SMALLEST, LARGEST)
    return clipped
