"""Lesson 3: what a run will do, what a run gives away, and the largest learning rate of a line."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.task import Task

Array = NDArray[np.float64]


# --- The forecast ---------------------------------------------------------------------------------

REGIME = Task(
    lesson=3,
    returns=("the word",),
    shows="You can tell what a run will do before its first step, from one product.",
    cases=[
        (0.25, 2.0),
        (0.5, 2.0),
        (0.75, 2.0),
        (0.25, 8.0),
        (0.5, 6.0),
        (3.0, 0.25),
        (1.5, 0.5),
        (0.125, 10.0),
    ],
)


@REGIME.answer
def regime(learning_rate: float, curvature: float) -> Any:
    """Return what gradient descent does along a direction, in one word of the lesson."""
    factor = 1 - learning_rate * curvature
    if abs(factor) > 1:
        return "diverges"
    if abs(factor) == 1:
        return "bounces"
    if factor == 0:
        return "arrives"
    return "creeps" if factor > 0 else "overshoots"


def _reworded(word: str, **others: str) -> str:
    return others.get(word, word)


@REGIME.mistake(
    "Overshooting counts as diverging",
    "A textbook says so, too. Take lr·λ = 1.5, and let a ball step four times from θ = 1: where is"
    " it then?",
    "At lr·λ = 1.5 the factor is -0.5: from 1 to -0.5, and on to 0.25. Does that come closer?",
)
def _beyond_one(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), overshoots="diverges", bounces="diverges")


@REGIME.mistake(
    "The learning rate alone decides, without the curvature",
    "The same learning rate creeps in a wide valley and diverges in a narrow one. Of which product"
    " does the factor consist?",
)
def _rate_alone(learning_rate: float, curvature: float) -> Any:
    return regime(learning_rate, 1.0)


@REGIME.mistake(
    "The ratio of learning rate and curvature, not the product",
    "A steeper parabola makes longer steps. With yours, they would become shorter.",
)
def _ratio(learning_rate: float, curvature: float) -> Any:
    return regime(learning_rate, 1 / curvature)


@REGIME.mistake(
    "Half of the curvature",
    "There is a ½ in the formula of the loss. What becomes of it in the derivative?",
    "The gradient of ½·λ·θ² is λ·θ. By which factor does a step multiply θ?",
)
def _half_curvature(learning_rate: float, curvature: float) -> Any:
    return regime(learning_rate, curvature / 2)


@REGIME.mistake(
    "Creeping and overshooting are exchanged",
    "A negative factor lands on the other side of the minimum. Which of the two words says so?",
    "At lr·λ = 0.5 the factor is 0.5: from 1 to 0.5, and on to 0.25. Does that ever pass the"
    " minimum?",
)
def _exchanged(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), creeps="overshoots", overshoots="creeps")


@REGIME.mistake(
    "The sign of the factor is not looked at",
    "Factors of 0.5 and -0.5 shrink equally fast, but one of them changes sides at every step. You"
    " call both the same.",
)
def _without_sign(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), overshoots="creeps")


@REGIME.mistake(
    "The bounds of the product are used for the factor",
    "The lesson's table has a column for lr·λ and one for 1 - lr·λ. The 2, for instance, belongs to"
    " one of them. To which?",
)
def _columns(learning_rate: float, curvature: float) -> Any:
    factor = 1 - learning_rate * curvature
    return regime(factor, 1.0) if factor > 0 else "diverges"


@REGIME.mistake(
    "Bouncing counts as diverging",
    "At lr·λ = 2 exactly, the factor is -1. Does the distance grow?",
)
def _no_bouncing(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), bounces="diverges")


@REGIME.mistake(
    "Bouncing counts as overshooting",
    "At lr·λ = 2 exactly, the factor is -1. Does the distance shrink?",
)
def _bouncing_overshoots(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), bounces="overshoots")


@REGIME.mistake(
    "Arriving in one step counts as creeping",
    "At lr·λ = 1 exactly, the factor is 0. How much is left after one step?",
)
def _arriving_creeps(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), arrives="creeps")


@REGIME.mistake(
    "Arriving in one step counts as overshooting",
    "At lr·λ = 1 exactly, the ball lands on the minimum. Is that beyond it?",
)
def _arriving_overshoots(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), arrives="overshoots")


@REGIME.mistake(
    "Whatever comes closer is said to arrive",
    "That it arrives in the end is true. The five words tell more: in one step, from one side, or"
    " from side to side?",
)
def _all_arrive(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), creeps="arrives", overshoots="arrives")


@REGIME.mistake(
    "“arrives at once” in place of “arrives”",
    "You mean the right thing. Here each answer is one of the five words in bold in the lesson's"
    " table.",
)
def _at_once(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), arrives="arrives at once")


def _borderless(learning_rate: float, curvature: float, *, one: str, two: str) -> Any:
    return _reworded(regime(learning_rate, curvature), arrives=one, bounces=two)


for _one, _two in itertools.product(("creeps", "overshoots"), ("overshoots", "diverges")):
    REGIME.mistake(
        f"No words for the borders: 1 {_one}, 2 {_two}",
        "Two of the five words never come. What is the factor at lr·λ = 1 exactly, and at 2"
        " exactly?",
    )(partial(_borderless, one=_one, two=_two))


@REGIME.mistake(
    "Diverging counts as bouncing",
    "Bouncing keeps its distance. What does a factor of -2 do with it?",
)
def _diverging_bounces(learning_rate: float, curvature: float) -> Any:
    return _reworded(regime(learning_rate, curvature), diverges="bounces")


@REGIME.mistake(
    "The words are right, and begin with a capital",
    "You mean the right thing. Here each answer is one of the five words as the lesson's table"
    " writes them.",
)
def _capitals(learning_rate: float, curvature: float) -> Any:
    return regime(learning_rate, curvature).capitalize()


# --- A limit that a run gives away ----------------------------------------------------------------

BEHIND = Task(
    lesson=3,
    returns=("the learning rate",),
    shows="A factor says all: no curvature was measured, and no minimum was known.",
    cases=[
        (np.array([5.0, 3.0, 2.0, 1.5]), 0.25),
        (np.array([2.0, -4.0, -1.0]), 0.5),
        (np.array([1.5, -0.7, 1.94, -1.228]), 0.1),
        (np.array([-4.0, -3.8, -3.62]), 0.02),
    ],
)


def _factor(places: Array) -> Any:
    """Return by which factor a move is longer than the one before."""
    return (places[2] - places[1]) / (places[1] - places[0])


def _limit(factor: float, learning_rate: float) -> Any:
    return 2 * learning_rate / (1 - factor)


@BEHIND.answer
def limit_behind(places: Array, learning_rate: float) -> Any:
    """Return the largest learning rate for a parabola of which a run is all that is known."""
    return _limit(_factor(places), learning_rate)


@BEHIND.mistake(
    "Places are divided, as if the minimum were at 0",
    "By that factor the distance to the minimum shrinks, and where that is nobody said. What can"
    " you take from three places that does not depend on it?",
    "The places 5, 3, 2 have the moves -2 and -1, wherever the minimum is. What is the factor?",
)
def _behind_places(places: Array, learning_rate: float) -> Any:
    return _limit(places[1] / places[0], learning_rate)


@BEHIND.mistake(
    "The last place is taken for the minimum",
    "The run goes on, and it may not arrive at all. By which factor does a move differ from the"
    " move before?",
)
def _behind_last(places: Array, learning_rate: float) -> Any:
    return _limit((places[1] - places[-1]) / (places[0] - places[-1]), learning_rate)


@BEHIND.mistake(
    "The factor is upside down",
    "A step multiplies by 1 - lr·λ. Which move is that times the other?",
)
def _behind_upside_down(places: Array, learning_rate: float) -> Any:
    return _limit(1 / _factor(places), learning_rate)


@BEHIND.mistake(
    "The sign of the factor is lost",
    "A run that changes sides has a factor below 0. What does that say of lr·λ, and what does its"
    " length alone say?",
    "From 2 to -4 and back to -1: the moves are -6 and 3, and the factor is -0.5. So what is 1"
    " minus it?",
)
def _behind_length(places: Array, learning_rate: float) -> Any:
    return _limit(abs(_factor(places)), learning_rate)


@BEHIND.mistake(
    "1/λ: where overshooting begins",
    "Up to twice as far the run still arrives, from side to side.",
)
def _behind_half(places: Array, learning_rate: float) -> Any:
    return limit_behind(places, learning_rate) / 2


@BEHIND.mistake(
    "4/λ, twice the limit",
    "At 2/λ the factor is -1 already. Where does your 4 come from?",
)
def _behind_twice(places: Array, learning_rate: float) -> Any:
    return limit_behind(places, learning_rate) * 2


@BEHIND.mistake(
    "The learning rate of the run is left out",
    "1 minus the factor is lr·λ, not λ. Which learning rate is in there?",
    "With a factor of 0.5 at a learning rate of 0.25, lr·λ is 0.5, and λ is 2. What is 2/λ?",
)
def _behind_product(places: Array, learning_rate: float) -> Any:
    return 2 / (1 - _factor(places))


@BEHIND.mistake(
    "Divided by the learning rate, not multiplied",
    "From lr·λ to λ you divide by lr. And then the limit is 2, divided by that λ.",
)
def _behind_divided(places: Array, learning_rate: float) -> Any:
    return 2 / (1 - _factor(places)) / learning_rate


@BEHIND.mistake(
    "The curvature, not the limit",
    "λ is right. What is the largest learning rate for it?",
)
def _behind_curvature(places: Array, learning_rate: float) -> Any:
    return 2 / limit_behind(places, learning_rate)


@BEHIND.mistake(
    "The product lr·λ, not the limit",
    "That is right so far: 1 minus the factor. What is λ, then, and what is the limit for it?",
)
def _behind_product_alone(places: Array, learning_rate: float) -> Any:
    return 1 - _factor(places)


@BEHIND.mistake(
    "The factor alone, not the limit",
    "The factor is 1 - lr·λ. Solve that for λ: what is the limit for it?",
)
def _behind_factor(places: Array, learning_rate: float) -> Any:
    return _factor(places)


@BEHIND.mistake(
    "The factor itself in place of 1 minus the factor",
    "The factor is the share that is left, 1 - lr·λ. Which share is lr·λ?",
)
def _behind_what_is_left(places: Array, learning_rate: float) -> Any:
    return 2 * learning_rate / _factor(places)


@BEHIND.mistake(
    "1 plus the factor, not 1 minus it",
    "The factor is 1 - lr·λ. Bring lr·λ to one side: which sign has the factor then?",
)
def _behind_plus(places: Array, learning_rate: float) -> Any:
    return 2 * learning_rate / (1 + _factor(places))


@BEHIND.mistake(
    "The limit comes out negative",
    "A factor minus 1 is -lr·λ. Both lr and λ are above 0: what is the other way round?",
)
def _behind_negative(places: Array, learning_rate: float) -> Any:
    return -limit_behind(places, learning_rate)


@BEHIND.mistake(
    "The last move is divided by the first",
    "From one move to the next there is one factor. How many are there from the first to the last?",
)
def _behind_whole_run(places: Array, learning_rate: float) -> Any:
    moves = np.diff(places)
    return _limit(moves[-1] / moves[0], learning_rate)


@BEHIND.mistake(
    "The second difference of the places for the curvature",
    "Second differences of the loss give a curvature. These are places: what does a step multiply"
    " their moves by?",
)
def _behind_second_difference(places: Array, learning_rate: float) -> Any:
    return 2 / (places[2] - 2 * places[1] + places[0])


# --- A line's curvatures --------------------------------------------------------------------------

FEATURES = (
    np.array([0.0, 1.0, 3.0]),
    np.array([0.5, 1.5, 2.5, -1.0]),
    np.array([-0.5, 0.25, 0.75, 0.1]),
)


def line_hessian(x: Array) -> Any:
    """Return the Hessian of a line's loss: how its gradient changes with each parameter."""
    A = np.column_stack([np.ones_like(x), x])
    return 2 / len(x) * A.T @ A


