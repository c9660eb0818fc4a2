"""Lesson 13: a step of RMSprop, and a run of AdamW."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.slips import in_a_run, of_history
from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]


# --- A step of RMSprop ----------------------------------------------------------------------------

STEP = Task(
    lesson=13,
    returns=("theta", "the average of squares"),
    shows="A step that does not mind how steep its parameter is: a large gradient is divided by a"
    " large size.",
    cases=[
        (np.array([1.0, -2.0]), np.array([4.0, 9.0]), np.array([-1.0, 5.0]), 0.1, 0.9, 0.5),
        (np.array([0.5, 3.0]), np.array([0.3, 2.0]), np.array([0.2, -3.0]), 0.5, 0.6, 0.01),
        (np.array([2.0]), np.array([0.25]), np.array([1.5]), 0.2, 0.75, 0.1),
    ],
)


@STEP.answer
def rmsprop_step(
    theta: Array,
    squares: Array,
    gradient: Array,
    learning_rate: float,
    beta: float,
    epsilon: float,
) -> Any:
    """Return the parameters and the average of squares after one step of RMSprop."""
    squares = beta * squares + (1 - beta) * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares


@STEP.mistake(
    "The ε stands inside the root",
    "Some programs have it there, and it then acts as its root would outside. In the formula the"
    " root is taken first.",
    "With squares of 0 and ε = 0.01, the number below the line is 0.01. Yours is its root, 0.1.",
)
def _epsilon_inside(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g**2
    return theta - lr * g / np.sqrt(s + eps), s


@STEP.mistake(
    "The ε is missing",
    "Right while no size is zero. What keeps a parameter whose gradient has always been zero from"
    " 0/0?",
)
def _without_epsilon(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g**2
    return theta - lr * g / np.sqrt(s), s


@STEP.mistake(
    "The root is missing",
    "An average of squares is the square of a size. Twice the gradient should make the same step,"
    " not half of it.",
)
def _without_root(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g**2
    return theta - lr * g / (s + eps), s


@STEP.mistake(
    "The gradient is not squared",
    "Gradients that swing from side to side average to nearly nothing. What loses the sign before"
    " you average?",
)
def _not_squared(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "The square of an average in place of the average of squares",
    "First square each gradient, then average. You average first.",
)
def _square_of_average(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = (beta * np.sqrt(s) + (1 - beta) * g) ** 2
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "The step divides by the old average",
    "The newest gradient is taken into the average first, and then divided by its root.",
    "From squares of 0, with β = 0.9 and a gradient of 3, the average becomes 0.1 · 9. The"
    " root of that stands below the line.",
)
def _old_average(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    return theta - lr * g / (np.sqrt(s) + eps), beta * s + (1 - beta) * g**2


@STEP.mistake(
    "The old average is handed back",
    "θ moves as it should, but the next step starts from the same average again. Which one should"
    " it find?",
)
def _old_returned(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    return rmsprop_step(theta, s, g, lr, beta, eps)[0], s


@STEP.mistake(
    "β and 1 - β are exchanged",
    "With β = 0.9, nine tenths should be memory and one tenth news. How much of each do you take?",
    "With β = 0.9, squares of 10 and a gradient of 0, the average goes to 9. Where does yours go?",
)
def _exchanged(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    return rmsprop_step(theta, s, g, lr, 1 - beta, eps)


@STEP.mistake(
    "The factor 1 - β is missing",
    "Your squares are added up, and come out 1/(1 - β) times too large. An average has weights that"
    " add up to 1.",
)
def _sum(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "All squares are added up, and none fades",
    "That is another method, AdaGrad, whose sizes grow and never shrink. Which factor lets the old"
    " squares fade?",
)
def _adagrad(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = s + g**2
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "One size for all parameters",
    "You add over the entries. Each parameter has a size of its own: there is no sum in the"
    " formula.",
)
def _one_size(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * np.sum(g**2)
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "One size for all parameters, their mean",
    "You take the mean over the entries. The average runs over steps, for each parameter alone.",
)
def _mean_size(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * np.mean(g**2)
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "The ε is added to the step, not to the root",
    "A division binds closer than a sum. What has to stand in brackets below the line?",
)
def _epsilon_beside(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g**2
    return theta - lr * g / np.sqrt(s) + eps, s


@STEP.mistake(
    "The gradient is missing above the line",
    "A size has no sign, so all your steps lead to the same side. What is divided by it?",
)
def _no_gradient(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g**2
    return theta - lr / (np.sqrt(s) + eps), s


@STEP.mistake(
    "The gradient is doubled, not squared",
    "One star multiplies. How many raise to a power?",
)
def _doubled(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    s = beta * s + (1 - beta) * g * 2
    return theta - lr * g / (np.sqrt(s) + eps), s


@STEP.mistake(
    "The two answers stand in the other order",
    "Both are right. Which one is asked for first?",
)
def _other_order(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    return rmsprop_step(theta, s, g, lr, beta, eps)[::-1]


@STEP.mistake(
    "The step leads uphill",
    "The gradient points uphill, and its size changes nothing about that. In which direction do you"
    " go?",
)
def _uphill(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    return rmsprop_step(theta, s, g, -lr, beta, eps)


@STEP.mistake(
    "The learning rate is missing",
    "A gradient divided by its size is about 1. What makes a step of it?",
)
def _without_rate(theta: Array, s: Array, g: Array, lr: float, beta: float, eps: float) -> Any:
    return rmsprop_step(theta, s, g, 1.0, beta, eps)


# --- A run of AdamW -------------------------------------------------------------------------------


class Settings(NamedTuple):
    """What does not change during a run."""

    rate: float
    beta1: float
    beta2: float
    epsilon: float
    decay: float


After = tuple[Array, Array, Array]
Move = Callable[[Array, Array, Array, Array, int, Settings], After]
"""Takes θ, the gradient, both averages, the step's number and the settings."""


