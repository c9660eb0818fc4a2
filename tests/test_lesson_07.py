"""Lesson 7: what it says of the four dialects, and the functions that it writes by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from course_tools.notebooks.cells import printed
from lessons_lib import optimizers, problems, theory

HERE = Path(__file__).parent
LESSON = "07_dialects"
BY_HAND = (
    "import-tools",
    "three-dialects-by-hand",
    "walk-by-hand",
    "translator-by-hand",
    "pytorch-by-hand",
    "four-converters",
)
RECORD = json.loads((HERE / "reference" / "pytorch_sgd.json").read_text())
LINE = problems.noisy_line()
_, L = theory.curvature_range(LINE.hessian())

settings = pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.9), (0.5, 0.5), (2.0, 0.95)])


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)


def distance(theta):
    return np.linalg.norm(theta - LINE.minimiser, axis=-1)


# --- The dialects by hand -------------------------------------------------------------------------


@settings
def test_the_dialects_by_hand_are_the_librarys(lesson, lr, beta):
    for ours, theirs in ("averaged", "momentum"), ("heavy_ball", "heavy_ball"):
        thetas, velocities = lesson["walk"](lesson[ours], [lr / 20] * 50, beta)
        run = getattr(optimizers, theirs)(
            LINE.gradient, LINE.theta0, learning_rate=lr / 20, beta=beta, n_iterations=50
        )
        same(thetas, run.theta)
        same(velocities, run.velocity)


@settings
def test_translated_dialects_take_one_path(lesson, lr, beta):
    walk, translate = lesson["walk"], lesson["translate"]
    thetas, velocities = walk(lesson["averaged"], [lr] * 50, beta)
    for name, form in ("heavy ball", "heavy_ball"), ("velocity", "velocity_form"):
        rate, v = translate("averaged", name, lr, beta, velocities[20])
        path, rescaled = walk(lesson[form], [rate] * 30, beta, theta=thetas[20], v=v)
        same(path, thetas[20:])
        same(rescaled[-1], translate("averaged", name, lr, beta, velocities[50])[1])


@settings
def test_the_translator_by_hand_is_the_theorys(lesson, lr, beta):
    known = {
        "averaged": theory.AVERAGED,
        "heavy ball": theory.HEAVY_BALL,
        "velocity": theory.VELOCITY,
    }
    for source, ours in known.items():
        for target, theirs in known.items():
            wanted = theory.translate(ours, theirs, learning_rate=lr, beta=beta, velocity=3.0)
            got = lesson["translate"](source, target, lr, beta, 3.0)
            assert got == pytest.approx((wanted.learning_rate, wanted.velocity))


@settings
def test_only_the_third_converter_is_right(lesson, lr, beta):
    wanted = theory.translate(
        theory.AVERAGED, theory.HEAVY_BALL, learning_rate=lr, beta=beta, velocity=3.0
    )
    right = [
        lesson[f"converter_{letter}"](lr, beta, 3.0)
        == pytest.approx((wanted.learning_rate, wanted.velocity))
        for letter in "abcd"
    ]
    assert right == [False, False, True, False]


# --- The limit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.6, 0.9, 0.95])
def test_the_averaged_limit_is_where_runs_begin_to_grow(beta):
    """The closed form against the recipe itself, simulated on both sides of it."""
    limit = theory.momentum_limit(L, beta)
    assert limit == pytest.approx(theory.heavy_ball_limit(L, beta) / (1 - beta))
    run = optimizers.momentum(
        LINE.gradient,
        LINE.theta0,
        learning_rate=limit * np.array([0.995, 1.005]),
        beta=beta,
        n_iterations=3000,
    )
    inside, outside = distance(run.theta[-1])
    assert inside < 1e-6
    assert outside > 1e6


# --- Where the dialects part ----------------------------------------------------------------------


def test_a_schedule_parts_heavy_ball_and_velocity_until_the_velocity_is_rescaled(lesson):
    walk, schedule = lesson["walk"], [0.01] * 20 + [0.001] * 40
    ball, _ = walk(lesson["heavy_ball"], schedule, 0.9)
    inside, v = walk(lesson["velocity_form"], schedule, 0.9)
    same(inside[:21], ball[:21])
    # A second road: with the old velocity v₂₀ and g the gradient there, the 21st moves are
    # -(β v₂₀ + lr g) against -(lr/old) β v₂₀ - lr g.
    pushed = 0.9 * v[20]
    difference = (inside[21] - inside[20]) - (ball[21] - ball[20])
    same(difference, -(1 - 0.1) * pushed)
    rest, _ = walk(lesson["velocity_form"], schedule[20:], 0.9, theta=inside[20], v=v[20] / 10)
    same(rest, ball[20:])
    averaged, _ = walk(lesson["averaged"], np.array(schedule) / (1 - 0.9), 0.9)
    same(averaged, ball)


# --- PyTorch --------------------------------------------------------------------------------------


def recorded(method):
    (run,) = [r for r in RECORD["runs"] if (r["problem"], r["method"]) == ("line", method)]
    return np.array(run["theta"]), run["settings"]


@pytest.mark.parametrize("method", ["momentum", "averaged", "half dampened"])
def test_pytorch_by_hand_is_what_pytorch_does(lesson, method):
    theta, setting = recorded(method)
    rates = [setting["lr"]] * (len(theta) - 1)
    ours = lesson["walk_pytorch"](rates, setting["momentum"], setting.get("dampening", 0.0))
    same(ours, theta)


def test_pytorch_dampened_by_beta_is_the_recipe_started_from_the_first_gradient(lesson):
    theta, setting = recorded("averaged")
    assert setting["dampening"] == setting["momentum"]
    rates = [setting["lr"]] * (len(theta) - 1)
    walk, beta = lesson["walk"], setting["momentum"]
    same(walk(lesson["averaged"], rates, beta, v=LINE.gradient(LINE.theta0))[0], theta)
    from_rest, _ = walk(lesson["averaged"], rates, beta)
    first, dampened = theta[1] - theta[0], from_rest[1] - from_rest[0]
    same(first * (1 - beta), dampened)


@pytest.mark.parametrize("nesterov", [False, True])
def test_scikit_learn_speaks_the_velocity_dialect(nesterov):
    """Its own optimiser beside the two lines of the table, and Nesterov's on the sheet."""
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    line = problems.noisy_line()
    theirs, ours, v = line.theta0.copy(), line.theta0.copy(), np.zeros(2)
    optimizer = SGDOptimizer([theirs], learning_rate_init=0.02, momentum=0.9, nesterov=nesterov)
    for _ in range(30):
        optimizer.update_params([theirs], [line.gradient(theirs)])
        g = line.gradient(ours)
        v = 0.9 * v - 0.02 * g
        ours = ours + (0.9 * v - 0.02 * g if nesterov else v)
        np.testing.assert_allclose(theirs, ours, rtol=1e-12)


