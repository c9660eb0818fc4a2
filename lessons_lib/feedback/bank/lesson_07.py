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


# --- A run that does not say in which dialect it was written --------------------------------------

BEHIND = Task(
    lesson=7,
    returns=("the learning rate", "β"),
    shows="A path does not say in which dialect it was written, but two numbers it always tells.",
    cases=[
        (np.array([3.0, 2.0, 1.0, 0.75]), np.array([4.0, 2.0, -1.0, 1.0])),
        (np.array([1.0, 1.6, 1.84]), np.array([-2.0, 1.0, 0.5])),
        (np.array([-0.5, -0.75, -0.6, -0.38]), np.array([1.25, -1.5, -0.65, -0.3])),
    ],
)


def _behind(moves: Array, now: Array, after: Array, *, lr: float | None = None) -> Any:
    """Solve two steps: ``now`` has the gradients of the first, ``after`` those of the second."""
    rate = -moves[0] / now[0]
    inside = rate if lr is None else lr
    return rate, (moves[1] + inside * after[0]) / moves[0]


@BEHIND.answer
def heavy_ball_behind(places: Array, gradients: Array) -> Any:
    """Return learning rate and β of the heavy ball that takes the path from rest."""
    return _behind(np.diff(places), gradients, gradients[1:])


@BEHIND.mistake(
    "The fresh gradient is left out of the second move",
    "The second move is not all memory: a gradient has come in there, too. Which share of it is"
    " its own, which is kept?",
    "With lr = 0.1, a first move of 1 and a gradient of 2 at the second step, that gradient makes"
    " -0.2. A second move of 0.3 has kept 0.5: what is β?",
)
def _memory_alone(places: Array, gradients: Array) -> Any:
    return _behind(np.diff(places), gradients, gradients[1:], lr=0.0)


@BEHIND.mistake(
    "The fresh gradient has the other sign in the second move",
    "A move is β times the one before, minus learning rate times gradient. Solve that for β: which"
    " sign has the gradient?",
)
def _other_sign(places: Array, gradients: Array) -> Any:
    rate, _ = heavy_ball_behind(places, gradients)
    return _behind(np.diff(places), gradients, gradients[1:], lr=-rate)


@BEHIND.mistake(
    "The learning rate is negative, and β follows from it",
    "The velocity points uphill, and a step subtracts it. So which sign has a move, beside the"
    " gradient before it?",
)
def _negative(places: Array, gradients: Array) -> Any:
    rate, _ = heavy_ball_behind(places, gradients)
    return -rate, _other_sign(places, gradients)[1]


@BEHIND.mistake(
    "The learning rate has the other sign",
    "β is right. But the velocity points uphill, and a step subtracts it: which sign has a move,"
    " beside the gradient before it?",
)
def _rate_negative(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return -rate, beta


@BEHIND.mistake(
    "The learning rate is missing before the fresh gradient",
    "The gradient is part of the velocity. What makes a move of a velocity?",
)
def _gradient_itself(places: Array, gradients: Array) -> Any:
    return _behind(np.diff(places), gradients, gradients[1:], lr=1.0)


@BEHIND.mistake(
    "Each move is held against the gradient where it arrives",
    "A step looks at the ground before it moves. From which place does the first one set out?",
    "gradients[0] belongs to places[0]. The move to places[1] was made with it.",
)
def _late(places: Array, gradients: Array) -> Any:
    return _behind(np.diff(places), gradients[1:], gradients[2:])


@BEHIND.mistake(
    "β is solved with the gradient where the second move arrives",
    "The learning rate is right. From which place does the second step set out, and what is the"
    " gradient there?",
)
def _beta_late(places: Array, gradients: Array) -> Any:
    return _behind(np.diff(places), gradients, gradients[2:])


@BEHIND.mistake(
    "β is solved with the gradient at the start",
    "The learning rate is right. But at the second step a new gradient comes in: the one at the"
    " place where it sets out.",
)
def _beta_early(places: Array, gradients: Array) -> Any:
    return _behind(np.diff(places), gradients, gradients)


@BEHIND.mistake(
    "The learning rate of an averaged run",
    "An average would need that one. A heavy ball takes in all of each gradient: what is the first"
    " move then, for a gradient of 1?",
    "With β = 0.9, an average moves by 0.1 · lr at first, and a heavy ball by lr itself, for a"
    " gradient of 1. You are asked for the ball.",
)
def _of_an_average(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return rate / (1 - beta), beta


@BEHIND.mistake(
    "A factor 1 - β in the learning rate",
    "The first move tells a heavy ball's learning rate as it is: nothing is averaged there.",
)
def _translated_once_more(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return rate * (1 - beta), beta


@BEHIND.mistake(
    "1 - β in place of β",
    "You have the share that goes. What is asked for is the share that is kept.",
)
def _share_that_goes(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return rate, 1 - beta


@BEHIND.mistake(
    "The quotient for the learning rate is upside down",
    "The learning rate says how far a gradient of 1 moves. Which of the two is divided by the"
    " other?",
)
def _upside_down(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return 1 / rate, beta


@BEHIND.mistake(
    "Upside down for the learning rate, and β follows from it",
    "The learning rate says how far a gradient of 1 moves. Which of the two is divided by the"
    " other?",
)
def _all_upside_down(places: Array, gradients: Array) -> Any:
    rate, _ = heavy_ball_behind(places, gradients)
    return 1 / rate, _behind(np.diff(places), gradients, gradients[1:], lr=1 / rate)[1]


@BEHIND.mistake(
    "The quotient for β is upside down",
    "β says which share of a move is kept in the next one. Which of the two is divided by the"
    " other?",
)
def _beta_upside_down(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return rate, 1 / beta


@BEHIND.mistake(
    "The learning rate is a mean over all steps",
    "Only the first move is free of memory, since the run began at rest. Later ones hold what was"
    " kept, too. Which move tells the learning rate?",
)
def _mean_of_quotients(places: Array, gradients: Array) -> Any:
    moves = np.diff(places)
    rate = np.mean(-moves / gradients[:-1])
    return rate, (moves[1] + rate * gradients[1]) / moves[0]


@BEHIND.mistake(
    "The learning rate is taken from the second move",
    "The second move holds memory, too. Which one is free of it, since the run began at rest?",
)
def _from_second(places: Array, gradients: Array) -> Any:
    moves = np.diff(places)
    rate = -moves[1] / gradients[1]
    return rate, (moves[1] + rate * gradients[1]) / moves[0]


@BEHIND.mistake(
    "Places stand where moves belong in β",
    "What a step keeps of the last one is a share of its move, not of the place it led to.",
)
def _of_places(places: Array, gradients: Array) -> Any:
    rate, _ = heavy_ball_behind(places, gradients)
    return rate, (places[2] + rate * gradients[1]) / places[1]


@BEHIND.mistake(
    "The sum of fresh gradient and move, not divided by a move",
    "That is how much of the second move was kept. Which share of the first is it?",
)
def _kept_part(places: Array, gradients: Array) -> Any:
    rate, beta = heavy_ball_behind(places, gradients)
    return rate, beta * (places[1] - places[0])


@BEHIND.mistake(
    "The kept part is divided by the second move",
    "The share is of what was there before: of which move has β kept it?",
)
def _of_second_move(places: Array, gradients: Array) -> Any:
    rate, _ = heavy_ball_behind(places, gradients)
    second = places[2] - places[1]
    return rate, (second + rate * gradients[1]) / second


of_two_answers(BEHIND)