# --- The largest learning rate --------------------------------------------------------------------

LARGEST = Task(
    lesson=3,
    returns=("the learning rate",),
    shows="The number that you looked for by trying in lesson 2: now you know it before any run.",
    cases=[(x,) for x in FEATURES],
)


@LARGEST.answer
def largest_learning_rate(x: Array) -> Any:
    """Return the learning rate below which gradient descent arrives on a line's loss."""
    return 2 / _curvatures(x)[-1]


def _curvatures(x: Array) -> Any:
    return np.linalg.eigvalsh(line_hessian(x))


@LARGEST.mistake(
    "1/L: where overshooting begins",
    "Overshooting is no harm in itself. At which factor does a run no longer arrive?",
    "A run arrives as long as its factor 1 - lr·L is above -1. Solve that for lr.",
)
def _limit_overshooting(x: Array) -> Any:
    return 1 / _curvatures(x)[-1]


@LARGEST.mistake(
    "2/μ: the gentle direction is asked",
    "It would stand that, but the steep direction throws the ball out. In which order does numpy"
    " give the eigenvalues?",
    "`np.linalg.eigvalsh` begins with the smallest. Which of its numbers is L?",
)
def _limit_gentle(x: Array) -> Any:
    return 2 / _curvatures(x)[0]


@LARGEST.mistake(
    "2/m is missing in the Hessian",
    "The limit is too small, the more so the more points there are. It never flies off, and so"
    " stays unnoticed for long. What stands before AᵀA?",
)
def _limit_bare(x: Array) -> Any:
    return 4 / (len(x) * _curvatures(x)[-1])


