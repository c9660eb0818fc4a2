"""Measure the library against its alternatives, and fail if a target is missed.

Run it with ``python benchmarks/run.py``, or a part with ``python benchmarks/run.py grid``. What
needs minutes and a browser is measured only when it is named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import grid
import imports
import in_browser
import marking
import page_weight
import room
import single_run
import slider_latency
from measure import Comparison, exit_status, table

SUBJECTS: dict[str, Callable[[], list[Comparison]]] = {
    "single_run": single_run.compare,
    "grid": grid.compare,
    "imports": imports.compare,
    "marking": marking.compare,
    "slider_latency": slider_latency.compare,
    "site": page_weight.compare,
    "lite": in_browser.compare,
    "room": room.compare,
}
WHEN_NAMED = ("marking", "slider_latency", "site", "lite", "room")


def main(names: Sequence[str]) -> int:
    unknown = set(names) - set(SUBJECTS)
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are {', '.join(SUBJECTS)}.")
        return 2
    compared = []
    for name in names or (name for name in SUBJECTS if name not in WHEN_NAMED):
        print(f"Measuring {name}", file=sys.stderr)
        compared += SUBJECTS[name]()
    print(table(compared))
    return exit_status(compared)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
