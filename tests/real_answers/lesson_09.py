"""Answers to the tasks of lesson 9, as people write them."""

import itertools
import math

import numpy as np

from real_answers import accepted, named, said

# --- When the β have grown too much ---------------------------------------------------------------


@accepted("first_wave")
def with_a_while(kappa):
    goal = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    k, t, beta = 0, 1, 0
    while beta <= goal:
        t_next = (1 + math.sqrt(1 + 4 * t * t)) / 2
        beta = (t - 1) / t_next
        t = t_next
        k += 1
    return k


@accepted("first_wave")
def with_count(kappa):
    r = np.sqrt(kappa)
    t = 1.0
    for k in itertools.count(1):
        t_old, t = t, (1 + np.sqrt(1 + 4 * t**2)) / 2
        if (t_old - 1) / t > (r - 1) / (r + 1):
            return k


@accepted("first_wave")
def with_a_growing_list(kappa):
    ts, betas = [1.0], [0.0]
    while not betas[-1] > 1 - 2 / (kappa**0.5 + 1):
        ts.append((1 + (1 + 4 * ts[-1] ** 2) ** 0.5) / 2)
        betas.append((ts[-2] - 1) / ts[-1])
    return len(betas) - 1


@accepted("first_wave")
def by_the_rate(kappa):
    """The floor swings where the modulus is the root of the product of both roots."""
    p, t = 1 / kappa, 1.0
    for k in range(1, 10_000):
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        beta, t = (t - 1) / t_next, t_next
        roots = np.roots([1, -(1 + beta) * (1 - p), beta * (1 - p)])
        if abs(roots[0].imag) > 0:
            return k
    return -1


@accepted("first_wave")
def by_critical_root(kappa):
    a = 1 / np.sqrt(kappa)
    critical = (1 - a) / (1 + a)
    t, n = np.float64(1), 0
    while True:
        n = n + 1
        new = 0.5 * (1 + np.sqrt(4 * t**2 + 1))
        if (t - 1) / new > critical:
            break
        t = new
    return n


@named("first_wave", "One step too few")
def enumerated(kappa):
    goal = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    t, betas = 1.0, []
    for _ in range(500):
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        betas.append((t - 1) / t_next)
        t = t_next
    return np.argmax(np.array(betas) > goal)


@named("first_wave", "One step too many")
def counted_after(kappa):
    goal = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    k, t, beta = 1, 1.0, 0.0
    while beta <= goal:
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        beta, t, k = (t - 1) / t_next, t_next, k + 1
    return k


@named("first_wave", "The heavy ball's best β, with a square")
def with_the_square_of_lesson_8(kappa):
    goal = ((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2
    t, k = 1.0, 0
    while True:
        k += 1
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        if (t - 1) / t_next > goal:
            return k
        t = t_next


@named("first_wave", "The heavy ball's critical β on the floor")
def with_the_critical_beta_of_lesson_8(kappa):
    goal, t = (1 - np.sqrt(1 / kappa)) ** 2, 1.0
    for k in range(1, 1000):
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        if (t - 1) / t_next > goal:
            return k
        t = t_next
    return None


@named("first_wave", "κ in place of √κ")
def without_roots(kappa):
    goal, t, k = (kappa - 1) / (kappa + 1), 1.0, 0
    beta = 0.0
    while beta <= goal:
        t_next = (1 + (1 + 4 * t**2) ** 0.5) / 2
        beta, t, k = (t - 1) / t_next, t_next, k + 1
    return k


@named("first_wave", "β = (k - 1)/(k + 2), as without the 1 below the root")
def by_the_rule_of_programs(kappa):
    goal, k = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 1
    while (k - 1) / (k + 2) <= goal:
        k += 1
    return k


@named("first_wave", "The new t stands above the line, too")
def overwritten_too_early(kappa):
    goal, t, k, beta = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 1.0, 0, 0.0
    while beta <= goal:
        before = t
        t = (1 + np.sqrt(1 + 4 * before**2)) / 2
        beta = (t - 1) / t
        k += 1
    return k


@named("first_wave", "t is not lessened by 1 above the line")
def t_over_t(kappa):
    goal, t, k, beta = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 1.0, 0, 0.0
    while beta <= goal:
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        beta, t, k = t / t_next, t_next, k + 1
    return k


@named("first_wave", "The rate, 1 - 1/√κ, in place of the β")
def up_to_the_rate(kappa):
    t, k, beta = 1.0, 0, -1.0
    while beta <= 1 - 1 / np.sqrt(kappa):
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        beta, t, k = (t - 1) / t_next, t_next, k + 1
    return k


@named("first_wave", "The β itself, not its number")
def returning_beta(kappa):
    goal, t, beta = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 1.0, 0.0
    while beta <= goal:
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        beta, t = (t - 1) / t_next, t_next
    return beta


@named("first_wave", "The critical β, not the step that passes it")
def only_the_border(kappa):
    return (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)


@said("first_wave", "value")
def by_thirds(kappa):
    """β is about 1 - 3/k, so solve that for k."""
    return math.ceil(3 / (1 - (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)))


@said("first_wave", "value")
def up_to_a_hundred(kappa):
    goal, t, betas = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 1.0, []
    for _ in range(100):
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        betas.append((t - 1) / t_next)
        t = t_next
    return 1 + int(np.argmax(np.array(betas) > goal))


@said("first_wave", "type")
def with_a_for_and_no_end(kappa):
    goal, t = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 1.0
    for k in range(1, 50):
        t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
        if (t - 1) / t_next > goal:
            return k
        t = t_next


@said("first_wave", "failure")
def without_a_start(kappa):
    goal, k = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1), 0
    while beta <= goal:  # noqa: F821
        k += 1
    return k


# --- Looking ahead --------------------------------------------------------------------------------


@accepted("nesterov_run")
def by_rolling_on(theta, velocity, H, learning_rate, beta, n_iterations):
    x, y, out = theta, theta - learning_rate * beta * velocity, [theta]
    for _ in range(n_iterations):
        x_new = y - learning_rate * (H @ y)
        y, x = x_new + beta * (x_new - x), x_new
        out.append(x)
    return np.stack(out)


@named("nesterov_run", "The gradient is taken at θ")
def as_a_heavy_ball(theta, velocity, H, learning_rate, beta, n_iterations):
    out = [theta]
    for _ in range(n_iterations):
        velocity = beta * velocity + H.dot(theta)
        theta = theta - learning_rate * velocity
        out.append(theta)
    return np.array(out)
