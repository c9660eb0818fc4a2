"""Lesson 9: what it says of the look-ahead, the promises and the trap, and what it writes."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from walks import walk

from course_tools.notebooks.cells import printed
from lessons_lib import problems, theory

LESSON = "09_looking_ahead"
BY_HAND = (
    "import-tools",
    "nesterov-by-hand",
    "plot-braking",
    "rate-by-roots",
    "four-versions",
    "growing-betas-by-hand",
    "growing-by-hand",
    "walls-by-hand",
    "restarts-by-hand",
    "trap-by-hand",
)
TRAP = problems.lessard_counterexample()
BEST = theory.best_heavy_ball(1.0, 25.0)


# --- Looking ahead --------------------------------------------------------------------------------


@pytest.mark.parametrize("product", [0.02, 0.1, 0.5, 0.9, 1.3])
def test_the_look_ahead_brakes_as_theory_says(lesson, product):
    path = lesson["look_ahead"](lambda x: x, [1.0], product, 0.9, 60)
    np.testing.assert_allclose(path, walk(lambda x: x, [1.0], product, 0.9, 60, ahead=1))
    rolled = path[1:-1] + 0.9 * (path[1:-1] - path[:-2])
    np.testing.assert_allclose(path[2:], (1 - product) * rolled, atol=1e-12)
    if product < 1:
        assert theory.nesterov_rate(product, 0.9, 1.0) == pytest.approx(
            np.sqrt(0.9 * (1 - product)), rel=1e-6
        )


def test_the_look_ahead_has_less_room():
    limit = theory.nesterov_limit(1.0, 0.9)
    assert limit == pytest.approx(2 * 1.9 / 2.8)
    for share, settles in ((0.99, True), (1.01, False)):
        path = walk(lambda x: x, [1.0], share * limit, 0.9, 3000, ahead=1)
        assert bool(abs(path[-1, 0]) < 1e-3) is settles


@pytest.mark.parametrize(("name", "ahead"), [("a", 0), ("b", -1), ("c", 1 / 0.9), ("d", 1)])
def test_the_four_versions_are_what_the_answer_says(lesson, name, ahead):
    theta, v = 1.0, 0.0
    path = [theta]
    for _ in range(300):
        theta, v = lesson["versions"][name](theta, v)
        path.append(theta)
    np.testing.assert_allclose(path, walk(lambda x: x, 1.0, 0.1, 0.9, 300, ahead=ahead), atol=1e-9)
    product = 0.9 * (1 - 0.1 * ahead)
    crests = np.abs(path / np.sqrt(product) ** np.arange(301))
    assert crests[200:].max() == pytest.approx(crests[100:200].max(), rel=0.02)
    if name == "b":
        assert product == pytest.approx(0.99)


@pytest.mark.parametrize("product", [0.02, 0.3, 0.9, 1.0, 1.2, 1.36, 1.8])
def test_the_rate_by_roots_is_the_librarys(lesson, product):
    rate = lesson["rate_ahead"](product, 0.9)
    assert rate == pytest.approx(theory.nesterov_rate(product, 0.9, 1.0), abs=1e-7)


# --- The first promise ----------------------------------------------------------------------------


def test_the_growing_betas_by_their_sums(lesson):
    """A second road to t: the square of each is the sum of all so far."""
    betas = lesson["growing_betas"](200)
    np.testing.assert_allclose(betas, theory.growing_betas(200), rtol=1e-12)
    t = [1.0]
    for _ in range(200):
        t.append(0.5 + np.sqrt(0.25 + sum(t)))
    times = np.array(t)
    np.testing.assert_allclose(betas, (times[:-1] - 1) / times[1:], rtol=1e-9)
    np.testing.assert_allclose(np.cumsum(times), times**2, rtol=1e-9)


def test_the_memory_is_a_third_of_the_way():
    for k in (100, 1000, 10_000):
        assert 1 / (1 - theory.growing_betas(k)[-1]) == pytest.approx(k / 3, rel=0.05)
    assert 1 / (1 - theory.growing_betas(10)[-1]) > 0.4 * 10  # soon, and not yet there


def with_velocity(gradient, start, lr, n, betas=None):
    """The lesson's first form of the method, with the β that grow: none at the first step."""
    theta, v = np.array(start, dtype=float), np.zeros(np.shape(start))
    path = [theta]
    betas = theory.growing_betas(n) if betas is None else betas
    for beta in [0.0, *betas][:n]:
        v = beta * v + gradient(theta - lr * beta * v)
        theta = theta - lr * v
        path.append(theta)
    return np.array(path)


