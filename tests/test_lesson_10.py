"""Lesson 10: what it says of noise, memory and decay, and what it writes by hand.

The lesson counts on runs with random batches. The second road here has no chance in it: the error,
the velocity and a 1 make a vector z, a step multiplies z by a matrix that depends on the batch, and
so the mean of z zᵀ over all possible batches follows exactly, step by step.
"""

from itertools import combinations

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import explorers, optimizers, problems, theory

LESSON = "10_noise"
BY_HAND = (
    "import-tools",
    "batch-gradient-by-hand",
    "batches-by-hand",
    "sgd-by-hand",
    "variance-by-hand",
    "clouds-with-memory",
    "cloud-of-the-recipe",
    "balance-by-hand",
    "many-gradients",
    "many-runs",
    "schedules-by-hand",
    "start-on-steep-ground",
    "versions-of-an-epoch",
    "five-programs",
)
LINE = problems.noisy_line()
ALL = np.inf  # the batch size of no noise


def number_after(words, text):
    return float(text.partition(words)[2].split()[0].strip(",;:"))


def step_matrices(lr, beta):
    """What a step does to z = (error, velocity, 1) with each single point: (100, 5, 5)."""
    H = 2 * np.einsum("mi,mj->mij", LINE.A, LINE.A)
    gradient = np.zeros((100, 2, 5))  # of z
    gradient[:, :, :2] = H
    gradient[:, :, 4] = 2 * LINE.A * (LINE.A @ LINE.minimiser - LINE.y)[:, None]
    M = np.tile(np.eye(5), (100, 1, 1))
    M[:, 2:4] = beta * np.eye(5)[2:4] + gradient
    M[:, :2] -= lr * M[:, 2:4]
    return M


def exact_distance(rates, beta, size):
    """Return the root mean square of the distance after each step, over all possible batches."""
    z = np.array([*(LINE.theta0 - LINE.minimiser), 0, 0, 1])
    Z, squares = np.outer(z, z), []
    for lr, n in zip(rates, np.broadcast_to(size, len(rates)), strict=True):
        M = step_matrices(lr, beta)
        mean = M.mean(axis=0)
        single = (M @ Z @ M.transpose(0, 2, 1)).mean(axis=0)
        Z = single / n + (1 - 1 / n) * (mean @ Z @ mean.T)
        squares.append(Z[0, 0] + Z[1, 1])
    return np.sqrt(squares)


# --- Batches --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [[3], [1, 4, 4], np.arange(30), slice(90, 100)])
def test_the_gradient_of_a_batch_by_hand_is_the_librarys(lesson, rows):
    rows = np.arange(100)[rows]
    wanted = LINE.batch(rows).gradient(LINE.theta0)
    np.testing.assert_allclose(lesson["batch_gradient"](LINE.theta0, rows), wanted)


def test_the_mean_over_all_batches_is_the_gradient(lesson):
    pairs = [
        lesson["batch_gradient"](LINE.theta0, list(pair)) for pair in combinations(range(100), 2)
    ]
    np.testing.assert_allclose(np.mean(pairs, axis=0), LINE.gradient(LINE.theta0))


@pytest.mark.parametrize("size", [1, 4, 16, 64])
def test_noise_falls_with_the_root_of_the_batch_size(cells, size):
    """At the minimum a point's entry is twice its residual; the mean of n has σ/√n."""
    sigma = 2 * np.sqrt(LINE.value(LINE.minimiser))
    assert round(sigma, 1) == 2.0
    shown = number_after(f"batch size {size:2}: spread ", printed(cells["noise-by-batch-size"]))
    assert shown == pytest.approx(sigma / np.sqrt(size), rel=0.03)


