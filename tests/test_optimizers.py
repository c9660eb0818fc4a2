"""The whole contract of the optimizers: where runs end, how, when, and what is refused.

tests/test_reference.py compares the update rules with trajectories of PyTorch. Here they meet
closed forms, each other, and everything that a learner or an explorer may ask of them.
"""

import warnings
from dataclasses import FrozenInstanceError
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons_lib import optimizers, problems
from lessons_lib.optimizers import gradient_descent, heavy_ball, momentum, nesterov

LINE = problems.noisy_line()
WITH_BETA = (momentum, heavy_ball, nesterov)
ALL = (gradient_descent, *WITH_BETA)

everywhere = pytest.mark.parametrize("method", ALL)
with_beta = pytest.mark.parametrize("method", WITH_BETA)


def run(method, gradient, theta0, *, beta=0.9, **settings):
    """Call a method; gradient descent is not given the beta that it does not know."""
    if method is not gradient_descent:
        settings["beta"] = beta
    return method(gradient, theta0, **settings)


def bowl(curvatures):
    """Return the gradient of ½ Σ λᵢ θᵢ², entry by entry."""
    return lambda theta: np.asarray(curvatures) * theta


class Counted:
    """A gradient that counts its calls and keeps what it was asked."""

    def __init__(self, gradient):
        self.gradient, self.asked = gradient, []

    def __call__(self, theta):
        self.asked.append(theta.copy())
        return self.gradient(theta)


# --- The seed's run -------------------------------------------------------------------------------

SEED = {"learning_rate": 0.01, "n_iterations": 1000}


@pytest.mark.parametrize(
    ("method", "printed"),
    [
        (momentum, ["4.20713811", "2.98178897"]),
        (gradient_descent, ["4.20607718", "2.98273036"]),
    ],
)
def test_the_seeds_run_ends_where_the_seed_printed_it(method, printed):
    end = run(method, LINE.gradient, LINE.theta0, **SEED).theta[-1]
    assert [f"{parameter:.8f}" for parameter in end] == printed


@pytest.mark.parametrize(
    ("method", "steps"), [(gradient_descent, 666), (momentum, 656), (heavy_ball, 69)]
)
def test_steps_to_one_hundredth_of_the_starting_distance(method, steps):
    path = run(method, LINE.gradient, LINE.theta0, **SEED).theta
    distance = np.linalg.norm(path - LINE.minimiser, axis=-1)
    assert np.argmax(distance <= distance[0] / 100) == steps


# --- The rules, against closed forms --------------------------------------------------------------


def one_step(method, curvature, lr, beta):
    """Return the matrix that takes (θ, v) on a parabola one step further, multiplied out by hand.

    Every rule is v₊ = p θ + q v with θ₊ = θ - lr v₊.
    """
    p, q = {
        gradient_descent: (curvature, 0.0),
        momentum: ((1 - beta) * curvature, beta),
        heavy_ball: (curvature, beta),
        nesterov: (curvature, beta * (1 - lr * curvature)),
    }[method]
    return np.array([[1 - lr * p, -lr * q], [p, q]])


@everywhere
@given(
    curvature=st.floats(0.01, 10),
    step=st.floats(0.01, 1.99),  # learning rate times curvature, stable for plain descent
    beta=st.floats(0, 0.95),
    n=st.integers(0, 60),
)
def test_a_parabola_is_a_power_of_a_matrix(method, curvature, step, beta, n):
    lr = step / curvature
    out = run(method, bowl([curvature]), [1.5], learning_rate=lr, beta=beta, n_iterations=n)
    powers = [
        np.linalg.matrix_power(one_step(method, curvature, lr, beta), k) for k in range(n + 1)
    ]
    expected = np.array(powers) @ [1.5, 0.0]
    shown = np.concatenate([out.theta, out.velocity], axis=-1)
    if out.status == "diverged":  # nesterov's limit is lower; the record ends where it left
        expected = expected[: out.n_steps + 1]
    scale = np.abs(expected).max(axis=0) + 1e-300
    np.testing.assert_allclose(shown / scale, expected / scale, atol=1e-9)


def test_gradient_descent_on_a_parabola_shrinks_by_a_constant_factor():
    out = gradient_descent(bowl([2.0]), [3.0], learning_rate=0.1, n_iterations=50)
    np.testing.assert_allclose(out.theta[:, 0], 3 * 0.8 ** np.arange(51), rtol=1e-13)


