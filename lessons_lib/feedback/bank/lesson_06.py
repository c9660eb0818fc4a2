"""Lesson 6: the recipe's step with memory, the run that it makes, and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.lesson_01 import X, Y, line_gradient
from lessons_lib.feedback.bank.slips import (
    Factor,
    in_a_run,
    of_dialects,
    of_history,
    of_moving_arrays,
    of_two_answers,
    of_what_a_run_returns,
)
from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]

Move = Callable[..., tuple[Array, Array]]


# --- One step -------------------------------------------------------------------------------------

STEP = Task(
    lesson=6,
    returns=("theta", "the velocity"),
    shows="Two lines: one remembers, the other steps. It was tried from a velocity that is not"
    " zero, because from rest many wrong steps look right.",
    cases=[
        (np.array([1.0, -2.0]), np.array([3.0, 0.5]), np.array([-1.0, 4.0]), 0.1, 0.9),
        (np.array([0.0, 5.0]), np.array([-2.0, 1.0]), np.array([2.0, 2.0]), 0.5, 0.6),
        (
            np.array([2.0, -1.0, 0.5]),
            np.array([0.5, 2.0, -3.0]),
            np.array([4.0, 1.0, 1.5]),
            0.3,
            0.75,
        ),
    ],
)


@STEP.answer
def momentum_step(
    theta: Array, velocity: Array, gradient: Array, learning_rate: float, beta: float
) -> Any:
    """Return the parameters and the velocity after one step of the recipe."""
    velocity = beta * velocity + (1 - beta) * gradient
    return theta - learning_rate * velocity, velocity


@STEP.mistake(
    "The factor 1 - β is missing",
    "That is the heavy ball: its velocity is a sum of gradients. The recipe takes an average. With"
    " which weights?",
    "From a velocity of 0, with β = 0.9 and a gradient of 10, the new velocity is 1. Yours is 10.",
)
def _heavy_ball(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "The old velocity is dropped",
    "Your step has no memory: start it with another velocity, and nothing changes. What of v is"
    " kept?",
    "With a velocity of 10, β = 0.9 and a gradient of 0, the new velocity is 9. What is yours?",
)
def _dropped(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = (1 - beta) * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "β weighs the gradient, and 1 - β the velocity",
    "With β = 0.9, nine tenths should be memory and one tenth news. Which number stands before"
    " which, and in which order do the arguments come?",
)
def _exchanged(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = (1 - beta) * velocity + beta * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "All of the old velocity is kept",
    "A velocity that loses nothing never forgets. Which factor lets it fade?",
)
def _never_fading(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = velocity + (1 - beta) * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "θ moves before the velocity does",
    "You step with the velocity of the step before. The recipe takes in the gradient first.",
)
def _late(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    return theta - lr * velocity, beta * velocity + (1 - beta) * g


@STEP.mistake(
    "The step follows the gradient, not the velocity",
    "You go where gradient descent goes, whatever the velocity is. What is the velocity for?",
    "With a velocity of 5 and a gradient of 0, θ should move. Does yours?",
)
def _unused(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    return theta - lr * g, beta * velocity + (1 - beta) * g


@STEP.mistake(
    "The learning rate is there twice",
    "It belongs to the step alone. The velocity remembers gradients, not steps.",
)
def _twice(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * lr * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "The step leads uphill",
    "The velocity averages gradients, and gradients point uphill. In which direction do you go?",
)
def _uphill(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta + lr * velocity, velocity


@STEP.mistake(
    "The gradient is subtracted in the velocity",
    "There are two signs, one too many here: the velocity averages gradients as they are, and the"
    " step subtracts it.",
)
def _signs(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity - (1 - beta) * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "The learning rate is missing",
    "The velocity is as long as the gradients. What makes a step of it?",
)
def _without_rate(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta - velocity, velocity


@STEP.mistake(
    "β stands before both",
    "What memory does not keep is left for the news. How much of each do you take, with β = 0.9?",
)
def _both_beta(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + beta * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "The brackets around 1 - β are missing",
    "Python multiplies first, and then subtracts: yours adds 1, and takes β times g away.",
)
def _without_brackets(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + 1 - beta * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "β multiplies the gradient as well",
    "A bracket takes in too much: memory alone is multiplied by β.",
)
def _bracket(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * (velocity + (1 - beta) * g)
    return theta - lr * velocity, velocity


@STEP.mistake(
    "1 - β is there twice",
    "A gradient passes it once, on its way into the velocity. What else do you multiply by it?",
)
def _share_twice(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta - lr * (1 - beta) * velocity, velocity


@STEP.mistake(
    "1 - β stands in the step, not before the gradient",
    "Both lead to the same path from rest. But the velocity that you are given is an average, and"
    " yours is a sum.",
)
def _share_in_step(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + g
    return theta - lr * (1 - beta) * velocity, velocity


@STEP.mistake(
    "The step is divided by 1 - β",
    "That makes up for a start from rest, at the first step alone. The recipe steps with the"
    " velocity as it is.",
)
def _corrected(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta - lr * velocity / (1 - beta), velocity


@STEP.mistake(
    "The whole velocity is divided by 1 - β",
    "Both weights become larger, that of memory, too. With which weights does the recipe average?",
)
def _corrected_velocity(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = (beta * velocity + (1 - beta) * g) / (1 - beta)
    return theta - lr * velocity, velocity


@STEP.mistake(
    "The step takes in the gradient a second time",
    "So does Nesterov's rule, in the form of some libraries. In the recipe the velocity has taken"
    " it in: step along that alone.",
)
def _news_twice(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta - lr * (beta * velocity + (1 - beta) * g), velocity


@STEP.mistake(
    "The step takes in all of the gradient a second time",
    "So does Nesterov's rule, in the form of some libraries. In the recipe the velocity has taken"
    " in its share: step along that alone.",
)
def _all_twice(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta - lr * (beta * velocity + g), velocity


@STEP.mistake(
    "Nesterov's step, as PyTorch takes it",
    "It adds the gradient once more after the velocity. The recipe is another method: its velocity"
    " is an average, and the step goes along it.",
)
def _pytorch_nesterov(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + g
    return theta - lr * (beta * velocity + g), velocity


@STEP.mistake(
    "The step adds gradient and velocity",
    "The velocity has taken in its share of the gradient. What does the step follow alone?",
)
def _added(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return theta - lr * (velocity + g), velocity


@STEP.mistake(
    "The move in place of the velocity",
    "Learning rate times velocity is how far θ moves. What is remembered is the velocity alone.",
)
def _move_kept(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    move = lr * (beta * velocity + (1 - beta) * g)
    return theta - move, move


@STEP.mistake(
    "The last move in place of the velocity",
    "A move leads downhill, and is learning rate times as long. What is remembered is the average"
    " of gradients itself.",
)
def _last_move(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    move = -lr * (beta * velocity + (1 - beta) * g)
    return theta + move, move


@STEP.mistake(
    "θ has not moved",
    "The velocity is right. A difference by itself changes nothing: is the new place given a name,"
    " and returned?",
)
def _not_moved(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    return theta, beta * velocity + (1 - beta) * g


def _in_dialect(
    theta: Array,
    velocity: Array,
    g: Array,
    lr: float,
    beta: float,
    *,
    weight: Factor,
    factor: Factor,
) -> tuple[Array, Array]:
    velocity = beta * velocity + weight(lr, beta) * g
    return theta - factor(lr, beta) * velocity, velocity


of_dialects(STEP, _in_dialect, averaged=True)


# --- The run --------------------------------------------------------------------------------------

OTHERS = np.array([0.5, 1.5, 2.5, -1.0]), np.array([3.0, -1.0, 2.0, 0.0])
RUNS = [
    (np.array([2.0, 1.0]), np.array([3.0, -1.0]), X, Y, 0.1, 0.8, 3),
    (np.array([-1.0, 0.5]), np.array([-2.0, 4.0]), *OTHERS, 0.05, 0.9, 4),
    (np.array([1.0, 2.0]), np.zeros(2), X[:2], np.array([1.0, 3.0]), 0.1, 0.5, 2),
]
"""From a velocity, with other points, and at rest in the minimum, where a run goes on, too."""

RUN = Task(
    lesson=6,
    returns=("the history",),
    shows="That is the whole of the original recipe, and it fits into a handful of lines.",
    cases=RUNS,
    steps=True,
)


def _run(
    theta: Array,
    velocity: Array,
    x: Array,
    y: Array,
    learning_rate: float,
    beta: float,
    n_iterations: int,
    *,
    step: Move = momentum_step,
    seen: Callable[[Array], Array] = lambda g: g,
) -> Any:
    history = [theta]
    for _ in range(n_iterations):
        g = seen(line_gradient(theta, x, y))
        theta, velocity = step(theta, velocity, g, learning_rate, beta)
        history.append(theta)
    return np.array(history)


@RUN.answer
def momentum_run(
    theta: Array,
    velocity: Array,
    x: Array,
    y: Array,
    learning_rate: float,
    beta: float,
    n_iterations: int,
) -> Any:
    """Return every place of the recipe's run on a line's loss, the start first."""
    return _run(theta, velocity, x, y, learning_rate, beta, n_iterations)


for wrong in STEP.mistakes:
    if wrong.function is not _signs:
        in_a_run(RUN, _run, wrong.name, wrong.hint, wrong.second)(wrong.function)


in_a_run(
    RUN,
    _run,
    "The gradient comes in with the other sign",
    "Either the velocity subtracts it, or the residuals are turned round: prediction minus point"
    " gives a gradient. The velocity averages gradients as they are.",
)(_signs)


@RUN.mistake(
    "1/m in place of 2/m in the gradient",
    "Every gradient is half as long as it should be. Look at the derivative of a square.",
)
def _run_half(theta: Array, velocity: Array, x: Array, y: Array, *rest: Any) -> Any:
    return _run(theta, velocity, x, y, *rest, seen=lambda g: g / 2)


@RUN.mistake(
    "The sum in place of the mean in the gradient",
    "Your gradients grow with the number of points. The loss is a mean.",
)
def _run_sum(theta: Array, velocity: Array, x: Array, y: Array, *rest: Any) -> Any:
    return _run(theta, velocity, x, y, *rest, seen=lambda g: len(x) * g)


@RUN.mistake(
    "The factor x is missing in the gradient",
    "Both entries of your gradient are alike. A slope moves a point by as much as its x: where does"
    " x come in?",
)
def _run_without_x(*inputs: Any) -> Any:
    return _run(*inputs, seen=lambda g: np.repeat(g[:1], 2))


@RUN.mistake(
    "The two entries of the gradient are exchanged",
    "theta holds the intercept first, then the slope. In which order does its gradient come?",
)
def _run_exchanged(*inputs: Any) -> Any:
    return _run(*inputs, seen=lambda g: g[::-1])


@RUN.mistake(
    "The run starts with the first gradient as its velocity",
    "PyTorch begins so. Here a velocity is given with the start. Where do you use it?",
)
def _run_from_gradient(theta: Array, velocity: Array, x: Array, y: Array, *rest: Any) -> Any:
    return _run(theta, line_gradient(theta, x, y), x, y, *rest)


@RUN.mistake(
    "The velocity begins anew at every step",
    "Every step sets out with the velocity of the start. Does the loop give the new velocity the"
    " name that the next step uses, and is it set before the loop alone?",
)
def _run_reset(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    def step(place: Array, _: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
        moved: tuple[Array, Array] = momentum_step(place, velocity, g, lr, beta)
        return moved

    return _run(theta, velocity, x, y, lr, beta, n, step=step)


@RUN.mistake(
    "The run starts from rest, whatever velocity it is given",
    "There is an argument for the starting velocity. Where do you use it?",
)
def _run_from_rest(theta: Array, velocity: Array, x: Array, y: Array, *rest: Any) -> Any:
    return _run(theta, np.zeros_like(velocity), x, y, *rest)


@RUN.mistake(
    "The gradient of the start is used for every step",
    "The ground changes as you walk. Where in the loop do you look at it?",
)
def _run_one_gradient(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    g, history = line_gradient(theta, x, y), [theta]
    for _ in range(n):
        theta, velocity = momentum_step(theta, velocity, g, lr, beta)
        history.append(theta)
    return np.array(history)


@RUN.mistake(
    "θ moves first, and the gradient is taken at the new place",
    "The order is: look at the ground where you stand, take it into the velocity, then step.",
)
def _run_new_gradient(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    history = [theta]
    for _ in range(n):
        theta = theta - lr * velocity
        velocity = beta * velocity + (1 - beta) * line_gradient(theta, x, y)
        history.append(theta)
    return np.array(history)


@RUN.mistake(
    "The gradient is taken ahead, as Nesterov does",
    "A fine method, and another one: you look where the velocity will carry you. The recipe looks"
    " where it stands.",
)
def _run_nesterov(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    return _run_ahead(
        theta, velocity, x, y, lr, beta, n, weight=lambda _, beta: 1 - beta, factor=lambda lr, _: lr
    )


def _run_ahead(
    theta: Array,
    velocity: Array,
    x: Array,
    y: Array,
    lr: float,
    beta: float,
    n: int,
    *,
    weight: Factor,
    factor: Factor,
) -> Any:
    history = [theta]
    for _ in range(n):
        g = line_gradient(theta - factor(lr, beta) * beta * velocity, x, y)
        theta, velocity = _in_dialect(theta, velocity, g, lr, beta, weight=weight, factor=factor)
        history.append(theta)
    return np.array(history)


AHEAD: dict[str, tuple[Factor, Factor]] = {
    "1 - β is missing": (lambda *_: 1.0, lambda lr, _: lr),
    "v holds moves": (lambda lr, _: lr, lambda *_: 1.0),
    "v holds moves downhill": (lambda lr, _: -lr, lambda *_: -1.0),
}
"""Other ways to write Nesterov's rule: what stands before the gradient, and before the velocity."""

