"""What the bank takes for right, the library computes as well: a second road to every reference.

A road draws inputs, and asks the library what should come out. No road calls the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lessons_lib import adaptive, optimizers, problems, theory
from lessons_lib.feedback import Mistake, Task, tasks
from lessons_lib.feedback.comparing import same_outcome
from lessons_lib.feedback.running import Function, Inputs, Outcome, as_value, outcome

Array = NDArray[np.float64]
Random = np.random.Generator
Road = Callable[[Random], tuple[Inputs, Any]]

ROADS: dict[str, Road] = {}
SEEDS = range(12)
TOLERANCE = 1e-9

WITHOUT = {
    "steps_until_calm": "The library ends a run by its gradient alone, and not by its last move.",
    "fair_choice": "It chooses from a table of results, and the library has nothing that chooses.",
}
"""Tasks to which no road leads, and why."""


def road(function: Road) -> Road:
    """Keep a road by its name, which is the task's."""
    ROADS[function.__name__] = function
    return function


def line(random: Random) -> problems.LeastSquares:
    """Draw a few points, and a line that misses them."""
    x, y = random.normal(size=(2, random.integers(4, 9)))
    return problems.LeastSquares(np.column_stack([np.ones_like(x), x]), y, random.normal(size=2))


# --- Lines: the loss, its derivatives, and its curvatures -----------------------------------------


@road
def line_loss(random: Random) -> tuple[Inputs, Any]:
    problem = line(random)
    return (problem.theta0, problem.x, problem.y), problem.value(problem.theta0)


@road
def line_gradient(random: Random) -> tuple[Inputs, Any]:
    problem = line(random)
    return (problem.theta0, problem.x, problem.y), problem.gradient(problem.theta0)


@road
def gradient_by_differences(random: Random) -> tuple[Inputs, Any]:
    """From (r - a h)⁴ to (r + a h)⁴ the slope is 4 a r³ + 4 a³ r h², by the binomial formula."""
    problem, h = line(random), random.uniform(0.1, 1)
    inputs = problem.theta0, problem.x, problem.y, h
    A, r = problem.A, problem.A @ problem.theta0 - problem.y
    return inputs, 4 * (r**3 @ A + h**2 * r @ A**3) / len(r)


@road
def batch_gradient(random: Random) -> tuple[Inputs, Any]:
    problem = line(random)
    rows = random.permutation(len(problem.y))[:3]
    gradient = problem.batch(rows).gradient(problem.theta0)
    return (problem.theta0, problem.x, problem.y, rows), gradient


@road
def limit_behind(random: Random) -> tuple[Inputs, Any]:
    curvature, learning_rate, minimum = random.uniform(0.2, 3, size=3).tolist()
    parabola = problems.parabola(curvature)
    run = optimizers.gradient_descent(
        lambda theta: parabola.gradient(theta - minimum),
        random.normal(size=1),
        learning_rate=learning_rate,
        n_iterations=int(random.integers(2, 5)),
    )
    return (run.theta[:, 0], learning_rate), theory.gradient_descent_limit(curvature)


@road
def largest_learning_rate(random: Random) -> tuple[Inputs, Any]:
    problem = line(random)
    return (problem.x,), theory.gradient_descent_limit(theory.curvature_range(problem.hessian()).L)


@road
def condition_number(random: Random) -> tuple[Inputs, Any]:
    problem = line(random)
    return (problem.x,), theory.condition_number(problem.hessian())


@road
def standardise(random: Random) -> tuple[Inputs, Any]:
    problem = line(random)
    return (problem.x,), problem.standardised().x


# --- Formulas -------------------------------------------------------------------------------------


@road
def best_learning_rate(random: Random) -> tuple[Inputs, Any]:
    mu, L = np.sort(random.uniform(0.1, 9, size=2)).tolist()
    return (mu, L), theory.best_gradient_descent(mu, L).learning_rate


@road
def best_beta(random: Random) -> tuple[Inputs, Any]:
    """Every direction of the valley may need the most memory, not the ends alone."""
    mu, L = np.sort(random.uniform(0.1, 9, size=2)).tolist()
    learning_rate = random.uniform(0.1, 3.9) / L
    needed = theory.critical_beta(learning_rate, np.linspace(mu, L, 50))
    return (learning_rate, mu, L), needed.max()


