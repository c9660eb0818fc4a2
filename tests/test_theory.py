"""The closed forms, each by a second road: a matrix's eigenvalues, a root search, or a simulation.

The digits that the lessons print are derived here from theory and, where it says more, simulated.
"""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons_lib import problems, theory

LINE = problems.noisy_line()
MU, L = theory.curvature_range(LINE.hessian())

betas = st.floats(0, 0.99)
steps = st.floats(0.001, 3.9)  # learning rate times curvature
curvatures = st.floats(0.01, 100)


def simulate(gradient, theta0, lr, beta=0.0, weight=1.0, ahead=0.0, n=1000):
    """Run v = beta v + weight g(theta - lr ahead v), theta = theta - lr v; return every theta."""
    theta = np.array(theta0, dtype=float)
    velocity, path = np.zeros_like(theta), [theta]
    for _ in range(n):
        velocity = beta * velocity + weight * gradient(theta - lr * ahead * velocity)
        theta = theta - lr * velocity
        path.append(theta)
    return np.array(path)


def matrix(lr, beta, curvature, *, weight=1.0, ahead=0.0):
    """Return what a step does to (θ, v), read off from two steps of the rule itself."""

    def step(theta, v):
        v = beta * v + weight * curvature * (theta - lr * ahead * v)
        return [theta - lr * v, v]

    return np.array([step(1.0, 0.0), step(0.0, 1.0)]).T


def radius(*args, **kwargs):
    return np.abs(np.linalg.eigvals(matrix(*args, **kwargs))).max()


def distances(path):
    """Return each step's distance to the minimiser, relative to the start's."""
    errors = np.linalg.norm(path - LINE.minimiser, axis=-1)
    return errors / errors[0]


# Two eigenvalues that almost meet are known to the root of the machine's precision only.
close = {"rtol": 1e-6, "atol": 1e-7}


# --- The syllabus' digits -------------------------------------------------------------------------


def test_the_line_allows_learning_rates_below_0_48410786():
    assert round(theory.gradient_descent_limit(L), 8) == 0.48410786
    inside, outside = (
        distances(simulate(LINE.gradient, LINE.theta0, lr, n=20000))[-1] for lr in (0.484, 0.4842)
    )
    assert inside < 1e-3
    assert outside > 10


def test_the_condition_number_of_the_line():
    assert round(theory.condition_number(LINE.hessian()), 6) == 12.833988
    singular = np.linalg.svd(LINE.A, compute_uv=False)
    assert theory.condition_number(LINE.hessian()) == pytest.approx(
        (singular[0] / singular[1]) ** 2
    )


def test_the_best_settings_for_the_line():
    plain, ball = theory.best_gradient_descent(MU, L), theory.best_heavy_ball(MU, L)
    assert round(plain.learning_rate, 4) == 0.4491
    assert round(plain.rate, 4) == 0.8554
    assert (round(ball.learning_rate, 4), round(ball.beta, 4)) == (0.5917, 0.3176)
    assert round(ball.rate, 4) == 0.5636
    kappa = L / MU
    assert plain.rate == pytest.approx((kappa - 1) / (kappa + 1))
    assert ball.rate == pytest.approx((kappa**0.5 - 1) / (kappa**0.5 + 1))


def test_the_averaged_dialect_allows_9_198_on_the_line():
    assert round(theory.momentum_limit(L, 0.9), 3) == 9.198


def test_the_best_heavy_ball_needs_31_steps_to_a_millionth_and_gradient_descent_89():
    plain, ball = theory.best_gradient_descent(MU, L), theory.best_heavy_ball(MU, L)
    slow = distances(simulate(LINE.gradient, LINE.theta0, plain.learning_rate, n=200))
    fast = distances(simulate(LINE.gradient, LINE.theta0, ball.learning_rate, ball.beta, n=200))
    for ratio, count in ((slow, 89), (fast, 31)):
        assert np.argmax(ratio <= 1e-6) == count
        assert np.all(ratio[count:] <= 1e-6)  # for good
    assert theory.steps_to(plain.rate, 1e-6) == 89
    assert theory.steps_to(ball.rate, 1e-6) == 25  # memory has to gather speed first