@LARGEST.mistake(
    "1/m in place of 2/m in the Hessian",
    "Twice the limit: a run at yours would fly off. What does the derivative of a square bring"
    " along?",
    "The gradient is 2/m Aᵀ(Aθ - y). Which factor stands before AᵀA in its Hessian?",
)
def _limit_half(x: Array) -> Any:
    return 4 / _curvatures(x)[-1]


@LARGEST.mistake(
    "The limit is divided by the number of points",
    "With twice as many points, yours is half as large. The loss is a mean: the Hessian is 2/m AᵀA,"
    " and the limit 2 by its largest eigenvalue. Where is m?",
)
def _limit_sum(x: Array) -> Any:
    return 2 / (len(x) * _curvatures(x)[-1])


@LARGEST.mistake(
    "The mean of the curvatures, not the largest",
    "Each direction has its own factor, and both have to be smaller than 1 in size. Which of them"
    " gets there first?",
)
def _limit_mean(x: Array) -> Any:
    return 2 / np.mean(_curvatures(x))


@LARGEST.mistake(
    "The sum of the curvatures, not the largest",
    "The sum of the diagonal (the trace) is μ + L. Which of the two decides alone?",
)
def _limit_trace(x: Array) -> Any:
    return 2 / np.trace(line_hessian(x))


