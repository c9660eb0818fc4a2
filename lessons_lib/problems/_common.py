"""What all problems share: their verbs, and what they say about a θ of a wrong shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array, shaped

Function = Callable[[Array], Array]


class Problem(Protocol):
    """What an optimiser or a figure may ask of any problem."""

    @property
    def theta0(self) -> Array:
        """A customary start, of shape (d,)."""

    def value(self, theta: Array) -> Array:
        """Return the loss at each point: (..., d) → (...,)."""

    def gradient(self, theta: Array) -> Array:
        """Return the gradient at each point: (..., d) → (..., d)."""

    def hessian(self, theta: Array) -> Array:
        """Return the matrix of second derivatives at each point: (..., d) → (..., d, d)."""


def bowl(theta: Array, H: Array, bottom: Array) -> Array:
    """Return the height above the bottom: ½ (θ - bottom)ᵀ H (θ - bottom)."""
    if np.shape(theta)[-1:] != bottom.shape:
        raise wrong_shape(theta, len(bottom))
    offset = np.asarray(theta) - bottom
    height: Array = np.vecdot(offset @ H, offset) / 2
    return height


def wrong_shape(theta: ArrayLike, d: int) -> ValueError:
    """Return an error that says which shape theta has, and which it may have."""
    remedy = (
        "For many points with one parameter each, try theta[..., np.newaxis]."
        if d == 1
        else "If it is a column or a transposed table, try theta.ravel() or theta.T."
    )
    return ValueError(
        f"theta has shape {np.asarray(theta).shape}; its last axis must have length {d}, one entry "
        f"per parameter. {remedy}"
    )


def freeze(problem: object, **shapes: tuple[int, ...]) -> None:
    """Turn the named fields into read-only float64 copies, after a look at their shapes."""
    for name, shape in shapes.items():
        array = shaped(name, getattr(problem, name), shape)
        array.flags.writeable = False
        object.__setattr__(problem, name, array)
