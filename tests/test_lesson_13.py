"""Lesson 13: what it says of RMSprop, Adam and AdamW, and of the races that they win or do not."""

import re

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import adaptive, optimizers, problems

LESSON = "13_after_momentum"


@pytest.fixture(scope="module")
def lesson(cells):
    """What the learner has, once every cell that computes has run: the whole lesson, once."""
    names = {}
    for cell in cells.values():
        if cell.cell_type == "code" and not cell.id.startswith(("plot-", "explore-")):
            exec(cell.source, names)
    return names


def numbers(cell):
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", printed(cell))]


# --- By hand --------------------------------------------------------------------------------------


def test_the_methods_by_hand_are_the_librarys_elsewhere(lesson):
    bowl = problems.quadratic([0.5, 3.0], rotation=0.7)
    rms = lesson["descend_rmsprop"](bowl.gradient, [1.0, -2.0], 0.1, 0.8, 25)
    run = adaptive.rmsprop(bowl.gradient, [1.0, -2.0], learning_rate=0.1, beta=0.8, n_iterations=25)
    np.testing.assert_allclose(rms, run.theta, rtol=1e-9)
    adam = lesson["descend_adam"](bowl.gradient, [1.0, -2.0], 0.1, 25, beta1=0.5, beta2=0.9)
    run = adaptive.adam(
        bowl.gradient, [1.0, -2.0], learning_rate=0.1, beta1=0.5, beta2=0.9, n_iterations=25
    )
    np.testing.assert_allclose(adam, run.theta, rtol=1e-9)


def test_signs_alone_never_arrive(cells):
    """Two places, for ever: by hand, three more pairs of steps."""
    assert "step 5: θ [0.1 0.1]" in printed(cells["steps-of-one-length"])
    theta = 0.1
    for _ in range(6):
        theta -= 0.3 * np.sign(theta)
        assert min(abs(theta - 0.1), abs(theta + 0.2)) < 1e-12


def test_the_steepness_cancels(cells):
    lines = printed(cells["three-valleys"]).splitlines()[:3]
    assert len({line.partition("θ is")[2] for line in lines}) == 1


def test_adam_steps_by_its_learning_rate_and_rmsprop_begins_too_long(lesson):
    steps = -np.diff(lesson["adam_run"].theta, axis=0) / 0.1
    np.testing.assert_allclose(steps, 1, rtol=2e-5)
    steps = -np.diff(lesson["rms_run"].theta, axis=0) / 0.1
    weights = 1 - 0.99 ** np.arange(1, 4)
    np.testing.assert_allclose(steps, 1 / np.sqrt(weights)[:, None] * np.ones(2), rtol=2e-4)


@pytest.mark.parametrize("g", [1.0, 1e-3, 1e-5, 1e-7])
def test_the_places_of_epsilon(g, cells):
    """Outside, by the library's own first step; the others by its step with another ε."""
    (row,) = [
        list(map(float, line.split()))
        for line in printed(cells["places-of-epsilon"]).splitlines()[1:]
        if float(line.split()[0]) == g
    ]

    def first_step(epsilon):
        run = adaptive.adam(
            lambda t: np.array([g]), [0.0], learning_rate=1, epsilon=epsilon, n_iterations=1
        )
        return -run.theta[1, 0]

    inside = g / np.hypot(g, 1e-4)  # √(g² + ε) is the long side over g and √ε
    expected = [first_step(1e-8), inside, first_step(1e-8 / np.sqrt(1e-3))]
    np.testing.assert_allclose(row[1:], expected, atol=6e-4)


# --- Valleys --------------------------------------------------------------------------------------


def single_best(valley, start, run_one, settings):
    """Count the steps of every setting, run one by one, and return the fewest."""
    fewest = 10**9
    for setting in settings:
        path = run_one(valley.gradient, start, n_iterations=300, **setting).theta
        if len(path) <= 300:  # it has flown off
            continue
        left = np.linalg.norm(path, axis=1) / np.linalg.norm(start)
        late = np.flatnonzero(left > 0.01)
        fewest = min(fewest, late[-1] + 1)
    return fewest


