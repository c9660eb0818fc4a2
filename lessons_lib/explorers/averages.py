"""Lesson 5: an average that forgets, over a noisy signal."""

from __future__ import annotations

import numpy as np

from lessons_lib import figures, problems
from lessons_lib.arguments import Array
from lessons_lib.figures.style import BLUE, GREY, LINE_STYLES, RED
from lessons_lib.live import Goal, Live, Moving, Readout, choice, slider


def averages(n: int = 200) -> Live:
    """Average a noisy signal, with as long a memory as the learner wants (lesson 5).

    Parameters
    ----------
    n : int
        How many measurements there are.

    Returns
    -------
    Live
        Controls: β, noise and bias correction. Goal: at noise 1, an error below 0.42.
    """
    betas = np.round([*np.arange(0, 0.9, 0.05), *np.arange(0.9, 1, 0.01)], 2)
    noises = np.round(np.linspace(0, 1, 11), 1)
    signal = problems.noisy_signal(n)
    observed = np.stack([problems.noisy_signal(n, noise=noise).observed for noise in noises])
    average = _averages(observed, betas)
    error = np.sqrt(np.mean((average - signal.clean) ** 2, axis=-1))
    raw = np.sqrt(np.mean((observed - signal.clean) ** 2, axis=-1))

    figure, (ax,) = figures.panels(
        "A noisy signal and its average", xlabel="time (measurements)", ylabel="value", width=9
    )
    (points,) = ax.plot(0, 0, ".", color=GREY, label="measured")
    ax.plot(signal.t, signal.clean, color=BLUE, linestyle=LINE_STYLES[BLUE], label="truth")
    (drawn,) = ax.plot(0, 0, color=RED, linestyle=LINE_STYLES[RED], label="average")
    drawn.set_linewidth(2.4)
    ax.set(xlim=(-3, n + 2), ylim=(-2.5, 4.5))
    ax.legend(loc="upper right", ncols=3)
    return Live(
        figure,
        [
            slider("beta", "β", betas, start=0.9, digits=".2f"),
            slider("noise", "noise", noises, start=0.5, digits=".1f"),
            choice("correction", "bias correction", ["off", "on"]),
        ],
        [
            Moving(points, x=signal.t, y=observed, over="noise"),
            Moving(drawn, x=signal.t, y=average, over="correction noise beta"),
        ],
        words="At noise {noise}, with β = {beta} and bias correction {correction}, the average has"
        " a root mean square error of {error:.3f}; the measurements have {raw:.3f}.",
        readouts={
            "error": Readout(error, "correction noise beta"),
            "raw": Readout(raw, "noise"),
        },
        goal=Goal(
            "at noise 1.0, bring the average's error below 0.42.",
            above={"noise": 0.95},
            below={"error": 0.42},
            name="averages",
            hint="What goes wrong with a short memory, and what with a long one?",
        ),
    )


def _averages(observed: Array, betas: Array) -> Array:
    """Average each row (noise, t) with each β: without and with correction, noise, β, t."""
    average = np.zeros((len(observed), len(betas)))
    seen = []
    for value in observed.T:
        average = betas * average + (1 - betas) * value[:, None]
        seen.append(average)
    plain = np.stack(seen, axis=-1)
    total = 1 - betas[:, None] ** np.arange(1, len(seen) + 1)  # of the weights so far
    return np.stack([plain, plain / total])
