"""Four dialects of momentum, and how to translate between them (lesson 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lessons_lib.arguments import Real, Result, below_one, finite, positive


@dataclass(frozen=True)
class Dialect:
    """One way to write v ← β v + a g, θ ← θ - b v.

    All dialects take the same steps where a·b agrees; a is also the unit in which they count
    velocity. Two questions tell them apart.

    Parameters
    ----------
    name : str
        What the lessons call it.
    weight : function of β
        How much of a gradient enters the velocity.
    learning_rate_inside : bool
        Whether the learning rate stands in the velocity's line (a = lr · weight, b = 1), or in the
        position's (a = weight, b = lr).
    """

    name: str
    weight: Callable[[Result], Result]
    learning_rate_inside: bool = False


AVERAGED = Dialect("averaged", lambda beta: 1 - beta)
HEAVY_BALL = Dialect("heavy ball", lambda beta: 1.0)
VELOCITY = Dialect("velocity", lambda beta: 1.0, learning_rate_inside=True)


def pytorch(dampening: float = 0.0) -> Dialect:
    """Return the dialect of torch.optim.SGD: v ← momentum · v + (1 - dampening) g, θ ← θ - lr v.

    With dampening 0 it is heavy ball; with dampening = momentum it is the averaged dialect. One
    thing differs: its first step takes v = g, undampened. In the averaged dialect that is a run
    that starts with the velocity g instead of 0, for β g + (1 - β) g = g.

    Source: PyTorch's documentation of torch.optim.SGD.

    Parameters
    ----------
    dampening : float
        At least 0 and below 1.
    """
    weight = 1 - below_one("dampening", dampening)
    return Dialect("PyTorch", lambda beta: weight)


class Setting(NamedTuple):
    """A learning rate, β and a velocity, which mean something in one dialect only."""

    learning_rate: Result
    beta: Result
    velocity: Result


def translate(
    source: Dialect,
    target: Dialect,
    *,
    learning_rate: Real,
    beta: Real,
    velocity: Real = 0.0,
) -> Setting:
    """Say in the target's dialect what the setting means in the source's.

    Derived in lesson 7: two things must stay, lr · weight, by which a gradient moves θ, and b v, by
    which the velocity moves θ. β is the same in all dialects. From averaged to heavy ball, for
    example, lr is multiplied by 1 - β and the velocity divided by it.

    Parameters
    ----------
    source, target : Dialect
        ``AVERAGED``, ``HEAVY_BALL``, ``VELOCITY`` or ``pytorch(dampening)``.
    learning_rate, beta : float or array
        lr > 0 and 0 ≤ β < 1, as the source means them.
    velocity : float or array
        A velocity of the source; it changes its unit, too.
    """
    learning_rate, beta = positive("learning_rate", learning_rate), below_one("beta", beta)
    before, after = source.weight(beta), target.weight(beta)
    translated = learning_rate * before / after
    if source.learning_rate_inside:
        before = before * learning_rate
    if target.learning_rate_inside:
        after = after * translated
    return Setting(translated, beta, finite("velocity", velocity) * (after / before))