# --- Your turn ------------------------------------------------------------------------------------


def test_a_change_of_beta_multiplies_the_velocity_by_five():
    """By the library's translator, before the change and after."""
    before, after = (
        theory.translate(
            theory.AVERAGED, theory.HEAVY_BALL, learning_rate=0.1, beta=beta, velocity=1.0
        )
        for beta in (0.5, 0.9)
    )
    assert (before.learning_rate, after.learning_rate) == pytest.approx((0.05, 0.01))
    assert after.velocity / before.velocity == pytest.approx(5)


@pytest.mark.parametrize("beta", [0.9, 0.5])
def test_how_far_an_early_change_parts_them(cells, beta):
    """Without a velocity: by places alone, with the last move shrunk or not at the change."""
    said = printed(cells["turn-numbers-2"])
    plan, paths = [0.01] * 10 + [0.001] * 50, []
    for follows in (True, False):  # whether old moves shrink with the learning rate
        thetas = [LINE.theta0, LINE.theta0]
        for former, lr in zip([plan[0], *plan], plan, strict=False):
            share = beta * lr / former if follows else beta
            move = share * (thetas[-1] - thetas[-2]) - lr * LINE.gradient(thetas[-1])
            thetas.append(thetas[-1] + move)
        paths.append(np.array(thetas))
    apart = np.linalg.norm(paths[0] - paths[1], axis=1).max()
    assert f"β = {beta}, lowered after 10 steps: {apart:.4f} apart" in said
