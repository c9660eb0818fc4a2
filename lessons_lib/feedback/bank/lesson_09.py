"""Lesson 9: Nesterov's look-ahead, the β that grow, and a run that starts afresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.slips import (
    Factor,
    in_a_run,
    of_dialects,
    of_history,
    of_moving_arrays,
    of_what_a_run_returns,
)
from lessons_lib.feedback.task import Task

Array = NDArray[Any]


# --- Looking ahead --------------------------------------------------------------------------------

Step = Callable[[Array, Array, Array, float, float], tuple[Array, Array]]
BOWL = np.array([[3.0, 1.0], [1.0, 2.0]])

NESTEROV = Task(
    lesson=9,
    returns=("the history",),
    shows="The ball looks where it is about to roll, and brakes one step earlier.",
    cases=[
        (np.array([2.0, 1.0]), np.array([3.0, -1.0]), BOWL, 0.1, 0.8, 4),
        (np.array([-1.0, 0.5]), np.array([-2.0, 4.0]), np.diag([4.0, 0.5]), 0.05, 0.9, 3),
    ],
    steps=True,
)


def _look_ahead(
    theta: Array, velocity: Array, H: Array, lr: float, beta: float
) -> tuple[Array, Array]:
    velocity = beta * velocity + H @ (theta - lr * beta * velocity)
    return theta - lr * velocity, velocity


def _run(
    theta: Array,
    velocity: Array,
    H: Array,
    lr: float,
    beta: float,
    n: int,
    *,
    step: Step = _look_ahead,
) -> Any:
    history = [theta]
    for _ in range(n):
        theta, velocity = step(theta, velocity, H, lr, beta)
        history.append(theta)
    return np.array(history)


@NESTEROV.answer
def nesterov_run(
    theta: Array,
    velocity: Array,
    H: Array,
    learning_rate: float,
    beta: float,
    n_iterations: int,
) -> Any:
    """Return every place of Nesterov's run on the bowl with the gradient H @ theta."""
    return _run(theta, velocity, H, learning_rate, beta, n_iterations)


