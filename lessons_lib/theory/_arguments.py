"""What the formulas take and give, and what they say about arguments out of range."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Real: TypeAlias = float | FloatArray
Result: TypeAlias = Any  # a float from floats, an array from arrays; numpy types its functions so


def real(name: str, value: Real) -> Result:
    """Return the value as a float or an array of floats, if it is finite."""
    return _checked(name, value, np.isfinite, "a finite number")


def positive(name: str, value: Real) -> Result:
    """Return the same, if it is positive."""
    return _checked(name, value, lambda x: (x > 0) & (x < np.inf), "a positive number")


def not_negative(name: str, value: Real) -> Result:
    """Return the same, if it is 0 or more."""
    return _checked(name, value, lambda x: (x >= 0) & (x < np.inf), "0 or more")


def share(name: str, value: Real) -> Result:
    """Return the same, if it is at least 0 and below 1, as β must be."""
    return _checked(name, value, lambda x: (x >= 0) & (x < 1), "at least 0 and below 1")


def fraction_of_one(name: str, value: Real) -> Result:
    """Return the same, if it lies between 0 and 1, both excluded."""
    return _checked(name, value, lambda x: (x > 0) & (x < 1), "above 0 and below 1")


def whole(name: str, value: int) -> int:
    """Return the value, if it is a whole number, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, 0 or more.")
    return int(value)


def plain(numbers: Any) -> Result:
    """Return a single number as Python's own, and an array as it is."""
    return numbers.item() if np.ndim(numbers) == 0 else numbers


def _checked(name: str, value: Real, allowed: Any, description: str) -> Result:
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is {value!r}; it must be {description}, or an array of such."
        ) from None
    wrong = numbers[~allowed(numbers)]
    if wrong.size:
        where = "is" if numbers.ndim == 0 else "contains"
        raise ValueError(f"{name} {where} {wrong.flat[0]}; it must be {description}.")
    return plain(numbers)
