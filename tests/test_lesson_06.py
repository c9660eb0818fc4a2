"""Lesson 6: what it says of momentum, by powers of a matrix and by loops written here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lesson_cells import cells_of

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "06_momentum"
BY_HAND = (
    "import-tools",
    "momentum-by-hand",
    "run-original-recipe",
    "race-to-one-percent",
    "plot-race",
    "other-betas",
    "heavy-ball-by-hand",
    "four-versions",
)
LINE = problems.noisy_line()
MU, L = theory.curvature_range(LINE.hessian())


def paths(lr: float, beta: float, weight: float, n: int, velocity: Any = (0.0, 0.0)) -> Any:
    """The path of v ← β v + weight · g, θ ← θ - lr v, as powers of one 4 by 4 matrix."""
    H, one = LINE.hessian(), np.eye(2)
    taken = np.hstack([weight * H, beta * one])
    step = np.vstack([np.hstack([one, 0 * one]) - lr * taken, taken])
    state = np.concatenate([LINE.theta0 - LINE.minimiser, velocity])
    states = [state]
    for _ in range(n):
        states.append(step @ states[-1])
    return np.array(states)[:, :2] + LINE.minimiser


def first_below(path: Any, share: float = 0.01) -> int:
    left = np.linalg.norm(path - LINE.minimiser, axis=-1)
    return int(np.argmax(left <= share * left[0]))


def for_good(path: Any, share: float = 0.01) -> int:
    left = np.linalg.norm(path - LINE.minimiser, axis=-1)
    return int(np.flatnonzero(left > share * left[0])[-1] + 1)


# --- The recipe and the ball ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "weight"), [("descend_with_momentum", 0.1), ("roll", 1.0)])
def test_what_is_written_by_hand_is_a_matrix(
    lesson: dict[str, Any], name: str, weight: float
) -> None:
    path = lesson[name](LINE.gradient, LINE.theta0, 0.01, 0.9, 1000)
    np.testing.assert_allclose(path, paths(0.01, 0.9, weight, 1000), atol=1e-9)


def test_the_recipes_own_run(cells: dict[str, Any]) -> None:
    intercept, slope = paths(0.01, 0.9, 0.1, 1000)[-1]
    said = printed(cells["run-original-recipe"])
    assert f"intercept: {intercept:.8f}" in said
    assert f"slope    : {slope:.8f}" in said


def test_666_656_and_69(cells: dict[str, Any]) -> None:
    plain, recipe = paths(0.01, 0.0, 1.0, 1000), paths(0.01, 0.9, 0.1, 1000)
    ball = paths(0.01, 0.9, 1.0, 1000)
    race = printed(cells["race-to-one-percent"])
    assert f"gradient descent: {first_below(plain)}" in race
    assert f"the recipe      : {first_below(recipe)}" in race
    rolling = printed(cells["heavy-ball-by-hand"])
    assert f"heavy ball: {first_below(ball)} steps" in rolling
    assert f"for good  : {for_good(ball)} steps" in rolling
    assert [first_below(path) for path in (plain, recipe, ball)] == [666, 656, 69]


@pytest.mark.parametrize("beta", [0.5, 0.7, 0.9])
def test_the_gain_at_the_same_rate_is_in_the_rates(beta: float) -> None:
    """In the long run the recipe shrinks the floor by its own rate, hardly below 1 - lr μ."""
    mu = theory.curvature_range(LINE.hessian()).mu
    rate = theory.momentum_rate(0.01, beta, mu)
    path = paths(0.01, beta, 1 - beta, 3000)
    left = np.linalg.norm(path - LINE.minimiser, axis=1)
    assert (left[2500] / left[2000]) ** (1 / 500) == pytest.approx(rate, rel=1e-6)
    assert 0.99 < rate < theory.contraction_factor(0.01, mu)


def test_a_memory_that_fits_gains_and_a_longer_one_swings(cells: dict[str, Any]) -> None:
    said = printed(cells["other-betas"])
    for beta in (0.0, 0.5, 0.9, 0.987, 0.99):
        path = paths(0.01, beta, 1 - beta, 5000)
        good = for_good(path, 1e-6)
        assert f"β = {beta:5}: 1 % first after {first_below(path)} steps, a millionth" in said
        assert f"for good after {good}\n" in f"{said}\n"
    swings = paths(0.01, 0.99, 0.01, 5000)
    assert for_good(swings) > first_below(swings)


@given(st.floats(1e-4, 0.99))
def test_at_the_same_rate_the_recipe_is_at_most_twice_as_fast(p: float) -> None:
    """The proof of lesson 8, beside the library's rates for every β."""
    best = (1 - p) / (1 + p)
    rates = theory.momentum_rate(p, np.linspace(0, 0.9999, 2000), 1.0)
    assert theory.momentum_rate(p, best**2, 1.0) == pytest.approx(best, abs=1e-6)
    assert rates.min() > best - 1e-6
    assert (1 - p) ** 2 < best < 1 - p


def test_the_factor_of_two_is_one_of_the_long_run() -> None:
    """A short race can be won by more, and just above 2/(L + μ) the rates are still within it."""
    counts = [first_below(paths(0.4, beta, 1 - beta, 50), 0.1) for beta in (0.0, 0.11)]
    assert counts[0] > 2 * counts[1]
    for lr, more in ((0.4491, False), (0.45, False), (0.452, True), (0.48, True)):
        best = (1 - lr * MU) / (1 + lr * MU)
        plain = max(1 - lr * MU, lr * L - 1)
        assert (plain**2 > best) == more