@LARGEST.mistake(
    "The root of the sum of squares, not the largest curvature",
    "np.linalg.norm of a table squares all its entries and adds them up. Look for the eigenvalues.",
)
def _limit_norm(x: Array) -> Any:
    return 2 / np.linalg.norm(line_hessian(x))


@LARGEST.mistake(
    "The largest entry of the table, not its largest eigenvalue",
    "An entry is the curvature along one parameter. The steepest direction lies aslant, and is"
    " steeper than both.",
)
def _limit_entry(x: Array) -> Any:
    return 2 / line_hessian(x).max()


@LARGEST.mistake(
    "The curvature along the slope alone",
    "The intercept has a say in it, too: the steepest direction mixes both. Does your A have a"
    " column of ones, and do you ask for eigenvalues?",
)
def _limit_slope(x: Array) -> Any:
    return 2 / line_hessian(x)[1, 1]


@LARGEST.mistake(
    "The singular values of A, not the eigenvalues of H",
    "A holds the data, and the Hessian holds the curvatures. How do you get from the one to the"
    " other?",
)
def _limit_of_data(x: Array) -> Any:
    return 2 / np.linalg.norm(np.column_stack([np.ones_like(x), x]), 2)


@LARGEST.mistake(
    "The curvature L itself, not 2/L",
    "You found how steep the steep side is. Which learning rate makes its factor 1 - lr·L"
    " reach -1?",
)
def _limit_curvature(x: Array) -> Any:
    return _curvatures(x)[-1]


@LARGEST.mistake(
    "Upside down: L/2",
    "A steeper valley stands only shorter steps. With yours they could be longer.",
)
def _limit_inverted(x: Array) -> Any:
    return _curvatures(x)[-1] / 2


@LARGEST.mistake(
    "Half of 1/L",
    "Is `2` below the line? At which lr·L does the factor 1 - lr·L reach -1?",
)
def _limit_quarter(x: Array) -> Any:
    return 1 / (2 * _curvatures(x)[-1])


@LARGEST.mistake(
    "1/μ: the gentle direction is asked, and where it overshoots",
    "Two things. The steep direction throws the ball out, not the gentle one; and overshooting is"
    " no harm yet.",
)
def _limit_gentle_overshooting(x: Array) -> Any:
    return 1 / _curvatures(x)[0]


@LARGEST.mistake(
    "The last of eigenvalues that are in no order",
    "np.linalg.eig and eigvals promise no order: here and there, yours is μ. Take the largest.",
)
def _limit_unsorted(x: Array) -> Any:
    return 2 / np.linalg.eigvals(line_hessian(x))[-1]


@LARGEST.mistake(
    "The first of eigenvalues that are in no order",
    "np.linalg.eig and eigvals promise no order: here and there, yours is μ. Take the largest.",
)
def _limit_unsorted_first(x: Array) -> Any:
    return 2 / np.linalg.eigvals(line_hessian(x))[0]


@LARGEST.mistake(
    "A learning rate for each curvature",
    "Each direction has a limit of its own. A run has one learning rate: which of the limits"
    " decides?",
)
def _limit_each(x: Array) -> Any:
    return 2 / _curvatures(x)
