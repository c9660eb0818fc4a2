"""Plain tables of what was measured, and percentiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent of all do not exceed."""
    if not values:
        raise ValueError("values is empty; a percentile needs one value at least.")
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(int(rank), 1) - 1]


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a plain table: words to the left, numbers to the right."""
    columns = list(zip(heading, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    pads: list[Callable[[str, int], str]] = [str.ljust] + [str.rjust] * (len(heading) - 1)
    lines = [
        "  ".join(pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True))
        for row in (heading, *rows)
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
