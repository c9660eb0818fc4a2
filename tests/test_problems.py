"""The problems: derivatives by differences, data against the recipe, claims by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib import problems

LINE = problems.noisy_line()

PROBLEMS = {
    "line": LINE,
    "standardised line": LINE.standardised(),
    "batch of the line": LINE.batch(slice(0, 7)),
    "bowl in 3-D": problems.quadratic([0.5, 2.0, 7.0], minimiser=[1.0, -2.0, 3.0]),
    "turned bowl": problems.quadratic([0.5, 2.0], rotation=0.7, minimiser=[1.0, -2.0]),
    "valley": problems.valley(20.0, rotation=-0.3),
    "parabola": problems.parabola(3.0),
    "saddle": problems.saddle(-0.5),
    "plateau": problems.plateau(),
    "two valleys": problems.two_valleys(),
    "counterexample": problems.lessard_counterexample(),
}
WITH_MINIMISER = [name for name in PROBLEMS if name != "saddle"]
each = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
each_with_minimiser = pytest.mark.parametrize(
    "problem", [PROBLEMS[name] for name in WITH_MINIMISER], ids=WITH_MINIMISER
)
coordinate = st.floats(-10, 10)
point = st.tuples(coordinate, coordinate).map(np.array)


def some_points(problem, n=200):
    """Return points around the start, none beside a kink of the counterexample's gradient."""
    points = problem.theta0 + 3 * np.random.default_rng(1).standard_normal((n, len(problem.theta0)))
    beside_kink = np.min(np.abs(points[..., None] - [1.0, 2.0]), axis=(1, 2)) < 1e-3
    return points[~beside_kink]


def differences(function, points, h):
    """Return the central differences of a function along each axis, on a new last axis."""
    steps = h * np.eye(points.shape[-1])
    return np.stack(
        [(function(points + e) - function(points - e)) / (2 * h) for e in steps], axis=-1
    )


def simulate(gradient, theta0, lr, beta=0.0, weight=1.0, n=1000):
    """Run v = beta v + weight g, theta = theta - lr v, and return every position."""
    theta = np.array(theta0, dtype=float)
    velocity, path = np.zeros_like(theta), [theta]
    for _ in range(n):
        velocity = beta * velocity + weight * gradient(theta)
        theta = theta - lr * velocity
        path.append(theta)
    return np.array(path)


# --- What every problem promises ------------------------------------------------------------------


@each
def test_the_gradient_is_that_of_the_value(problem):
    points = some_points(problem)
    by_differences = differences(problem.value, points, 1e-5)
    np.testing.assert_allclose(problem.gradient(points), by_differences, rtol=1e-6, atol=1e-6)


@each
def test_the_hessian_is_that_of_the_gradient(problem):
    points = some_points(problem)
    by_differences = differences(problem.gradient, points, 1e-5)
    hessian = np.broadcast_to(problem.hessian(points), by_differences.shape)
    np.testing.assert_allclose(hessian, by_differences, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(hessian, hessian.swapaxes(-1, -2))


@each
def test_a_grid_of_points_gives_what_the_points_give(problem):
    d = len(problem.theta0)
    grid = problem.theta0 + np.random.default_rng(2).standard_normal((4, 3, d))
    values, gradients, hessians = problem.value(grid), problem.gradient(grid), problem.hessian(grid)
    assert values.shape == (4, 3)
    assert gradients.shape == (4, 3, d)
    for index in np.ndindex(4, 3):
        theta = grid[index]
        np.testing.assert_allclose(values[index], problem.value(theta), rtol=1e-12)
        np.testing.assert_allclose(
            gradients[index], problem.gradient(theta), rtol=1e-12, atol=1e-12
        )
        one = hessians[index] if hessians.ndim > 2 else hessians
        np.testing.assert_allclose(one, problem.hessian(theta), rtol=1e-12)


@each
def test_numbers_are_float64_and_lists_are_welcome(problem):
    theta = [1] * len(problem.theta0)
    for result in (problem.value(theta), problem.gradient(theta), problem.theta0):
        assert result.dtype == np.float64


@each_with_minimiser
def test_nowhere_is_lower_than_at_the_minimiser(problem):
    np.testing.assert_allclose(problem.gradient(problem.minimiser), 0, atol=1e-12)
    assert np.all(problem.value(problem.minimiser) <= problem.value(some_points(problem)))
    assert np.linalg.eigvalsh(problem.hessian(problem.minimiser)).min() > 0


@each
@pytest.mark.parametrize("shape", [(), (5,), (2, 5)])
def test_points_of_another_dimension_are_refused(problem, shape):
    for ask in (problem.value, problem.gradient):
        with pytest.raises(ValueError, match=r"theta has shape .* must have length \d,.*try theta"):
            ask(np.ones(shape))


def test_a_column_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"shape \(2, 1\).*theta.ravel"):
        LINE.gradient(np.ones((2, 1)))


