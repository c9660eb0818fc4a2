"""What `explorers.landscapes` shows and says."""

import numpy as np

from lessons_lib import explorers, optimizers, problems

from . import RULES, path_and_curve


def make():
    return explorers.landscapes()


LANDSCAPES = {
    "the saddle": (
        lambda x: x**4 / 4 - x**2 / 2,
        lambda x: x * x * x - x,
        1.0,
        (-1.8, 1.8),
        (0.001, 0.01, 0.1, 0.5, 1.7),
    ),
    "the plateau": (
        lambda x: problems.plateau().value(np.expand_dims(x, -1)),
        problems.plateau().gradient,
        0.0,
        (-6, 10),
        (3.5, 4, 5, 7, 9),
    ),
    "the two valleys": (
        lambda x: x**4 / 4 - x**2 / 2 + 0.2 * x,
        lambda x: x * x * x - x + 0.2,
        np.roots([1, 0, -1, 0.2]).min(),
        (-2.2, 2.2),
        (-2, -1.6, 0.3, 1.6, 2),
    ),
    "the trap": (
        lambda x: 12.5 * x**2 - 12 * np.clip(x - 1, 0, 1) ** 2 - 24 * np.maximum(x - 2, 0),
        lambda x: np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24)),
        0.0,
        (-5.5, 5.5),
        (-4, 0.5, 1.5, 3.3, 5),
    ),
}
"""For each landscape of one parameter: height, slope, lowest point, ends of the frame, starts. Some
settings are chaotic and would show another rounding, so slopes round as the library's do.
"""

STARTS = ["leftmost", "second from left", "middle one", "second from right", "rightmost"]


def shown(landscape, start, method, lr, beta, step):
    value, gradient, lowest, (first, last), starts = LANDSCAPES[landscape]
    rule = RULES[method]

    def percent(x):
        top = max(value(np.array(float(each))) for each in starts)
        share = (value(x) - value(np.array(lowest))) / (top - value(np.array(lowest)))
        return np.clip(100 * share, 1e-3, 1e6)

    start_at = sorted(starts)[STARTS.index(start)]
    mark = np.array([[(start_at - first) / (last - first), percent(start_at) + 8]])
    heads, curves = [], []
    for run, more in ((optimizers.gradient_descent, {}), (rule, {"beta": beta})):
        x = run(gradient, [float(start_at)], learning_rate=lr, n_iterations=100, **more).theta[:, 0]
        x = x[np.minimum(np.arange(step + 1), len(x) - 1)]
        places = np.column_stack([(x - first) / (last - first), percent(x)])
        heads.append(places[-1:])
        curves += path_and_curve(places, places[:, 1])[1:]
    across = np.linspace(0, 1, 161)
    ground = np.column_stack([across, percent(first + (last - first) * across)])
    ends = [np.array([[0.0, -10.0]]), np.array([[1.0, -10.0]])]
    return [ground, *ends, mark, *heads, *curves]


def said(**now):
    *_, first_and_last, starts = LANDSCAPES[now["landscape"]]
    *_, head, _, other_head = shown(**now)
    return {
        "first": first_and_last[0],
        "last": first_and_last[1],
        "place": starts[STARTS.index(now["start"])],
        "alone": head[0, 1],
        "racing": other_head[0, 1],
    }


NAMED = {"lr": [0.05, 0.1, 1], "beta": [0.7, 0.9, 0.95], "step": [55, 59]}

START = (
    "Over the saddle, 40 steps from 0.01 at learning rate 0.111: gradient descent has 12.7 % of the"
    " height left, the recipe with β = 0.90 has 27.3 %."
)

ELSEWHERE = [
    (
        {
            "landscape": "the two valleys",
            "start": "rightmost",
            "method": "Nesterov",
            "lr": 0.05,
            "beta": 0.95,
            "step": 55,
        },
        "Over the two valleys, 55 steps from 2 at learning rate 0.05: gradient descent has 13.9 %"
        " of the height left, Nesterov with β = 0.95 has 0.00292 %. Goal reached.",
    ),
]