@road
def steps_needed(random: Random) -> tuple[Inputs, Any]:
    kappa, share = 1 + random.exponential(5), 10 ** -random.uniform(0.1, 6)
    return (kappa, share), theory.steps_to(theory.best_gradient_descent(1, kappa).rate, share)


@road
def critical_beta(random: Random) -> tuple[Inputs, Any]:
    learning_rate, curvature = random.uniform(0.1, 1.9, size=2).tolist()
    return (learning_rate * curvature,), theory.critical_beta(learning_rate, curvature)


@road
def heavy_ball_rate_on_parabola(random: Random) -> tuple[Inputs, Any]:
    product, beta, curvature = random.uniform(0.05, 3.9), random.uniform(0, 1), random.uniform(1, 9)
    return (product, beta), theory.heavy_ball_rate(product / curvature, beta, curvature)


@road
def recipe_growth(random: Random) -> tuple[Inputs, Any]:
    inputs = random.uniform(0.1, 1), random.uniform(0, 1), -random.uniform(0.1, 3)
    return inputs, theory.momentum_rate(*inputs)


@road
def cloud_variance(random: Random) -> tuple[Inputs, Any]:
    learning_rate, curvature, sigma = random.uniform(0.1, 1.4, size=3).tolist()
    variance = theory.gradient_descent_variance(learning_rate, curvature, sigma)
    return (learning_rate, curvature, sigma), variance


# --- Averages and dialects ------------------------------------------------------------------------


@road
def average_weights(random: Random) -> tuple[Inputs, Any]:
    beta, n = random.uniform(0, 1), int(random.integers(2, 9))
    return (beta, n), theory.average_weights(beta, n)


@road
def moving_average(random: Random) -> tuple[Inputs, Any]:
    """Each average is the sum of the values so far, times their weights."""
    values, beta = random.normal(size=7), random.uniform(0, 1)
    weights = theory.average_weights(beta, len(values))
    return (values, beta), np.convolve(values, weights)[: len(values)]


@road
def readings_behind(random: Random) -> tuple[Inputs, Any]:
    """The readings are drawn, and the library averages and corrects them."""
    (values, beta), averages = moving_average(random)
    corrected = averages / theory.average_of_constant(beta, np.arange(1.0, 8.0))
    return (corrected, beta), values


@road
def heavy_ball_rate(random: Random) -> tuple[Inputs, Any]:
    (learning_rate, beta, _), (translated, _) = averaged_to_heavy_ball(random)
    return (learning_rate, beta), translated


@road
def averaged_to_heavy_ball(random: Random) -> tuple[Inputs, Any]:
    return setting(random, theory.AVERAGED, theory.HEAVY_BALL)


@road
def heavy_ball_behind(random: Random) -> tuple[Inputs, Any]:
    """The run is written in any dialect, and translated by the library."""
    curvature, start, settings = random.uniform(0.5, 3), random.uniform(1, 4), rates(random)
    method, dialect = (
        (optimizers.momentum, theory.AVERAGED),
        (optimizers.heavy_ball, theory.HEAVY_BALL),
    )[random.integers(2)]
    parabola = problems.parabola(curvature)
    run = method(parabola.gradient, [start], **settings, n_iterations=int(random.integers(2, 6)))
    said = theory.translate(dialect, theory.HEAVY_BALL, **settings, velocity=0.0)
    gradients = parabola.gradient(run.theta)[:, 0]
    return (run.theta[:, 0], gradients), (said.learning_rate, settings["beta"])


def setting(
    random: Random, source: theory.Dialect, target: theory.Dialect
) -> tuple[Inputs, tuple[Any, Any]]:
    """Draw a setting of one dialect, and say it in another."""
    learning_rate, beta, velocity = random.uniform(0.1, 3), random.uniform(0, 1), random.normal(2)
    said = theory.translate(
        source, target, learning_rate=learning_rate, beta=beta, velocity=velocity
    )
    return (learning_rate, beta, velocity), (said.learning_rate, said.velocity)


# --- Runs -----------------------------------------------------------------------------------------

STEPS = 6


def rates(random: Random) -> dict[str, float]:
    """Draw a learning rate and a β."""
    return {"learning_rate": random.uniform(0.01, 0.3), "beta": random.uniform(0.1, 0.95)}


@road
def gradient_step(random: Random) -> tuple[Inputs, Any]:
    (theta, *_), gradient = line_gradient(random)
    learning_rate = random.uniform(0.01, 0.3)
    run = optimizers.gradient_descent(
        lambda _: gradient, theta, learning_rate=learning_rate, n_iterations=1
    )
    return (theta, gradient, learning_rate), run.theta[1]


