"""What was seen of each way to show a lesson, in two tables, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from measure import Comparison, Target
from tables import percentile, table

OURS = "page"
NAMES = {
    OURS: "our page",
    "nbconvert": "nbconvert's HTML",
    "lab": "JupyterLab",
}
OTHERS = ("nbconvert", "lab")
LIGHTER = Target(1 / 10)
AS_SOON = Target(1.2)


@dataclass(frozen=True)
class Weight:
    """What a page has taken until something is reached."""

    taken: int  # bytes, over the wire
    requests: int
    seconds: float


@dataclass(frozen=True)
class Visit:
    """One visit to a page, with nothing kept of an earlier one."""

    readable: Weight
    alive: Weight
    presses: Sequence[float]  # milliseconds from each key to its picture


Visits = Mapping[str, Sequence[Visit]]  # for each way; those with one number are of one turn


def weight_table(visits: Visits) -> str:
    """Return a row for each way: what came until it can be read, and until its explorer answers."""
    heading = (
        "kB over the wire",
        "readable",
        "ratio",
        "alive",
        "ratio",
        "requests",
        "s",
        "s alive",
    )
    rows = [
        (
            NAMES[way],
            f"{median(each.readable.taken for each in seen) / 1000:,.0f}",
            f"{median(readable(visits, way, OURS)):.3g}",
            f"{median(each.alive.taken for each in seen) / 1000:,.0f}",
            f"{median(alive(visits, way, OURS)):.3g}",
            f"{median(each.alive.requests for each in seen):g}",
            f"{median(each.readable.seconds for each in seen):.1f}",
            f"{median(each.alive.seconds for each in seen):.1f}",
        )
        for way, seen in visits.items()
    ]
    return table(heading, rows)


def press_table(visits: Visits) -> str:
    """Return a row for each way: how long a key waits for its picture."""
    heading = ("one key press", "median ms", "95 % ms", "ratio", "presses")
    rows = []
    for way, seen in visits.items():
        times = [time for each in seen for time in each.presses]
        row = f"{median(times):.1f}", f"{percentile(times, 95):.1f}"
        rows.append(
            (NAMES[way], *row, f"{median(presses(visits, way, OURS)):.3g}", f"{len(times)}")
        )
    return table(heading, rows)


def readable(visits: Visits, way: str, other: str) -> list[float]:
    """Return, for each turn, the bytes until one way can be read, compared with another's."""
    pairs = zip(visits[way], visits[other], strict=True)
    return [mine.readable.taken / its.readable.taken for mine, its in pairs]


def alive(visits: Visits, way: str, other: str) -> list[float]:
    """Return, for each turn, the bytes until the explorer answers, compared with another's."""
    pairs = zip(visits[way], visits[other], strict=True)
    return [mine.alive.taken / its.alive.taken for mine, its in pairs]


def presses(visits: Visits, way: str, other: str) -> list[float]:
    """Return how long each key waited, compared with the same press by another way."""
    turns = zip(visits[way], visits[other], strict=True)
    pairs = [pair for mine, its in turns for pair in zip(mine.presses, its.presses, strict=True)]
    return [mine / its for mine, its in pairs]


def comparisons(visits: Visits) -> list[Comparison]:
    """Return what must hold: against both, and so against the better of both."""
    compared = []
    for other in OTHERS:
        name = NAMES[other]
        compared += [
            Comparison(
                "our page, until readable",
                name,
                "bytes A / B",
                readable(visits, OURS, other),
                LIGHTER,
            ),
            Comparison("our page, until alive", name, "bytes A / B", alive(visits, OURS, other)),
            Comparison(
                "our page, a key press", name, "time A / B", presses(visits, OURS, other), AS_SOON
            ),
        ]
    return compared