def test_the_recipes_settings_reach_one_percent_after_666_656_and_69_steps():
    runs = {"plain": (0.0, 1.0), "averaged": (0.9, 0.1), "heavy ball": (0.9, 1.0)}
    ratios = {
        name: distances(simulate(LINE.gradient, LINE.theta0, 0.01, beta, weight))
        for name, (beta, weight) in runs.items()
    }
    first = {name: np.argmax(ratio <= 0.01) for name, ratio in ratios.items()}
    for_good = {name: np.flatnonzero(ratio > 0.01)[-1] + 1 for name, ratio in ratios.items()}
    assert first == {"plain": 666, "averaged": 656, "heavy ball": 69}
    assert for_good == {"plain": 666, "averaged": 656, "heavy ball": 83}  # it swings out once more


def test_the_growth_beside_a_saddle():
    assert theory.gradient_descent_rate(0.1, -1.0) == pytest.approx(1.1)
    assert round(theory.heavy_ball_rate(0.1, 0.9, -1.0), 4) == 1.3162
    assert round(theory.momentum_rate(0.1, 0.9, -1.0), 4) == 1.0647
    saddle = problems.saddle(-1.0)
    for rate, beta, weight in (
        (theory.gradient_descent_rate(0.1, -1.0), 0.0, 1.0),
        (theory.heavy_ball_rate(0.1, 0.9, -1.0), 0.9, 1.0),
        (theory.momentum_rate(0.1, 0.9, -1.0), 0.9, 0.1),
    ):
        y = simulate(saddle.gradient, saddle.theta0, 0.1, beta, weight, n=300)[:, 1]
        assert y[-1] / y[-2] == pytest.approx(rate, rel=1e-9)


def test_the_variances_at_the_bottom():
    assert round(theory.gradient_descent_variance(0.1, 1.0), 4) == 0.0526
    assert round(theory.heavy_ball_variance(0.1, 0.9, 1.0), 4) == 0.5135
    assert round(theory.momentum_variance(0.1, 0.9, 1.0), 4) == 0.0501


# --- Curvatures -----------------------------------------------------------------------------------


@given(curvatures, curvatures, st.floats(-4, 4))
def test_curvatures_are_read_off_whatever_the_rotation(one, other, angle):
    H = problems.quadratic([one, other], rotation=angle).hessian()
    mu, largest = theory.curvature_range(H)
    assert mu == pytest.approx(min(one, other), rel=1e-9, abs=1e-12)
    assert largest == pytest.approx(max(one, other), rel=1e-9)
    assert theory.condition_number(H) == pytest.approx(max(one, other) / min(one, other), rel=1e-9)


# --- Limits: just inside the rate is below 1, just outside it is above ----------------------------


@given(betas, curvatures)
def test_each_limit_is_where_the_radius_crosses_one(beta, curvature):
    for limit, settings in (
        (theory.gradient_descent_limit(curvature), {"beta": 0.0}),
        (theory.heavy_ball_limit(curvature, beta), {"beta": beta}),
        (theory.momentum_limit(curvature, beta), {"beta": beta, "weight": 1 - beta}),
        (theory.nesterov_limit(curvature, beta), {"beta": beta, "ahead": beta}),
    ):
        assert radius(limit * (1 - 1e-6), curvature=curvature, **settings) < 1
        assert radius(limit * (1 + 1e-6), curvature=curvature, **settings) > 1


@given(betas, st.floats(0.001, 0.999))
def test_everything_below_the_limit_converges(beta, part):
    assert theory.gradient_descent_rate(part * theory.gradient_descent_limit(2.0), 2.0) < 1
    assert theory.heavy_ball_rate(part * theory.heavy_ball_limit(2.0, beta), beta, 2.0) < 1
    assert theory.momentum_rate(part * theory.momentum_limit(2.0, beta), beta, 2.0) < 1
    assert theory.nesterov_rate(part * theory.nesterov_limit(2.0, beta), beta, 2.0) < 1


# --- Rates ----------------------------------------------------------------------------------------


