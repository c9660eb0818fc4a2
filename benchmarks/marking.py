"""Marking a hundred submissions, against nbgrader's own autograder, on two cores.

Some of the submissions are right, some half right, some untouched. Both ways have to give the same
marks. Then it is told what one submission costs, part by part.
"""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import Comparison, Target, alternate

from course_tools.files import ROOT
from course_tools.marking.fingerprint import fingerprint
from course_tools.marking.jobs import Settings
from course_tools.marking.records.gradebook import Book
from course_tools.marking.records.journal import Journal
from course_tools.marking.sandbox.bubble import bubble
from course_tools.marking.workers import make_sure
from course_tools.notebooks.course import exercise_of
from course_tools.notebooks.stored import from_bytes, grade_id, to_bytes

ASSIGNMENT = "06_momentum"
SOURCE = ROOT / "solutions" / ASSIGNMENT / f"solution_{ASSIGNMENT}.ipynb"
HANDED_IN = exercise_of(SOURCE).name
BATCHES, EACH = 4, 25
CLASS = 300
WITHIN = 20.0
"""Seconds in which two cores should mark so many."""

CORES = 2
ENVIRONMENT = os.environ | {
    "COURSE_PROGRESS": "",
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "PYTHONPATH": str(ROOT),
}


def compare() -> list[Comparison]:
    with tempfile.TemporaryDirectory(prefix="marking-bench-") as name:
        course = Path(name)
        set_up(course)
        measured = alternate(
            lambda number: mark_all(course, number),
            lambda number: mark_batch(course, number),
            pairs=BATCHES,
            cost=lambda way, number: seconds(way, number),
        )
        agree(course)
        tell_class(course)
        tell_start(course)
        tell_parts(course / "ours-0")
    ratios = [theirs / EACH / (ours / (BATCHES * EACH)) for ours, theirs in measured]
    for way, count, column in (("make grade", BATCHES * EACH, 0), ("nbgrader", EACH, 1)):
        each = statistics.median(pair[column] for pair in measured) / count
        print(f"{way}: {60 / each:.0f} submissions per minute")
    return [
        Comparison(
            f"make grade, {CORES} workers, all {BATCHES * EACH} and its own start",
            f"nbgrader autograde, {EACH} at a time",
            "submissions per minute A / B",
            ratios,
            Target(25, at_least=True),
        )
    ]


def seconds(way: Callable[[int], object], number: int) -> float:
    start = time.perf_counter()
    way(number)
    return time.perf_counter() - start


def set_up(course: Path) -> None:
    """Lay out a course with a hundred submissions, and one more to warm up with."""
    source = course / "source" / ASSIGNMENT / HANDED_IN
    source.parent.mkdir(parents=True)
    shutil.copy(SOURCE, source)
    (course / "nbgrader_config.py").write_text("")
    run(course, "-m", "nbgrader", "generate_assignment", ASSIGNMENT)
    (course / "empty").mkdir()
    with Book(course / "empty") as book:
        book.add_assignment(SOURCE)
    kinds = itertools.cycle(notebooks())
    for batch, number in itertools.product(range(BATCHES), range(EACH)):
        submit(course / "submitted" / f"s{batch}-{number:02}", next(kinds))
    for number in range(CLASS):
        submit(course / "class" / f"s{number:03}", next(kinds))


def notebooks() -> list[bytes]:
    """Write the reference, the untouched exercise, and every half-way between them."""
    solution = from_bytes(SOURCE.read_bytes(), SOURCE)
    written = {grade_id(cell): cell.source for cell in solution.cells if grade_id(cell)}
    tasks = [
        grade_id(cell)
        for cell in solution.cells
        if grade_id(cell) and cell.metadata["nbgrader"]["solution"]
    ]
    made = []
    for count in range(len(tasks), -1, -1):
        for done in itertools.combinations(tasks, count):
            exercise = exercise_of(SOURCE)
            notebook = from_bytes(exercise.read_bytes(), exercise)
            for cell in notebook.cells:
                if grade_id(cell) in done:
                    cell.source = written[grade_id(cell)]
            made.append(to_bytes(notebook))
    return made


def submit(student: Path, content: bytes) -> None:
    path = student / ASSIGNMENT / HANDED_IN
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def mark_all(course: Path, number: int, submitted: str = "submitted") -> None:
    """Mark everything, from nothing."""
    output = course / f"ours-{number}"
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(course / "empty", output)  # nbgrader has its gradebook already, too
    options = ["--assignment", ASSIGNMENT, "--output", str(output), "--workers", str(CORES)]
    run(course, "-m", "course_tools.marking", str(course / submitted), *options)


def mark_batch(course: Path, number: int) -> None:
    """Have nbgrader mark a batch."""
    run(course, "-m", "nbgrader", "autograde", ASSIGNMENT, "--force", f"--student=s{number}-*")


def run(course: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=course,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr[-3000:])


def agree(course: Path) -> None:
    """Refuse marks that differ."""
    ours, theirs = (marks(folder) for folder in (course / "ours-0", course))
    assert len(ours) == BATCHES * EACH
    assert ours == theirs, "the two ways give different marks"


def marks(folder: Path) -> dict[str, dict[str, float]]:
    """Read a gradebook."""
    with Book(folder) as book:
        return {
            submission.student.id: {
                grade.name: grade.score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in book.book.assignment_submissions(ASSIGNMENT)
        }


def tell_class(course: Path) -> None:
    """Say how long a large class takes, and what of that processors work."""
    before = os.times()
    took = seconds(lambda number: mark_all(course, number, "class"), BATCHES)
    after = os.times()
    worked = sum(after[2:4]) - sum(before[2:4])
    print(
        f"\n{CLASS} submissions: {took:.1f} s (the target is {WITHIN:g}), {worked:.1f} s of work,"
        f" on {CORES} cores with a load of {os.getloadavg()[0]:.1f}"
    )


def tell_start(course: Path) -> None:
    """Say what starting costs, once, before the first submission."""
    imports = seconds(lambda _: run(course, "-c", "import course_tools.marking.command_line"), 0)
    sandbox = seconds(lambda _: make_sure(Settings(fingerprint())), 0)
    bubble(True, ()).close()
    print(f"\nOnce, in ms: imports {1000 * imports:.0f}, a sandbox {1000 * sandbox:.0f}")


def tell_parts(output: Path) -> None:
    """Say what one submission costs, part by part."""
    with Journal(output / "journal.sqlite") as journal:
        results = list(journal.results())
    parts = {
        part: statistics.mean(result.seconds.get(part, 0.0) for result in results)
        for part in ("reading", "start", "cells", "tests", "hidden", "writing")
    }
    with tempfile.TemporaryDirectory() as name:
        begun = time.perf_counter()
        with Journal(Path(name) / "journal.sqlite") as journal:
            for result in results:
                journal.add(result)
        parts["journal"] = (time.perf_counter() - begun) / len(results)
        with Book(Path(name)) as book:
            book.add_assignment(SOURCE)
            begun = time.perf_counter()
            book.enter(results)
            parts["gradebook"] = (time.perf_counter() - begun) / len(results)
    print(
        "One submission, in ms (tests: what students see of them; hidden: the second run, with the"
        " rest):"
    )
    print("  " + ", ".join(f"{part} {1000 * cost:.1f}" for part, cost in parts.items()))