def test_rolling_on_is_the_look_ahead_with_a_velocity(lesson):
    line = problems.noisy_line()
    ridden = lesson["ride"](line.gradient, line.theta0, 0.1, 200)
    np.testing.assert_allclose(
        ridden, with_velocity(line.gradient, line.theta0, 0.1, 200), atol=1e-9
    )


def share_of_promise(problem, start, lr, n=300, betas=None):
    """Give the most that is used of the promise, from the first step on."""
    path = with_velocity(problem.gradient, start, lr, n, betas)
    height = problem.value(path) - problem.value(problem.minimiser)
    distance = np.sum((np.asarray(start) - problem.minimiser) ** 2)
    return np.max((height * lr * np.arange(1, n + 2) ** 2 / (2 * distance))[1:])


@pytest.mark.parametrize("share", [0.1, 0.7, 1.0])
@pytest.mark.parametrize(
    "problem",
    [
        problems.noisy_line(),
        problems.quadratic([1.0, 0.3, 0.01], minimiser=[1.0, -2.0, 0.5]),
        problems.valley(1000.0, rotation=0.4),
        TRAP,
    ],
)
def test_the_promise_holds(problem, share):
    largest = 25.0 if problem is TRAP else theory.curvature_range(problem.hessian()).L
    assert share_of_promise(problem, problem.theta0, share / largest) <= 1
    assert share_of_promise(problem, problem.theta0, share / largest, betas=counted(300)) <= 1


def counted(n):
    """The β of turn 9.2, from t = (k + 1)/2, of which the proof of the promise asks this."""
    t = np.arange(2, n + 3) / 2
    assert np.all(t[1:] ** 2 - t[1:] <= t[:-1] ** 2)
    return (t[:-1] - 1) / t[1:]


def test_the_walls_use_up_the_promise(lesson):
    """On a wall the way is a sum of gradients, each with the weight of what it still moves."""
    steps = [1.0]
    for beta in theory.growing_betas(99)[:99]:
        steps.append(beta * steps[-1] + 1)
    way = sum(steps)
    far = lesson["far"]
    assert far == round(2 * way + 1)
    used = (far - way - 1 / 2) / (2 * far**2 / 101**2)
    assert used == pytest.approx(0.949, abs=1e-3)
    starts = np.linspace(0.5, 1.5, 41) * far
    heights = [
        lesson["wall_height"](with_velocity(lesson["wall_slope"], [start], 1.0, 100)[-1, 0])
        / start**2
        for start in starts
    ]
    assert starts[np.argmax(heights)] == far


def test_on_walls_a_constant_beta_stops_to_gain():
    """Its steps end at 1/(1 - β), so far out it breaks the promise that the growing β keeps."""
    wall, far, n = (lambda x: np.clip(x, -1, 1)), 2e5, 10_000
    way = far - walk(wall, [far], 1.0, 0.9, n, ahead=1)[-1, 0]
    assert way == pytest.approx(10 * n, rel=0.01)
    assert far - way > 2 * far**2 / (n + 1) ** 2


def test_beyond_four_thirds_the_growing_beta_flies_away():
    assert theory.nesterov_limit(1.0, 1 - 1e-9) == pytest.approx(4 / 3)
    bowl = problems.parabola()
    assert share_of_promise(bowl, [1.0], 1.25, 2000) < 1
    assert share_of_promise(bowl, [1.0], 1.4, 400) > 1e6


# --- Bowls, and the promise with μ ----------------------------------------------------------------


