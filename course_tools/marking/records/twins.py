"""Submissions that say the same, but for spaces and comments. That is pointed out, not judged.

Only what a learner has written counts: lines that were in the exercise are left out. Whoever has
written little is left out as a whole, since short right answers are often the same.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

SHORTEST = 150
"""Letters of a learner's own code, spaces and comments apart, below which nobody is compared."""

PIECES = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\\?\Z)'
    r"|'''(?:\\.|[^\\])*?(?:'''|\\?\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'(?:\\.|[^'\\\n])*+'?"
    r"|(?P<comment>\#[^\n]*+)",
    re.DOTALL,
)
"""Texts, in which a # is no comment, and comments. It takes each sign once, whatever is there."""


SOLVED = re.compile(
    r"^[ \t]*#+ BEGIN SOLUTION.*?^[ \t]*#+ END SOLUTION[^\n]*$", re.DOTALL | re.MULTILINE
)
"""What nbgrader cuts out of a solution."""

STUBS = {"raiseNotImplementedError()", "raiseNotImplementedError"}
"""What it leaves there."""


def without_comments(source: str) -> str:
    """Return Python code without comments, whether it is right or not."""
    return PIECES.sub(lambda found: "" if found["comment"] else found[0], source)


def lines_of(source: str) -> list[str]:
    """Return the lines of some code, without comments, spaces and empty lines."""
    lines = ("".join(line.split()) for line in without_comments(source).splitlines())
    return [line for line in lines if line]


def codes_in(notebook: str | bytes) -> list[str]:
    """Return the code of a notebook that we have written ourselves, but for test cells."""
    cells: list[dict[str, Any]] = json.loads(notebook)["cells"]
    sources = (cell["source"] for cell in cells if cell["cell_type"] == "code" and not tests(cell))
    return [source if isinstance(source, str) else "".join(source) for source in sources]


def tests(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is a test of the instructor's."""
    kept = cell["metadata"].get("nbgrader", {})
    return bool(kept.get("grade") and not kept.get("solution"))


def own_code(notebook: str | bytes, given: Collection[str]) -> str:
    """Return what somebody has written.

    Parameters
    ----------
    notebook : str or bytes
        What they have handed in.
    given : collection of str
        Lines that were there before.
    """
    lines = (line for source in codes_in(notebook) for line in lines_of(source))
    return "\n".join(line for line in lines if line not in given)


def given_in(solution: str | bytes) -> set[str]:
    """Return the lines that everybody gets, by the instructor's own notebook."""
    return {
        line for source in codes_in(solution) for line in lines_of(SOLVED.sub("", source))
    } | STUBS


def twins_in(
    folder: Path, students: Iterable[str], assignment: str, solution: str | bytes
) -> list[list[str]]:
    """Group those who have handed in the same for an assignment.

    Parameters
    ----------
    folder : Path
        Where the marked notebooks are.
    students : iterable of str
        Whose.
    assignment : str
        What for.
    solution : str or bytes
        The instructor's own notebook.

    Returns
    -------
    list of list of str
        Groups of two or more, the largest first. `OWN` is in that of the instructor's solution.
    """
    given = given_in(solution)
    texts = {}
    for student in students:
        for path in (folder / student / assignment).glob("*.ipynb"):
            texts[student] = own_code(path.read_bytes(), given)
    return grouped({**texts, OWN: own_code(solution, given)})


OWN = ""
"""Stands for the instructor among students; nobody is called so."""


def grouped(texts: Mapping[str, str]) -> list[list[str]]:
    """Group those with the same text, if it is not too short."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in texts.items():
        if len(text) >= SHORTEST:
            groups[text].append(name)
    several = [sorted(names) for names in groups.values() if len(names) > 1]
    return sorted(several, key=lambda names: (-len(names), names))