def _averages(g: Array, m: Array, s: Array, c: Settings) -> tuple[Array, Array]:
    return c.beta1 * m + (1 - c.beta1) * g, c.beta2 * s + (1 - c.beta2) * g**2


def _corrected(m: Array, s: Array, t: int, c: Settings) -> tuple[Array, Array]:
    return m / (1 - c.beta1**t), s / (1 - c.beta2**t)


def _moved(theta: Array, m: Array, s: Array, c: Settings) -> Array:
    return theta - c.rate * (m / (np.sqrt(s) + c.epsilon) + c.decay * theta)


def _step(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, *_corrected(m, s, t, c), c), m, s


H = np.array([[2.0, 0.5], [0.5, 1.0]])

RUN = Task(
    lesson=13,
    returns=("the history",),
    shows="Two averages of lesson 5, one divided by the root of the other, and beside them a share"
    " of the weights: that is how AdamW trains.",
    cases=[
        (np.array([3.0, 1.0]), H, 0.3, 0.6, 0.8, 0.2, 0.3, 4),
        (np.array([-1.0, 2.0]), H, 0.5, 0.9, 0.7, 0.05, 0.2, 5),
        (np.array([2.0, -4.0]), np.diag([1.0, 9.0]), 0.4, 0.5, 0.95, 1.0, 0.0, 3),
    ],
    steps=True,
)


def _run(
    theta: Array,
    H: Array,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
    n_iterations: int,
    *,
    step: Move = _step,
) -> Any:
    settings = Settings(learning_rate, beta1, beta2, epsilon, weight_decay)
    m, s, history = np.zeros_like(theta), np.zeros_like(theta), [theta]
    for t in range(1, n_iterations + 1):
        theta, m, s = step(theta, H @ theta, m, s, t, settings)
        history.append(theta)
    return np.array(history)


@RUN.answer
def adamw_run(
    theta: Array,
    H: Array,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    weight_decay: float,
    n_iterations: int,
) -> Any:
    """Return every place of AdamW's run where the gradient is H θ, the start first."""
    return _run(theta, H, learning_rate, beta1, beta2, epsilon, weight_decay, n_iterations)


def wrong_step(name: str, hint: str, second: str = "") -> Callable[[Move], Move]:
    """Take the step below for a mistake of the run."""
    return in_a_run(RUN, _run, name, hint, second)


