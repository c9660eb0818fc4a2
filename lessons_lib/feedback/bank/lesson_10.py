"""Lesson 10: the gradient of a batch, the cloud that it leaves, and epochs with memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.lesson_01 import line_gradient
from lessons_lib.feedback.bank.slips import in_a_run, of_history
from lessons_lib.feedback.task import Task

Array = NDArray[Any]
Move = Callable[[Array, Array, Array, float, float], tuple[Array, Array]]

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
    "A batch of one point has two times its residual as its first number. By what do you"
    " divide there?",
)
def _by_all(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, rows) * len(rows) / len(x)


@BATCH.mistake(
    "All points in place of the batch",
    "Whatever rows are given, your answer is the same. Choose the points first.",
    "How many residuals do you have? There should be as many as there are numbers in rows.",
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


@BATCH.mistake(
    "The factor x is missing in the second entry",
    "Your two entries are the same. A slope moves a point by as much as its x: where does x come"
    " in?",
)
def _without_x(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return np.repeat(batch_gradient(theta, x, y, rows)[0], 2)


@BATCH.mistake(
    "The two entries are exchanged",
    "theta holds the intercept first, then the slope. In which order does its gradient come?",
)
def _batch_exchanged(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(theta, x, y, rows)[::-1]


@BATCH.mistake(
    "Intercept and slope are exchanged",
    "theta holds the intercept first, then the slope. Which of the two is multiplied by x?",
)
def _batch_parameters(theta: Array, x: Array, y: Array, rows: Array) -> Any:
    return batch_gradient(np.asarray(theta)[::-1], x, y, rows)


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
    "In balance the variance is (1 - lr·λ)² times itself, plus lr²·σ². Solve that for the"
    " variance.",
)
def _cloud_one_step(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate**2 * sigma**2


@CLOUD.mistake(
    "The rule for small steps",
    "lr·σ²/(2λ) is close as long as lr·λ is small. The balance gives it without any condition.",
    "At lr·λ = 1 a step forgets all earlier ones, and the variance is lr²·σ². The rule for"
    " small steps says half of that.",
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


@CLOUD.mistake(
    "The curvature is missing in the bracket",
    "The factor of a step is 1 - lr·λ, not 1 - lr. Multiply its square out once more.",
)
def _cloud_bracket(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * sigma**2 / (curvature * (2 - learning_rate))


@CLOUD.mistake(
    "The learning rate is missing above the line",
    "Halve the learning rate of a short step, and the cloud's variance halves, too. Does yours?",
)
def _cloud_without_rate(learning_rate: float, curvature: float, sigma: float) -> Any:
    return sigma**2 / (curvature * (2 - learning_rate * curvature))


@CLOUD.mistake(
    "Multiplied by the bracket, where it divides",
    "In a / b * c Python divides by b alone. What stands below the line needs a bracket around all"
    " of it.",
)
def _cloud_precedence(learning_rate: float, curvature: float, sigma: float) -> Any:
    return learning_rate * sigma**2 / curvature * (2 - learning_rate * curvature)


# --- Epochs ---------------------------------------------------------------------------------------

ORDERS = np.array([[3, 0, 4, 1, 2], [1, 2, 0, 4, 3], [4, 3, 2, 0, 1]])
FOURS = np.array([[3, 0, 2, 1], [1, 3, 0, 2], [2, 1, 3, 0]])
SEVENS = np.array([[5, 0, 3, 6, 1, 4, 2], [2, 6, 4, 0, 5, 1, 3], [1, 2, 5, 3, 0, 6, 4]])
SEVEN = np.append(X, [-2.0, 0.5]), np.append(Y, [1.0, 3.0])
"""Four points in twos leave no shorter batch; seven in threes are 3, 3 and 1, not 3, 2 and 2."""

EPOCHS = Task(
    lesson=10,
    returns=("the places",),
    shows="Shuffle, deal, step, remember: large models are trained in this loop, too.",
    cases=[
        (np.array([2.0, 1.0]), np.array([3.0, -1.0]), X, Y, 0.02, 0.8, 2, ORDERS),
        (np.array([-1.0, 0.5]), np.array([-2.0, 4.0]), X, Y, 0.01, 0.6, 3, ORDERS[1:]),
        (np.array([2.0, 1.0]), np.array([3.0, -1.0]), X[:4], Y[:4], 0.02, 0.8, 2, FOURS),
        (np.array([1.0, -1.0]), np.array([2.0, 1.0]), *SEVEN, 0.02, 0.7, 3, SEVENS),
    ],
    steps=True,
)


def _move(theta: Array, v: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    v = beta * v + g
    return theta - lr * v, v


def _deal(order: Array, size: int) -> list[Array]:
    return [order[start : start + size] for start in range(0, len(order), size)]


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
    step: Move = _move,
    deal: Callable[[Array, int], list[Array]] = _deal,
    scale: Callable[[Array], float] = lambda rows: 1.0,
    begin: Callable[[Array], Array] = lambda velocity: velocity,
    every_step: bool = False,
) -> Any:
    """Return the places after each epoch, or each step.

    ``deal`` makes batches of an order, ``begin`` gives the velocity with which an epoch begins, and
    ``scale`` multiplies a batch's gradient.
    """
    history = [theta]
    for order in orders:
        places, velocity = [], begin(velocity)
        for rows in deal(order, size):
            g = scale(rows) * batch_gradient(theta, x, y, rows)
            theta, velocity = step(theta, velocity, g, learning_rate, beta)
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
    "`range(0, 5, 2)` gives 0, 2 and 4. At 4 a batch of one point begins.",
)
def _dropped(*inputs: Any) -> Any:
    *_, size, orders = inputs
    return _dealt(inputs, orders[:, : orders.shape[1] // size * size])


@EPOCHS.mistake(
    "Divided by all points, not by those of the batch",
    "The gradient of a batch is the mean over the batch. Your steps are too short by size / m.",
    "How many residuals has a batch? Their mean is a sum divided by as many.",
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
    "The last batch is empty",
    "Four points in batches of two are two batches. The mean of no point at all has no value. Where"
    " does your range end?",
)
def _empty(*inputs: Any) -> Any:
    def deal(order: Array, size: int) -> list[Array]:
        return [order[k * size : (k + 1) * size] for k in range(len(order) // size + 1)]

    with warnings.catch_warnings(action="ignore"):
        return _epochs(*inputs, deal=deal)


@EPOCHS.mistake(
    "The points are split evenly, not dealt",
    "Seven points in batches of three are 3, 3 and 1: each batch is full while points last. Yours"
    " are 3, 2 and 2.",
)
def _evenly(*inputs: Any) -> Any:
    def deal(order: Array, size: int) -> list[Array]:
        return np.array_split(order, -(-len(order) // size))

    return _epochs(*inputs, deal=deal)


@EPOCHS.mistake(
    "What is left over makes its batch larger, not one of its own",
    "Five points in batches of two are 2, 2 and 1. Yours ends with a batch of three.",
)
def _joined(*inputs: Any) -> Any:
    def deal(order: Array, size: int) -> list[Array]:
        return np.array_split(order, range(size, len(order) - size + 1, size))

    return _epochs(*inputs, deal=deal)


@EPOCHS.mistake(
    "What has been shuffled is shuffled once more",
    "You take the points in the order of a row, and then ask the row again for places in the new"
    " order. Once is enough.",
)
def _twice_in_an_epoch(*inputs: Any) -> Any:
    return _dealt(inputs, np.take_along_axis(inputs[-1], inputs[-1], axis=1))


@EPOCHS.mistake(
    "Each epoch shuffles what the epoch before has shuffled",
    "A row of orders holds places in the points as they were given. What do your x and y hold after"
    " the first epoch?",
)
def _shuffled_on(*inputs: Any) -> Any:
    orders = [inputs[-1][0]]
    for order in inputs[-1][1:]:
        orders.append(orders[-1][order])
    return _dealt(inputs, np.array(orders))


@EPOCHS.mistake(
    "The velocity is reset when an epoch is over",
    "An epoch is a round through the cards, not a new run. What should be remembered across it?",
)
def _reset(*inputs: Any) -> Any:
    theta, velocity, *others, orders = inputs
    later = [_dealt(inputs, orders[:1])[-1], velocity, *others, orders[1:]]
    return np.vstack([[theta], _epochs(*later, begin=np.zeros_like)])


@EPOCHS.mistake(
    "The velocity is set to zero inside the loop over epochs",
    "There it forgets the start's velocity, and what each epoch has gathered. It is set once,"
    " before both loops, and here it is given.",
)
def _zeroed(*inputs: Any) -> Any:
    return _epochs(*inputs, begin=np.zeros_like)


@EPOCHS.mistake(
    "Every epoch begins with the velocity of the start",
    "The second epoch takes over what the first has left: place and velocity. Which line stands in"
    " a loop that should stand above it?",
)
def _begun_anew(*inputs: Any) -> Any:
    return _epochs(*inputs, begin=lambda _: inputs[1])


@EPOCHS.mistake(
    "The velocity begins anew at every batch",
    "Set it once, before both loops. Inside them it has to remember.",
)
def _every_batch_anew(*inputs: Any) -> Any:
    def step(theta: Array, _: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
        return _move(theta, inputs[1], g, lr, beta)

    return _epochs(*inputs, step=step)


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


@in_a_run(
    EPOCHS,
    _epochs,
    "The old velocity is dropped",
    "Your steps have no memory: start with another velocity, and nothing changes. What of v is"
    " kept?",
)
def _without_memory(
    theta: Array, v: Array, g: Array, lr: float, beta: float
) -> tuple[Array, Array]:
    return theta - lr * g, g


@in_a_run(
    EPOCHS,
    _epochs,
    "The learning rate is in the velocity, not in the step",
    "That is the velocity dialect: its v is as long as a step. The v that you are given adds up"
    " gradients, so the learning rate comes in when θ moves.",
)
def _in_velocity(theta: Array, v: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    v = beta * v + lr * g
    return theta - v, v


@in_a_run(
    EPOCHS,
    _epochs,
    "The velocity points downhill, and is added, as Keras does",
    "A fine dialect, and another one: the v that you are given adds up gradients, which point"
    " uphill. Here v takes in g as it is, and θ loses lr · v.",
)
def _keras(theta: Array, v: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    v = beta * v - lr * g
    return theta + v, v


@in_a_run(
    EPOCHS,
    _epochs,
    "θ moves before the velocity does",
    "You step with the velocity of the step before. The velocity takes in the gradient first.",
)
def _late(theta: Array, v: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    return theta - lr * v, beta * v + g


@in_a_run(
    EPOCHS,
    _epochs,
    "The step leads uphill",
    "The velocity sums up gradients, and gradients point uphill. In which direction do you go?",
)
def _uphill(theta: Array, v: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    v = beta * v + g
    return theta + lr * v, v


@in_a_run(
    EPOCHS,
    _epochs,
    "The learning rate is missing",
    "The velocity is as long as the gradients. What makes a step of it?",
)
def _without_rate(theta: Array, v: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    v = beta * v + g
    return theta - v, v


@EPOCHS.mistake(
    "The gradient is taken ahead, as Nesterov does",
    "A fine method, and another one: you look where the velocity will carry you. The heavy ball"
    " looks where it stands.",
)
def _ahead(
    theta: Array,
    velocity: Array,
    x: Array,
    y: Array,
    learning_rate: float,
    beta: float,
    size: int,
    orders: Array,
) -> Any:
    history = [theta]
    for order in orders:
        for rows in _deal(order, size):
            g = batch_gradient(theta - learning_rate * beta * velocity, x, y, rows)
            theta, velocity = _move(theta, velocity, g, learning_rate, beta)
        history.append(theta)
    return np.array(history)


@EPOCHS.mistake(
    "The sum in place of the mean in the gradient",
    "A full batch would count for more than a short one. The loss of a batch is a mean.",
)
def _epochs_sum(*inputs: Any) -> Any:
    return _epochs(*inputs, scale=len)


@EPOCHS.mistake(
    "1/b in place of 2/b in the gradient",
    "Every gradient is half as long as it should be. Look at the derivative of a square.",
)
def _epochs_half(*inputs: Any) -> Any:
    return _epochs(*inputs, scale=lambda rows: 0.5)


@EPOCHS.mistake(
    "The run ends with the first epoch",
    "Further epochs are in orders. Does return stand inside the loop?",
)
def _one_epoch(*inputs: Any) -> Any:
    return _dealt(inputs, inputs[-1][:1])


@EPOCHS.mistake(
    "The last place alone, not the history",
    "You arrive, and have forgotten the way. Keep the place after each epoch, and return them all.",
)
def _last_alone(*inputs: Any) -> Any:
    return descend_in_batches(*inputs)[-1]


@EPOCHS.mistake(
    "Every row is the last place, and theta has moved there",
    "theta and all rows of the list are one and the same array, and `-=` changes it where it is."
    " How do you get a new array at each step?",
)
def _in_place(theta: Array, *rest: Any) -> Any:
    history = descend_in_batches(theta, *rest)
    theta[...] = history[-1]
    return np.broadcast_to(history[-1], history.shape)


@EPOCHS.mistake(
    "The first row is the last place",
    "You copy each place that you append, but not the start. It is still the array that `-=`"
    " changes.",
)
def _start_moved(theta: Array, *rest: Any) -> Any:
    history = descend_in_batches(theta, *rest)
    theta[...] = history[-1]
    return np.vstack([history[-1:], history[1:]])


@EPOCHS.mistake(
    "Every row but the first is the last place",
    "The start is a copy, the other rows are not: they are one array, which `-=` changes. Keep a"
    " copy of each.",
)
def _rows_moved(*inputs: Any) -> Any:
    history = descend_in_batches(*inputs)
    history[1:] = history[-1]
    return history


of_history(EPOCHS)