@given(st.floats(0, 3), betas, st.floats(-5, 5))
def test_rates_are_the_spectral_radii_of_a_step(lr, beta, curvature):
    for rate, settings in (
        (theory.gradient_descent_rate(lr, curvature), {"beta": 0.0}),
        (theory.heavy_ball_rate(lr, beta, curvature), {"beta": beta}),
        (theory.momentum_rate(lr, beta, curvature), {"beta": beta, "weight": 1 - beta}),
        (theory.nesterov_rate(lr, beta, curvature), {"beta": beta, "ahead": beta}),
    ):
        np.testing.assert_allclose(rate, radius(lr, curvature=curvature, **settings), **close)


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.5), (0.5, 0.9), (1.9, 0.0), (2.5, 0.6)])
def test_a_simulation_shrinks_by_the_rate_in_the_long_run(lr, beta):
    def per_step(weight, ahead):
        path = simulate(lambda theta: theta, [1.0], lr, beta, weight, ahead, n=400)
        sizes = np.abs(path[200:]).ravel()  # swings hide the rate, their envelope does not
        return (sizes[-50:].max() / sizes[:50].max()) ** (1 / 151)

    for rate, weight, ahead in (
        (theory.heavy_ball_rate(lr, beta, 1.0), 1.0, 0.0),
        (theory.momentum_rate(lr, beta, 1.0), 1 - beta, 0.0),
        (theory.nesterov_rate(lr, beta, 1.0), 1.0, beta),
    ):
        assert per_step(weight, ahead) == pytest.approx(rate, rel=0.01)


def test_the_contraction_factor_is_what_a_step_does():
    path = simulate(problems.parabola(3.0).gradient, [2.0], 0.5, n=5).ravel()
    np.testing.assert_allclose(path[1:] / path[:-1], theory.contraction_factor(0.5, 3.0))
    assert theory.contraction_factor(0.5, 3.0) == -0.5  # beyond 1/L it overshoots


@given(betas, steps)
def test_swinging_has_the_rate_of_the_root_of_beta(beta, step):
    assume(theory.damping(1.0, beta, step) == "underdamped")
    assert theory.heavy_ball_rate(1.0, beta, step) == pytest.approx(beta**0.5)


@given(st.floats(0.01, 0.999), st.floats(1e-9, 0.999))
def test_steps_to_is_the_first_power_below_the_fraction(rate, fraction):
    n = theory.steps_to(rate, fraction)
    assert rate**n <= fraction * (1 + 1e-9)
    assert rate ** (n - 1) > fraction * (1 - 1e-9)


# --- The best settings ----------------------------------------------------------------------------


@given(st.floats(0.01, 1), st.floats(1.5, 500))
def test_no_other_setting_is_faster(mu, kappa):
    ends = np.array([mu, mu * kappa])
    nudges = 1 + np.array([-0.1, -0.01, 0.01, 0.1])

    plain = theory.best_gradient_descent(*ends)
    assert np.allclose(theory.gradient_descent_rate(plain.learning_rate, ends), plain.rate)
    for nudge in nudges:
        worst = theory.gradient_descent_rate(plain.learning_rate * nudge, ends).max()
        assert worst > plain.rate

    ball = theory.best_heavy_ball(*ends)
    inside = np.linspace(*ends, 50)
    rates = theory.heavy_ball_rate(ball.learning_rate, ball.beta, inside)
    np.testing.assert_allclose(rates, ball.rate, rtol=1e-5, atol=1e-6)
    for lr_nudge in (*nudges, 1.0):
        for beta_nudge in (*nudges, 1.0):
            lr, beta = ball.learning_rate * lr_nudge, min(ball.beta * beta_nudge, 0.9999)
            worst = theory.heavy_ball_rate(lr, beta, ends).max()
            assert worst >= ball.rate * (1 - 1e-6)

    ahead = theory.best_nesterov(*ends)
    rates = theory.nesterov_rate(ahead.learning_rate, ahead.beta, inside)
    assert rates.max() == pytest.approx(ahead.rate, rel=1e-5, abs=1e-6)
    for lr_nudge in (*nudges, 1.0):
        for beta_nudge in (*nudges, 1.0):
            lr, beta = ahead.learning_rate * lr_nudge, min(ahead.beta * beta_nudge, 0.9999)
            worst = theory.nesterov_rate(lr, beta, ends).max()
            assert worst >= ahead.rate * (1 - 1e-6)


