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


START = "After 30 steps at learning rate 0.01 the loss is 6.53 above its minimum."

ELSEWHERE = [
    (
        {"lr": 0.6, "step": 100},
        "After 100 steps at learning rate 0.602 the loss is 3.17e+18 above its minimum. Outside"
        " the frame: gradient descent.",
    ),
]
