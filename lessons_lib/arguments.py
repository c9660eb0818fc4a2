"""Arguments: the type of arrays, and what is said about a number that is out of range.

Every check gives the argument back: a single number as Python's own float, lists and arrays as an
array of float64. Every message has one form: the argument's name, with the index of the first entry
that is wrong; its value; what is allowed; and what to try, where that is not the same.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Real: TypeAlias = float | Array

Result: TypeAlias = Any
"""A float from floats, an array from arrays; numpy types its own functions so, too."""


def finite(name: str, value: ArrayLike) -> Result:
    """Return a number, or an array of some, if every one is finite.

    Parameters
    ----------
    name : str
        How the message names the argument.
    value : array_like
        The argument: numbers of any shape.

    Raises
    ------
    ValueError
        If it is something else than numbers, is empty, or has an entry that is not finite.
    """
    return number_or_array(_finite(name, value))


def positive(name: str, value: ArrayLike, remedy: str = "") -> Result:
    """Return the same, if every number is positive."""
    return in_range(name, value, lambda x: x > 0, "positive", remedy)


def at_least(least: int, name: str, value: ArrayLike, remedy: str = "") -> Result:
    """Return the same, if no number is below this one."""
    return in_range(name, value, lambda x: x >= least, f"{least} or more", remedy)


def not_negative(name: str, value: ArrayLike, remedy: str = "") -> Result:
    """Return the same, if every number is 0 or more."""
    return at_least(0, name, value, remedy)


def below_one(name: str, value: ArrayLike) -> Result:
    """Return the same, if every number is at least 0 and below 1, as β must be."""
    return in_range(name, value, lambda x: (x >= 0) & (x < 1), "at least 0 and below 1")


def between_zero_and_one(name: str, value: ArrayLike) -> Result:
    """Return the same, if every number lies between 0 and 1, both excluded."""
    return in_range(name, value, lambda x: (x > 0) & (x < 1), "above 0 and below 1")


def in_range(
    name: str,
    value: ArrayLike,
    allowed: Callable[[Array], Flags],
    description: str,
    remedy: str = "",
) -> Result:
    """Return the same, if every number is allowed.

    Parameters
    ----------
    name, value
        As for :func:`finite`.
    allowed : callable
        Says for each number of an array whether it is allowed.
    description : str
        What is allowed, in words that follow "it must be".
    remedy : str
        A sentence that says what to try.

    Raises
    ------
    ValueError
        As for :func:`finite`, and if a number is not allowed.
    """
    numbers = _finite(name, value)
    return number_or_array(_refuse(name, numbers, ~allowed(numbers), description, remedy))


def single(name: str, number: ArrayLike) -> Result:
    """Return a number, if it is a single one and no list or array of them."""
    if np.ndim(number):
        raise ValueError(f"{name} is {number!r}; it must be a single number. Try {name}[0].")
    return number


def whole_number(name: str, value: int, least: int = 0) -> int:
    """Return a number, if it is a whole one and not below the least that is allowed."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(
            f"{name} is {value!r}; it must be a whole number, {least} or more, such as 10."
        )
    return int(value)


def shaped(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return a copy as an array, if it has this shape and every number is finite."""
    numbers = _finite(name, value)
    if numbers.shape != shape:
        raise ValueError(
            f"{name} has shape {numbers.shape}; it must have shape {shape}. If a vector has become"
            " a column, try .ravel()."
        )
    return numbers


def number_or_array(numbers: Any) -> Result:
    """Return what has no axes as Python's own number or text, and an array as it is."""
    return numbers.item() if np.ndim(numbers) == 0 else numbers


def _finite(name: str, value: ArrayLike) -> Array:
    """Return a new array of floats, or say which entry is not finite."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        array = np.empty(0)
    if array.size == 0 or array.dtype.kind not in "biuf":
        raise ValueError(f"{name} is {value!r}; it must be a number, or an array of some.")
    numbers = array.astype(np.float64)
    return _refuse(name, numbers, ~np.isfinite(numbers), "finite")


def _refuse(name: str, numbers: Array, wrong: Flags, allowed: str, remedy: str = "") -> Array:
    """Return the numbers, or say which is the first that is wrong."""
    if not wrong.any():
        return numbers
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"[{', '.join(map(str, index))}]" if index else ""
    message = f"{name}{where} is {numbers[index]}; it must be {allowed}. {remedy}"
    raise ValueError(message.rstrip())
