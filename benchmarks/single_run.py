"""One run of momentum at the settings of such posts, against their own loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from measure import Comparison, Target, alternate
from posts import Array, bare_loop, loop_with_history

from lessons_lib import optimizers, problems

PAIRS = 200
SETTINGS: Any = {"learning_rate": 0.01, "beta": 0.9, "n_iterations": 1000}
LINE = problems.noisy_line()


def ours() -> optimizers.Trajectory:
    return optimizers.momentum(LINE.gradient, LINE.theta0, **SETTINGS)


def loop_with_our_gradient(learning_rate: float, beta: float, n_iterations: int) -> Array:
    theta, velocity = LINE.theta0, np.zeros(2)
    for _ in range(n_iterations):
        velocity = beta * velocity + (1 - beta) * LINE.gradient(theta)
        theta = theta - learning_rate * velocity
    return theta


def compare() -> list[Comparison]:
    end = ours().theta[-1]
    np.testing.assert_allclose(bare_loop(**SETTINGS).ravel(), end, rtol=1e-10)
    np.testing.assert_allclose(loop_with_our_gradient(**SETTINGS), end, rtol=1e-10)
    against = [
        ("a post's bare loop", bare_loop, Target(1.0)),
        ("a post's loop, keeping its history", loop_with_history, None),
        ("a bare loop with our gradient", loop_with_our_gradient, None),
    ]
    return [_comparison(name, loop, target) for name, loop, target in against]


def _comparison(name: str, loop: Callable[..., object], target: Target | None) -> Comparison:
    measured = alternate(lambda _: ours(), lambda _: loop(**SETTINGS), pairs=PAIRS)
    a = f"optimizers.momentum, {SETTINGS['n_iterations']} steps"
    return Comparison(a, name, "time A / time B", [a / b for a, b in measured], target)
