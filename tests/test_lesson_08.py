"""Lesson 8: what it says of springs and of the best setting, and what it writes by hand."""

import re

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

LESSON = "08_springs"
BY_HAND = (
    "import-tools",
    "recall-valley",
    "two-positions-by-hand",
    "roots-by-hand",
    "run-from-formula",
    "same-modulus",
    "arrivals-by-hand",
)
LINE = problems.noisy_line()
MU, L = theory.curvature_range(LINE.hessian())
BEST = theory.best_heavy_ball(MU, L)


def ball_on_the_line(method=optimizers.heavy_ball, lr=BEST.learning_rate, n=200):
    return method(LINE.gradient, LINE.theta0, learning_rate=lr, beta=BEST.beta, n_iterations=n)


def steps_for_good(path, minimiser, share=1e-6):
    """Walk back from the end to the last position that is too far away."""
    distance = np.linalg.norm(path - minimiser, axis=-1)
    step = len(path)
    while step and distance[step - 1] <= share * distance[0]:
        step -= 1
    return step


# --- By hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("product", "beta"), [(0.1, 0.2), (0.1, 0.9), (1.7, 0.05), (3.0, 0.8)])
def test_two_positions_and_the_formula_give_the_librarys_run(lesson, product, beta):
    parabola = problems.parabola(5.0)
    run = optimizers.heavy_ball(
        parabola.gradient, [1.0], learning_rate=product / 5, beta=beta, n_iterations=80
    )
    for path in lesson["roll"](product, beta, 80), lesson["formula"](product, beta, 80):
        np.testing.assert_allclose(path, run.theta[:, 0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.81, 0.99])
def test_the_roots_by_hand_multiply_to_beta_and_give_the_rate(lesson, beta):
    products = np.linspace(0.01, 4, 400)
    z = lesson["roots"](products, beta)
    np.testing.assert_allclose(z[0] * z[1], beta, atol=1e-12)
    np.testing.assert_allclose(
        lesson["rate"](products, beta), theory.heavy_ball_rate(products, beta, 1.0), rtol=1e-6
    )


def test_arrivals_are_counted_right(lesson):
    path = np.array([[8.0], [0.5], [3.0], [0.9], [0.1]])
    assert lesson["arrival"](path, 0.0, share=1 / 8) == (1, 3)
    assert steps_for_good(path, 0.0, 1 / 8) == 3


# --- Swinging -------------------------------------------------------------------------------------


def test_a_steeper_parabola_swings_more_often_but_fades_no_sooner():
    curvature = np.array([0.05, 0.2])
    run = optimizers.heavy_ball(
        lambda theta: curvature * theta, [1.0, 1.0], learning_rate=1.0, beta=0.81, n_iterations=400
    )
    x = run.theta[:300]
    crossings = (x[1:] * x[:-1] < 0).sum(axis=0)
    assert crossings[1] / crossings[0] == pytest.approx(2, rel=0.15)
    crests = np.abs(run.theta / 0.9 ** np.arange(401)[:, None])
    assert np.all((crests[200:].max(axis=0) / crests[:200].max(axis=0)).round(2) == 1)


def test_a_full_turn_takes_as_many_steps_as_the_angle_of_the_root_says():
    angle = np.angle(np.roots([1, -1.8, 0.9])[0])
    x = optimizers.heavy_ball(
        lambda theta: theta, [1.0], learning_rate=0.1, beta=0.9, n_iterations=1000
    ).theta[:, 0]
    crossings = np.flatnonzero(x[1:] * x[:-1] < 0)
    between = (crossings[-1] - crossings[0]) / (len(crossings) - 1)
    assert 2 * between == pytest.approx(abs(2 * np.pi / angle), rel=0.005)


def test_no_memory_at_all_beats_the_critical_one(lesson):
    betas = np.linspace(0, 0.999, 1000)
    for product in np.linspace(0.01, 3.9, 60):
        least = lesson["rate"](product, betas).min()
        assert least >= abs(1 - np.sqrt(product)) - 1e-9


# --- The best setting -----------------------------------------------------------------------------


def test_both_directions_move_like_a_double_root():
    """By the closed form (1 + c k) rᵏ, against the run that the lesson counts."""
    curvatures, directions = np.linalg.eigh(LINE.hessian())
    errors = (ball_on_the_line().theta - LINE.minimiser) @ directions
    k = np.arange(61)[:, None]
    r = BEST.rate * np.array([1, -1])
    c = (1 - BEST.learning_rate * curvatures) / r - 1
    np.testing.assert_allclose(errors[:61], errors[0] * (1 + c * k) * r**k, atol=1e-12)
    assert c == pytest.approx([1 - BEST.rate, 1 + BEST.rate])
    distance = np.linalg.norm(errors[0] * (1 + c * k) * r**k, axis=1)
    assert np.argmax(distance <= 1e-6 * distance[0]) == 31


