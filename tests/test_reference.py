"""The update rules against trajectories that PyTorch took, step by step.

tests/reference/record_pytorch.py made the recording and says how.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from lessons_lib import adaptive, optimizers, problems, theory

REFERENCE = Path(__file__).parent / "reference"
RECORD, ADAPTIVE = (
    json.loads((REFERENCE / f"pytorch_{name}.json").read_text()) for name in ("sgd", "adaptive")
)
PROBLEMS = ("line", "valley", "banana")


def valley(theta):
    return theta @ np.array([[2.0, 1.7], [1.7, 1.7]]) - np.array([1.0, -0.5])


def banana(theta):
    x, y = theta[..., 0], theta[..., 1]
    return np.stack([-(1 - x) / 2 - 4 * x * (y - x**2), 2 * (y - x**2)], axis=-1)


GRADIENTS = {"line": problems.noisy_line().gradient, "valley": valley, "banana": banana}


def recorded(problem, method):
    """Return what is needed to repeat a run, and what came out of it."""
    (run,) = [r for r in RECORD["runs"] if (r["problem"], r["method"]) == (problem, method)]
    theta = np.array(run["theta"])
    buffer = np.array(run.get("momentum_buffer", np.zeros_like(theta)))  # plain SGD keeps none
    settings = run["settings"]
    start = {
        "gradient": GRADIENTS[problem],
        "theta0": theta[0],
        "learning_rate": settings["lr"],
        "n_iterations": len(theta) - 1,
    }
    return start, settings.get("momentum"), settings.get("dampening"), theta, buffer


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def test_the_recording_has_every_run_and_says_which_pytorch_made_it():
    assert RECORD["versions"]["torch"].startswith("2.")
    assert len(RECORD["runs"]) == 15
    assert all(np.shape(run["theta"]) == (31, 2) for run in RECORD["runs"])


def test_the_recorded_line_starts_where_ours_does():
    *_, theta, _ = recorded("line", "plain")
    same(problems.noisy_line().theta0, theta[0])


@pytest.mark.parametrize("problem", PROBLEMS)
def test_gradient_descent_is_plain_sgd(problem):
    start, _, _, theta, _ = recorded(problem, "plain")
    same(optimizers.gradient_descent(**start).theta, theta)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_heavy_ball_is_sgd_with_momentum(problem):
    start, beta, _, theta, buffer = recorded(problem, "momentum")
    run = optimizers.heavy_ball(**start, beta=beta)
    same(run.theta, theta)
    same(run.velocity, buffer)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_nesterov_is_sgd_with_nesterov_seen_from_the_look_ahead(problem):
    """PyTorch keeps φ = θ - lr β v, the point where the gradient is taken, and calls it the
    parameters: with v₊ = β v + g(φ) and θ₊ = θ - lr v₊ it moves by
    φ₊ - φ = θ₊ - θ - lr β (v₊ - v) = -lr v₊ - lr β v₊ + lr β v = -lr (g + β v₊), as v₊ - β v = g.
    """
    start, beta, _, theta, buffer = recorded(problem, "nesterov")
    run = optimizers.nesterov(**start, beta=beta)
    same(run.velocity, buffer)
    same(run.theta - start["learning_rate"] * beta * run.velocity, theta)
    assert np.abs(run.theta - theta).max() > 1e-3  # the two variables are not the same


def undampened_at(theta0, gradient, weight):
    """Return the gradient, so enlarged at the start that the first step's weight cancels."""
    return lambda theta: gradient(theta) / (weight if np.array_equal(theta, theta0) else 1.0)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_momentum_is_dampened_sgd_but_for_the_first_step(problem):
    """PyTorch's dampening = β gives the gradient the weight 1 - β, except at the first step."""
    start, beta, dampening, theta, buffer = recorded(problem, "averaged")
    assert dampening == beta
    as_it_is = optimizers.momentum(**start, beta=beta)
    first_step, pytorchs = as_it_is.theta[1] - as_it_is.theta[0], theta[1] - theta[0]
    np.testing.assert_allclose(first_step, (1 - beta) * pytorchs)

    start["gradient"] = undampened_at(theta[0], start["gradient"], 1 - beta)
    run = optimizers.momentum(**start, beta=beta)
    same(run.theta, theta)
    same(run.velocity, buffer)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_any_dampening_translates_into_heavy_ball(problem):
    start, beta, dampening, theta, buffer = recorded(problem, "half dampened")
    dialect = theory.pytorch(dampening)
    setting = theory.translate(
        dialect, theory.HEAVY_BALL, learning_rate=start["learning_rate"], beta=beta, velocity=buffer
    )
    start["gradient"] = undampened_at(theta[0], start["gradient"], 1 - dampening)
    start["learning_rate"] = setting.learning_rate
    run = optimizers.heavy_ball(**start, beta=setting.beta)
    same(run.theta, theta)
    same(run.velocity, setting.velocity)