@wrong_step(
    "Nothing is corrected for the start at zero",
    "Both averages start at zero and are too small at first. What did lesson 5 divide by?",
    "After the first gradient g, m is (1 - β₁)·g. By what do you divide to get g? At step t the"
    " power is t.",
)
def _uncorrected(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, m, s, c), m, s


@wrong_step(
    "The average of squares is not corrected",
    "It starts at zero like the other one. Divided by, it makes the first steps too long.",
)
def _only_mean_corrected(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, _corrected(m, s, t, c)[0], s, c), m, s


@wrong_step(
    "The average of gradients is not corrected",
    "It starts at zero like the other one, and makes the first steps too short.",
)
def _only_size_corrected(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, m, _corrected(m, s, t, c)[1], c), m, s


@wrong_step(
    "t is counted from 0",
    "After the first gradient the weights add up to 1 - β, not to 1 - β⁰ = 0. With which t does the"
    " first step go?",
)
def _from_zero(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, *_corrected(m, s, t - 1, c), c), m, s


@wrong_step(
    "t is one too large",
    "After the first gradient the weights add up to 1 - β, not to 1 - β². With which t does the"
    " first step go?",
)
def _late(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, *_corrected(m, s, t + 1, c), c), m, s


@wrong_step(
    "The correction does not change with t",
    "You divide by 1 - β at every step. What do the weights add up to after t of them?",
)
def _same_correction(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, *_corrected(m, s, 1, c), c), m, s


