"""What people read of the marks: a table for the instructor, and a page for each student."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from course_tools.files import write_whole
from course_tools.marking.late import shown
from course_tools.marking.records.standing import Standing, standing_of
from course_tools.marking.results import Mark, Result
from course_tools.marking.submissions import Listed

COLUMNS = (
    *("student", "assignment", "status", "points", "highest", "by hand", "reason", "not right"),
    *("handed in", "late", "comments"),
)

POINTS = re.compile(r"^[\d.e+-]+ of [\d.e+-]+ points\.")
"""How a reason begins that says the points which the tests gave."""

FORMULA = re.compile(r"(?:^|(?<=;))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a cell begins that a spreadsheet would calculate; in some countries cells end with ;."""

KEPT = "\n\t"

HONEST = (
    "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
)
"""Signs that are not seen, but that names and words in some scripts cannot be written without."""

UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
"""Unicode's categories of signs that are not seen, but change what is: controls, directions."""

VISIBLE = "ARABIC|SYRIAC|KAITHI"
"""How the names of those signs begin that Unicode counts among them, although they are seen."""

SIGNS = {"right": "✓", "partly": "◐", "not": "✗", "open": "?"}
OUTCOMES = {
    "right": "Right",
    "partly": "Partly right",
    "not": "Not yet right",
    "open": "Still to come",
}

RUNS = (
    "Choose Run, then “Restart Kernel and Run All Cells…”, look whether every test says that it is"
    " right, and save the notebook."
)
AGAIN = "If your course still takes it, hand it in again. If you do not know, ask your instructor."

FIRST = {
    "marked": (
        "Begin with what is said first, above: what is said below may follow from it.",
        "Then read below what is said about each other task that is not yet right.",
        RUNS,
        AGAIN,
    ),
    "stopped": (
        "Change what is named above. Look for a loop that never ends, an array that is far too"
        " large, or a call that ends Python.",
        RUNS,
        AGAIN,
    ),
}
"""What a student can do where one thing is to blame for several tasks."""

STEPS = {
    "marked": (
        "Read below what is said about each task that is not yet right.",
        "Open your notebook, change your answer to it, and run the test below.",
        RUNS,
        AGAIN,
    ),
    "stopped": (
        "Find the cell that the sentence above is about, and change it. A loop that never ends"
        " is the usual reason.",
        RUNS,
        AGAIN,
    ),
    "refused": ("Do what the sentence above says.", AGAIN),
}
"""What a student can do who has lost points."""


def cleaned(text: str) -> str:
    """Put a box in place of every sign that cannot be seen or written to a file.

    Parameters
    ----------
    text : str
        Anything, such as what a learner's code says.
    """
    return "".join(sign if is_honest(sign) else "\N{WHITE SQUARE}" for sign in text)


def is_honest(sign: str) -> bool:
    """Whether a sign is what it looks like."""
    return (
        unicodedata.category(sign) not in UNSEEN
        or sign in KEPT + HONEST
        or bool(re.match(VISIBLE, unicodedata.name(sign, "")))
    )


# --- The table ------------------------------------------------------------------------------------


def write_table(
    standings: Iterable[Standing | Result], path: Path, listed: Iterable[Listed] = ()
) -> None:
    """Write one row for each student and assignment, in a form that spreadsheets read.

    Parameters
    ----------
    standings : iterable of Standing or Result
        In any order. Of a result nobody knows more than it says.
    path : Path
        The file.
    listed : iterable of Listed
        What is not marked.
    """
    rows = [row_of(standing) for standing in standings]
    rows += [row_of_listed(each) for each in listed]
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in sorted(rows, key=lambda each: (each[1], each[0])):
        table.writerow([harmless(value) for value in row])
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def row_of(standing: Standing | Result) -> tuple[str, ...]:
    """Return what the table says of a result, column by column."""
    standing = standing_of(standing) if isinstance(standing, Result) else standing
    result, final = standing.result, standing.final
    lost = [mark for mark in result.marks if mark.points is not None and mark.points < mark.highest]
    points, highest = f"{final.points:g}", f"{final.highest:g}"
    reason = POINTS.sub(f"{points} of {highest} points.", result.reason)
    at = standing.handed_in
    return (
        result.student,
        result.assignment,
        result.status,
        points,
        highest,
        "yes" if standing.open else "no",
        f"{reason} {result.cause}".strip(),
        "; ".join(f"{mark.name}: {title_and_lines(mark.words)[0]}" for mark in lost),
        "" if at is None else shown(datetime.fromtimestamp(at, UTC).astimezone()),
        final.reason,
        "; ".join(f"{remark.cell}: {remark.words}" for remark in standing.remarks),
    )


