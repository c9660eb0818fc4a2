"""Lesson 11: what it says of saddles, plateaus, valleys and a trap, and what it writes by hand."""

import numpy as np
import pytest
from walks import root, walk

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "11_beyond_bowls"
BY_HAND = (
    "import-tools",
    "landscape-by-hand",
    "stationary-points",
    "kind-by-hand",
    "escape-the-saddle",
    "growth-by-hand",
    "nesterov-by-hand",
    "plot-braking",
    "four-versions",
    "plateau-by-hand",
    "trap-by-hand",
    "count-for-good",
)
SHELF = problems.plateau()
TRAP = problems.lessard_counterexample()
BEST = theory.best_heavy_ball(1.0, 25.0)


# --- Kinds of places ------------------------------------------------------------------------------


def test_the_landscape_by_hand_fits_its_gradient_and_hessian(lesson):
    random = np.random.default_rng(0)
    for theta in random.uniform(-2, 2, (20, 2)):
        nudges = 1e-6 * np.eye(2)
        for verb, derivative in (("height", "gradient"), ("gradient", "hessian")):
            ends = [lesson[verb](theta + side * nudges) for side in (1, -1)]
            measured = (ends[0] - ends[1]) / 2e-6
            np.testing.assert_allclose(measured, lesson[derivative](theta), atol=1e-6)


def test_its_floor_is_the_librarys_two_valleys(lesson):
    y = np.linspace(-2, 2, 41)
    floor = np.column_stack([np.zeros(41), y])
    valleys = problems.two_valleys()
    np.testing.assert_allclose(lesson["height"](floor), valleys.value(y[:, None]), atol=1e-12)
    np.testing.assert_allclose(lesson["gradient"](floor)[:, 1:], valleys.gradient(y[:, None]))


@pytest.mark.parametrize(
    ("gradient", "curvatures", "kind"),
    [
        ([0, 0], [1, 2], "minimum"),
        ([0, 0.01], [-1, 2], "saddle"),
        ([0, 0], [-1, -2], "maximum"),
        ([0, 0.01], [-0.01, 0.02], "plateau"),
        ([1, 0], [-1, 2], "slope"),
        ([0.01], [0.01], "plateau"),
        ([0, 0], [0, 1], "flat direction"),  # x²/2 + y⁴/4 has its minimum there, x²/2 + y³ none
        ([0, 0], [-1, 0], "flat direction"),
    ],
)
def test_kinds(lesson, gradient, curvatures, kind):
    random = np.random.default_rng(0)
    turn = np.linalg.qr(random.standard_normal((len(gradient),) * 2))[0]
    hessian = turn @ np.diag(curvatures).astype(float) @ turn.T
    assert lesson["kind"](np.array(gradient), hessian) == kind


# --- At a saddle ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "ahead", "growth"), [(1.0, 0, 1.3162), (0.1, 0, 1.0647), (1.0, 1, 1.3644)]
)
def test_growth_at_a_saddle(lesson, weight, ahead, growth):
    """The root of the rule of two positions, against steps taken here."""
    step, beta = 0.1 * weight, 0.9
    product = beta * (1 + ahead * step)
    closed = root(1 + product + step, product)
    y = walk(lambda y: -y, [0.01], 0.1, beta, 200, weight=weight, ahead=ahead)[:, 0]
    assert closed == pytest.approx(y[-1] / y[-2], rel=1e-9)
    assert closed == pytest.approx(growth, abs=5e-5)
    if not ahead:
        assert lesson["growth"](step, beta) == pytest.approx(closed)


def test_the_recipe_leaves_more_slowly_at_every_rate_and_beta(lesson):
    rates, betas = np.linspace(0.001, 2, 200)[:, None], np.linspace(0.01, 0.99, 99)
    assert np.all(lesson["growth"](rates * (1 - betas), betas) < 1 + rates)


def test_its_room_at_the_saddle_is_the_one_that_theory_gives(cells):
    assert theory.momentum_limit(1.0, 0.9) == pytest.approx(38)
    assert "38 for β = 0.9" in cells["why-slowest"].source


# --- On a plateau ---------------------------------------------------------------------------------


def first_within_one(start, lr, **kind):
    path = walk(lambda x: SHELF.gradient(x), [start], lr, kind.pop("beta", 0.0), 4000, **kind)
    return int(np.argmax(np.abs(path[:, 0]) < 1))


