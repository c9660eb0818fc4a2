"""Every notebook says in the browser's Python what is stored; node runs it without a browser."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from course_tools.files import ROOT, show
from course_tools.notebooks.course import stored_notebooks
from course_tools.notebooks.stored import PLAIN, code_cells, from_bytes
from course_tools.site.lite import front

pytestmark = pytest.mark.kernel  # JupyterLite's own program makes the page

RUN = Path(__file__).with_name("run.mjs")
LONG = "12_real_task"
"""The lesson that takes minutes: it runs where $NIGHTLY is set."""

ENDLESS = """def line_gradient(theta, x, y):
    while True:
        theta = theta + 0
"""


def run(site: Path, cells: list[tuple[str, str]]) -> Mapping[str, Any]:
    """Run cells under node; return what each of them prints and shows."""
    page = json.loads((site / "lite" / "jupyter-lite.json").read_text(encoding="utf-8"))
    settings = page["jupyter-config-data"]["litePluginSettings"][f"{front.KERNEL}:kernel"]
    options = settings["loadPyodideOptions"]
    lock = options["lockFileURL"].rpartition("/")[2]
    command = ["node", str(RUN), str(site / "lite" / front.PYTHON), lock]
    job = json.dumps({"start": options["packages"], "cells": cells})
    done = subprocess.run(command, input=job, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def stored(cell: NotebookNode) -> tuple[str, list[str]]:
    """What a cell printed, and what it showed in words, when its outputs were stored."""
    printed = [output.text for output in cell.outputs if output.output_type == "stream"]
    shown = [output.data.get(PLAIN, "") for output in cell.outputs if "data" in output]
    return "".join(printed), shown


@pytest.mark.parametrize("path", stored_notebooks(), ids=show)
def test_it_says_what_is_stored(path: Path, site: Path) -> None:
    if path.stem == LONG and "NIGHTLY" not in os.environ:
        pytest.skip("takes minutes; NIGHTLY=1 runs it")
    cells = code_cells(from_bytes(path.read_bytes(), path))
    found = run(site, [(cell.id, cell.source) for cell in cells])
    for cell in cells:
        got = found[cell.id]
        assert got["error"] == "", f"{cell.id}: {got['error']}"
        assert (got["stdout"], got["shown"]) == stored(cell), cell.id


def test_an_endless_loop_in_a_checked_function_stops(site: Path) -> None:
    path = ROOT / "exercises" / "01_line_and_loss" / "exercise_01_line_and_loss.ipynb"
    cells = {cell.id: cell.source for cell in code_cells(from_bytes(path.read_bytes(), path))}
    names = ("import-tools", "line-gradient", "check-line-gradient")
    found = run(site, [(name, {**cells, "line-gradient": ENDLESS}[name]) for name in names])
    check = found["check-line-gradient"]
    assert "line_gradient does not come back" in "".join(check["shown"])
    assert 1 < check["seconds"] < 60  # a busy machine is no defect
