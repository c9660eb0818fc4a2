"""Who may have everything right is run without copies first, and gets the same marks by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from marking_class import needs_bubblewrap
from marking_corpus import code, graded, markdown, notebook

from course_tools.marking import submission_run
from course_tools.marking.assignments import read_assignment
from course_tools.marking.jobs import FIRST, FIRST_ALONE, SECOND, Job, Settings
from course_tools.marking.notebook_run import NotebookRun
from course_tools.marking.results import Half, Result
from course_tools.marking.sandbox.limits import Limits

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

TASKS = {"double": "def double(x): return 2 * x", "treble": "def treble(x): return 3 * x"}
TESTS = {
    "double": "assert double(1) == 2\n### BEGIN HIDDEN TESTS\nassert double(7) == 14\n"
    "### END HIDDEN TESTS",
    "treble": "assert treble(1) == 3\nassert treble(2) == 6",
    "part": "1 + (treble(4) == 12)",
}
ALL = {"test-double": 2.0, "test-treble": 2.0, "test-part": 2.0}

NO_COPIES, COPIES = False, True
RIGHT = [NO_COPIES, NO_COPIES]
"""The runs of a notebook in which all is right: one for what is shown, one for what is hidden."""

TWICE = [NO_COPIES, COPIES]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instructor's notebook."""
    marked = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    path = tmp_path_factory.mktemp("hopeful") / "hopeful.ipynb"
    cells = [markdown("# Hopeful")]
    for name, text in TESTS.items():
        if name in TASKS:
            cells.append(graded(name, marked.format(TASKS[name])))
        cells.append(graded(f"test-{name}", text, 2))
    path.write_text(json.dumps(notebook(cells)), "utf-8")
    return path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run made copies, in order."""
    made: list[bool] = []
    run_as_usual = submission_run.run_notebook

    def run(*words: Any, copying: bool) -> NotebookRun:
        made.append(copying)
        return run_as_usual(*words, copying=copying)

    monkeypatch.setattr(submission_run, "run_notebook", run)
    return made


def job_for(source: Path, double: str, treble: str, before: str = "", **limits: float) -> Job:
    """Hand in two functions."""
    cells: list[Any] = [code(f"seen = []\n{before}", "before")]
    for name, text in {"double": double, "treble": treble}.items():
        cells += [graded(name, text), graded(f"test-{name}", "", 2)]
    content = json.dumps(notebook([*cells, graded("test-part", "", 2)])).encode()
    settings = Settings("marker", Limits(**limits))  # type: ignore[arg-type]
    return Job("Zoë", read_assignment(source), content, "", "digest", settings)


def marked(job: Job) -> dict[str, float | None]:
    """Mark as in a batch, and return the points."""
    half = submission_run.advance(replace(job, phase=FIRST))
    assert isinstance(half, Half)
    done = submission_run.advance(replace(job, phase=half.due, seen=half.seen))
    assert isinstance(done, Result), half.due
    return {mark.name: mark.points for mark in done.marks}


def test_who_has_everything_right_is_never_copied(source: Path, runs: list[bool]) -> None:
    assert marked(job_for(source, *TASKS.values())) == ALL
    assert runs == RIGHT


@pytest.mark.parametrize(
    ("double", "treble"),
    [
        (  # each call finds what the one before has left
            "def double(x):\n    seen.append(x)\n    return 2 * x",
            "def treble(x):\n    return 3 * x + len(seen)",
        ),
        (
            TASKS["double"],
            "def treble(x, before=[]):\n    before.append(x)\n    return 3 * x * len(before)",
        ),
        (
            TASKS["double"],
            "import os\ndef treble(x):\n    seen and os._exit(0)\n    seen.append(x)\n"
            "    return 3 * x",
        ),
        (
            TASKS["double"],
            "def treble(x):\n    if seen: raise NotImplementedError\n    seen.append(x)\n"
            "    return 3 * x",
        ),
        (
            TASKS["double"],
            "def treble(x):\n    while seen: pass\n    seen.append(x)\n    return 3 * x",
        ),
    ],
    ids=["of another", "of its own", "ends Python", "says that it is unwritten", "never ends"],
)
def test_what_a_call_leaves_for_the_next_costs_nothing(
    double: str, treble: str, source: Path, runs: list[bool]
) -> None:
    assert marked(job_for(source, double, treble)) == ALL
    assert runs[:2] == TWICE, "without copies it was wrong"


def test_a_function_that_never_ends_takes_its_own_test_alone(
    source: Path, runs: list[bool]
) -> None:
    points = marked(job_for(source, "def double(x):\n    while True: pass", TASKS["treble"]))
    assert points == ALL | {"test-double": 0.0}
    assert runs[:2] == TWICE


def test_a_part_of_the_points_is_given_after_a_run_with_copies(
    source: Path, runs: list[bool]
) -> None:
    points = marked(job_for(source, TASKS["double"], "def treble(x): return 3 * x if x < 4 else 0"))
    assert points == ALL | {"test-part": 1.0}
    assert runs[:2] == TWICE


def test_what_is_unwritten_gives_nothing_and_needs_no_copies(
    source: Path, runs: list[bool]
) -> None:
    empty = "# YOUR CODE HERE\nraise NotImplementedError()"
    body = "def double(x):\n    raise NotImplementedError"
    points = marked(job_for(source, f"{body}\n{empty}", TASKS["treble"]))
    assert points == ALL | {"test-double": 0.0}
    assert runs[:2] == TWICE, "the cell is not as students got it"
    runs.clear()
    points = marked(job_for(source, empty, TASKS["treble"], before=body))
    assert points == ALL | {"test-double": 0.0}
    assert runs == RIGHT


def test_who_is_late_is_run_alone_and_only_there_with_copies(
    source: Path, runs: list[bool]
) -> None:
    job = job_for(source, f"while True: pass\n{TASKS['double']}", TASKS["treble"], cell_seconds=0.3)
    half = submission_run.advance(replace(job, phase=FIRST))
    assert isinstance(half, Half)
    assert (half.due, runs) == (FIRST_ALONE, [NO_COPIES])
    half = submission_run.advance(replace(job, phase=FIRST_ALONE))
    assert isinstance(half, Half)
    assert (half.due, runs) == (SECOND, TWICE)
