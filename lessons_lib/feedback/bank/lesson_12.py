"""Lesson 12: probabilities from scores, their gradient, and a comparison that is fair."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.task import Task

Array = NDArray[Any]


# --- Softmax --------------------------------------------------------------------------------------

SOFTMAX = Task(
    lesson=12,
    returns=("the probabilities",),
    shows="Any scores become probabilities, however large they are.",
    cases=[
        (np.array([[1.0, 0.5], [2.0, -1.0], [4.0, 3.0]]),),
        (np.array([[1000.0, 0.0, -800.0], [999.0, 1.0, -799.0]]),),
        (np.array([[1000.0, -3.0], [0.0, 2.0], [-1000.0, 1.0]]),),
    ],
)


@SOFTMAX.answer
def softmax(scores: Array) -> Any:
    """Return the probabilities of each column's scores."""
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "Nothing is subtracted before the exponential",
    "Right for small scores. With a score of 1000 the exponential overflows. Which number may be"
    " taken from every score of a column without changing the result?",
)
def _softmax_overflows(scores: Array) -> Any:
    powers = np.exp(scores)
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "The largest score of all pictures is subtracted",
    "A column far below it becomes 0 divided by 0. Each column has a largest score of its own.",
)
def _softmax_global(scores: Array) -> Any:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "The smallest score is subtracted, not the largest",
    "What is left is above 0, and may still be 1000. Which one makes all of them at most 0?",
)
def _softmax_smallest(scores: Array) -> Any:
    powers = np.exp(scores - scores.min(axis=0))
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "The sum runs over the pictures, not over the digits",
    "Each column is a picture, and its probabilities add up to 1. Along which axis do yours?",
)
def _softmax_other_axis(scores: Array) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@SOFTMAX.mistake(
    "All pictures together add up to 1",
    "Every picture has probabilities of its own. Along which axis does the sum run?",
)
def _softmax_all(scores: Array) -> Any:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@SOFTMAX.mistake(
    "The exponential is missing",
    "Scores may be negative, and probabilities may not. Which function makes any number positive?",
)
def _softmax_linear(scores: Array) -> Any:
    return scores / scores.sum(axis=0)


@SOFTMAX.mistake(
    "The sum is missing",
    "All numbers are positive, and the largest of each column is 1. What makes them add up to 1?",
)
def _softmax_unscaled(scores: Array) -> Any:
    return np.exp(scores - scores.max(axis=0))


@SOFTMAX.mistake(
    "The logarithm of the probabilities",
    "Useful for the loss. Here the probabilities themselves are asked for.",
)
def _softmax_log(scores: Array) -> Any:
    return np.log(softmax(scores))


@SOFTMAX.mistake(
    "The sign of the scores is turned round",
    "The highest score should get the largest probability. Does it?",
)
def _softmax_negative(scores: Array) -> Any:
    return softmax(-scores)


# --- The gradient ---------------------------------------------------------------------------------

WEIGHTS = np.array([[0.2, -0.5, 1.0], [0.0, 0.3, -0.4], [-1.0, 0.8, 0.1], [0.5, 0.5, 0.5]])
PIXELS = np.array([[1.0, 1, 1, 1, 1], [0.0, 0.5, 1, 2, -1], [2.0, 0, -0.5, 1, 1]])

GRADIENT = Task(
    lesson=12,
    returns=("the gradient",),
    shows="What the model says, minus what is true, times what it saw: residuals again.",
    cases=[
        (WEIGHTS, PIXELS, np.array([0, 2, 1, 1, 3])),
        (WEIGHTS[:3], PIXELS[:, :2], np.array([2, 2])),
    ],
)


def _targets(W: Array, labels: Array) -> Array:
    return np.eye(len(W))[:, labels]


@GRADIENT.answer
def softmax_gradient(W: Array, inputs: Array, labels: Array) -> Any:
    """Return the gradient of the mean cross-entropy by the weights."""
    return (softmax(W @ inputs) - _targets(W, labels)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "The sum over the pictures in place of the mean",
    "Twice as many pictures would make it twice as long. The loss is a mean.",
)
def _gradient_sum(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs, labels) * len(labels)


@GRADIENT.mistake(
    "Divided by the number of digits, not of pictures",
    "The loss is a mean over pictures. How many of these are there?",
)
def _gradient_by_digits(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs, labels) * len(labels) / len(W)


@GRADIENT.mistake(
    "The sign is turned round",
    "What the model says, minus what is true: you have it the other way.",
)
def _gradient_sign(W: Array, inputs: Array, labels: Array) -> Any:
    return -softmax_gradient(W, inputs, labels)


@GRADIENT.mistake(
    "The scores in place of the probabilities",
    "The targets are 0 and 1. Compare them with probabilities.",
)
def _gradient_of_scores(W: Array, inputs: Array, labels: Array) -> Any:
    return (W @ inputs - _targets(W, labels)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "The targets are missing",
    "Your gradient does not know which digit was written: the labels are never used.",
)
def _gradient_without_targets(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax(W @ inputs) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "A factor p(1 - p) too many",
    "The derivatives of logarithm and exponential have cancelled it already: by each score only"
    " p - t is left.",
)
def _gradient_sigmoid(W: Array, inputs: Array, labels: Array) -> Any:
    p = softmax(W @ inputs)
    return ((p - _targets(W, labels)) * p * (1 - p)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "The gradient is transposed",
    "It has the shape of W: a row for each digit, a column for each input.",
)
def _gradient_transposed(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs, labels).T