def logarithms_of_distance(lr, beta, n):
    """The logarithm of the distance after each step, by the rule of two positions.

    What is left is made one unit long at each step, and the logarithm of that is kept.
    """
    _, directions = np.linalg.eigh(LINE.hessian())
    beta, lr = beta[..., None], lr[..., None]
    keep = 1 + beta - lr * np.array([MU, L])
    now = before = (LINE.theta0 - LINE.minimiser) @ directions + 0 * keep
    logs, units = [], 0.0
    for _ in range(n + 1):
        size = np.linalg.norm(now, axis=-1)
        now, before, units = now / size[..., None], before / size[..., None], units + np.log(size)
        logs.append(units)
        now, before = keep * now - beta * before, now
    return np.array(logs)


def test_the_delay_against_the_best_race_grows_slowly(cells):
    """Down to 1e-200, where floats of the places themselves end long before."""
    rates, betas = np.linspace(0.48, 0.6, 121)[:, None], np.linspace(0.27, 0.35, 81)
    grid = logarithms_of_distance(rates, betas, 850)
    ours = logarithms_of_distance(np.array(BEST.learning_rate), np.array(BEST.beta), 850)
    late = []
    for power in (2, 6, 12, 24, 48, 100, 200):
        few, at_ours = (
            len(logs) - (logs > logs[0] - power * np.log(10))[::-1].argmax(axis=0)
            for logs in (grid, ours)
        )
        late.append(int(at_ours - few.min()))
        if power <= 48:
            row = f"to 1e-{power:02}: optimum {at_ours} steps, best on the grid {few.min()} at"
            assert row in printed(cells["best-for-a-race"])
    assert late[0] == 6
    assert all(6 <= each < 12 for each in late)


def test_the_last_place_that_swings(cells):
    """Turn 8.1, by numpy's roots of the quadratic and by the damping of the theory."""
    angle = np.angle(np.roots([1, -(1.9 - 3.75), 0.9])[0])
    assert f"takes {2 * np.pi / abs(angle):.2f} steps" in printed(cells["turn-numbers"])
    end = (1 + np.sqrt(0.9)) ** 2
    assert f"(1 + √β)² is {end:.4f}" in printed(cells["turn-numbers"])
    around = theory.damping(np.array([end - 1e-6, end + 1e-6]), 0.9, 1.0)
    assert list(around == "underdamped") == [True, False]


def test_a_wrong_curvature_costs_speed_or_everything(cells):
    """Turn 8.2."""

    def rate(mu, most):
        guessed = theory.best_heavy_ball(mu, most)
        return max(theory.heavy_ball_rate(guessed.learning_rate, guessed.beta, [MU, L]))

    assert BEST.rate < rate(MU, 1.1 * L) < rate(MU / 4, L) < rate(4 * MU, L) < 1
    assert rate(MU, 0.9 * L) > 1
    # and a run of the library's: what is left after 400 steps, against what was after 200
    for name, mu, most in (("4 μ", 4 * MU, L), ("μ/4", MU / 4, L), ("0.9 L", MU, 0.9 * L)):
        guessed = theory.best_heavy_ball(mu, most)
        run = optimizers.heavy_ball(
            lambda error: np.array([MU, L]) * error,
            [1.0, 1.0],
            learning_rate=guessed.learning_rate,
            beta=guessed.beta,
            n_iterations=400,
        )
        sizes = np.linalg.norm(run.theta, axis=1)
        late, early = (sizes[k - 100 : k].max() for k in (len(sizes), len(sizes) - 100))
        (row,) = (each for each in printed(cells["turn-numbers"]).splitlines() if name in each)
        assert (late / early) ** 0.01 == pytest.approx(float(row.split()[-1]), rel=0.01)


def test_up_to_its_best_learning_rate_the_recipe_is_at_most_twice_as_fast(cells):
    rows = printed(cells["twice-by-hand"]).splitlines()
    for row, lr in zip(rows, (0.01, 0.1, 0.44, 0.48), strict=True):
        plain = max(theory.gradient_descent_rate(lr, [MU, L]))
        betas = np.linspace(0, 0.9999, 20_000)
        rates = np.max(theory.momentum_rate(lr, betas, np.array([[MU], [L]])), axis=0)
        best = rates.argmin()
        shown = [float(number) for number in re.findall(r"0\.\d{4}", row)]
        assert shown == pytest.approx([betas[best], plain, rates[best]], abs=2e-4)
        words = row.split()
        gain = int(words[-4]) / int(words[-2])
        if lr < 2 / (L + MU):
            assert plain**2 < rates[best] < plain
            assert 1.4 < gain < 2
        else:
            assert rates[best] < plain**2
            assert gain > 10