@road
def descend(random: Random) -> tuple[Inputs, Any]:
    problem, learning_rate = line(random), random.uniform(0.01, 0.3)
    run = optimizers.gradient_descent(
        problem.gradient, problem.theta0, learning_rate=learning_rate, n_iterations=STEPS
    )
    return (problem.theta0, problem.x, problem.y, learning_rate, STEPS), run.theta


@road
def momentum_step(random: Random) -> tuple[Inputs, Any]:
    problem, settings = line(random), rates(random)
    run = optimizers.momentum(problem.gradient, problem.theta0, **settings, n_iterations=2)
    gradient = problem.gradient(run.theta[1])
    inputs = run.theta[1], run.velocity[1], gradient, *settings.values()
    return inputs, (run.theta[2], run.velocity[2])


@road
def momentum_run(random: Random) -> tuple[Inputs, Any]:
    """The library starts from rest. Its run after a few steps is one that starts with a speed."""
    problem, settings = line(random), rates(random)
    run = optimizers.momentum(problem.gradient, problem.theta0, **settings, n_iterations=3 + STEPS)
    inputs = run.theta[3], run.velocity[3], problem.x, problem.y, *settings.values(), STEPS
    return inputs, run.theta[3:]


@road
def nesterov_run(random: Random) -> tuple[Inputs, Any]:
    bowl = problems.quadratic(random.uniform(0.3, 4, size=2), rotation=random.uniform(0, 3))
    settings = rates(random)
    run = optimizers.nesterov(
        bowl.gradient, random.normal(size=2), **settings, n_iterations=3 + STEPS
    )
    return (run.theta[3], run.velocity[3], bowl.H, *settings.values(), STEPS), run.theta[3:]


@road
def first_wave(random: Random) -> tuple[Inputs, Any]:
    """On a parabola a look-ahead makes β (1 - lr λ) of β: the library says when a ball swings."""
    kappa = 1 + random.exponential(300)
    braked = theory.growing_betas(2000) * (1 - 1 / kappa)
    swings = theory.damping(1.0, braked, 1 / kappa) == "underdamped"
    return (kappa,), 1 + int(np.argmax(swings))


@road
def restarted_run(random: Random) -> tuple[Inputs, Any]:
    """The library's method with one β a step: after each it starts again, and keeps its speed."""
    bowl = problems.quadratic(random.uniform(0.02, 2, size=2), rotation=random.uniform(0, 3))
    theta, n = random.normal(size=2), 30
    lr = random.uniform(0.4, 1) / theory.curvature_range(bowl.H).L
    before, places, k = theta, [theta], 0
    growing = theory.growing_betas(n)
    for _ in range(n):
        ahead = places[-1] + (growing[k - 1] if k else 0.0) * (places[-1] - before)
        run = optimizers.nesterov(bowl.gradient, ahead, learning_rate=lr, beta=0.0, n_iterations=1)
        before = places[-1]
        places.append(run.theta[1])
        k = 0 if bowl.gradient(ahead) @ (places[-1] - before) > 0 else k + 1
    return (theta, bowl.H, lr, n), np.array(places)


@road
def descend_in_batches(random: Random) -> tuple[Inputs, Any]:
    """A heavy ball whose gradient deals from the batches, in their order, step by step."""
    problem, settings = line(random), rates(random)
    m = len(problem.y)
    size = int(random.integers(1, m))
    orders = np.array([random.permutation(m) for _ in range(4)])
    batches = [order[k : k + size] for order in orders for k in range(0, m, size)]
    dealt = iter([batches[0], *batches])  # the library asks once more for the first gradient
    run = optimizers.heavy_ball(
        lambda theta: problem.batch(next(dealt)).gradient(theta),
        problem.theta0,
        **settings,
        n_iterations=len(batches),
    )
    epoch = len(batches) // len(orders)  # the first one is for gathering speed
    state = run.theta[epoch], run.velocity[epoch]
    inputs = *state, problem.x, problem.y, *settings.values(), size, orders[1:]
    return inputs, run.theta[epoch::epoch]


@road
def learning_rate_behind(random: Random) -> tuple[Inputs, Any]:
    (_, x, y, learning_rate, _), history = descend(random)
    return (history, x, y), learning_rate


