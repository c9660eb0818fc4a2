"""What `explorers.race` shows and says."""

from lessons_lib import explorers, optimizers

from . import LINE, RULES, single_run, two_paths


def make():
    return explorers.race(LINE)


def shown(method, lr, beta, step):
    alone = single_run(optimizers.gradient_descent, lr, step)
    racing = single_run(RULES[method], lr, step, beta=beta)
    return two_paths(alone, racing)


def said(**now):
    *_, head, _, other_head = shown(**now)
    return {"alone": head[0, 1], "racing": other_head[0, 1]}


NAMED = {"lr": [0.01, 0.1, 0.5], "beta": [0, 0.3, 0.5, 0.6, 0.9, 0.98, 0.99], "step": [14]}

START = (
    "After 120 steps at learning rate 0.01: gradient descent has 5.85 % of the distance left, the"
    " recipe with β = 0.90 has 5.93 %."
)

ELSEWHERE = [
    (
        {"method": "heavy ball", "lr": 10, "beta": 0.99, "step": 120},
        "After 120 steps at learning rate 10: gradient descent has 1.06 × 10¹⁰ % of the distance"
        " left, heavy ball with β = 0.99 has 3.76 × 10¹¹ %. Outside the frame: gradient descent,"
        " with memory.",
    ),
]
