"""Importing the whole library, against importing what it is built on, in fresh interpreters.

Installers compile packages beforehand, and Python keeps the bytecode of everything else after its
first import, unless PYTHONDONTWRITEBYTECODE forbids it. Compiling the library anew takes several
times as long as running its modules, and would be all that is measured. So here both ways have
bytecode, as a learner's Python has from the second start on: the first, untimed turn writes it to a
folder of its own.
"""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Comparison, Target, alternate

import lessons_lib

PAIRS = 15
LOWER = ("problems", "theory", "optimizers", "figures")
GROUND = ["numpy", "matplotlib.pyplot", "ipywidgets"]
WIDGET = "anywidget"
"""What the live figure is built on as well."""

CHILD = """\
import importlib, sys, time
start = time.perf_counter()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(time.perf_counter() - start)
"""


def seconds_to_import(names: Sequence[str], bytecode: Path) -> float:
    """Return how long a fresh interpreter takes to import the modules, its own start left out.

    It reads bytecode from the folder, or writes it there for the next time.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", CHILD, *names]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


def compare() -> list[Comparison]:
    found = pkgutil.walk_packages(lessons_lib.__path__, "lessons_lib.")
    everything = ["lessons_lib", *(module.name for module in found)]
    lower = [f"lessons_lib.{name}" for name in LOWER]
    with TemporaryDirectory() as folder:
        return [
            _comparison(", ".join(LOWER), lower, GROUND, Path(folder)),
            _comparison(
                f"all {len(everything)} modules of lessons_lib",
                everything,
                [*GROUND, WIDGET],
                Path(folder),
            ),
        ]


def _comparison(
    name: str, ours: Sequence[str], ground: Sequence[str], bytecode: Path
) -> Comparison:
    measured = alternate(
        lambda _: seconds_to_import(ours, bytecode),
        lambda _: seconds_to_import(ground, bytecode),
        pairs=PAIRS,
        cost=lambda way, number: way(number),
    )
    ratios = [a / b for a, b in measured]
    b = f"import {', '.join(ground)}"
    return Comparison(f"import {name}", b, "time A / time B", ratios, Target(1.1))
