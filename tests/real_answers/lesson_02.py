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


# --- Which learning rate it was -------------------------------------------------------------------


@accepted("learning_rate_behind")
def by_the_intercept(history, x, y):
    before, after = history[0], history[1]
    return -(after[0] - before[0]) / slopes(before, x, y)[0]


@accepted("learning_rate_behind")
def by_the_mean_of_both(history, x, y):
    return np.mean((history[0] - history[1]) / slopes(history[0], x, y))


@accepted("learning_rate_behind")
def by_the_median_over_the_run(history, x, y):
    lrs = []
    for a, b in itertools.pairwise(history):
        lrs.append(np.linalg.norm(b - a) / np.linalg.norm(slopes(a, x, y)))
    return np.median(lrs)


@accepted("learning_rate_behind")
def by_trying(history, x, y):
    """Halve the interval until the step lands on the next place."""
    g, low, high = slopes(history[0], x, y), 0.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        too_short = abs(middle * g[1]) < abs(history[1][1] - history[0][1])
        low, high = (middle, high) if too_short else (low, middle)
    return low


@accepted("learning_rate_behind")
def with_the_matrix(history, x, y):
    A = np.c_[np.ones(len(x)), x]
    grad = 2 / len(x) * A.T @ (A @ history[0] - y)
    diff = history[1] - history[0]
    return math.sqrt(diff @ diff) / math.sqrt(grad @ grad)


@named("learning_rate_behind", "The gradient where the step arrives")
def from_the_next_place(history, x, y):
    step = history[1] - history[0]
    g = slopes(history[1], x, y)
    return np.linalg.norm(step) / np.linalg.norm(g)


@named("learning_rate_behind", "The sign is turned round")
def of_the_slope_with_its_sign(history, x, y):
    return (history[1, 1] - history[0, 1]) / slopes(history[0], x, y)[1]


@named("learning_rate_behind", "The sign is turned round")
def of_observed_minus_predicted(history, x, y):
    r = y - (history[0][0] + history[0][1] * x)
    return (history[0][0] - history[1][0]) / (2 * r.mean())


@named("learning_rate_behind", "Two numbers, one for each parameter")
def of_the_whole_arrays(history, x, y):
    return (history[0] - history[1]) / slopes(history[0], x, y)


@named("learning_rate_behind", "Two numbers, one for each parameter, and both negative")
def of_the_whole_arrays_with_sign(history, x, y):
    return np.diff(history, axis=0)[0] / slopes(history[0], x, y)


@named("learning_rate_behind", "One number for each step")
def of_each_step(history, x, y):
    moves = history[:-1] - history[1:]
    return [m @ m / (m @ slopes(t, x, y)) for m, t in zip(moves, history, strict=False)]


@named("learning_rate_behind", "1/m in place of 2/m in the gradient")
def with_a_loss_halved(history, x, y):
    A = np.column_stack([np.ones_like(x), x])
    g = A.T @ (A @ history[0] - y) / len(y)
    return np.linalg.norm(history[1] - history[0]) / np.linalg.norm(g)


@named("learning_rate_behind", "The sum in place of the mean in the gradient")
def with_sums(history, x, y):
    r = history[0][0] + history[0][1] * x - y
    return (history[0][0] - history[1][0]) / (2 * np.sum(r))


@named("learning_rate_behind", "The quotient is upside down")
def gradient_over_move(history, x, y):
    g = slopes(history[0], x, y)
    return np.linalg.norm(g) / np.linalg.norm(history[1] - history[0])


@named("learning_rate_behind", "The square of the learning rate")
def of_squares(history, x, y):
    return np.sum((history[1] - history[0]) ** 2) / np.sum(slopes(history[0], x, y) ** 2)


@named("learning_rate_behind", "The whole way, divided by the first gradient")
def from_start_to_end(history, x, y):
    return np.linalg.norm(history[0] - history[-1]) / np.linalg.norm(slopes(history[0], x, y))


@named("learning_rate_behind", "The length of the move, not divided by the gradient")
def divided_once_too_little(history, x, y):
    g = slopes(history[0], x, y)
    return (history[0] - history[1]) @ g / np.linalg.norm(g)


@named("learning_rate_behind", "The slope's gradient lacks its x")
def with_the_residuals_twice(history, x, y):
    r = history[0][0] + history[0][1] * x - y
    g = np.array([2 * r.mean(), 2 * r.mean()])
    return np.linalg.norm(history[1] - history[0]) / np.linalg.norm(g)


@named("learning_rate_behind", "2/m is missing in the gradient")
def of_the_normal_equations(history, x, y):
    A = np.column_stack([np.ones_like(x), x])
    g = A.T @ (A @ history[0] - y)
    return np.linalg.norm(history[1] - history[0]) / np.linalg.norm(g)


@said("learning_rate_behind", "value")
def by_adding_up_all_moves(history, x, y):
    """The length of all moves, by the length of all gradients, the last one with them."""
    moves = np.linalg.norm(np.diff(history, axis=0), axis=1).sum()
    return moves / sum(np.linalg.norm(slopes(t, x, y)) for t in history)


@said("learning_rate_behind", "value")
def by_a_short_list_of_candidates(history, x, y):
    rates = [0.001, 0.01, 0.1, 0.5]
    ends = [np.abs(history[0] - lr * slopes(history[0], x, y) - history[1]).sum() for lr in rates]
    return rates[int(np.argmin(ends))]


@said("learning_rate_behind", "type")
def printing_it(history, x, y):
    print(np.linalg.norm(history[1] - history[0]) / np.linalg.norm(slopes(history[0], x, y)))


@said("learning_rate_behind", "failure")
def with_a_name_from_the_lesson(history, x, y):
    return np.linalg.norm(history[1] - history[0]) / np.linalg.norm(line.gradient(history[0]))  # noqa: F821


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


@said("descend", "shape")
def in_one_long_list(theta0, x, y, learning_rate, n_iterations):
    theta, history = theta0, list(theta0)
    for _ in range(n_iterations):
        theta = theta - learning_rate * slopes(theta, x, y)
        history += list(theta)
    return np.array(history)
