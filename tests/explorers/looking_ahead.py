"""What `explorers.looking_ahead` shows and says."""

import numpy as np

from lessons_lib import explorers


def make():
    return explorers.looking_ahead()


def betas(rule, gradients_and_moves):
    """Give the next β of a run from its steps so far: (gradient, move) for each."""
    if not rule.startswith("growing"):
        return float(rule)
    t, beta = 1.0, 0.0
    for gradient, move in gradients_and_moves:
        if rule != "growing" and gradient @ move > 0:
            t, beta = 1.0, 0.0
        else:
            after = 0.5 + np.sqrt(0.25 + t * t)
            t, beta = after, (t - 1) / after
    return beta


def ride(kappa, lr, rule, n, *, looks):
    """Walk with a velocity, as the lesson writes it: each β is looked up from all steps before."""
    curvatures, theta, v = np.array([1 / kappa, 1.0]), np.ones(2), np.zeros(2)
    path, steps = [theta], []
    for _ in range(n):
        beta = betas(rule, steps) if steps else 0.0
        gradient = curvatures * (theta - lr * beta * v if looks else theta)
        v = beta * v + gradient
        theta = theta - lr * v
        steps.append((gradient, -lr * v))
        path.append(theta)
    return np.clip(path, -1e6, 1e6)


def both(kappa, lr, beta, step):
    return [ride(kappa, lr, beta, 150, looks=looks) for looks in (False, True)]


def height(path, kappa):
    percent = 100 * (path[:, 0] ** 2 / kappa + path[:, 1] ** 2) / (1 + 1 / kappa)
    return np.clip(percent, 1e-12, 1e6)


def shown(**now):
    paths = [path[: now["step"] + 1] for path in both(**now)]
    steps = np.arange(now["step"] + 1)
    places = [np.column_stack([steps, path[:, 0]]) for path in paths]
    curves = [np.column_stack([steps, height(path, now["kappa"])]) for path in paths]
    return [*places, curves[0], curves[0][-1:], curves[1], curves[1][-1:]]


def said(**now):
    ball, ahead = (height(path, now["kappa"])[now["step"] :] for path in both(**now))
    return {"ball": ball[0], "ahead": ahead[0], "stays": ahead.max()}


NAMED = {"kappa": [25, 100, 400], "lr": [1, 16 / 9], "step": [79]}

START = (
    "κ = 100, lr · L = 1, β: 0.9. After 100 steps the heavy ball has 0.000187 % of the height left,"
    " and Nesterov's method 1.87 × 10⁻⁷ %, from then on never more than 2.85 × 10⁻⁶ %."
)

ELSEWHERE = [
    (
        {"kappa": 400, "lr": 1, "beta": "growing, with restarts", "step": 75},
        "κ = 400, lr · L = 1, β: growing, with restarts. After 75 steps the heavy ball has"
        " 7.4 × 10⁻⁵ % of the height left, and Nesterov's method 9.9 × 10⁻⁷ %, from then on never"
        " more than 9.9 × 10⁻⁷ %. Goal reached.",
    ),
    (
        {"kappa": 400, "lr": 1, "beta": "growing", "step": 75},
        "κ = 400, lr · L = 1, β: growing. After 75 steps the heavy ball has 7.4 × 10⁻⁵ % of the"
        " height left, and Nesterov's method 9.9 × 10⁻⁷ %, from then on never more than 0.00354 %.",
    ),
    (
        {"kappa": 25, "lr": 25 / 9, "beta": "0.5", "step": 30},
        "κ = 25, lr · L = 2.78, β: 0.5. After 30 steps the heavy ball has 9.34 × 10⁻⁷ % of the"
        " height left, and Nesterov's method 1,000,000 %, from then on never more than 1,000,000"
        " %.",
    ),
]