def test_steps_across_the_shelf(cells):
    """Counted here, and for gradient descent by the time that a flow of its speed needs."""
    table = [line.split() for line in printed(cells["cross-the-shelf"]).splitlines()[1:]]
    assert len(table) == 4
    for start, lr, *steps in ([float(cell) for cell in row] for row in table):
        kinds = ({}, {"beta": 0.9, "weight": 0.1}, {"beta": 0.9})
        assert steps == [first_within_one(start, lr, **kind) for kind in kinds]
        x = np.linspace(1, start, 20_001)
        flow = np.trapezoid(1 / SHELF.gradient(x[:, None])[:, 0], x) / lr
        assert steps[0] == pytest.approx(flow, rel=0.02)


def test_at_rest_the_recipe_is_late_where_slopes_grow():
    """It follows slopes 9 steps old, β/(1-β), and so loses that for each e-fold of their growth."""
    late = first_within_one(5.0, 0.1, beta=0.9, weight=0.1) - first_within_one(5.0, 0.1)
    ends = SHELF.gradient(np.array([[5.0], [1.0]]))[:, 0]
    assert late == pytest.approx(9 * np.log(ends[1] / ends[0]), rel=0.2)
    early = first_within_one(9.0, 0.1) - first_within_one(9.0, 0.1, beta=0.9, weight=0.1)
    assert early > 0


# --- Two valleys ----------------------------------------------------------------------------------


def ends_deep(lr, beta, weight, starts):
    path = walk(lambda y: y * y * y - y + 0.2, starts, lr, beta, 2000, weight=weight)
    last = path[-1]
    valleys = np.roots([1, 0, -1, 0.2])
    assert np.abs(last[:, None] - valleys).min(axis=1).max() < 1e-2  # all have come to rest
    return last < 0


def test_won_and_lost(cells):
    starts = np.linspace(-2.5, 2.5, 501)
    plain = ends_deep(0.05, 0.0, 1.0, starts)
    first, *rows = printed(cells["count-won-and-lost"]).splitlines()
    assert first.endswith(f"{plain.sum()} deep")
    # Gradient descent with short steps never crosses the pass.
    assert plain.sum() == (starts < np.sort(np.roots([1, 0, -1, 0.2]))[1]).sum()
    settings = [(beta, weight) for weight in (None, 1.0) for beta in (0.5, 0.9, 0.95)]
    for row, (beta, weight) in zip(rows, settings, strict=True):
        deep = ends_deep(0.05, beta, 1 - beta if weight is None else weight, starts)
        won, lost = (deep & ~plain).sum(), (~deep & plain).sum()
        assert row.endswith(f"{beta}: {deep.sum()} deep, won {won}, lost {lost}")


def test_a_long_step_passes_without_memory():
    for lr, deep in ((0.05, False), (0.1, False), (0.2, False), (0.3, True), (0.4, True)):
        assert ends_deep(lr, 0.0, 1.0, np.array([2.0]))[0] == deep


# --- The four claims ------------------------------------------------------------------------------


def steps_by_formula(curvatures, lr, beta, share=1e-6):
    """Count steps of the recipe for good, by powers of the roots of its rule."""
    k, x = np.arange(8000), []
    for curvature in curvatures:
        product = lr * (1 - beta) * curvature
        z = np.roots([1, -(1 + beta - product), beta]).astype(complex)
        if not z.any():
            x.append(k == 0)
        elif abs(z[0] - z[1]) < 1e-6:  # a double root
            x.append((1 + ((1 - product) / z[0].real - 1) * k) * z[0].real ** k)
        else:
            weights = np.linalg.solve([[1, 1], z], [1, 1 - product])
            x.append((weights * z ** k[:, None]).sum(axis=1).real)
    outside = np.linalg.norm(x, axis=0) > share * np.sqrt(len(curvatures))
    return int(np.flatnonzero(outside)[-1]) + 1