@pytest.mark.parametrize(("degrees", "counts"), [(0, (217, 32, 9)), (45, (217, 32, 69))])
def test_the_counts_by_single_runs(degrees, counts, lesson):
    valley = problems.valley(100, rotation=np.radians(degrees))
    fifty = np.geomspace(0.005, 4, 50)
    pairs = [(lr, b) for b in (0.0, 0.5, 0.75, 0.9) for lr in fifty]
    grids = (
        (optimizers.gradient_descent, [{"learning_rate": r} for r in np.geomspace(0.005, 4, 200)]),
        (optimizers.heavy_ball, [{"learning_rate": r, "beta": b} for r, b in pairs]),
        (adaptive.adam, [{"learning_rate": r, "beta1": b} for r, b in pairs]),
    )
    assert len({len(settings) for _, settings in grids}) == 1  # equal effort
    for (method, settings), count in zip(grids, counts, strict=True):
        assert single_best(valley, valley.theta0, method, settings) == count


def test_a_turn_costs_adam_alone(cells):
    rows = [
        list(map(int, re.findall(r"\d+", line)))
        for line in printed(cells["turn-the-valley"]).splitlines()[1:]
    ]
    assert [row[:3] for row in rows] == [[angle, 217, 32] for angle in (0, 1, 10, 45)]
    adam = [row[3] for row in rows]
    assert adam == sorted(adam)
    assert adam[2] == 32
    assert adam[3] > 2 * 32


@pytest.mark.parametrize("degrees", [0, 10, 45])
def test_the_valley_by_hand_is_the_librarys(degrees, lesson):
    f, start = lesson["turned_valley"](degrees)
    valley = problems.valley(100, rotation=np.radians(degrees))
    np.testing.assert_allclose(start, valley.theta0, atol=1e-12)
    np.testing.assert_allclose(f(np.eye(2)), valley.gradient(np.eye(2)), atol=1e-12)


@pytest.mark.parametrize("beta2", [0.99, 0.9])
def test_at_45_degrees_another_memory_of_sizes_does_not_help_adam(beta2):
    valley = problems.valley(100, rotation=np.pi / 4)
    run = adaptive.adam(
        valley.gradient,
        valley.theta0,
        learning_rate=np.geomspace(0.005, 4, 50),
        beta1=[[0.0], [0.5], [0.75], [0.9], [0.95]],
        beta2=beta2,
        n_iterations=300,
    )
    left = np.linalg.norm(run.theta, axis=-1) / 2**0.5
    needed = len(left) - (left > 0.01)[::-1].argmax(axis=0)
    assert needed.min() > 60


def test_two_sizes_are_alike_at_45_degrees_and_not_along_the_axes(lesson, cells):
    rows = np.array(numbers(cells["sizes-when-turned"])).reshape(3, 3)
    assert np.ptp(rows[:, 1:] / rows[:, :1] * rows[:, :1], axis=1).max() <= 0.011
    assert (np.diff(rows[:, 1]) < 0).all()
    straight = problems.valley(100)
    g = straight.gradient(straight.theta0)
    assert g[1] / g[0] == pytest.approx(100)


def test_beyond_the_lessons_reach_of_the_explorer():
    """The goal needs learning rates of 0.6 and more, and at 45 degrees none does."""
    rates = np.round(np.geomspace(0.02, 1, 18), 3)
    for degrees in (20, 30, 45):
        valley = problems.valley(25, rotation=np.radians(degrees))
        run = adaptive.adam(
            valley.gradient,
            valley.theta0,
            learning_rate=rates,
            beta1=[[0.0], [0.5], [0.75], [0.9]],
            n_iterations=19,
        )
        met = (np.linalg.norm(run.theta, axis=-1) < 0.01 * 2**0.5).any(axis=0)
        assert met.any() == (degrees < 45)
        assert not met[:, rates < 0.6].any()


