"""Whether two outcomes are the same, and where they part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.running import Outcome, Part, Value


def same_outcome(one: Outcome, other: Outcome, tolerance: float) -> bool:
    """Whether two functions did the same: returned, raised and changed the same."""
    if one.failure or other.failure:
        kinds = [each.failure and each.failure.kind for each in (one, other)]
        return kinds[0] == kinds[1]
    return one.changed == other.changed and same_value(one.value, other.value, tolerance)


def same_value(one: Value, other: Value, tolerance: float) -> bool:
    """Whether two values are the same, numbers up to a share of the largest."""
    first, second = parts_of(one), parts_of(other)
    return len(first) == len(second) and all(
        same_part(a, b, tolerance) for a, b in zip(first, second, strict=True)
    )


def parts_of(value: Value) -> tuple[Part, ...]:
    """Return a value as a tuple, also if it is alone."""
    return value if isinstance(value, tuple) else (value,)


def same_part(one: Part, other: Part, tolerance: float) -> bool:
    """Whether two numbers, arrays or texts are the same."""
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return type(one) is type(other) and one == other
    return one.shape == other.shape and not off(one, other, tolerance).any()


def off(
    got: NDArray[np.float64], expected: NDArray[np.float64], tolerance: float
) -> NDArray[np.bool_]:
    """Where an array differs from the expected one by more than a share of its largest number."""
    finite = np.abs(expected[np.isfinite(expected)])
    allowed = tolerance * finite.max(initial=0.0)
    close = np.isclose(got, expected, rtol=0, atol=max(allowed, 1e-12), equal_nan=True)
    return np.asarray(~close)
