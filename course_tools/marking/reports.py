"""What people read of the marks: a table for the instructor, and a page for each student."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from course_tools.marking.files import write_whole
from course_tools.marking.results import Result

COLUMNS = ("student", "assignment", "status", "points", "highest", "by hand", "reason", "not right")

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate."""

KEPT = "\n\t"
UNSAFE = ("Cc", "Cf", "Co", "Cs")
"""Unicode's categories of signs that are not seen, but change what is: controls, directions."""

SIGNS = {"right": "✓", "partly": "◐", "not": "✗", "open": "?"}


def cleaned(text: str) -> str:
    """Put a box in place of every sign that cannot be seen or written to a file.

    Parameters
    ----------
    text : str
        Anything, such as what a learner's code says.
    """
    return "".join(
        sign if sign in KEPT or unicodedata.category(sign) not in UNSAFE else "\N{WHITE SQUARE}"
        for sign in text
    )


# --- The table ------------------------------------------------------------------------------------


def write_table(results: Iterable[Result], path: Path) -> None:
    """Write one row for each student and assignment, in a form that spreadsheets read.

    Parameters
    ----------
    results : iterable of Result
        In any order.
    path : Path
        The file.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for result in sorted(results, key=lambda each: (each.assignment, each.student)):
        table.writerow([harmless(str(value)) for value in row_of(result)])
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def row_of(result: Result) -> tuple[Any, ...]:
    """Return what the table says of a result, column by column."""
    lost = [mark for mark in result.marks if mark.points is not None and mark.points < mark.highest]
    return (
        result.student,
        result.assignment,
        result.status,
        f"{result.points:g}",
        f"{result.highest:g}",
        "yes" if result.by_hand else "no",
        result.reason,
        "; ".join(f"{mark.name}: {mark.words.splitlines()[0]}" for mark in lost),
    )


def harmless(text: str) -> str:
    """Keep a spreadsheet from calculating a cell."""
    return f"'{cleaned(text)}" if text.startswith(FORMULAS) else cleaned(text)


# --- The pages ------------------------------------------------------------------------------------


def write_report(result: Result, folder: Path, title: str) -> None:
    """Write the page for a student: `reports/<student>/<assignment>.html`.

    Parameters
    ----------
    result : Result
        What there is to say.
    folder : Path
        Where `reports` is, or will be.
    title : str
        The assignment's title.

    Raises
    ------
    ValueError
        If the student's name would lead to another folder.
    """
    reports = folder / "reports"
    path = reports / result.student / f"{result.assignment}.html"
    if path.parent.parent != reports or result.student in ("", ".", ".."):
        raise ValueError(f"{result.student!r} is no name of a folder.")
    write_whole(path, page_of(result, title).encode())


def page_of(result: Result, title: str) -> str:
    """Write the page for a student."""
    tasks = [task_of(mark.name, mark.points, mark.highest, mark.words) for mark in result.marks]
    page: str = template().render(
        title=cleaned(title),
        student=cleaned(result.student),
        reason=cleaned(result.reason) if result.status != "marked" else "",
        status=result.status,
        points=f"{result.points:g}",
        highest=f"{result.highest:g}",
        by_hand=result.by_hand,
        tasks=tasks,
    )
    return page


def task_of(name: str, points: float | None, highest: float, words: str) -> dict[str, Any]:
    """Return what the page says of a test."""
    kind = (
        "open"
        if points is None
        else "right"
        if points >= highest
        else "partly"
        if points
        else "not"
    )
    head, *lines = cleaned(words).splitlines() or [""]
    return {
        "name": cleaned(name).removeprefix("test-").replace("-", " "),
        "kind": kind,
        "sign": SIGNS[kind],
        "points": "not yet" if points is None else f"{points:g}",
        "highest": f"{highest:g}",
        "head": head,
        "lines": lines,
    }


@cache
def template() -> Any:
    """Return the template of the page, in which every sign is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment.get_template("report.html")
