"""Lesson 6: the recipe's step with memory, the run that it makes, and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.lesson_01 import X, Y, line_gradient
from lessons_lib.feedback.bank.slips import in_a_run, of_history
from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]

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
)
def _heavy_ball(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = beta * velocity + g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "The old velocity is dropped",
    "Your step has no memory: start it with another velocity, and nothing changes. What of v is"
    " kept?",
)
def _dropped(theta: Array, velocity: Array, g: Array, lr: float, beta: float) -> Any:
    velocity = (1 - beta) * g
    return theta - lr * velocity, velocity


@STEP.mistake(
    "β and 1 - β are exchanged",
    "With β = 0.9, nine tenths should be memory and one tenth news. How much of each do you take?",
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


# --- The run --------------------------------------------------------------------------------------

RUNS = [
    (np.array([2.0, 1.0]), np.array([3.0, -1.0]), X, Y, 0.1, 0.8, 3),
    (np.array([-1.0, 0.5]), np.array([-2.0, 4.0]), X, Y, 0.05, 0.9, 4),
]

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
    scale: float = 1.0,
) -> Any:
    history = [theta]
    for _ in range(n_iterations):
        g = scale * line_gradient(theta, x, y)
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
    in_a_run(RUN, _run, wrong.name, wrong.hint)(wrong.function)


@RUN.mistake(
    "1/m in place of 2/m in the gradient",
    "Every gradient is half as long as it should be. Look at the derivative of a square.",
)
def _run_half(theta: Array, velocity: Array, x: Array, y: Array, *rest: Any) -> Any:
    return _run(theta, velocity, x, y, *rest, scale=0.5)


@RUN.mistake(
    "The sum in place of the mean in the gradient",
    "Your gradients grow with the number of points. The loss is a mean.",
)
def _run_sum(theta: Array, velocity: Array, x: Array, y: Array, *rest: Any) -> Any:
    return _run(theta, velocity, x, y, *rest, scale=len(x))


@RUN.mistake(
    "The velocity begins anew at every step",
    "Set it once, before the loop. Inside the loop it has to remember.",
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
    history = [theta]
    for _ in range(n):
        g = line_gradient(theta - lr * beta * velocity, x, y)
        theta, velocity = momentum_step(theta, velocity, g, lr, beta)
        history.append(theta)
    return np.array(history)


of_history(RUN)


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

CALM = Task(
    lesson=6,
    returns=("the step",),
    shows="With momentum a short gradient is not enough: the ball has to have come to rest, too.",
    cases=[
        (PLACES, GRADIENTS, 0.5),
        (TURNING, SLOPES, 0.5),
        (PLACES[:5], GRADIENTS[:5], 0.5),
        (ROUND, FALLING, 2.5),
    ],
)


@CALM.answer
def steps_until_calm(history: Array, gradients: Array, tolerance: float) -> Any:
    """Return the first step at which the run is calm: short gradient and short last move."""
    lengths = np.linalg.norm(gradients, axis=1)
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1)
    calm = (lengths[1:] <= tolerance) & (moves <= tolerance)
    return 1 + int(np.argmax(calm)) if calm.any() else -1


@CALM.mistake(
    "Only the gradient is looked at",
    "A ball that crosses the floor of the valley at full speed has a short gradient, too. What else"
    " has to be short?",
)
def _calm_gradient(history: Array, gradients: Array, tolerance: float) -> Any:
    calm = np.linalg.norm(gradients[1:], axis=1) <= tolerance
    return 1 + int(np.argmax(calm)) if calm.any() else -1


@CALM.mistake(
    "Only the move is looked at",
    "At its turning point a ball stands still for a moment, on a steep slope. What else has to be"
    " short?",
)
def _calm_move(history: Array, gradients: Array, tolerance: float) -> Any:
    calm = np.linalg.norm(np.diff(history, axis=0), axis=1) <= tolerance
    return 1 + int(np.argmax(calm)) if calm.any() else -1


@CALM.mistake(
    "One of the two is enough",
    "You stop when the gradient or the move is short. Both have to be.",
)
def _calm_either(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1)
    calm = (np.linalg.norm(gradients[1:], axis=1) <= tolerance) | (moves <= tolerance)
    return 1 + int(np.argmax(calm)) if calm.any() else -1


@CALM.mistake(
    "Off by one",
    "The move from row 0 to row 1 is step 1. Which number does your first step have?",
)
def _calm_off(history: Array, gradients: Array, tolerance: float) -> Any:
    step = steps_until_calm(history, gradients, tolerance)
    return step - 1 if step > 0 else step


@CALM.mistake(
    "A run that never calms down counts as calm",
    "argmax of nothing but False is 0. Look first whether there is any such step; if not, return"
    " -1.",
)
def _calm_always(history: Array, gradients: Array, tolerance: float) -> Any:
    return max(steps_until_calm(history, gradients, tolerance), 1)


@CALM.mistake(
    "The number of calm steps, not the first of them",
    "How many there are is another question. Which is the first?",
)
def _calm_count(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1)
    calm = (np.linalg.norm(gradients[1:], axis=1) <= tolerance) & (moves <= tolerance)
    return int(calm.sum()) if calm.any() else -1


@CALM.mistake(
    "One coordinate in place of the length",
    "A gradient with two entries is short when its length is, not when one of the entries is.",
)
def _calm_entry(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history[:, :1], gradients[:, :1], tolerance)


@CALM.mistake(
    "Shorter than the tolerance, where “no longer” is asked",
    "One of the moves is exactly as long as the tolerance. Does “no longer than” include it?",
)
def _calm_strictly(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1)
    calm = (np.linalg.norm(gradients[1:], axis=1) < tolerance) & (moves < tolerance)
    return 1 + int(np.argmax(calm)) if calm.any() else -1


@CALM.mistake(
    "Each coordinate by itself in place of the length",
    "Two entries may both be below the tolerance, and the arrow longer than that. How long is it?",
)
def _calm_each(history: Array, gradients: Array, tolerance: float) -> Any:
    moves = np.abs(np.diff(history, axis=0)).max(axis=1)
    calm = (np.abs(gradients[1:]).max(axis=1) <= tolerance) & (moves <= tolerance)
    return 1 + int(np.argmax(calm)) if calm.any() else -1


@CALM.mistake(
    "Squares of lengths",
    "The length is the root of the sum of the squares. Is there a root missing?",
)
def _calm_squares(history: Array, gradients: Array, tolerance: float) -> Any:
    return steps_until_calm(history, gradients, np.sqrt(tolerance))
