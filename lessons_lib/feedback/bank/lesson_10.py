"""Lesson 10: the gradient of a batch, the cloud that it leaves, and epochs with memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.lesson_01 import line_gradient
from lessons_lib.feedback.task import Task

Array = NDArray[Any]

X, Y = np.array([0.0, 1.0, 3.0, -1.0, 2.0]), np.array([1.0, 4.0, 2.0, 0.0, 5.0])


# --- The gradient of a batch ----------------------------------------------------------------------

BATCH = Task(
    lesson=10,
    returns=("the gradient",),
    shows="A few points give nearly the direction of all of them, for a fraction of the price.",
    cases=[
        (np.array([2.0, 1.0]), X, Y, np.array([3, 1])),
        (np.array([-1.0, 0.5]), X, Y, np.array([4, 0, 2])),
    ],
)


@BATCH.answer
def batch_gradient(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    """Return the gradient of the mean squared error of the points in these rows."""
    return line_gradient(theta, x[rows], y[rows])


@BATCH.mistake(
    "Divided by all points, not by those of the batch",
    "A batch of 3 among 100 points is the mean of 3. With 100 below, your steps are 33 times too"
    " short.",
)
def _by_all(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, rows) * len(rows) / len(x)


@BATCH.mistake(
    "All points in place of the batch",
    "Whatever rows are given, your answer is the same. Choose the points first.",
)
def _all_points(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, np.arange(len(x)))


@BATCH.mistake(
    "The first points in place of those in the rows",
    "rows holds places in the list of points, in any order. x[rows] takes those.",
)
def _first_points(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, np.arange(len(rows)))


@BATCH.mistake(
    "The sum in place of the mean",
    "Twice as large a batch would make it twice as long, and the learning rate would not fit.",
)
def _batch_sum(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, rows) * len(rows)


@BATCH.mistake(
    "1/b in place of 2/b",
    "Every number is half of what it should be. What does the derivative of a square bring along?",
)
def _batch_half(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, rows) / 2


@BATCH.mistake(
    "The sign is turned round",
    "A gradient points uphill: prediction minus point, not the other way.",
)
def _batch_sign(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return -batch_gradient(theta, x, y, rows)


@BATCH.mistake(
    "The factor x is that of other points",
    "The residuals belong to the batch. So must the x by which you multiply them.",
)
def _other_x(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    r = theta[0] + theta[1] * x[rows] - y[rows]
    return 2 * np.array([np.mean(r), np.mean(r * x[: len(rows)])])


# --- The cloud ------------------------------------------------------------------------------------

CLOUD = Task(
    lesson=10,
    returns=("the variance",),
    shows="What a step takes away is what the noise adds: so large is the cloud, and half as large"
    " at half the learning rate.",
    cases=[(0.1, 2.0, 3.0), (0.5, 3.0, 0.4), (1.2, 0.5, 2.0)],
)


@CLOUD.answer
def cloud_variance(learning_rate: float, curvature: float, sigma: float) -> Any:
    """Return the variance around the minimum of noisy gradient descent on a parabola."""
    return learning_rate * sigma**2 / (curvature * (2 - learning_rate * curvature))


@CLOUD.mistake(
    "The standard deviation in place of the variance",
    "The balance is one of variances. What is asked for is the square of what you have.",
)
def _cloud_root(learning_rate: float, curvature: float, sigma: float) -> Any:
    return np.sqrt(cloud_variance(learning_rate, curvature, sigma))


@CLOUD.mistake(
    "σ is not squared",
    "Noise that is multiplied by lr has a variance that is multiplied by lr², and its own is σ².",
)
def _cloud_sigma(learning_rate: float, curvature: float, sigma: float) -> Any:
    return cloud_variance(learning_rate, curvature, sigma) / sigma


@CLOUD.mistake(
    "The learning rate is squared",
    "lr² goes in on one side, and an lr can be divided out of both. Solve the balance once more.",
)
def _cloud_rate_squared(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * cloud_variance(learning_rate, curvature, sigma)


@CLOUD.mistake(
    "Only the noise of one step",
    "That is what a single step adds. What earlier steps added has not faded yet.",
)
def _cloud_one_step(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate**2 * sigma**2


@CLOUD.mistake(
    "The rule for small steps",
    "lr·σ²/(2λ) is close as long as lr·λ is small. The balance gives it without any condition.",
)
def _cloud_small(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * sigma**2 / (2 * curvature)


@CLOUD.mistake(
    "A sign is turned round below the line",
    "The nearer lr·λ comes to 2, the larger the cloud. Does yours grow?",
)
def _cloud_sign(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * sigma**2 / (curvature * (2 + learning_rate * curvature))


@CLOUD.mistake(
    "The factor is not squared in the balance",
    "A variance is multiplied by the square of the factor: by (1 - lr·λ)², not by 1 - lr·λ.",
)
def _cloud_factor(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * sigma**2 / curvature


@CLOUD.mistake(
    "The curvature is missing",
    "A steep valley holds its cloud together. Where is λ, outside of the bracket?",
)
def _cloud_curvature(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * sigma**2 / (2 - learning_rate * curvature)


# --- Epochs ---------------------------------------------------------------------------------------

ORDERS = np.array([[3, 0, 4, 1, 2], [1, 2, 0, 4, 3], [4, 3, 2, 0, 1]])

EPOCHS = Task(
    lesson=10,
    returns=("the places",),
    shows="Shuffle, deal, step, remember: large models are trained in this loop, too.",
    cases=[
        (np.array([2.0, 1.0]), np.array([3.0, -1.0]), X, Y, 0.02, 0.8, 2, ORDERS),
        (np.array([-1.0, 0.5]), np.array([-2.0, 4.0]), X, Y, 0.01, 0.6, 3, ORDERS[1:]),
    ],
    steps=True,
)


def _epochs(
    theta: Array,
    velocity: Array,
    x: Array,
    y: Array,
    learning_rate: float,
    beta: float,
    size: int,
    orders: Array,
    *,
    scale: Callable[[Array], float] = lambda rows: 1.0,
    every_step: bool = False,
) -> Any:
    """Return the places after each epoch, or each step; ``scale`` multiplies a batch's gradient."""
    history = [theta]
    for order in orders:
        places = []
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            velocity = beta * velocity + scale(rows) * batch_gradient(theta, x, y, rows)
            theta = theta - learning_rate * velocity
            places.append(theta)
        history += places if every_step else places[-1:]
    return np.array(history)


