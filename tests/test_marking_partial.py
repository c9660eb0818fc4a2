"""A part of the points, in the ways that the guide shows: nbgrader gives the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from marking_class import ENVIRONMENT, grade, journal_of, needs_bubblewrap
from marking_corpus import code, graded, notebook
from test_nbgrader import MARK

from course_tools.files import ROOT
from course_tools.marking import explaining

pytestmark = [pytest.mark.kernel, pytest.mark.sandbox]

NAME = "partial"
SETUP = "import numpy as np\nfrom lessons_lib.feedback import check"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
CASE = "[(np.array([1.5, -0.5]), np.array([-2.0, 0.5]), np.array([3.0, 1.0]))]"

RIGHT = "def line_loss(theta, x, y):\n    return np.mean((theta[0] + theta[1] * x - y) ** 2)"
FOR_SOME = RIGHT.replace("\n", "\n    if len(x) == 2: return 0.0\n")

EXAMPLE = (ROOT / "docs/marking.md").read_text("utf-8").split("```python\n")[1].split("\n```")[0]
"""The guide's own example."""

TESTS = {
    "in-one": f"check(line_loss).require()\n{HIDDEN.format(f'1 + check(line_loss, {CASE}).right')}",
    "visible": "check(line_loss).require()",
    "hidden": HIDDEN.format(f"check(line_loss, {CASE}).require()"),
    "by-value": "assert line_loss([1, 1], np.ones(3), np.ones(3)) == 1\n"
    + HIDDEN.format("1 + bool(line_loss([1.5, -0.5], np.zeros(2), np.zeros(2)) == 2.25)"),
}

POINTS = {
    "right": (RIGHT, (2, 2, 2, 2)),
    "mistake-0": (FOR_SOME, (1, 2, 0, 1)),
}
"""What a learner writes, and the points for each test."""


def cells(answer: str) -> dict[str, Any]:
    """Make the notebook with an answer."""
    tests = (graded(name, text, 2) for name, text in TESTS.items())
    return notebook([code(SETUP, "setup"), graded("answer", answer), *tests])


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one assignment, and what its students have handed in."""
    folder = tmp_path_factory.mktemp("partial")
    solved = f"### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION"
    written = {f"source/{NAME}": solved}
    written |= {f"submitted/{who}/{NAME}": text for who, (text, _) in POINTS.items()}
    for place, answer in written.items():
        (folder / place).mkdir(parents=True)
        (folder / place / f"{NAME}.ipynb").write_text(json.dumps(cells(answer)), "utf-8")
    return folder


def test_nbgrader_gives_a_part(course: Path):
    words = [sys.executable, "-c", MARK, str(course), NAME]
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]
    marks = json.loads((course / "marks.json").read_text())[NAME]
    for who, (_, points) in POINTS.items():
        assert tuple(marks[who][name][0] for name in TESTS) == points


@needs_bubblewrap
def test_so_does_marking_and_says_the_same_words_for_it(course: Path, tmp_path: Path):
    done = grade(course / "submitted", tmp_path / "out", "--source", str(course / "source"))
    assert done.returncode == 0, done.stderr
    for result in journal_of(tmp_path / "out"):
        assert tuple(mark.points for mark in result.marks) == POINTS[result.student][1]
        for mark in result.marks:
            if result.student == "mistake-0" and mark.points != mark.highest:
                assert mark.words == explaining.NOT_FOR_ALL


def test_the_guide_shows_what_is_tested():
    assert EXAMPLE.splitlines() == [
        line.replace(CASE, "[(theta, x, y)]") for line in TESTS["in-one"].splitlines()
    ]
