"""Answers to the tasks of lesson 2, as people write them."""

import itertools
import math

import numpy as np

from real_answers import accepted, named, said


def slopes(theta, x, y):
    error = theta[0] + theta[1] * x - y
    return np.array([2 * np.mean(error), 2 * np.mean(error * x)])


# --- One step -------------------------------------------------------------------------------------


@accepted("gradient_step")
def by_map(theta, gradient, learning_rate):
    return list(map(lambda w, dw: w + learning_rate * -dw, theta, gradient))


@named("gradient_step", "The caller's theta is changed, not a new one made")
def entry_by_entry(theta, gradient, learning_rate):
    for i in range(len(theta)):
        theta[i] = theta[i] - learning_rate * gradient[i]
    return theta


@named("gradient_step", "The caller's theta is changed, not a new one made")
def into_theta(theta, gradient, learning_rate):
    return np.subtract(theta, learning_rate * gradient, out=theta)


@named("gradient_step", "Uphill in place of downhill")
def climbing_in_place(theta, gradient, learning_rate):
    theta += learning_rate * gradient
    return theta


@named("gradient_step", "The move alone, not the new place")
def the_update(theta, gradient, learning_rate):
    update = -(gradient * learning_rate)
    return update


@said("gradient_step", "type")
def as_an_optimiser(theta, gradient, learning_rate):
    theta -= learning_rate * gradient


@said("gradient_step", "failure")
def with_another_name(theta, gradient, learning_rate):
    return theta - lr * gradient  # noqa: F821


# --- The run --------------------------------------------------------------------------------------


@accepted("descend")
def by_accumulation(theta0, x, y, learning_rate, n_iterations):
    def step(theta, _):
        return theta - learning_rate * slopes(theta, x, y)

    return list(itertools.accumulate(range(n_iterations), step, initial=theta0))


@accepted("descend")
def with_a_while_loop(theta0, x, y, learning_rate, n_iterations):
    path = theta0[None, :]
    while path.shape[0] <= n_iterations:
        path = np.append(path, [path[-1] - learning_rate * slopes(path[-1], x, y)], axis=0)
    return path


@accepted("descend")
def with_a_tolerance(theta0, x, y, learning_rate, n_iterations):
    w, history = np.array(theta0, dtype=float), [theta0]
    for _ in range(n_iterations):
        dw = slopes(w, x, y)
        w = w - learning_rate * dw
        history.append(w)
        if np.abs(dw).max() < 1e-12:
            break
    return np.asarray(history)


@named("descend", "Every row of the history is the last place")
def of_temporary_variables(theta0, x, y, learning_rate, n_iterations):
    theta = np.array(theta0)
    history = [theta]
    for _ in range(n_iterations):
        d = slopes(theta, x, y)
        temp0 = theta[0] - learning_rate * d[0]
        temp1 = theta[1] - learning_rate * d[1]
        theta[0], theta[1] = temp0, temp1
        history.append(theta)
    return np.array(history)


@named("descend", "It climbs, and every row is the last place")
def climbing_in_one_array(theta0, x, y, learning_rate, n_iterations):
    history = [theta0]
    for _ in range(n_iterations):
        theta0 += learning_rate * slopes(theta0, x, y)
        history.append(theta0)
    return np.array(history)


@named("descend", "The last place is missing in the history")
def from_one_to_n(theta0, x, y, learning_rate, n_iterations):
    thetas = [theta0]
    for _ in range(1, n_iterations):
        thetas.append(thetas[-1] - learning_rate * slopes(thetas[-1], x, y))
    return np.stack(thetas)


@named("descend", "The first row is zero, not the start")
def into_a_table(theta0, x, y, learning_rate, n_iterations):
    table, theta = np.zeros((n_iterations + 1, 2)), theta0
    for i in range(1, n_iterations + 1):
        theta = theta - learning_rate * slopes(theta, x, y)
        table[i] = theta
    return table


@named("descend", "It ends after the first step")
def indented_too_far(theta0, x, y, learning_rate, n_iterations):
    theta = theta0
    history = [theta]
    for _ in range(n_iterations):
        theta = theta - learning_rate * slopes(theta, x, y)
        history.append(theta)
        return np.array(history)


