"""Importing the whole library, against importing what it is built on, in fresh interpreters."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections.abc import Sequence

from measure import Comparison, Target, alternate

import lessons_lib

PAIRS = 15
FLOORS = [f"lessons_lib.{name}" for name in ("problems", "theory", "optimizers", "figures")]
GROUND = ["numpy", "matplotlib.pyplot", "ipywidgets"]
WIDGET = "anywidget"  # what the live figure is built on as well
CHILD = """\
import importlib, sys, time
start = time.perf_counter()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(time.perf_counter() - start)
"""


def seconds_to_import(names: Sequence[str]) -> float:
    """Return how long a fresh interpreter takes to import the modules, its own start left out."""
    command = [sys.executable, "-c", CHILD, *names]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare() -> list[Comparison]:
    found = pkgutil.walk_packages(lessons_lib.__path__, "lessons_lib.")
    everything = ["lessons_lib", *(module.name for module in found)]
    return [
        _comparison("problems, theory, optimizers, figures", FLOORS, GROUND),
        _comparison(f"all {len(everything)} modules of lessons_lib", everything, [*GROUND, WIDGET]),
    ]


def _comparison(name: str, ours: Sequence[str], ground: Sequence[str]) -> Comparison:
    measured = alternate(
        lambda _: seconds_to_import(ours),
        lambda _: seconds_to_import(ground),
        pairs=PAIRS,
        cost=lambda way, number: way(number),
    )
    ratios = [a / b for a, b in measured]
    b = f"import {', '.join(ground)}"
    return Comparison(f"import {name}", b, "time A / time B", ratios, Target(1.1))
