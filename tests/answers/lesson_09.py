"""Answers to the tasks of lesson 9."""

import numpy as np


def run_by_places(theta, velocity, H, learning_rate, beta, n_iterations):
    """Roll on, then take a step of gradient descent."""
    places = [theta + learning_rate * velocity, theta]
    for _ in range(n_iterations):
        ahead = places[-1] + beta * (places[-1] - places[-2])
        places.append(ahead - learning_rate * H @ ahead)
    return np.array(places[1:])


def run_by_list(theta, velocity, H, learning_rate, beta, n_iterations):
    history = [theta.tolist()]
    for _ in range(n_iterations):
        kept = beta * velocity
        velocity = kept + np.dot(H, theta - learning_rate * kept)
        theta = theta - learning_rate * velocity
        history.append(theta.tolist())
    return history


def run_rewritten(theta, velocity, H, learning_rate, beta, n_iterations):
    """Keep the look-ahead point in place of the parameters, and go back at the end."""
    phi, history = theta - learning_rate * beta * velocity, [theta]
    for _ in range(n_iterations):
        g = H @ phi
        velocity = beta * velocity + g
        phi = phi - learning_rate * (g + beta * velocity)
        history.append(phi + learning_rate * beta * velocity)
    return np.array(history)


def wave_by_list(kappa):
    betas, t = [], 1.0
    while not betas or betas[-1] * (kappa**0.5 + 1) <= kappa**0.5 - 1:
        last, t = t, 0.5 + (0.25 + t * t) ** 0.5
        betas.append((last - 1) / t)
    return len(betas)


def wave_by_argmax(kappa):
    t = np.ones(1001)
    for k in range(1000):
        t[k + 1] = (1 + np.sqrt(1 + 4 * t[k] ** 2)) / 2
    return 1 + np.argmax((t[:-1] - 1) / t[1:] > 1 - 2 / (np.sqrt(kappa) + 1))


def wave_by_roots(kappa):
    """Ask for each β whether the roots of the floor are complex."""
    rest, times = 1 - 1 / kappa, [1.0]
    for k in range(1, 5000):
        times.append((1 + np.sqrt(1 + 4 * times[-1] ** 2)) / 2)
        beta = (times[-2] - 1) / times[-1]
        if ((1 + beta) * rest) ** 2 < 4 * beta * rest:
            return k
    return None


def afresh_by_places(theta, H, learning_rate, n_iterations):
    ahead, t, places = np.array(theta), 1.0, [theta]
    for _ in range(n_iterations):
        g = H @ ahead
        new = ahead - learning_rate * g
        if g @ (new - places[-1]) > 0:
            t, ahead = 1.0, new
        else:
            t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
            ahead = new + (t - 1) / t_next * (new - places[-1])
            t = t_next
        places.append(new)
    return np.array(places)


def afresh_by_velocity(theta, H, learning_rate, n_iterations):
    """The velocity sums up gradients, and a restart sets it to zero."""
    velocity, t, beta = np.zeros(len(theta)), 1.0, 0.0
    history = np.empty((n_iterations + 1, len(theta)))
    history[0] = theta
    for k in range(n_iterations):
        gradient = H @ (history[k] - learning_rate * beta * velocity)
        velocity = beta * velocity + gradient
        history[k + 1] = history[k] - learning_rate * velocity
        if np.dot(gradient, velocity) < 0:
            velocity, t = np.zeros(len(theta)), 1.0
        last, t = t, (1 + np.sqrt(1 + 4 * t**2)) / 2
        if np.any(velocity):
            beta = (last - 1) / t
        else:
            beta, t = 0.0, 1.0
    return history


def afresh_by_rounds(theta, H, learning_rate, n_iterations):
    """Ride until a step leads uphill, then call the same again for what is left."""
    ahead, t, places = theta, 1.0, [theta.tolist()]
    while len(places) <= n_iterations:
        g, last = H @ ahead, np.array(places[-1])
        new = ahead - learning_rate * g
        places.append(new.tolist())
        if np.sum(g * (new - last)) > 0:
            rest = afresh_by_rounds(new, H, learning_rate, n_iterations + 1 - len(places))
            return places + rest[1:]
        t, beta = (1 + np.sqrt(1 + 4 * t**2)) / 2, (t - 1) / ((1 + np.sqrt(1 + 4 * t**2)) / 2)
        ahead = new + beta * (new - last)
    return places


RIGHT = {
    "nesterov_run": [run_by_places, run_by_list, run_rewritten],
    "first_wave": [wave_by_list, wave_by_argmax, wave_by_roots],
    "restarted_run": [afresh_by_places, afresh_by_velocity, afresh_by_rounds],
}

TWICE_WRONG = {
    "nesterov_run": [
        lambda theta, v, H, lr, beta, n: run_by_list(theta, 0 * v, H, lr, beta, n)[1:],
        lambda theta, v, H, lr, beta, n: run_by_list(theta, -v, H, -lr, beta, n),
    ],
    "first_wave": [
        lambda kappa: wave_by_list(kappa**2) + 1,
        lambda kappa: wave_by_argmax(3 * kappa) - 2,
    ],
    "restarted_run": [
        lambda theta, H, lr, n: run_by_places(theta, 0 * theta, H, lr, 0.9, n)[1:],
        lambda theta, H, lr, n: afresh_by_places(theta, -H, lr, n),
    ],
}