def test_claim_1_needs_different_curvatures(cells):
    best = theory.best_momentum(1.0, 100.0)
    round_bowl = [(0.001, 0.0), (0.001, 0.7), (0.001, 0.9), (0.01, 0.0), (0.01, 0.9)]
    valley = [(0.002, 0), (0.002, 0.9), *((2 / 101, beta) for beta in (0, 0.9, 0.925)), best[:2]]
    for cell, bowl, settings in (
        ("test-curvature", [100, 100], round_bowl),
        ("test-valley", [1, 100], valley),
    ):
        counted = [int(row.split()[-2]) for row in printed(cells[cell]).splitlines()]
        assert counted == [steps_by_formula(bowl, lr, beta) for lr, beta in settings]
    assert counted[2] == theory.steps_to(theory.best_gradient_descent(1.0, 100.0).rate, 1e-6)
    assert counted[2] / counted[-1] > 7


def test_claim_2_tuned_steps_are_those_of_single_runs(cells):
    rows = printed(cells["test-plateau"]).splitlines()
    rates = np.geomspace(0.1, 60, 60)
    for row in rows:
        words = row.replace(",", "").replace(":", "").split()
        start, beta, steps, shown = (float(words[k]) for k in (1, 4, 5, 9))
        lr = rates[np.abs(rates - shown).argmin()]
        path = np.abs(walk(SHELF.gradient, [start], lr, beta, 500, weight=1 - beta)[:, 0])
        assert np.flatnonzero(path > 0.01)[-1] + 1 == steps
    alone, tuned = (
        [int(row.split()[5]) for row in rows if f"β = {beta}:" in row] for beta in (0.0, 0.5)
    )
    assert all(fewer < more for fewer, more in zip(tuned, alone, strict=True))


def test_claim_3_larger_steps_lose_starts_too(cells):
    starts = np.linspace(-2.5, 2.5, 501)
    plain = ends_deep(0.05, 0.0, 1.0, starts)
    lines = printed(cells["test-minima"]).splitlines()
    settings = [(0.05, 0), (0.2, 0), (0.3, 0), (0.05, 0.5), (0.05, 0.9), (0.05, 0.95), (0.2, 0.9)]
    for line, (lr, beta) in zip(lines, settings, strict=True):
        deep = ends_deep(lr, beta, 1 - beta, starts)
        assert line.endswith(f": {deep.sum()} deep, {(~deep & plain).sum()} lost")


def test_claim_4_holds_beyond_one_plus_root_beta():
    for beta in (0.5, 0.9):
        border = 1 + np.sqrt(beta)
        products = np.concatenate([np.linspace(0.5, border - 0.01), np.linspace(border + 0.01, 3)])
        swings = theory.momentum_rate(products, beta, 1.0)
        jumps = np.abs(theory.contraction_factor(products, 1.0))
        damped = (swings < jumps) & (products > 1)
        assert np.array_equal(damped, products > border)


def test_claim_4_counts(cells):
    rows = printed(cells["test-oscillation"]).splitlines()
    for row in rows:
        words = row.replace(",", "").replace(":", "").split()
        product, beta, crossings = float(words[4]), float(words[7]), int(words[8])
        x = walk(lambda x: x, 1.0, product, beta, 400, weight=1 - beta)
        seen = x[:41][np.abs(x[:41]) > 1e-9]
        assert crossings == np.sum(seen[1:] * seen[:-1] < 0)
        if "diverged" in row:
            assert abs(x[-1]) > 1e8
        else:
            assert int(words[10]) == np.flatnonzero(np.abs(x) > 0.01)[-1] + 1


def test_counting_for_good(lesson):
    path = np.array([[8.0], [0.5], [3.0], [0.9], [0.1]])
    assert lesson["for_good"](path, 1 / 8) == 3
    assert lesson["for_good"](path, 1 / 100) == 10**6


def test_the_librarys_walks_are_those_taken_here():
    settings = {"learning_rate": 0.1, "beta": 0.9, "n_iterations": 50}
    for method, kind in (
        (optimizers.momentum, {"weight": 0.1}),
        (optimizers.heavy_ball, {}),
        (optimizers.nesterov, {"ahead": 1}),
    ):
        run = method(SHELF.gradient, [9.0], **settings)
        path = walk(SHELF.gradient, [9.0], 0.1, 0.9, 50, **kind)
        np.testing.assert_allclose(run.theta, path, atol=1e-12)


def test_every_comparison_in_the_lesson_came_out_true(cells):
    text = "".join(map(printed, cells.values()))
    assert "False" not in text
    assert "1000000" not in text
