"""How inputs, answers and names are put into a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

MANY = 6
"""Numbers of an array that are written out."""


def number(value: float) -> str:
    """Write a number with five significant digits."""
    return f"{value:.5g}"


def as_typed(value: Any) -> str:
    """Write a value as a learner would type it, a long array cut short.

    Parameters
    ----------
    value : float, str, None, array_like or Unusable
        Anything that goes into a function or comes out of one.
    """
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, np.ndarray) and value.ndim:
        return _array(value)
    if isinstance(value, int | float | np.ndarray | np.number) and not isinstance(value, bool):
        return number(float(value))
    return str(getattr(value, "what", value))


def _array(values: np.ndarray[Any, Any]) -> str:
    shown = values if values.size <= MANY else values[: max(1, MANY // max(1, values[0].size))]
    inside = ", ".join(as_typed(each) for each in shown)
    if len(shown) == len(values):
        return f"[{inside}]"
    return f"[{inside}, …] of shape {values.shape}"


def call(name: str, arguments: Sequence[str], inputs: Sequence[Any]) -> str:
    """Write the call of a function with these inputs."""
    given = [f"{key} = {as_typed(value)}" for key, value in zip(arguments, inputs, strict=True)]
    return f"{name}({', '.join(given)})"


def joined(names: Sequence[str], last: str = "and") -> str:
    """Join names as in a sentence."""
    *most, end = names
    return f"{', '.join(most)} {last} {end}" if most else end
