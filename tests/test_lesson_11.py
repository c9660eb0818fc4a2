"""Lesson 11: what it says of saddles, plateaus and valleys, and of each claim for momentum."""

import math

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
    "plateau-by-hand",
    "count-for-good",
)
SHELF = problems.plateau()


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


def test_longer_steps_win_and_lose_without_memory_too(cells):
    starts = np.linspace(-2.5, 2.5, 501)
    plain = ends_deep(0.05, 0.0, 1.0, starts)
    lines = printed(cells["larger-steps"]).splitlines()
    settings = [(0.05, 0), (0.1, 0), (0.2, 0), (0.3, 0), (0.2, 0.9)]
    for line, (lr, beta) in zip(lines, settings, strict=True):
        deep = ends_deep(lr, beta, 1 - beta, starts)
        (from_2,) = ends_deep(lr, beta, 1 - beta, np.array([2.0]))
        assert f"from 2 {'deep' if from_2 else 'shallow'}, " in line
        assert line.endswith(f", {deep.sum()} deep, {(~deep & plain).sum()} lost")


# --- The five claims ------------------------------------------------------------------------------


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


def test_claim_3_is_the_first_one_again(cells, lesson):
    """Near its minimum the landscape is a bowl: the steps are those of its two curvatures."""
    curvatures = np.linalg.eigvalsh(lesson["hessian"](lesson["stationary"][2]))
    np.testing.assert_allclose(curvatures, [1, 1.317], atol=5e-4)
    assert 2 / curvatures.sum() == pytest.approx(0.86, abs=0.005)
    rows = [
        line.replace(",", " ").replace(":", " ").split()
        for line in printed(cells["test-near-minimum"]).splitlines()
    ]
    for _, lr, *_, beta, steps, _ in rows:
        by_formula = steps_by_formula(curvatures, float(lr), float(beta), share=0.01)
        assert abs(by_formula - int(steps)) <= 1  # the bowl is one only close to the minimum
    assert [int(row[-2]) for row in rows[-3:]] == [3, 2, 4]


def test_no_tuning_gains_more_than_a_step_near_the_minimum(lesson):
    floor = lesson["stationary"][2]
    rates, betas = np.linspace(0.5, 2.0, 76), np.linspace(0, 0.4, 21)[:, None]
    run = optimizers.momentum(
        lesson["gradient"], floor + 0.05, learning_rate=rates, beta=betas, n_iterations=40
    )
    steps = lesson["for_good"](run.theta - floor, 0.01)
    assert (steps[0].min(), steps.min()) == (3, 2)


def test_claim_3_damps_beyond_one_plus_root_beta():
    for beta in (0.5, 0.9):
        border = 1 + np.sqrt(beta)
        products = np.concatenate([np.linspace(0.5, border - 0.01), np.linspace(border + 0.01, 3)])
        swings = theory.momentum_rate(products, beta, 1.0)
        jumps = np.abs(theory.contraction_factor(products, 1.0))
        damped = (swings < jumps) & (products > 1)
        assert np.array_equal(damped, products > border)


def test_claim_3_counts(cells):
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


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.0), (0.1, 0.5), (0.1, 0.9), (1.0, 0.9)])
def test_claim_4_updates_are_steadier_and_the_cloud_is_not_smaller(cells, lr, beta):
    """By the balance of θ and v: the next update goes with the last by β - step/2.

    The step is lr (1 - β) λ. Of two normal numbers with that correlation, the share with different
    signs is its arc cosine divided by π.
    """
    step = lr * (1 - beta)
    rule = np.array([[1 - step, -lr * beta], [1 - beta, beta]])  # of (θ, v)
    noise = np.array([-step, 1 - beta])
    moments = np.zeros((2, 2))
    for _ in range(5000):
        moments = rule @ moments @ rule.T + np.outer(noise, noise)
    next_with_last = (rule @ moments)[1, 1]  # of v; the fresh noise has no part in it
    correlation = next_with_last / moments[1, 1]
    assert correlation == pytest.approx(beta - step / 2)
    assert moments[0, 0] == pytest.approx(theory.momentum_variance(lr, beta, 1.0))
    update = lr * np.sqrt(moments[1, 1])
    assert update**2 == pytest.approx(2 * moments[0, 0] * step / (1 + beta))
    row = next(
        line
        for line in printed(cells["test-fluctuation"]).splitlines()
        if line.startswith(f"lr {lr:3g}, β = {beta:3g}: ")
    )
    length, cloud = (
        float(row.partition(word)[2].split(",")[0]) for word in ("update ", "variance ")
    )
    assert length == pytest.approx(update, rel=0.03)
    assert cloud == pytest.approx(moments[0, 0], rel=0.04)
    turned = float(row.partition("% turn")[0].split()[-1]) / 100
    assert turned == pytest.approx(np.arccos(correlation) / np.pi, abs=0.02)


