"""RMSprop and Adam: closed forms, what they are blind to, grids, and what is refused.

tests/test_reference.py compares them with trajectories of PyTorch. What they share with the other
methods (how a run ends, and how that is recorded) is held by tests/test_optimizers.py.
"""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib import optimizers, problems, theory
from lessons_lib.adaptive import adam, rmsprop

LINE = problems.noisy_line()
METHODS = {"rmsprop": partial(rmsprop, beta=0.9), "adam": adam}
both = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)

gradients = st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6)
betas = st.floats(0, 0.999)


def constant(gradient):
    return lambda theta: np.broadcast_to(gradient, theta.shape)


# --- Closed forms ---------------------------------------------------------------------------------


@given(g=gradients, beta1=betas, beta2=betas, epsilon=st.floats(1e-8, 1))
def test_adam_under_a_constant_gradient_steps_by_its_sign(g, beta1, beta2, epsilon):
    """Both corrected averages of a constant are the constant: lr g / (|g| + ε), step after step."""
    run = adam(
        constant([g]),
        [0.0],
        learning_rate=0.1,
        beta1=beta1,
        beta2=beta2,
        epsilon=epsilon,
        n_iterations=20,
    )
    expected = -0.1 * np.arange(21) * g / (abs(g) + epsilon)
    np.testing.assert_allclose(run.theta[:, 0], expected, rtol=1e-9)


@given(g=gradients, beta=betas, epsilon=st.floats(1e-8, 1))
def test_rmsprop_under_a_constant_gradient_begins_with_long_steps(g, beta, epsilon):
    """Without a correction the average is short by 1 - βᵗ, so its root by the root of that."""
    run = rmsprop(
        constant([g]), [0.0], learning_rate=0.1, beta=beta, epsilon=epsilon, n_iterations=20
    )
    size = abs(g) * np.sqrt(1 - beta ** np.arange(1, 21))
    np.testing.assert_allclose(run.velocity[1:, 0], g / (size + epsilon), rtol=1e-7)


@given(beta1=betas, beta2=betas)
def test_adams_velocity_is_made_of_two_averages_with_known_weights(beta1, beta2):
    run = adam(
        LINE.gradient, LINE.theta0, learning_rate=0.1, beta1=beta1, beta2=beta2, n_iterations=15
    )
    g = LINE.gradient(run.theta[:-1])
    for t in (1, 2, 15):
        means = []
        for beta, values in ((beta1, g), (beta2, g**2)):
            weights = theory.average_weights(beta, t)[::-1]
            means.append(weights @ values[:t] / weights.sum())
        expected = means[0] / (np.sqrt(means[1]) + 1e-8)
        np.testing.assert_allclose(run.velocity[t], expected, rtol=1e-9)
    np.testing.assert_allclose(np.diff(run.theta, axis=0), -0.1 * run.velocity[1:], atol=1e-12)


@given(decay=st.floats(0, 2), beta1=betas)
def test_where_the_loss_is_level_the_decay_alone_shrinks(decay, beta1):
    run = adam(
        constant([0.0, 0.0]),
        [3.0, -1.0],
        learning_rate=0.1,
        beta1=beta1,
        weight_decay=decay,
        n_iterations=30,
    )
    left = (1 - 0.1 * decay) ** np.arange(31)
    np.testing.assert_allclose(run.theta, np.outer(left, [3.0, -1.0]), rtol=1e-12)


@given(beta=betas, start=st.floats(0.5, 3))
def test_without_memory_of_gradients_adam_is_rmsprop_corrected(beta, start):
    """Until they part: the first step, with the correction multiplied in."""
    same = {"n_iterations": 1, "epsilon": 1e-300}
    one = adam(LINE.gradient, [start, 0], learning_rate=0.1, beta1=0, beta2=beta, **same)
    other = rmsprop(
        LINE.gradient, [start, 0], learning_rate=0.1 * np.sqrt(1 - beta), beta=beta, **same
    )
    np.testing.assert_allclose(one.theta, other.theta, rtol=1e-9)


# --- What they see, and what not ------------------------------------------------------------------


@both
@given(
    curvatures=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=2),
    start=st.lists(st.floats(0.1, 5), min_size=2, max_size=2),
)
def test_a_valley_along_the_axes_is_a_round_bowl_to_them(method, curvatures, start):
    """As long as rounding does not matter, and the ε does not either."""
    go = partial(method, theta0=start, learning_rate=0.03, n_iterations=25, epsilon=1e-300)
    valley, bowl = go(lambda t: np.array(curvatures) * t), go(lambda t: t)
    np.testing.assert_allclose(valley.theta, bowl.theta, rtol=1e-6, atol=1e-6)


