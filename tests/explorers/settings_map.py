"""What `explorers.settings_map` shows and says."""

import numpy as np

from lessons_lib import explorers, optimizers, problems

RATES, BETAS = 0.05 * 2.0 ** np.arange(8), 1 - 0.5 ** np.arange(6)
READER = problems.SoftmaxRegression(problems.digits()[:100])
OTHERS = READER.on(problems.digits()[100:200])


def make():
    """A small model for the large one of the lesson: softmax regression on few digits."""
    runs = [
        optimizers.heavy_ball(
            READER.gradient, READER.theta0, learning_rate=RATES, beta=beta, n_iterations=30
        ).theta
        for beta in BETAS
    ]
    losses = np.moveaxis([READER.value(run) for run in runs], 2, 0)
    right = np.transpose([OTHERS.accuracy(run[-1]) for run in runs])
    return explorers.settings_map(RATES, BETAS, losses, right, goal=0.07)


def trained(lr, beta):
    return optimizers.heavy_ball(
        READER.gradient, READER.theta0, learning_rate=lr, beta=beta, n_iterations=30
    ).theta


def shown(lr, beta):
    memory, ends = 1 / (1 - beta), np.array([0.5, 64])
    ridge = np.column_stack([lr * memory / ends, ends])
    curve = np.column_stack([np.arange(31), READER.value(trained(lr, beta))])
    return [ridge, np.array([[lr, memory]]), curve]


def said(lr, beta):
    last = trained(lr, beta)[-1]
    right = 100 * OTHERS.accuracy(last)
    return {"effective": lr / (1 - beta), "loss": READER.value(last), "right": right}


NAMED = {"lr": [0.1, 0.8, 1.6, 3.2], "beta": [0, 0.5, 0.875]}

START = (
    "At learning rate 0.2 and β = 0, lr / (1 - β) is 0.2. After 30 steps the training loss is 1.14,"
    " and 84 % of the validation digits are read right."
)

ELSEWHERE = [
    (
        {"lr": 0.4, "beta": 0.875},
        "At learning rate 0.4 and β = 0.875, lr / (1 - β) is 3.2. After 30 steps the training loss"
        " is 0.0602, and 92 % of the validation digits are read right. Goal reached.",
    ),
]
