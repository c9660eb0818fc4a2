"""What people have given in formgrader and what lateness costs are the same wherever one looks."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course_tools.marking.assignments import read_assignment
from course_tools.marking.late import Deadline, rule_of
from course_tools.marking.records.by_hand import GIVEN
from course_tools.marking.records.deadlines import (
    FILE,
    changed,
    read_deadlines,
    said_of,
    write_deadlines,
)
from course_tools.marking.records.gradebook import Book
from course_tools.marking.records.people import Person
from course_tools.marking.records.reports import page_of, write_table
from course_tools.marking.records.standing import Ledger
from course_tools.marking.results import Mark, MarkingError, Result
from course_tools.marking.submissions import Listed
from course_tools.notebooks.course import slug_of, solutions

SOURCE = solutions()[0]
NAME = slug_of(SOURCE)
NOTEBOOK = f"exercise_{NAME}"
STUDENTS = ("Anna", "Berta", "Żółć 王", "Eve")
DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
DEADLINES = {NAME: Deadline(DUE, rule_of("10% per day"), timedelta(minutes=15))}
HOURS = {"Anna": -1.0, "Berta": 2.0, "Żółć 王": 0.1, "Eve": 240.0}
"""How late everybody is."""

TIMES = {(name, NAME): DUE.timestamp() + hours * 3600 for name, hours in HOURS.items()}


def result_of(student: str) -> Result:
    """Return what marking ends with: the second test of three is lost."""
    tests = read_assignment(SOURCE).tests
    marks = [Mark(test.name, test.points, test.points, "Right.") for test in tests]
    marks[1] = Mark(tests[1].name, 0.0, tests[1].points, "Dropped.\nKeep it.")
    return Result(student, NAME, "d", "marked", "4 of 6 points.", tuple(marks), "{}")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A gradebook in which everybody has the same points, and a person has had a say on Anna's."""
    made = Book(tmp_path_factory.mktemp("standing"))
    made.add_assignment(SOURCE)
    results = [result_of(student) for student in STUDENTS]
    made.enter(results)
    second, third = results[0].marks[1], results[0].marks[2]
    grade = made.book.find_grade(second.name, NOTEBOOK, NAME, "Anna")
    grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.25, False
    made.book.find_grade(third.name, NOTEBOOK, NAME, "Anna").extra_credit = 1.0
    comments = made.book.find_submission_notebook(NOTEBOOK, NAME, "Anna").comments
    comments[0].manual_comment = "=A good <b>idea</b>.\nGo on."
    made.book.db.commit()
    return made


def ledger(book: Book, deadlines: dict[str, Deadline] = DEADLINES) -> Ledger:
    """Settle everything."""
    return book.settle(TIMES, deadlines, [result_of(student) for student in STUDENTS])


def rows_of(book: Book, known: Ledger, path: Path) -> dict[str, dict[str, str]]:
    """Write the table, and read it."""
    standings = known.standings(result_of(student) for student in STUDENTS)
    write_table(standings, path, [Listed("x.zip", "", NAME, "It is broken.")])
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_points_and_comments_of_a_person_stand_in_the_table(book: Book, tmp_path: Path):
    rows = rows_of(book, ledger(book), tmp_path / "marks.csv")
    anna = rows["Anna"]
    assert (anna["points"], anna["by hand"]) == ("6.75", "no")
    assert anna["reason"] == "6.75 of 6 points."
    assert anna["comments"].endswith(": =A good <b>idea</b>. Go on.")
    assert not anna["comments"].startswith("=")
    assert rows["x.zip"]["status"] == "not marked"
    assert rows["x.zip"]["reason"] == "It is broken."


def test_lateness_stands_in_the_table_with_its_reason(book: Book, tmp_path: Path):
    rows = rows_of(book, ledger(book), tmp_path / "marks.csv")
    assert [rows[name]["points"] for name in STUDENTS] == ["6.75", "3.4", "4", "0"]
    assert rows["Berta"]["late"].startswith("Handed in 2 hours late, at 2026-11-21 01:59 UTC;")
    assert rows["Berta"]["late"].endswith("That takes off 0.6 points, by the rule: 10% per day.")
    assert rows["Żółć 王"]["late"] == rows["Anna"]["late"] == ""
    assert rows["Berta"]["handed in"]


def test_nbgraders_export_says_the_same(book: Book, tmp_path: Path):
    from nbgrader.plugins import CsvExportPlugin

    rows = rows_of(book, ledger(book), tmp_path / "marks.csv")
    CsvExportPlugin(to=str(tmp_path / "grades.csv")).export(book.book)
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        grades = {row["student_id"]: row for row in csv.DictReader(file)}
    for student in STUDENTS:
        assert float(grades[student]["score"]) == pytest.approx(float(rows[student]["points"]))
        assert grades[student]["duedate"] == "2026-11-20 23:59:00"
    assert grades["Berta"]["timestamp"] == "2026-11-21 01:59:00"
    submission = book.book.find_submission(NAME, "Eve")
    assert submission.total_seconds_late == 240 * 3600


