"""Lesson 9: the heavy ball against Nesterov's method, with a β that stays, grows or starts anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons_lib import figures
from lessons_lib.arguments import Array, Flags
from lessons_lib.explorers.common import SMALL, growing_curve
from lessons_lib.figures.style import BLUE, GREY, LINE_STYLES, RED
from lessons_lib.live import Goal, Live, Moving, Readout, choice, slider, steps

KAPPAS = np.array([4.0, 25.0, 100.0, 400.0])
RATES = np.array([0.25, 0.5, 0.75, 1.0, 1.25, 16 / 9, 9 / 4, 25 / 9])
CONSTANT = [0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98]
GROWING, RESTARTED = "growing", "growing, with restarts"

SMALLEST, LARGEST = 1e-12, 1e6
"""Heights in percent. Below the one nothing is told apart; at the other a run has flown off, and
is held there."""


def looking_ahead(n_steps: int = 150) -> Live:
    """Let the heavy ball and Nesterov's method go down one valley with one setting (lesson 9).

    The two differ in one thing: where they take the gradient. The valley is 1 steep across and 1/κ
    steep along its floor.

    Parameters
    ----------
    n_steps : int
        How far the steps can be followed.

    Returns
    -------
    Live
        Controls: condition number, learning rate, β and step. Goal: to arrive in the longest valley
        in fewer than 80 steps.
    """
    rules = [*(f"{beta:g}" for beta in CONSTANT), GROWING, RESTARTED]
    ball, ahead = _runs(n_steps, looks=False), _runs(n_steps, looks=True)
    over = "kappa lr beta step"
    follow: dict[str, Any] = {"over": over, "show": "trail"}
    heights = [_height(theta) for theta in (ball, ahead)]
    stays = np.maximum.accumulate(heights[1][..., ::-1], axis=-1)[..., ::-1]

    figure, (left, right) = figures.panels(
        "Along the floor", "What is left", xlabel="step", ylabel="", width=9, height=4.2
    )
    left.set(ylabel="place, with the minimum at 0", xlim=(0, n_steps), ylim=(-1.1, 1.1))
    left.axhline(0, color=GREY, linewidth=1)
    moving = []
    for theta, name, colour in ((ball, "heavy ball", BLUE), (ahead, "Nesterov", RED)):
        style = LINE_STYLES[colour]
        (curve,) = left.plot([], [], color=colour, linestyle=style, label=name)
        moving.append(Moving(curve, x=np.arange(n_steps + 1), y=theta[..., 0], **follow))
    left.legend(loc="upper right", fontsize=SMALL)
    for height, colour in zip(heights, (BLUE, RED), strict=True):
        moving += growing_curve(right, height, colour, follow, ylabel="height left, in percent")
    right.set_ylim(1e-8, 1e3)
    right.axhline(1e-4, color=GREY, linestyle=":")
    return Live(
        figure,
        [
            slider("kappa", "κ", KAPPAS, start=100, digits=".0f"),
            slider("lr", "lr · L", RATES, start=1.0),
            choice("beta", "β", rules, start=rules.index("0.9")),
            steps(n_steps, start=100),
        ],
        moving,
        words="κ = {kappa}, lr · L = {lr}, β: {beta}. After {step} steps the heavy ball has"
        " {ball:.3g} % of the height left, and Nesterov's method {ahead:.3g} %, from then on never"
        " more than {stays:.3g} %.",
        readouts={
            "ball": Readout(heights[0], over),
            "ahead": Readout(heights[1], over),
            "stays": Readout(stays, over),
        },
        goal=Goal(
            "where κ = 400, bring Nesterov's method below 0.0001 % for good in fewer than 80"
            " steps.",
            below={"stays": 1e-4, "step": 80},
            above={"kappa": 399},
            name="looking_ahead",
            hint="A constant β creeps there, or swings for long. Which rule needs no κ?",
        ),
    )


def _runs(n_steps: int, *, looks: bool) -> Array:
    """Run every setting from (1, 1): condition number, learning rate, β, step, parameter."""
    curvatures = np.stack([1 / KAPPAS, np.ones_like(KAPPAS)], axis=-1)[:, None, None]
    lr = RATES[:, None, None]
    grid = (len(KAPPAS), len(RATES), len(CONSTANT) + 2)
    constant = np.array([*CONSTANT, 0.0, 0.0])
    grows = np.arange(grid[-1]) >= len(CONSTANT)
    restarts = np.arange(grid[-1]) == grid[-1] - 1
    theta = before = np.ones((*grid, 2))
    beta, t, path = np.zeros(grid), np.ones(grid), [theta]
    for _ in range(n_steps):
        rolled = theta + beta[..., None] * (theta - before)
        gradient = curvatures * (rolled if looks else theta)
        before, theta = theta, rolled - lr * gradient
        uphill = restarts & (np.vecdot(gradient, theta - before) > 0)
        growing, t = _next_beta(t, uphill)
        beta = np.where(grows, growing, constant)
        path.append(theta)
    return np.clip(np.stack(path, axis=-2), -LARGEST, LARGEST)


def _next_beta(t: Array, uphill: Flags) -> tuple[Array, Array]:
    """Return β_k and t_{k+1}; where the last step led uphill, begin again."""
    after = (1 + np.sqrt(1 + 4 * t * t)) / 2
    return np.where(uphill, 0.0, (t - 1) / after), np.where(uphill, 1.0, after)


def _height(theta: Array) -> Array:
    """Return the height above the minimum, in percent of the start's."""
    curvatures = np.stack([1 / KAPPAS, np.ones_like(KAPPAS)], axis=-1)[:, None, None, None]
    height = 100 * (curvatures * theta**2).sum(axis=-1) / curvatures.sum(axis=-1)
    clipped: Array = np.clip(height, SMALLEST, LARGEST)
    return clipped