@pytest.mark.parametrize("kappa", [4.0, 12.8, 400.0])
def test_the_settings_for_bowls(kappa):
    root, curvatures = np.sqrt(kappa), np.linspace(1.0, kappa, 500)
    rates = theory.nesterov_rate(1 / kappa, (root - 1) / (root + 1), curvatures)
    assert rates.max() == pytest.approx(1 - 1 / root, rel=1e-6)
    best = theory.best_nesterov(1.0, kappa)
    rates = theory.nesterov_rate(best.learning_rate, best.beta, curvatures)
    assert rates.max() == pytest.approx(best.rate, rel=1e-6)
    assert theory.best_heavy_ball(1.0, kappa).rate < best.rate < 1 - 1 / root


def test_the_promise_with_mu_holds(cells):
    starts = np.linspace(-5, 5, 100)[:, None]
    path = walk(TRAP.gradient, starts, 1 / 25, 2 / 3, 20, ahead=1)
    first = TRAP.value(starts) + starts[:, 0] ** 2 / 2
    used = np.max((TRAP.value(path) / first / 0.8 ** np.arange(21)[:, None])[1:])
    assert used <= 1
    assert f"at most {used:.2f} is used" in printed(cells["second-promise"])
    for bowl in (problems.valley(25.0), problems.valley(400.0, rotation=1.0)):
        mu, largest = theory.curvature_range(bowl.hessian())
        root = np.sqrt(largest / mu)
        path = walk(bowl.gradient, bowl.theta0, 1 / largest, (root - 1) / (root + 1), 500, ahead=1)
        first = bowl.value(bowl.theta0) + mu / 2 * np.sum(bowl.theta0**2)
        assert np.all(bowl.value(path) <= first * (1 - 1 / root) ** np.arange(501) + 1e-300)


# --- Waves and restarts ---------------------------------------------------------------------------


def test_a_long_valley_makes_waves_and_restarts_cut_them_off(lesson):
    valley, start = problems.valley(1000.0), np.ones(2)
    waves = valley.value(lesson["ride"](valley.gradient, start, 1.0, 600))
    crests = (waves[1:-1] > waves[:-2]) & (waves[1:-1] > waves[2:])
    assert np.sum(crests) == 5
    afresh, restarts = lesson["ride_afresh"](valley.gradient, start, 1.0, 600)
    assert restarts == [120, 240, 360, 480, 600]
    root = np.sqrt(1000)
    tuned = walk(valley.gradient, start, 1.0, (root - 1) / (root + 1), 600, ahead=1)
    assert valley.value(afresh[-1]) < valley.value(tuned[-1]) < valley.value(afresh[0]) * 1e-12
    # Longer valleys wait longer, with the root of κ.
    for kappa in (250.0, 4000.0):
        valley = problems.valley(kappa)
        first = lesson["ride_afresh"](valley.gradient, start, 1.0, 600)[1][0]
        assert first == pytest.approx(120 * np.sqrt(kappa / 1000), rel=0.03)


def test_a_restarted_run_is_rounds_of_the_same_ride(lesson):
    line = problems.noisy_line()
    path, restarts = lesson["ride_afresh"](line.gradient, line.theta0, 0.24, 60)
    edges = [0, *restarts, 60]
    for begin, end in pairwise(edges):
        again = with_velocity(line.gradient, path[begin], 0.24, end - begin)
        np.testing.assert_allclose(path[begin : end + 1], again, atol=1e-9)
    assert len(restarts) > 2


# --- The trap -------------------------------------------------------------------------------------


def exact_cycle():
    """Solve for the three points of the cycle in fractions, with lr 1/9 and β 4/9."""
    lr, beta = Fraction(1, 9), Fraction(4, 9)
    s = 1 + beta - 25 * lr
    # q = s p - β r,  r = s q + 24 lr - β p,  p = s r - β q, solved by elimination
    rows = [[s, -1, -beta, 0], [-beta, s, -1, -24 * lr], [-1, -beta, s, 0]]
    for k in range(3):
        rows[k] = [each / rows[k][k] for each in rows[k]]
        for other in set(range(3)) - {k}:
            factor = rows[other][k]
            rows[other] = [a - factor * b for a, b in zip(rows[other], rows[k], strict=True)]
    return [row[3] for row in rows]


