"""What was seen of each way, in two plain tables, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

from measure import Comparison, Target
from tables import percentile, table

NAMES = {
    "interact": "@interact, plt.show()",
    "ipympl": "ipympl, set_data",
    "streamed": "live figure, streamed",
    "tabulated": "live figure, tabulated",
}
BY_HAND = "by hand"  # a mark of the tabulated figure, moved in place of its slider
ROWS = NAMES | {BY_HAND: "the same, a mark by hand"}
USUAL = "interact"  # what the others are compared with
OURS = ("streamed", "tabulated")


@dataclass(frozen=True)
class Move:
    """One key press or move of a mark: how long until the frame with its answer, and its cost."""

    milliseconds: float
    sent: int  # bytes from the browser to the kernel
    received: int
    cpu_milliseconds: float  # of the kernel


@dataclass(frozen=True)
class Drag:
    """One fast drag: how far the picture was behind when the hand stopped."""

    events: int
    seconds: float  # from the first event to the last
    pictures: int  # frames painted, up to the end
    pictures_after: int  # of these, after the last event
    lag_milliseconds: float  # from the last event to the last picture
    lag_frames: float
    ends_right: bool  # whether the last picture is that of the last state


Moves = Mapping[str, Sequence[Move]]  # for each way; the moves with one number are a pair
Drags = Mapping[str, Sequence[Drag]]


def ratios(moves: Moves, way: str) -> list[float]:
    """Return how long each move took, compared with the same one by the usual way."""
    pairs = zip(moves[way], moves[USUAL], strict=True)
    return [mine.milliseconds / usual.milliseconds for mine, usual in pairs]


def move_table(moves: Moves) -> str:
    """Return a row for each way: time from key or hand to paint, bytes, kernel time per move."""
    heading = ("one move", "median ms", "95 % ms", "ratio", "bytes sent", "received", "CPU ms")
    rows = [
        (
            ROWS[way],
            f"{median(each.milliseconds for each in seen):.1f}",
            f"{percentile([each.milliseconds for each in seen], 95):.1f}",
            f"1/{1 / median(ratios(moves, way)):.3g}",
            f"{mean(each.sent for each in seen):,.0f}",
            f"{mean(each.received for each in seen):,.0f}",
            f"{mean(each.cpu_milliseconds for each in seen):.1f}",
        )
        for way, seen in moves.items()
    ]
    return table(heading, rows)


def drag_table(drags: Drags) -> str:
    """Return a row for each way: how far it is behind after a fast drag."""
    heading = ("fast drag", "pictures", "lag ms", "worst ms", "frames", "worst", "after", "right")
    rows = [
        (
            NAMES[way],
            f"{median(each.pictures for each in seen):g}",
            f"{median(each.lag_milliseconds for each in seen):.0f}",
            f"{max(each.lag_milliseconds for each in seen):.0f}",
            f"{median(each.lag_frames for each in seen):.1f}",
            f"{max(each.lag_frames for each in seen):.1f}",
            f"{max(each.pictures_after for each in seen)}",
            f"{sum(each.ends_right for each in seen)} of {len(seen)}",
        )
        for way, seen in drags.items()
    ]
    return table(heading, rows)


def comparisons(moves: Moves, drags: Drags) -> list[Comparison]:
    """Return what must hold."""
    tabulated, streamed, usual = NAMES["tabulated"], NAMES["streamed"], NAMES[USUAL]
    by_hand = f"{tabulated}, a mark by hand"
    frames = [each.lag_frames for each in drags["tabulated"]]
    pictures = [float(each.pictures_after) for each in drags["streamed"]]
    return [
        Comparison(tabulated, usual, "time A / time B", ratios(moves, "tabulated"), Target(1 / 20)),
        Comparison(by_hand, usual, "time A / time B", ratios(moves, BY_HAND), Target(1 / 20)),
        Comparison(streamed, usual, "time A / time B", ratios(moves, "streamed"), Target(1 / 6)),
        Comparison(f"{tabulated}, after a fast drag", "a frame", "lag A / B", frames, Target(2)),
        # No backlog: one that waited for its frame, one for the last event, one that the kernel
        # was at, and the last.
        Comparison(f"{streamed}, after a fast drag", "a picture", "count", pictures, Target(4)),
    ]


def check(drags: Drags) -> None:
    """Raise ValueError if one of our figures ends a drag with a state that is not the last."""
    for way in OURS:
        for number, each in enumerate(drags[way], start=1):
            if not each.ends_right:
                raise ValueError(f"{NAMES[way]}: drag {number} ends with another state's picture.")
