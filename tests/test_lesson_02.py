"""Lesson 2: what it says of gradient descent, by powers of a matrix and by loops written here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "02_gradient_descent"
BY_HAND = (
    "import-tools",
    "recall-line",
    "descend-by-hand",
    "descend-until-level",
    "broken-history",
    "loops-a-and-b",
    "loop-c",
)
LINE = problems.noisy_line()
START = LINE.theta0


def after(n: int, lr: float = 0.01) -> Any:
    """Where n steps lead: the error is multiplied n times by 1 - lr H, without any loop."""
    step = np.eye(2) - lr * LINE.hessian()
    return LINE.minimiser + np.linalg.matrix_power(step, n) @ (START - LINE.minimiser)


def test_the_end_of_the_run_without_a_loop(cells: dict[str, Any], lesson: dict[str, Any]) -> None:
    intercept, slope = after(1000)
    assert f"intercept {intercept:.8f}, slope {slope:.8f}" in printed(cells["descend-by-hand"])
    path = lesson["descend"](LINE.gradient, START, 0.01, 1000)
    assert path.shape == (1001, 2)
    np.testing.assert_allclose(path[[0, 1, 10, 1000]], [after(n) for n in (0, 1, 10, 1000)])


def test_the_steps_to_one_percent(cells: dict[str, Any]) -> None:
    left = [np.linalg.norm(after(n) - LINE.minimiser) for n in (0, 665, 666)]
    assert left[2] <= 0.01 * left[0] < left[1]
    assert "after 666 steps" in printed(cells["count-steps"])


def test_the_factor_in_the_end_is_the_gentlest_directions(cells: dict[str, Any]) -> None:
    mu = theory.curvature_range(LINE.hessian()).mu
    said = printed(cells["constant-factor"])
    assert f"step 900: the distance shrinks to {theory.contraction_factor(0.01, mu):.6f}" in said


@pytest.mark.parametrize(("lr", "shrinks"), [(0.4, True), (0.5, False)])
def test_jumps_shrink_below_the_limit_and_grow_above(lr: float, shrinks: bool) -> None:
    L = theory.curvature_range(LINE.hessian()).L
    assert (lr < theory.gradient_descent_limit(L)) == shrinks
    jumps = np.diff([after(n, lr) for n in range(8)], axis=0)
    assert np.all(np.sum(jumps[1:] * jumps[:-1], axis=1) < 0)  # from side to side
    lengths = np.linalg.norm(jumps, axis=1)
    assert np.all(np.diff(lengths) < 0 if shrinks else np.diff(lengths)[1:] > 0)


@pytest.mark.parametrize("tolerance", [0.1, 0.01, 0.001])
def test_a_short_gradient_is_three_times_as_far_from_the_minimum(
    cells: dict[str, Any], tolerance: float
) -> None:
    """On the floor the gradient is μ times the distance, and 1/μ is about three."""
    mu = theory.curvature_range(LINE.hessian()).mu
    run = optimizers.gradient_descent(
        LINE.gradient, START, learning_rate=0.01, n_iterations=5000, tolerance=tolerance
    )
    left = np.linalg.norm(after(int(run.n_steps)) - LINE.minimiser)
    assert left == pytest.approx(np.linalg.norm(LINE.gradient(run.theta[-1])) / mu, rel=0.02)
    wanted = f"tolerance {tolerance}: {run.n_steps} steps, then {left:.4f}"
    assert wanted in printed(cells["three-tolerances"])


# --- The bugs -------------------------------------------------------------------------------------


def test_a_history_of_one_array_shows_the_end(lesson: dict[str, Any]) -> None:
    broken = lesson["descend_in_place"](LINE.gradient, START, 0.01, 50)
    assert broken.shape == (51, 2)
    np.testing.assert_allclose(broken, np.tile(after(50), (51, 1)))


def test_ascent_is_descent_with_a_negative_rate(lesson: dict[str, Any]) -> None:
    up = lesson["loop_a"](LINE.gradient, START, 0.01, 20)
    np.testing.assert_allclose(up[-1], after(20, -0.01))
    assert np.all(np.diff(LINE.value(up)) > 0)


def test_a_history_one_short_lacks_the_end(lesson: dict[str, Any]) -> None:
    short = lesson["loop_b"](LINE.gradient, START, 0.01, 20)
    whole = lesson["descend"](LINE.gradient, START, 0.01, 20)
    np.testing.assert_array_equal(short, whole[:-1])


@pytest.mark.parametrize("lr", [0.01, 0.5])
def test_one_parameter_after_the_other_is_another_matrix(lesson: dict[str, Any], lr: float) -> None:
    """The slope sees the new intercept: (1 + lr C) e₊ = (1 - lr D) e with C below the diagonal."""
    H = LINE.hessian()
    below = np.tril(H, -1)
    step = np.linalg.solve(np.eye(2) + lr * below, np.eye(2) - lr * (H - below))
    path = lesson["loop_c"](LINE.gradient, START, lr, 200)
    wanted = LINE.minimiser + np.linalg.matrix_power(step, 200) @ (START - LINE.minimiser)
    np.testing.assert_allclose(path[-1], wanted, atol=1e-9)
    assert np.abs(np.linalg.eigvals(step)).max() < 1  # it arrives, at 0.5 too
    run = optimizers.gradient_descent(LINE.gradient, START, learning_rate=0.5, n_iterations=1000)
    assert run.status == "diverged"