# --- A step size for each direction ---------------------------------------------------------------


def recorded_adaptive(problem, method):
    """Return what is needed to repeat a run, its settings in our names, and what came out of it."""
    (run,) = [r for r in ADAPTIVE["runs"] if (r["problem"], r["method"]) == (problem, method)]
    theta, given = np.array(run["theta"]), run["settings"]
    start = {"gradient": GRADIENTS[problem], "theta0": theta[0], "n_iterations": len(theta) - 1}
    settings = {"learning_rate": given["lr"], "epsilon": given.get("eps", 1e-8)}
    if "alpha" in given:
        settings["beta"] = given["alpha"]
    else:
        settings["beta1"], settings["beta2"] = given["betas"]
    return start, settings, given.get("weight_decay", 0.0), theta


def test_the_adaptive_recording_has_every_run_and_says_which_pytorch_made_it():
    assert ADAPTIVE["versions"]["torch"].startswith("2.")
    assert len(ADAPTIVE["runs"]) == 18
    assert all(np.shape(run["theta"]) == (31, 2) for run in ADAPTIVE["runs"])


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("method", ["rmsprop", "rmsprop, large epsilon"])
def test_rmsprop_is_pytorchs(problem, method):
    start, settings, _, theta = recorded_adaptive(problem, method)
    same(adaptive.rmsprop(**start, **settings).theta, theta)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("method", ["adam", "adam, large epsilon"])
def test_adam_is_pytorchs(problem, method):
    start, settings, _, theta = recorded_adaptive(problem, method)
    same(adaptive.adam(**start, **settings).theta, theta)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_adam_with_weight_decay_is_pytorchs_adamw(problem):
    start, settings, decay, theta = recorded_adaptive(problem, "adamw")
    assert decay == 0.5
    same(adaptive.adam(**start, **settings, weight_decay=decay).theta, theta)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_decay_in_the_gradient_is_pytorchs_other_adam_and_another_method(problem):
    start, settings, decay, theta = recorded_adaptive(problem, "adam, decay in the gradient")
    beside = adaptive.adam(**start, **settings, weight_decay=decay).theta
    gradient = start.pop("gradient")
    inside = adaptive.adam(lambda t: gradient(t) + decay * t, **start, **settings).theta
    same(inside, theta)
    assert np.abs(beside - theta).max() > 1e-3


def epsilon_inside(gradient, theta, lr, beta, epsilon, n):
    """RMSprop with ε added before the root is taken, as Keras and optax have it."""
    s, places = 0.0, [theta]
    for _ in range(n):
        g = gradient(places[-1])
        s = beta * s + (1 - beta) * g**2
        places.append(places[-1] - lr * g / np.sqrt(s + epsilon))
    return np.array(places)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_recording_tells_where_the_epsilon_stands(problem):
    start, settings, _, theta = recorded_adaptive(problem, "rmsprop, large epsilon")
    other = epsilon_inside(start["gradient"], theta[0], *settings_in_order(settings), 30)
    assert np.abs(other - theta).max() > 1e-3


def settings_in_order(settings):
    return [settings[name] for name in ("learning_rate", "beta", "epsilon")]
