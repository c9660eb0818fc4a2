"""Lesson 4: what it says of valleys, by running and by theory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "04_valleys"
BY_HAND = (
    "import-tools",
    "recall-directions",
    "errors-along-eigenvectors",
    "condition-number-by-hand",
    "steps-to-a-share",
    "best-rate-by-hand",
    "steps-in-valley",
    "condition-number-of-a-feature",
    "standardise-by-hand",
)
LINE = problems.noisy_line()
CURVATURES = theory.curvature_range(LINE.hessian())


def steps_to(
    fraction: float, learning_rate: float, problem: problems.LeastSquares | problems.Quadratic
) -> int:
    run = optimizers.gradient_descent(
        problem.gradient, problem.theta0, learning_rate=learning_rate, n_iterations=10_000
    )
    left = np.linalg.norm(run.theta - problem.minimiser, axis=1)
    return int(np.argmax(left <= fraction * left[0]))


def test_each_direction_shrinks_by_its_own_factor() -> None:
    curvatures, directions = np.linalg.eigh(LINE.hessian())
    run = optimizers.gradient_descent(
        LINE.gradient, LINE.theta0, learning_rate=0.3, n_iterations=20
    )
    errors = (run.theta - LINE.minimiser) @ directions
    factors = theory.contraction_factor(0.3, curvatures)
    assert errors == pytest.approx(
        errors[0] * factors ** np.arange(21)[:, None], rel=1e-9, abs=1e-12
    )


def test_no_other_learning_rate_needs_fewer_steps_in_the_long_run() -> None:
    best = theory.best_gradient_descent(*CURVATURES)
    rates = np.linspace(0.01, 2 / CURVATURES.L, 400)
    run = optimizers.gradient_descent(
        LINE.gradient, LINE.theta0, learning_rate=rates, n_iterations=1000
    )
    left = np.linalg.norm(run.theta[300] - LINE.minimiser, axis=-1)
    assert rates[left.argmin()] == pytest.approx(best.learning_rate, abs=2 * (rates[1] - rates[0]))


@pytest.mark.parametrize("kappa", [10.0, 100.0, 1000.0])
def test_steps_grow_in_proportion_to_the_condition_number(kappa: float) -> None:
    valley = problems.valley(kappa)
    best = theory.best_gradient_descent(1 / kappa, 1.0)
    counted = steps_to(1e-6, best.learning_rate, valley)
    assert counted == np.ceil(theory.steps_to(best.rate, 1e-6))
    assert counted / kappa == pytest.approx(np.log(1e6) / 2, rel=0.01)


def test_standardised_data_make_a_round_bowl() -> None:
    bowl = LINE.standardised()
    assert theory.condition_number(bowl.hessian()) == pytest.approx(1)
    assert steps_to(1e-12, 0.5, bowl) == 1


def test_condition_number_of_the_data_is_the_root() -> None:
    kappa = theory.condition_number(LINE.hessian())
    assert np.linalg.cond(LINE.A) ** 2 == pytest.approx(kappa)


# --- What lesson 4 writes by hand and prints ------------------------------------------------------


def test_the_best_setting_by_hand_is_the_librarys(lesson: dict[str, Any]) -> None:
    best = theory.best_gradient_descent(*CURVATURES)
    assert lesson["kappa"] == pytest.approx(theory.condition_number(LINE.hessian()))
    assert lesson["best_lr"] == pytest.approx(best.learning_rate)
    assert lesson["best_rate"] == pytest.approx(best.rate)


def test_the_errors_make_up_the_distance(lesson: dict[str, Any]) -> None:
    distance = np.linalg.norm(lesson["run"].theta - LINE.minimiser, axis=1)
    np.testing.assert_allclose(np.hypot(lesson["a"], lesson["b"]), distance)


def test_the_two_phases_from_the_start_and_the_factors_alone(
    cells: dict[str, Any], lesson: dict[str, Any]
) -> None:
    """Both errors are geometric series, so where they cross and arrive are logarithms."""
    a, b = abs(lesson["a"][0]), abs(lesson["b"][0])
    slow, fast = theory.contraction_factor(0.01, np.array(CURVATURES))
    crossing = np.ceil(np.log(b / a) / np.log(slow / fast))
    assert f"cross after {crossing:.0f} steps" in printed(cells["two-phases"])
    assert theory.steps_to(slow, 0.01 * np.hypot(a, b) / a) == steps_to(0.01, 0.01, LINE)


def test_the_way_walked_in_jumps(cells: dict[str, Any]) -> None:
    """At the best learning rate both factors are ±rate, so that steps shrink by the rate alone."""
    best = theory.best_gradient_descent(*CURVATURES)
    first = best.learning_rate * np.linalg.norm(LINE.gradient(LINE.theta0))
    n = steps_to(1e-6, best.learning_rate, LINE)
    walked = first * (1 - best.rate**n) / (1 - best.rate)
    assert f"{n} steps, {walked:.2f} walked" in printed(cells["way-walked"])


@pytest.mark.parametrize("kappa", [2, 5, 12.83, 100])
def test_steps_in_a_valley_by_hand(lesson: dict[str, Any], kappa: float) -> None:
    best = theory.best_gradient_descent(1 / kappa, 1.0)
    assert lesson["steps_in_valley"](kappa) == theory.steps_to(best.rate, 0.01)
    assert lesson["steps_in_valley"](kappa) == steps_to(
        0.01, best.learning_rate, problems.valley(kappa, rotation=0.7)
    )


def test_little_room_is_left_below_the_limit() -> None:
    best = theory.best_gradient_descent(*CURVATURES)
    kappa = theory.condition_number(LINE.hessian())
    share = best.learning_rate / theory.gradient_descent_limit(CURVATURES.L)
    assert share == pytest.approx(kappa / (kappa + 1))
    assert theory.gradient_descent_rate(best.learning_rate, 1.08 * CURVATURES.L) > 1


def test_scaling_and_centring_by_trace_and_determinant(lesson: dict[str, Any]) -> None:
    """Half the Hessian has trace 1 + mean of x² and determinant var(x)."""
    mean, std = LINE.x.mean(), LINE.x.std()

    def kappa(mean: float, std: float) -> float:
        low, high = sorted(np.roots([1, -(1 + mean**2 + std**2), std**2]))
        return float(high / low)

    for feature, wanted in (
        (LINE.x, kappa(mean, std)),
        (LINE.x / std, kappa(mean / std, 1)),
        (LINE.x - mean, 1 / std**2),
        (10 * LINE.x, kappa(10 * mean, 10 * std)),
    ):
        assert lesson["kappa_of"](feature) == pytest.approx(wanted)
    assert kappa(mean / std, 1) > kappa(mean, std) > 1 / std**2


def test_standardised_by_hand_is_the_librarys(lesson: dict[str, Any]) -> None:
    np.testing.assert_allclose(lesson["A"], LINE.standardised().A)


def test_features_that_are_alike_leave_a_valley(cells: dict[str, Any]) -> None:
    """With the correlation ρ the curvatures are 2(1 - ρ), 2 and 2(1 + ρ)."""
    first, other = np.random.default_rng(0).standard_normal((2, 100))
    for likeness in (0.0, 0.9, 0.99):
        second = likeness * first + np.sqrt(1 - likeness**2) * other
        rho = abs(np.corrcoef(first, second)[0, 1])
        wanted = f"likeness {likeness}: κ = {(1 + rho) / (1 - rho):.2f}"
        assert wanted in printed(cells["two-features"])


def test_two_steps_suffice_with_both_inverse_curvatures() -> None:
    theta = LINE.theta0
    for curvature in CURVATURES:
        theta = theta - LINE.gradient(theta) / curvature
    np.testing.assert_allclose(theta, LINE.minimiser, atol=1e-9)


# --- Your turn ------------------------------------------------------------------------------------


def test_each_direction_alone_takes_the_steps_of_its_factor(cells: dict[str, Any]) -> None:
    """Turn 4.1, by logarithms."""
    slow, fast = theory.contraction_factor(0.1, np.array(CURVATURES))
    for name, factor in (("on the floor", slow), ("across", fast)):
        wanted = f"from one unit {name} {theory.steps_to(factor, 1e-6):.0f} steps"
        assert wanted in printed(cells["turn-numbers-1"])


def test_a_feature_far_from_zero_makes_a_long_valley(cells: dict[str, Any]) -> None:
    """Turn 4.2, by numpy's condition number of the data."""
    far = np.linalg.cond(LINE.A + np.array([0, 10])) ** 2
    assert f"mean {LINE.x.mean() + 10:.2f}: " in printed(cells["turn-numbers-1"])
    assert f"κ = {far:.2f}" in printed(cells["turn-numbers-1"])


def test_in_the_other_order_the_way_leads_far_out(cells: dict[str, Any]) -> None:
    """Turn 4.3: each error is multiplied by one minus the other direction's share."""
    _, directions = np.linalg.eigh(LINE.hessian())
    along, across = abs((LINE.theta0 - LINE.minimiser) @ directions)
    kappa = CURVATURES.L / CURVATURES.mu
    expected = [
        (CURVATURES.L, along * (1 - 1 / kappa), 0.0),
        (CURVATURES.mu, 0.0, 0.0),
        (CURVATURES.mu, 0.0, across * (kappa - 1)),
        (CURVATURES.L, 0.0, 0.0),
    ]
    assert printed(cells["turn-numbers-2"]).splitlines() == [
        f"4.3: after 1/{curvature:.4f} the error along is {round(a, 3)}, across {round(b, 3)}"
        for curvature, a, b in expected
    ]
