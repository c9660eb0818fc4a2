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


def _steps(values: Array) -> Any:
    return np.arange(1, len(values) + 1)


def corrected_average(values: Array, beta: float) -> Any:
    """Return the averages, each divided by the sum of the weights that it has used so far."""
    return _average(values, beta) / (1 - beta ** _steps(values))


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
    "Here the average may still be small at the beginning. It is not divided by anything yet.",
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


# --- Back to the readings -------------------------------------------------------------------------

READINGS = Task(
    lesson=5,
    returns=("the readings",),
    shows="Nothing had been lost: each average holds its newest reading, and the one before tells"
    " the rest.",
    cases=[(corrected_average(values, beta), beta) for values, beta in SERIES],
)


def _readings(
    v: Array, beta: float, *, before: Array | None = None, kept: float = 1.0, new: float = 1.0
) -> Any:
    """Take ``kept`` times β of the averages before out of v, and divide by ``new`` times 1 - β."""
    before = _shifted(v) if before is None else before
    return (v - kept * beta * before) / (new * (1 - beta))


def _shifted(v: Array) -> Array:
    return np.append(0.0, v[:-1])


def _uncorrected_again(corrected: Array, beta: float) -> Any:
    """Return the averages as they were before they were corrected."""
    return corrected * (1 - beta ** _steps(corrected))


@READINGS.answer
def readings_behind(corrected: Array, beta: float) -> Any:
    """Return the readings from which corrected averages were made."""
    return _readings(_uncorrected_again(corrected, beta), beta)


@READINGS.mistake(
    "The correction is not undone",
    "What a step keeps is a share of v, and what you were given is v, divided by something. How do"
    " you get v back?",
    "With β = 0.5 and the readings 4, 4, v is 2, then 3, and what is shown is 4, 4. By what is 4"
    " multiplied to be 2, and by what to be 3?",
)
def _still_corrected(corrected: Array, beta: float) -> Any:
    return _readings(corrected, beta)


@READINGS.mistake(
    "The correction is made once more, not undone",
    "The numbers that you were given have been divided already. Which operation undoes that?",
)
def _corrected_twice(corrected: Array, beta: float) -> Any:
    return _readings(corrected / (1 - beta ** _steps(corrected)), beta)


@READINGS.mistake(
    "The count of readings begins with 0",
    "1 - β⁰ is 0, and with it your first v. After the first reading, how many have come in?",
    "`enumerate(corrected, start=1)` counts 1, 2, 3, and `np.arange(1, n + 1)` does, too.",
)
def _readings_from_zero(corrected: Array, beta: float) -> Any:
    return _readings(corrected * (1 - beta ** (_steps(corrected) - 1)), beta)


@READINGS.mistake(
    "The count of readings is one too many",
    "After the first reading, how many have come in? Its corrected average is that reading itself.",
)
def _readings_from_two(corrected: Array, beta: float) -> Any:
    return _readings(corrected * (1 - beta ** (_steps(corrected) + 1)), beta)


@READINGS.mistake(
    "The correction is undone for the newest average alone",
    "Your v of this reading is right. But what it kept is a share of the v before, not of the"
    " number that was shown.",
)
def _shown_before(corrected: Array, beta: float) -> Any:
    v = _uncorrected_again(corrected, beta)
    return _readings(v, beta, before=_shifted(corrected))


@READINGS.mistake(
    "The correction is undone for the average before alone",
    "What is taken off is right. But what it is taken off has still been divided.",
)
def _shown_now(corrected: Array, beta: float) -> Any:
    v = _uncorrected_again(corrected, beta)
    return _readings(corrected, beta, before=_shifted(v))


@READINGS.mistake(
    "The division by 1 - β is missing",
    "What is left is the share of the reading that has come in. How large is that share?",
    "With β = 0.5, v goes from 0 to 2 at the first reading. The reading was 4: half of it has come"
    " in.",
)
def _shares_alone(corrected: Array, beta: float) -> Any:
    return (1 - beta) * readings_behind(corrected, beta)


@READINGS.mistake(
    "Multiplied by 1 - β where it should be divided",
    "A reading comes in times 1 - β. What brings it out again?",
)
def _shares_of_shares(corrected: Array, beta: float) -> Any:
    return (1 - beta) ** 2 * readings_behind(corrected, beta)


@READINGS.mistake(
    "Nothing is taken off for the old average",
    "In each v there is a share of the v before. Take it off, before you divide.",
)
def _nothing_off(corrected: Array, beta: float) -> Any:
    return _readings(_uncorrected_again(corrected, beta), beta, kept=0.0)


@READINGS.mistake(
    "All of the old average is taken off",
    "How much of the v before is still in this one: all of it, or a share?",
)
def _all_off(corrected: Array, beta: float) -> Any:
    return _readings(_uncorrected_again(corrected, beta), beta, kept=1 / beta)


@READINGS.mistake(
    "The old average is added, not taken off",
    "v is a share of the old, plus a share of the reading. Which sign has the old one when you"
    " solve for the reading?",
)
def _put_on(corrected: Array, beta: float) -> Any:
    return _readings(_uncorrected_again(corrected, beta), beta, kept=-1.0)