@everywhere
def test_a_coupled_bowl_is_the_sum_of_its_eigenvectors_parabolas(method):
    H = np.array([[3.0, 1.0], [1.0, 2.0]])
    curvatures, directions = np.linalg.eigh(H)
    theta0 = np.array([1.0, -2.0])
    out = run(method, lambda t: t @ H, theta0, learning_rate=0.2, n_iterations=40)
    amounts = directions.T @ theta0
    expected = sum(
        np.outer(
            [
                (np.linalg.matrix_power(one_step(method, c, 0.2, 0.9), k) @ [amount, 0])[0]
                for k in range(41)
            ],
            direction,
        )
        for c, amount, direction in zip(curvatures, amounts, directions.T, strict=True)
    )
    np.testing.assert_allclose(out.theta, expected, atol=1e-12)


# --- Relations between the rules ------------------------------------------------------------------

learning_rates = st.floats(1e-4, 0.3)  # times curvatures up to 4.2: stable for every beta
betas = st.floats(0, 0.99)
starts = st.lists(st.floats(-10, 10), min_size=2, max_size=2)


@everywhere
@given(lr=learning_rates, beta=betas, start=starts, factor=st.sampled_from([-4.0, -1.0, 0.5, 8.0]))
def test_on_a_bowl_a_scaled_start_gives_a_scaled_run(method, lr, beta, start, factor):
    """The factors are powers of two, with which floating-point numbers scale exactly."""
    go = partial(
        run, method, bowl([1.0, 4.0]), learning_rate=lr, beta=beta, n_iterations=60, tolerance=None
    )
    one, other = go(start), go(factor * np.array(start))
    assert one.status == other.status == "iterations"
    unscaled = np.abs(one.theta) > 1e-290  # below, numbers lose digits
    np.testing.assert_array_equal((factor * one.theta)[unscaled], other.theta[unscaled])


@everywhere
@given(lr=learning_rates, beta=betas, a=starts, b=starts)
def test_on_a_bowl_the_run_from_a_sum_is_the_sum_of_the_runs(method, lr, beta, a, b):
    a, b = np.array(a), np.array(b)
    go = partial(run, method, bowl([1.0, 4.0]), learning_rate=lr, beta=beta, n_iterations=60)
    np.testing.assert_allclose(
        go(a + b).theta, go(a).theta + go(b).theta, atol=1e-12 * (1 + np.abs(a) + np.abs(b)).max()
    )


@given(lr=learning_rates, beta=betas, start=starts)
def test_averaging_is_the_heavy_ball_with_a_smaller_learning_rate(lr, beta, start):
    averaged = momentum(LINE.gradient, start, learning_rate=lr, beta=beta, n_iterations=100)
    ball = heavy_ball(
        LINE.gradient, start, learning_rate=lr * (1 - beta), beta=beta, n_iterations=100
    )
    size = 1 + np.abs(start).max()
    np.testing.assert_allclose(averaged.theta, ball.theta, rtol=1e-10, atol=1e-10 * size)
    np.testing.assert_allclose(
        averaged.velocity, (1 - beta) * ball.velocity, rtol=1e-9, atol=1e-9 * size
    )


@with_beta
@given(lr=learning_rates, start=starts)
def test_without_memory_every_rule_is_gradient_descent(method, lr, start):
    same = {"learning_rate": lr, "n_iterations": 80}
    plain = gradient_descent(LINE.gradient, start, **same)
    ours = method(LINE.gradient, start, beta=0.0, **same)
    np.testing.assert_array_equal(ours.theta, plain.theta)
    np.testing.assert_array_equal(ours.velocity, plain.velocity)


# --- Grids of settings ----------------------------------------------------------------------------


def single(out, index):
    """Return one run of a grid as that run alone would be: cut where it ended."""
    n = int(out.n_steps[index])
    picked = (slice(n + 1), *index)
    return out.theta[picked], out.velocity[picked], str(out.status[index]), n