def test_without_putting_back_a_large_batch_is_off_by_less():
    """The factor of a finite population: √((100 - 64)/99)."""
    residuals = 2 * (LINE.A @ LINE.minimiser - LINE.y)
    order = np.argsort(np.random.default_rng(0).random((20_000, 100)), axis=1)
    spread = residuals[order[:, :64]].mean(axis=1).std()
    drawn = 2 * np.sqrt(LINE.value(LINE.minimiser)) / np.sqrt(64)
    assert spread == pytest.approx(drawn * np.sqrt(36 / 99), rel=0.02)


@pytest.mark.parametrize("size", [1, 10, 30, 64, 100, 150])
def test_an_epoch_has_every_point_once_and_no_two_are_alike(lesson, size):
    dealt = list(lesson["batches"](size, 2, np.random.default_rng(3)))
    first, second = np.split(np.concatenate(dealt), 2)
    assert not np.array_equal(first, second)
    for epoch in first, second:
        assert sorted(epoch) == list(range(100))
    assert [len(rows) for rows in dealt[: len(dealt) // 2]] == [
        len(range(100)[k : k + size]) for k in range(0, 100, size)
    ]


@pytest.mark.parametrize("beta", [0.0, 0.8])
def test_with_all_points_in_a_batch_it_is_the_heavy_ball(lesson, beta):
    ball = optimizers.heavy_ball(
        LINE.gradient, LINE.theta0, learning_rate=0.05, beta=beta, n_iterations=40
    )
    path = lesson["sgd"](0.05, beta, size=100, n_epochs=40, seed=0)
    np.testing.assert_allclose(path, ball.theta, rtol=1e-9)


# --- The cloud ------------------------------------------------------------------------------------


def test_a_longer_run_comes_no_closer(cells):
    exact = exact_distance([0.1] * 2000, 0.0, 10)
    assert exact[-1] == pytest.approx(exact[199], rel=1e-3)
    lines = printed(cells["longer-run"]).splitlines()
    short, long = (number_after("epochs: ", line) for line in lines)
    assert long == pytest.approx(short, rel=0.1)


@pytest.mark.parametrize(
    ("step", "beta", "weight"),
    [("plain_step", 0.0, 1.0), ("ball_step", 0.9, 1.0), ("recipe_step", 0.9, 0.1)],
)
def test_twenty_thousand_balls_spread_as_theory_says(lesson, step, beta, weight):
    variance = theory.heavy_ball_variance(0.1 * weight, beta, 1.0)
    assert lesson["hover"](lesson[step]) == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize(
    "setting", [(0.1, 0.0, 1.0), (0.1, 0.9, 1.0), (0.3, 0.5, 4.0), (0.2, 0.7, 1.0, 3.0)]
)
def test_the_balance_by_hand_is_the_formula(lesson, setting):
    assert lesson["cloud"](*setting) == pytest.approx(theory.heavy_ball_variance(*setting))


def test_at_the_same_rate_memory_multiplies_the_cloud_and_at_the_matched_one_it_does_nothing():
    for lr in 1e-4, 1e-3, 1e-2:
        plain = theory.gradient_descent_variance(lr, 1.0)
        for beta in 0.5, 0.9, 0.99:
            close = pytest.approx(plain, rel=2 * lr)
            assert theory.heavy_ball_variance(lr, beta, 1.0) * (1 - beta) == pytest.approx(
                plain, rel=2 * lr / (1 - beta)
            )
            assert theory.momentum_variance(lr, beta, 1.0) == close


@pytest.mark.parametrize(
    ("method", "memory"), [(optimizers.momentum, 1.0), (optimizers.heavy_ball, theory.memory(0.9))]
)
def test_all_of_a_noise_arrives_in_small_portions(method, memory):
    """One ξ = 1, and then level ground."""
    noises = iter([1.0, 1.0])  # the first is asked for only to see its shape
    run = method(
        lambda theta: np.full_like(theta, next(noises, 0.0)),
        [0.0],
        learning_rate=0.1,
        beta=0.9,
        n_iterations=300,
    )
    moves = -np.diff(run.theta[:, 0])
    assert moves[0] == pytest.approx(0.1 * memory * (1 - 0.9))
    assert moves.sum() == pytest.approx(0.1 * memory)


@pytest.mark.parametrize(
    ("method", "more", "variance"),
    [
        (optimizers.gradient_descent, {}, theory.gradient_descent_variance(0.1, 1.0)),
        (optimizers.heavy_ball, {"beta": 0.9}, theory.heavy_ball_variance(0.1, 0.9, 1.0)),
        (optimizers.momentum, {"beta": 0.9}, theory.momentum_variance(0.1, 0.9, 1.0)),
    ],
)
def test_the_librarys_methods_leave_the_clouds_of_the_lesson(cells, method, more, variance):
    noisy = problems.noisy_gradient(problems.parabola(1.0).gradient, 1.0, np.random.default_rng(9))
    run = method(noisy, np.zeros((20_000, 1)), learning_rate=0.1, n_iterations=150, **more)
    assert run.theta[-1].var() == pytest.approx(variance, rel=0.04)
    assert f"{variance:.4f}" in printed(cells["balance-by-hand"])


# --- Memory against noise -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 10])
def test_tuned_for_noise_memory_gains_nothing(cells, size):
    rates = np.geomspace(0.003, 0.45, 16)
    betas = (0.0, 0.3, 0.5, 0.7, 0.9)
    best = {beta: min(exact_distance([lr] * 60, beta, size)[-1] for lr in rates) for beta in betas}
    plain = best.pop(0.0)
    assert min(best.values()) == pytest.approx(plain, rel=0.07)
    shown = printed(cells["tune-with-noise"])
    line = next(line for line in shown.splitlines() if line.startswith(f"batch {size:3}"))
    assert number_after("plain ", line) == pytest.approx(plain, rel=0.1)
    assert number_after("memory ", line) == pytest.approx(min(best.values()), rel=0.1)


def test_tuned_without_noise_memory_gains_five_powers_of_ten(cells):
    line = printed(cells["tune-with-noise"]).splitlines()[-1]
    plain, memory = (
        exact_distance([number_after("at lr ", part)] * 60, beta, ALL)[-1]
        for part, beta in zip(line.split("with memory"), (0.0, 0.5), strict=True)
    )
    assert number_after("plain ", line) == pytest.approx(plain, rel=0.05)
    assert round(np.log10(plain / memory)) == 5


@pytest.mark.parametrize("lr", [0.02, 0.05])
def test_many_runs_spread_as_the_balance_over_all_batches_says(lesson, lr):
    for size, beta in ((1, 0.0), (10, 0.5)):
        runs = lesson["many_runs"](size, np.full(150, lr), beta, n_runs=2000)[:, 0]
        np.testing.assert_allclose(runs, exact_distance([lr] * 150, beta, size), rtol=0.08)


def test_many_gradients_are_those_of_single_batches(lesson):
    random = np.random.default_rng(4)
    theta, rows = random.normal(size=(2, 3, 5, 1)), random.integers(100, size=(5, 7))
    together = lesson["many_gradients"](theta, rows)
    assert together.shape == theta.shape
    for rate in range(3):
        for run in range(5):
            one = lesson["batch_gradient"](theta[:, rate, run, 0], rows[run])
            np.testing.assert_allclose(together[:, rate, run, 0], one)


@pytest.mark.parametrize("beta", [0.0, 0.8])
def test_many_runs_on_all_points_are_heavy_balls(lesson, beta):
    rates = np.array([0.01, 0.05, 0.2])
    paths = lesson["many_runs"](100, np.tile(rates, (30, 1)), beta)
    for lr, path in zip(rates, paths.T, strict=True):
        ball = optimizers.heavy_ball(
            LINE.gradient, LINE.theta0, learning_rate=lr, beta=beta, n_iterations=30
        )
        np.testing.assert_allclose(path, lesson["distances"](ball.theta[1:]))


# --- Batch size, and dealing ----------------------------------------------------------------------


def test_the_cloud_goes_with_rate_over_size(cells):
    same = [
        exact_distance([lr] * 1000, 0.0, b)[-1] for b, lr in ((5, 0.02), (10, 0.04), (20, 0.08))
    ]
    assert same == pytest.approx([same[0]] * 3, rel=0.05)
    for size, lr in ((10, 0.02), (20, 0.02)):
        ratio = exact_distance([lr] * 1000, 0.0, size)[-1] / same[0]
        assert ratio == pytest.approx(np.sqrt((lr / size) / 0.004), rel=0.06)
    for line in printed(cells["rate-over-size"]).splitlines():
        size, lr = int(number_after("batch ", line)), number_after("lr ", line)
        exact = exact_distance([lr] * 1000, 0.0, size)[-1]
        assert number_after("distance ", line) == pytest.approx(exact, rel=0.12)


def test_dealt_batches_leave_a_smaller_cloud_than_drawn_ones(lesson):
    shares = []
    for lr in 0.02, 0.1:
        drawn = exact_distance([lr] * 1000, 0.0, 10)[-1]
        ends = [lesson["distances"](lesson["sgd"](lr, 0.0, 10, 100, s))[-100:] for s in range(10)]
        shares.append(np.sqrt(np.mean(np.square(ends))) / drawn)
    assert shares[0] < shares[1] < 0.8


def test_a_short_last_batch_can_make_the_cloud_larger_than_the_formula_says(lesson):
    """So the lesson says it of dealt batches of one size: here come 99 points, and then one."""
    drawn = exact_distance([0.1] * 1000, 0.0, 99)[-1]
    ends = [lesson["distances"](lesson["sgd"](0.1, 0.0, 99, 400, s))[-400:] for s in range(10)]
    assert np.sqrt(np.mean(np.square(ends))) > 4 * drawn


def test_the_cloud_lies_across_the_valley_because_its_batches_are_dealt(lesson):
    """Drawn ones would leave it nearly round: the noise has its curvature, which cancels."""
    curvatures, directions = np.linalg.eigh(LINE.hessian())
    singles = [lesson["batch_gradient"](LINE.minimiser, [k]) @ directions for k in range(100)]
    sigma = np.std(singles, axis=0) / np.sqrt(10)
    along, across = np.sqrt(theory.gradient_descent_variance(0.1, curvatures, sigma))
    assert 0.8 < along / across < 1.2
    places = np.concatenate([lesson["sgd"](0.1, 0.0, 10, 40, seed)[-200:] for seed in range(10)])
    dealt = (places @ directions).std(axis=0)
    assert dealt[0] < dealt[1] / 2
    assert dealt[1] > 0.75 * across
    assert dealt[0] < 0.5 * along
    steps = -1 / np.log(1 - 0.1 * curvatures)  # until an error has faded to 1/e; an epoch has ten
    assert steps[1] < 5 < 10 < steps[0]


# --- Decay ----------------------------------------------------------------------------------------


def test_the_schedules_have_the_shapes_that_the_words_say(lesson):
    t = np.linspace(0, 1, 1001)
    shapes = {name: shape(t) for name, shape in lesson["schedules"].items()}
    warm = shapes.pop("warm-up, cosine")
    assert warm[[0, 50, 100, 1000]] == pytest.approx([0, 1 / 2, 1, 0], abs=1e-12)
    assert np.all(np.diff(warm[:101]) > 0)
    stretched = np.interp(np.linspace(0, 1, 901), t, shapes["cosine"])
    np.testing.assert_allclose(warm[100:], stretched, atol=1e-5)
    for name, end in {"constant": 1, "step": 1 / 10, "1/t": 1 / 9, "cosine": 0}.items():
        assert shapes[name][[0, -1]] == pytest.approx([1, end], abs=1e-12), name
        assert np.all(np.diff(shapes[name]) <= 0), name
    np.testing.assert_array_equal(np.unique(shapes["step"]), [0.1, 1])
    assert np.flatnonzero(shapes["step"] < 1)[0] == 500
    assert np.all(np.diff(shapes["1/t"], 2) > 0)  # more and more slowly
    np.testing.assert_allclose(shapes["cosine"] + shapes["cosine"][::-1], 1)


def test_every_other_schedule_beats_both_constant_rates(cells, lesson):
    t = np.arange(200) / 200
    constant, *decays = [
        exact_distance(0.2 * shape(t), 0.0, 10)[-1] for shape in lesson["schedules"].values()
    ]
    small = exact_distance([0.02] * 200, 0.0, 10)
    assert max(decays) < 0.75 * small[-1] < small[-1] < constant
    assert small[-1] > 1.5 * exact_distance([0.02] * 1000, 0.0, 10)[-1]  # still on its way
    shown = printed(cells["compare-schedules"]).splitlines()
    for line, exact in zip(shown, [constant, *decays, small[-1]], strict=True):
        assert number_after("200 steps ", line) == pytest.approx(exact, rel=0.15)


def test_on_the_line_a_warm_up_is_only_late(lesson):
    t = np.arange(200) / 200
    warm, cosine = (
        exact_distance(0.2 * lesson["schedules"][name](t), 0.0, 10)
        for name in ("warm-up, cosine", "cosine")
    )
    assert np.all(warm[:20] > cosine[:20])
    assert warm[-1] == pytest.approx(cosine[-1], rel=0.1)


def test_a_warm_up_lets_a_run_start_on_steep_ground(cells, lesson):
    """The learning rate that a start bears: |x - lr (x + x³)| < |x|, so lr < 2/(1 + x²)."""
    walk = lesson["in_the_well"]
    for lr, flies in ((0.199, False), (0.201, True)):
        assert ("beyond" in walk(np.full(4000, lr))) == flies
    shown = printed(cells["start-on-steep-ground"]).splitlines()
    for line, lr, kind in zip(shown, (0.19, 0.5, 0.5), ("cosine",) * 2 + ("warm",), strict=True):
        x, t = np.float64(3), np.arange(40) / 40
        factors = (1 + np.cos(np.pi * t)) / 2
        if kind == "warm":
            factors = np.interp(t, [0, 0.1], [0, 1]) * np.where(
                t < 0.1, 1, (1 + np.cos(np.pi * (t - 0.1) / 0.9)) / 2
            )
        with np.errstate(all="ignore"):
            for factor in factors:
                x = x - lr * factor * (x + x**3)
        if np.isfinite(x):
            assert f"{abs(x):.0e} from the minimum" in line
        else:
            assert "beyond 1000" in line
    bends = [1 + 3 * x**2 for x in (0, 3)]
    assert bends == [1, 28]


def test_decay_does_for_the_heavy_ball_what_it_does_without_memory(cells, lesson):
    t = np.arange(200) / 200
    for name in "constant", "cosine":
        shape = lesson["schedules"][name](t)
        ball = exact_distance(0.02 * shape, 0.9, 10)[-1]
        assert ball == pytest.approx(exact_distance(0.2 * shape, 0.0, 10)[-1], rel=0.2)
        shown = number_after(f"{name:8} from 0.02: ", printed(cells["decay-with-memory"]))
        assert shown == pytest.approx(ball, rel=0.15)


# --- The explorer ---------------------------------------------------------------------------------


def test_only_a_decay_reaches_the_explorers_goal():
    scene = explorers.noise(LINE).scene
    hovers = scene.readouts["hovers"].values[..., 0]  # batch, learning rate, β, decay
    rates, betas, decays = (list(control.values) for control in scene.controls[1:])
    assert hovers[0, :, :, decays.index("stays")].min() > 0.2
    assert all((hovers[0, :, :, k] < 0.2).any() for k in range(1, 4))
    assert hovers[0, rates.index(0.02), betas.index(0.5), decays.index("drops at half-time")] < 0.2
    one = hovers[:3, rates.index(0.01), betas.index(0.5), 0]
    other = hovers[:3, rates.index(0.002), betas.index(0.9), 0]
    assert other == pytest.approx(one, rel=0.25)
    corner = hovers[0, rates.index(0.1), :, 0]
    assert corner[betas.index(0.9)] > 5 * np.sqrt(theory.memory(0.9)) * corner[0]


# --- Spot the bug ---------------------------------------------------------------------------------


def resting_place(deal):
    """Where a fixed order of batches comes to rest: the fixed point of one epoch's affine map."""
    line = LINE.batch(np.argsort(LINE.x))
    epoch = np.eye(5)
    for rows in deal:
        batch = line.batch(rows)
        gradient = np.column_stack([batch.hessian(), np.zeros((2, 2)), batch.gradient(np.zeros(2))])
        M = np.eye(5)
        M[2:4] = 0.8 * M[2:4] + gradient
        M[:2] -= 0.02 * M[2:4]
        epoch = M @ epoch
    return np.linalg.solve(np.eye(4) - epoch[:4, :4], epoch[:4, 4])[:2]


def test_in_a_fixed_order_the_run_rests_in_a_wrong_place(lesson):
    in_order = np.split(np.arange(100), [30, 60, 90])
    for name, deal in (("a", in_order), ("b", in_order[:-1])):
        place = resting_place(deal)
        np.testing.assert_allclose(lesson["programs"][name][-1], place, atol=1e-9)
        assert np.linalg.norm(place - LINE.minimiser) > 0.05


def test_the_right_program_is_the_lessons_own_descent(lesson):
    tidy = LINE.batch(np.argsort(LINE.x))
    theta, velocity = LINE.theta0, np.zeros(2)
    for epoch in range(20):
        for rows in np.split(np.random.default_rng(epoch).permutation(100), [30, 60, 90]):
            velocity = 0.8 * velocity + tidy.batch(rows).gradient(theta)
            theta = theta - 0.02 * velocity
    np.testing.assert_allclose(lesson["programs"]["right"][20], theta)


def test_every_wrong_program_has_its_own_symptom(lesson):
    right, *wrong = lesson["programs"].values()
    jitters = [np.sqrt(ends[100:].var(axis=0).sum()) for ends in (right, *wrong)]
    assert max(jitters[1:]) < jitters[0] / 4  # all of them look calmer
    assert max(jitters[1:3]) < 1e-4 < min(jitters[3:])
    arrivals = [np.flatnonzero(lesson["distances"](e) > 0.25)[-1] + 1 for e in (right, *wrong)]
    assert arrivals[3] > 3 * arrivals[0]
    assert arrivals[0] < arrivals[4] < arrivals[3]


# --- Your turn, and what is printed ---------------------------------------------------------------


def test_the_average_of_the_places_is_far_closer_than_the_places(lesson):
    late = np.array([lesson["sgd"](0.1, 0.0, 10, 40, seed)[-200:] for seed in range(10)])
    of_places = lesson["distances"](late).mean()
    assert lesson["distances"](late.mean(axis=1)).mean() < of_places / 5


def test_turn_1_prints_how_far_the_places_and_their_average_are(cells, lesson):
    late = np.array([lesson["sgd"](0.1, 0.0, 10, 40, seed)[-200:] for seed in range(10)])
    far = np.sqrt(((late - LINE.minimiser) ** 2).sum(axis=-1)).mean()
    middle = np.sqrt(((late.mean(axis=1) - LINE.minimiser) ** 2).sum(axis=-1)).mean()
    line = printed(cells["turn-numbers"]).splitlines()[0]
    assert line.endswith(f"the places are {far:.3f} off, their average {middle:.3f}")
    assert round(far / middle) == 9


def test_turn_2_halves_the_variance_on_both_ways(cells):
    lines = printed(cells["turn-numbers"]).splitlines()[1:]
    settings = [(10, 0.1), (20, 0.1), (10, 0.05)]
    exact = []
    for line, (size, lr) in zip(lines, settings, strict=True):
        rates, sizes = np.repeat([0.1, lr], 100), np.repeat([10, size], 100)
        exact.append(exact_distance(rates, 0.0, sizes)[-1])
        assert number_after(f"batch {size}, lr {lr:.2f}: ", line) == pytest.approx(
            exact[-1], rel=0.03
        )
        assert int(number_after("off, ", line)) == sizes.sum()
    assert (exact[0] / np.array(exact[1:])) ** 2 == pytest.approx(2, rel=0.1)


def test_the_portions_of_an_error_add_up(cells):
    weights = 0.9 ** np.arange(500)
    assert (weights.sum(), 0.1 * weights.sum()) == pytest.approx((10, 1))
    ball = number_after("ball : variance ", printed(cells["clouds-with-memory"]))
    recipe = number_after("recipe: variance ", printed(cells["cloud-of-the-recipe"]))
    assert ball == pytest.approx(theory.heavy_ball_variance(0.1, 0.9, 1.0), rel=0.03)
    assert recipe == pytest.approx(theory.momentum_variance(0.1, 0.9, 1.0), rel=0.03)


def test_the_lesson_prints_what_theory_says(cells):
    shown = printed(cells["balance-by-hand"])
    for name, variance in {
        "plain": theory.gradient_descent_variance(0.1, 1.0),
        "ball": theory.heavy_ball_variance(0.1, 0.9, 1.0),
        "recipe": theory.momentum_variance(0.1, 0.9, 1.0),
    }.items():
        assert f"{name:6}: variance {variance:.4f}" in shown
    assert f"{theory.gradient_descent_variance(0.1, 1.0):.4f}" in printed(cells["variance-by-hand"])
    assert "False" not in "".join(map(printed, cells.values()))


# --- Where its rules of thumb end -----------------------------------------------------------------


def variance_by_moments(step, beta, weight, n=20_000):
    """V of θ ← θ - v with v ← β v + weight · (step · θ + noise), by its second moments alone."""
    A = np.array([[1 - weight * step, -beta], [weight * step, beta]])  # of (θ, v), lr = λ = 1
    added = weight**2 * np.array([[1.0, -1.0], [-1.0, 1.0]])
    moments = np.zeros((2, 2))
    for _ in range(n):
        moments = A @ moments @ A.T + added
    return moments[0, 0]


@pytest.mark.parametrize(
    ("step", "heavier", "matched"), [(0.01, 9.98, 0.995), (1.0, 6.786, 0.5135), (1.9, 1.0, 0.0526)]
)
def test_memory_multiplies_the_cloud_for_short_steps_only(step, heavier, matched):
    """As the summary says: near its limit gradient descent's cloud is large, and memory cancels."""
    plain = theory.gradient_descent_variance(step, 1.0)
    ball = theory.heavy_ball_variance(step, 0.9, 1.0) / plain
    recipe = theory.momentum_variance(step, 0.9, 1.0) / plain
    assert (ball, recipe) == pytest.approx((heavier, matched), rel=2e-3)
    moments = [variance_by_moments(step, *each) for each in ((0, 1), (0.9, 1), (0.9, 0.1))]
    assert moments[1] / moments[0] == pytest.approx(ball, rel=1e-6)
    assert moments[2] / moments[0] == pytest.approx(recipe, rel=1e-6)


def test_what_robbins_and_monro_ask_for_is_enough_and_not_needed():
    """Rates like 1/√t arrive though their squares add up to infinity; a small 1/t hardly moves."""
    rates = 0.5 / np.sqrt(np.arange(1.0, 200_001))
    variance, seen = 1.0, []
    for lr in rates:
        variance = (1 - lr) ** 2 * variance + lr**2
        seen.append(variance)
    assert seen[-1] < 1e-3
    assert seen[-1] == pytest.approx(rates[-1] / 2, rel=0.01)  # a constant rate's cloud, V = lr/2
    assert np.prod(1 - 0.1 / np.arange(1.0, 100_001)) == pytest.approx(0.296, abs=0.01)
