"""Mistakes that many tasks share do what their hints say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lessons_lib import optimizers
from lessons_lib.feedback import Task, judge
from lessons_lib.feedback.bank import slips
from lessons_lib.feedback.bank.slips import Dialect, dialects

LR, BETA, STEPS = 0.1, 0.8, 9
METHODS: dict[bool, Callable[..., optimizers.Run]] = {
    True: optimizers.momentum,
    False: optimizers.heavy_ball,
}
ASKED = [True, False]


def gradient(theta: Any) -> Any:
    return 3.0 * theta


def rolled(
    each: Dialect, velocity: float = 0.0, lr: float = LR
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Roll down a parabola in a dialect, from 1, and return places and velocities."""
    theta, places, velocities = 1.0, [1.0], [velocity]
    for _ in range(STEPS):
        velocity = BETA * velocity + each.weight(lr, BETA) * gradient(theta)
        theta = theta - each.factor(lr, BETA) * velocity
        places.append(theta)
        velocities.append(velocity)
    return np.array(places), np.array(velocities)


@pytest.mark.parametrize("averaged", ASKED)
def test_from_rest_a_dialect_takes_the_path_of_one_of_the_two_methods(averaged: bool) -> None:
    """Three take the path that is asked for, three that of the other method: the library's."""
    for k, each in enumerate(dialects(averaged=averaged)):
        method = METHODS[averaged if k < 3 else not averaged]
        run = method(gradient, [1.0], learning_rate=LR, beta=BETA, n_iterations=STEPS)
        np.testing.assert_allclose(rolled(each)[0], run.theta[:, 0], atol=1e-12)


@pytest.mark.parametrize("averaged", ASKED)
def test_with_a_velocity_every_dialect_takes_a_path_of_its_own(averaged: bool) -> None:
    paths = [rolled(each, velocity=2.0)[0] for each in dialects(averaged=averaged)]
    for k, path in enumerate(paths):
        assert all(np.abs(path - other).max() > 0.01 for other in paths[:k])


@pytest.mark.parametrize("averaged", ASKED)
def test_names_say_where_a_velocity_points_and_what_it_holds(averaged: bool) -> None:
    for each in dialects(averaged=averaged):
        _, (_, first, *_) = rolled(each)
        assert (first < 0) == ("downhill" in each.name)
        _, (_, twice, *_) = rolled(each, lr=2 * LR)
        holds_moves = "moves" in each.name or "learning rate" in each.name
        assert twice / first == pytest.approx(2.0 if holds_moves else 1.0)
        assert ("1 - β" in each.name) == (abs(first) not in expected_lengths(averaged))


def expected_lengths(averaged: bool) -> list[Any]:
    """Return how long a first velocity of 3 is if a fresh gradient has the weight asked for."""
    share = 1 - BETA if averaged else 1.0
    return [pytest.approx(3 * share), pytest.approx(3 * share * LR)]


def test_what_is_exchanged_is_named_with_the_names_of_both() -> None:
    task = Task(1, ("the sum", "the product"), "Two.", [(2.0, 5.0), (3.0, 4.0)])
    task.answer(lambda a, b: (a + b, a * b))
    slips.of_two_answers(task)
    verdict = judge(task, lambda a, b: (a * b, a + b))
    assert verdict.title == "Both answers are there, in the other order."
    assert verdict.text.startswith("What comes first, the sum or the product?")
