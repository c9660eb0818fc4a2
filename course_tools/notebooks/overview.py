"""What there is to say about each lesson, from the lessons, their exercises and the README."""

from __future__ import annotations

import re
from pathlib import Path

from course_tools.files import ROOT, write_changed
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import lessons, number_of, solution_of
from course_tools.notebooks.stored import NotebookError
from lessons_lib.overview import FILE, Lesson, written

ROW = re.compile(r"^\| \[\d+ · ([^\]]+)\]\(notebooks/(\w+)\.ipynb\) \| (.+?) \|$", re.MULTILINE)
TIME = re.compile(r"\*\*Time\*\* about (\d+) minutes")
OPTIONAL = "Optional: "
"""How the question of a lesson begins, in the README, that one can leave out."""


def every_lesson(root: Path = ROOT) -> list[Lesson]:
    """Return what there is to say about each lesson.

    Raises
    ------
    NotebookError
        If the README has no row for a lesson, or a title cell does not say how long it takes.
    """
    rows = {row[2]: row for row in ROW.finditer((root / "README.md").read_text(encoding="utf-8"))}
    return [described(path, rows, root) for path in lessons(root / "notebooks")]


def described(path: Path, rows: dict[str, re.Match[str]], root: Path) -> Lesson:
    """Return what there is to say about one lesson."""
    if path.stem not in rows:
        raise NotebookError(f"The README has no row for {path.stem}.")
    title, _, question = rows[path.stem].groups()
    code = "\n".join(cell.source for cell in Notebook.read(path).code)
    return Lesson(
        number=number_of(path),
        slug=path.stem,
        title=title,
        question=with_capital(question.removeprefix(OPTIONAL)),
        minutes=minutes_of(path),
        exercise=minutes_of(solution_of(path, root)),
        optional=question.startswith(OPTIONAL),
        goals=list(dict.fromkeys(re.findall(r"^explorers\.(\w+)\(", code, re.MULTILINE))),
    )


def with_capital(sentence: str) -> str:
    """Return a sentence with its first letter large."""
    return sentence[:1].upper() + sentence[1:]


def minutes_of(path: Path) -> int:
    """Return the minutes that a notebook's first cell states."""
    said = TIME.search(Notebook.read(path).nb.cells[0].source)
    if said is None:
        raise NotebookError(f"{path.name} does not say its time: '**Time** about 30 minutes.'")
    return int(said[1])


def write_overview() -> bool:
    """Write what there is to say for the library; return whether it has changed."""
    return write_changed(FILE, written(every_lesson()))