@each
def test_nobody_can_change_the_start_of_the_others(problem):
    theta = problem.theta0
    try:
        theta += 1
    except ValueError:  # read-only
        return
    assert not np.array_equal(theta, problem.theta0)  # a copy


# --- The line -------------------------------------------------------------------------------------


def recipe_data():
    random = np.random.RandomState(0)
    X = 2 * random.rand(100, 1)
    y = 4 + 3 * X + random.randn(100, 1)
    return np.c_[np.ones((100, 1)), X], y, random.randn(2, 1)


def test_the_line_has_the_recipes_data():
    A, y, theta0 = recipe_data()
    np.testing.assert_array_equal(LINE.A, A)
    np.testing.assert_array_equal(LINE.x, A[:, 1])
    np.testing.assert_array_equal(LINE.y, y.ravel())
    np.testing.assert_array_equal(LINE.theta0, theta0.ravel())


def test_the_minimum_of_the_line():
    A, y, _ = recipe_data()
    by_normal_equations = np.linalg.solve(A.T @ A, A.T @ y).ravel()
    np.testing.assert_allclose(LINE.minimiser, by_normal_equations, rtol=1e-12)
    np.testing.assert_allclose(LINE.minimiser, [4.22215108, 2.96846751], atol=5e-9)
    assert LINE.value(LINE.minimiser) == pytest.approx(0.9924, abs=5e-5)


@pytest.mark.parametrize(
    ("beta", "end"),
    [(0.9, [4.20713811, 2.98178897]), (0.0, [4.20607718, 2.98273036])],
)
def test_the_recipes_run_ends_at_the_recipes_digits(beta, end):
    path = simulate(LINE.gradient, LINE.theta0, 0.01, beta, weight=1 - beta, n=1000)
    np.testing.assert_array_equal(np.round(path[-1], 8), end)


@given(point)
def test_the_gradient_of_the_line_is_the_textbooks(theta):
    A, y, _ = recipe_data()
    textbook = 2 / 100 * A.T @ (A @ theta[:, None] - y)
    np.testing.assert_allclose(LINE.gradient(theta), textbook.ravel(), rtol=1e-12, atol=1e-12)


@given(point)
def test_the_value_of_the_line_is_the_mean_squared_residual(theta):
    residuals = theta[0] + theta[1] * LINE.x - LINE.y
    np.testing.assert_allclose(LINE.value(theta), np.mean(residuals**2), rtol=1e-12)


