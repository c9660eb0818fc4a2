"""A class that has handed in, marking as its instructor does it, and what that ended with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from course_tools.files import ROOT
from course_tools.marking.records.gradebook import Book
from course_tools.marking.records.journal import Journal
from course_tools.marking.results import Result
from course_tools.notebooks.course import exercise_of, slug_of, solutions

ENVIRONMENT = os.environ | {
    "COURSE_PROGRESS": "",
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "PYTHONPATH": str(ROOT),
}

needs_bubblewrap = pytest.mark.skipif(
    shutil.which("bwrap") is None and not os.environ.get("CI"),
    reason="bubblewrap is not here; `apt install bubblewrap` on Debian",
)
"""For tests that run learners' code. Where everything has to hold, they fail rather than skip."""


def hand_in(folder: Path, student: str, assignment: str, content: bytes) -> None:
    """Hand in a notebook, in nbgrader's layout."""
    path = folder / student / assignment / f"exercise_{assignment}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def hand_in_all(folder: Path, students: int, lessons: Iterable[Path] = ()) -> int:
    """Let every other student hand in what is right, and the rest what they got."""
    lessons = list(lessons) or solutions()
    for number in range(students):
        for source in lessons:
            path = exercise_of(source) if number % 2 else source
            hand_in(folder, f"student-{number:03}", slug_of(source), path.read_bytes())
    return students * len(lessons)


def command(submissions: Path, output: Path, *options: str) -> list[str]:
    """Write the command that marks, as `make grade` runs it."""
    marking = [sys.executable, "-W", "error::ResourceWarning", "-m", "course_tools.marking"]
    return [*marking, str(submissions), "--output", str(output), *options]


def grade(submissions: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Mark a class."""
    return subprocess.run(
        command(submissions, output, *options),
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def journal_of(output: Path) -> list[Result]:
    """Read the journal, in order."""
    with Journal(output / "journal.sqlite") as journal:
        return list(journal.results())


def outcome_of(result: Result) -> tuple[object, ...]:
    """Return all of a result that has to be the same every time."""
    return (
        result.student,
        result.assignment,
        result.status,
        result.reason,
        result.marks,
        result.notebook,
    )


def gradebook_of(output: Path) -> dict[tuple[str, str, str], float]:
    """Read nbgrader's gradebook: by assignment, student and test."""
    with Book(output) as book:
        return {
            (assignment.name, submission.student.id, grade.name): grade.score
            for assignment in book.book.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
