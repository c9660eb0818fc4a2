"""How soon a figure answers its slider in JupyterLab: the live figure against the usual ways.

Run it with ``make bench BENCH_ARGS=slider_latency``. It takes some minutes and needs Chromium.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from driving.launch import chromium_and_lab, find_browser_tests
from measure import Comparison
from sliders.report import (
    BY_HAND,
    NAMES,
    ROWS,
    Drag,
    Move,
    check,
    comparisons,
    drag_table,
    move_table,
)

if TYPE_CHECKING:
    from sliders.window import Window

WARM_UP, MOVES, DRAGS = 2, 48, 5
SPAN = 20  # places of the slider, from 0.01 to 1, up and down again
DRAGGED = [*range(31), *range(29, 4, -1), *range(6, 11)]  # 60 moves; it ends where it never began
SECONDS = 1.0


def compare() -> list[Comparison]:
    """Measure each way in turn, print what was seen, and return what must hold."""
    moves: dict[str, list[Move]] = {way: [] for way in ROWS}
    drags: dict[str, list[Drag]] = {way: [] for way in NAMES}
    with windows() as opened:
        print(f"{WARM_UP + MOVES} key presses on each slider, and drags", file=sys.stderr)
        for number in range(WARM_UP + MOVES):
            key = "ArrowLeft" if number // SPAN % 2 else "ArrowRight"
            for way, window in opened.items():
                move = window.press(key)
                moves[way] += [move][: number >= WARM_UP]
            pulled = opened["tabulated"].pull()
            moves[BY_HAND] += [pulled][: number >= WARM_UP]
        print(f"{DRAGS} drags of each slider", file=sys.stderr)
        for _ in range(DRAGS):
            for way, window in opened.items():
                drags[way].append(window.drag(DRAGGED, SECONDS))
    print(move_table(moves), drag_table(drags), sep="\n\n", end="\n\n")
    check(drags)
    return comparisons(moves, drags)


@contextmanager
def windows() -> Iterator[dict[str, Window]]:
    """Open every way in JupyterLab, in a window and with a kernel of its own."""
    find_browser_tests()
    from lab_server import free_port
    from sliders.window import Window

    port = free_port()
    with chromium_and_lab(f"--remote-debugging-port={port}") as (browser, lab):
        print("Opening JupyterLab", file=sys.stderr)
        yield {way: Window(browser, port, lab, way) for way in NAMES}
