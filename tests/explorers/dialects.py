"""What `explorers.dialects` shows and says."""

import numpy as np

from lessons_lib import explorers, optimizers

from . import LINE, single_run, two_paths


def make():
    return explorers.dialects(LINE)


def shown(lr, beta, match, own, step):
    rolling = own if match == "from its own slider" else lr * (1 - beta)
    recipe = single_run(optimizers.momentum, lr, step, beta=beta)
    ball = single_run(optimizers.heavy_ball, rolling, step, beta=beta)
    return two_paths(recipe, ball)


def said(lr, beta, match, own, step):
    recipe, ball, *_ = shown(lr, beta, match, own, 60)
    matched = float(match != "from its own slider")
    return {
        "rolling": lr * (1 - beta) if matched else own,
        "apart": np.linalg.norm(recipe - ball, axis=-1).max().round(6),
        "matched": matched,
    }


NAMED = {
    "lr": [0.01, 0.02, 0.1, 0.2, 0.5, 1],
    "beta": [0, 0.5, 0.9, 0.95, 0.99],
    "own": [0.005, 0.01],
}

START = (
    "With β = 0.90, the recipe at learning rate 0.1 and the heavy ball at 0.1 (from its own"
    " slider): in 60 steps the largest distance between the paths is 9.24."
)

ELSEWHERE = [
    (
        {"lr": 0.1, "beta": 0.9, "match": "from its own slider", "own": 0.01, "step": 60},
        "With β = 0.90, the recipe at learning rate 0.1 and the heavy ball at 0.01 (from its own"
        " slider): in 60 steps the largest distance between the paths is 0. Goal reached.",
    ),
    (
        {"lr": 0.1, "beta": 0.9, "match": "matched: lr · (1 - β)", "own": 1, "step": 60},
        "With β = 0.90, the recipe at learning rate 0.1 and the heavy ball at 0.01 (matched: lr ·"
        " (1 - β)): in 60 steps the largest distance between the paths is 0.",
    ),
]