def test_from_an_uneven_start_the_lead_is_gone(lesson):
    """Turn 13.1: the path of each parameter does not see the curvatures, but the way's length."""
    plain, ball, adam = lesson["best_counts"](problems.valley(100).gradient, [2.0, 0.1])
    assert plain > 200
    assert 0 <= ball - adam < 5
    bowl = problems.valley(1)
    assert lesson["best_counts"](bowl.gradient, [2.0, 0.1])[2] == adam


def test_adam_does_not_come_to_rest():
    """Turn 13.2: it hovers, at a distance that goes with the learning rate; decay brings it in."""
    valley = problems.valley(100)
    run = adaptive.adam(
        valley.gradient, valley.theta0, learning_rate=[0.1, 0.3], beta2=0.9, n_iterations=3000
    )
    hovers = np.linalg.norm(run.theta[-500:], axis=-1).max(axis=0)
    assert hovers[0] > 0.004
    assert hovers[1] / hovers[0] == pytest.approx(3, rel=0.1)
    smaller = adaptive.adam(
        valley.gradient, run.theta[-1, 0], learning_rate=0.001, beta2=0.9, n_iterations=1500
    )
    assert np.linalg.norm(smaller.theta[-500:], axis=-1).max() < 0.03 * hovers[0]


# --- Weight decay ---------------------------------------------------------------------------------


def test_decay_inside_the_gradient_spares_the_weight_with_large_gradients(lesson):
    inside, beside = lesson["shrink"](0.1, 0.0), lesson["shrink"](0.0, 0.1)
    np.testing.assert_allclose(beside, 0.999**1000, atol=0.006)
    assert inside[0] == pytest.approx(0.37, abs=0.011)
    assert inside[1] > 0.98


# --- Races ----------------------------------------------------------------------------------------


def test_every_method_may_try_as_many_settings(lesson):
    for grids in (lesson["grids"], lesson["grids_in_units"]):
        assert {np.broadcast(*grid.values()).size for _, grid in grids.values()} == {24}


def test_each_method_got_its_best_setting_with_a_margin(lesson):
    network, validation = lesson["network"], lesson["validation"]
    for name, (method, grid) in lesson["grids"].items():
        run = method(network.gradient, network.theta0, n_iterations=100, **grid)
        rates = grid["learning_rate"]
        for budget in (20, 100):
            losses = np.sort(network.on(validation).value(run.theta[budget]).ravel())
            assert losses[1] / losses[0] > 1.002  # so that rounding does not choose
            assert rates[0] < lesson["chosen"][name, budget]["learning_rate"] < rates[-1]


def test_runs_do_not_hang_on_rounding(lesson):
    """What is chosen is the same on another machine: a nudge of 1e-13 changes no loss visibly."""
    network = lesson["network"]
    judge = network.on(lesson["validation"])
    for method, grid in lesson["grids"].values():
        losses = [
            judge.value(method(network.gradient, start, n_iterations=100, **grid).theta[-1])
            for start in (network.theta0, network.theta0 * (1 + 1e-13))
        ]
        small = losses[0] < 1.1 * losses[0].min()
        np.testing.assert_allclose(losses[1][small], losses[0][small], rtol=1e-6)


def test_adam_and_the_ball_end_level(lesson):
    right = lesson["right"]
    for budget in (20, 100):
        ball, adam = right["heavy ball", budget], right["Adam", budget]
        assert abs(np.median(ball) - np.median(adam)) < 0.5
        assert adam.min() < ball.max()
        assert ball.min() < adam.max()
    middle = {name: np.median(right[name, 100]) for name in lesson["grids"]}
    assert np.ptp(list(middle.values())) < 1
    assert right["RMSprop", 20].max() < np.median(right["heavy ball", 20])


