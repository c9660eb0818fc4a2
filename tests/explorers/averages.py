"""What `explorers.averages` shows and says."""

import numpy as np

from lessons_lib import explorers, problems


def make():
    return explorers.averages()


def shown(beta, noise, correction):
    signal = problems.noisy_signal(noise=noise)
    average, averages = 0.0, []
    for t, value in enumerate(signal.observed, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if correction == "on" else average)
    return [np.column_stack([signal.t, each]) for each in (signal.observed, averages)]


def said(**now):
    clean = problems.noisy_signal().clean
    off = [np.sqrt(np.mean((points[:, 1] - clean) ** 2)) for points in shown(**now)]
    return {"raw": off[0], "error": off[1]}


NAMED = {"beta": [0.1, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99], "noise": [0, 0.1, 0.5, 1]}

START = (
    "At noise 0.5, with β = 0.90 and bias correction off, the average has a root mean square error"
    " of 0.422; the measurements have 0.481."
)

ELSEWHERE = [
    (
        {"beta": 0.85, "noise": 1, "correction": "on"},
        "At noise 1.0, with β = 0.85 and bias correction on, the average has a root mean square"
        " error of 0.405; the measurements have 0.961. Goal reached.",
    ),
]
