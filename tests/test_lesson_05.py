"""Lesson 5: what it shows of averages, by a closed form and by a run written here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_lib import optimizers, problems, theory

betas = st.floats(0, 0.99)
every_beta = pytest.mark.parametrize("beta", [0.0, 0.5, 0.75, 0.9, 0.99])


def averages(values, beta, *, correct=False):
    """Average numbers one after another, from zero."""
    v, shown = 0.0, []
    for value in values:
        v = beta * v + (1 - beta) * value
        shown.append(v)
    after = np.arange(1, len(shown) + 1)
    return np.array(shown) / (theory.average_of_constant(beta, after) if correct else 1)


def root_mean_square(values):
    return np.sqrt(np.mean(np.square(values)))


# --- Weights, and the factor 1 - β ----------------------------------------------------------------


@given(betas, st.lists(st.floats(-10, 10), min_size=1, max_size=30))
def test_without_its_factor_an_average_is_memory_times_as_large(beta, values):
    total, totals = 0.0, []
    for value in values:
        total = beta * total + value
        totals.append(total)
    assert totals == pytest.approx(theory.memory(beta) * averages(values, beta), abs=1e-9)


@given(betas, st.lists(st.floats(-10, 10), min_size=1, max_size=30))
def test_a_corrected_average_is_a_mean_with_weights_that_sum_to_one(beta, values):
    newest_first = theory.average_weights(beta, len(values))
    mean = np.average(values[::-1], weights=newest_first)
    assert averages(values, beta, correct=True)[-1] == pytest.approx(mean, abs=1e-9)


# --- Memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.9, 0.95, 0.99, 0.999])
def test_63_to_65_percent_of_the_weight_is_within_the_memory(beta):
    n = round(theory.memory(beta))
    share = averages([*np.zeros(50), *np.ones(n)], beta)[-1]  # what the newest n contribute
    assert share == pytest.approx(theory.average_of_constant(beta, n))
    assert 1 - np.exp(-1) < share < 0.652
    assert 0.95 < theory.average_of_constant(beta, 3 * n) < 0.96


def test_the_share_within_the_memory_tends_to_that_of_an_exponential():
    betas = 1 - np.array([0.5, 0.1, 0.01, 1e-3, 1e-6])
    share = theory.average_of_constant(betas, theory.memory(betas))
    assert np.all(np.diff(share) < 0)
    assert share[0] == 0.75
    assert share[-1] == pytest.approx(1 - np.exp(-1), abs=1e-6)


@pytest.mark.parametrize(("beta", "steps"), [(0.5, 1), (0.9, 6.58), (0.99, 68.97)])
def test_half_a_weight_is_gone_after_the_half_life(beta, steps):
    half_life = np.log(0.5) / np.log(beta)
    assert round(half_life, 2) == steps
    fading = averages([1.0, *np.zeros(100)], beta) / (1 - beta)
    before, after = int(half_life), int(np.ceil(half_life))
    assert fading[after] <= 0.5 <= fading[before]
    assert theory.average_of_constant(beta, half_life) == pytest.approx(0.5)  # and half is younger


@every_beta
def test_on_a_ramp_an_average_lags_by_its_mean_age(beta):
    ramp = np.arange(4000.0)
    lag = ramp[-1] - averages(ramp, beta)[-1]
    assert lag == pytest.approx(theory.memory(beta) - 1)
    assert lag == pytest.approx(theory.average_weights(beta, 4000) @ ramp)


# --- Noise against lag ----------------------------------------------------------------------------


@every_beta
def test_of_noise_there_remains_the_root_of_the_squared_weights(beta):
    left = np.sqrt((1 - beta) / (1 + beta))
    weights = theory.average_weights(beta, 4000)
    assert np.sqrt(weights @ weights) == pytest.approx(left)
    noise = np.random.default_rng(1).standard_normal(100_000)
    assert np.std(averages(noise, beta)[1000:]) == pytest.approx(left, rel=0.05)


def test_with_more_memory_noise_falls_lag_grows_and_the_error_is_least_between():
    signal = problems.noisy_signal()
    noise = signal.observed - signal.clean
    betas = np.arange(100) / 100
    from_noise = [root_mean_square(averages(noise, beta, correct=True)) for beta in betas]
    from_lag = [
        root_mean_square(averages(signal.clean, beta, correct=True) - signal.clean)
        for beta in betas
    ]
    error = [
        root_mean_square(averages(signal.observed, beta, correct=True) - signal.clean)
        for beta in betas
    ]
    assert np.all(np.diff(from_noise) < 0)
    assert np.all(np.diff(from_lag) > 0)
    assert betas[np.argmin(error)] == 0.74
    assert error[99] > error[0] == root_mean_square(noise)  # worse than the measurements


def test_the_louder_the_noise_the_longer_the_best_memory_and_correction_always_pays():
    betas = np.arange(100) / 100
    best = []
    for noise in (0.1, 0.5, 1.0, 2.0):
        signal = problems.noisy_signal(noise=noise)
        plain, corrected = (
            [
                root_mean_square(averages(signal.observed, beta, correct=correct) - signal.clean)
                for beta in betas
            ]
            for correct in (False, True)
        )
        assert min(corrected) < min(plain)
        best.append(np.argmin(corrected))
        if noise == 1:
            assert min(corrected) < 0.42 < min(plain)  # the explorer's goal needs the correction
    assert best == sorted(set(best))


# --- Spot the bug ---------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.8, 0.9])
def test_the_wrong_corrections_show_at_the_start_and_not_at_the_end(beta):
    t = np.arange(1, 401)
    swapped = averages(np.ones(400), 1 - beta) / theory.average_of_constant(beta, t)
    one_too_far = averages(np.ones(400), beta) / theory.average_of_constant(beta, t + 1)
    v, fed_back = 0.0, []
    for divisor in theory.average_of_constant(beta, t):
        v = (beta * v + (1 - beta)) / divisor
        fed_back.append(v)
    assert one_too_far[0] == pytest.approx(1 / (1 + beta))
    assert swapped[0] == pytest.approx(beta / (1 - beta))
    assert fed_back[0] == pytest.approx(1)
    assert fed_back[1] == pytest.approx(1 / theory.average_of_constant(beta, 2))
    for wrong in (swapped, one_too_far, fed_back):
        assert abs(wrong[1] - 1) > 0.1
        assert wrong[-1] == pytest.approx(1)


def test_before_the_first_value_there_is_nothing_to_divide_by():
    assert theory.average_of_constant(0.9, 0) == 0


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_begun_at_the_first_value_an_average_gives_it_too_much_weight(beta):
    """Turn 5.1: the rule is run here; the lesson shifts the values by the first."""
    signal = problems.noisy_signal()

    def begun(values):
        v, shown = values[0], []
        for value in values:
            v = beta * v + (1 - beta) * value
            shown.append(v)
        return np.array(shown)

    assert begun(np.ones(100)) == pytest.approx(1)
    assert begun(np.eye(100)[0])[-1] == pytest.approx(beta**99)
    corrected = averages(np.eye(100)[0], beta, correct=True)[-1]
    assert corrected == pytest.approx((1 - beta) * beta**99 / (1 - beta**100))
    if beta == 0.99:
        assert (round(beta**99, 4), round(corrected, 4)) == (0.3697, 0.0058)
        errors = [
            root_mean_square(each - signal.clean)
            for each in (begun(signal.observed), averages(signal.observed, beta, correct=True))
        ]
        assert np.round(errors, 3).tolist() == [0.689, 0.682]


# --- Gradients ------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_what_changes_sides_shrinks_and_what_stays_remains(beta):
    turn = (-1.0) ** np.arange(401)
    left = averages(3 + 5 * turn, beta)[-1] - 3  # after a turn to the positive side
    assert left == pytest.approx(5 * (1 - beta) / (1 + beta))
    assert left == pytest.approx(5 * theory.average_weights(beta, 401) @ turn)


def test_on_a_path_that_jumps_the_averaged_gradient_keeps_its_sign():
    line = problems.noisy_line()
    start = np.array([-2.0, 6.0])
    run = optimizers.gradient_descent(line.gradient, start, learning_rate=0.45, n_iterations=12)
    gradient = line.gradient(run.theta)[:, 0]
    assert np.all(np.diff(np.sign(gradient)) != 0)
    assert np.all(averages(gradient, 0.9, correct=True) < 0)
    assert line.minimiser[0] > start[0]  # against the average, the intercept grows
    # Gradient descent's own closed form: along each axis the gradient is multiplied by 1 - lr λ.
    curvatures, axes = np.linalg.eigh(line.hessian(start))
    factors = (1 - 0.45 * curvatures) ** np.arange(13)[:, None]
    np.testing.assert_allclose(
        gradient, (line.gradient(start) @ axes * factors) @ axes[0], rtol=1e-9
    )


def test_averaging_gradients_from_few_points_brings_them_closer():
    line = problems.noisy_line()
    place = np.array([2.0, 1.0])
    chosen = np.random.default_rng(0).integers(100, size=(200, 10))
    few = [problems.LeastSquares(line.A[some], line.y[some], line.theta0) for some in chosen]
    each = np.array([ten.gradient(place)[0] for ten in few])
    off = each - line.gradient(place)[0]
    left = root_mean_square(averages(off, 0.9, correct=True))
    assert left < root_mean_square(off) / 3
    assert left == pytest.approx(root_mean_square(off) * np.sqrt(0.1 / 1.9), rel=0.2)