@EPOCHS.answer
def descend_in_batches(
    theta: Array,
    velocity: Array,
    x: Array,
    y: Array,
    learning_rate: float,
    beta: float,
    size: int,
    orders: Array,
) -> Any:
    """Return where the heavy ball is after each epoch, the start first."""
    return _epochs(theta, velocity, x, y, learning_rate, beta, size, orders)


def _dealt(inputs: tuple[Any, ...], orders: Array, size: int | None = None) -> Any:
    """Run with other orders than those given, and perhaps with batches of another size."""
    changed = [*inputs[:-2], size or inputs[-2], orders]
    return descend_in_batches(*changed)


@EPOCHS.mistake(
    "No reshuffle: the first order serves every epoch",
    "orders has a row for each epoch. Which one do you deal from in the second?",
)
def _no_reshuffle(*inputs: Any) -> Any:
    orders = inputs[-1]
    return _dealt(inputs, np.broadcast_to(orders[0], orders.shape))


@EPOCHS.mistake(
    "No shuffle: the points are dealt as they lie",
    "Each row of orders says in which order its epoch takes the points. Where do you use it?",
)
def _no_shuffle(*inputs: Any) -> Any:
    return _dealt(inputs, np.sort(inputs[-1], axis=1))


@EPOCHS.mistake(
    "The last, shorter batch is dropped",
    "Five points in batches of two: the fifth is looked at, too. How far does your range go?",
)
def _dropped(*inputs: Any) -> Any:
    *_, size, orders = inputs
    return _dealt(inputs, orders[:, : orders.shape[1] // size * size])


@EPOCHS.mistake(
    "Divided by all points, not by those of the batch",
    "The gradient of a batch is the mean over the batch. Your steps are too short by size / m.",
)
def _epochs_by_all(*inputs: Any) -> Any:
    return _epochs(*inputs, scale=lambda rows: len(rows) / inputs[-1].shape[1])


@EPOCHS.mistake(
    "The last batch is divided by the full size",
    "The last batch has fewer points than the others. Divide by how many it has.",
)
def _by_size(*inputs: Any) -> Any:
    *_, size, _ = inputs
    return _epochs(*inputs, scale=lambda rows: len(rows) / size)


@EPOCHS.mistake(
    "The velocity is reset at every epoch",
    "An epoch is a round through the cards, not a new run. What should be remembered across it?",
)
def _reset(*inputs: Any) -> Any:
    theta, velocity, *others, orders = inputs
    history = [theta]
    for order in orders:
        theta = _dealt((theta, velocity, *others, orders), order[np.newaxis])[-1]
        velocity = np.zeros_like(velocity)
        history.append(theta)
    return np.array(history)


@EPOCHS.mistake(
    "The run starts from rest, whatever velocity it is given",
    "There is an argument for the starting velocity. Where do you use it?",
)
def _from_rest(theta: Array, velocity: Array, *rest: Any) -> Any:
    return descend_in_batches(theta, np.zeros_like(velocity), *rest)


@EPOCHS.mistake(
    "A place for every step, not for every epoch",
    "Keep the place when an epoch is over: on which level of the loops does that line stand?",
)
def _every_step(*inputs: Any) -> Any:
    return _epochs(*inputs, every_step=True)


@EPOCHS.mistake(
    "One step for each epoch, with all points",
    "Within an epoch there is a step for each batch. How many batches does an epoch have?",
)
def _full_batches(*inputs: Any) -> Any:
    orders = inputs[-1]
    return _dealt(inputs, orders, size=orders.shape[1])


@EPOCHS.mistake(
    "The average in place of the heavy ball",
    "Here v takes in all of each gradient. The factor 1 - β belongs to the recipe.",
)
def _averaged(*inputs: Any) -> Any:
    *_, beta, _, _ = inputs
    return _epochs(*inputs, scale=lambda rows: 1 - beta)