def test_no_setting_on_a_fine_map_is_faster_on_the_line():
    ends = np.array([MU, L])
    lr = np.linspace(0.005, 1.0, 400)[:, None, None]
    beta = np.linspace(0, 0.99, 397)[:, None]
    worst = theory.heavy_ball_rate(lr, beta, ends).max(axis=-1)
    best = theory.best_heavy_ball(MU, L)
    assert worst.min() == pytest.approx(best.rate, abs=0.01)
    assert worst.min() >= best.rate
    at = np.unravel_index(worst.argmin(), worst.shape)
    assert lr[at[0], 0, 0] == pytest.approx(best.learning_rate, abs=0.02)
    assert beta[at[1], 0] == pytest.approx(best.beta, abs=0.02)


def test_the_best_momentum_is_the_best_heavy_ball_in_other_words():
    ball, averaged = theory.best_heavy_ball(MU, L), theory.best_momentum(MU, L)
    assert averaged.rate == ball.rate
    one = simulate(LINE.gradient, LINE.theta0, ball.learning_rate, ball.beta, n=50)
    other = simulate(
        LINE.gradient, LINE.theta0, averaged.learning_rate, averaged.beta, 1 - averaged.beta, n=50
    )
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_the_growing_betas_start_at_zero_and_come_near_to_one():
    assert theory.growing_betas(0).shape == (0,)
    np.testing.assert_allclose(
        theory.growing_betas(3),
        [0, (5**0.5 - 1) / (1 + (7 + 2 * 5**0.5) ** 0.5), 0.4340425],
        rtol=1e-6,
    )
    many = theory.growing_betas(2000)
    assert np.all(np.diff(many) > 0)
    assert many[-1] == pytest.approx(1 - 3 / 2000, abs=1e-5)


def test_a_round_bowl_takes_one_step():
    assert theory.best_gradient_descent(2.0, 2.0) == (0.5, 0.0, 0.0)
    assert theory.best_heavy_ball(2.0, 2.0) == pytest.approx((0.5, 0.0, 0.0))


# --- Springs --------------------------------------------------------------------------------------


@given(steps)
def test_the_critical_beta_is_the_fastest(step):
    critical = theory.critical_beta(1.0, step)
    all_rates = theory.heavy_ball_rate(1.0, np.linspace(0, 0.999, 500), step)
    assert theory.heavy_ball_rate(1.0, critical, step) <= all_rates.min() + 1e-6
    assert theory.heavy_ball_rate(1.0, critical, step) == pytest.approx(critical**0.5, abs=1e-6)
    assert theory.damping(1.0, critical, step) == "critical"


@given(st.floats(0.001, 5), betas)
def test_the_damping_says_what_the_eigenvalues_are(step, beta):
    discriminant = (1 + beta - step) ** 2 - 4 * beta
    assume(abs(discriminant) > 1e-6)
    assume(abs(step - 2 * (1 + beta)) > 1e-6)
    eigenvalues = np.linalg.eigvals(matrix(1.0, beta, step))
    regime = theory.damping(1.0, beta, step)
    if np.abs(eigenvalues).max() >= 1:
        assert regime == "divergent"
    elif np.iscomplex(eigenvalues).any():
        assert regime == "underdamped"
    else:
        assert regime == "overdamped"


def test_damping_can_be_seen_in_a_run():
    def crossings(beta):
        path = simulate(lambda theta: theta, [1.0], 0.04, beta, n=300)[:, 0]
        return np.count_nonzero(np.diff(np.sign(path)))

    critical = theory.critical_beta(0.04, 1.0)
    assert critical == pytest.approx(0.64)
    assert theory.damping(0.04, np.array([0.5, critical, 0.9]), 1.0).tolist() == [
        "overdamped",
        "critical",
        "underdamped",
    ]
    assert crossings(0.5) == crossings(critical) == 0
    assert crossings(0.9) > 10