def assert_grid_is_its_runs(method, gradient, theta0, lr, beta, equal, **rest):
    out = run(method, gradient, theta0, learning_rate=lr, beta=beta, **rest)
    grid = out.n_steps.shape
    start = np.broadcast_to(theta0, (*grid, np.shape(theta0)[-1]))
    lr, beta = np.broadcast_to(lr, grid), np.broadcast_to(beta, grid)
    for index in np.ndindex(grid):
        alone = run(
            method, gradient, start[index], learning_rate=lr[index], beta=beta[index], **rest
        )
        theta, velocity, status, n_steps = single(out, index)
        assert (status, n_steps) == (alone.status, alone.n_steps)
        equal(theta, alone.theta)
        equal(velocity, alone.velocity)
        held = out.theta[(slice(n_steps, None), *index)]
        assert (held == held[0]).all()
    return out


@everywhere
@settings(max_examples=settings.default.max_examples // 4)
@given(
    lr=st.lists(st.floats(0, 3), min_size=1, max_size=4),
    beta=st.lists(betas, min_size=1, max_size=3),
    tolerance=st.sampled_from([None, 0.0, 1e-3, 1.0]),
    n=st.integers(0, 300),
)
def test_one_call_for_a_grid_is_its_runs_bit_for_bit(method, lr, beta, tolerance, n):
    """For a gradient that computes each entry on its own: every number is the very same."""
    lr = np.array(lr)[:, None]
    beta = np.zeros(len(beta)) if method is gradient_descent else np.array(beta)
    assert_grid_is_its_runs(
        method,
        bowl([1.0, 0.25]),
        np.array([1.0, -3.0]) if method is not gradient_descent else np.ones((len(beta), 2)),
        lr,
        beta,
        np.testing.assert_array_equal,
        n_iterations=n,
        tolerance=tolerance,
    )


@everywhere
def test_one_call_for_a_grid_is_its_runs_to_rounding_where_matrices_multiply(method):
    """A matrix product may add in another order for many rows than for one."""
    out = assert_grid_is_its_runs(
        method,
        LINE.gradient,
        LINE.theta0 if method is not gradient_descent else np.tile(LINE.theta0, (3, 1)),
        np.array([0.003, 0.03, 0.3, 0.9])[:, None],
        np.array([0.0, 0.5, 0.9]),
        partial(np.testing.assert_allclose, rtol=1e-7, atol=1e-12),
        n_iterations=400,
        tolerance=1e-3,
    )
    assert set(out.status.flat) == {"converged", "diverged", "iterations"}


@pytest.mark.parametrize(
    ("theta0", "lr", "beta", "grid"),
    [
        ((2,), (), (), ()),
        ((1,), (), (), ()),
        ((2,), (5,), (), (5,)),
        ((2,), (4, 1), (3,), (4, 3)),
        ((2,), (64, 1), (64,), (64, 64)),
        ((2,), (), (1, 1), (1, 1)),
        ((7, 2), (), (), (7,)),
        ((7, 2), (3, 1), (), (3, 7)),
        ((3, 1, 5), (4,), (2, 1, 1), (2, 3, 4)),
        ((1,), (2,), (2,), (2,)),
    ],
)
def test_shapes(theta0, lr, beta, grid):
    out = momentum(
        lambda theta: theta,
        np.ones(theta0),
        learning_rate=np.full(lr, 0.1),
        beta=np.full(beta, 0.9),
        n_iterations=3,
    )
    assert out.theta.shape == out.velocity.shape == (4, *grid, theta0[-1])
    assert np.shape(out.status) == np.shape(out.n_steps) == grid
    assert (out.theta[0] == 1).all()
    assert (out.velocity[0] == 0).all()


@everywhere
def test_a_single_run_answers_with_plain_types(method):
    out = run(method, LINE.gradient, LINE.theta0, learning_rate=0.01, n_iterations=5)
    assert (type(out.status), type(out.n_steps)) == (str, int)
    assert (out.status, out.n_steps) == ("iterations", 5)
    assert out.theta.dtype == out.velocity.dtype == np.float64


@everywhere
def test_a_grid_answers_with_arrays(method):
    out = run(method, LINE.gradient, LINE.theta0, learning_rate=[0.01, 0.02], n_iterations=5)
    assert out.status.tolist() == ["iterations"] * 2
    assert out.n_steps.tolist() == [5, 5]
    assert out.n_steps.dtype == np.int64


@everywhere
@pytest.mark.parametrize("theta0", [[1, -2], (1, -2), np.array([1, -2]), np.float32([1, -2])])
def test_starts_may_be_lists_and_whole_numbers(method, theta0):
    out = run(method, bowl([1.0, 2.0]), theta0, learning_rate=0.1, n_iterations=10)
    same = run(method, bowl([1.0, 2.0]), [1.0, -2.0], learning_rate=0.1, n_iterations=10)
    np.testing.assert_array_equal(out.theta, same.theta)


@everywhere
def test_a_gradient_may_return_whole_numbers_or_a_list(method):
    out = run(method, lambda t: [1, 2], [0.0, 0.0], learning_rate=0.5, n_iterations=3, beta=0.0)
    np.testing.assert_array_equal(out.theta[-1], [-1.5, -3.0])


@everywhere
def test_a_learning_rate_of_zero_stays(method):
    out = run(method, LINE.gradient, LINE.theta0, learning_rate=0, n_iterations=20)
    assert out.status == "iterations"
    assert (out.theta == LINE.theta0).all()


@everywhere
def test_no_iterations_give_the_start_alone(method):
    out = run(method, LINE.gradient, LINE.theta0, learning_rate=0.1, n_iterations=0)
    assert (out.theta.shape, out.n_steps, out.status) == ((1, 2), 0, "iterations")


# --- Tolerance ------------------------------------------------------------------------------------


@everywhere
def test_tolerance_stops_at_the_first_small_gradient_at_theta(method):
    go = partial(run, method, LINE.gradient, LINE.theta0, learning_rate=0.05, n_iterations=5000)
    everything = go()
    small = np.linalg.norm(LINE.gradient(everything.theta), axis=-1) <= 1e-4
    assert small.any()
    out = go(tolerance=1e-4)
    assert (out.status, out.n_steps) == ("converged", small.argmax())
    np.testing.assert_array_equal(out.theta, everything.theta[: out.n_steps + 1])
    np.testing.assert_array_equal(out.velocity, everything.velocity[: out.n_steps + 1])


@everywhere
def test_tolerance_counts_a_gradient_of_exactly_that_norm(method):
    """A gradient of (3, 4) has the norm 5."""
    out = run(method, bowl([1, 1]), [3, 4], learning_rate=0.1, n_iterations=9, tolerance=5)
    assert (out.status, out.n_steps) == ("converged", 0)
    out = run(method, bowl([1, 1]), [3, 4], learning_rate=0.1, n_iterations=9, tolerance=4.999)
    assert (out.status, out.n_steps > 0) == ("converged", True)


@everywhere
def test_a_start_at_the_minimum_has_converged(method):
    out = run(method, bowl([1, 1]), [0, 0], learning_rate=0.1, n_iterations=9, tolerance=0)
    assert (out.status, out.n_steps, out.theta.shape) == ("converged", 0, (1, 2))


@everywhere
def test_the_last_step_may_be_the_one_that_converges(method):
    go = partial(run, method, LINE.gradient, LINE.theta0, learning_rate=0.05, tolerance=1e-4)
    steps = go(n_iterations=5000).n_steps
    assert go(n_iterations=steps).status == "converged"
    assert go(n_iterations=steps - 1).status == "iterations"


@everywhere
def test_a_grid_of_all_endings_holds_each_run_where_it_ended(method):
    lr = [0.0001, 0.1, 30.0]
    out = run(
        method, LINE.gradient, LINE.theta0, learning_rate=lr, n_iterations=600, tolerance=0.01
    )
    assert out.status.tolist() == ["iterations", "converged", "diverged"]
    crawling, settled, flown = out.n_steps
    assert (crawling, settled < 600, flown < 600) == (600, True, True)
    assert np.isfinite(out.theta).all()
    for run_number, end in enumerate(out.n_steps):
        for record in (out.theta, out.velocity):
            assert (record[end:, run_number] == record[end, run_number]).all()
    norms = np.linalg.norm(LINE.gradient(out.theta), axis=-1)
    assert norms[settled, 1] <= 0.01 < norms[settled - 1, 1]


def test_a_grid_that_ends_early_is_no_longer_than_its_longest_run():
    lr = np.array([0.1, 0.2])
    out = gradient_descent(
        LINE.gradient, LINE.theta0, learning_rate=lr, n_iterations=10**5, tolerance=0.01
    )
    assert len(out.theta) == out.n_steps.max() + 1 < 1000


# --- Divergence -----------------------------------------------------------------------------------


@everywhere
def test_half_is_too_large_a_learning_rate_for_the_line(method):
    lr = {momentum: 10.0}.get(method, 0.5 if method is gradient_descent else 2.0)
    out = run(method, LINE.gradient, LINE.theta0, learning_rate=lr, n_iterations=5000)
    assert out.status == "diverged"
    assert out.n_steps == len(out.theta) - 1 < 5000
    assert np.isfinite(out.theta).all()
    assert np.isfinite(out.velocity).all()


def test_the_issues_divergence():
    out = gradient_descent(LINE.gradient, LINE.theta0, learning_rate=0.5, n_iterations=1000)
    assert out.status == "diverged"


@everywhere
@pytest.mark.parametrize("n_iterations", [2, 50, 3000])
def test_functions_that_overflow_end_quietly(method, n_iterations):
    """x⁴ from 100 with a large learning rate overflows after a few steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = run(
            method, lambda t: 4 * t**3, [100.0, 1], learning_rate=9, n_iterations=n_iterations
        )
    assert np.isfinite(out.theta).all()
    assert np.isfinite(out.velocity).all()
    assert out.status == "diverged" or n_iterations == 2


@everywhere
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("tolerance", [None, 0.1])
def test_a_gradient_that_is_not_a_number_ends_the_run_before_it(method, bad, tolerance):
    def gradient(theta):
        return np.where(theta > 0.5, 1.0, bad)

    out = run(
        method, gradient, [1.0], learning_rate=0.1, n_iterations=99, tolerance=tolerance, beta=0.0
    )
    assert out.status == "diverged"
    assert np.isfinite(out.theta).all()
    assert out.theta[-1] <= 0.5 < out.theta[-2]


@everywhere
def test_a_gradient_that_is_nowhere_a_number_never_leaves_the_start(method):
    out = run(method, lambda t: np.full_like(t, np.nan), [1.0], learning_rate=0.1, n_iterations=99)
    assert (out.status, out.n_steps, out.theta.tolist()) == ("diverged", 0, [[1.0]])


@everywhere
def test_it_has_diverged_once_it_is_1e8_times_further_than_anything_at_its_start(method):
    out = run(method, bowl([-1.0]), [1e-3], learning_rate=0.5, n_iterations=3000)
    assert out.status == "diverged"
    assert abs(out.theta[-1, 0] - 1e-3) < 1e8
    further = run(method, bowl([-1.0]), [1e-3], learning_rate=0.5, n_iterations=out.n_steps + 1)
    assert further.status == "diverged"
    assert further.n_steps == out.n_steps
    assert (
        run(method, bowl([-1.0]), [1e-3], learning_rate=0.5, n_iterations=out.n_steps).status
        == "iterations"
    )


@everywhere
@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_the_size_of_the_problem_is_no_divergence(method, size):
    """A valley as slow as momentum can make it, from near and from very far."""
    out = run(
        method, bowl([1.0, 0.01]), [size, -size], learning_rate=1.3, n_iterations=4000, beta=0.95
    )
    assert out.status == "iterations"
    assert np.abs(out.theta[-1]).max() < 1e-3 * size


@everywhere
def test_a_minimum_far_away_is_no_divergence(method):
    out = run(
        method, lambda t: t - 1e10, [0.0], learning_rate=0.1, n_iterations=9999, tolerance=1e-3
    )
    assert out.status == "converged"
    np.testing.assert_allclose(out.theta[-1], 1e10)


# --- What is left alone ---------------------------------------------------------------------------


@everywhere
def test_inputs_are_never_changed(method):
    def greedy(theta):
        slope = 2 * theta
        theta += 1  # a gradient that spoils what it is given
        return slope

    inputs = {"theta0": np.array([1.0, 2.0]), "learning_rate": np.array([0.1, 2.0])}
    before = {name: value.copy() for name, value in inputs.items()}
    run(method, greedy, **inputs, n_iterations=300, tolerance=1e-6)
    for name, value in inputs.items():
        np.testing.assert_array_equal(value, before[name])


@everywhere
def test_inputs_may_be_read_only(method):
    theta0 = np.ones((3, 2))
    theta0.flags.writeable = False
    lr = np.broadcast_to(0.1, (3,))
    assert run(method, bowl([1, 2]), theta0, learning_rate=lr, n_iterations=5).n_steps.tolist() == [
        5,
        5,
        5,
    ]


@everywhere
def test_a_gradient_may_answer_in_one_and_the_same_array(method):
    answer = np.empty(2)

    def reused(theta):
        return np.multiply([1.0, 4.0], theta, out=answer)

    go = partial(run, method, theta0=[1, 2], learning_rate=0.1, n_iterations=50)
    np.testing.assert_array_equal(go(reused).theta, go(bowl([1.0, 4.0])).theta)
    np.testing.assert_array_equal(
        go(reused, tolerance=0.01).theta, go(bowl([1.0, 4.0]), tolerance=0.01).theta
    )


@everywhere
def test_a_gradient_may_answer_with_what_it_was_given(method):
    go = partial(run, method, theta0=[1, 2], learning_rate=0.1, n_iterations=50, tolerance=0.01)
    np.testing.assert_array_equal(go(lambda theta: theta).theta, go(bowl([1, 1])).theta)


@pytest.mark.parametrize("lr", [0.1, [0.1, 3.0]])
def test_results_cannot_be_changed(lr):
    out = heavy_ball(bowl([1.0]), [1.0], learning_rate=lr, beta=0.5, n_iterations=300)
    arrays = [getattr(out, name) for name in ("theta", "velocity", "status", "n_steps")]
    for array in arrays if np.ndim(lr) else arrays[:2]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array
    with pytest.raises(FrozenInstanceError):
        out.theta = None


def test_trajectories_can_be_compared_and_kept_in_sets():
    go = partial(gradient_descent, bowl([1.0]), [1.0], learning_rate=0.1, n_iterations=3)
    one, other = go(), go()
    assert one == one
    assert one != other
    assert len({one, other}) == 2


# --- What a run costs -----------------------------------------------------------------------------


@everywhere
def test_the_gradient_is_asked_once_a_step_and_once_at_the_start(method):
    gradient = Counted(LINE.gradient)
    run(method, gradient, LINE.theta0, learning_rate=0.01, n_iterations=100)
    assert len(gradient.asked) == 101
    np.testing.assert_array_equal(gradient.asked[0], LINE.theta0)


@everywhere
@pytest.mark.parametrize("n_iterations", [40, 10**4])
def test_a_tolerance_costs_nesterov_alone_a_second_gradient(method, n_iterations):
    gradient = Counted(LINE.gradient)
    out = run(
        method,
        gradient,
        LINE.theta0,
        learning_rate=0.05,
        n_iterations=n_iterations,
        tolerance=1e-3,
    )
    each = 2 if method is nesterov else 1
    assert len(gradient.asked) <= each * out.n_steps + 1
    assert out.n_steps == 40 or out.status == "converged"


@everywhere
def test_a_whole_grid_is_asked_at_once(method):
    gradient = Counted(LINE.gradient)
    run(method, gradient, LINE.theta0, learning_rate=np.full((5, 4), 0.01), n_iterations=10)
    assert [asked.shape for asked in gradient.asked] == [(5, 4, 2)] * 11


def test_a_run_that_flies_off_stops_asking_soon():
    gradient = Counted(LINE.gradient)
    out = gradient_descent(gradient, LINE.theta0, learning_rate=5.0, n_iterations=10**5)
    assert out.status == "diverged"
    assert len(gradient.asked) <= out.n_steps + 2 + optimizers.CHECK_EVERY


# --- What is refused ------------------------------------------------------------------------------


@everywhere
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"learning_rate": -1}, r"learning_rate is -1\.0; it must be 0 or more\."),
        ({"learning_rate": [0.1, -2]}, r"learning_rate\[1\] is -2\.0; it must be 0 or more\."),
        ({"learning_rate": np.inf}, r"learning_rate is inf; it must be finite\."),
        ({"learning_rate": "0.1"}, r"learning_rate is '0\.1'; it must be a number"),
        ({"learning_rate": None}, r"learning_rate is None; it must be a number"),
        ({"learning_rate": []}, r"learning_rate is \[\]; it must be a number"),
        ({"learning_rate": np.empty((0, 3))}, r"learning_rate is array\(\[\].*must be a number"),
        ({"learning_rate": 0.1j}, r"learning_rate is 0\.1j; it must be a number"),
        ({"n_iterations": 2.5}, r"n_iterations is 2\.5; it must be a whole number, 0 or more"),
        ({"n_iterations": 5.0}, r"n_iterations is 5\.0; it must be a whole number, 0 or more"),
        ({"n_iterations": True}, r"n_iterations is True; it must be a whole number, 0 or more"),
        ({"n_iterations": -1}, r"n_iterations is -1; it must be a whole number, 0 or more"),
        ({"n_iterations": "9"}, r"n_iterations is '9'; it must be a whole number, 0 or more"),
        ({"n_iterations": None}, r"n_iterations is None; it must be a whole number, 0 or more"),
        ({"n_iterations": 10**20}, r"n_iterations is 10{20}; .*does not fit into memory"),
        ({"theta0": [1, np.nan]}, r"theta0\[1\] is nan; it must be finite\."),
        ({"theta0": [[1, 2], [np.inf, 3]]}, r"theta0\[1, 0\] is inf; it must be finite\."),
        ({"theta0": 1.0}, r"theta0 has shape \(\); it must have at least one axis.*\[theta0\]"),
        ({"theta0": []}, r"theta0 is \[\]; it must be a number, or an array"),
        ({"theta0": ["a", "b"]}, r"theta0 is \['a', 'b'\]; it must be a number"),
        ({"theta0": [[1], [1, 2]]}, r"theta0 is \[\[1\], \[1, 2\]\]; it must be a number"),
        ({"tolerance": np.nan}, r"tolerance is nan; it must be finite\."),
        ({"tolerance": -1e-9}, r"tolerance is -1e-09; it must be None or one number, 0 or more"),
        ({"tolerance": [0.1, 0.2]}, r"tolerance is \[0\.1, 0\.2\]; it must be None or one number"),
        ({"tolerance": "small"}, r"tolerance is 'small'; it must be a number"),
    ],
)
def test_what_every_method_refuses(method, wrong, message):
    good = {"theta0": [1.0, 2.0], "learning_rate": 0.1, "n_iterations": 10}
    with pytest.raises(ValueError, match=message):
        run(method, bowl([1, 1]), **(good | wrong))


@with_beta
@pytest.mark.parametrize(
    ("beta", "message"),
    [
        (1.0, r"beta is 1\.0; it must be at least 0 and below 1\."),
        (-0.1, r"beta is -0\.1; it must be at least 0 and below 1\."),
        ([0.5, 1.5], r"beta\[1\] is 1\.5; it must be at least 0 and below 1\."),
        ([[0.5], [-1]], r"beta\[1, 0\] is -1\.0; it must be at least 0 and below 1\."),
        (np.nan, r"beta is nan; it must be finite\."),
        ("much", r"beta is 'much'; it must be a number"),
    ],
)
def test_betas_that_are_refused(method, beta, message):
    with pytest.raises(ValueError, match=message):
        method(bowl([1, 1]), [1.0, 2.0], learning_rate=0.1, beta=beta, n_iterations=10)


@with_beta
def test_shapes_that_do_not_fit_together_are_named(method):
    message = (
        r"learning_rate \(3,\), beta \(4,\), theta0 \(2,\) without its last axis.*"
        r"learning_rate\[:, None\]"
    )
    with pytest.raises(ValueError, match=message):
        method(bowl([1, 1]), [1.0, 2.0], learning_rate=[0.1] * 3, beta=[0.5] * 4, n_iterations=10)


@everywhere
@pytest.mark.parametrize(
    ("gradient", "got"),
    [
        (lambda theta: theta[:, None], r"\(2, 1\)"),
        (lambda theta: theta.sum(), r"\(\)"),
        (lambda theta: theta[:1], r"\(1,\)"),
        (lambda theta: theta[None], r"\(1, 2\)"),
        (lambda theta: None, r"\(\)"),
    ],
)
def test_a_gradient_of_the_wrong_shape_is_refused(method, gradient, got):
    message = rf"gradient returned shape {got} for positions of shape \(2,\); .* the same shape"
    with pytest.raises(ValueError, match=message):
        run(method, gradient, [1.0, 2.0], learning_rate=0.1, n_iterations=10)


@everywhere
def test_settings_are_given_by_name(method):
    with pytest.raises(TypeError, match="positional"):
        method(bowl([1, 1]), [1.0, 2.0], 0.1, 10)


@everywhere
def test_a_gradients_own_error_comes_through(method):
    def broken(theta):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        run(method, broken, [1.0], learning_rate=0.1, n_iterations=10)


@everywhere
def test_a_record_of_many_steps_takes_memory_only_for_those_taken(method):
    out = run(method, bowl([1.0]), [1.0], learning_rate=0.5, n_iterations=10**7, tolerance=0.1)
    assert out.theta.size == out.n_steps + 1 < 1000