@in_a_run(
    NESTEROV,
    _run,
    "The gradient is taken at θ",
    "Without looking ahead it is the heavy ball. Where will the kept part of the velocity lead?",
    "With v = 1, β = 0.9 and lr = 0.1, the kept part of the velocity leads 0.09 on. The gradient is"
    " taken there.",
)
def _at_theta(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ theta
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "You look back, not ahead",
    "The step subtracts the velocity. So in which direction is ahead?",
)
def _back(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta + lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "β is missing in the look-ahead",
    "You look a whole velocity ahead. Only a share of it is kept before the gradient has its say.",
)
def _too_far(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta - lr * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The learning rate is missing in the look-ahead",
    "A velocity is not a distance yet. What makes a step of it?",
)
def _without_rate(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta - beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The step sets out from the look-ahead point",
    "You only look from there. The step itself sets out from θ: the velocity holds that part"
    " already.",
    "Use two names: one for the point at which you look, and θ, from which lr·v is taken off.",
)
def _from_ahead(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    ahead = theta - lr * beta * v
    v = beta * v + H @ ahead
    return ahead - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The recipe's factor 1 - β has come in",
    "Here, as in the heavy ball, v takes in all of each gradient.",
)
def _averaged(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + (1 - beta) * H @ (theta - lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "The old velocity is dropped",
    "You look ahead with it, and then forget it. What does the new velocity keep?",
)
def _dropped(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = H @ (theta - lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "θ moves before the velocity does",
    "Look, take in, step, in this order. You step with the velocity of the step before.",
)
def _late(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    return theta - lr * v, beta * v + H @ (theta - lr * beta * v)


@in_a_run(
    NESTEROV,
    _run,
    "The step leads uphill",
    "The velocity sums up gradients, and gradients point uphill. In which direction do you go?",
)
def _uphill(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + H @ (theta - lr * beta * v)
    return theta + lr * v, v


@NESTEROV.mistake(
    "The look-ahead points are returned, not θ",
    "Libraries do so: they call the look-ahead point the parameters. Which places does the task ask"
    " for?",
)
def _ahead_kept(theta: Array, velocity: Array, H: Array, lr: float, beta: float, n: int) -> Any:
    history = [theta - lr * beta * velocity]
    for _ in range(n):
        theta, velocity = _look_ahead(theta, velocity, H, lr, beta)
        history.append(theta - lr * beta * velocity)
    return np.array(history)


@NESTEROV.mistake(
    "After the start the look-ahead points are kept, not θ",
    "Each step ends at θ. Where the next gradient will be taken belongs to the next step.",
)
def _ahead_after_start(
    theta: Array, velocity: Array, H: Array, lr: float, beta: float, n: int
) -> Any:
    history = _ahead_kept(theta, velocity, H, lr, beta, n)
    history[0] = theta
    return history


@NESTEROV.mistake(
    "The points where the gradients are taken are returned",
    "You keep the place from which you look. Keep θ itself, after each step.",
)
def _looked_from(theta: Array, velocity: Array, H: Array, lr: float, beta: float, n: int) -> Any:
    history = [theta]
    for _ in range(n):
        history.append(theta - lr * beta * velocity)
        theta, velocity = _look_ahead(theta, velocity, H, lr, beta)
    return np.array(history)


@in_a_run(
    NESTEROV,
    _run,
    "A library's rule, which begins at the look-ahead point",
    "That rule takes the gradient where it stands, since what it calls parameters lies ahead"
    " already. Your start does not. Where is the gradient taken here?",
)
def _rewritten(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    g = H @ theta
    v = beta * v + g
    return theta - lr * (g + beta * v), v


def _in_dialect(
    theta: Array,
    velocity: Array,
    H: Array,
    lr: float,
    beta: float,
    n: int,
    *,
    weight: Factor,
    factor: Factor,
) -> Any:
    """Run in another dialect of the velocity, from the one that is given."""
    news, move = weight(lr, beta), factor(lr, beta)

    def step(theta: Array, v: Array, H: Array, lr: float, beta: float) -> tuple[Array, Array]:
        v = beta * v + news * H @ (theta - move * beta * v)
        return theta - move * v, v

    return _run(theta, velocity, H, lr, beta, n, step=step)


of_dialects(NESTEROV, _in_dialect, averaged=False)


@in_a_run(
    NESTEROV,
    _run,
    "A library's rule with the learning rate in the velocity",
    "There the parameters lie at the look-ahead point, and the velocity is a step that points"
    " downhill. What are your θ and your velocity?",
)
def _keras_rewritten(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    g = H @ theta
    v = beta * v - lr * g
    return theta + beta * v - lr * g, v


@in_a_run(
    NESTEROV,
    _run,
    "The learning rate is there twice",
    "It belongs to the step, and to the way you look ahead. The velocity sums up gradients alone.",
)
def _twice(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = beta * v + lr * H @ (theta - lr * beta * v)
    return theta - lr * v, v


@in_a_run(
    NESTEROV,
    _run,
    "All of the old velocity is kept",
    "A velocity that loses nothing never comes to rest. Which share of it is kept?",
)
def _never_fading(theta: Array, v: Array, H: Array, lr: float, beta: float) -> Any:
    v = v + H @ (theta - lr * beta * v)
    return theta - lr * v, v


@NESTEROV.mistake(
    "The gradient of the start is used for every step",
    "The ground changes as you walk. Where in the loop do you look at it?",
)
def _one_gradient(theta: Array, v: Array, H: Array, lr: float, beta: float, n: int) -> Any:
    g, history = H @ (theta - lr * beta * v), [theta]
    for _ in range(n):
        v = beta * v + g
        theta = theta - lr * v
        history.append(theta)
    return np.array(history)


@NESTEROV.mistake(
    "The velocity begins anew at every step",
    "Set it once, before the loop. Inside the loop it has to remember.",
)
def _reset(theta: Array, velocity: Array, H: Array, lr: float, beta: float, n: int) -> Any:
    history = [theta]
    for _ in range(n):
        theta, _v = _look_ahead(theta, velocity, H, lr, beta)
        history.append(theta)
    return np.array(history)


@NESTEROV.mistake(
    "The run starts from rest, whatever velocity it is given",
    "There is an argument for the starting velocity. Where do you use it?",
)
def _from_rest(theta: Array, velocity: Array, *rest: Any) -> Any:
    return nesterov_run(theta, np.zeros_like(velocity), *rest)


of_history(NESTEROV)
of_moving_arrays(NESTEROV)
of_what_a_run_returns(NESTEROV)


# --- The β that grow ------------------------------------------------------------------------------

BETAS = Task(
    lesson=9,
    returns=("the β",),
    shows="The memory grows with the way: it is soon about a third of the steps so far.",
    cases=[(8,), (3,), (1,)],
)


def _times(n: int) -> list[float]:
    """Return t_1 … t_n of the original rule."""
    times = [1.0]
    while len(times) < n:
        times.append((1 + np.sqrt(1 + 4 * times[-1] ** 2)) / 2)
    return times


def _shares(times: list[float]) -> Any:
    """Return (t_k - 1)/t_{k+1} for each t but the last."""
    t = np.array(times)
    return (t[:-1] - 1) / t[1:]


def _by(following: Callable[[float], float], n: int) -> Any:
    """Return the β of another rule for the next t."""
    times = [1.0]
    for _ in range(n):
        times.append(float(following(times[-1])))
    return _shares(times)


@BETAS.answer
def growing_betas(n: int) -> Any:
    """Return β_1 … β_n of Nesterov's original method."""
    return _shares(_times(n + 1))


@BETAS.mistake(
    "t is not lessened by 1 above the line",
    "At the start nothing is to be rolled on: the first β is 0. What is taken off t above the"
    " line?",
    "t goes 1, 1.618, 2.194. The first β is 0/1.618, the second 0.618/2.194.",
)
def _betas_without_minus(n: int) -> Any:
    t = np.array(_times(n + 1))
    return t[:-1] / t[1:]


@BETAS.mistake(
    "The old t stands below the line",
    "β_k belongs between two steps: above the line stands the t of this one, below it that of the"
    " next.",
)
def _betas_same_below(n: int) -> Any:
    t = np.array(_times(n))
    return (t - 1) / t


@BETAS.mistake(
    "The new t stands above the line, too",
    "Above the line belongs the t that you had, and below it the one that follows. Is it"
    " overwritten too early?",
)
def _betas_new_above(n: int) -> Any:
    t = np.array(_times(n + 1))[1:]
    return (t - 1) / t


@BETAS.mistake(
    "Off by one: the first β is missing",
    "β_1 is 0, since t_1 is 1. Your first one belongs to the second step.",
)
def _betas_late(n: int) -> Any:
    return growing_betas(n + 1)[1:]


@BETAS.mistake(
    "Off by one: there is a 0 too many at the start",
    "Only β_1 is 0. With which t do you begin?",
)
def _betas_early(n: int) -> Any:
    return np.concatenate([[0.0], growing_betas(n)[:-1]])


@BETAS.mistake(
    "t begins at 0",
    "A share is at least 0. Which t makes the first one 0?",
)
def _betas_from_zero(n: int) -> Any:
    return _shares([0.0, *_times(n)])


@BETAS.mistake(
    "4·t in place of 4·t² below the root",
    "With a square below the root, t grows by about a half at each step. By how much does yours?",
)
def _betas_no_square(n: int) -> Any:
    return _by(lambda t: (1 + np.sqrt(1 + 4 * t)) / 2, n)


@BETAS.mistake(
    "t² in place of 4·t² below the root",
    "There is a number before the square. Which one?",
)
def _betas_no_four(n: int) -> Any:
    return _by(lambda t: (1 + np.sqrt(1 + t**2)) / 2, n)


@BETAS.mistake(
    "The 1 before the root is missing",
    "Before the root stands another term. Which one?",
)
def _betas_no_one_before(n: int) -> Any:
    return _by(lambda t: np.sqrt(1 + 4 * t**2) / 2, n)


@BETAS.mistake(
    "The division by 2 is missing",
    "Your t more than doubles at each step. What is all of it divided by?",
)
def _betas_no_half(n: int) -> Any:
    return _by(lambda t: 1 + np.sqrt(1 + 4 * t**2), n)


@BETAS.mistake(
    "Only the root is divided by 2",
    "The line of the fraction runs below both terms. Which brackets are missing?",
)
def _betas_half_of_root(n: int) -> Any:
    return _by(lambda t: 1 + np.sqrt(1 + 4 * t**2) / 2, n)


@BETAS.mistake(
    "(k - 1)/(k + 2), as without the 1 below the root",
    "That is close, and many programs use it. The original has a 1 below the root, too.",
)
def _betas_shorthand(n: int) -> Any:
    k = np.arange(1, n + 1)
    return (k - 1) / (k + 2)


@BETAS.mistake(
    "The shorthand k/(k + 3)",
    "That is close, and many programs use it, counting k from 0. The original has its t.",
)
def _betas_shorthand_from_zero(n: int) -> Any:
    k = np.arange(1, n + 1)
    return k / (k + 3)


@BETAS.mistake(
    "The t are returned, not the β",
    "t is the helper. What is made of two of them?",
)
def _betas_times(n: int) -> Any:
    return np.array(_times(n))


@BETAS.mistake(
    "Only the last β is returned",
    "All of them are asked for, the first one first.",
)
def _betas_last(n: int) -> Any:
    return growing_betas(n)[-1]


# --- Starting afresh ------------------------------------------------------------------------------

AFRESH = Task(
    lesson=9,
    returns=("the history",),
    shows="No μ went in. The ground itself says when the memory has become too long.",
    cases=[
        (np.array([1.0, 1.0]), np.diag([0.3, 1.0]), 1.0, 14),
        (np.array([2.0, -1.0]), BOWL, 0.2, 9),
        (np.array([-1.0, 3.0]), np.array([[1.0, -0.4], [-0.4, 0.25]]), 0.7, 16),
        (np.array([4.0, -5.0]), np.array([[0.06, -0.1], [-0.1, 0.9]]), 0.5, 12),
    ],
    steps=True,
)


def _afresh(
    theta: Array,
    H: Array,
    lr: float,
    n: int,
    *,
    look: Callable[..., Any] = lambda g, step, old, here: g @ step > 0,
    keep_time: bool = False,
    keep_roll: bool = False,
    go_back: bool = False,
) -> Any:
    """Ride with growing β; `look` sees the gradient, the step, the one before, and that at θ."""
    ahead, history, t, old = theta, [theta], 1.0, np.zeros_like(theta)
    for _ in range(n):
        before, g = theta, H @ ahead
        theta = ahead - lr * g
        step = theta - before
        if look(g, step, old, H @ theta):
            after = (1 + np.sqrt(1 + 4 * t**2)) / 2 if keep_time else 1.0
            share = (t - 1) / after if keep_roll else 0.0
            theta = before if go_back else theta
        else:
            after = (1 + np.sqrt(1 + 4 * t**2)) / 2
            share = (t - 1) / after
        ahead, t, old = theta + share * step, after, step
        history.append(theta)
    return np.array(history)


@AFRESH.answer
def restarted_run(theta: Array, H: Array, learning_rate: float, n_iterations: int) -> Any:
    """Return every place of a run with growing β that restarts at each step uphill."""
    return _afresh(theta, H, learning_rate, n_iterations)


@AFRESH.mistake(
    "It never restarts",
    "Your run is that of the growing β alone. Which number tells that the last step led uphill?",
    "A gradient points uphill. If gradient and last step have a product above 0, that step"
    " led uphill, too.",
)
def _never(*inputs: Any) -> Any:
    return _afresh(*inputs, look=lambda *_: False)


@AFRESH.mistake(
    "The gradient at θ is asked, not that at the look-ahead point",
    "You have a gradient already: the one that the step was made with. Ask that one.",
)
def _asks_theta(*inputs: Any) -> Any:
    return _afresh(*inputs, look=lambda g, step, old, here: here @ step > 0)


@AFRESH.mistake(
    "The step before the last one is asked",
    "The step that you have made now is what the gradient is held against. Is the test made before"
    " θ has moved?",
)
def _asks_old_step(*inputs: Any) -> Any:
    return _afresh(*inputs, look=lambda g, step, old, here: g @ old > 0)


@AFRESH.mistake(
    "t begins anew, but the run rolls on once more",
    "A restart forgets the last step, too: the next look-ahead point is θ itself.",
)
def _rolls_on(*inputs: Any) -> Any:
    return _afresh(*inputs, keep_roll=True)


@AFRESH.mistake(
    "The run stops once, but t goes on growing",
    "At a restart β begins to grow anew. What does t have to become for that?",
)
def _keeps_time(*inputs: Any) -> Any:
    return _afresh(*inputs, keep_time=True)


@AFRESH.mistake(
    "The step uphill is taken back",
    "The run starts afresh from where it is now. Which place do you keep?",
)
def _takes_back(*inputs: Any) -> Any:
    return _afresh(*inputs, go_back=True)


@AFRESH.mistake(
    "Nothing is rolled on: it is plain gradient descent",
    "Every step of yours is taken from θ itself. Either nothing is added to θ, or your run starts"
    " afresh at each step downhill. Which sign has the product when a step leads uphill?",
)
def _plain(*inputs: Any) -> Any:
    return _afresh(*inputs, look=lambda *_: True)


of_history(AFRESH)
of_moving_arrays(AFRESH)
of_what_a_run_returns(AFRESH)
