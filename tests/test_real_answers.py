"""What people really write gets the verdict that it should: no tick and no name that is false."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from graded_cells import hidden_cases
from real_answers import Answer, all_real_answers

from lessons_lib.feedback import judge, tasks
from lessons_lib.feedback.running import Function, Inputs, Outcome, outcome

ANSWERS = all_real_answers()
TASKS = tasks()


def label(answer: Answer) -> str:
    return f"{answer.task}: {answer.function.__name__}"


class Here:
    """A function that runs in this process, not in a copy of its own: all these come to an end."""

    def __init__(self, function: Function) -> None:
        self.function = function

    def __call__(self, *inputs: Any) -> Any:
        return self.function(*inputs)

    def outcomes_in_time(self, cases: list[Inputs], n_parts: int, seconds: float) -> list[Outcome]:
        return [outcome(self.function, inputs, n_parts) for inputs in cases]


def surprise(answer: Answer) -> str:
    """Say which verdict an answer gets, if it is not the one that it should get."""
    task = TASKS[answer.task]
    verdict = judge(task, Here(answer.function))
    told = (verdict.kind, verdict.title.removesuffix(".") if verdict.kind == "mistake" else "")
    if told != (answer.kind, answer.name):
        return f"It should be {answer.kind}: {answer.name or 'no name'}, and is told {verdict}"
    if not verdict.right:
        return ""
    hidden = judge(task, Here(answer.function), hidden_cases(task.lesson, task.name))
    return "" if hidden.right else f"A tick, and then a hidden case refuses it: {hidden}"


@pytest.mark.parametrize("answer", ANSWERS, ids=label)
def test_a_real_answer_gets_the_verdict_that_it_should(answer: Answer) -> None:
    assert not surprise(answer)


# --- Fixtures -------------------------------------------------------------------------------------

RIGHT = Answer("gradient_step", lambda theta, gradient, lr: theta - lr * gradient, "right")
UPHILL = Answer(
    "gradient_step",
    lambda theta, gradient, lr: theta + lr * gradient,
    "mistake",
    "Uphill in place of downhill",
)


def right_on_public_cases(theta: Any, gradient: Any, lr: float) -> Any:
    return theta - lr * gradient if lr in (0.1, 0.25) else theta


@pytest.mark.parametrize("answer", [RIGHT, UPHILL], ids=["right", "named"])
def test_an_answer_that_was_foretold_is_no_surprise(answer: Answer) -> None:
    assert not surprise(answer)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            replace(RIGHT, function=UPHILL.function),
            "should be right: no name, and is told ✗ Uphill",
        ),
        (replace(UPHILL, function=RIGHT.function), "and is told ✓ gradient_step is right"),
        (replace(UPHILL, name="The learning rate is missing"), "and is told ✗ Uphill"),
        (replace(UPHILL, kind="value", name=""), "should be value: no name, and is told ✗ Uphill"),
        (
            replace(UPHILL, function=lambda theta, gradient, lr: theta),
            "told ✗ gradient_step returns",
        ),
        (replace(RIGHT, function=right_on_public_cases), "A tick, and then a hidden case refuses"),
    ],
)
def test_a_false_tick_and_a_false_name_are_surprises(answer: Answer, told: str) -> None:
    assert told in surprise(answer)
