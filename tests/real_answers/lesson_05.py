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


# --- The start ------------------------------------------------------------------------------------


@accepted("corrected_average")
def as_adam_does(values, beta1):
    m, t, m_hat = 0, 0, []
    for g in values:
        t += 1
        m = beta1 * m + (1 - beta1) * g
        m_hat.append(m / (1 - beta1**t))
    return m_hat


@accepted("corrected_average")
def as_two_sums(values, beta):
    num = den = 0.0
    out = np.empty(len(values))
    for i, x in enumerate(values):
        num, den = beta * num + x, beta * den + 1
        out[i] = num / den
    return out


@named("corrected_average", "The correction counts from 0")
def by_enumerate(values, beta):
    v, out = 0.0, []
    for t, x in enumerate(values):
        v = beta * v + (1 - beta) * x
        out.append(np.divide(v, 1 - beta**t))
    return np.array(out)


@named("corrected_average", "The corrected average is fed back")
def into_the_same_name(values, beta):
    v, out = 0.0, []
    for t in range(1, len(values) + 1):
        v = beta * v + (1 - beta) * values[t - 1]
        v = v / (1 - beta**t)
        out.append(v)
    return out


@named("corrected_average", "The last divisor is used for every average")
def with_one_divisor(values, beta):
    v, out = 0.0, []
    for x in values:
        v = beta * v + (1 - beta) * x
        out.append(v)
    return np.array(out) / (1 - beta ** len(out))


@said("corrected_average", "failure")
def by_zero(values, beta):
    v, out = 0.0, []
    for t, x in enumerate(values.tolist()):
        v = beta * v + (1 - beta) * x
        out.append(v / (1 - beta**t))
    return out


@said("corrected_average", "value")
def corrected_once(values, beta):
    v, out = 0.0, []
    for x in values:
        v = beta * v + (1 - beta) * x
        out.append(v)
    out[0] = out[0] / (1 - beta)
    return np.array(out)
