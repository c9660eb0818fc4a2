"""Importing the whole library, against importing what it is built on, in fresh interpreters."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections.abc import Iterable

from measure import Comparison, Target, alternate

import lessons_lib

PAIRS = 15
GROUND = ("numpy", "matplotlib.pyplot", "ipywidgets")
CHILD = """\
import importlib, sys, time
start = time.perf_counter()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(time.perf_counter() - start)
"""


def seconds_to_import(names: Iterable[str]) -> float:
    """Return how long a fresh interpreter takes to import the modules, its own start left out."""
    command = [sys.executable, "-c", CHILD, *names]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare() -> list[Comparison]:
    found = pkgutil.walk_packages(lessons_lib.__path__, "lessons_lib.")
    ours = ["lessons_lib", *(module.name for module in found)]
    measured = alternate(
        lambda _: seconds_to_import(ours),
        lambda _: seconds_to_import(GROUND),
        pairs=PAIRS,
        cost=lambda way, number: way(number),
    )
    ratios = [a / b for a, b in measured]
    a, b = f"import lessons_lib, all {len(ours)} modules", f"import {', '.join(GROUND)}"
    return [Comparison(a, b, "time A / time B", ratios, Target(1.1))]