# --- Names of what happens ------------------------------------------------------------------------


@road
def regime(random: Random) -> tuple[Inputs, Any]:
    """One step from 1 lands on the factor. All of these numbers are exact in binary."""
    curvature = 2.0 ** random.integers(-2, 3)
    learning_rate = random.choice([0.5, 1.0, 1.5, 2.0, 3.0]) / curvature
    parabola = problems.parabola(curvature)
    run = optimizers.gradient_descent(
        parabola.gradient, [1.0], learning_rate=learning_rate, n_iterations=1
    )
    words = {0.5: "creeps", 0.0: "arrives", -0.5: "overshoots", -1.0: "bounces", -2.0: "diverges"}
    return (learning_rate, curvature), words[run.theta[1].item()]


@road
def kind_of_point(random: Random) -> tuple[Inputs, Any]:
    """A run comes to rest in a minimum, an upward run in a maximum, and none beside a saddle."""
    d = random.integers(2, 4)
    curvatures = random.choice([-1, 1], size=d) * random.uniform(0.5, 2, size=d)
    axes = np.linalg.qr(random.normal(size=(d, d)))[0]
    H = (axes * curvatures) @ axes.T
    for kind, up in (("minimum", 1), ("maximum", -1)):
        if rests(up * H, random.normal(size=d)):
            return (H,), kind
    return (H,), "saddle"


def rests(H: Array, start: Array) -> bool:
    """Whether gradient descent settles where the gradient is H θ."""
    run = optimizers.gradient_descent(
        lambda theta: theta @ H, start, learning_rate=0.3, n_iterations=1000, tolerance=1e-6
    )
    return run.status == optimizers.CONVERGED


# --- Digits ---------------------------------------------------------------------------------------


@road
def softmax(random: Random) -> tuple[Inputs, Any]:
    """The loss of one picture is -log of the probability of the digit on its label."""
    theta = random.choice([0.1, 300]) * random.normal(size=650)  # large scores overflow
    pictures = random.random((3, 64))
    losses = [[picture_loss(theta, picture, digit) for picture in pictures] for digit in range(10)]
    scores = problems.SoftmaxRegression(labelled(pictures, [0, 0, 0])).scores(theta)
    return (scores,), np.exp(-np.array(losses))


def picture_loss(theta: Array, picture: Array, digit: int) -> Array:
    return problems.SoftmaxRegression(labelled(picture[np.newaxis], [digit])).value(theta)


def labelled(pictures: Array, labels: Any) -> problems.Digits:
    return problems.Digits(pictures, np.array(labels, dtype=np.uint8))


@road
def softmax_gradient(random: Random) -> tuple[Inputs, Any]:
    labels = random.integers(10, size=7)
    pictures = labelled(random.random((7, 64)), labels)
    W = random.normal(size=(10, 65))
    inputs = np.vstack([np.ones(7), pictures.X.T])
    gradient = problems.SoftmaxRegression(pictures).gradient(W.ravel())
    return (W, inputs, labels), gradient.reshape(W.shape)


# --- After momentum -------------------------------------------------------------------------------


@road
def rmsprop_step(random: Random) -> tuple[Inputs, Any]:
    """The library keeps no squares, but its velocity tells them: g / (√s + ε)."""
    problem, settings, epsilon = line(random), rates(random), random.uniform(0.1, 1)
    run = adaptive.rmsprop(
        problem.gradient, problem.theta0, **settings, epsilon=epsilon, n_iterations=3
    )
    gradients = problem.gradient(run.theta[:-1])
    squares = (gradients / run.velocity[1:] - epsilon) ** 2
    inputs = run.theta[2], squares[1], gradients[2], *settings.values(), epsilon
    return inputs, (run.theta[3], squares[2])


@road
def adamw_run(random: Random) -> tuple[Inputs, Any]:
    bowl = problems.quadratic(random.uniform(0.3, 4, size=2), rotation=random.uniform(0, 3))
    settings = {
        "learning_rate": random.uniform(0.1, 0.5),
        "beta1": random.uniform(0.2, 0.6),
        "beta2": random.uniform(0.7, 0.95),
        "epsilon": random.uniform(0.1, 1),
        "weight_decay": random.uniform(0.1, 0.5),
    }
    run = adaptive.adam(bowl.gradient, random.normal(size=2), **settings, n_iterations=STEPS)
    return (run.theta[0], bowl.H, *settings.values(), STEPS), run.theta


