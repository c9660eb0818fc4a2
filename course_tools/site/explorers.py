"""Explorers for pages without a kernel: each as one script, made from its notebook's own code.

A page shows what the notebook's stored output shows, and that has been proven. So an explorer whose
words or picture at the start are others than the stored ones is refused.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode
from PIL import Image

from course_tools.files import ROOT, write_changed, write_whole
from course_tools.notebooks.cells import Notebook, parsed
from course_tools.notebooks.stored import PLAIN, PNG, NotebookError
from course_tools.site.making import Explorer, Made, made_here
from course_tools.site.page_script import write_page
from course_tools.site.slicing import Statement, needed_for, root_of
from lessons_lib import explorers as library

AT_ONCE = 2
"""So many notebooks are worked on side by side: as many as the smallest machine has cores."""

CACHE = ROOT / ".site-cache" / "explorers"
"""What was made before, from the same code; it may be deleted at any time."""

PIXEL, SHARE = 40, 0.005
"""So far, of 255, a colour may be off in so small a share of a picture: another machine's fonts."""


def publish(static: Path, notebooks: Sequence[Path]) -> None:
    """Write the page's own script and style, and a script for each explorer.

    Parameters
    ----------
    static : Path
        The folder that pages call `_static`. It gets `page.js`, `page.css` and `live/`.
    notebooks : sequence of Path
        The notebooks of which there are pages.

    Raises
    ------
    NotebookError
        If an explorer cannot be made, or shows something else than its stored output.
    """
    scripts = {}
    for explorer, made in all_made(notebooks):
        check(explorer, made)
        scripts[explorer.name] = made.script.encode()
        write_changed(static / "live" / f"{explorer.name}.js", scripts[explorer.name])
    write_page(static, scripts)


# --- Finding them ---------------------------------------------------------------------------------


def explorers_in(notebook: Notebook) -> Iterator[Explorer]:
    """Give the explorers of a notebook: cells that end with `explorers.name(…)`."""
    above: list[Statement] = []
    for cell in notebook.code:
        statements = parts_of(cell)
        if statements and is_explorer(statements[-1]):
            before = [*above, *statements[:-1]]
            needed = [*needed_for(statements[-1], before), statements[-1]]
            words, png = stored(notebook, cell)
            sources = tuple(each.source for each in needed)
            yield Explorer(notebook.path, cell.id, sources, words, png)
        above += statements


def parts_of(cell: NotebookNode) -> list[Statement]:
    """Return the statements of a cell."""
    tree = parsed(cell.source)
    return [Statement(cell.id, node) for node in tree.body] if tree else []


def is_explorer(statement: Statement) -> bool:
    """Whether a statement is a call such as `explorers.race(line)`."""
    node = statement.node
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    function = node.value.func
    named = isinstance(function, ast.Attribute) and function.attr in library.__all__
    return named and root_of(function) == "explorers"


def stored(notebook: Notebook, cell: NotebookNode) -> tuple[str, str]:
    """Return the words and the picture of a cell's stored output."""
    for output in cell.outputs:
        data = output.get("data", {})
        if PNG in data:
            return str(data.get(PLAIN, "")), str(data[PNG])
    raise NotebookError(notebook.says(cell, "no picture of the explorer is stored. make refresh."))


# --- Making them ----------------------------------------------------------------------------------


def all_made(notebooks: Sequence[Path]) -> Iterator[tuple[Explorer, Made]]:
    """Give every explorer of these notebooks, made now, or before from the same code."""
    found = {path: list(explorers_in(Notebook.read(path))) for path in notebooks}
    every = [each for explorers in found.values() for each in explorers]
    kept = {each: made for each in every if (made := recalled(each))}
    missing = [[each for each in explorers if each not in kept] for explorers in found.values()]
    for explorer, made in made_afresh([each for each in missing if each]):
        kept[explorer] = made
        keep(explorer, made)
    return ((each, kept[each]) for each in every)


def made_afresh(wanted: list[list[Explorer]]) -> Iterator[tuple[Explorer, Made]]:
    """Give explorers, those of each notebook made in a process of its own; the longest first."""
    if not wanted:
        return
    wanted.sort(key=lambda each: -max(len(explorer.sources) for explorer in each))
    with ProcessPoolExecutor(AT_ONCE, get_context("spawn"), max_tasks_per_child=1) as processes:
        for explorers, made in zip(wanted, processes.map(made_here, wanted), strict=True):
            yield from zip(explorers, made, strict=True)


# --- What was made before -------------------------------------------------------------------------


@cache
def library_key() -> str:
    """Return what stands for the code that makes explorers: the library's, and ours."""
    folder = Path(library.__file__).parents[1]
    ours = [Path(__file__).with_name(f"{name}.py") for name in ("making", "packing")]
    digest = hashlib.sha256()
    for path in [*sorted(folder.rglob("*.py")), *sorted(folder.rglob("*.npz")), *ours]:
        digest.update(path.name.encode() + path.read_bytes())
    for each in ("numpy", "matplotlib", "pillow"):
        digest.update(version(each).encode())
    return digest.hexdigest()


def place_of(explorer: Explorer) -> Path:
    """Return where an explorer is kept: a folder has what is made from the same cell."""
    key = "\n".join([library_key(), *explorer.sources]).encode()
    return CACHE / explorer.name / f"{hashlib.sha256(key).hexdigest()[:20]}.json"


def recalled(explorer: Explorer) -> Made | None:
    """Return what was made before from the same code, if anything was."""
    try:
        return Made(**json.loads(place_of(explorer).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def keep(explorer: Explorer, made: Made) -> None:
    """Keep an explorer in the place of what was made before from other code."""
    place = place_of(explorer)
    if place.parent.is_dir():
        for former in place.parent.iterdir():
            former.unlink(missing_ok=True)
    write_whole(place, json.dumps(asdict(made)).encode())


# --- Proving them ---------------------------------------------------------------------------------


def check(explorer: Explorer, made: Made) -> None:
    """Refuse an explorer that is not what its notebook shows.

    Raises
    ------
    NotebookError
        If its words or its picture are others than the stored ones.
    """
    again = "Run make refresh. If it changes nothing, the code depends on more than names."
    if made.words != explorer.words:
        raise NotebookError(
            f"{explorer.place}: the explorer says {made.words!r}, and its stored output"
            f" {explorer.words!r}. {again}"
        )
    off = difference(made.png, explorer.png)
    if off > SHARE:
        said = f"{off:.1%} of the explorer's picture differ from the stored one"
        raise NotebookError(f"{explorer.place}: {said}. {again}")


def difference(one: str, other: str) -> float:
    """Return the share of pixels by which two pictures, as base64, differ visibly."""
    first, second = (pixels_of(each) for each in (one, other))
    if first.shape != second.shape:
        return 1.0
    return float((np.abs(first - second).max(axis=-1) > PIXEL).mean())


def pixels_of(png: str) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Return a picture's pixels: rows, columns, and red, green and blue."""
    return np.asarray(Image.open(io.BytesIO(b64decode(png))).convert("RGB"), dtype=np.int16)
