"""Live figures for the tests, each with what the explorers of the lessons do not have."""

from __future__ import annotations

import time

import numpy as np

from lessons_lib.figures import Figure
from lessons_lib.figures.style import BLACK, BLUE, RED, YELLOW
from lessons_lib.live import Goal, Live, Moving, Readout, choice, slider, steps

SLOWNESS = 0.1  # seconds


def styles() -> Live:
    """Every line style and many markers, with gaps, zeros on a log axis, and axes upside down."""
    figure = Figure(width=9)
    left, right = figure.subplots(1, 2)
    left.set(title="Linear", xlim=(0, 10), ylim=(4, -4))
    right.set(title="Logarithmic", xlim=(1e-3, 1e3), ylim=(1e-6, 1e2), xscale="log", yscale="log")
    shifts = np.linspace(-3, 9, 13)
    x = np.linspace(0, 10, 41)
    wave = np.sin(x + shifts[:, None]) + shifts[:, None] / 4
    gap = np.where((x > 3) & (x < 5) & (shifts[:, None] != 3), np.nan, wave - 1)
    far = np.where((x > 6) & (x < 7), 20.0, wave + 1.5)
    decades = np.geomspace(1e-3, 1e3, 41)
    fall = 10.0 ** (shifts[:, None] / 3) / decades**1.2
    gone = np.where((decades > 10) & (shifts[:, None] > 3), 0.0, fall / 30)
    moving = []
    for ax, points, data, look in (
        (left, x, wave, {"color": BLUE, "linestyle": "-.", "marker": "o", "markevery": [0, 5, 40]}),
        (left, x, gap, {"color": RED, "linestyle": "--", "linewidth": 3}),
        (left, x, far, {"color": YELLOW, "linewidth": 4}),
        (right, decades, fall, {"color": BLACK, "linestyle": ":", "marker": "x"}),
        (right, decades, gone, {"color": RED, "marker": "^", "markersize": 9}),
        (right, decades[:9], fall[:, :9] * 3, {"color": BLUE, "linestyle": "", "marker": "D"}),
    ):
        (line,) = ax.plot(points, data[6], **look)
        moving.append(Moving(line, x=points, y=data, over="shift"))
    return Live(
        figure,
        [slider("shift", "shift", shifts, start=3, digits=".0f")],
        moving,
        words="Shifted by {shift}.",
    )


def texts() -> Live:
    """A text that moves and says where it is."""
    figure = Figure(width=5)
    ax = figure.subplots()
    ax.set(title="A text", xlim=(-5, 5), ylim=(-5, 5))
    places = np.linspace(-4, 4, 9)
    text = ax.text(0, 0, "", color=RED, ha="center", va="bottom", fontsize=14)
    (dot,) = ax.plot(0, 0, "s", color=BLUE)
    x, y = places[:, None, None], places[:, None] + 0 * places[:, None, None]
    x = x + 0 * y
    return Live(
        figure,
        [slider("x", "across", places, start=0), slider("y", "up", places, start=0)],
        [
            Moving(text, x=x, y=y, over="x y", text="({x}, {y:.1f})"),
            Moving(dot, x=x, y=y, over="x y"),
        ],
        words="The text is at {x} and {y}.",
    )


def formats() -> Live:
    """Words with numbers that are hard to write."""
    figure = Figure(width=4)
    ax = figure.subplots()
    ax.set(title="A point", xlim=(-1, 40), ylim=(-1, 1))
    (point,) = ax.plot(0, 0, "o", color=BLUE)
    values = np.array(NUMBERS)
    places = np.arange(len(values), dtype=float)
    return Live(
        figure,
        [choice("which", "which", [f"number {k}" for k in range(len(values))])],
        [Moving(point, x=places[:, None], y=0 * places[:, None], over="which")],
        words="As {n:.0f}, {n:.1f}, {n:.3f}, {n:.3g}, {n:.4g} and {n:.1g}.",
        readouts={"n": Readout(values, "which")},
        goal=Goal("find more than a hundred.", above={"n": 100}, hint="Look below.", after=0.5),
    )


NUMBERS = [
    *(0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -2.5, 0.125, 0.25, 0.0625, 0.0005, -0.0004, 1e-12, 9.9995),
    *(999.95, 9999.5, 0.00012345, 0.000095, 99999.5, 123456.0, 1e15, 1e21, 1e22, -1e22, 3.4e38),
    *(1e-40, 1 / 3, 8.5, 9.5, 95.0, float("inf"), float("-inf"), float("nan")),
]


def slow() -> Live:
    """A wave that the kernel computes, and takes its time for."""
    figure = Figure(width=5)
    ax = figure.subplots()
    ax.set(title="Slow", xlim=(0, 10), ylim=(-1.2, 1.2))
    (line,) = ax.plot([], [], color=BLUE, label="wave")
    x = np.linspace(0, 10, 200)

    def compute(frequency: float, step: int) -> dict[str, np.ndarray]:
        time.sleep(SLOWNESS)
        if frequency > 2.99:
            raise RuntimeError("too fast a wave")
        return {"wave": np.sin(frequency * x), "height": np.sin(frequency)}

    return Live(
        figure,
        [slider("frequency", "frequency", np.linspace(0, 3, 121), start=1), steps(5, start=5)],
        [Moving(line, x=x, y="wave")],
        words="A wave of frequency {frequency}, {height:.3f} high at 1.",
        readouts={"height": Readout("height")},
        compute=compute,
    )


def unfit() -> Live:
    """One that is too high for a window, with letters that are too small, and words without end."""
    figure = Figure(width=9, height=9)
    ax = figure.subplots()
    ax.set(title="Unfit", xlim=(0, 1), ylim=(0, 1))
    ax.text(0.5, 0.5, "small", fontsize=6)
    (line,) = ax.plot([0, 1], [0, 1], color=BLUE)
    return Live(
        figure,
        [slider("up", "up", [0, 1], start=0)],
        [Moving(line, x=[0, 1], y=[[0, 1], [1, 1]], over="up")],
        words="It is {up}.",
        goal=Goal("get up.", above={"up": 0.5}, hint="much_" * 60),
    )


def broken() -> Live:
    """One that is empty at an end, says no number at another, and has words too long for it."""
    figure = Figure(width=5)
    ax = figure.subplots()
    ax.set(title="Broken", xlim=(0, 1), ylim=(0, 1))
    (line,) = ax.plot([], [], color=BLUE)
    return Live(
        figure,
        [
            slider("empty", "empty", [0, 1], start=0),
            slider("none", "none", [0, 1], start=0),
            choice("long", "choice_" * 30, ["so", "so " * 40]),
        ],
        [Moving(line, x=[0, 1], y=[[0, 1], [np.nan, np.nan]], over="empty")],
        words="It is {number:.2f}: " + "much_" * 60,
        readouts={"number": Readout([0.5, np.nan], "none")},
    )
