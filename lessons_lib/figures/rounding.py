"""Numbers with the precision of an eye, and checksums of many of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from lessons_lib.arguments import Array

Steps = NDArray[np.int64]

DIGITS = 4
"""How many digits of an axis' range an eye can tell apart."""

NUDGE = 1e-6
"""A rounded number moves by one for every step, and nothing that is computed twice differs by more
than this part of a step. It is added before rounding, so that numbers such as 0.5, which people
choose and arithmetic hits with a last digit that varies between machines, all go up."""

PRIME = 9973
"""The largest prime of four digits; see `checksum`."""


@dataclass(frozen=True)
class Rounding:
    """Numbers with the precision that an eye has on an axis from low to high."""

    low: float
    high: float
    log: bool = False

    def __call__(self, value: float) -> str:
        """Write a number."""
        if self.log:
            return significant(value, max(2, DIGITS - _power_below(max(self._range, 1))))
        if self._range == 0 or abs(value) > 10 * self._edge:
            return significant(value)
        return _write(value, self._power)

    def steps(self, values: Array) -> Steps:
        """Return where the values are, in whole steps of a hundredth of the axis or less."""
        with np.errstate(all="ignore"):
            places = np.log10(values) if self.log else np.asarray(values, dtype=float)
            steps = np.floor(places / 10.0 ** (self._power + 1) + 0.5 + NUDGE)
        kinds = np.select([np.isnan(places), places > 0], [1, 2], 3)
        # What is not finite, or further away than numbers are exact, stands for itself.
        return np.where(np.abs(steps) < 1e15, steps, kinds).astype(np.int64)

    @property
    def _range(self) -> float:
        ends = (log10(self.low), log10(self.high)) if self.log else (self.low, self.high)
        return abs(ends[1] - ends[0])

    @property
    def _edge(self) -> float:
        return max(abs(self.low), abs(self.high))

    @property
    def _power(self) -> int:
        """The power of ten of the last digit: DIGITS of the range, but not beyond arithmetic's."""
        if self._range == 0:
            return _power_below(self._edge or 1) - DIGITS + 1
        power = _power_below(self._range) - DIGITS + 1
        return power if self.log else max(power, _power_below(self._edge) - 6)


FRAME = Rounding(0, 1)
"""The measure of the frame itself."""


def significant(value: float, digits: int = DIGITS) -> str:
    """Write a number with so many significant digits."""
    if value == 0:
        return "0"
    return _write(value, _power_below(abs(value)) - digits + 1 if isfinite(value) else 0)


def _power_below(size: float) -> int:
    """Return the power of ten of a size; the margin keeps 999.99…9 and 1000 together."""
    return floor(log10(size * (1 + 1e-9)))


def _write(value: float, power: int) -> str:
    """Write a value rounded to whole multiples of 10**power."""
    if not isfinite(value):
        return str(value)
    written = floor(value / 10.0**power + 0.5 + NUDGE) * 10.0**power
    if written and (abs(written) >= 1e8 or (abs(written) < 1e-4 and power < -7)):
        return f"{written:.{max(_power_below(abs(written)) - power + 1, 1)}g}"
    decimals = f"{written:.{max(-power, 0)}f}"
    return decimals.rstrip("0").rstrip(".") if "." in decimals else decimals


def checksum(columns: list[Steps]) -> int:
    """Return a number that changes with any one entry, and with any two that change places.

    As in an ISBN, each entry is multiplied by its position and the sum is taken modulo a prime. So
    neither the change of one entry nor the product of two entries' and their positions' differences
    can vanish, unless it is a multiple of the prime.
    """
    total = 0
    for factor, steps in enumerate(columns):
        position = np.arange(steps.size) % (PRIME - 1) + 1
        total += (1 + 4999 * factor) * int((position * (steps.ravel() % PRIME) % PRIME).sum())
    return total % PRIME