def row_of_listed(listed: Listed) -> tuple[str, ...]:
    """Return what the table says of something that is not marked."""
    who = listed.student or listed.name
    told = (who, listed.assignment, listed.status, "", "", "", listed.reason)
    return (*told, *[""] * (len(COLUMNS) - len(told)))


def harmless(text: str) -> str:
    """Write a cell in one line, of which a spreadsheet calculates nothing."""
    return FORMULA.sub("'", re.sub(r"[\n\t]", " ", cleaned(text)))


# --- The pages ------------------------------------------------------------------------------------


def write_report(
    result: Result, folder: Path, title: str, standing: Standing | None = None
) -> None:
    """Write the page for a student: `reports/<student>/<assignment>.html`.

    Parameters
    ----------
    result : Result
        What there is to say.
    folder : Path
        Where `reports` is, or will be.
    title : str
        The assignment's title.
    standing : Standing, optional
        Where it stands, if more is known than the result says.

    Raises
    ------
    ValueError
        If the student's name would lead to another folder.
    """
    reports = folder / "reports"
    path = reports / result.student / f"{result.assignment}.html"
    if path.parent.parent != reports or result.student in ("", ".", ".."):
        raise ValueError(f"{result.student!r} is no name of a folder.")
    write_whole(path, page_of(result, title, standing).encode())


def page_of(result: Result, title: str, standing: Standing | None = None) -> str:
    """Write the page for a student."""
    standing = standing or standing_of(result)
    tasks = [task_of(mark, result.reason) for mark in result.marks]
    page: str = template().render(
        title=cleaned(title),
        student=cleaned(result.student),
        reason=cleaned(result.reason) if result.status != "marked" else "",
        causes=[title_and_lines(cause) for cause in result.causes],
        status=result.status,
        points=f"{standing.final.points:g}",
        highest=f"{standing.final.highest:g}",
        by_hand=standing.open,
        late=standing.final.reason,
        before=f"{result.points:g}",
        remarks=[(named(each.cell), cleaned(each.words)) for each in standing.remarks],
        lost=any(task["kind"] in ("not", "partly") for task in tasks),
        steps=(FIRST if result.causes else STEPS)[result.status],
        tasks=tasks,
    )
    return page


def task_of(mark: Mark, reason: str) -> dict[str, Any]:
    """Return what the page says of a test, besides the reason that stands above all of them."""
    kind = kind_of(mark)
    head, lines = title_and_lines(mark.words)
    return {
        "name": named(mark.name),
        "kind": kind,
        "sign": SIGNS[kind],
        "outcome": OUTCOMES[kind],
        "points": "" if mark.points is None else f"{mark.points:g}",
        "highest": f"{mark.highest:g}",
        "head": "" if kind == "right" else head,
        "lines": [line for line in lines if line and line != cleaned(reason)],
    }


def named(cell: str) -> str:
    """Return what a page calls a cell."""
    return cleaned(cell).removeprefix("test-").replace("-", " ")


def kind_of(mark: Mark) -> str:
    """Sort a mark by what it means to a student."""
    if mark.points is None:
        return "open"
    if mark.points >= mark.highest:
        return "right"
    return "partly" if mark.points else "not"


def title_and_lines(words: str) -> tuple[str, list[str]]:
    """Split what is said of a test into its title and the rest."""
    head, *lines = cleaned(words).split("\n")
    return head, lines


@cache
def template(name: str = "report.html") -> Any:
    """Return the template of a page, in which every sign is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment.get_template(name)