@pytest.mark.parametrize("most", [1.5, 3.0, 4.0, 100.0])
def test_two_steps_of_gradient_descent_do_more_up_to_its_best_and_not_beyond(most):
    """In valleys with curvatures from 1 to `most`, short ones too, by rates on a fine grid of β."""
    betas = np.linspace(0, 0.9999, 20_000)
    own_best = 2 / (1 + most)
    for lr in np.array([0.1, 0.5, 0.9, 1.0]) * own_best:
        rates = np.max(theory.momentum_rate(lr, betas, np.array([[1.0], [most]])), axis=0)
        assert rates.min() == pytest.approx((1 - lr) / (1 + lr), abs=1e-3)
        assert max(theory.gradient_descent_rate(lr, [1.0, most])) ** 2 < rates.min()
    near_its_limit = 0.999 * 2 / most
    rates = np.max(theory.momentum_rate(near_its_limit, betas, np.array([[1.0], [most]])), axis=0)
    assert rates.min() < max(theory.gradient_descent_rate(near_its_limit, [1.0, most])) ** 2


def test_three_colleagues(lesson):
    recipe_lr = theory.best_momentum(MU, L).learning_rate
    assert recipe_lr == pytest.approx(BEST.learning_rate / (1 - BEST.beta))
    right = ball_on_the_line(optimizers.momentum, recipe_lr)
    np.testing.assert_allclose(right.theta, ball_on_the_line().theta, atol=1e-12)
    short = ball_on_the_line(optimizers.momentum)
    assert steps_for_good(short.theta, LINE.minimiser) == 47
    curvatures, directions = np.linalg.eigh(LINE.hessian())
    products = BEST.learning_rate * (1 - BEST.beta) * curvatures
    runs = [lesson["formula"](product, BEST.beta, 200) for product in products]
    errors = (LINE.theta0 - LINE.minimiser) @ directions * np.transpose(runs)
    assert steps_for_good(errors, 0.0) == 47
    assert recipe_lr > theory.heavy_ball_limit(L, BEST.beta)
    assert ball_on_the_line(lr=recipe_lr).status == "diverged"


@pytest.mark.parametrize(
    ("kappa", "plain", "ball"), [(10, 69, 27), (100, 691, 93), (1000, 6908, 315)]
)
def test_the_gain_in_long_valleys(kappa, plain, ball):
    """By the closed forms of both methods; the lesson counts the steps of runs."""
    slow = theory.best_gradient_descent(1 / kappa, 1.0).rate
    fast = theory.best_heavy_ball(1 / kappa, 1.0).rate
    assert theory.steps_to(slow, 1e-6) == plain
    k = np.arange(1000)
    along, across = ((1 + c * k) * fast**k for c in (1 - fast, 1 + fast))
    outside = np.sqrt((along**2 + across**2) / 2) > 1e-6
    assert np.flatnonzero(outside)[-1] + 1 == ball
    assert np.log(fast) / np.log(slow) == pytest.approx(np.sqrt(kappa), rel=0.05)
    assert 0.6 < plain / ball / np.sqrt(kappa) < 1


@pytest.mark.parametrize(("beta", "kappa"), [(0.5, 34), (0.9, 1442), (0.99, 158402)])
def test_the_valley_for_which_a_beta_is_best(beta, kappa):
    assert theory.best_heavy_ball(1.0, kappa).beta == pytest.approx(beta, abs=1e-3)


# --- What is printed ------------------------------------------------------------------------------


def test_the_lesson_prints_what_theory_says(cells):
    for name, wanted in {
        "optimum-by-hand": "learning rate {:.4f}, β {:.4f}, rate {:.4f}".format(*BEST),
        "limit-on-the-line": f"{theory.momentum_limit(L, 0.9):.3f}",
        "three-colleagues": f"divided by 1 - β: {theory.best_momentum(MU, L).learning_rate:.4f};"
        f" limit of the heavy ball: {theory.heavy_ball_limit(L, BEST.beta):.4f}",
        "recall-valley": f"rate {theory.best_gradient_descent(MU, L).rate:.4f}",
    }.items():
        assert wanted in printed(cells[name]), name
    steps = [
        steps_for_good(run.theta, LINE.minimiser)
        for run in (
            optimizers.gradient_descent(
                LINE.gradient, LINE.theta0, learning_rate=2 / (L + MU), n_iterations=200
            ),
            ball_on_the_line(),
        )
    ]
    for n in steps:
        assert f"{n} steps, for good {n}" in printed(cells["run-the-best"])
    assert "False" not in "".join(map(printed, cells.values()))


@pytest.mark.parametrize("kappa", [1.5, 4.0, 12.83, 1000.0])
def test_what_two_hints_of_the_bank_say_of_the_best_setting(kappa):
    """It is κ/(κ + 1) of the limit, and at 1/L no β has a better rate than 1 - 1/√κ."""
    best = theory.best_heavy_ball(1.0, kappa)
    share = best.learning_rate / theory.heavy_ball_limit(kappa, best.beta)
    assert share == pytest.approx(kappa / (kappa + 1))
    ends = np.array([[1.0], [kappa]])
    betas = np.linspace(0, 0.9999, 20_000)
    at_1_by_L = np.max(theory.heavy_ball_rate(1 / kappa, betas, ends), axis=0).min()
    assert at_1_by_L == pytest.approx(1 - 1 / np.sqrt(kappa), abs=5e-3)
    assert at_1_by_L > best.rate
