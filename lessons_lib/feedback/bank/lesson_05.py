"""Lesson 5: an exponential moving average, its weights, and its start."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]

SERIES = (
    (np.array([2.0, -1.0, 4.0, 3.0, 0.5]), 0.9),
    (np.array([5.0, 5.0, -2.0, 1.0]), 0.6),
)


def _average(
    values: Array, beta: float, *, start: float = 0.0, old: float = 1.0, new: float = 1.0
) -> Any:
    """Average with other factors: ``old`` times β of what there is, ``new`` times 1 - β of news."""
    v, history = start, []
    for x in values:
        v = old * beta * v + new * (1 - beta) * x
        history.append(v)
    return np.array(history)


# --- The average ----------------------------------------------------------------------------------

AVERAGE = Task(
    lesson=5,
    returns=("the averages",),
    shows="One number remembers all values, and forgets each a little more at every step.",
    cases=SERIES,
)


@AVERAGE.answer
def moving_average(values: Array, beta: float) -> Any:
    """Return the exponential moving average after each value, from a start at zero."""
    return _average(values, beta)


@AVERAGE.mistake(
    "β and 1 - β are exchanged",
    "With β = 0.9 the average should be slow: nine tenths of it is memory. Is yours?",
    "With β = 0.9 and one value, 10, the average goes from 0 to 1. Where does yours go?",
)
def _swapped(values: Array, beta: float) -> Any:
    return _average(values, 1 - beta)


@AVERAGE.mistake(
    "The factor 1 - β is missing",
    "That is a fading sum. Feed it nothing but ones: an average should come to 1, and not to ten.",
    "With β = 0.5 and the values 1 and 1, the average is 0.5, then 0.75. Yours is 1, then 1.5.",
)
def _without_factor(values: Array, beta: float) -> Any:
    return _average(values, beta, new=1 / (1 - beta))


@AVERAGE.mistake(
    "Nothing is kept of the old average",
    "Each of your numbers depends on one value alone. Where does the memory come in?",
)
def _without_memory(values: Array, beta: float) -> Any:
    return _average(values, beta, old=0.0)


@AVERAGE.mistake(
    "The old average does not fade",
    "All of the old is kept, and a share of the new is added. What share of the old should go?",
)
def _without_fading(values: Array, beta: float) -> Any:
    return _average(values, beta, old=1 / beta)


@AVERAGE.mistake(
    "It starts at the first value, not at zero",
    "A reasonable start, and another one than here: this course starts at zero and corrects that"
    " later.",
    "With β = 0.5 and one value, 4, the average is 2: half of the way from 0 to 4.",
)
def _from_first(values: Array, beta: float) -> Any:
    return _average(values, beta, start=values[0])


@AVERAGE.mistake(
    "Each average is kept before its value has come in",
    "Your list begins with the start, 0. Which line comes first in the loop: take in, or keep?",
)
def _late(values: Array, beta: float) -> Any:
    return np.concatenate([[0.0], _average(values, beta)[:-1]])


@AVERAGE.mistake(
    "Only the last average is returned",
    "Keep the average after every value: there should be as many as values.",
)
def _only_last(values: Array, beta: float) -> Any:
    return _average(values, beta)[-1]


@AVERAGE.mistake(
    "The plain mean of all values so far",
    "That forgets nothing: the first value counts as much as the last. Where is β?",
)
def _plain_mean(values: Array, beta: float) -> Any:
    return np.cumsum(values) / np.arange(1, len(values) + 1)


@AVERAGE.mistake(
    "The start is corrected already",
    "That comes in the third task. Here the average may still be small at the beginning.",
)
def _too_early(values: Array, beta: float) -> Any:
    return corrected_average(values, beta)


@AVERAGE.mistake(
    "The first value never comes in",
    "Your first average is 0, whatever the first value is. At which value does the loop begin?",
)
def _first_left_out(values: Array, beta: float) -> Any:
    return _average(np.append(0.0, values[1:]), beta)


@AVERAGE.mistake(
    "The start is kept, too",
    "There is one number more than there are values: the zero before the first. An average after"
    " each value is asked for.",
)
def _with_start(values: Array, beta: float) -> Any:
    return np.append(0.0, _average(values, beta))


@AVERAGE.mistake(
    "Only the first average is there",
    "Is `return` inside of the loop? Then the first round is the last one, too.",
)
def _only_first(values: Array, beta: float) -> Any:
    return _average(values, beta)[:1]


@AVERAGE.mistake(
    "The last value is kept, not the last average",
    "You mix each value with the one before it. What should it be mixed with?",
)
def _of_two_values(values: Array, beta: float) -> Any:
    return beta * np.append(0.0, values[:-1]) + (1 - beta) * values


@AVERAGE.mistake(
    "The sign of the news is turned round",
    "Feed it nothing but ones: yours comes to -1. Are the two shares added?",
)
def _minus_news(values: Array, beta: float) -> Any:
    return _average(values, beta, new=-1)


# --- The weights ----------------------------------------------------------------------------------

WEIGHTS = Task(
    lesson=5,
    returns=("the weights",),
    shows="Equal steps back, equal factors: that is why the average is called exponential.",
    cases=[(0.9, 5), (0.5, 3), (0.75, 4)],
)


@WEIGHTS.answer
def average_weights(beta: float, n: int) -> Any:
    """Return with which weights the last n values count, the newest first."""
    return (1 - beta) * beta ** np.arange(n)


@WEIGHTS.mistake(
    "The oldest comes first",
    "The newest value has the largest weight, and it is asked for first.",
    "With β = 0.5 the weights are 0.5, 0.25, 0.125. Do yours fall or rise?",
)
def _oldest_first(beta: float, n: int) -> Any:
    return average_weights(beta, n)[::-1]


@WEIGHTS.mistake(
    "The powers begin with β, not with 1",
    "The newest value has not faded yet. How often has it been multiplied by β?",
    "With β = 0.9 the newest value has the weight 0.1. Yours has 0.09: one factor of β too many.",
)
def _faded_once(beta: float, n: int) -> Any:
    return beta * average_weights(beta, n)


@WEIGHTS.mistake(
    "The factor 1 - β is missing",
    "Each value comes in with a weight. What is it, before anything fades?",
    "With β = 0.9 the newest value has the weight 0.1, and the one before 0.09. What are your"
    " first two?",
)
def _weights_of_sum(beta: float, n: int) -> Any:
    return beta ** np.arange(n)


@WEIGHTS.mistake(
    "The weights are scaled to add up to 1",
    "All of the weights, without end, add up to 1. The first n of them leave something for the"
    " rest.",
)
def _scaled(beta: float, n: int) -> Any:
    return average_weights(beta, n) / average_weights(beta, n).sum()


@WEIGHTS.mistake(
    "β and 1 - β are exchanged",
    "Old values fade by β at each step. By what do yours?",
)
def _weights_swapped(beta: float, n: int) -> Any:
    return average_weights(1 - beta, n)


@WEIGHTS.mistake(
    "Every value has the same weight",
    "That is a window: inside all count alike. Here each step back costs a factor.",
)
def _window(beta: float, n: int) -> Any:
    return np.full(n, 1 / n)


@WEIGHTS.mistake(
    "The weights fall by the same amount, not by the same factor",
    "A step back multiplies by β. Yours subtracts.",
)
def _straight(beta: float, n: int) -> Any:
    return (1 - beta) * (1 - (1 - beta) * np.arange(n))


@WEIGHTS.mistake(
    "The oldest has the weight of the start as well",
    "They add up to 1, as if the average had begun at the oldest value. It has begun long before:"
    " what did that value weigh when it came in?",
)
def _from_oldest(beta: float, n: int) -> Any:
    weights = average_weights(beta, n)
    weights[-1] /= 1 - beta
    return weights


@WEIGHTS.mistake(
    "The oldest value never comes in",
    "The last of your weights is 0. All n of them belong to values that have come in.",
)
def _without_oldest(beta: float, n: int) -> Any:
    return np.append(average_weights(beta, n - 1), 0.0)


@WEIGHTS.mistake(
    "β, β², β³, … alone",
    "Two things: the newest value has not faded yet, and each value comes in with a weight of its"
    " own.",
)
def _powers(beta: float, n: int) -> Any:
    return beta ** np.arange(1, n + 1)


@WEIGHTS.mistake(
    "The sums of the weights so far",
    "That is what the newest, the newest two, and so on weigh together. Here each has its own"
    " number.",
)
def _added_up(beta: float, n: int) -> Any:
    return np.cumsum(average_weights(beta, n))


@WEIGHTS.mistake(
    "One weight too many",
    "np.arange(n + 1) has n + 1 numbers, since it begins with 0. How many are asked for?",
)
def _one_more(beta: float, n: int) -> Any:
    return average_weights(beta, n + 1)


@WEIGHTS.mistake(
    "One weight alone",
    "That is what a value weighs after n steps. Here n weights are asked for, from the newest on.",
)
def _last_power(beta: float, n: int) -> Any:
    return (1 - beta) * beta**n


# --- The start ------------------------------------------------------------------------------------

CORRECTED = Task(
    lesson=5,
    returns=("the corrected averages",),
    shows="Divided by the weights used so far, the average is right from the first value on.",
    cases=SERIES,
)


def _steps(values: Array) -> Any:
    return np.arange(1, len(values) + 1)


@CORRECTED.answer
def corrected_average(values: Array, beta: float) -> Any:
    """Return the averages, each divided by the sum of the weights that it has used so far."""
    return _average(values, beta) / (1 - beta ** _steps(values))


@CORRECTED.mistake(
    "The correction counts from 0",
    "Your first divisor is 1 - β⁰, which is 0. After the first value, how many have come in?",
    "For the values 4, 4, 4 every corrected average is 4. After the first, v is (1 - β)·4: by"
    " what do you divide?",
)
def _from_zero(values: Array, beta: float) -> Any:
    return _average(values, beta) / (1 - beta ** (_steps(values) - 1))


@CORRECTED.mistake(
    "The correction counts one too many",
    "After the first value, how many have come in? The first corrected average is that value.",
)
def _from_two(values: Array, beta: float) -> Any:
    return _average(values, beta) / (1 - beta ** (_steps(values) + 1))


@CORRECTED.mistake(
    "The corrected average is fed back",
    "Correct what you hand out, not what you go on with: keep v itself for the next step.",
    "Keep two names: one for v, which goes on as it is, and one for what you hand out.",
)
def _fed_back(values: Array, beta: float) -> Any:
    v, history = 0.0, []
    for step, x in enumerate(values, start=1):
        v = (beta * v + (1 - beta) * x) / (1 - beta**step)
        history.append(v)
    return np.array(history)


@CORRECTED.mistake(
    "Nothing is corrected",
    "The first average is far below the first value, because v began at a zero that nobody"
    " measured.",
    "For the values 4, 4, 4 every corrected average is 4. What are yours, and what do the"
    " weights so far add up to?",
)
def _uncorrected(values: Array, beta: float) -> Any:
    return _average(values, beta)


@CORRECTED.mistake(
    "Divided by 1 - β at every step",
    "That undoes the first step alone. The weights used so far add up to more with each value: to"
    " what after t of them?",
)
def _one_divisor(values: Array, beta: float) -> Any:
    return _average(values, beta) / (1 - beta)


@CORRECTED.mistake(
    "β · t in place of β to the power of t",
    "After two steps the start has faded by β twice. What is that as a formula?",
)
def _product(values: Array, beta: float) -> Any:
    return _average(values, beta) / (1 - beta * _steps(values))


@CORRECTED.mistake(
    "Multiplied where it should be divided",
    "At the start the average is too small. Does your correction make it larger?",
)
def _multiplied(values: Array, beta: float) -> Any:
    return _average(values, beta) * (1 - beta ** _steps(values))


@CORRECTED.mistake(
    "It starts at the first value in place of a correction",
    "That gives the first value far too much weight in the second average. Start at zero, and"
    " divide.",
)
def _started(values: Array, beta: float) -> Any:
    return _average(values, beta, start=values[0])


@CORRECTED.mistake(
    "β and 1 - β are exchanged",
    "With β = 0.9 the average should be slow: nine tenths of it is memory.",
)
def _corrected_swapped(values: Array, beta: float) -> Any:
    return corrected_average(values, 1 - beta)


@CORRECTED.mistake(
    "The last divisor is used for every average",
    "After the first value only one weight has been used. Does your divisor know how many have come"
    " in?",
)
def _last_divisor(values: Array, beta: float) -> Any:
    return _average(values, beta) / (1 - beta ** len(values))


@CORRECTED.mistake(
    "β to the power of t is subtracted from the average",
    "Is that meant, or are brackets missing? `v / 1 - …` divides by 1 alone. By what should the"
    " average be divided?",
)
def _without_brackets(values: Array, beta: float) -> Any:
    return _average(values, beta) / 1 - beta ** _steps(values)


@CORRECTED.mistake(
    "The factor 1 - β is missing",
    "The correction is right, but what you correct is a fading sum, not an average.",
)
def _corrected_sum(values: Array, beta: float) -> Any:
    return corrected_average(values, beta) / (1 - beta)


@CORRECTED.mistake(
    "(1 - β) to the power of t, not 1 - β to the power of t",
    "The brackets take in too much. After t steps, β to the power of t is left of the start. And"
    " what is used?",
)
def _power_of_difference(values: Array, beta: float) -> Any:
    return _average(values, beta) / (1 - beta) ** _steps(values)


@CORRECTED.mistake(
    "Divided by β to the power of t",
    "That is what is left of the start. What have the values used?",
)
def _by_what_is_left(values: Array, beta: float) -> Any:
    return _average(values, beta) / beta ** _steps(values)


@CORRECTED.mistake(
    "The plain mean of all values so far",
    "That forgets nothing: the first value counts as much as the last. Where is β?",
)
def _corrected_plain_mean(values: Array, beta: float) -> Any:
    return np.cumsum(values) / _steps(values)


@CORRECTED.mistake(
    "Only the last average is returned",
    "Keep the corrected average after every value: there should be as many as values.",
)
def _corrected_last(values: Array, beta: float) -> Any:
    return corrected_average(values, beta)[-1]


@CORRECTED.mistake(
    "The weights run from the oldest",
    "The newest value has the largest weight. In which order are yours?",
)
def _corrected_reversed(values: Array, beta: float) -> Any:
    weights = beta ** np.arange(len(values))
    return np.cumsum(weights * values) / np.cumsum(weights)
