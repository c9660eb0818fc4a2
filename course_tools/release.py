"""Release the exercises: nbgrader's own steps cut out of a solution what a learner gets.

`solutions/NN_slug/solution_NN_slug.ipynb` is the source, edited by hand.
`exercises/NN_slug/exercise_NN_slug.ipynb` is written from it, and never edited.
"""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_tools.files import ROOT, show, write_whole
from course_tools.notebooks.course import exercise_of, solutions
from course_tools.notebooks.stored import NotebookError, from_bytes, grade_id, to_bytes

WORKED = "why-"
"""How the ids of cells begin that explain a solution. They are not released."""

REGIONS = ("SOLUTION", "HIDDEN TESTS")


class ReleaseError(Exception):
    """A solution from which no exercise can be made, with all reasons, and where."""


def released(source: Path) -> bytes:
    """Make an exercise of a solution.

    Parameters
    ----------
    source : Path
        A notebook with nbgrader's markers.

    Returns
    -------
    bytes
        The notebook without solutions, hidden tests, outputs and explanations.

    Raises
    ------
    ReleaseError
        If a marker or a grade id is wrong, saying in which cell.
    NotebookError
        If the file is not a notebook.
    """
    nb = from_bytes(source.read_bytes(), source)
    found = list(faults(nb))
    if found:
        raise ReleaseError("\n".join(f"{show(source)}, {fault}" for fault in found))
    nb.cells = [cell for cell in nb.cells if not cell.id.startswith(WORKED)]
    resources: dict[str, Any] = {}
    for step in steps():
        nb, resources = step().preprocess(nb, resources)
    return to_bytes(nb)


def steps(*, saving: bool = False) -> list[Any]:
    """Return nbgrader's own steps, in its order; the one that fills a gradebook if wanted."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells

    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what they log, they raise as well
    every = GenerateAssignment.class_traits()["preprocessors"].default()
    return [step for step in every if saving or step is not SaveCells]


# --- What is wrong with a solution ---------------------------------------------------------------


def faults(nb: NotebookNode) -> Iterator[str]:
    """Say what would go wrong in a release, cell by cell."""
    ids = Counter(grade_id(cell) for cell in nb.cells if grade_id(cell))
    for cell in nb.cells:
        for fault in (*region_faults(cell), *grading_faults(cell)):
            yield f"cell {cell.id!r}: {fault}"
        if ids[grade_id(cell)] > 1:
            yield f"cell {cell.id!r}: another cell has the grade id {grade_id(cell)!r}, too."


def region_faults(cell: NotebookNode) -> Iterator[str]:
    """Say which regions do not begin and end in turn."""
    for region in REGIONS:
        marks = re.findall(rf"(BEGIN|END) {region}", cell.source)
        if marks != ["BEGIN", "END"] * (len(marks) // 2):
            yield (
                f"its markers of {region.lower()} are {', '.join(marks)}. Each"
                f" '### BEGIN {region}' needs an '### END {region}' in the same cell."
            )


def grading_faults(cell: NotebookNode) -> Iterator[str]:
    """Say which marker stands in a cell that nbgrader does not cut or grade."""
    grading = cell.metadata.get("nbgrader", {})
    if "BEGIN SOLUTION" in cell.source and not grading.get("solution"):
        yield "it has a solution, but is not marked as a solution cell. Mark it in its metadata."
    if "BEGIN HIDDEN TESTS" in cell.source and not grading.get("grade"):
        yield "it has hidden tests, but is not marked as a test cell. Mark it in its metadata."
    if grading.get("solution") and grading.get("locked"):
        yield "it is a solution cell, and locked: marking would run it empty. Unlock it."
    if grading.get("grade") and not grading.get("points"):
        yield "it is a test cell without points. Give it some, in its metadata."


# --- Writing and holding together -----------------------------------------------------------------


def differences(root: Path = ROOT) -> Iterator[str]:
    """Say which exercises are not what a release would write."""
    wanted = {exercise_of(source, root): source for source in solutions(root)}
    for path, source in wanted.items():
        if not path.exists():
            yield f"{show(path)} is missing. Run `make exercises`."
        elif path.read_bytes() != released(source):
            yield (
                f"{show(path)} is not what {show(source)} gives. Edit the solution, never the"
                " exercise, and run `make exercises`."
            )
    for path in strangers(root, wanted):
        yield f"{show(path)} belongs to no solution. Remove it: `make exercises` does."


def strangers(root: Path, wanted: Collection[Path]) -> list[Path]:
    """Return what stands beside the exercises and is none of them, hidden files apart."""
    folders = {path.parent for path in wanted}
    inside = [path for folder in folders for path in folder.glob("*")]
    return [
        path
        for path in sorted([*root.glob("exercises/*"), *inside])
        if path not in folders and path not in wanted and not path.name.startswith(".")
    ]


def release_all(root: Path = ROOT) -> Iterator[str]:
    """Write every exercise, remove what belongs to none, and say what changed."""
    wanted = {exercise_of(source, root): released(source) for source in solutions(root)}
    for path, content in wanted.items():
        changed = not path.exists() or path.read_bytes() != content
        if changed:
            write_whole(path, content)
        yield f"  {'changed' if changed else 'unchanged':<10} {show(path)}"
    for path in strangers(root, wanted):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        yield f"  removed    {show(path)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if any solution is refused, and nothing is written."""
    parser = argparse.ArgumentParser(prog="exercises", description=__doc__.splitlines()[0])
    parser.parse_args(argv)
    try:
        for line in release_all():
            print(line)
    except (ReleaseError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
