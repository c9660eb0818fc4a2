"""Lesson 7: the same run in other dialects of momentum."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.bank.slips import of_two_answers
from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]


# --- The learning rate ----------------------------------------------------------------------------

SETTINGS = [(0.1, 0.9), (0.5, 0.7), (2.0, 0.25)]

RATE = Task(
    lesson=7,
    returns=("the learning rate",),
    shows="The average takes in a share of each gradient, so its learning rate is the larger one.",
    cases=SETTINGS,
)


@RATE.answer
def heavy_ball_rate(learning_rate: float, beta: float) -> Any:
    """Return the heavy ball's learning rate for the path of an averaged run."""
    return learning_rate * (1 - beta)


@RATE.mistake(
    "Division in place of multiplication",
    "That is the way from the heavy ball to the average. The heavy ball takes in all of each"
    " gradient: does it need a larger learning rate, or a smaller one?",
    "Averaged, with lr = 1 and β = 0.9, a fresh gradient of 1 moves θ by 0.1. The heavy ball"
    " takes in all of it: which lr moves θ as far?",
)
def _rate_divided(learning_rate: float, beta: float) -> Any:
    return learning_rate / (1 - beta)


@RATE.mistake(
    "β in place of 1 - β",
    "Which factor stands before the gradient in the averaged form?",
)
def _rate_beta(learning_rate: float, beta: float) -> Any:
    return learning_rate * beta


@RATE.mistake(
    "The same learning rate in both dialects",
    "One averages, the other adds up. With β = 0.9 their steps differ tenfold in the long run.",
    "Averaged, with lr = 1 and β = 0.9, a fresh gradient of 1 moves θ by 0.1. How far does a"
    " heavy ball go with lr = 1?",
)
def _rate_same(learning_rate: float, beta: float) -> Any:
    return learning_rate


@RATE.mistake(
    "The factor 1 - β is there twice",
    "A gradient passes it once on its way into θ.",
)
def _rate_twice(learning_rate: float, beta: float) -> Any:
    return learning_rate * (1 - beta) ** 2


@RATE.mistake(
    "Division by β",
    "β says how fast old gradients fade, and that is the same in both dialects. What differs is the"
    " weight of a fresh one.",
)
def _rate_by_beta(learning_rate: float, beta: float) -> Any:
    return learning_rate / beta


@RATE.mistake(
    "1 + β in place of 1 - β",
    "The weight of a fresh gradient becomes smaller as β grows. Does yours?",
)
def _rate_plus(learning_rate: float, beta: float) -> Any:
    return learning_rate * (1 + beta)


@RATE.mistake(
    "β is subtracted from the learning rate",
    "Are there brackets around 1 - β? Without them Python multiplies first, and then subtracts β.",
)
def _rate_without_brackets(learning_rate: float, beta: float) -> Any:
    return learning_rate * 1 - beta


@RATE.mistake(
    "The factor alone, without the learning rate",
    "That is by what the learning rate is multiplied. What comes out?",
)
def _rate_factor(learning_rate: float, beta: float) -> Any:
    return 1 - beta


@RATE.mistake(
    "Learning rate and β are exchanged",
    "Which of the two numbers is the share that is kept? What is left of that is the factor.",
)
def _rate_exchanged(learning_rate: float, beta: float) -> Any:
    return beta * (1 - learning_rate)


@RATE.mistake(
    "Subtraction in place of multiplication",
    "The learning rate is taken times a factor. With a learning rate of 0, what should come out?",
)
def _rate_subtracted(learning_rate: float, beta: float) -> Any:
    return learning_rate - (1 - beta)


# --- A run that is under way ----------------------------------------------------------------------

STATE = Task(
    lesson=7,
    returns=("the learning rate", "the velocity"),
    shows="The move of a step is the same in every dialect, so what one factor loses the other"
    " gains.",
    cases=[
        (0.1, 0.9, np.array([2.0, -1.0])),
        (0.5, 0.7, np.array([-3.0, 0.5])),
        (2.0, 0.25, np.array([1.0, 4.0, -2.0])),
    ],
)


@STATE.answer
def averaged_to_heavy_ball(learning_rate: float, beta: float, velocity: Array) -> Any:
    """Return learning rate and velocity with which a heavy ball goes on where an average was."""
    return learning_rate * (1 - beta), velocity / (1 - beta)


