"""Lesson 3: what it says of step sizes, by closed forms and by runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "03_step_size"
BY_HAND = (
    "import-tools",
    "curvature-by-differences",
    "plot-all-directions",
    "hessian-by-hand",
    "eigenvalues",
    "plot-two-cuts",
    "forecast-by-hand",
    "four-largest-steps",
)
LINE = problems.noisy_line()
MU, L = theory.curvature_range(LINE.hessian())
LIMIT = theory.gradient_descent_limit(L)


def roll_on_parabola(product: float, n_steps: int) -> float:
    """Step down a parabola, without the library."""
    x = 1.0
    for _ in range(n_steps):
        x -= product * x
    return x


# --- One parameter --------------------------------------------------------------------------------


@given(st.floats(0.01, 5), st.floats(0, 0.5), st.integers(0, 20))
def test_each_step_multiplies_by_the_factor(curvature: float, lr: float, n: int) -> None:
    run = optimizers.gradient_descent(
        problems.parabola(curvature).gradient, [1.0], learning_rate=lr, n_iterations=n
    )
    factor = theory.contraction_factor(lr, curvature)
    assert run.theta[-1, 0] == pytest.approx(factor**n, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("product", "later"), [(0.3, 0.0), (1.0, 0.0), (1.7, 0.0), (2.0, 1.0), (2.3, np.inf)]
)
def test_five_ways_to_go_down(product: float, later: float) -> None:
    after = abs(roll_on_parabola(product, 200))
    assert after > 1e6 if later == np.inf else after == pytest.approx(later, abs=1e-12)
    sides = np.sign([roll_on_parabola(product, k) for k in (1, 2)])
    assert (sides[0] * sides[1] < 0) == (product > 1)


@pytest.mark.parametrize("off", [0.1, 0.5, 0.9])
def test_products_equally_far_from_one_are_equally_fast(off: float) -> None:
    one, other = (abs(roll_on_parabola(1 + sign * off, 9)) for sign in (-1, 1))
    assert one == pytest.approx(other)


@pytest.mark.parametrize("product", [1.1, 1.5, 1.9])
def test_overshooting_lowers_the_loss_at_every_step(product: float) -> None:
    parabola = problems.parabola(1.0)
    run = optimizers.gradient_descent(
        parabola.gradient, [1.0], learning_rate=product, n_iterations=50
    )
    loss = parabola.value(run.theta)
    assert np.all(np.diff(loss) < 0)
    factor = theory.contraction_factor(product, 1.0)
    assert loss[1:] / loss[:-1] == pytest.approx(factor**2)


# --- Two parameters -------------------------------------------------------------------------------


def test_second_differences_are_the_curvature(lesson: dict[str, Any]) -> None:
    for angle in np.linspace(0, np.pi, 7):
        d = np.array([np.cos(angle), np.sin(angle)])
        wanted = d @ LINE.hessian() @ d
        for h in (0.1, 1.0, 10.0):  # exact on a parabola, whatever h
            assert lesson["curvature_along"](d, h) == pytest.approx(wanted)


def test_the_extreme_directions_found_are_the_eigenvectors(lesson: dict[str, Any]) -> None:
    """For a table [[a, b], [b, c]] they stand at half the angle of (a - c, 2b)."""
    (a, b), (_, c) = LINE.hessian()
    steepest = np.degrees(np.arctan2(2 * b, a - c)) / 2
    measured, angles = lesson["measured"], lesson["angles"]
    assert angles[measured.argmax()] == pytest.approx(steepest, abs=0.06)
    assert angles[measured.argmin()] == pytest.approx(steepest + 90, abs=0.06)
    assert measured.max() == pytest.approx(L, rel=1e-5)
    assert measured.min() == pytest.approx(MU, rel=1e-4)


def test_h_turns_arrows_towards_the_steepest_direction(lesson: dict[str, Any]) -> None:
    """All but the two at a right angle that the explorer shows: by angles, which need no table."""
    for degrees in range(0, 180, 7):
        d = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        pushed = LINE.gradient(LINE.minimiser + d)  # H @ d, without H
        before, after = (
            abs((np.degrees(np.arctan2(*each[::-1])) - 48.4 + 90) % 180 - 90)
            for each in (d, pushed)
        )
        assert after < before or before < 0.5


def test_mu_and_l_by_trace_and_determinant(lesson: dict[str, Any]) -> None:
    """Of 2/m AᵀA the trace is 2 (1 + mean of x²) and the determinant 4 var(x)."""
    trace, determinant = 2 * (1 + np.mean(LINE.x**2)), 4 * LINE.x.var()
    wanted = sorted(np.roots([1, -trace, determinant]))
    assert [lesson["mu"], lesson["L"]] == pytest.approx(wanted)
    assert pytest.approx(wanted) == [MU, L]


def test_a_start_on_an_eigenvector_stays_on_it(lesson: dict[str, Any]) -> None:
    for curvature, direction in ((MU, lesson["gentle"]), (L, lesson["steep"])):
        run = optimizers.gradient_descent(
            LINE.gradient, LINE.minimiser + direction, learning_rate=0.3, n_iterations=10
        )
        factors = theory.contraction_factor(0.3, curvature) ** np.arange(11)
        wanted = LINE.minimiser + factors[:, None] * direction
        np.testing.assert_allclose(run.theta, wanted, atol=1e-12)


# --- The limit ------------------------------------------------------------------------------------


def test_it_converges_exactly_below_the_limit() -> None:
    rates = np.array([0.5, 0.99, 0.9999, 1.0001, 1.01, 2.0]) * LIMIT
    run = optimizers.gradient_descent(
        LINE.gradient, LINE.theta0, learning_rate=rates, n_iterations=3000
    )
    left = np.linalg.norm(run.theta[-1] - LINE.minimiser, axis=-1)
    start = np.linalg.norm(LINE.theta0 - LINE.minimiser)
    assert (left < start).tolist() == [True, True, True, False, False, False]


def test_the_printed_limits(cells: dict[str, Any]) -> None:
    said = printed(cells["largest-learning-rate"])
    assert f"overshoots above 1/L = {LIMIT / 2:.4f}" in said
    assert f"diverges beyond 2/L = {LIMIT:.8f}" in said


def test_steps_cross_the_valley_from_one_over_l_on() -> None:
    steep = np.linalg.eigh(LINE.hessian())[1][:, 1]
    for share, jumps in ((0.98, False), (1.02, True)):
        after = LINE.theta0 - share / L * LINE.gradient(LINE.theta0)
        before, behind = ((theta - LINE.minimiser) @ steep for theta in (LINE.theta0, after))
        assert (before * behind < 0) == jumps


def test_mistakes_are_wrong_by_known_factors(lesson: dict[str, Any]) -> None:
    largest, m = lesson["largest"], len(LINE.x)
    assert largest["d"] == pytest.approx(LIMIT)
    assert largest["a"] == pytest.approx(LIMIT / 2)
    assert largest["b"] == pytest.approx(LIMIT * theory.condition_number(LINE.hessian()))
    assert largest["c"] == pytest.approx(LIMIT / (m / 2))


def test_the_forecast_is_what_a_run_does(lesson: dict[str, Any]) -> None:
    for lr in (0.01, 0.2, 0.3, 0.48, 0.49):
        factors = lesson["forecast"](lr)
        assert factors == pytest.approx(theory.contraction_factor(lr, np.array([MU, L])))
        run = optimizers.gradient_descent(
            LINE.gradient, LINE.theta0, learning_rate=lr, n_iterations=1
        )
        before, after = (run.theta - LINE.minimiser) @ np.linalg.eigh(LINE.hessian())[1]
        assert after / before == pytest.approx(factors)


def test_the_answers_of_your_turn(cells: dict[str, Any]) -> None:
    said = printed(cells["turn-numbers"])
    assert theory.contraction_factor(np.array([1 / 8, 2 / 8]), 8.0).tolist() == [0, -1]
    wide = problems.LeastSquares(LINE.A * [1, 10], LINE.y, LINE.theta0)
    largest = theory.curvature_range(wide.hessian()).L
    assert largest == pytest.approx(2 * np.mean((10 * LINE.x) ** 2), rel=0.02)
    assert 59 < LIMIT / (2 / largest) < 61
    assert f"2/L = {2 / largest:.4f}" in said
    run = optimizers.gradient_descent(
        LINE.gradient, LINE.theta0, learning_rate=LIMIT, n_iterations=2000
    )
    left = (run.theta[-1] - LINE.minimiser) @ np.linalg.eigh(LINE.hessian())[1]
    first = (LINE.theta0 - LINE.minimiser) @ np.linalg.eigh(LINE.hessian())[1]
    assert abs(left[0]) < 1e-9
    assert abs(left[1]) == pytest.approx(abs(first[1]), rel=1e-6)
    assert f"steep, after 0, 1, 2, 299, 300 steps: [{first[1]:.3f}" in said.replace("[ ", "[")
