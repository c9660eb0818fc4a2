"""The journal keeps every result that it has taken, whatever happens, or says what is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from course_tools.files import ROOT
from course_tools.marking.records.journal import Journal, key_of
from course_tools.marking.results import Half, Mark, MarkingError, Result

MARKS = (Mark("test-step", 2.0, 2.0, "Right."), Mark("test-run", 0.5, 3.0, "Dropped\nv is lost."))
RESULT = Result(
    "Żółć", "06_momentum", "d1", "marked", "2.5 of 5 points.", MARKS, "{}", {"cells": 1}
)

ADDS = """
import sys
from pathlib import Path
from course_tools.marking.records.journal import Journal
from course_tools.marking.results import Mark, Result

marks = (Mark("test", 1.0, 1.0, "Right."),)
with Journal(Path(sys.argv[1])) as journal:
    print("open", flush=True)
    for number in range(100_000):
        digest = str(number)
        notebook = digest * 5000
        journal.add(Result(f"s{number % 7}", "one", digest, "marked", "", marks, notebook))
        print(number, flush=True)
"""

WAITS = """
import sys
from pathlib import Path
from course_tools.marking.records.journal import Journal

with Journal(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


KILLED_AT = """
import os, sqlite3, sys
from pathlib import Path
from course_tools.marking.records import journal

class Rows(sqlite3.Connection):
    def execute(self, query, *values):
        made = super().execute(query, *values)
        if query.startswith("CREATE"):
            os.kill(os.getpid(), 9)
        return made

plain = sqlite3.connect
journal.sqlite3.connect = lambda path: plain(path, factory=Rows)
print("open", flush=True)
journal.Journal(Path(sys.argv[1]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal may be made."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with Journal(path) as made:
        yield made


def started(code: str, path: Path) -> subprocess.Popen[str]:
    """Run Python beside this one, on a journal that it has opened."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "open\n"
    return process


def kill(process: subprocess.Popen[str]) -> str:
    """End a process as a power cut does, and return what else it has printed."""
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL
    return rest


def in_file(path: Path, query: str) -> list[tuple[object, ...]]:
    """Ask a file, beside the journal that has it open."""
    with closing(sqlite3.connect(path)) as rows:
        return rows.execute(query).fetchall()


# --- What it keeps --------------------------------------------------------------------------------


def test_a_result_is_found_as_it_was_added(journal: Journal):
    journal.add(RESULT)
    assert journal.find("Żółć", "06_momentum", "d1") == RESULT
    assert RESULT.points == 2.5
    for student, assignment, digest in (
        ("Zolc", "06_momentum", "d1"),
        ("Żółć", "05_averages", "d1"),
        ("Żółć", "06_momentum", "d2"),
    ):
        assert journal.find(student, assignment, digest) is None


def test_adding_a_result_again_changes_nothing(journal: Journal, path: Path):
    journal.add(RESULT)
    journal.entered(key_of(RESULT))
    before = in_file(path, "SELECT * FROM results")
    journal.add(replace(RESULT, reason="another", seconds={"cells": 9}))
    assert in_file(path, "SELECT * FROM results") == before
    assert len(before) == 1


def test_attempts_count_for_each_student_and_assignment(journal: Journal, path: Path):
    other = replace(RESULT, assignment="05_averages")
    anna = replace(RESULT, student="Anna")
    for digest in ("d1", "d2", "d1", "d3"):
        journal.add(replace(RESULT, digest=digest))
    journal.add(other)
    journal.add(anna)
    query = "SELECT student, assignment, attempt, digest FROM results ORDER BY 2, 1, 3"
    assert in_file(path, query) == [
        ("Żółć", "05_averages", 1, "d1"),
        ("Anna", "06_momentum", 1, "d1"),
        ("Żółć", "06_momentum", 1, "d1"),
        ("Żółć", "06_momentum", 2, "d2"),
        ("Żółć", "06_momentum", 3, "d3"),
    ]
    again = (replace(RESULT, digest=digest) for digest in ("d2", "d3"))
    assert list(journal.results()) == [other, anna, RESULT, *again]


def test_an_old_version_that_comes_back_is_entered_again(journal: Journal):
    new, other = replace(RESULT, digest="d2"), replace(RESULT, student="Anna")
    for result in (RESULT, new, other):
        journal.add(result)
    assert list(journal.not_entered([RESULT, other])) == [RESULT, other]
    journal.entered(key_of(RESULT))
    journal.entered(key_of(other))
    assert list(journal.not_entered([RESULT, other])) == []
    assert list(journal.not_entered([new])) == [new]
    journal.entered(key_of(new))
    assert list(journal.not_entered([new, RESULT, other])) == [RESULT]
    journal.entered(key_of(RESULT))
    assert list(journal.not_entered([RESULT, new])) == [new]


def test_a_lost_gradebook_gets_everything_anew(journal: Journal):
    other = replace(RESULT, student="Anna")
    for result in (RESULT, other):
        journal.add(result)
        journal.entered(key_of(result))
    journal.none_entered()
    assert list(journal.not_entered([RESULT, other])) == [RESULT, other]


@pytest.mark.parametrize("text", ["half \ud800 and \udcff", "nothing \x00 here", "\u202e", "🧑‍🎓"])
def test_whatever_words_come_are_kept(journal: Journal, path: Path, text: str):
    marks = (Mark("test", 0.0, 1.0, text),)
    result = replace(RESULT, student=text, reason=text, notebook=text, marks=marks)
    journal.add(result)
    assert journal.find(text, result.assignment, result.digest) == result
    assert list(journal.not_entered([result])) == [result]
    journal.entered(key_of(result))
    assert list(journal.not_entered([result])) == []
    with closing(sqlite3.connect(path)) as rows:
        assert rows.execute("SELECT json_valid(result) FROM results").fetchone() == (1,)


def test_anybody_can_read_it(journal: Journal, path: Path):
    journal.add(RESULT)
    columns = "student, assignment, attempt, status, reason, points, highest, entered"
    query = f"SELECT {columns} FROM results"
    row = ("Żółć", "06_momentum", 1, "marked", "2.5 of 5 points.", 2.5, 5.0, 0)
    assert in_file(path, query) == [row]
    [(when,)] = in_file(path, "SELECT marked_at FROM results")
    assert str(when).endswith("+00:00")
    shell = shutil.which("sqlite3")
    if shell:
        run = subprocess.run([shell, path, query], capture_output=True, text=True, check=True)
        assert run.stdout == "Żółć|06_momentum|1|marked|2.5 of 5 points.|2.5|5.0|0\n"


# --- Which attempt counts -------------------------------------------------------------------------


def digests(results: Iterable[Result]) -> list[tuple[str, str]]:
    return [(result.student, result.digest) for result in results]


def test_the_latest_are_those_that_count_and_are_small(journal: Journal):
    for student, digest in (("Żółć", "d1"), ("Anna", "d1"), ("Żółć", "d2")):
        journal.add(replace(RESULT, student=student, digest=digest, notebook="word " * 1000))
    assert digests(journal.latest()) == [("Anna", "d1"), ("Żółć", "d2")]
    assert {result.notebook for result in journal.latest()} == {""}
    assert next(journal.latest()) == replace(RESULT, student="Anna", notebook="")


def test_an_old_version_that_comes_back_counts_again(journal: Journal):
    first, second = RESULT, replace(RESULT, digest="d2")
    for result in (first, second):
        journal.add(result)
    assert journal.knows(key_of(first))
    assert digests(journal.latest()) == [("Żółć", "d1")]
    assert not journal.knows(("Żółć", "06_momentum", "d3"))
    assert digests(journal.latest()) == [("Żółć", "d1")]
    journal.add(second)
    assert digests(journal.latest()) == [("Żółć", "d2")]


def test_the_same_is_marked_once_more(journal: Journal, path: Path):
    first, second = RESULT, replace(RESULT, reason="5 of 5 points.")
    journal.add(first)
    journal.entered(key_of(first))
    journal.withdraw(key_of(first))
    assert not journal.knows(key_of(first))
    assert not journal.status(key_of(first))
    assert digests(journal.latest()) == [("Żółć", "d1")], "until there is another"
    journal.add(second)
    journal.add(first)
    assert journal.find(*key_of(first)) == second
    assert [result.reason for result in journal.latest()] == ["5 of 5 points."]
    assert list(journal.not_entered([second])) == [second]
    journal.entered(key_of(second))
    query = "SELECT attempt, reason, counts, withdrawn, entered FROM results"
    assert in_file(path, query) == [
        (1, "2.5 of 5 points.", 0, 1, 0),
        (2, "5 of 5 points.", 1, 0, 1),
    ]


# --- First runs -----------------------------------------------------------------------------------

HALF = Half("Żółć", "06_momentum", "d1", "hidden", b"{}", '{"tests": {}}')


def test_a_first_run_is_kept_until_there_is_a_result(journal: Journal):
    other = replace(HALF, student="Anna")
    for half in (HALF, other, replace(HALF, due="hidden, alone")):
        journal.keep(half)
    assert journal.due(key_of(HALF)) == "hidden, alone"
    assert journal.half(key_of(other)) == other
    assert not journal.due(("Żółć", "06_momentum", "d2"))
    assert journal.half(("Żółć", "06_momentum", "d2")) is None
    journal.add(RESULT)
    assert journal.half(key_of(HALF)) is None
    assert journal.half(key_of(other)) == other


def test_a_first_run_goes_when_something_else_is_handed_in(journal: Journal):
    journal.keep(HALF)
    journal.keep(replace(HALF, digest="d2"))
    assert journal.half(key_of(HALF)) is None
    journal.add(replace(RESULT, digest="d3"))
    assert journal.half(("Żółć", "06_momentum", "d2")) is None


# --- Journals of the first form -------------------------------------------------------------------

FIRST_FORM = """
CREATE TABLE results (
    student TEXT NOT NULL, assignment TEXT NOT NULL, attempt INTEGER NOT NULL,
    digest TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, points REAL NOT NULL,
    highest REAL NOT NULL, marked_at TEXT NOT NULL, entered INTEGER NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (student, assignment, attempt), UNIQUE (student, assignment, digest)
) STRICT
"""


def first_form(path: Path) -> list[Result]:
    """Write a journal as it was: Anna's first attempt has come back, Zoë's second counts."""
    results = [
        replace(RESULT, student=student, digest=f"d{attempt}", notebook=f"{attempt} \ud800 ü")
        for student in ("Anna", "Zoë")
        for attempt in (1, 2)
    ]
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute(FIRST_FORM)
        rows.execute("PRAGMA user_version = 1")
        for result in results:
            text = result.to_json().encode(errors="backslashreplace").decode()
            entered = result.student == "Anna" and result.digest == "d1"
            rows.execute(
                "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, 2.5, 5, '2026-01-01', ?, ?)",
                (
                    *(result.student, result.assignment, int(result.digest[1]), result.digest),
                    *(result.status, result.reason, entered, text),
                ),
            )
    return results


def test_a_journal_of_the_first_form_is_read(path: Path):
    results = first_form(path)
    for _ in range(2):
        with Journal(path) as journal:
            assert list(journal.results()) == results
            assert digests(journal.latest()) == [("Anna", "d1"), ("Zoë", "d2")]
            assert list(journal.not_entered(results)) == results[1:]
    assert in_file(path, "SELECT DISTINCT marked_at FROM results") == [("2026-01-01",)]
    with Journal(path) as journal:
        journal.withdraw(key_of(results[0]))
        journal.add(results[0])
        assert len(list(journal.results())) == 5


def test_killed_while_it_is_brought_into_the_new_form(path: Path):
    results = first_form(path)
    code = KILLED_AT.replace("CREATE", "DROP")
    process = started(code, path)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert in_file(path, "PRAGMA user_version") == [(1,)]
    with Journal(path) as journal:
        assert list(journal.results()) == results


# --- What happens to it ---------------------------------------------------------------------------


def test_every_add_that_returned_survives_a_kill(path: Path):
    returned: list[int] = []
    for _ in range(3):
        process = started(ADDS, path)
        assert process.stdout
        said = [process.stdout.readline() for _ in range(20)]
        lines = "".join([*said, kill(process)]).splitlines(keepends=True)
        returned = [int(line) for line in lines if line.endswith("\n")]
        assert len(returned) >= 20
        assert in_file(path, "PRAGMA integrity_check") == [("ok",)]
        with Journal(path) as journal:
            kept = {result.digest: result for result in journal.results()}
        assert {str(number) for number in returned} <= kept.keys()
        for digest, result in kept.items():
            assert result.notebook == digest * 5000
    [(students, attempts)] = in_file(
        path, "SELECT COUNT(DISTINCT student), COUNT(DISTINCT student || attempt) FROM results"
    )
    assert students == 7
    assert attempts == len(kept)


def test_one_at_a_time(path: Path):
    with Journal(path) as journal:
        journal.add(RESULT)
        with pytest.raises(
            MarkingError, match=r"Somebody is marking into .* give another --output"
        ):
            Journal(path)
        journal.entered(key_of(RESULT))  # the first one goes on
    with Journal(path) as journal:
        assert list(journal.results()) == [RESULT]


@pytest.mark.parametrize("way", ["killed", "done"])
def test_the_next_one_can_begin_when_the_first_is_gone(path: Path, way: str):
    first = started(WAITS, path)
    with pytest.raises(MarkingError, match="Wait until that is done"):
        Journal(path)
    if way == "killed":
        kill(first)
    else:
        first.communicate()
        assert first.returncode == 0
    with Journal(path) as journal:
        journal.add(RESULT)
        assert list(journal.results()) == [RESULT]


def test_killed_while_it_is_made(path: Path):
    process = started(KILLED_AT, path)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    with Journal(path) as journal:
        journal.add(RESULT)
        assert list(journal.results()) == [RESULT]


# --- What is no journal ---------------------------------------------------------------------------


def refusal_of(path: Path) -> str:
    """Say why a file is no journal, twice: the first time changes nothing, and frees the lock."""
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(MarkingError) as refused:
            Journal(path)
        assert path.read_bytes() == before
    assert str(path) in str(refused.value)
    assert "another --output" in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("content", [b"student,points\nAnna,3\n" * 100, b"\x00" * 5000, b"SQLite"])
def test_another_file_is_refused(path: Path, content: bytes):
    path.write_bytes(content)
    assert "cannot be used as a journal: file is not a database" in refusal_of(path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_half_a_journal_is_refused(path: Path, part: float):
    with Journal(path) as journal:
        for number in range(20):
            journal.add(replace(RESULT, digest=str(number), notebook="word " * 5000))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    assert "cannot be used as a journal" in refusal_of(path)


def test_a_damaged_journal_is_refused(path: Path):
    with Journal(path) as journal:
        for number in range(200):
            journal.add(replace(RESULT, digest=str(number), notebook="word " * 500))
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 3 * 4096):
        content[page : page + 100] = os.urandom(100)
    path.write_bytes(content)
    assert "cannot be used as a journal" in refusal_of(path)


@pytest.mark.parametrize(
    ("statement", "form"), [("PRAGMA user_version = 3", 3), ("CREATE TABLE marks (student)", 0)]
)
def test_another_form_is_refused(path: Path, statement: str, form: int):
    with closing(sqlite3.connect(path)) as rows:
        rows.execute(statement)
    assert f"another form ({form}, where 1 to 2 are known)" in refusal_of(path)


def test_a_full_disk_is_told_and_harms_nothing(journal: Journal):
    journal.add(RESULT)
    pages = journal.rows.execute("PRAGMA page_count").fetchone()[0]
    journal.rows.execute(f"PRAGMA max_page_count = {pages}")
    large = replace(RESULT, digest="d2", notebook="word " * 100_000)
    with pytest.raises(MarkingError, match=r"database or disk is full\. See that there is room"):
        journal.add(large)
    assert list(journal.results()) == [RESULT]
    journal.rows.execute("PRAGMA max_page_count = 1000000")
    journal.add(large)
    assert list(journal.results()) == [RESULT, large]


def test_a_folder_in_its_place_is_told(path: Path):
    path.mkdir()
    with pytest.raises(MarkingError, match="cannot be written: unable to open database file"):
        Journal(path)