@both
def test_a_turned_valley_is_another_one_to_them_and_not_to_momentum(method):
    turn = np.radians(45)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    straight, turned = problems.valley(100), problems.valley(100, rotation=turn)
    np.testing.assert_allclose(straight.theta0 @ rotation.T, turned.theta0, atol=1e-12)
    ball = partial(optimizers.heavy_ball, beta=0.5)
    for each, apart in ((ball, False), (method, True)):
        one, other = (
            each(v.gradient, v.theta0, learning_rate=0.1, n_iterations=30).theta
            for v in (straight, turned)
        )
        assert (np.abs(one @ rotation.T - other).max() > 0.1) == apart


# --- The contract ---------------------------------------------------------------------------------


@both
def test_one_call_for_a_grid_is_its_runs_bit_for_bit(method):
    rates, epsilons = np.array([0.0, 0.01, 0.3])[:, None], np.array([1e-8, 0.1])
    go = partial(method, lambda t: np.array([1.0, 0.25]) * t, n_iterations=40, tolerance=0.05)
    out = go([1.0, -3.0], learning_rate=rates, epsilon=epsilons)
    assert out.status.shape == (3, 2)
    for i, k in np.ndindex(3, 2):
        alone = go([1.0, -3.0], learning_rate=rates[i, 0], epsilon=epsilons[k])
        n = alone.n_steps
        assert (alone.status, n) == (out.status[i, k], out.n_steps[i, k])
        np.testing.assert_array_equal(out.theta[: n + 1, i, k], alone.theta)
        np.testing.assert_array_equal(out.velocity[: n + 1, i, k], alone.velocity)


def test_both_betas_of_adam_and_its_decay_make_grids():
    beta1, beta2, decay = np.array([0, 0.9])[:, None, None], np.array([[0.9], [0.99]]), [0, 0.5, 1]
    go = partial(adam, LINE.gradient, LINE.theta0, learning_rate=0.1, n_iterations=9)
    out = go(beta1=beta1, beta2=beta2, weight_decay=decay)
    assert out.theta.shape == (10, 2, 2, 3, 2)
    alone = go(beta1=0.9, beta2=0.9, weight_decay=1)
    np.testing.assert_allclose(out.theta[:, 1, 0, 2], alone.theta, rtol=1e-12)


@both
def test_tolerance_stops_and_the_record_cannot_be_written(method):
    run = method(LINE.gradient, LINE.theta0, learning_rate=0.5, n_iterations=5000, tolerance=0.5)
    assert run.status == "converged"
    assert np.linalg.norm(LINE.gradient(run.theta[-1])) <= 0.5
    with pytest.raises(ValueError, match="read-only"):
        run.theta[0] = 0


@both
def test_a_gradient_may_return_a_list_of_whole_numbers(method):
    run = method(lambda t: [1, -2], [0.0, 0.0], learning_rate=0.5, n_iterations=3)
    assert run.theta[-1, 0] < 0 < run.theta[-1, 1]


REFUSED = [
    (adam, {"beta1": 1.0}, r"beta1 is 1\.0; it must be at least 0 and below 1"),
    (adam, {"beta2": [0.9, -0.1]}, r"beta2\[1\] is -0\.1; it must be at least 0 and below 1"),
    (adam, {"epsilon": 0}, r"epsilon is 0\.0; it must be positive"),
    (adam, {"weight_decay": -1}, r"weight_decay is -1\.0; it must be 0 or more"),
    (adam, {"learning_rate": -1}, r"learning_rate is -1\.0; it must be 0 or more"),
    (adam, {"n_iterations": 1.5}, r"n_iterations is 1\.5; it must be a whole number"),
    (rmsprop, {"beta": 1}, r"beta is 1\.0; it must be at least 0 and below 1"),
    (rmsprop, {"beta": 0.9, "epsilon": [0.1, -1]}, r"epsilon\[1\] is -1\.0; it must be positive"),
    (rmsprop, {"beta": [0.9, 0.8, 0.7], "epsilon": [1, 2]}, "The shapes do not fit together"),
]


@pytest.mark.parametrize(("method", "settings", "message"), REFUSED)
def test_what_is_out_of_range_is_refused_by_name(method, settings, message):
    with pytest.raises(ValueError, match=message):
        method(LINE.gradient, LINE.theta0, **({"learning_rate": 0.1, "n_iterations": 3} | settings))


@both
def test_a_gradient_of_another_shape_is_refused(method):
    with pytest.raises(ValueError, match=r"gradient returned shape \(3,\)"):
        method(lambda t: np.ones(3), [0.0, 0.0], learning_rate=0.1, n_iterations=3)
