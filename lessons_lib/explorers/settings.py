"""Lesson 12: a map on which every field is a whole training run."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter
from numpy.typing import ArrayLike

from lessons_lib import figures
from lessons_lib.explorers.common import write_plainly
from lessons_lib.figures.style import BLUE, GREY, LINE_STYLES, MARKERS, RED
from lessons_lib.live import Goal, Live, Moving, Readout, slider


def settings_map(
    rates: ArrayLike, betas: ArrayLike, losses: ArrayLike, right: ArrayLike, *, goal: float = 0.02
) -> Live:
    """Choose a field of the map of learning rate and β, and see its loss curve (lesson 12).

    Parameters
    ----------
    rates : array_like, shape (n,)
        Learning rates, growing by a constant factor.
    betas : array_like, shape (k,)
        Values of β, of which the memory 1/(1 - β) grows by a constant factor.
    losses : array_like, shape (n, k, steps + 1)
        The training loss of every run at every step. A run that is ever thrown above twice what it
        began with is hatched on the map.
    right : array_like, shape (n, k)
        The share of held-out pictures that each run reads right in the end, from 0 to 1.
    goal : float
        The loss to come below.

    Returns
    -------
    Live
        Controls: learning rate and β. Goal: a small loss at a small learning rate.
    """
    lr, beta = np.asarray(rates, dtype=float), np.asarray(betas, dtype=float)
    loss, memory = np.asarray(losses, dtype=float), 1 / (1 - beta)
    last, n_steps = loss[..., -1], loss.shape[-1] - 1
    kept = loss.max(axis=-1) <= 2 * loss[..., 0]  # how a run ends that flew off is left to chance
    figure, (plane, curve) = figures.panels(
        "Every field is a training run",
        "Its loss curve",
        xlabel="",
        ylabel="",
        width=9,
        height=4.2,
    )
    figure.set_layout_engine("constrained", wspace=0.1)  # room after the words of the shades
    plane.set(xlabel="learning rate", ylabel="memory 1/(1 - β), in steps")
    figures.heat_map(
        plane,
        lr,
        memory,
        np.where(kept, last, np.nan),
        name=f"training loss after {n_steps} steps",
        missing="flew off",
    )
    for axis, ticks in ((plane.xaxis, lr[::2]), (plane.yaxis, memory)):
        axis.set_major_locator(FixedLocator(list(ticks)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    (ridge,) = plane.plot([], [], color=RED, linestyle=LINE_STYLES[RED])  # the same lr / (1 - β)
    (mark,) = plane.plot([], [], MARKERS[RED], color=RED, markersize=10, zorder=5)
    mark.set(markeredgecolor="white", markeredgewidth=1.5)
    curve.set(xlabel="step", ylabel="training loss", yscale="log", xlim=(0, n_steps))
    for axis in (curve.yaxis, figure.axes[-1].yaxis):  # and that of the map's shades
        write_plainly(axis)
    curve.set_ylim(last.min() / 3, 1000)  # whatever flies off: that differs between machines
    curve.axhline(loss[..., 0].mean(), color=GREY, linestyle=":")
    (trail,) = curve.plot([], [], color=BLUE, linestyle=LINE_STYLES[BLUE])
    effective = lr[:, None] * memory
    ends = np.array([memory[0] / 2, memory[-1] * 2])
    return Live(
        figure,
        [
            slider("lr", "learning rate", lr, start=lr[2]),
            slider("beta", "β", beta, start=0.0, digits=".3g"),
        ],
        [
            Moving(ridge, x=effective[..., None] / ends, y=ends, over="lr beta"),
            Moving(
                mark,
                x=np.broadcast_to(lr[:, None, None], (*last.shape, 1)),
                y=np.broadcast_to(memory[:, None], (*last.shape, 1)),
                over="lr beta",
                drag="lr beta",
            ),
            Moving(trail, x=np.arange(n_steps + 1), y=loss, over="lr beta"),
        ],
        words="At learning rate {lr} and β = {beta}, lr / (1 - β) is {effective:.3g}."
        f" After {n_steps} steps the training loss is {{loss:.3g}}, and {{right:.0f}} % of the"
        " validation digits are read right.",
        readouts={
            "effective": Readout(effective, "lr beta"),
            "loss": Readout(last, "lr beta"),
            "right": Readout(100 * np.asarray(right, dtype=float), "lr beta"),
        },
        goal=Goal(
            f"with a learning rate of at most {lr[len(lr) // 2 - 1]:.3g}, bring the training loss"
            f" below {goal}.",
            below={"lr": float(lr[len(lr) // 2 - 1]) * 1.01, "loss": goal},
            name="settings_map",
            hint="A small learning rate can be made up for. By what?",
        ),
    )