def test_a_saddle_and_too_large_a_step_are_divergent():
    regimes = theory.damping(np.array([0.1, 3.8]), 0.9, np.array([[-1.0], [1.0]]))
    assert regimes.tolist() == [["divergent", "divergent"], ["underdamped", "divergent"]]


# --- Averages -------------------------------------------------------------------------------------


def averages(beta, values):
    v, seen = 0.0, []
    for value in values:
        v = beta * v + (1 - beta) * value
        seen.append(v)
    return np.array(seen)


@given(betas, st.lists(st.floats(-10, 10), min_size=1, max_size=30))
def test_the_weights_make_the_average(beta, values):
    weights = theory.average_weights(beta, len(values))
    newest_first = np.array(values[::-1])
    assert weights @ newest_first == pytest.approx(averages(beta, values)[-1], abs=1e-12)
    assert weights.sum() == pytest.approx(theory.average_of_constant(beta, len(values)))


def test_the_weights_of_everything_sum_to_one():
    assert theory.average_weights(0.9, 1000).sum() == pytest.approx(1)
    assert theory.average_weights(0.9, 0).size == 0


@given(betas)
def test_the_average_of_ones(beta):
    t = np.arange(1, 20)
    np.testing.assert_allclose(theory.average_of_constant(beta, t), averages(beta, np.ones(19)))


@given(betas)
def test_memory_is_the_mean_lifetime_and_the_gain_of_heavy_ball(beta):
    weights = theory.average_weights(beta, 5000)
    lifetime = weights @ np.arange(1, 5001)
    assert theory.memory(beta) == pytest.approx(lifetime)
    velocity = 0.0
    for _ in range(5000):
        velocity = beta * velocity + 1.0
    assert theory.memory(beta) == pytest.approx(velocity)


# --- Noise ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lr", "beta", "curvature", "noise"),
    [(0.1, 0.0, 1.0, 1.0), (0.1, 0.9, 1.0, 1.0), (0.5, 0.3, 4.0, 2.0), (1.2, 0.5, 2.0, 0.1)],
)
def test_the_variance_solves_its_own_balance(lr, beta, curvature, noise):
    """The stationary covariance P of (θ, v) satisfies P = M P Mᵀ + what one noise brings in."""
    for variance, weight in (
        (theory.heavy_ball_variance(lr, beta, curvature, noise), 1.0),
        (theory.momentum_variance(lr, beta, curvature, noise), 1 - beta),
    ):
        M = matrix(lr, beta, curvature, weight=weight)
        kick = np.array([-lr * weight * noise, weight * noise])
        brought = np.outer(kick, kick).ravel()
        P = np.linalg.solve(np.eye(4) - np.kron(M, M), brought).reshape(2, 2)
        assert variance == pytest.approx(P[0, 0], rel=1e-9)
    assert theory.gradient_descent_variance(lr, curvature, noise) == pytest.approx(
        theory.heavy_ball_variance(lr, 0.0, curvature, noise)
    )


def test_a_cloud_of_noisy_runs_spreads_as_predicted():
    rng = np.random.default_rng(0)
    gradient = problems.noisy_gradient(problems.parabola(1.0).gradient, 1.0, rng)
    start = np.zeros((20000, 1))
    for variance, beta, weight in (
        (theory.gradient_descent_variance(0.1, 1.0), 0.0, 1.0),
        (theory.heavy_ball_variance(0.1, 0.9, 1.0), 0.9, 1.0),
        (theory.momentum_variance(0.1, 0.9, 1.0), 0.9, 0.1),
    ):
        cloud = simulate(gradient, start, 0.1, beta, weight, n=150)[-1]
        assert cloud.var() == pytest.approx(variance, rel=0.05)


def test_beyond_the_limit_the_spread_has_no_bound():
    lr = np.array([0.0, 0.1, 1.9, 2.0, 3.0])
    variances = theory.gradient_descent_variance(lr, 1.0)
    np.testing.assert_array_equal(np.isinf(variances), [True, False, False, True, True])
    assert theory.heavy_ball_variance(0.1, 0.9, 0.0) == np.inf
    assert theory.heavy_ball_variance(0.1, 0.9, -1.0) == np.inf