@GRADIENT.mistake(
    "A factor 2, as for squares",
    "That belongs to the squared error. The derivative of a logarithm brings no 2 along.",
)
def _gradient_double(W: Array, inputs: Array, labels: Array) -> Any:
    return 2 * softmax_gradient(W, inputs, labels)


# --- A fair comparison ----------------------------------------------------------------------------

RATES = np.array([0.1, 0.4, 1.6, 0.1, 0.4, 1.6, 0.8])
BETAS = np.array([0.0, 0.9, 0.0, 0.9, 0.0, 0.5, 0.9])
RIGHT = np.array(
    [
        [0.90, 0.50, 0.50],
        [0.70, 0.80, 0.90],
        [0.60, 0.80, 0.70],
        [0.92, 0.60, 0.60],
        [0.50, 0.95, 0.40],
        [0.60, 0.66, 0.63],
        [0.50, 0.99, 0.70],
    ]
)
FEW = np.array([0.5, 1.0, 0.5, 1.0]), np.array([0.5, 0.0, 0.0, 0.8])
OF_FEW = np.array([[0.7, 0.6], [0.9, 0.9], [0.4, 1.0], [0.5, 0.6]])
"""In each table first seed, luckiest seed, shared rate and mean choose differently."""

SPREAD = np.array([[0.9, 0.5, 0.5], [0.6, 0.6, 0.6], [0.2, 0.9, 0.85], [0.7, 0.66, 0.65]])
OF_SPREAD = np.array([0.1, 0.4, 0.4, 0.1]), np.array([0.0, 0.0, 0.9, 0.9])
"""The mean, the median and the worst seed choose differently."""

FAIR = Task(
    lesson=12,
    returns=("the baseline", "the contender"),
    shows="Each method with its own best setting, and no single run decides: so it can be trusted.",
    cases=[(RATES, BETAS, RIGHT), (*FEW, OF_FEW), (*OF_SPREAD, SPREAD)],
)


def _best(right: Array, allowed: Array) -> int:
    return int(np.argmax(np.where(allowed, right, -np.inf)))


@FAIR.answer
def fair_choice(learning_rates: Array, betas: Array, right: Array) -> Any:
    """Return the best setting without memory and the best with it, by the mean over the seeds."""
    mean = right.mean(axis=1)
    return _best(mean, betas == 0), _best(mean, betas > 0)


@FAIR.mistake(
    "Momentum is left in the baseline",
    "Your baseline has a β above 0, so that momentum competes with itself. Which settings is"
    " gradient descent allowed?",
)
def _momentum_in_baseline(learning_rates: Array, betas: Array, right: Array) -> Any:
    mean = right.mean(axis=1)
    return _best(mean, betas >= 0), _best(mean, betas > 0)


@FAIR.mistake(
    "The same learning rate for both",
    "You tuned one, and gave the other its learning rate. Each method is chosen on its own.",
)
def _same_rate(learning_rates: Array, betas: Array, right: Array) -> Any:
    mean = right.mean(axis=1)
    baseline = _best(mean, betas == 0)
    return baseline, _best(mean, (betas > 0) & (learning_rates == learning_rates[baseline]))


@FAIR.mistake(
    "Only the first seed is looked at",
    "Luck is not a method. What do the other columns say?",
)
def _one_seed(learning_rates: Array, betas: Array, right: Array) -> Any:
    return _best(right[:, 0], betas == 0), _best(right[:, 0], betas > 0)


@FAIR.mistake(
    "The best seed in place of the mean",
    "The luckiest run decides. The more seeds a method tries, the better it looks.",
)
def _lucky_seed(learning_rates: Array, betas: Array, right: Array) -> Any:
    lucky = right.max(axis=1)
    return _best(lucky, betas == 0), _best(lucky, betas > 0)


@FAIR.mistake(
    "The middle seed in place of the mean",
    "The median does not see how good or bad the other seeds are. The task asks for the mean.",
)
def _middle_seed(learning_rates: Array, betas: Array, right: Array) -> Any:
    middle = np.median(right, axis=1)
    return _best(middle, betas == 0), _best(middle, betas > 0)


@FAIR.mistake(
    "The worst seed in place of the mean",
    "That is careful, but one unlucky run decides. The task asks for the mean.",
)
def _worst_seed(learning_rates: Array, betas: Array, right: Array) -> Any:
    worst = right.min(axis=1)
    return _best(worst, betas == 0), _best(worst, betas > 0)


@FAIR.mistake(
    "The smallest share in place of the largest",
    "It is the share that is read right, not a loss: more is better.",
)
def _smallest(learning_rates: Array, betas: Array, right: Array) -> Any:
    mean = -right.mean(axis=1)
    return _best(mean, betas == 0), _best(mean, betas > 0)


@FAIR.mistake(
    "The contender may do without momentum",
    "If it chooses β = 0, you compare gradient descent with itself.",
)
def _contender_without(learning_rates: Array, betas: Array, right: Array) -> Any:
    mean = right.mean(axis=1)
    return _best(mean, betas == 0), _best(mean, betas >= 0)


@FAIR.mistake(
    "The numbers count within each group",
    "Return the places in the whole list of settings, not among those of one method.",
)
def _within(learning_rates: Array, betas: Array, right: Array) -> Any:
    mean = right.mean(axis=1)
    return int(np.argmax(mean[betas == 0])), int(np.argmax(mean[betas > 0]))


@FAIR.mistake(
    "Baseline and contender are exchanged",
    "Gradient descent, which has β = 0, comes first.",
)
def _exchanged(learning_rates: Array, betas: Array, right: Array) -> Any:
    return fair_choice(learning_rates, betas, right)[::-1]
