"""Time two ways side by side, pair after pair, and say how they compare.

A machine is now fast, now slow. So the two ways take turns, A B A B, each pair gives one ratio, and
what counts is the median of the ratios.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Pairs = list[tuple[float, float]]
Timed = Callable[[int], Any]  # is given the number of the pair


@dataclass(frozen=True)
class Target:
    """The bound that the median must keep: at most or at least so much."""

    bound: float
    at_least: bool = False

    def met(self, ratio: float) -> bool:
        """Whether a ratio keeps the bound."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


@dataclass(frozen=True)
class Comparison:
    """What was compared, the ratio of every pair, and what the median ratio ought to be."""

    a: str
    b: str
    what: str  # which ratio it is
    ratios: Sequence[float]
    target: Target | None = None

    def __post_init__(self) -> None:
        if not self.ratios:
            raise ValueError(f"No pair was measured for: {self.a}, against {self.b}.")

    @property
    def missed(self) -> bool:
        """Whether there is a target and the median does not meet it."""
        return self.target is not None and not self.target.met(median(self.ratios))


def seconds(way: Timed, number: int) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    way(number)
    return time.perf_counter() - start


def alternate(
    a: Timed, b: Timed, *, pairs: int, cost: Callable[[Timed, int], float] = seconds
) -> Pairs:
    """Measure a, b, a, b, ..., after each has run once for nothing; return the cost of each."""
    if pairs < 1:
        raise ValueError(f"pairs is {pairs}; it must be 1 or more.")
    a(0)
    b(0)
    measured = []
    for number in range(pairs):
        measured.append((cost(a, number), cost(b, number)))
        _progress(number + 1, pairs)
    return measured


def table(comparisons: Sequence[Comparison]) -> str:
    """Return a plain table, a row for each comparison."""
    rows = [("A", "B", "ratio", "median", "min – max", "pairs", "target", "")]
    for each in comparisons:
        verdict = "" if each.target is None else "MISSED" if each.missed else "met"
        low, high = min(each.ratios), max(each.ratios)
        rows.append(
            (
                each.a,
                each.b,
                each.what,
                f"{median(each.ratios):.3g}",
                f"{low:.3g} – {high:.3g}",
                str(len(each.ratios)),
                "none" if each.target is None else str(each.target),
                verdict,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def exit_status(comparisons: Sequence[Comparison]) -> int:
    """Return 1 if a target is missed or nothing was compared, else 0."""
    return int(not comparisons or any(each.missed for each in comparisons))


def _progress(done: int, pairs: int, dots: int = 32) -> None:
    """Print a dot to the error stream whenever another part of the pairs is done."""
    if done * dots // pairs > (done - 1) * dots // pairs:
        print(".", end="\n" if done == pairs else "", file=sys.stderr, flush=True)
