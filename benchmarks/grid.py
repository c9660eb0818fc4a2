"""A grid of settings in one call, against Python loops over the settings.

The loops take seconds. So that each pair is short and all settings are still run, pair k times
the loop over every PAIRS-th setting, from the k-th on, beside a call for the whole grid.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from measure import Comparison, Target, alternate
from posts import Array, bare_loop

from lessons_lib import optimizers, problems

Settings = list[tuple[float, float]]

PAIRS = 16
SIDE, STEPS = 64, 500
LINE = problems.noisy_line()
LEARNING_RATES = np.geomspace(0.001, 0.4, SIDE)
BETAS = np.linspace(0, 0.99, SIDE)
SETTINGS = [(float(lr), float(beta)) for lr in LEARNING_RATES for beta in BETAS]


def one_call() -> optimizers.Trajectory:
    return optimizers.momentum(
        LINE.gradient,
        LINE.theta0,
        learning_rate=LEARNING_RATES[:, None],
        beta=BETAS,
        n_iterations=STEPS,
    )


def calls(settings: Settings) -> list[Array]:
    """Return where each run ends."""
    return [
        optimizers.momentum(
            LINE.gradient, LINE.theta0, learning_rate=lr, beta=beta, n_iterations=STEPS
        ).theta[-1]
        for lr, beta in settings
    ]


def bare_loops(settings: Settings) -> list[Array]:
    """Return where each run ends."""
    return [bare_loop(lr, beta, STEPS).ravel() for lr, beta in settings]


def compare() -> list[Comparison]:
    grid = one_call()
    if np.any(np.asarray(grid.status) != optimizers.ITERATIONS):
        raise ValueError("A run ended early; the settings must let all take every step.")
    ends = grid.theta[-1].reshape(-1, 2)[::PAIRS]
    compared = []
    for name, loop in [("a loop of calls", calls), ("a loop of a post's bare loops", bare_loops)]:
        np.testing.assert_allclose(loop(SETTINGS[::PAIRS]), ends, rtol=1e-8)
        compared.append(_comparison(name, loop))
    return compared


def _comparison(name: str, loop: Callable[[Settings], object]) -> Comparison:
    measured = alternate(
        lambda _: one_call(), lambda number: loop(SETTINGS[number::PAIRS]), pairs=PAIRS
    )
    a = f"one call for {SIDE} × {SIDE} settings, {STEPS} steps"
    ratios = [PAIRS * b / a for a, b in measured]
    return Comparison(a, name, "time B / time A", ratios, Target(100, at_least=True))