def test_the_cycle_in_fractions_and_by_running():
    cycle = exact_cycle()
    assert [round(float(x), 4) for x in cycle] == [-1.8024, 2.1159, 0.6465]
    slopes = [Fraction(25) * x - (24 if x > 2 else 0) for x in cycle]
    for k in range(3):
        before, now, after = cycle[k - 2], cycle[k - 1], cycle[k]
        assert after == now + Fraction(4, 9) * (now - before) - slopes[k - 1] / 9
    assert cycle[0] < 1
    assert cycle[1] > 2
    assert cycle[2] < 1
    run = walk(TRAP.gradient, [3.3], BEST.learning_rate, BEST.beta, 3000)[-3:, 0]
    shift = int(np.argmin(run))
    np.testing.assert_allclose(np.roll(run, -shift), [float(x) for x in cycle], atol=1e-9)


def test_the_cycle_attracts():
    """All its points have the curvature 25 about them, so nearness shrinks at the rate √β."""
    assert set(TRAP.hessian(np.array([[float(x)] for x in exact_cycle()])).ravel()) == {25.0}
    rate = theory.heavy_ball_rate(BEST.learning_rate, BEST.beta, 25.0)
    assert rate == pytest.approx(BEST.rate, rel=1e-6)
    assert rate < 1


def test_the_trap_by_hand_is_the_librarys_and_a_bowl(lesson):
    x = np.linspace(-6, 6, 2401)
    slope = lesson["trap_slope"](x)
    np.testing.assert_allclose(slope, TRAP.gradient(x[:, None])[:, 0], atol=1e-12)
    steepness = np.diff(slope) / np.diff(x)
    assert 1 - 1e-9 <= steepness.min() <= steepness.max() <= 25 + 1e-9
    assert lesson["lr"] == pytest.approx(BEST.learning_rate)
    assert lesson["beta"] == pytest.approx(BEST.beta)


def test_who_arrives_in_the_trap(cells):
    """Gradient descent must: each step shrinks by a factor of at most 12/13, whatever the slope."""
    rate = theory.best_gradient_descent(1.0, 25.0).rate
    path = np.abs(walk(TRAP.gradient, [3.3], 2 / 26, 0.0, 400)[:, 0])
    assert np.all(path[1:] <= rate * path[:-1] + 1e-15)
    starts = np.linspace(-5, 5, 100)[:, None]
    careful = 1.9 * (1 - 4 / 9) / 25
    settings = [(2 / 26, 0, 0), (1 / 9, 4 / 9, 0), (careful, 4 / 9, 0), (1 / 25, 2 / 3, 1)]
    rows = printed(cells["who-arrives"]).splitlines()
    for row, (lr, beta, ahead) in zip(rows, settings, strict=False):
        last = walk(TRAP.gradient, starts, lr, beta, 1000, ahead=ahead)[-1]
        assert f": {np.sum(np.abs(last) < 1e-6)} of 100" in row
    assert theory.nesterov_limit(25.0, 4 / 9) < 1 / 9
    assert rows[-1].endswith(": 0 of 100 arrive")


@pytest.mark.parametrize("beta", [0.3, 4 / 9, 0.9])
def test_the_careful_heavy_ball_keeps_its_own_promise(beta):
    """Theorem 1 of Ghadimi and others, at lr = (1 - β)/L: of the height at the mean place."""
    for far in (3.0, 50.0, 2686.0):
        path = walk(lambda x: np.clip(x, -1, 1), [far], 1 - beta, beta, 2000)[:, 0]
        n = np.arange(1, 2002)
        mean = np.abs(np.cumsum(path) / n)
        height = np.where(mean < 1, mean**2 / 2, mean - 1 / 2)
        assert np.all(height <= far**2 / (2 * n) * (beta / (1 - beta) + 1) + 1e-9)


def test_the_careful_heavy_ball_is_no_faster_than_gradient_descent():
    """At 2 (1 - β)/L the floor of a bowl shrinks by 1 minus about 2/κ, whatever β is."""
    for kappa in (1e3, 1e5):
        for beta in (0.5, 0.9):
            rate = theory.heavy_ball_rate(2 * (1 - beta) / kappa, beta, 1.0)
            assert (1 - rate) * kappa == pytest.approx(2, rel=0.03)