def test_the_control_experiment(cells: dict[str, Any]) -> None:
    control = first_below(paths(0.1, 0.0, 1.0, 200))
    assert f"gradient descent at 0.1: {control} steps" in printed(cells["control-experiment"])
    assert control < first_below(paths(0.01, 0.9, 1.0, 200))


def test_velocity_is_a_little_longer_on_the_floor(cells: dict[str, Any]) -> None:
    """There g shrinks by the rate r per step, so that v/g tends to (1 - β)/(1 - β/r)."""
    rate = theory.momentum_rate(0.01, 0.9, theory.curvature_range(LINE.hessian()).mu)
    # The velocity after a step is compared with the gradient before it, which it contains.
    wanted = (1 - 0.9) / (1 - 0.9 / rate)
    assert f"step 900: velocity is {wanted:.3f} times" in printed(cells["compare-lengths"])


@given(st.floats(0, 0.99), st.integers(1, 40))
def test_weights_of_the_velocity(beta: float, n: int) -> None:
    v = 0.0
    for _ in range(n):
        v = beta * v + (1 - beta)
    assert v == pytest.approx(theory.average_of_constant(beta, n))
    assert v == pytest.approx((1 - beta) * sum(beta**k for k in range(n)))


def test_who_survives_which_learning_rate(cells: dict[str, Any]) -> None:
    L = theory.curvature_range(LINE.hessian()).L
    for row in printed(cells["compare-learning-rates"]).splitlines()[1:]:
        lr, *ends = row.split()
        limits = theory.gradient_descent_limit(L), theory.momentum_limit(L, 0.9)
        assert [end != "diverged" for end in ends] == [float(lr) < limit for limit in limits]


# --- Stopping, bugs and tasks ---------------------------------------------------------------------


def test_it_stops_by_count_and_by_condition(cells: dict[str, Any]) -> None:
    path = paths(0.1, 0.9, 0.1, 300)
    lengths = np.linalg.norm((path - LINE.minimiser) @ LINE.hessian(), axis=1)
    for tolerance in (0.1, 0.01, 0.001):
        n = np.argmax(lengths <= tolerance)
        left = np.linalg.norm(path[n] - LINE.minimiser)
        wanted = f"tolerance {tolerance}: converged in {n} steps, {left:.4f} to go"
        assert wanted in printed(cells["stop-by-condition"])


def test_one_step_from_rest_cannot_tell_wrong_from_right(lesson: dict[str, Any]) -> None:
    def run(name: str, velocity: Any, n: int) -> Any:
        theta = LINE.theta0
        for _ in range(n):
            theta, velocity = lesson[name](theta, velocity, LINE.gradient(theta))
        return theta

    wrong = ("version_b", "version_c", "version_d")
    for velocity, n, told in (
        (np.zeros(2), 1, []),
        (np.array([30.0, -20.0]), 1, ["version_b", "version_c"]),
        (np.array([30.0, -20.0]), 3, [*wrong]),
    ):
        right = run("version_a", velocity, n)
        assert [name for name in wrong if not np.allclose(run(name, velocity, n), right)] == told
    own = optimizers.momentum(
        LINE.gradient, LINE.theta0, learning_rate=0.01, beta=0.9, n_iterations=3
    )
    np.testing.assert_allclose(run("version_a", np.zeros(2), 3), own.theta[-1])


def test_fewer_than_ten_steps_exist_and_lesson_8_has_the_record() -> None:
    """Turn 6.2, on a wider grid than lesson 8's."""
    rates, betas = np.linspace(0.05, 0.65, 121), np.linspace(0, 0.9, 91)
    run = optimizers.heavy_ball(
        LINE.gradient, LINE.theta0, learning_rate=rates[:, None], beta=betas, n_iterations=60
    )
    left = np.linalg.norm(run.theta - LINE.minimiser, axis=-1)
    outside = left > 0.01 * left[0]
    steps = len(outside) - outside[::-1].argmax(axis=0)
    eighth = cells_of("08_springs")
    assert steps.min() < 10
    assert f"best on the grid {steps.min()} at" in printed(eighth["best-for-a-race"])
    translated = paths(0.74 * (1 - 0.3), 0.3, 1.0, 100)  # the recipe's setting, as lesson 6 says
    assert for_good(translated) < 10


def test_the_turns_by_the_matrix(cells: dict[str, Any]) -> None:
    late = np.vstack([LINE.theta0, paths(0.01, 0.9, 0.1, 1000)])
    assert f"6.1: 1 % first after {first_below(late)} steps" in printed(cells["turn-numbers-1"])
    said = printed(cells["turn-numbers-2"])
    assert f"β = 0.3: for good after {for_good(paths(0.518, 0.3, 1.0, 60))} steps" in said
    for row, pushed in zip(said.splitlines()[1:], (0.0, 1.0), strict=True):
        path = paths(0.01, 0.99, 0.01, 5000, pushed * LINE.gradient(LINE.theta0))
        left = np.linalg.norm(path - LINE.minimiser, axis=1)
        half = first_below(path, 0.5)
        turned = half + int(np.argmin(left[half : half + 50]))
        assert f"half the way after {half} steps" in row
        assert f"swings out to {left[turned:].max():.1f} of {left[0]:.1f}" in row
        assert row.endswith(f"1 % for good after {for_good(path)}")