# --- What is compared -----------------------------------------------------------------------------


HERE = "tests/test_bank_reference.py"


def follows(task: Task, function: Function, seed: int) -> bool:
    """Whether a function does what the library does, and leaves its arguments alone."""
    inputs, wanted = ROADS[task.name](np.random.default_rng(seed))
    n_parts = len(task.returns)
    done = outcome(function, inputs, n_parts)
    return same_outcome(done, Outcome(as_value(wanted, n_parts)), TOLERANCE)


EVERY = tasks()
COMPARED = [task for name, task in EVERY.items() if name in ROADS]

UNSEEN = {
    "steps_needed": ["One step too many where the number comes out whole"],
}
"""Mistakes that no road sees: no drawn number of steps comes out whole."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", COMPARED, ids=lambda each: each.name)
def test_a_reference_does_what_the_library_does(task: Task, seed: int) -> None:
    assert follows(task, task.reference, seed)


def unseen(task: Task, excused: Collection[str]) -> Iterator[str]:
    """Say which mistakes a road does not see, and which excuses are idle."""
    for mistake in task.mistakes:
        if all(follows(task, mistake.function, seed) for seed in SEEDS):
            if mistake.name not in excused:
                yield (
                    f"{HERE}: the road {task.name} does not see {mistake.name!r}. Draw inputs that"
                    " show it, or say in UNSEEN why none can."
                )
        elif mistake.name in excused:
            yield f"{HERE}: the road {task.name} sees {mistake.name!r}. Take it out of UNSEEN."
    for name in sorted(set(excused) - {mistake.name for mistake in task.mistakes}):
        yield f"{HERE}: {task.name} has no mistake {name!r}. Take it out of UNSEEN."


@pytest.mark.parametrize("task", COMPARED, ids=lambda each: each.name)
def test_a_road_refuses_every_mistake(task: Task) -> None:
    assert [*unseen(task, UNSEEN.get(task.name, []))] == []


STEP = EVERY["gradient_step"]
SEEN = STEP.mistakes[0]


@pytest.mark.parametrize(
    ("mistakes", "excused", "said"),
    [
        ([replace(SEEN, function=STEP.reference)], [], "does not see 'Uphill in place of"),
        ([SEEN], [SEEN.name], "sees 'Uphill in place of downhill'. Take it out"),
        ([SEEN], ["Gone"], "gradient_step has no mistake 'Gone'. Take it out"),
    ],
)
def test_a_mistake_that_is_not_seen_and_an_idle_excuse_are_found(
    mistakes: list[Mistake], excused: list[str], said: str
) -> None:
    (sentence,) = unseen(replace(STEP, mistakes=mistakes), excused)
    assert sentence.startswith(f"{HERE}: ")
    assert said in sentence


def unaccounted(
    names: Collection[str], compared: Collection[str], without: Mapping[str, str]
) -> Iterator[str]:
    """Say which tasks are neither compared nor excused, and which excuses are idle."""
    for name in names:
        if name not in compared and not without.get(name, "").strip():
            yield (
                f"{HERE}: {name} needs a road. Write @road above a function of its name, which"
                " draws inputs and returns them with the library's answer, or say in WITHOUT why"
                " the library has none."
            )
    for name in sorted({*compared, *without} - set(names)):
        yield f"{HERE}: {name} is no task. Take it out."
    for name in sorted(set(compared) & set(without)):
        yield f"{HERE}: {name} has a road. Take it out of WITHOUT."


def test_every_task_is_compared_or_excused() -> None:
    assert [*unaccounted(EVERY, ROADS, WITHOUT)] == []
    assert set(UNSEEN) <= set(ROADS)


@pytest.mark.parametrize(
    ("compared", "without", "said"),
    [
        (["slope"], {}, "rest needs a road"),
        (["slope"], {"rest": " "}, "rest needs a road"),
        (["slope", "rest", "gone"], {}, "gone is no task"),
        (["slope"], {"rest": "Because.", "gone": "Because."}, "gone is no task"),
        (["slope", "rest"], {"rest": "Because."}, "rest has a road"),
    ],
)
def test_a_task_without_road_or_reason_is_found(
    compared: list[str], without: dict[str, str], said: str
) -> None:
    (sentence,) = unaccounted(["slope", "rest"], compared, without)
    assert sentence.startswith(f"{HERE}: {said}")