# --- The turns ------------------------------------------------------------------------------------


def test_a_little_caution_moves_the_trap(cells):
    starts = np.append([1, 3, 3.3, 4], np.linspace(-5, 5, 100))[:, None]
    for row, share in zip(
        printed(cells["turn-numbers-1"]).splitlines(), (1, 0.95, 0.9), strict=True
    ):
        last = walk(TRAP.gradient, starts, share / 9, 4 / 9, 3000)[-1, :, 0]
        lost = starts[np.abs(last) > 1e-6, 0].tolist()
        few = [each for each in lost if each in (1, 3, 3.3, 4)]
        assert row.endswith(f"caught from {few}, and from {len(lost) - len(few)} of the 100 starts")


def test_on_walls_another_rule_keeps_the_promise_and_one_restart_saves_the_climb(cells, lesson):
    far, wall, height = lesson["far"], lesson["wall_slope"], lesson["wall_height"]
    said = printed(cells["turn-numbers-2"])
    path = with_velocity(wall, [far], 1.0, 600, counted(600))[:, 0]
    used = np.max(height(path) * np.arange(1, 602) ** 2 / (2 * far**2))
    assert f"uses at most {used:.3f} of the promise" in said
    grown = with_velocity(wall, [far], 1.0, 600)[:, 0]
    past = int(np.argmax(grown < 0))
    assert f"restarts after steps [{past}]" in said
    again = with_velocity(wall, [grown[past]], 1.0, 600)[:, 0]
    for name, ridden in (("growing β", grown), ("afresh", np.append(grown[:past], again))):
        rest = np.flatnonzero(np.abs(ridden) > 1e-6)[-1] + 1
        assert f"{name}: furthest on the other side {ridden.min():.1f}" in said
        assert f"within 1e-6 for good after {rest} steps" in said


def test_the_proof_asks_of_t_that_it_grows(lesson):
    """Turn 9.2: with t = 1 for ever the squares obey, it is gradient descent, and promises less."""
    t = [Fraction(k + 1, 2) for k in range(1, 300)]
    assert t[0] == 1
    assert all(after**2 - after <= now**2 for now, after in pairwise(t))
    assert [(now - 1) / after for now, after in pairwise(t)] == [
        Fraction(k - 1, k + 2) for k in range(1, 299)
    ]
    far, height = lesson["far"], lesson["wall_height"]
    plain = walk(lesson["wall_slope"], far, 1.0, 0.0, 100)
    assert height(plain[100]) > 1.8 * 2 * far**2 / 101**2


@pytest.mark.parametrize("product", [0.2, 0.9, 0.999, 1.0, 1.2, 1.33])
def test_with_the_look_ahead_a_ball_swings_below_one_alone(product):
    """A critical β, (1 - √p)/(1 + √p), is there for lr · λ = p below 1; beyond, β only slows."""
    betas = np.linspace(0.001, 0.999, 999)
    q = 1 - product
    swings = ((1 + betas) * q) ** 2 < 4 * betas * q - 1e-15
    if product < 1:
        border = (1 - np.sqrt(product)) / (1 + np.sqrt(product))
        assert np.array_equal(swings, betas > border)
    else:
        assert not swings.any()


def test_the_best_heavy_ball_has_the_best_rate_and_is_not_ahead_at_every_step(lesson):
    """In the long valley restarts are ahead of it for hundreds of steps; the rate wins later."""
    best = theory.best_heavy_ball(0.001, 1.0)
    curvatures = np.array([0.001, 1.0])
    ball = walk(lambda x: curvatures * x, [1.0, 1.0], best.learning_rate, best.beta, 600)
    afresh = lesson["ride_afresh"](lambda x: curvatures * x, [1.0, 1.0], 1.0, 600)[0]
    ball, afresh = ((curvatures * path**2).sum(axis=1) for path in (ball, afresh))
    assert afresh[100] < 0.001 * ball[100]
    assert afresh[300] < ball[300]
    assert ball[600] < 0.1 * afresh[600]
