"""Answers to the tasks of lesson 5, as people write them."""

import itertools

import numpy as np

from real_answers import accepted, named, said

# --- The average ----------------------------------------------------------------------------------


@accepted("moving_average")
def by_accumulation(values, beta):
    averages = itertools.accumulate(values, lambda v, x: beta * v + (1 - beta) * x, initial=0)
    return list(averages)[1:]


@accepted("moving_average")
def by_a_triangle(values, beta):
    n = len(values)
    ages = np.tril(np.arange(n)[:, None] - np.arange(n))
    return np.tril((1 - beta) * beta**ages) @ values


@named("moving_average", "It starts at the first value, not at zero")
def as_in_data_frames(values, beta):
    out = [values[0]]
    for x in values[1:]:
        out.append(out[-1] * beta + x * (1 - beta))
    return np.array(out)


@named("moving_average", "β and 1 - β are exchanged")
def with_alpha(values, beta):
    s, out = 0, []
    for x in values:
        s = beta * x + (1 - beta) * s
        out.append(s)
    return out


@named("moving_average", "The first value never comes in")
def from_one_on(values, beta):
    v = np.zeros(len(values))
    for t in range(1, len(values)):
        v[t] = beta * v[t - 1] + (1 - beta) * values[t]
    return v


@named("moving_average", "Only the first average is there")
def indented_too_far(values, beta):
    v, history = 0.0, []
    for x in values:
        v = beta * v + (1 - beta) * x
        history.append(v)
        return np.array(history)


@named("moving_average", "The factor 1 - β is missing")
def as_a_sum(values, beta):
    v, history = 0.0, []
    for x in values:
        v = beta * v + x
        history.append(v)
    return np.array(history)


@said("moving_average", "value")
def of_a_span(values, beta):
    alpha = 2 / (len(values) + 1)
    v, history = 0.0, []
    for x in values:
        v = (1 - alpha) * v + alpha * x
        history.append(v)
    return np.array(history)


# --- The weights ----------------------------------------------------------------------------------


@accepted("average_weights")
def by_halving_what_is_left(beta, n):
    left, weights = 1.0, []
    for _ in range(n):
        weights.append(left * (1 - beta))
        left -= weights[-1]
    return weights


@named("average_weights", "The oldest has the weight of the start as well")
def of_an_average_from_the_first(beta, n):
    return np.array([(1 - beta) * beta**k for k in range(n - 1)] + [beta ** (n - 1)])


@named("average_weights", "The powers begin with β, not with 1")
def from_one_to_n(beta, n):
    return (1 - beta) * np.power(beta, np.arange(1, n + 1))


@named("average_weights", "The oldest comes first")
def in_time(beta, n):
    return [(1 - beta) * beta ** (n - i) for i in range(1, n + 1)]


@named("average_weights", "The factor 1 - β is missing")
def of_powers(beta, n):
    return np.cumprod(np.r_[1.0, np.full(n - 1, beta)])


@said("average_weights", "value")
def of_an_exponential(beta, n):
    return (1 - beta) * np.exp(-np.arange(n) * (1 - beta))


# --- Back to the readings -------------------------------------------------------------------------


@accepted("readings_behind")
def by_going_back(corrected, beta):
    """From the newest reading to the oldest."""
    t, readings = len(corrected), []
    while t > 1:
        now = corrected[t - 1] * (1 - beta**t)
        before = corrected[t - 2] * (1 - beta ** (t - 1))
        readings.insert(0, (now - beta * before) / (1 - beta))
        t -= 1
    return [corrected[0], *readings]


@accepted("readings_behind")
def by_trying_both_ends(corrected, beta):
    """The corrected average is a straight line in its newest reading: two points tell it."""
    v, out = 0.0, []
    for t, shown in enumerate(corrected, 1):
        at_zero = beta * v / (1 - beta**t)
        at_one = (beta * v + (1 - beta)) / (1 - beta**t)
        x = (shown - at_zero) / (at_one - at_zero)
        v = beta * v + (1 - beta) * x
        out.append(x)
    return np.array(out)


@accepted("readings_behind")
def with_prepend(corrected, beta):
    t = np.arange(len(corrected)) + 1
    v = np.multiply(corrected, 1 - np.power(beta, t))
    return (np.diff(v, prepend=0) + (1 - beta) * np.insert(v[:-1], 0, 0)) / (1 - beta)