@STATE.mistake(
    "The velocity is not translated",
    "At the first step the ball would move by another length than the average did. Which number"
    " must stay the same: v, or learning rate times v?",
    "Learning rate times velocity has to stay as it is. Your learning rate has become 1 - β"
    " times as large: and the velocity?",
)
def _state_same_velocity(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * (1 - beta), velocity


@STATE.mistake(
    "The velocity is multiplied where it should be divided",
    "A sum of gradients is longer than their average. Is yours?",
)
def _state_shrunk(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * (1 - beta), velocity * (1 - beta)


@STATE.mistake(
    "The learning rate is divided where it should be multiplied",
    "The velocity is right. But the ball takes in all of each gradient, so its learning rate has to"
    " be the smaller one.",
)
def _state_rate_divided(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate / (1 - beta), velocity / (1 - beta)


@STATE.mistake(
    "Translated the wrong way round",
    "That leads from the heavy ball to the average. Both factors have to be turned over.",
    "With β = 0.9, is the heavy ball's learning rate a tenth of the average's, or ten times"
    " as large?",
)
def _state_backwards(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate / (1 - beta), velocity * (1 - beta)


@STATE.mistake(
    "The learning rate is not translated",
    "With the same learning rate and a longer velocity, the ball outruns the average.",
)
def _state_same_rate(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate, velocity / (1 - beta)


@STATE.mistake(
    "Nothing is translated",
    "The same numbers mean different things in the two dialects. Look at what stands before g.",
)
def _state_same(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate, velocity


@STATE.mistake(
    "The velocity holds the learning rate as well",
    "That is the velocity form, with the learning rate inside. The heavy ball keeps it outside.",
)
def _state_inside(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * (1 - beta), learning_rate * velocity


@STATE.mistake(
    "β in place of 1 - β",
    "Which factor stands before the gradient in the averaged form?",
)
def _state_beta(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * beta, velocity / beta


@STATE.mistake(
    "β is subtracted from both",
    "Are there brackets around 1 - β? Without them Python multiplies and divides first, and then"
    " subtracts β.",
)
def _state_without_brackets(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * 1 - beta, velocity / 1 - beta


@STATE.mistake(
    "β is subtracted from the velocity",
    "Are there brackets around 1 - β? Without them Python divides by 1 first, and then subtracts"
    " β.",
)
def _state_bracket_below(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * (1 - beta), velocity / 1 - beta


@STATE.mistake(
    "The velocity is multiplied by its new learning rate",
    "The heavy ball multiplies by the learning rate later, in the step. Its velocity is a sum of"
    " gradients: what makes a sum of their average?",
)
def _state_new_inside(learning_rate: float, beta: float, velocity: Array) -> Any:
    new = learning_rate * (1 - beta)
    return new, new * velocity


@STATE.mistake(
    "The velocity is divided by its new learning rate",
    "What must stay is the move, learning rate times velocity: the old product, divided by the new"
    " learning rate. Is the old learning rate in it?",
)
def _state_without_old(learning_rate: float, beta: float, velocity: Array) -> Any:
    new = learning_rate * (1 - beta)
    return new, velocity / new


@STATE.mistake(
    "The velocity is multiplied by β",
    "What must stay is learning rate times velocity. The learning rate took the factor 1 - β: which"
    " one does the velocity take?",
)
def _state_kept(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * (1 - beta), velocity * beta


@STATE.mistake(
    "The velocity is turned round",
    "In both dialects the step subtracts the velocity. Its length changes, and not its direction.",
)
def _state_turned(learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate * (1 - beta), -velocity / (1 - beta)


of_two_answers(STATE)


# --- Any dialect into any other -------------------------------------------------------------------

ANY = Task(
    lesson=7,
    returns=("the learning rate", "the velocity"),
    shows="Two products stay the same in every dialect: one sets the learning rate, the other the"
    " velocity.",
    cases=[
        ("averaged", "heavy ball", 0.1, 0.9, np.array([2.0, -1.0])),
        ("heavy ball", "averaged", 0.02, 0.8, np.array([-3.0, 0.5])),
        ("averaged", "velocity", 0.5, 0.6, np.array([1.0, 4.0])),
        ("velocity", "averaged", 0.3, 0.75, np.array([1.0, -2.0])),
        ("heavy ball", "velocity", 0.05, 0.9, np.array([6.0, 1.0])),
        ("velocity", "velocity", 0.05, 0.9, np.array([6.0, 1.0])),
        ("velocity", "heavy ball", 0.4, 0.7, np.array([0.5, -3.0])),
        ("averaged", "averaged", 0.2, 0.95, np.array([2.0, 7.0])),
        ("heavy ball", "heavy ball", 0.6, 0.3, np.array([-1.0, 4.0, 2.5])),
    ],
)


def _factors(dialect: str, learning_rate: float, beta: float) -> tuple[float, float]:
    """Return what stands before the gradient, and what stands before the velocity."""
    return {
        "averaged": (1 - beta, learning_rate),
        "heavy ball": (1.0, learning_rate),
        "velocity": (learning_rate, 1.0),
    }[dialect]


def _rate(source: str, target: str, learning_rate: float, beta: float) -> float:
    return (
        learning_rate
        * np.prod(_factors(source, 1.0, beta)).item()
        / np.prod(_factors(target, 1.0, beta)).item()
    )


@ANY.answer
def translate(source: str, target: str, learning_rate: float, beta: float, velocity: Array) -> Any:
    """Return learning rate and velocity of the same run in another dialect."""
    new = _rate(source, target, learning_rate, beta)
    before, after = _factors(source, learning_rate, beta), _factors(target, new, beta)
    return new, velocity * before[1] / after[1]


@ANY.mistake(
    "The velocity is not translated",
    "Only a run from rest can do without. What has to stay the same from one step to the next?",
    "What moves θ is the velocity times what stands before it. Write down that factor for"
    " both dialects, and let the product stay.",
)
def _any_same_velocity(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    return _rate(source, target, learning_rate, beta), velocity


@ANY.mistake(
    "The learning rate is translated the wrong way round",
    "From averaged to heavy ball it becomes smaller. Try one pair with numbers.",
)
def _any_rate_backwards(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    new = _rate(target, source, learning_rate, beta)
    return new, translate(source, target, learning_rate, beta, velocity)[1]


@ANY.mistake(
    "The velocity is translated the wrong way round",
    "What moves θ is the velocity times what stands before it. If that factor grows, what must the"
    " velocity do?",
)
def _any_velocity_backwards(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    new, moved = translate(source, target, learning_rate, beta, velocity)
    return new, velocity * np.mean(velocity / moved)


@ANY.mistake(
    "The velocity form is taken for a heavy ball",
    "They share the learning rate, but one keeps it inside the velocity. What does that do to v?",
)
def _any_inside_forgotten(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    names = {"velocity": "heavy ball"}
    return translate(
        names.get(source, source), names.get(target, target), learning_rate, beta, velocity
    )


@ANY.mistake(
    "The old learning rate goes into the new velocity",
    "The new velocity is divided by what the target's step multiplies it by: the learning rate that"
    " you have computed, not the one that was given.",
)
def _any_old_rate(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    new = _rate(source, target, learning_rate, beta)
    before, after = _factors(source, learning_rate, beta), _factors(target, learning_rate, beta)
    return new, velocity * before[1] / after[1]


@ANY.mistake(
    "β in place of 1 - β",
    "Which factor stands before the gradient in the averaged form?",
)
def _any_beta(source: str, target: str, learning_rate: float, beta: float, velocity: Array) -> Any:
    return translate(source, target, learning_rate, 1 - beta, velocity)


@ANY.mistake(
    "Nothing is translated",
    "That is right from a dialect to itself. The others give the same numbers another meaning.",
)
def _any_same(source: str, target: str, learning_rate: float, beta: float, velocity: Array) -> Any:
    return learning_rate, velocity


@ANY.mistake(
    "The learning rate is not translated",
    "Two of the three dialects share it. The third takes in only a share of each gradient.",
)
def _any_same_rate(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    return learning_rate, translate(source, target, learning_rate, beta, velocity)[1]


@ANY.mistake(
    "Translated from the target into the source",
    "The dialect that comes first is the one in which the numbers are given.",
)
def _any_backwards(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    return translate(target, source, learning_rate, beta, velocity)


@ANY.mistake(
    "Into and out of the velocity form, turned round",
    "The velocity form has multiplied by the learning rate already. Is its velocity longer than the"
    " heavy ball's, or shorter, at a learning rate of 0.1?",
)
def _any_rate_below(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    new, moved = translate(source, target, learning_rate, beta, velocity)
    into, out = target == "velocity", source == "velocity"
    ball = _rate(source, "heavy ball", learning_rate, beta)
    return new, moved * ball ** (2 * (out - into))


@ANY.mistake(
    "The average's learning rate goes into the velocity",
    "Translate the learning rate first. The velocity form shares the heavy ball's, and multiplies"
    " by that.",
)
def _any_average_inside(
    source: str, target: str, learning_rate: float, beta: float, velocity: Array
) -> Any:
    new, moved = translate(source, target, learning_rate, beta, velocity)
    return new, moved / (1 - beta) if (source, target) == ("averaged", "velocity") else moved


of_two_answers(ANY)