@wrong_step(
    "The corrected averages are fed back",
    "A corrected average is for this step alone. The next one starts from the average as it was:"
    " keep them under two names.",
)
def _fed_back(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _corrected(*_averages(g, m, s, c), t, c)
    return _moved(theta, m, s, c), m, s


@wrong_step(
    "The averages are multiplied by the correction, not divided",
    "They are too small at first. Does a factor below 1 make them larger?",
)
def _multiplied(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    wrong = m * (1 - c.beta1**t), s * (1 - c.beta2**t)
    return _moved(theta, *wrong, c), m, s


@wrong_step(
    "The average of squares is corrected after its root",
    "First divide by 1 - β₂ᵗ, then take the root. You have it the other way round.",
)
def _root_first(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    mean, size = _corrected(m, s, t, c)
    return _moved(theta, mean, size / (1 - c.beta2**t), c), m, s


@wrong_step(
    "The two corrections are exchanged",
    "Each average is divided by what its own weights add up to. Which β belongs to which?",
)
def _corrections_exchanged(
    theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings
) -> After:
    m, s = _averages(g, m, s, c)
    exchanged = c._replace(beta1=c.beta2, beta2=c.beta1)
    return _moved(theta, *_corrected(m, s, t, exchanged), c), m, s


@wrong_step(
    "β₁ and β₂ are exchanged",
    "β₁ belongs to the average of gradients, β₂ to that of their squares. Which is which in your"
    " code?",
)
def _betas_exchanged(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, g, m, s, t, c._replace(beta1=c.beta2, beta2=c.beta1))


@wrong_step(
    "β and 1 - β are exchanged",
    "With β = 0.9, nine tenths should be memory and one tenth news. How much of each do you take?",
)
def _shares_exchanged(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c._replace(beta1=1 - c.beta1, beta2=1 - c.beta2))
    return _moved(theta, *_corrected(m, s, t, c), c), m, s


@wrong_step(
    "The factor 1 - β is missing in both averages",
    "You add up, where averages are asked for. Which share of what is new do they take in?",
)
def _sums(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = c.beta1 * m + g, c.beta2 * s + g**2
    return _moved(theta, *_corrected(m, s, t, c), c), m, s


@wrong_step(
    "The ε stands inside the root",
    "Some programs have it there, and it then acts as its root would outside. In the formula the"
    " root is taken first.",
)
def _run_epsilon_inside(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    mean, size = _corrected(m, s, t, c)
    return _moved(theta, mean, size + c.epsilon, c._replace(epsilon=0.0)), m, s


@wrong_step(
    "The ε stands beside an average that is not corrected yet",
    "That is how Keras has it: in the first steps its ε is larger. Correct the average of squares,"
    " take the root, and then add ε.",
)
def _epsilon_early(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    early = c._replace(epsilon=c.epsilon / np.sqrt(1 - c.beta2**t))
    return _moved(theta, *_corrected(m, s, t, c), early), m, s


@wrong_step(
    "The ε is missing",
    "Right while no size is zero. What keeps a parameter whose gradient has always been zero from"
    " 0/0?",
)
def _run_without_epsilon(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, g, m, s, t, c._replace(epsilon=0.0))


@wrong_step(
    "The root is missing",
    "An average of squares is the square of a size. Twice the gradients should make the same step,"
    " not half of it.",
)
def _run_without_root(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    mean, size = _corrected(m, s, t, c)
    return _moved(theta, mean, size**2, c), m, s


@wrong_step(
    "The gradient is not squared",
    "Gradients that swing from side to side average to nearly nothing. What loses the sign before"
    " you average?",
)
def _run_not_squared(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = c.beta1 * m + (1 - c.beta1) * g, c.beta2 * s + (1 - c.beta2) * g
    return _moved(theta, *_corrected(m, s, t, c), c), m, s


@wrong_step(
    "The squares are those of the average, not of the gradients",
    "s takes in the square of each gradient. You square m, which has forgotten the swings.",
)
def _squares_of_mean(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m = c.beta1 * m + (1 - c.beta1) * g
    s = c.beta2 * s + (1 - c.beta2) * m**2
    return _moved(theta, *_corrected(m, s, t, c), c), m, s


@wrong_step(
    "The step takes the newest gradient, not its average",
    "That is RMSprop, corrected. What is m for?",
)
def _mean_unused(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    m, s = _averages(g, m, s, c)
    return _moved(theta, g, _corrected(m, s, t, c)[1], c), m, s


@wrong_step(
    "The step goes with the averages of the step before",
    "Take the gradient into both averages first, and then step.",
)
def _old_averages(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _moved(theta, *_corrected(m, s, t, c), c), *_averages(g, m, s, c)


@wrong_step(
    "The average of gradients is that of the step before",
    "Take the gradient into m first, and then step. Your s does so already.",
)
def _old_mean(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    new, s = _averages(g, m, s, c)
    return _moved(theta, *_corrected(m, s, t, c), c), new, s


@wrong_step(
    "The decay is inside the gradient",
    "There it gets divided by the root of s, too. In AdamW it stands beside the fraction, and takes"
    " the same share of every weight.",
    "Both averages are made of gradients alone. The decay is added to the fraction, in the same"
    " bracket.",
)
def _decay_inside(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, g + c.decay * theta, m, s, t, c._replace(decay=0.0))


@wrong_step(
    "The weights do not decay",
    "That is Adam. What does the W take away from the weights at each step?",
)
def _without_decay(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, g, m, s, t, c._replace(decay=0.0))


@wrong_step(
    "The decay is not multiplied by the learning rate",
    "Your weights shrink faster than they should. What multiplies the whole bracket?",
)
def _decay_at_once(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, g, m, s, t, c._replace(decay=c.decay / c.rate))


@wrong_step(
    "The weights grow in place of decaying",
    "Decay makes weights smaller. Which sign has it in your step?",
)
def _growth(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, g, m, s, t, c._replace(decay=-c.decay))


@wrong_step(
    "The decay takes its share after the step, not before",
    "Both parts of a step start from the same θ. Yours takes the second from where the first has"
    " led.",
)
def _decay_after(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    theta, m, s = _without_decay(theta, g, m, s, t, c)
    return theta - c.rate * c.decay * theta, m, s


@wrong_step(
    "The gradient is taken where the weights have decayed already",
    "Look at the slope where you stand, and only then shrink and step.",
)
def _decay_first(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    shrunk = (1 - c.rate * c.decay) * theta
    # The gradient is linear in θ, so that shrinking θ by a factor shrinks it by the same one.
    return _without_decay(shrunk, (1 - c.rate * c.decay) * g, m, s, t, c)


@wrong_step(
    "The step leads uphill",
    "The averages are of gradients, and gradients point uphill. In which direction do you go?",
)
def _run_uphill(theta: Array, g: Array, m: Array, s: Array, t: int, c: Settings) -> After:
    return _step(theta, -g, m, s, t, c)


of_history(RUN)
