"""What `explorers.descent` shows and says."""

from lessons_lib import explorers, optimizers

from . import LINE, path_and_curve, single_run


def make():
    return explorers.descent(LINE)


def excess(path):
    return LINE.value(path) - LINE.value(LINE.minimiser)


def shown(lr, step):
    path = single_run(optimizers.gradient_descent, lr, step)
    return path_and_curve(path, excess(path))


def said(**now):
    *_, head = shown(**now)
    return {"excess": head[0, 1]}


NAMED = {"lr": [0.001, 0.01, 0.1, 0.4, 0.47, 0.48, 0.49, 0.5], "step": [3, 7, 100]}

START = "After 30 steps at learning rate 0.01 the loss is 6.53 above its minimum."

ELSEWHERE = [
    (
        {"lr": 0.6, "step": 100},
        "After 100 steps at learning rate 0.6 the loss is 3.65 × 10¹⁸ above its minimum. Outside"
        " the frame: gradient descent.",
    ),
]
