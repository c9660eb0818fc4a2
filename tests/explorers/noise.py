"""What `explorers.noise` shows and says."""

import numpy as np

from lessons_lib import explorers

from . import LINE


def make():
    return explorers.noise(LINE)


def noisy_run(batch, lr, beta, decay):
    """Walk the heavy ball on the first points of each step's list, and lower its rate."""
    random, n = np.random.default_rng(0), 400
    drawn = random.integers(100, size=(n, 64))
    theta, velocity, path = LINE.theta0, np.zeros(2), [LINE.theta0]
    for step, rows in enumerate(drawn[:, : int(batch)]):
        factor = {
            "stays": 1.0,
            "drops at half-time": 1.0 if step < 200 else 0.1,
            "falls ever more slowly": 50 / (50 + step),
            "glides to zero": np.cos(np.pi * step / n / 2) ** 2,
        }[decay]
        velocity = beta * velocity + LINE.batch(rows).gradient(theta)
        theta = theta - lr * factor * velocity
        path.append(theta)
    return np.array(path)


def shown(**now):
    path = noisy_run(**now)
    distance = np.maximum(np.linalg.norm(path - LINE.minimiser, axis=1), 1e-3)
    level = said(**now)["hovers"]
    curve = np.column_stack([np.arange(401), distance])[::2]
    return [path[201:], curve, np.array([[300, level], [400, level], [350, level]])]


def said(batch, **now):
    late = noisy_run(batch, **now)[301:] - LINE.minimiser
    return {"hovers": np.sqrt((late**2).sum(axis=1).mean()), "price": 400 * batch}


NAMED = {"batch": [1, 4, 16, 64], "lr": [0.002, 0.01, 0.02, 0.05, 0.1], "beta": [0, 0.5, 0.9]}

START = (
    "Batch size 4, β = 0.8, and a learning rate of 0.05 that stays. Over the last 100 of 400 steps"
    " the distance to the minimum is 0.278 (root mean square). The run has looked at 1600 points."
)

ELSEWHERE = [
    (
        {"batch": 1, "lr": 0.02, "beta": 0.5, "decay": "drops at half-time"},
        "Batch size 1, β = 0.5, and a learning rate of 0.02 that drops at half-time. Over the last"
        " 100 of 400 steps the distance to the minimum is 0.0887 (root mean square). The run has"
        " looked at 400 points. Goal reached.",
    ),
    (
        {"batch": 64, "lr": 0.001, "beta": 0, "decay": "falls ever more slowly"},
        "Batch size 64, β = 0.0, and a learning rate of 0.001 that falls ever more slowly. Over the"
        " last 100 of 400 steps the distance to the minimum is 4.12 (root mean square). The run has"
        " looked at 25600 points. Outside the frame: the cloud.",
    ),
]
