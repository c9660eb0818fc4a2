"""Lessons 3 and 4: what they say of step sizes and valleys, by running and by theory."""

from __future__ import annotations

import numpy as np
import pytest

from lessons_lib import optimizers, problems, theory

LINE = problems.noisy_line()
CURVATURES = theory.curvature_range(LINE.hessian())


def steps_to(fraction: float, learning_rate: float, problem: problems.Quadratic) -> int:
    run = optimizers.gradient_descent(
        problem.gradient, problem.theta0, learning_rate=learning_rate, n_iterations=10_000
    )
    left = np.linalg.norm(run.theta - problem.minimiser, axis=1)
    return int(np.argmax(left <= fraction * left[0]))


@pytest.mark.parametrize(("share", "arrives"), [(0.99, True), (1.01, False)])
def test_the_limit_of_the_line(share: float, arrives: bool) -> None:
    limit = theory.gradient_descent_limit(CURVATURES.L)
    run = optimizers.gradient_descent(
        LINE.gradient, LINE.theta0, learning_rate=share * limit, n_iterations=3000
    )
    left = np.linalg.norm(run.theta[-1] - LINE.minimiser)
    assert (left < 1e-6) == arrives


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
