"""Lesson 9: Nesterov's look-ahead, when a growing β is too much, and a run that starts afresh."""

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

WAVES = Task(
    lesson=9,
    returns=("the step",),
    shows="A memory that grows for ever passes the one that suits the valley: the longer the"
    " valley, the later.",
    cases=[(2.0,), (4.0,), (9.0,), (30.0,), (100.0,), (250.0,), (1000.0,), (2500.0,), (10_000.0,)],
)


def _grown(t: float) -> float:
    return float((1 + np.sqrt(1 + 4 * t**2)) / 2)


def _critical(kappa: float) -> float:
    root = float(np.sqrt(kappa))
    return (root - 1) / (root + 1)


def _passes(
    border: float,
    *,
    following: Callable[[float], float] = _grown,
    share: Callable[[float, float], float] = lambda t, after: (t - 1) / after,
    t: float = 1.0,
) -> int:
    """Return at which step a share of two t, one after the other, is above a border."""
    after, k = following(t), 1
    while share(t, after) <= border:
        t, after, k = after, following(after), k + 1
    return k


@WAVES.answer
def first_wave(kappa: float) -> Any:
    """Return the first step whose β is above the critical one of the floor, at 1/L."""
    return _passes(_critical(kappa))


@WAVES.mistake(
    "One step too few",
    "The first β belongs to the first step: it is β₁. From which number on do you count?",
    "The first β is 0, and it is β₁. For κ = 2 the second one is above the critical β already:"
    " your function should return 2.",
)
def _waves_from_zero(kappa: float) -> Any:
    return first_wave(kappa) - 1


@WAVES.mistake(
    "One step too many",
    "Is the step counted once more, after its β was found to be above the critical one? The first β"
    " is β₁.",
)
def _waves_from_two(kappa: float) -> Any:
    return first_wave(kappa) + 1


@WAVES.mistake(
    "The heavy ball's best β, with a square",
    "That is the square of (√κ - 1)/(√κ + 1), for longer steps and a ball that does not look ahead."
    " Which β makes the two roots meet on the floor here?",
    "For κ = 9 the two roots meet on the floor at (3 - 1)/(3 + 1) = 0.5, and 0.25 is the β of"
    " another method.",
)
def _waves_of_ball(kappa: float) -> Any:
    return _passes(_critical(kappa) ** 2)


@WAVES.mistake(
    "The heavy ball's critical β on the floor",
    "(1 - √(1/κ))² is critical for a ball that does not look ahead. A look-ahead brakes: it bears"
    " more memory before it swings. How much?",
)
def _waves_without_look(kappa: float) -> Any:
    return _passes((1 - 1 / float(np.sqrt(kappa))) ** 2)


@WAVES.mistake(
    "κ in place of √κ",
    "(κ - 1)/(κ + 1) is the rate of gradient descent. The β at which a ball that looks ahead begins"
    " to swing has √κ in it.",
)
def _waves_without_root(kappa: float) -> Any:
    return _passes((kappa - 1) / (kappa + 1))


@WAVES.mistake(
    "The rate, 1 - 1/√κ, in place of the β",
    "By that factor the floor shrinks when its two roots meet. At which β do they meet?",
)
def _waves_of_rate(kappa: float) -> Any:
    return _passes(1 - 1 / float(np.sqrt(kappa)))


@WAVES.mistake(
    "The β that is best in a bowl with longer steps",
    "(√(3κ + 1) - 2)/(√(3κ + 1) + 2) belongs to a learning rate beyond 1/L. Which one belongs to"
    " 1/L?",
)
def _waves_of_bowl(kappa: float) -> Any:
    root = float(np.sqrt(3 * kappa + 1))
    return _passes((root - 2) / (root + 2))


@WAVES.mistake(
    "β = (k - 1)/(k + 2), as without the 1 below the root",
    "That is close, and many programs use it. The original has a 1 below the root, too.",
)
def _waves_shorthand(kappa: float) -> Any:
    return _passes(_critical(kappa), following=lambda t: t + 0.5)


@WAVES.mistake(
    "The shorthand k/(k + 3)",
    "That is close, and many programs use it, counting k from 0. The original has its t.",
)
def _waves_shorthand_from_zero(kappa: float) -> Any:
    return _passes(_critical(kappa), following=lambda t: t + 0.5, t=1.5)


@WAVES.mistake(
    "t is not lessened by 1 above the line",
    "Look at the fraction for β once more. At the start nothing is to be rolled on: the first β is"
    " 0.",
)
def _waves_without_minus(kappa: float) -> Any:
    return _passes(_critical(kappa), share=lambda t, after: t / after)


@WAVES.mistake(
    "The old t stands below the line",
    "β_k belongs between two steps: above the line stands the t of this one, below it that of the"
    " next.",
)
def _waves_same_below(kappa: float) -> Any:
    return _passes(_critical(kappa), share=lambda t, after: (t - 1) / t)


@WAVES.mistake(
    "The new t stands above the line, too",
    "Above the line belongs the t that you had, and below it the one that follows. Is it"
    " overwritten too early?",
    "t goes 1, 1.618, 2.194. The first β is 0/1.618, the second 0.618/2.194.",
)
def _waves_new_above(kappa: float) -> Any:
    return _passes(_critical(kappa), share=lambda t, after: (after - 1) / after)


@WAVES.mistake(
    "The 1 before the root is missing",
    "t grows by about a half at each step, once it is large. By how much does yours?",
)
def _waves_no_one_before(kappa: float) -> Any:
    return _passes(_critical(kappa), following=lambda t: float(np.sqrt(1 + 4 * t**2) / 2))


@WAVES.mistake(
    "Only the root is divided by 2",
    "The line of the fraction runs below both terms. Which brackets are missing?",
)
def _waves_half_of_root(kappa: float) -> Any:
    return _passes(_critical(kappa), following=lambda t: float(1 + np.sqrt(1 + 4 * t**2) / 2))


@WAVES.mistake(
    "t is compared in place of β",
    "t grows beyond every number below 1 at once. What is made of two t?",
)
def _waves_of_time(kappa: float) -> Any:
    return _passes(_critical(kappa), share=lambda t, after: after)


@WAVES.mistake(
    "The β itself, not its number",
    "You have found the right one. Which number has it, if the first one is β₁?",
)
def _waves_beta(kappa: float) -> Any:
    t = 1.0
    for _ in range(first_wave(kappa)):
        t, before = _grown(t), t
    return (before - 1) / t


@WAVES.mistake(
    "The critical β, not the step that passes it",
    "That is the border. Which is the first of the growing β above it?",
)
def _waves_border(kappa: float) -> Any:
    return _critical(kappa)


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
            after = _grown(t) if keep_time else 1.0
            share = (t - 1) / after if keep_roll else 0.0
            theta = before if go_back else theta
        else:
            after = _grown(t)
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