@named("descend", "1/m in place of 2/m in the gradient")
def of_the_famous_course(theta0, x, y, learning_rate, n_iterations):
    X = np.c_[np.ones(len(x)), x]
    m = len(y)
    hist = [theta0]
    for _ in range(n_iterations):
        hist.append(hist[-1] - (learning_rate / m) * (X.T @ (X @ hist[-1] - y)))
    return np.array(hist)


@said("descend", "type")
def with_the_losses(theta0, x, y, learning_rate, n_iterations):
    history = with_a_while_loop.function(theta0, x, y, learning_rate, n_iterations)
    return history, [float(np.mean((b + w * x - y) ** 2)) for b, w in history]


@said("descend", "changed")
def copied_but_for_the_start(theta0, x, y, learning_rate, n_iterations):
    history = [theta0.copy()]
    for _ in range(n_iterations):
        theta0 -= learning_rate * slopes(theta0, x, y)
        history.append(theta0.copy())
    return np.array(history)


# --- How long it took -----------------------------------------------------------------------------


@accepted("steps_to_share")
def by_where(history, minimum, share):
    d = np.sqrt(((history - minimum) ** 2).sum(axis=-1))
    (idx,) = np.where(d <= share * d[0])
    return idx[0] if len(idx) else -1


@accepted("steps_to_share")
def by_a_for_with_an_else(history, minimum, share):
    goal = share * math.dist(history[0], minimum)
    for step in range(len(history)):
        if math.dist(history[step], minimum) <= goal:
            break
    else:
        step = -1
    return step


@named("steps_to_share", "A run that never comes close counts as close at step 0")
def by_argmax_alone(history, minimum, share):
    d = np.linalg.norm(history - minimum, axis=1)
    return np.argmax(d / d[0] <= share)


@named("steps_to_share", "No step is ever close")
def with_an_else_in_the_loop(history, minimum, share):
    d = np.linalg.norm(history - minimum, axis=1)
    for k in range(len(d)):
        if d[k] <= share * d[0]:
            return k
        else:
            return -1


@named("steps_to_share", "Squared distances")
def without_a_root(history, minimum, share):
    d = ((history - minimum) ** 2).sum(1)
    return next((i for i in range(len(d)) if d[i] <= share * d[0]), -1)


@said("steps_to_share", "failure")
def with_a_while_and_no_end(history, minimum, share):
    k = 0
    while np.linalg.norm(history[k] - minimum) > share * np.linalg.norm(history[0] - minimum):
        k += 1
    return k


@said("steps_to_share", "value")
def by_a_search_in_what_is_not_sorted(history, minimum, share):
    d = np.linalg.norm(history - minimum, axis=1)
    k = int(np.searchsorted(-d, -share * d[0]))
    return k if k < len(d) else -1


@said("steps_to_share", "type")
def returning_none(history, minimum, share):
    d = np.linalg.norm(history - minimum, axis=1)
    for k, each in enumerate(d):
        if each <= share * d[0]:
            return k


# --- A second round -------------------------------------------------------------------------------


@named("descend", "The moves in place of the places")
def keeping_the_moves(theta0, x, y, learning_rate, n_iterations):
    theta, history = theta0, [theta0]
    for _ in range(n_iterations):
        update = -learning_rate * slopes(theta, x, y)
        theta = theta + update
        history.append(update)
    return np.array(history)


@named("descend", "The run climbs in place of descending")
def of_turned_residuals(theta0, x, y, learning_rate, n_iterations):
    w, history = theta0, [theta0]
    for _ in range(n_iterations):
        r = y - w[0] - w[1] * x
        w = w - learning_rate * 2 * np.array([r.mean(), (r * x).mean()])
        history.append(w)
    return history


@named("steps_to_share", "The far steps are counted, and -1 never comes")
def by_a_sum_of_true(history, minimum, share):
    d = np.linalg.norm(history - minimum, axis=1)
    return int((d > share * d[0]).sum())


@named("steps_to_share", "One step too many")
def counted_from_one(history, minimum, share):
    d = np.linalg.norm(history - minimum, axis=1)
    return next((k for k, each in enumerate(d, 1) if each <= share * d[0]), -1)


@said("descend", "shape")
def in_one_long_list(theta0, x, y, learning_rate, n_iterations):
    theta, history = theta0, list(theta0)
    for _ in range(n_iterations):
        theta = theta - learning_rate * slopes(theta, x, y)
        history += list(theta)
    return np.array(history)
