"""What all four ways show: two runs, and how much of the distance each has left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib import optimizers, problems
from lessons_lib.explorers.race import METHODS

Array = NDArray[np.float64]

LINE = problems.noisy_line()
STEPS = 120


def tell_process(name: str) -> None:
    """Write this kernel's process number beside the notebook, for whoever counts its seconds."""
    Path(f"{name}.pid").write_text(str(os.getpid()), "utf-8")


def runs(method: str, lr: float, beta: float, step: int = STEPS) -> list[Array]:
    """Return the path of plain gradient descent and that of the method, shape (step + 1, 2)."""
    setting: dict[str, Any] = {"learning_rate": lr, "n_iterations": step}
    both = [
        optimizers.gradient_descent(LINE.gradient, LINE.theta0, **setting),
        METHODS[method](LINE.gradient, LINE.theta0, beta=beta, **setting),
    ]
    # A run that flies off is shorter; it stays where it was last.
    return [np.pad(run.theta, ((0, step - run.n_steps), (0, 0)), "edge") for run in both]


def percent_left(theta: Array) -> Array:
    """Return how much of the distance to the minimum is left, in percent of the start's."""
    distance: Array = np.linalg.norm(theta - LINE.minimiser, axis=-1)
    return distance * 100 / float(np.linalg.norm(LINE.theta0 - LINE.minimiser))
