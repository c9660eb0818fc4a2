"""Lesson 12: probabilities from scores, their gradient, and a comparison that is fair."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.running import Function
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
    "Scores of 1000 and 999 have the same probabilities as 0 and -1. What was taken from both?",
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
    "Add up each column of what you return: it should be 1. `axis=0` adds down the columns,"
    " `axis=1` along the rows.",
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


@SOFTMAX.mistake(
    "No axis, and nothing is subtracted",
    "All pictures share one sum, and a score of 1000 overflows. Each column is a picture: which"
    " number may be taken from all of its scores?",
)
def _softmax_all_overflows(scores: Array) -> Any:
    powers = np.exp(scores)
    return powers / powers.sum()


@SOFTMAX.mistake(
    "The wrong axis, and nothing is subtracted",
    "Each column is a picture, and its probabilities add up to 1. Along which axis do yours? And"
    " what becomes of a score of 1000?",
)
def _softmax_other_axis_overflows(scores: Array) -> Any:
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


@SOFTMAX.mistake(
    "The largest score of each row is subtracted",
    "What cancels in a column's fraction is a number for the whole column. Along which axis does"
    " your maximum run?",
)
def _softmax_row_maximum(scores: Array) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "All columns' largest score, and a sum over the pictures",
    "Both belong to a column: its own largest score, and the sum of its own powers.",
)
def _softmax_other_axis_global(scores: Array) -> Any:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


@SOFTMAX.mistake(
    "The mean score is subtracted, not the largest",
    "What is left is above 0 for some of the scores, and may still be 1000. Which number makes all"
    " of them at most 0?",
)
def _softmax_mean(scores: Array) -> Any:
    powers = np.exp(scores - scores.mean(axis=0))
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "Divided by the largest score, not lowered by it",
    "A number that is subtracted from all scores cancels in the fraction. One that divides them"
    " changes the probabilities.",
)
def _softmax_divided(scores: Array) -> Any:
    powers = np.exp(scores / scores.max(axis=0))
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "The largest minus the score, in place of the reverse",
    "Now the highest score has the smallest power, e⁰, and the lowest may overflow.",
)
def _softmax_reversed(scores: Array) -> Any:
    powers = np.exp(scores.max(axis=0) - scores)
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "The exponential is missing, the largest is subtracted",
    "Differences to the largest are at most 0, and probabilities are not. Which function makes any"
    " number positive?",
)
def _softmax_linear_lowered(scores: Array) -> Any:
    lowered = scores - scores.max(axis=0)
    return lowered / lowered.sum(axis=0)


@SOFTMAX.mistake(
    "The largest is subtracted after the exponential",
    "By then a score of 1000 has overflowed. Lower the scores first, then take the powers.",
)
def _softmax_too_late(scores: Array) -> Any:
    powers = np.exp(scores) - scores.max(axis=0)
    return powers / powers.sum(axis=0)


@SOFTMAX.mistake(
    "Scores are cut off, which changes them",
    "Scores of 1000 and 999 are not the same, and become the same. Subtract from both.",
)
def _softmax_cut_off(scores: Array) -> Any:
    return softmax(np.clip(scores, -700, 700))


@SOFTMAX.mistake(
    "What has no value is replaced by another number",
    "It hides that powers have overflowed. Which number, taken from all scores of a column, keeps"
    " them from it?",
)
def _softmax_replaced(scores: Array) -> Any:
    return np.nan_to_num(_softmax_overflows(scores))


@SOFTMAX.mistake(
    "A 1 for the highest score, and 0 for the others",
    "That is the answer to which digit it is. Probabilities say how sure the model is.",
)
def _softmax_decided(scores: Array) -> Any:
    return np.eye(len(scores))[:, scores.argmax(axis=0)]


@SOFTMAX.mistake(
    "A sigmoid for each score",
    "Between 0 and 1, but the numbers of a column do not add up to 1: no score sees the others.",
)
def _softmax_sigmoid(scores: Array) -> Any:
    return 1 / (1 + np.exp(-scores))


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
        (WEIGHTS, PIXELS[:, :3], np.array([0, 2, 1])),  # nobody wrote the last digit
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
    "Each column of inputs is a picture. Which number of `inputs.shape` counts them?",
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
    "Make a table of zeros with a row for each digit and a column for each picture, and a 1"
    " where the label says.",
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


@GRADIENT.mistake(
    "The targets end with the largest label",
    "In one case nobody wrote the last digit, and it has probabilities all the same. How many rows"
    " does W have?",
)
def _gradient_up_to_largest_label(W: Array, inputs: Array, labels: Array) -> Any:
    return (softmax(W @ inputs) - np.eye(labels.max() + 1)[:, labels]) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "The targets have a row for each label that occurs",
    "Digits that nobody wrote have probabilities, too, and targets of 0. How many rows does W"
    " have?",
)
def _gradient_by_occurring_labels(W: Array, inputs: Array, labels: Array) -> Any:
    occurring = np.eye(len(np.unique(labels)))[:, labels]
    return (softmax(W @ inputs) - occurring) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "The mean is missing, and the sign is turned round",
    "What the model says, minus what is true, and a mean over the pictures: two things are left.",
)
def _gradient_sum_sign(W: Array, inputs: Array, labels: Array) -> Any:
    return -softmax_gradient(W, inputs, labels) * len(labels)


@GRADIENT.mistake(
    "Softmax without an axis: all pictures add up to 1",
    "Each picture has probabilities of its own. Along which axis does the sum of your powers run?",
)
def _gradient_without_axis(W: Array, inputs: Array, labels: Array) -> Any:
    return (_softmax_all(W @ inputs) - _targets(W, labels)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "Softmax along the pictures, not along the digits",
    "Each column of W @ inputs is a picture. Along which axis do your probabilities add up to 1?",
)
def _gradient_other_axis(W: Array, inputs: Array, labels: Array) -> Any:
    return (_softmax_other_axis(W @ inputs) - _targets(W, labels)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "Only the true digit's row is moved",
    "The other digits' scores have a gradient, too: p - 0. Which rows does yours leave at 0?",
)
def _gradient_of_true_row(W: Array, inputs: Array, labels: Array) -> Any:
    targets = _targets(W, labels)
    return ((softmax(W @ inputs) - targets) * targets) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "Divided by the number of all entries",
    "The loss is a mean over pictures. np.mean, or .size, counts the digits of each as well.",
)
def _gradient_by_entries(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs, labels) / len(W)


@GRADIENT.mistake(
    "Divided by the number of inputs, not of pictures",
    "The loss is a mean over pictures, which are the columns of inputs. len counts its rows.",
)
def _gradient_by_inputs(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs, labels) * len(labels) / len(inputs)


@GRADIENT.mistake(
    "Divided by all numbers in inputs",
    "The loss is a mean over pictures, which are the columns of inputs. .size counts every pixel.",
)
def _gradient_by_size(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs, labels) * len(labels) / inputs.size


@GRADIENT.mistake(
    "A sigmoid for each score, in place of softmax",
    "The probabilities of a picture add up to 1. Do yours?",
)
def _gradient_of_sigmoids(W: Array, inputs: Array, labels: Array) -> Any:
    return (_softmax_sigmoid(W @ inputs) - _targets(W, labels)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "What the model decides, in place of its probabilities",
    "The digit with the highest score says nothing of how sure the model is. Which p belongs here?",
)
def _gradient_of_decisions(W: Array, inputs: Array, labels: Array) -> Any:
    return (_softmax_decided(W @ inputs) - _targets(W, labels)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "Only the last picture is counted",
    "The gradient adds up over the pictures. Does your loop add, or does it write anew?",
)
def _gradient_of_last_picture(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs[:, -1:], labels[-1:]) / len(labels)


@GRADIENT.mistake(
    "Only the first picture is counted",
    "The gradient adds up over the pictures. Does your loop return before it is through?",
)
def _gradient_of_first_picture(W: Array, inputs: Array, labels: Array) -> Any:
    return softmax_gradient(W, inputs[:, :1], labels[:1]) / len(labels)


@GRADIENT.mistake(
    "The derivative by the probability, not by the score",
    "-1/p is only the first link of the chain. What is the derivative by the score?",
)
def _gradient_by_probabilities(W: Array, inputs: Array, labels: Array) -> Any:
    return -(_targets(W, labels) / softmax(W @ inputs)) @ inputs.T / len(labels)


@GRADIENT.mistake(
    "1 is subtracted from every probability",
    "Only the true digit's target is 1; the others' are 0.",
)
def _gradient_all_targets(W: Array, inputs: Array, labels: Array) -> Any:
    return (softmax(W @ inputs) - 1) @ inputs.T / len(labels)


def _decayed(strength: float) -> Function:
    def with_decay(W: Array, inputs: Array, labels: Array) -> Any:
        return softmax_gradient(W, inputs, labels) + strength * W

    return with_decay


for each in (0.001, 0.002, 0.01, 0.02, 0.1, 0.2, 0.5, 1.0, 2.0):
    GRADIENT.mistake(
        f"A weight decay is in it: {each:g} times W is added",
        "That is the gradient of another loss, with ½λ|W|² in it. Here the mean cross-entropy alone"
        " is asked for.",
    )(_decayed(each))


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

UNSTEADY = np.array(
    [
        [0.75, 0.75, 0.40, 0.75],
        [0.85, 0.50, 0.55, 0.90],
        [0.95, 0.45, 0.85, 0.40],
        [0.90, 0.90, 0.50, 0.40],
        [0.95, 0.85, 0.40, 0.55],
        [0.45, 0.90, 0.75, 0.45],
    ]
)
OF_UNSTEADY = np.array([0.2, 0.8, 0.2, 0.8, 0.4, 0.4]), np.array([0.9, 0.0, 0.0, 0.5, 0.0, 0.75])
"""The mean chooses otherwise than the mean less or plus the spread, and than the product."""

FAIR = Task(
    lesson=12,
    returns=("the baseline", "the contender"),
    shows="Each method with its own best setting, and no single run decides: so it can be trusted.",
    cases=[(RATES, BETAS, RIGHT), (*FEW, OF_FEW), (*OF_SPREAD, SPREAD), (*OF_UNSTEADY, UNSTEADY)],
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
    "Settings with β = 0 are gradient descent, and no others. Choose the best of these first.",
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
    "Keep the list whole, and give the other group's settings a share that nobody chooses, such as"
    " -1. Then a place is one of the whole list.",
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


@FAIR.mistake(
    "One setting for both: the best of all",
    "Two places are asked for: the best without momentum, and the best with it.",
)
def _best_of_all(learning_rates: Array, betas: Array, right: Array) -> Any:
    best = int(right.mean(axis=1).argmax())
    return best, best


@FAIR.mistake(
    "The shares are returned, not the places",
    "Right settings, but where do they stand in the list? Return the places.",
)
def _shares(learning_rates: Array, betas: Array, right: Array) -> Any:
    mean = right.mean(axis=1)
    return tuple(mean[k] for k in fair_choice(learning_rates, betas, right))


@FAIR.mistake(
    "The learning rates are returned, not the places",
    "Right settings, but a learning rate may stand there twice. Return the places in the list.",
)
def _learning_rates(learning_rates: Array, betas: Array, right: Array) -> Any:
    return tuple(learning_rates[k] for k in fair_choice(learning_rates, betas, right))


@FAIR.mistake(
    "Only the last seed is looked at",
    "Luck is not a method. What do the other columns say?",
)
def _last_seed(learning_rates: Array, betas: Array, right: Array) -> Any:
    return _best(right[:, -1], betas == 0), _best(right[:, -1], betas > 0)


@FAIR.mistake(
    "The spread is taken off the mean",
    "That is careful, and another question. The task asks for the mean as it is.",
)
def _mean_less_spread(learning_rates: Array, betas: Array, right: Array) -> Any:
    careful = right.mean(axis=1) - right.std(axis=1)
    return _best(careful, betas == 0), _best(careful, betas > 0)


@FAIR.mistake(
    "Chosen by the spread, not by the mean",
    "Runs that agree are good to have, and can agree on a poor result. The task asks for the mean.",
)
def _least_spread(learning_rates: Array, betas: Array, right: Array) -> Any:
    spread = -right.std(axis=1)
    return _best(spread, betas == 0), _best(spread, betas > 0)