def test_without_a_rule_nothing_is_late(book: Book, tmp_path: Path):
    ledger(book)
    none = {NAME: Deadline(DUE)}
    rows = rows_of(book, ledger(book, none), tmp_path / "marks.csv")
    assert [rows[name]["points"] for name in STUDENTS] == ["6.75", "4", "4", "4"]
    assert rows["Eve"]["late"].startswith("Handed in 10 days late")
    assert book.book.find_submission(NAME, "Eve").late_submission_penalty in (None, 0)


def test_times_of_an_earlier_run_are_remembered(book: Book):
    ledger(book)
    again = book.settle({}, DEADLINES, [])
    assert again.standing(result_of("Eve")).final.points == 0


def test_those_are_counted_of_which_nobody_knows_when(book: Book):
    known = ledger(book)
    results = [result_of("Anna"), result_of("Nobody"), replace(result_of("No"), assignment="b")]
    assert known.untimed(results) == 1
    assert replace(known, deadlines={}).untimed(results) == 0


def test_an_extension_that_nbgrader_knows_counts(book: Book):
    ledger(book)
    book.book.grant_extension(NAME, "Eve", days=9)
    assert ledger(book).standing(result_of("Eve")).final.points == pytest.approx(4 - 0.6)
    book.book.grant_extension(NAME, "Eve")


def test_the_page_says_who_gave_the_points_and_why_some_are_gone(book: Book):
    known = ledger(book)
    page = page_of(
        *[known.standing(result_of("Anna")).result, "T", known.standing(result_of("Anna"))]
    )
    assert "6.75 of 6 points" in page
    assert GIVEN in page
    assert "A good &lt;b&gt;idea&lt;/b&gt;." in page
    assert "What a person has written to you" in page
    page = page_of(result_of("Eve"), "T", known.standing(result_of("Eve")))
    assert "0 of 6 points" in page
    assert "<p>Handed in 10 days late" in page
    assert "by the rule: 10% per day. Without that: 4 points." in page
    page = page_of(result_of("Eve"), "T")
    assert "Without that" not in page
    assert "What a person" not in page


def test_who_has_to_be_looked_at_again_is_open(book: Book):
    grade = book.book.find_grade(result_of("Anna").marks[1].name, NOTEBOOK, NAME, "Anna")
    grade.needs_manual_grade = True
    book.book.db.commit()
    assert ledger(book).standing(result_of("Anna")).open
    grade.needs_manual_grade = False
    book.book.db.commit()
    assert not ledger(book).standing(result_of("Anna")).open


def test_an_answer_that_a_person_reads_is_open_until_then(book: Book):
    result = result_of("Anna")
    unread = replace(result.marks[1], points=None)
    waiting = replace(result, student="Zoe", marks=(result.marks[0], unread))
    assert ledger(book).standing(waiting).open
    read = ledger(book).standing(replace(waiting, student="Anna"))
    assert (read.final.points, read.open) == ((result.marks[0].points or 0) + 1.75, False)


def test_formgrader_gets_names_and_keeps_its_own(book: Book):
    book.book.find_student("Berta").last_name = "Own"
    book.introduce(
        {"Anna": Person("Anna", "Berg", "a@x"), "Berta": Person("Berta"), "No": Person()}
    )
    named = {each.id: (each.first_name, each.last_name, each.email) for each in book.book.students}
    assert named["Anna"] == ("Anna", "Berg", "a@x")
    assert named["Berta"] == ("Berta", "Own", None)
    assert set(named) == set(STUDENTS)


# --- What holds until something else is said ------------------------------------------------------


def test_deadlines_are_kept_and_changed(tmp_path: Path):
    write_deadlines(tmp_path, {})
    assert not (tmp_path / FILE).exists()
    write_deadlines(tmp_path, DEADLINES)
    assert read_deadlines(tmp_path) == DEADLINES
    later = DUE + timedelta(days=1)
    due = changed(DEADLINES, [NAME, "b"], [("", later)], None, None)
    assert due[NAME] == replace(DEADLINES[NAME], due=later)
    assert due["b"] == Deadline(later)
    assert changed(DEADLINES, [NAME], [], (None,), None)[NAME].rule is None
    assert changed(DEADLINES, [NAME], [], None, timedelta())[NAME].grace == timedelta()
    assert changed(DEADLINES, ["b"], [("b", DUE)], None, None).keys() == {NAME, "b"}
    assert said_of(NAME, DEADLINES[NAME]) == (
        f"{NAME} was due at 2026-11-20 23:59 UTC; late: 10% per day, after 0:15:00 (h:mm:ss) of"
        " grace."
    )


def test_what_cannot_be_known_is_asked_for(tmp_path: Path):
    with pytest.raises(MarkingError, match="nobody knows when b was due"):
        changed({}, ["b"], [], (None,), None)
    with pytest.raises(MarkingError, match="--due was given for c, and this run marks b"):
        changed({}, ["b"], [("c", DUE)], None, None)
    for spoilt in ("{", "[]", json.dumps({"b": {}}), json.dumps({"b": 1})):
        (tmp_path / FILE).write_text(spoilt, "utf-8")
        with pytest.raises(MarkingError, match="Take it away"):
            read_deadlines(tmp_path)