# --- Dialects -------------------------------------------------------------------------------------

DIALECTS = {
    "averaged": theory.AVERAGED,
    "heavy ball": theory.HEAVY_BALL,
    "velocity": theory.VELOCITY,
    "pytorch": theory.pytorch(0.4),
}


def run_dialect(name, lr, beta, velocity, n=40):
    """Run each dialect as its own textbook writes it, from a velocity that is not zero."""
    rules = {
        "averaged": lambda v, g: (beta * v + (1 - beta) * g, lr),
        "heavy ball": lambda v, g: (beta * v + g, lr),
        "velocity": lambda v, g: (beta * v + lr * g, 1.0),
        "pytorch": lambda v, g: (beta * v + (1 - 0.4) * g, lr),
    }
    theta, thetas, velocities = LINE.theta0, [], []
    for _ in range(n):
        velocity, factor = rules[name](velocity, LINE.gradient(theta))
        theta = theta - factor * velocity
        thetas.append(theta)
        velocities.append(velocity)
    return np.array(thetas), np.array(velocities)


@pytest.mark.parametrize(("source", "target"), list(permutations(DIALECTS, 2)))
def test_translated_settings_take_the_same_steps(source, target):
    lr, beta, velocity = 0.05, 0.8, np.array([0.7, -0.2])
    setting = theory.translate(
        DIALECTS[source], DIALECTS[target], learning_rate=lr, beta=beta, velocity=velocity
    )
    theirs, their_velocities = run_dialect(target, *setting)
    ours, our_velocities = run_dialect(source, lr, beta, velocity)
    np.testing.assert_allclose(theirs, ours, rtol=1e-10, atol=1e-12)
    rescaled = theory.translate(
        DIALECTS[source], DIALECTS[target], learning_rate=lr, beta=beta, velocity=our_velocities
    )
    np.testing.assert_allclose(their_velocities, rescaled.velocity, rtol=1e-10, atol=1e-10)


@given(st.floats(1e-4, 10), betas, st.floats(-10, 10), st.permutations(list(DIALECTS.values())))
def test_a_translation_there_and_back_changes_nothing(lr, beta, velocity, dialects):
    one, other, *_ = dialects
    there = theory.translate(one, other, learning_rate=lr, beta=beta, velocity=velocity)
    back = theory.translate(other, one, **there._asdict())
    assert back == pytest.approx((lr, beta, velocity))


def test_averaged_becomes_heavy_ball_by_one_factor():
    setting = theory.translate(
        theory.AVERAGED, theory.HEAVY_BALL, learning_rate=0.1, beta=0.9, velocity=1.0
    )
    assert setting == pytest.approx((0.01, 0.9, 10.0))


def test_pytorch_is_heavy_ball_without_dampening_and_averaged_with_dampening_beta():
    for dampening, twin in ((0.0, theory.HEAVY_BALL), (0.9, theory.AVERAGED)):
        setting = theory.translate(
            theory.pytorch(dampening), twin, learning_rate=0.1, beta=0.9, velocity=2.0
        )
        assert setting == pytest.approx((0.1, 0.9, 2.0))


# --- Arguments ------------------------------------------------------------------------------------


