"""Results are entered while others are marked, and what that leaves is entered in the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from marking_class import gradebook_of

from course_tools.marking import entering
from course_tools.marking.assignments import read_assignment
from course_tools.marking.entering import Clerk, begin, enter, together
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.records.gradebook import GRADEBOOK
from course_tools.marking.records.journal import Journal, key_of
from course_tools.marking.results import MarkingError, Result
from course_tools.marking.submission_run import mark
from course_tools.notebooks.course import slug_of, solutions

pytestmark = pytest.mark.sandbox

SOURCE = solutions()[0]
SOURCES = {slug_of(SOURCE): SOURCE}
STUDENTS = 5


@pytest.fixture(scope="module")
def result() -> Result:
    """What a right answer ends with."""
    settings = Settings("marker", protected=False)
    return mark(Job("s0", read_assignment(SOURCE), SOURCE.read_bytes(), "", "digest", settings))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite") as journal:
        begin(tmp_path, journal)
        yield journal


def entered(folder: Path) -> dict[str, float]:
    """Return how many points the gradebook has for each student."""
    points: dict[str, float] = {}
    for (_, student, _), score in gradebook_of(folder).items():
        points[student] = points.get(student, 0.0) + score
    return points


EVERYBODY = {f"s{number}": 6.0 for number in range(STUDENTS)}


@pytest.mark.parametrize("killed", [None, 0, 2])
def test_all_is_entered_whatever_happens_to_the_process(
    result: Result, journal: Journal, tmp_path: Path, killed: int | None
):
    keys = []
    with Clerk(tmp_path, SOURCES) as clerk:
        for number in range(STUDENTS):
            each = replace(result, student=f"s{number}")
            journal.add(each)
            keys.append(key_of(each))
            if number == killed:
                os.kill(clerk.process.pid or 0, signal.SIGKILL)
                clerk.process.join()
            clerk.give(journal, keys[-1])
        clerk.finish(journal)
    if killed is None:
        assert all(map(journal.is_entered, keys)), "by that process"
    enter(tmp_path, SOURCES, journal, keys)
    assert all(map(journal.is_entered, keys))
    assert entered(tmp_path) == EVERYBODY


def test_an_error_of_the_gradebook_is_told_in_the_end(
    result: Result, journal: Journal, tmp_path: Path
):
    (tmp_path / GRADEBOOK).write_text("no database, however long it is read" * 100)
    journal.add(result)
    with Clerk(tmp_path, SOURCES) as clerk:
        clerk.give(journal, key_of(result))
        clerk.finish(journal)
    assert not journal.is_entered(key_of(result))
    with pytest.raises(MarkingError, match=r"The gradebook in .* cannot be used"):
        enter(tmp_path, SOURCES, journal, [key_of(result)])


def test_a_student_without_a_usable_name_has_no_entry(
    result: Result, journal: Journal, tmp_path: Path
):
    nameless = replace(result, student="a/b")
    journal.add(nameless)
    with Clerk(tmp_path, SOURCES) as clerk:
        clerk.give(journal, key_of(nameless))
        clerk.finish(journal)
    enter(tmp_path, SOURCES, journal, [key_of(nameless)])
    assert entered(tmp_path) == {}


def test_few_large_notebooks_are_held_at_a_time(result: Result, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(entering, "LARGEST", 1000)
    results = [replace(result, notebook="x" * size) for size in (10, 600, 600, 2000, 10, 20)]
    sizes = [[len(each.notebook) for each in group] for group in together(results)]
    assert sizes == [[10, 600, 600], [2000], [10, 20]]
    small = replace(result, notebook="")
    assert [len(group) for group in together([small] * 120)] == [50, 50, 20]
