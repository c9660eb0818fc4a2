"""What the command line of `make grade` says."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from course_tools.files import ROOT
from course_tools.marking.fingerprint import fingerprint
from course_tools.marking.jobs import Settings
from course_tools.marking.late import LateError, due_of, grace_of, rule_of
from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.submissions import Bounds
from course_tools.marking.workers import PATIENCE

T = TypeVar("T")

MB = 2**20
LIMITS = Limits()
BOUNDS = Bounds()

ABOUT = "Mark a folder of submissions: a gradebook, a table and a page for each student come out."

EPILOG = """\
Submissions may be laid out as nbgrader lays them out, STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb, lie in
one folder as STUDENT.ipynb, or be what Moodle, Canvas or Blackboard give to download, as a zip or
unpacked. Started again, it marks only what has changed. The exit status is 0 if every submission
ended with a mark or a reason, and 1 if something that was meant to be marked is not: it is listed.
"""


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    form = argparse.ArgumentDefaultsHelpFormatter
    parser = argparse.ArgumentParser("grade", description=ABOUT, formatter_class=form)
    parser.epilog = EPILOG
    add = parser.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="folder or zip of submissions")
    add("--assignment", default="", help="mark this one only, such as 06_momentum")
    add("--output", type=Path, default=Path("marked"), help="folder for everything that is written")
    add("--source", type=Path, default=ROOT / "solutions", help="folder with the assignments")
    add("--workers", type=positive(int), default=os.cpu_count() or 1, help="processes that mark")
    add("--scheduler", help="address of a dask.distributed scheduler, whose workers mark instead")
    add("--patience", type=positive(float), default=PATIENCE, help="seconds for it to answer")
    add(
        "--module", type=Path, action="append", default=[], help="folder that notebooks import from"
    )
    add_what_is_marked_again(parser)
    collecting = parser.add_argument_group("who has handed in what")
    add = collecting.add_argument
    add("--roster", type=Path, metavar="FILE", help="table of the class: who handed in nothing")
    add("--roster-column", default="", help="its column that names the student, if none is found")
    size = positive(float)
    work = "largest notebook without its outputs, in MB"
    add("--notebook-size", type=size, default=BOUNDS.bytes / 10**6, help=work)
    add("--file-size", type=size, default=BOUNDS.file / 10**6, help="largest file, in MB")
    add_lateness(parser)
    add_what_goes_back(parser)
    limits = parser.add_argument_group("limits for one submission")
    add = limits.add_argument
    seconds = positive(float)
    work = "of a processor's work, or of waiting, for each cell"
    add("--cell-seconds", type=seconds, default=LIMITS.cell_seconds, help=work)
    work = "of processors' work for the whole notebook"
    add("--seconds", type=seconds, default=LIMITS.seconds, help=work)
    add("--memory", type=positive(int), default=LIMITS.memory // MB, help="in MB")
    add("--disk", type=positive(int), default=LIMITS.disk // MB, help="temporary files, in MB")
    add("--processes", type=positive(int), default=LIMITS.processes, help="and threads, at a time")
    parser.add_argument(
        "--run-learners-code-unprotected",
        action="store_true",
        help="run it without a sandbox, with all your rights: it can read, change and send whatever"
        " you can. Only for submissions that you have read yourself",
    )
    return parser


def add_what_is_marked_again(parser: argparse.ArgumentParser) -> None:
    """Add what is marked once more although nothing has changed."""
    add = parser.add_argument_group("to mark once more, though nothing has changed").add_argument
    name = "all that this student has handed in; may be given several times"
    add("--again", metavar="STUDENT", action="append", default=[], help=name)
    add("--again-stopped", action="store_true", help="whatever was stopped")


def add_lateness(parser: argparse.ArgumentParser) -> None:
    """Add what is said about lateness; it holds until something else is said."""
    add = parser.add_argument_group("what is late").add_argument
    said = (
        "when it is due, such as 2026-11-20T23:59; for one of several, 06_momentum=2026-11-20T23:59"
    )
    add("--due", metavar="TIME", action="append", type=worded(due_of), default=[], help=said)
    said = 'what that costs: "10%% per day", "2 points per day", "1 point per hour, at most 50%%",'
    said += ' "no points" or "none"'
    add("--late", metavar="RULE", type=worded(lambda text: (rule_of(text),)), help=said)
    said = "how late is not late yet, such as 15m; who is later is late from the start"
    add("--late-grace", metavar="LENGTH", type=worded(grace_of), help=said)


def add_what_goes_back(parser: argparse.ArgumentParser) -> None:
    """Add the tables into which points are written."""
    group = parser.add_argument_group(
        "tables of Canvas, Moodle or a spreadsheet, filled with points"
    )
    add = group.add_argument
    said = "table in CSV form; the filled one is written to the output; may be given several times"
    add("--fill", metavar="FILE", type=Path, action="append", default=[], help=said)
    said = 'column for the points; with several assignments, "06_momentum=COLUMN" for each'
    add("--fill-column", metavar="COLUMN", action="append", default=[], help=said)
    add("--fill-student", metavar="COLUMN", default="", help="column that says who somebody is")
    said = "otherwise points are scaled to the maximum that the table names"
    add("--fill-as", choices=("points", "percent"), help=said)
    add("--fill-zero", action="store_true", help="give 0 to who handed in nothing")


def worded(read: Callable[[str], T]) -> Callable[[str], T]:
    """Let the words of a refusal reach whoever has typed."""

    def reading(text: str) -> T:
        try:
            return read(text)
        except LateError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return reading


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """Return a reader of numbers above zero."""

    def read(text: str) -> float:
        number = kind(text)
        if not 0 < number < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} was given; it has to be above zero")
        return number

    return read


def settings_of(options: argparse.Namespace) -> Settings:
    """Return what the command line says about how to mark."""
    hidden = (options.submissions, options.output, options.source)
    return Settings(
        fingerprint(),
        limits_of(options),
        not options.run_learners_code_unprotected,
        tuple(map(shared, options.module)),
        tuple(str(place.resolve()) for place in hidden),
        bounds_of(options),
    )


def shared(folder: Path) -> Path:
    """Return the place of a folder with modules, which everybody has to be able to read."""
    if not folder.is_dir() or folder.stat().st_mode & 0o005 != 0o005:
        raise MarkingError(
            f"--module was given {folder}, which is no folder that everybody can read. In the"
            f" sandbox code belongs to nobody, so make it `chmod -R a+rX {folder}`."
        )
    return folder.resolve()


def bounds_of(options: argparse.Namespace) -> Bounds:
    """Return how much may be handed in; all that stands in a notebook grows with its size."""
    times = options.notebook_size * 10**6 / BOUNDS.bytes
    size = int(BOUNDS.bytes * times)
    return Bounds(
        bytes=size,
        cells=int(BOUNDS.cells * max(times, 1)),
        characters=int(BOUNDS.characters * max(times, 1)),
        values=int(BOUNDS.values * max(times, 1)),
        file=max(int(options.file_size * 10**6), size),
    )


def limits_of(options: argparse.Namespace) -> Limits:
    """Return the limits that the command line gives."""
    return Limits(
        cell_seconds=options.cell_seconds,
        seconds=options.seconds,
        memory=int(options.memory * MB),
        disk=int(options.disk * MB),
        processes=int(options.processes),
    )
