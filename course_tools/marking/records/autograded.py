"""The notebook that nbgrader keeps of a marked submission, and the points by nbgrader's rule."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_tools.marking.assignments import Assignment, GradedCell
from course_tools.marking.results import Mark
from course_tools.marking.sandbox.inside.cells import CellRun
from course_tools.notebooks.stored import V4, from_dict, grade_id


def part_of_nbgrader(name: str) -> Any:
    """Load a module of nbgrader that needs no other, without its package.

    The package would load a server, and all that runs kernels.
    """
    package = importlib.util.find_spec("nbgrader")
    assert package
    assert package.submodule_search_locations
    place = Path(package.submodule_search_locations[0], f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"nbgrader_{name}", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


determine_grade: Any = part_of_nbgrader("utils").determine_grade


def points_of(test: GradedCell, ran: CellRun | None) -> float:
    """Return the points for what a test cell did; none if it was not reached.

    nbgrader decides: all points, unless it raised; or the number that its last line shows. But to a
    number below 0, or none (nan), it would give all points.
    """
    if ran is None or (isinstance(ran.shown, float | int) and not ran.shown >= 0):
        return 0.0
    kept = {"grade": True, "solution": False, "points": test.points}
    cell = part("code", "", outputs=outputs_of(ran), metadata={"nbgrader": kept})
    try:
        return float(determine_grade(cell)[0])
    except ValueError:  # the number that it shows is more than there is
        return 0.0


def outputs_of(ran: CellRun) -> list[NotebookNode]:
    """Write what a test cell did as a notebook's outputs."""
    outputs: list[NotebookNode] = []
    if ran.error:
        outputs.append(error(type(ran.error).__name__, str(ran.error)))
    elif ran.shown is not None:
        data = {"text/plain": repr(ran.shown)}
        outputs.append(output("execute_result", data=data, metadata={}, execution_count=1))
    return outputs


def error(kind: str, words: str) -> NotebookNode:
    """Write an error as a notebook's output."""
    lines = words.splitlines() or [kind]
    return output("error", ename=kind, evalue=words, traceback=lines)


def output(kind: str, **content: Any) -> NotebookNode:
    """Write an output. nbformat's own function takes most of its time to look at its schema."""
    node: NotebookNode = from_dict({"output_type": kind, **content})
    return node


def part(kind: str, source: str, **content: Any) -> NotebookNode:
    """Write a cell, in the same way."""
    if kind == "code":
        content = {"execution_count": None, "outputs": [], **content}
    node: NotebookNode = from_dict({"cell_type": kind, "metadata": {}, "source": source, **content})
    return node


def by_hand(cell: GradedCell, notebook: NotebookNode | None) -> float | None:
    """Return the points for an answer that a person reads: 0 if there is none, else None."""
    if notebook is None:
        return 0.0
    answers = [each.source for each in notebook.cells if grade_id(each) == cell.name]
    return None if answers and answers[-1] != cell.shown else 0.0


def autograded(
    notebook: NotebookNode | None,
    assignment: Assignment,
    marks: Sequence[Mark],
    printed: Mapping[int, str],
    reason: str,
) -> str:
    """Write the notebook with the outcome of each test, without the hidden ones.

    Parameters
    ----------
    notebook : NotebookNode or None
        What was handed in, if it can be read.
    assignment : Assignment
        What it answers.
    marks : sequence of Mark
        One for each test.
    printed : dict of int to str
        What the learner's cells printed, by their place.
    reason : str
        Why it was refused or stopped, if it was.

    Returns
    -------
    str
        A notebook's JSON. What a learner has written as Markdown is shown as it was typed, since
        links and HTML in it could do something in the page in which an instructor reads it.
    """
    originals = {grade_id(cell): cell for cell in released(assignment).cells if grade_id(cell)}
    source = notebook or released(assignment)
    last = {grade_id(cell): place for place, cell in enumerate(source.cells)}
    known = {cell.source for cell in released(assignment).cells}
    cells = []
    for place, cell in enumerate(source.cells):
        name = grade_id(cell)
        original = originals.get(name) if last[name] == place else None
        cells.append(_kept(cell, original, known, printed.get(place, "")))
    cells += [deepcopy(cell) for name, cell in originals.items() if name not in last]
    _show(cells, marks)
    if reason:
        cells.insert(0, part("markdown", fenced(reason)))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    whole = V4.new_notebook(cells=cells, metadata=released(assignment).metadata)
    return str(V4.writes(whole))


@cache
def released(assignment: Assignment) -> NotebookNode:
    """Return what students got. Not to be changed."""
    notebook: NotebookNode = V4.reads(assignment.released)
    return notebook


def _kept(
    cell: NotebookNode, original: NotebookNode | None, known: Collection[str], printed: str
) -> NotebookNode:
    """Return a cell with the instructor's marks on it, and none of the learner's."""
    text = cell.source
    if original and not original.metadata["nbgrader"]["solution"]:
        text = original.source
    if (original or cell).cell_type == "code":
        new = part("code", text)
        if printed:
            new.outputs = [output("stream", name="stdout", text=printed)]
    else:
        new = part("markdown", text if text in known else fenced(text))
    if original:
        new.metadata = deepcopy(original.metadata)
    return new


def fenced(text: str) -> str:
    """Write a text in Markdown so that it is shown as it is, whatever it contains."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _show(cells: Sequence[NotebookNode], marks: Sequence[Mark]) -> None:
    """Put the words for each test below it."""
    words = {mark.name: mark for mark in marks if mark.points is not None}
    for cell in cells:
        mark = words.get(grade_id(cell))
        if mark and cell.cell_type == "code" and (mark.points or 0.0) < mark.highest:
            cell.outputs = [error("NotYetRightError", mark.words)]
