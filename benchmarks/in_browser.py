"""JupyterLab in the reader's browser: what comes over the wire, and how much slower lessons are.

- *Bytes*: lesson 2 is opened and its first cell of code run, with an empty cache (*cold*), and then
  in another window of the same browser (*warm*). The server compresses texts with gzip, and nothing
  else; it lets a browser keep what it has, and is asked each time whether that has changed. Bytes
  are those that the server sends, heads of answers included: requests of Python in its worker are
  among them, which the browser's debugger would not show.
- *Slower*: all cells of a lesson, one after the other, in the browser's Python under node and in
  this one, each in a process of its own, in turn. Packages are loaded before, imports count.

Run it with ``make bench BENCH_ARGS=lite``. It takes some minutes, and needs Chromium, node and
what ``make site LITE=1`` has written.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from driving.launch import find_browser_tests
from measure import Comparison, alternate
from pages.kept import Sent, serving_kept
from tables import table as plain

ROOT = Path(__file__).parents[1]
SITE = ROOT / "site" / "_build"
TESTS = ROOT / "tests" / "lite"
FIRST = "notebooks/02_gradient_descent.ipynb"
LESSONS = ("02", "06", "10")
TURNS = 3


def compare() -> list[Comparison]:
    """Open, run and count; print what came over the wire, and return how much slower it is."""
    if not (SITE / "lite").is_dir():
        raise FileNotFoundError(f"{SITE / 'lite'} is missing. `make site LITE=1` makes it.")
    visits = [visit() for _ in range(TURNS)]
    print(weight_table(visits), end="\n\n")
    return [slower(lesson) for lesson in LESSONS]


# --- Bytes --------------------------------------------------------------------------------------

Visit = dict[str, Sent]  # what was sent until then, by its name
STAGES = (
    "cold: the notebook is there",
    "cold: the first cell has run",
    "warm: the notebook is there",
    "warm: the first cell has run",
)


def visit() -> Visit:
    """Open a notebook and run its first cell, in a browser that has nothing, and once more."""
    seen: Visit = {}
    with opening() as (context, address, sent):
        for stage in ("cold", "warm"):
            sent.clear()
            lite = lite_page(context.new_page(), address)
            lite.open(FIRST)
            seen[f"{stage}: the notebook is there"] = sent.so_far()
            lite.run(lite.cell("import"))
            seen[f"{stage}: the first cell has run"] = sent.so_far()
            lite.page.close()
    return seen


@contextmanager
def opening() -> Iterator[tuple[Any, str, Sent]]:
    """Serve the site to a browser with a disk of its own, and count."""
    find_browser_tests()
    sys.path[:0] = [str(TESTS)]
    from chromium import CHROMIUM_MISSING, QUIET, find_chromium
    from playwright.sync_api import sync_playwright

    executable = find_chromium()
    if executable is None:
        raise FileNotFoundError(CHROMIUM_MISSING)
    with (
        tempfile.TemporaryDirectory() as disk,
        serving_kept(SITE) as (address, sent),
        sync_playwright() as playwright,
    ):
        # A private window would keep in memory only, and nothing that is large.
        context = playwright.chromium.launch_persistent_context(
            disk, executable_path=executable, args=QUIET, viewport={"width": 1300, "height": 900}
        )
        yield context, f"{address}/lite/", sent
        context.close()


def lite_page(page: Any, address: str) -> Any:
    """Return JupyterLite in a window, as the tests drive it."""
    from lite_page import Lite

    return Lite(page, address)


def weight_table(visits: list[Visit]) -> str:
    """Return a row for each stage, with medians."""
    rows = [
        (
            stage,
            f"{median(each[stage].bytes for each in visits) / 1e6:.1f}",
            f"{median(each[stage].answers for each in visits):g}",
        )
        for stage in STAGES
    ]
    return plain(("over the wire", "MB", "requests"), rows)


# --- Slower -------------------------------------------------------------------------------------


def slower(lesson: str) -> Comparison:
    """Run a lesson in both Pythons, in turn."""
    cells = cells_of(lesson)
    pairs = alternate(
        lambda _: in_node(cells),
        lambda _: here(cells),
        pairs=TURNS,
        cost=lambda way, number: sum(cell["seconds"] for cell in way(number).values()),
    )
    ratios = [theirs / ours for theirs, ours in pairs]
    return Comparison(f"lesson {lesson} in the browser's Python", "here", "time A / B", ratios)


def cells_of(lesson: str) -> list[tuple[str, str]]:
    """Return the code of a lesson, with the cells' ids."""
    from course_tools.notebooks.course import of_lesson
    from course_tools.notebooks.stored import code_cells, from_bytes

    path = of_lesson(lesson)[0]
    return [(cell.id, cell.source) for cell in code_cells(from_bytes(path.read_bytes(), path))]


def in_node(cells: list[tuple[str, str]]) -> dict[str, Any]:
    """Run cells in the browser's Python, under node."""
    page = json.loads((SITE / "lite" / "jupyter-lite.json").read_text(encoding="utf-8"))
    settings = page["jupyter-config-data"]["litePluginSettings"]
    options = settings["@jupyterlite/pyodide-kernel-extension:kernel"]["loadPyodideOptions"]
    lock = SITE / "lite" / options["lockFileURL"]
    command = ["node", str(TESTS / "run.mjs"), str(lock.parent), lock.name]
    return run(command, json.dumps({"start": options["packages"], "cells": cells}))


def here(cells: list[tuple[str, str]]) -> dict[str, Any]:
    """Run cells in this Python, as they are run in the other one."""
    inside = (TESTS / "inside.py").read_text(encoding="utf-8")
    script = f"import sys\njob = sys.stdin.read()\n{inside}\nprint(said)"
    return run([sys.executable, "-c", script], json.dumps(cells))


def run(command: list[str], given: str) -> dict[str, Any]:
    """Run a command, and return what it says of each cell."""
    quiet = {**os.environ, "COURSE_PROGRESS": "", "MPLBACKEND": "agg"}
    done = subprocess.run(
        command,
        input=given,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=quiet,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    said: dict[str, Any] = json.loads(done.stdout)
    return said