def test_numbers_give_numbers_and_arrays_arrays():
    for answer in (
        theory.heavy_ball_limit(2.0, 0.5),
        theory.heavy_ball_rate(0.1, 0.9, 1.0),
        theory.gradient_descent_rate(0.1, 1.0),
        theory.critical_beta(0.1, 1.0),
        theory.heavy_ball_variance(0.1, 0.9, 1.0),
        theory.memory(0.9),
        *theory.best_heavy_ball(1.0, 2.0),
        *theory.best_nesterov(1.0, 2.0),
        *theory.translate(theory.AVERAGED, theory.VELOCITY, learning_rate=0.1, beta=0.9),
    ):
        assert type(answer) is float
    assert type(theory.steps_to(0.5, 0.1)) is int
    assert type(theory.damping(0.1, 0.9, 1.0)) is str
    lr, beta = np.array([0.1, 0.2, 0.3])[:, None], np.array([0.5, 0.9])
    for function in (
        theory.heavy_ball_rate,
        theory.momentum_rate,
        theory.nesterov_rate,
        theory.heavy_ball_variance,
        theory.momentum_variance,
        theory.damping,
    ):
        grid = function(lr, beta, 1.0)
        assert grid.shape == (3, 2)
        assert grid[2, 1] == function(0.3, 0.9, 1.0)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: theory.gradient_descent_limit(0.0), r"L is 0\.0; it must be positive\."),
        (lambda: theory.heavy_ball_limit(-1.0, 0.5), "L is -1.0"),
        (lambda: theory.momentum_limit(1.0, 1.0), "beta is 1.0; .*at least 0 and below 1"),
        (
            lambda: theory.nesterov_limit(np.array([1.0, np.nan]), 0.5),
            r"L\[1\] is nan; it must be finite\.",
        ),
        (lambda: theory.contraction_factor(-0.1, 1.0), "learning_rate is -0.1; it must be 0 or"),
        (lambda: theory.contraction_factor(0.1, np.inf), "curvature is inf; .*finite"),
        (
            lambda: theory.heavy_ball_rate(0.1, np.array([0.5, 1.5]), 1.0),
            r"beta\[1\] is 1\.5; it must be at least 0 and below 1\.",
        ),
        (lambda: theory.heavy_ball_rate("a", 0.5, 1.0), "learning_rate is 'a'; it must be"),
        (lambda: theory.momentum_rate(0.1, -0.1, 1.0), "beta is -0.1"),
        (lambda: theory.nesterov_rate(np.nan, 0.1, 1.0), "learning_rate is nan"),
        (lambda: theory.steps_to(1.0, 0.1), "rate is 1.0; it must be above 0 and below 1"),
        (lambda: theory.steps_to(0.5, 0.0), "fraction is 0.0"),
        (lambda: theory.best_gradient_descent(2.0, 1.0), "mu is 2.0 and L is 1.0; .*swapped"),
        (lambda: theory.best_heavy_ball(0.0, 1.0), "mu is 0.0 .*0 < mu <= L"),
        (lambda: theory.best_momentum(1.0, np.nan), "L is nan"),
        (lambda: theory.best_nesterov(2.0, 1.0), "mu is 2.0 and L is 1.0; .*swapped"),
        (lambda: theory.growing_betas(-1), "n is -1; .*whole number"),
        (lambda: theory.critical_beta(4.0, 1.0), r"learning_rate \* curvature .* 4.0; .*below 4"),
        (lambda: theory.critical_beta(1.0, -1.0), "curvature is -1.0"),
        (lambda: theory.damping(0.1, 1.0, 1.0), "beta is 1.0"),
        (lambda: theory.average_weights(0.9, 2.5), "n is 2.5; .*whole number"),
        (lambda: theory.average_weights(0.9, -1), "n is -1"),
        (lambda: theory.average_of_constant(0.9, -1), "t is -1.0; it must be 0 or more"),
        (lambda: theory.memory(1.0), "beta is 1.0"),
        (lambda: theory.heavy_ball_variance(0.1, 0.9, 1.0, -1.0), "noise is -1.0"),
        (lambda: theory.pytorch(1.0), "dampening is 1.0"),
        (
            lambda: theory.translate(theory.AVERAGED, theory.VELOCITY, learning_rate=0.0, beta=0.5),
            "learning_rate is 0.0",
        ),
        (lambda: theory.curvature_range(np.ones((2, 3))), r"hessian has shape \(2, 3\).*symmetric"),
        (lambda: theory.curvature_range([[1.0, 2.0], [0.0, 1.0]]), "symmetric"),
        (lambda: theory.condition_number(np.diag([1.0, -1.0])), "eigenvalue -1.0.*saddle"),
    ],
)
def test_arguments_out_of_range_are_refused_by_name_value_and_range(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