@READINGS.mistake(
    "β and 1 - β are exchanged",
    "With β = 0.9 nine tenths are memory, and a reading comes in with one tenth. What are they with"
    " you?",
)
def _readings_swapped(corrected: Array, beta: float) -> Any:
    return readings_behind(corrected, 1 - beta)


@READINGS.mistake(
    "β and 1 - β are exchanged where the average is solved",
    "The correction is undone well. Then: which share of the old v is in the new one, and with"
    " which share did the reading come in?",
)
def _solved_swapped(corrected: Array, beta: float) -> Any:
    return _readings(_uncorrected_again(corrected, beta), 1 - beta)


@READINGS.mistake(
    "The first reading is divided by nothing",
    "The average began at zero. So with which share of the first reading did v begin?",
)
def _first_as_it_is(corrected: Array, beta: float) -> Any:
    v = _uncorrected_again(corrected, beta)
    return _readings(v, beta, before=np.append(v[0], v[:-1]))


@READINGS.mistake(
    "The last average stands before the first",
    "np.roll brings what falls out at the end back to the beginning. What was v before the first"
    " reading?",
    "In Python, index -1 is the last one. Before the first reading v was 0: give it a name before"
    " the loop.",
)
def _rolled(corrected: Array, beta: float) -> Any:
    v = _uncorrected_again(corrected, beta)
    return _readings(v, beta, before=np.roll(v, 1))


@READINGS.mistake(
    "The first reading is missing",
    "There are as many readings as averages. What was v before the first of them?",
)
def _without_first(corrected: Array, beta: float) -> Any:
    return readings_behind(corrected, beta)[1:]


@READINGS.mistake(
    "The average that follows is taken off, not the one before",
    "Which v came first, and is still in the other with a share β?",
)
def _taken_from_next(corrected: Array, beta: float) -> Any:
    v = _uncorrected_again(corrected, beta)
    return _readings(v, beta, before=np.append(v[1:], 0.0))


@READINGS.mistake(
    "The averages before their correction, not the readings",
    "You are half of the way there: these are the v. Now, what has come in between one v and the"
    " next?",
)
def _averages_alone(corrected: Array, beta: float) -> Any:
    return _uncorrected_again(corrected, beta)


@READINGS.mistake(
    "The corrected averages, as they came",
    "These are smoothed numbers. What has to come in, so that they come out?",
)
def _as_they_came(corrected: Array, beta: float) -> Any:
    return corrected.copy()


@READINGS.mistake(
    "The average of the averages",
    "You smooth what is smooth already. The way back is asked for: from the averages to what came"
    " in.",
)
def _averaged_again(corrected: Array, beta: float) -> Any:
    return _average(corrected, beta)


@READINGS.mistake(
    "The corrected average of the averages",
    "You smooth what is smooth already. The way back is asked for: from the averages to what came"
    " in.",
)
def _corrected_average_again(corrected: Array, beta: float) -> Any:
    return corrected_average(corrected, beta)


@READINGS.mistake(
    "Every average is multiplied by 1 - β alone",
    "That is what the first reading has used. After t readings, their weights add up to more: to"
    " what?",
)
def _one_factor(corrected: Array, beta: float) -> Any:
    return _readings(corrected * (1 - beta), beta)


@READINGS.mistake(
    "Every average is multiplied by the last sum of weights",
    "After the first reading one weight has been used, after the second two. Does your factor know"
    " how many have come in?",
)
def _last_factor(corrected: Array, beta: float) -> Any:
    return _readings(corrected * (1 - beta ** len(corrected)), beta)


@READINGS.mistake(
    "β · t in place of β to the power of t",
    "After two steps the start has faded by β twice. What is that as a formula?",
)
def _readings_product(corrected: Array, beta: float) -> Any:
    return _readings(corrected * (1 - beta * _steps(corrected)), beta)


@READINGS.mistake(
    "(1 - β) to the power of t, not 1 - β to the power of t",
    "The brackets take in too much. After t steps, β to the power of t is left of the start. And"
    " what is used?",
)
def _readings_power(corrected: Array, beta: float) -> Any:
    return _readings(corrected * (1 - beta) ** _steps(corrected), beta)


@READINGS.mistake(
    "β to the power of t is subtracted from the average",
    "Is that meant, or are brackets missing? `corrected * 1 - …` multiplies by 1 alone. By what had"
    " the averages been divided?",
)
def _readings_without_brackets(corrected: Array, beta: float) -> Any:
    return _readings(corrected * 1 - beta ** _steps(corrected), beta)


@READINGS.mistake(
    "Multiplied by β to the power of t",
    "That is what is left of the start. By what had the averages been divided?",
)
def _readings_left(corrected: Array, beta: float) -> Any:
    return _readings(corrected * beta ** _steps(corrected), beta)


@READINGS.mistake(
    "Only the last reading is returned",
    "There is a reading behind each of the averages, and all of them are asked for.",
)
def _last_reading(corrected: Array, beta: float) -> Any:
    return readings_behind(corrected, beta)[-1]


@READINGS.mistake(
    "Only the first reading is there",
    "Is `return` inside of the loop? Then the first round is the last one, too.",
)
def _first_reading(corrected: Array, beta: float) -> Any:
    return readings_behind(corrected, beta)[:1]