def test_standardising_keeps_the_line_and_changes_the_valley():
    standardised = LINE.standardised()
    np.testing.assert_allclose(standardised.x.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(standardised.x.std(), 1)
    np.testing.assert_allclose(
        standardised.A @ standardised.theta0, LINE.A @ LINE.theta0, rtol=1e-12
    )
    np.testing.assert_allclose(
        standardised.A @ standardised.minimiser, LINE.A @ LINE.minimiser, rtol=1e-12
    )
    assert np.linalg.cond(LINE.hessian()) == pytest.approx(12.833988)
    assert np.linalg.cond(standardised.hessian()) == pytest.approx(1)


def test_only_features_that_vary_can_be_standardised():
    for A in ([[1.0, 2.0], [1.0, 2.0]], [[2.0, 1.0], [2.0, 3.0]]):
        with pytest.raises(ValueError, match=r"ones in its first column.*Try A = \[1, x\]"):
            problems.LeastSquares(A, [1.0, 2.0], [0.0, 0.0]).standardised()


@given(st.permutations(range(100)), point)
def test_equal_batches_average_to_the_whole(rows, theta):
    batches = [LINE.batch(part) for part in np.split(np.array(rows), 10)]
    mean = np.mean([batch.gradient(theta) for batch in batches], axis=0)
    np.testing.assert_allclose(mean, LINE.gradient(theta), rtol=1e-10, atol=1e-10)


def test_a_batch_is_chosen_by_slice_index_or_mask():
    for rows in (slice(3, 6), [3, 4, 5], (np.arange(100) > 2) & (np.arange(100) < 6)):
        np.testing.assert_array_equal(LINE.batch(rows).y, LINE.y[3:6])


@pytest.mark.parametrize("rows", [slice(0, 0), [], 3])
def test_an_empty_batch_is_refused(rows):
    with pytest.raises(ValueError, match=r"A has shape .* at least one row"):
        LINE.batch(np.array(rows, dtype=int) if rows == [] else rows)


def test_one_observation_has_many_best_lines_and_still_a_value():
    one = LINE.batch([5])
    theta = np.array([1.0, -2.0])
    np.testing.assert_allclose(one.value(theta), (theta @ one.A[0] - one.y[0]) ** 2)


def test_columns_are_refused_before_they_broadcast():
    A, y, theta0 = recipe_data()
    with pytest.raises(ValueError, match=r"y has shape \(100, 1\).*ravel"):
        problems.LeastSquares(A, y, theta0.ravel())
    with pytest.raises(ValueError, match=r"theta0 has shape \(2, 1\).*ravel"):
        problems.LeastSquares(A, y.ravel(), theta0)
    with pytest.raises(ValueError, match=r"A has shape \(100,\).*column_stack"):
        problems.LeastSquares(A[:, 1], y.ravel(), theta0.ravel())


# --- Bowls ----------------------------------------------------------------------------------------


@given(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), st.floats(-7, 7), point)
def test_a_turned_bowl_has_the_curvatures_asked_for_along_turned_axes(curvatures, angle, bottom):
    bowl = problems.quadratic(curvatures, rotation=angle, minimiser=bottom)
    first = np.array([np.cos(angle), np.sin(angle)])
    second = np.array([-np.sin(angle), np.cos(angle)])
    for axis, curvature in zip((first, second), curvatures, strict=True):
        np.testing.assert_allclose(bowl.hessian() @ axis, curvature * axis, atol=1e-12 * 100)
        assert axis @ (bowl.theta0 - bowl.minimiser) == pytest.approx(1)
        height = bowl.value(bowl.minimiser + axis)
        assert height == pytest.approx(curvature / 2, rel=1e-9, abs=1e-11)
    np.testing.assert_array_equal(bowl.minimiser, bottom)


@given(st.floats(1, 1e4), st.floats(-7, 7))
def test_a_valley_has_its_condition_number(kappa, angle):
    H = problems.valley(kappa, rotation=angle).hessian()
    assert np.linalg.cond(H) == pytest.approx(kappa, rel=1e-6)
    assert np.linalg.eigvalsh(H)[-1] == pytest.approx(1)


def test_the_floor_of_a_valley_runs_along_its_rotation():
    valley = problems.valley(50.0, rotation=np.pi / 6)
    floor = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    assert valley.value(floor) == pytest.approx(0.5 / 50)