def test_rmsprop_is_behind_for_want_of_an_average_and_not_of_a_correction(lesson):
    """Adam with β₁ = 0 is RMSprop, corrected. It is behind as well, tuned in the same way."""
    network, starts, judge = lesson["network"], lesson["starts"], lesson["network"].on
    grid = {"learning_rate": lesson["grids"]["Adam"][1]["learning_rate"], "beta2": lesson["sizes"]}
    run = adaptive.adam(network.gradient, network.theta0, beta1=0, n_iterations=20, **grid)
    losses = judge(lesson["validation"]).value(run.theta[-1])
    setting = lesson["best_setting"](grid, losses)
    run = adaptive.adam(network.gradient, starts, beta1=0, n_iterations=20, **setting)
    reads = 100 * judge(lesson["test"]).accuracy(run.theta[-1])
    assert np.median(reads) < lesson["right"]["Adam", 20].min()


def test_they_are_level_on_another_split():
    digits = problems.digits()
    order = np.random.default_rng(1).permutation(len(digits))
    network = problems.DigitNetwork(digits[order[:500]])
    judge = network.on(digits[order[900:]])
    starts = np.array([problems.DigitNetwork(network.data, seed=s).theta0 for s in range(1, 11)])
    ball = optimizers.heavy_ball(
        network.gradient, starts, learning_rate=1.6, beta=0.75, n_iterations=20
    )
    adam = adaptive.adam(network.gradient, starts, learning_rate=0.1, beta1=0.75, n_iterations=20)
    reads = [np.median(100 * judge.accuracy(run.theta[-1])) for run in (ball, adam)]
    assert abs(reads[0] - reads[1]) < 1


def test_as_it_comes_adam_has_hardly_moved(lesson, cells):
    low, high = (
        int(n) for n in re.search(r"(\d+) to (\d+) %", printed(cells["adam-as-it-comes"])).groups()
    )
    assert high < 100 * 0.82
    assert low < high
    moved = np.abs(
        adaptive.adam(
            lesson["network"].gradient, lesson["starts"], learning_rate=0.001, n_iterations=100
        ).theta[-1]
        - lesson["starts"]
    ).max()
    assert 0.1 < moved < 0.2


def test_in_other_units_adam_wins_and_scaling_brings_the_ball_back(lesson, cells):
    ball, adam = (
        list(map(int, re.findall(r"\d+", line.partition(":")[2])))
        for line in printed(cells["race-in-other-units"]).splitlines()
    )
    assert adam[0] > ball[2]  # the worst draw of Adam's, the middle one of the ball's
    assert adam[2] - ball[2] >= 5
    digits, order = lesson["digits"], lesson["order"]
    units = 10.0 ** np.random.default_rng(3).uniform(-1, 1, 64)
    scaled = problems.Digits(digits.X * units / units, digits.labels)
    model = problems.SoftmaxRegression(scaled[order[:500]])
    run = optimizers.heavy_ball(
        model.gradient, np.zeros(650), learning_rate=3.2, beta=0.75, n_iterations=20
    )
    assert model.on(scaled[order[900:]]).accuracy(run.theta[-1]) > 0.94


def test_the_ball_in_one_unit_was_tuned_in_the_same_way(lesson):
    model = problems.SoftmaxRegression(lesson["training"])
    grid = {"learning_rate": 0.4 * lesson["six"], "beta": lesson["memories"]}
    run = optimizers.heavy_ball(model.gradient, np.zeros(650), n_iterations=20, **grid)
    losses = model.on(lesson["validation"]).value(run.theta[-1])
    best = lesson["best_setting"](grid, losses)
    assert best == pytest.approx({"learning_rate": 3.2, "beta": 0.75})
    least, next_to_it = np.sort(losses.ravel())[:2]
    assert next_to_it / least > 1.01


def test_nothing_printed_is_false(cells):
    assert "False" not in "".join(map(printed, cells.values()))
