"""On the formula sheet every promise stands beside a measurement, and the two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from course_tools.notebooks.cells import Notebook, printed
from course_tools.rules.registry import Rules

NUMBER = re.compile(r"-?\d+\.?\d*")
LIMITS = re.compile(r"closer at ([\d.]+), further (?:away )?at ([\d.]+)")
SOURCE = re.compile(r"\]\(\d\d_\w+\.ipynb#[^)]+\) \|$")

ROUNDING = 1.01
"""Of the last digit that is printed."""

RULES: Rules[Notebook] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Apply every rule to the sheet, and return a sentence for each problem."""
    return RULES.problems(Notebook.read(path))


@RULES.add
def measurements(notebook: Notebook) -> Iterator[str]:
    """Refuse a measured number that was not promised, in its own line or above."""
    for cell in notebook.code:
        for line in disagreements(printed(cell)):
            yield notebook.says(
                cell, f"{line.strip()!r} does not agree with what is promised. Correct the formula."
            )


@RULES.add
def measured(notebook: Notebook) -> Iterator[str]:
    """Refuse a group of formulas below which nothing is measured."""
    for heading, text in groups(notebook):
        if "measured" not in text:
            yield notebook.says(heading, "nothing is measured below it. Print what a run gives.")


@RULES.add
def sources(notebook: Notebook) -> Iterator[str]:
    """Refuse a formula that does not say which lesson it comes from."""
    for cell, row in formulas(notebook):
        if not SOURCE.search(row):
            yield notebook.says(
                cell, f"{row[:60]!r} does not end with a link to a heading of a lesson."
            )


def groups(notebook: Notebook) -> list[tuple[NotebookNode, str]]:
    """Return the cell that heads each group of formulas, and what the cells below it print."""
    found: list[tuple[NotebookNode, str]] = []
    for cell in notebook.nb.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            found.append((cell, ""))
        elif found and cell.cell_type == "code":
            heading, text = found[-1]
            found[-1] = heading, text + printed(cell)
    return found


def formulas(notebook: Notebook) -> list[tuple[NotebookNode, str]]:
    """Return the row of each formula, and the cell in which it stands."""
    return [
        (cell, line)
        for cell in notebook.prose
        if "| What, and when |" in cell.source
        for line in cell.source.split("\n")
        if line.startswith("| **")
    ]


def disagreements(text: str) -> list[str]:
    """Return the lines in which a measured number was not promised."""
    wrong, before = [], ""
    for line in text.splitlines():
        promised, _, told = line.partition("measured")
        if not agree(before + promised, promised, told) or "False" in line:
            wrong.append(line)
        before = line
    return wrong


def agree(above: str, promised: str, told: str) -> bool:
    """Whether what is measured is promised, or lies beside a limit that is promised above."""
    if limits := LIMITS.search(told):
        low, high = map(float, limits.groups())
        return any(low <= float(number) <= high for number in NUMBER.findall(above))
    known = NUMBER.findall(promised)
    return all(any(near(one, other) for one in known) for other in NUMBER.findall(told))


def near(one: str, other: str) -> bool:
    """Whether two printed numbers differ by rounding at most; counts are not rounded."""
    digits = max(len(number.partition(".")[2]) for number in (one, other))
    rounding = ROUNDING * 10.0**-digits if "." in one + other else 0.0
    return abs(float(one) - float(other)) <= rounding