def test_a_parabola_is_half_its_curvature_times_the_square():
    assert problems.parabola(3.0).value(np.array([2.0])) == pytest.approx(6.0)
    np.testing.assert_allclose(problems.parabola(3.0).gradient(np.array([2.0])), [6.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: problems.quadratic([1.0, 0.0]),
            r"eigenvalues\[1\] is 0\.0; it must be positive.*saddle",
        ),
        (lambda: problems.quadratic(2.0), "eigenvalues is 2.0.*list of numbers"),
        (lambda: problems.quadratic([1.0, np.nan]), r"eigenvalues\[1\] is nan"),
        (lambda: problems.quadratic([1.0] * 3, rotation=1.0), "rotation is 1.0.*d is 3"),
        (lambda: problems.quadratic([1.0, 2.0], minimiser=[1.0]), "must have shape"),
        (lambda: problems.valley(0.5), "condition_number is 0.5.*1 or more"),
        (lambda: problems.valley(np.nan), "condition_number is nan"),
        (lambda: problems.parabola(-1.0), "curvature is -1.0; it must be positive"),
        (lambda: problems.valley([2.0, 3.0]), "condition_number is .*a single number"),
        (lambda: problems.saddle(1.0), "curvature is 1.0.*negative"),
        (lambda: problems.Quadratic(np.eye(2)[::-1], np.zeros(2), np.zeros(2)), "H is .*saddle"),
        (lambda: problems.noisy_signal(0), "n is 0.*1 or more"),
        (lambda: problems.noisy_signal(2.5), "n is 2.5.*whole number"),
        (lambda: problems.noisy_signal(n=3, noise=[0.1] * 3), "noise is .*a single number"),
        (lambda: problems.LeastSquares([[1.0]], [np.nan], [0.0]), r"y\[0\] is nan; .*finite"),
        (lambda: problems.noisy_signal(noise=-1.0), "noise is -1.0.*0 or more"),
        (lambda: problems.noisy_gradient(LINE.gradient, np.nan, None), "noise is nan"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_value_and_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# --- Beyond bowls: the claims in the docstrings, measured -----------------------------------------


def test_a_saddle_falls_along_one_axis_and_rises_along_the_other():
    saddle = problems.saddle(-2.0)
    np.testing.assert_array_equal(saddle.gradient(np.zeros(2)), [0, 0])
    assert saddle.value(np.array([0.0, 1.0])) == -1.0
    assert saddle.value(np.array([1.0, 0.0])) == 0.5


def test_a_saddle_starts_almost_on_its_ridge():
    np.testing.assert_array_equal(problems.saddle().theta0, [1.0, 0.01])


def arrival(path):
    """Return the first step at which |x| < 1."""
    return int(np.argmax(np.abs(path) < 1))


@pytest.mark.parametrize(
    ("start", "lr", "plain", "averaged", "heavy_ball"),
    [(9.0, 0.1, 3315, 3295, 36), (9.0, 1.0, 332, 36, 6), (5.0, 0.1, 3004, 3038, 320)],
)
def test_what_carries_across_the_plateau(start, lr, plain, averaged, heavy_ball):
    slope = problems.plateau().gradient
    assert arrival(simulate(slope, [start], lr, n=4000)) == plain
    assert arrival(simulate(slope, [start], lr, 0.9, weight=0.1, n=4000)) == averaged
    assert arrival(simulate(slope, [start], lr, 0.9, n=400)) == heavy_ball


def test_in_the_well_of_the_plateau_memory_costs_time():
    slope = problems.plateau().gradient

    def rests(path):
        return int(np.flatnonzero(np.abs(path) >= 0.01)[-1]) + 1

    assert rests(simulate(slope, [1.0], 0.1)) == 47
    assert rests(simulate(slope, [1.0], 0.1, 0.9, weight=0.1)) == 89
    assert rests(simulate(slope, [1.0], 0.1, 0.9)) == 83


def test_the_shelf_of_the_plateau_is_nearly_flat_and_its_hill_is_not():
    slope = problems.plateau().gradient(np.array([[5.0], [9.0]])).ravel()
    np.testing.assert_allclose(slope, [0.018, 1], rtol=0.02)
    assert problems.plateau().value(np.zeros(1)) == 0


def test_the_heights_of_the_two_valleys_and_the_pass():
    valleys = problems.two_valleys()
    shallow, top, deep = np.array([[0.8789], [0.2091], [-1.0880]])
    for x in (shallow, top, deep):
        np.testing.assert_allclose(valleys.gradient(x), 0, atol=2e-4)
    assert valleys.value(deep) < valleys.value(shallow) < valleys.value(top)
    np.testing.assert_allclose(valleys.minimiser, deep, atol=5e-5)


@pytest.mark.parametrize(
    ("method", "into_the_deep", "into_the_shallow"),
    [
        ("plain", [], [0.0]),
        ("averaged", [0.95, 0.99], [0.5, 0.7, 0.8, 0.9]),
        ("heavy ball", [0.8, 0.9, 0.95], [0.5, 0.7, 0.99]),
    ],
)
def test_what_carries_past_the_shallow_valley(method, into_the_deep, into_the_shallow):
    valleys = problems.two_valleys()
    beta = np.array([into_the_deep + into_the_shallow]).T
    weight = 1 - beta if method == "averaged" else 1.0
    start = np.full(beta.shape, valleys.theta0)
    path = simulate(valleys.gradient, start, 0.05, beta, weight, n=5000)
    expected = [-1.0880] * len(into_the_deep) + [0.8789] * len(into_the_shallow)
    np.testing.assert_allclose(path[-1].ravel(), expected, atol=5e-4)
    if 0.99 in into_the_shallow:  # it has been in the deep valley, and left
        assert path[:, -1].min() < -1.0880


def test_the_counterexample_has_the_published_slope():
    slope = problems.lessard_counterexample().gradient
    for x, expected in [(-2.0, -50.0), (0.5, 12.5), (1.0, 25.0), (1.5, 25.5), (3.0, 51.0)]:
        np.testing.assert_allclose(slope(np.array([x])), [expected])


def test_heavy_ball_cycles_on_the_counterexample_and_gradient_descent_does_not():
    trap = problems.lessard_counterexample()
    cycle = simulate(trap.gradient, trap.theta0, 1 / 9, 4 / 9, n=3000)[-3:].ravel()
    np.testing.assert_allclose(np.sort(cycle), [-1.8024, 0.6465, 2.1159], atol=5e-5)
    assert abs(simulate(trap.gradient, trap.theta0, 2 / 26, n=300)[-1, 0]) < 1e-9


# --- Noise ----------------------------------------------------------------------------------------


def test_a_noisy_signal_is_the_clean_one_and_its_noise():
    signal = problems.noisy_signal(5000, noise=0.5, seed=3)
    assert signal.t.shape == signal.clean.shape == signal.observed.shape == (5000,)
    errors = signal.observed - signal.clean
    assert errors.std() == pytest.approx(0.5, rel=0.05)
    assert np.abs(np.diff(signal.clean)).max() < 0.01  # slow
    again = problems.noisy_signal(5000, noise=0.5, seed=3)
    np.testing.assert_array_equal(signal.observed, again.observed)
    assert not np.array_equal(signal.observed, problems.noisy_signal(5000, seed=4).observed)
    exact = problems.noisy_signal(noise=0.0)
    np.testing.assert_array_equal(exact.observed, exact.clean)


def test_a_noisy_gradient_errs_by_its_noise_independently_everywhere():
    theta = np.broadcast_to(LINE.theta0, (20000, 2))
    seen = problems.noisy_gradient(LINE.gradient, 0.3, np.random.default_rng(0))(theta)
    errors = seen - LINE.gradient(theta)
    np.testing.assert_allclose(errors.std(axis=0), 0.3, rtol=0.03)
    np.testing.assert_allclose(errors.mean(axis=0), 0, atol=0.01)
    assert abs(np.corrcoef(errors.T)[0, 1]) < 0.03


def test_without_noise_a_noisy_gradient_is_the_gradient():
    exact = problems.noisy_gradient(LINE.gradient, 0.0, np.random.default_rng(0))
    np.testing.assert_array_equal(exact(LINE.theta0), LINE.gradient(LINE.theta0))