def test_claim_4_with_long_steps_the_cloud_is_smaller():
    """So the verdict says it of short steps: at lr · λ = 1 memory halves the cloud."""
    for product, share in ((0.01, 0.995), (0.1, 0.953), (1.0, 0.514), (1.9, 0.053)):
        plain = theory.gradient_descent_variance(product, 1.0)
        assert theory.momentum_variance(product, 0.9, 1.0) / plain == pytest.approx(share, abs=1e-3)
        by_hand = (2 - product) / (2 - product * (1 - 0.9) / (1 + 0.9))
        assert by_hand == pytest.approx(share, abs=1e-3)


def test_claim_1_beyond_its_best_rate_gradient_descent_is_more_than_twice_as_slow():
    """At the same learning rate: the table says up to twice, up to 2/(L + μ)."""
    for lr, gain in ((2 / 101, 1.98), (0.0199, 3.96), (0.01995, 7.96)):
        plain = max(1 - lr, 100 * lr - 1)
        best = (1 - lr) / (1 + lr)
        rates = [theory.momentum_rate(lr, best**2, curvature) for curvature in (1.0, 100.0)]
        assert rates == pytest.approx([best, best], abs=1e-6)
        assert np.log(best) / np.log(plain) == pytest.approx(gain, abs=0.02)


def test_claim_4_costs_lag(cells, lesson):
    """On a slope the velocity is normal; after the turn its mean is 2 βᵏ - 1 times the old one."""
    rows = printed(cells["test-lag"]).splitlines()
    for row, beta in zip(rows, (0.0, 0.9, 0.95), strict=True):
        spread = 2 * np.sqrt((1 - beta) / (1 + beta))
        wrong = 0.5 * (1 + math.erf(-1 / spread / np.sqrt(2)))
        assert float(row.split(": ")[1].split("%")[0]) / 100 == pytest.approx(wrong, abs=0.012)
        after = 2 * beta ** np.arange(1, 40) - 1  # k steps after the turn, as a share of the slope
        assert int(row.split()[-4]) == np.argmax(after < 0)


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


def test_turn_1_a_nearly_flat_saddle_is_a_plateau(cells):
    rows = printed(cells["turn-numbers-1"]).splitlines()
    for row, weight, beta in zip(rows[:3], (1.0, 0.1, 1.0), (0.0, 0.9, 0.9), strict=True):
        y = walk(lambda y: -0.01 * y, [0.01], 0.1, beta, 5000, weight=weight)[:, 0]
        assert row.endswith(f"after {np.argmax(y > 1)} steps")
        steps = np.log(100) / np.log(root(1 + beta + 0.001 * weight, beta))
        assert steps == pytest.approx(np.argmax(y > 1), abs=10)  # without the start from rest
    for row, step in zip(rows[3:], (0.0001, 0.001), strict=True):
        assert row.endswith(f"factor {root(1.9 + step, 0.9):.5f}")


def test_turn_2_prints_what_other_noise_gives_too(cells):
    rows, random = printed(cells["turn-numbers-2"]).splitlines(), np.random.default_rng(5)
    for row, weight, beta in zip(rows, (1.0, 0.1, 1.0), (0.0, 0.9, 0.9), strict=True):
        noisy = problems.noisy_gradient(lambda y: -y, 0.01, random)
        y = np.abs(walk(noisy, np.zeros(2000), 0.1, beta, 300, weight=weight))
        shown = float(row.split(": ")[2].split()[0])
        assert shown == pytest.approx(np.argmax(y > 1, axis=0).mean(), rel=0.05)


def test_turn_2_noise_does_not_change_the_order():
    """From the ridge itself, 200 runs each: by then growth has the last word."""
    random, leave = np.random.default_rng(0), {}
    for name, weight, beta in (("plain", 1.0, 0.0), ("recipe", 0.1, 0.9), ("ball", 1.0, 0.9)):
        noisy = problems.noisy_gradient(lambda y: -y, 0.01, random)
        y = np.abs(walk(noisy, np.zeros(200), 0.1, beta, 250, weight=weight))
        leave[name] = np.median(np.argmax(y > 1, axis=0))
    assert leave["ball"] < leave["plain"] < leave["recipe"]


def test_every_comparison_in_the_lesson_came_out_true(cells):
    text = "".join(map(printed, cells.values()))
    assert "False" not in text
    assert "1000000" not in text