@accepted("readings_behind")
def filled_in(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    x = np.empty(len(v))
    x[0] = v[0] / (1 - beta)
    x[1:] = (v[1:] - beta * v[:-1]) / (1 - beta)
    return x


@accepted("readings_behind")
def in_one_loop(corrected, beta):
    out, v_old = [], 0
    for i in range(len(corrected)):
        v_new = corrected[i] * (1 - beta ** (i + 1))
        out += [(v_new - v_old * beta) / (1 - beta)]
        v_old = v_new
    return out


@named("readings_behind", "The correction is not undone")
def as_if_uncorrected(corrected, beta):
    out, old = [], 0.0
    for c in corrected:
        out.append((c - beta * old) / (1 - beta))
        old = c
    return np.array(out)


@named("readings_behind", "The count of readings begins with 0")
def enumerated_from_zero(corrected, beta):
    out, old = [], 0.0
    for t, c in enumerate(corrected):
        v = c * (1 - beta**t)
        out.append((v - beta * old) / (1 - beta))
        old = v
    return out


@named("readings_behind", "The correction is made once more, not undone")
def divided_again(corrected, beta):
    v = corrected / (1 - beta ** np.arange(1, len(corrected) + 1))
    return (v - beta * np.r_[0, v[:-1]]) / (1 - beta)


@named("readings_behind", "The correction is undone for the newest average alone")
def forgotten_before(corrected, beta):
    out, old = [], 0.0
    for t, c in enumerate(corrected, 1):
        out.append((c * (1 - beta**t) - beta * old) / (1 - beta))
        old = c
    return np.array(out)


@named("readings_behind", "The division by 1 - β is missing")
def not_divided(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    return v - beta * np.concatenate(([0.0], v[:-1]))


@named("readings_behind", "All of the old average is taken off")
def by_differences(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    return np.diff(v, prepend=0) / (1 - beta)


@named("readings_behind", "The last average stands before the first")
def with_roll(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    return (v - beta * np.roll(v, 1)) / (1 - beta)


@named("readings_behind", "The last average stands before the first")
def with_index_minus_one(corrected, beta):
    v = [c * (1 - beta ** (t + 1)) for t, c in enumerate(corrected)]
    return [(v[t] - beta * v[t - 1]) / (1 - beta) for t in range(len(v))]


@named("readings_behind", "The first reading is missing")
def from_the_second_on(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    return (v[1:] - beta * v[:-1]) / (1 - beta)


@named("readings_behind", "β and 1 - β are exchanged where the average is solved")
def shares_exchanged(corrected, beta):
    out, old = [], 0.0
    for t, c in enumerate(corrected, 1):
        v = c * (1 - beta**t)
        out.append((v - (1 - beta) * old) / beta)
        old = v
    return out


@named("readings_behind", "The averages before their correction, not the readings")
def half_way(corrected, beta):
    return [c * (1 - beta**t) for t, c in enumerate(corrected, start=1)]


@named("readings_behind", "The corrected average of the averages")
def forwards(corrected, beta):
    v, out = 0.0, []
    for t, c in enumerate(corrected, 1):
        v = beta * v + (1 - beta) * c
        out.append(v / (1 - beta**t))
    return out


@named("readings_behind", "The first reading is divided by nothing")
def beginning_with_v(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    readings = [v[0]]
    for k in range(1, len(v)):
        readings.append((v[k] - beta * v[k - 1]) / (1 - beta))
    return np.array(readings)


@named("readings_behind", "β to the power of t is subtracted from the average")
def without_the_brackets(corrected, beta):
    v = corrected * 1 - beta ** np.arange(1, len(corrected) + 1)
    return (v - beta * np.append(0, v[:-1])) / (1 - beta)


@said("readings_behind", "value")
def with_the_reading_as_memory(corrected, beta):
    out, old = [], 0.0
    for t, c in enumerate(corrected, 1):
        old = (c * (1 - beta**t) - beta * old) / (1 - beta)
        out.append(old)
    return out


@said("readings_behind", "failure")
def one_row_short(corrected, beta):
    v = corrected * (1 - beta ** np.arange(1, len(corrected) + 1))
    return (v - beta * v[:-1]) / (1 - beta)


@said("readings_behind", "changed")
def in_place(corrected, beta):
    corrected *= 1 - beta ** np.arange(1, len(corrected) + 1)
    return (corrected - beta * np.append(0.0, corrected[:-1])) / (1 - beta)
