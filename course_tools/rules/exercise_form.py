"""What every exercise has, held where it is written: in its solution.

The rules are like those of `hygiene`, and are for solutions alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import notebooks, slug_of, solution_of
from course_tools.rules.registry import Rules

END = "go-on"
"""The id of the cell with which an exercise ends."""

RULES: Rules[Notebook] = Rules()
"""Those below, in their order."""


def problems(path: Path) -> list[str]:
    """Apply every rule to a solution, and return a sentence for each problem."""
    return RULES.problems(Notebook.read(path))


@RULES.add
def way_on(notebook: Notebook) -> Iterator[str]:
    """Refuse an end that does not say where to compare, and what is next."""
    last = notebook.nb.cells[-1]
    if last.id != END or last.cell_type != "markdown":
        yield notebook.says(last, f"an exercise ends with a text cell {END!r}. Write it below.")
        return
    for name, link in links_on(notebook.path).items():
        if f"]({link})" not in last.source:
            yield notebook.says(last, f"it has no link to {name}: ({link}).")


def links_on(path: Path) -> dict[str, str]:
    """Return where an exercise has to lead, by what is there."""
    lessons = notebooks(path.parents[2] / "notebooks")
    names = [each.name for each in lessons]
    after = names[names.index(f"{slug_of(path)}.ipynb") + 1]
    return {
        "the worked solution": f"../../{solution_of(path, Path()).as_posix()}",
        "the page after its lesson": f"../../notebooks/{after}",
        "the start page": f"../../notebooks/{names[0]}",
    }