for also, (weight, factor) in AHEAD.items():
    RUN.mistake(
        f"The gradient is taken ahead, and {also}",
        "So Nesterov's rule goes, a fine method, and another one. The recipe looks where it stands,"
        " and its velocity averages gradients.",
    )(partial(_run_ahead, weight=weight, factor=factor))


@RUN.mistake(
    "The bias is corrected, as for an average from zero",
    "Here the velocity need not begin at zero, and the recipe steps with it as it is. What do you"
    " divide by?",
)
def _run_corrected(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    history = [theta]
    for k in range(1, n + 1):
        velocity = beta * velocity + (1 - beta) * line_gradient(theta, x, y)
        theta = theta - lr * velocity / (1 - beta**k)
        history.append(theta)
    return np.array(history)


@RUN.mistake(
    "The slope moves after the intercept has moved",
    "Both numbers of the gradient belong to the same place. Compute them both before you move"
    " either parameter.",
)
def _run_one_by_one(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    history = [theta]
    for _ in range(n):
        for axis in np.eye(2):
            fresh = beta * velocity + (1 - beta) * line_gradient(theta, x, y)
            velocity = np.where(axis, fresh, velocity)
            theta = theta - lr * axis * velocity
        history.append(theta)
    return np.array(history)


@RUN.mistake(
    "The velocities in place of the places",
    "You keep what is remembered. What is asked for is where the run has been.",
)
def _run_velocities(
    theta: Array, velocity: Array, x: Array, y: Array, lr: float, beta: float, n: int
) -> Any:
    history = [velocity]
    for _ in range(n):
        theta, velocity = momentum_step(theta, velocity, line_gradient(theta, x, y), lr, beta)
        history.append(velocity)
    return np.array(history)


of_history(RUN)
of_moving_arrays(RUN)
of_what_a_run_returns(RUN)


# --- What comes back from a step, which does no harm to a run -------------------------------------

of_two_answers(STEP)


@STEP.mistake(
    "The old velocity is returned",
    "θ is right. Whoever calls hands the velocity to the next step: which of the two do you give"
    " back?",
)
def _old_velocity(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    return momentum_step(theta, velocity, g, lr, beta)[0], velocity


@STEP.mistake(
    "A step of gradient descent, without a velocity",
    "Start it with another velocity, and nothing changes. What remembers, and what does the step"
    " follow?",
)
def _plain(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    return theta - lr * g, g


@STEP.mistake(
    "The move alone, not the new place",
    "That is by how much θ changes. Where do you stand after the move?",
)
def _move(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + (1 - beta) * g
    return -lr * velocity, velocity


# --- The end of a run -----------------------------------------------------------------------------

PLACES = np.array([[0.0, 0], [3, 0], [6, 0], [6.1, 0], [6.1, 2], [6.1, 2.1], [6.1, 2.1], [6.1, 2]])
GRADIENTS = np.array(
    [[5.0, 0], [0.1, 0], [4, 3], [4, 0], [0.1, 3], [0.2, 0.1], [0.1, 0], [0.1, 0.1]]
)
"""The gradient is short first, then the move, then an entry of each, and at last all of both."""

TURNING = np.array([[0.0, 0], [0.1, 0], [3, 0], [6, 0], [6, 2], [6, 2.1]])
SLOPES = np.array([[5.0, 0], [4, 0], [4, 3], [0.1, 0], [3, 0], [0.1, 0.1]])
"""The move is short first, then the gradient, and at last both."""

ARROWS = np.array([[1, 0], [2.25, 2.25], [1.5, 2], [1.75, 1.25], [1.75, 0.5], [1, 1], [0.5, 0.5]])
ROUND = np.vstack([np.cumsum(ARROWS, axis=0), [[1.5, 0.5]]])
FALLING = np.vstack([ARROWS, [[9, 9]]])
"""Short by each coordinate, exactly as long as allowed, shorter, by the sum of both, by the square,
and with both lengths together. The end lies close to the start, which no step leads to.
"""

LEVEL = np.array([[0.0, 0], [0, 3], [0, 3.5], [0.5, 7]])
SHORT = np.array([[0.1, 0], [0, 0.1], [0.1, 0.1], [0, 0]])
"""All gradients together are short, as are all moves sidewards, and the second move in all."""

PAUSING = np.array([[0.0, 0], [0.5, 0], [4, 3], [4, 3.5]])
LONG = np.array([[5.0, 5], [3, 3], [0.1, 0.2], [0.2, 0.1]])
"""A short move where both entries of the gradient are long; and rows of which nothing is short."""

DRAWN = [
    (
        [[1, 0], [4, 1.5], [6.5, 3], [6, 4], [6.5, 2.5], [2, -2]],
        [[2, -1.5], [1.5, 1.5], [0.5, 0.5], [-2, 2], [-1.5, 2], [-1, 2]],
        2.5,
    ),
    (
        [[4, 0], [5, -3], [1, 1], [-5, 3], [-14, -6], [-13, -6], [-13, -6], [-15, -7], [5, 0]],
        [[3, 4], [1, -12], [-1, 2], [4, 2], [4, -3], [4, -3], [-15, -7], [4, -5], [12, 3]],
        5,
    ),
    (
        [[4, 0], [4, 0], [1, 4], [5, 6], [-1, 8], [-3, 12], [-5, 16], [-4, 4]],
        [[4, 2], [5, 3], [3, 3], [3, 3], [4, -3], [6, 3], [2, 11], [2, 11]],
        5,
    ),
    (
        [[3, -1], [2.6, -0.6], [3.8, -0.3], [2.3, -1], [1.7, -0.8], [3.25, -1]],
        [[1.2, 0.3], [0.1, -1.2], [0, 0], [2, 0.2], [-0.2, 0.4], [0.4, 0.4]],
        0.5,
    ),
    (
        [[1, 0], [2, 5.5], [2, 5.5], [2.5, 5.5], [1, 7.5], [1, 4], [1, 0.5], [2, 6]],
        [[0, 10], [1, 5.5], [3, 1.5], [0, 2.5], [2.5, 1.5], [2.5, 1.5], [0.5, -6], [1, 5.5]],
        2.5,
    ),
]
"""Drawn at random, and chosen since they part more mistakes than others, and pairs of mistakes."""

CALM = Task(
    lesson=6,
    returns=("the step",),
    shows="With momentum a short gradient is not enough: the ball has to have come to rest, too.",
    cases=[
        (PLACES, GRADIENTS, 0.5),
        (TURNING, SLOPES, 0.5),
        (PLACES[:5], GRADIENTS[:5], 0.5),
        (ROUND, FALLING, 2.5),
        (LEVEL, SHORT, 1.0),
        (PAUSING, LONG, 1.0),
        (PAUSING[[0, 2, 0]], LONG[[0, 1, 0]], 1.0),
        *((np.array(places), np.array(slopes), tolerance) for places, slopes, tolerance in DRAWN),
    ],
)


@CALM.answer
def steps_until_calm(history: Array, gradients: Array, tolerance: float) -> Any:
    """Return the first step at which the run is calm: short gradient and short last move."""
    return _first(*_calm(history, gradients, tolerance))


def _lengths(history: Array, gradients: Array) -> tuple[Array, Array]:
    """Return how long the gradient is after each step, and how long the step's move is."""
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1)
    return np.linalg.norm(gradients[1:], axis=1), moves


def _calm(history: Array, gradients: Array, tolerance: float) -> tuple[Truths, Truths]:
    """Return after which steps the gradient is short, and which moves are short."""
    lengths, moves = _lengths(history, gradients)
    return lengths <= tolerance, moves <= tolerance


def _first(*conditions: Truths, none: int = -1, shift: int = 1) -> int:
    """Return the first step at which all conditions hold."""
    calm = np.logical_and.reduce(conditions)
    return shift + int(np.argmax(calm)) if calm.any() else none


@CALM.mistake(
    "Only the gradient is looked at",
    "A ball that crosses the floor of the valley at full speed has a short gradient, too. What else"
    " has to be short?",
    "There are two conditions, and both have to hold in the same step: a short gradient, and"
    " a short move.",
)
def _calm_gradient(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(_calm(history, gradients, tolerance)[0])


@CALM.mistake(
    "Only the gradient is looked at, from row 0 on",
    "That is the way of gradient descent. A ball with a short gradient may be at full speed: what"
    " else has to be short? And which step leads to row 0?",
)
def _calm_gradient_of_all(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(np.linalg.norm(gradients, axis=1) <= tolerance, shift=0)


@CALM.mistake(
    "Only the move is looked at",
    "At its turning point a ball stands still for a moment, on a steep slope. What else has to be"
    " short?",
)
def _calm_move(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(_calm(history, gradients, tolerance)[1])


@CALM.mistake(
    "One of the two is enough",
    "You stop when the gradient or the move is short. Both have to be.",
    "`or` is content with one of two. Which word asks for both?",
)
def _calm_either(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(np.logical_or(*_calm(history, gradients, tolerance)))


@CALM.mistake(
    "The gradient and the move need not be short at once",
    "Each has its own first time, and you take the later one. By then the other may have grown long"
    " once more.",
)
def _calm_apart(history: Array, gradients: Array, tolerance: float) -> Any:
    firsts = [_first(each) for each in _calm(history, gradients, tolerance)]
    return max(firsts) if min(firsts) > 0 else -1


@CALM.mistake(
    "Off by one",
    "The move from row 0 to row 1 is step 1. Which number does your first step have?",
    "Row 1 minus row 0 is the move of step 1. Which number has it among your moves?",
)
def _calm_off(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*_calm(history, gradients, tolerance), shift=0)


@CALM.mistake(
    "The gradient before the move, not after it",
    "Step 1 leads from row 0 to row 1. Which row of gradients belongs to the place where it ends?",
)
def _calm_before(history: Array, gradients: Array, tolerance: float) -> Any:
    ahead = np.vstack([gradients[:1], gradients[:-1]])
    return _first(*_calm(history, ahead, tolerance))


@CALM.mistake(
    "The move that follows, not the one that led there",
    "You look from row k to row k + 1. The move of step k comes from the row before.",
)
def _calm_next_move(history: Array, gradients: Array, tolerance: float) -> Any:
    _, moves = _lengths(history, gradients)
    lengths = np.linalg.norm(gradients[:-1], axis=1)
    return _first(lengths <= tolerance, moves <= tolerance, shift=0)


@CALM.mistake(
    "The move that follows, not the one that led there, from 1",
    "You look from row k to row k + 1. The move of step k comes from the row before.",
)
def _calm_next_moves(history: Array, gradients: Array, tolerance: float) -> Any:
    step = _calm_next_move(history[1:], gradients[1:], tolerance)
    return step + 1 if step >= 0 else -1


@CALM.mistake(
    "The last row is never looked at",
    "n + 1 rows, n steps: the last step leads to the last row. How far does your range go?",
)
def _calm_without_last(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history[:-1], gradients[:-1], tolerance)


@CALM.mistake(
    "Row 0 is compared with the last row",
    "history[-1] is the end. No step leads to row 0: at which row does the search begin?",
)
def _calm_round(history: Array, gradients: Array, tolerance: float) -> Any:
    around, again = np.vstack([history[-1:], history]), np.vstack([gradients[:1], gradients])
    return _first(*_calm(around, again, tolerance), shift=0)


@CALM.mistake(
    "The search gives up after its first step",
    "Where does `return -1` stand? That there is no such step is known after the whole loop.",
)
def _calm_gives_up(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history[:2], gradients[:2], tolerance)


@CALM.mistake(
    "A run that never calms down counts as calm",
    "argmax of nothing but False is 0. Look first whether there is any such step; if not, return"
    " -1.",
)
def _calm_always(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*_calm(history, gradients, tolerance), none=1)


@CALM.mistake(
    "Off by one, and 0 for a run that never calms down",
    "argmax of nothing but False is 0, as it is where the first is True. Ask first whether there is"
    " any. And the move from row 0 to row 1 is step 1.",
)
def _calm_bare(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*_calm(history, gradients, tolerance), none=0, shift=0)


@CALM.mistake(
    "0 for a run that never calms down",
    "For a run without such a step another number is asked for. Which one?",
)
def _calm_zero(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*_calm(history, gradients, tolerance), none=0)


@CALM.mistake(
    "The last step for a run that never calms down",
    "A run that ends is not a run that rests. What is to be returned if there is no such step?",
)
def _calm_end(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*_calm(history, gradients, tolerance), none=len(history) - 1)


@CALM.mistake(
    "The number of rows for a run that never calms down",
    "A run that ends is not a run that rests. What is to be returned if there is no such step?",
)
def _calm_rows(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*_calm(history, gradients, tolerance), none=len(history))


@CALM.mistake(
    "Nothing is returned for a run that never calms down",
    "The first step that is calm is right. What should come after the loop, for a run without one?",
)
def _calm_nothing(history: Array, gradients: Array, tolerance: float) -> Any:
    step = steps_until_calm(history, gradients, tolerance)
    return step if step > 0 else None


@CALM.mistake(
    "The last calm step, not the first of them",
    "A run may calm down and start up once more. When was it calm for the first time?",
)
def _calm_last(history: Array, gradients: Array, tolerance: float) -> Any:
    calm = np.logical_and(*_calm(history, gradients, tolerance))
    return 1 + int(np.flatnonzero(calm)[-1]) if calm.any() else -1


@CALM.mistake(
    "The step from which on the run stays calm",
    "That is calm for good, a stricter question. Which step is calm for the first time?",
)
def _calm_for_good(history: Array, gradients: Array, tolerance: float) -> Any:
    calm = np.logical_and(*_calm(history, gradients, tolerance))
    restless = np.flatnonzero(~calm)
    step = 2 + int(restless[-1]) if len(restless) else 1
    return step if step <= len(calm) else -1


@CALM.mistake(
    "The number of calm steps, not the first of them",
    "How many there are is another question. Which is the first?",
)
def _calm_count(history: Array, gradients: Array, tolerance: float) -> Any:
    calm = np.logical_and(*_calm(history, gradients, tolerance))
    return int(calm.sum()) if calm.any() else -1


@CALM.mistake(
    "One coordinate in place of the length",
    "A gradient with two entries is short when its length is, not when one of the entries is.",
)
def _calm_entry(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history[:, :1], gradients[:, :1], tolerance)


@CALM.mistake(
    "Shorter than the tolerance, where “no longer” is asked",
    "A length may be exactly the tolerance. Does “no longer than” include that?",
)
def _calm_strictly(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(*(each < tolerance for each in _lengths(history, gradients)))


@CALM.mistake(
    "The move has to be shorter, where “no longer” is asked",
    "A move may be exactly as long as the tolerance. Does “no longer than” include that?",
)
def _calm_move_strictly(history: Array, gradients: Array, tolerance: float) -> Any:
    lengths, moves = _lengths(history, gradients)
    return _first(lengths <= tolerance, moves < tolerance)


@CALM.mistake(
    "The gradient has to be shorter than “no longer”",
    "A gradient may be exactly as long as the tolerance. Does “no longer than” include that?",
)
def _calm_gradient_strictly(history: Array, gradients: Array, tolerance: float) -> Any:
    lengths, moves = _lengths(history, gradients)
    return _first(lengths < tolerance, moves <= tolerance)


@CALM.mistake(
    "Each coordinate by itself in place of the length",
    "Two entries may both be below the tolerance, and the arrow longer than that. How long is it?",
)
def _calm_each(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.abs(np.diff(history, axis=0)).max(axis=1)
    return _first(np.abs(gradients[1:]).max(axis=1) <= tolerance, moves <= tolerance)


@CALM.mistake(
    "Each coordinate by itself, and its sign counts",
    "-5 is below every tolerance, and a long way. How long is an arrow with two entries?",
)
def _calm_signed(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.diff(history, axis=0).max(axis=1)
    return _first(gradients[1:].max(axis=1) <= tolerance, moves <= tolerance)


@CALM.mistake(
    "The sum of both entries in place of the length",
    "Three to the right and four up are five away, not seven. How long is an arrow with two"
    " entries?",
)
def _calm_sum(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.abs(np.diff(history, axis=0)).sum(axis=1)
    return _first(np.abs(gradients[1:]).sum(axis=1) <= tolerance, moves <= tolerance)


@CALM.mistake(
    "The mean of the squares in place of their sum",
    "The length is the root of the sum of the squares. A mean makes it shorter.",
)
def _calm_mean(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history, gradients, np.sqrt(2) * tolerance)


@CALM.mistake(
    "Squares of lengths",
    "The length is the root of the sum of the squares. Is there a root missing?",
)
def _calm_squares(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history, gradients, np.sqrt(tolerance))


@CALM.mistake(
    "Both lengths together, not each of them",
    "The tolerance holds for the gradient, and for the move. Need their sum stay below it?",
)
def _calm_together(history: Array, gradients: Array, tolerance: float) -> Any:
    return _first(np.add(*_lengths(history, gradients)) <= tolerance)


@CALM.mistake(
    "How much the length of θ changes, not how far it moves",
    "A ball on a circle moves, and stays as far from zero as it was. Subtract the places first,"
    " then measure.",
)
def _calm_radius(history: Array, gradients: Array, tolerance: float) -> Any:
    radius = np.linalg.norm(history, axis=1)
    short, _ = _calm(history, gradients, tolerance)
    return _first(short, np.abs(np.diff(radius)) <= tolerance)


@CALM.mistake(
    "The distance from the start in place of the move",
    "A run that rests may be far from where it began. From which place does the last move come?",
)
def _calm_from_start(history: Array, gradients: Array, tolerance: float) -> Any:
    short, _ = _calm(history, gradients, tolerance)
    return _first(short, np.linalg.norm(history[1:] - history[0], axis=1) <= tolerance)


@CALM.mistake(
    "The length of θ in place of the move",
    "That is how far the place is from zero. How far is it from the place before?",
)
def _calm_place(history: Array, gradients: Array, tolerance: float) -> Any:
    short, _ = _calm(history, gradients, tolerance)
    return _first(short, np.linalg.norm(history[1:], axis=1) <= tolerance)


@CALM.mistake(
    "One length for all gradients together",
    "np.linalg.norm without axis measures the whole table. Each row has a length of its own.",
)
def _calm_table(history: Array, gradients: Array, tolerance: float) -> Any:
    _, still = _calm(history, gradients, tolerance)
    return _first(still, np.full(len(still), np.linalg.norm(gradients) <= tolerance))


@CALM.mistake(
    "How much the gradient changes, not how long it is",
    "On an even slope the gradient stays as it is, and is long. Which rows are to be measured by"
    " themselves?",
)
def _calm_change(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(
        history, np.vstack([gradients[:1], np.diff(gradients, axis=0)]), tolerance
    )


@CALM.mistake(
    "The lengths of columns, not of rows",
    "A row holds one place, or one gradient. Along which axis does np.linalg.norm measure?",
)
def _calm_columns(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.linalg.norm(np.diff(history, axis=0), axis=0)
    return _first(np.linalg.norm(gradients[1:], axis=0) <= tolerance, moves <= tolerance)
