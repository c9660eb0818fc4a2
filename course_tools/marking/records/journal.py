"""The journal: every result, on the disk before anything else is made of it.

It is an SQLite file with a row for each submission and attempt, and one for each submission that
has had the first of its two runs. A row is there or it is not, whenever the power goes. So a run
that was killed goes on where it was.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from course_tools.bootstrap import try_lock
from course_tools.marking.results import Half, MarkingError, Result, storable

FORM = 2
"""Number of the form of the file; another form gets another number."""

RESULTS = """\
CREATE TABLE results (
    student TEXT NOT NULL,
    assignment TEXT NOT NULL,
    attempt INTEGER NOT NULL,    -- counts how often this student's work on this was marked
    digest TEXT NOT NULL,        -- stands for all that the result depends on
    status TEXT NOT NULL,        -- marked, stopped or refused
    reason TEXT NOT NULL,
    points REAL NOT NULL,
    highest REAL NOT NULL,
    marked_at TEXT NOT NULL,     -- UTC
    entered INTEGER NOT NULL,    -- whether nbgrader's gradebook has it
    counts INTEGER NOT NULL,     -- whether it is this student's result, and no other attempt
    withdrawn INTEGER NOT NULL,  -- whether somebody has asked to mark the same once more
    result TEXT NOT NULL,        -- everything but the notebook, as JSON
    notebook TEXT NOT NULL,      -- a text, as JSON
    PRIMARY KEY (student, assignment, attempt)
) STRICT
"""

ONCE = """
CREATE UNIQUE INDEX once ON results (student, assignment, digest) WHERE NOT withdrawn
"""

HALVES = """\
CREATE TABLE halves (            -- the first run of those that wait for the second
    student TEXT NOT NULL,
    assignment TEXT NOT NULL,
    digest TEXT NOT NULL,
    due TEXT NOT NULL,           -- what comes next
    content BLOB NOT NULL,       -- what was handed in
    seen TEXT NOT NULL,          -- what came of the first run, as JSON
    PRIMARY KEY (student, assignment)
) STRICT
"""

OF_STUDENT = "student = :student AND assignment = :assignment"

ADD = f"""
INSERT INTO results
SELECT :student, :assignment, COUNT(*) + 1, :digest, :status, :reason, :points, :highest,
       :marked_at, 0, 1, 0, :result, :notebook
FROM results WHERE {OF_STUDENT}
ON CONFLICT DO NOTHING
"""

COUNTS = f"UPDATE results SET counts = (digest = :digest AND NOT withdrawn) WHERE {OF_STUDENT}"

NEWEST = """
UPDATE results SET counts = attempt = (
    SELECT attempt FROM results AS other
    WHERE other.student = results.student AND other.assignment = results.assignment
    ORDER BY entered DESC, attempt DESC
)
"""

HALF = (
    "INSERT OR REPLACE INTO halves VALUES (:student, :assignment, :digest, :due, :content, :seen)"
)

DONE = f"DELETE FROM halves WHERE {OF_STUDENT}"

ONE = "student = ? AND assignment = ? AND digest = ? AND NOT withdrawn"

NAMES = ("student", "assignment", "digest")

Key = tuple[str, str, str]
"""Whose it is, what for, and what stands for all that the result depends on."""


class Journal:
    """The journal in a file, which is made if it is not there.

    Parameters
    ----------
    path : Path
        The file. While it is open here, nobody else can open it.

    Raises
    ------
    MarkingError
        If somebody else has it open, or if it is no journal.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open = ExitStack()
        try:
            self.open.callback(os.close, _locked(path))
            with self._as_marking_error():
                self.rows = self.open.enter_context(closing(sqlite3.connect(path)))
                self._prepare()
        except BaseException:
            self.open.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def _prepare(self) -> None:
        form = self.rows.execute("PRAGMA user_version").fetchone()[0]
        tables = self.rows.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if form not in (1, FORM) and (form or tables):
            raise MarkingError(
                f"{self.path} is a journal of another form ({form}, where 1 to {FORM} are known),"
                " or another program's file. Give another --output, and mark afresh."
            )
        fault = self.rows.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        self.rows.execute("PRAGMA journal_mode = WAL")
        self.rows.execute("PRAGMA synchronous = FULL")
        if form != FORM:
            with self.rows:
                self.rows.execute("BEGIN")  # which Python leaves out before such statements
                self._make_tables(older=bool(form))
                self.rows.execute(f"PRAGMA user_version = {FORM}")

    def _make_tables(self, *, older: bool) -> None:
        """Make the tables, with what a journal of the first form has, if it is one."""
        if older:
            self.rows.execute("ALTER TABLE results RENAME TO older")
        for statement in (RESULTS, ONCE, HALVES):
            self.rows.execute(statement)
        if older:
            for values in self.rows.execute("SELECT * FROM older"):
                result = Result.from_json(values[-1])
                self.rows.execute(
                    f"INSERT INTO results VALUES ({', '.join('?' * 14)})",
                    (*values[:-1], 0, 0, *texts_of(result)),
                )
            self.rows.execute(NEWEST)
            self.rows.execute("DROP TABLE older")

    @contextmanager
    def _as_marking_error(self) -> Iterator[None]:
        """Say what to do about an error of SQLite's."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise MarkingError(
                f"The journal {self.path} cannot be written: {error}. See that there is room, and"
                " that you may write there; then start again: what is marked stays marked."
            ) from error
        except sqlite3.DatabaseError as error:
            raise MarkingError(
                f"{self.path} cannot be used as a journal: {error}. Move it away, or give another"
                " --output, and mark afresh."
            ) from error

    # --- Results ------------------------------------------------------------------------------

    def add(self, result: Result) -> None:
        """Keep a result, which counts from now on. One that is there already stays as it is."""
        text, notebook = texts_of(result)
        values = names_of(result) | {
            "status": result.status,
            "reason": storable(result.reason),
            "points": result.points,
            "highest": result.highest,
            "marked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "result": text,
            "notebook": notebook,
        }
        with self._as_marking_error(), self.rows:
            for statement in (ADD, COUNTS, DONE):
                self.rows.execute(statement, values)

    def knows(self, key: Key) -> bool:
        """Whether there is a result, which then counts, whatever was handed in since."""
        found = self.rows.execute(f"SELECT counts FROM results WHERE {ONE}", key).fetchone()
        if found and not found[0]:
            with self._as_marking_error(), self.rows:
                self.rows.execute(COUNTS, dict(zip(NAMES, key, strict=True)))
        return bool(found)

    def status(self, key: Key) -> str:
        """Return the status of a result, or nothing if there is none."""
        found = self.rows.execute(f"SELECT status FROM results WHERE {ONE}", key).fetchone()
        return str(found[0]) if found else ""

    def withdraw(self, key: Key) -> None:
        """Take a result back: the same is to be marked once more. Until then it counts."""
        with self._as_marking_error(), self.rows:
            self.rows.execute(f"UPDATE results SET withdrawn = 1 WHERE {ONE}", key)

    def find(self, student: str, assignment: str, digest: str) -> Result | None:
        """Return a result, if it is there."""
        key = (storable(student), assignment, digest)
        query = f"SELECT result, notebook FROM results WHERE {ONE}"
        row = self.rows.execute(query, key).fetchone()
        return result_from(*row) if row else None

    def results(self) -> Iterator[Result]:
        """Give every result, of earlier attempts as well, by assignment, student and attempt."""
        query = "SELECT result, notebook FROM results ORDER BY assignment, student, attempt"
        for row in self.rows.execute(query):
            yield result_from(*row)

    def latest(self) -> Iterator[Result]:
        """Give the results that count, without their notebooks, by assignment and student.

        One for each student and assignment that was ever marked into this journal.
        """
        query = "SELECT result FROM results WHERE counts ORDER BY assignment, student"
        for (text,) in self.rows.execute(query):
            yield result_from(text)

    # --- First runs ---------------------------------------------------------------------------

    def keep(self, half: Half) -> None:
        """Keep what came of a first run, in place of an earlier one of the same student."""
        values = names_of(half) | {"due": half.due, "content": half.content, "seen": half.seen}
        with self._as_marking_error(), self.rows:
            self.rows.execute(HALF, values)

    def half(self, key: Key) -> Half | None:
        """Return what came of a first run, until its submission has a result."""
        query = "SELECT * FROM halves WHERE student = ? AND assignment = ? AND digest = ?"
        row = self.rows.execute(query, key).fetchone()
        return Half(*row) if row else None

    def due(self, key: Key) -> str:
        """Return what comes next for a submission; nothing if it was not run yet."""
        query = "SELECT due FROM halves WHERE student = ? AND assignment = ? AND digest = ?"
        row = self.rows.execute(query, key).fetchone()
        return str(row[0]) if row else ""

    # --- What nbgrader's gradebook has --------------------------------------------------------

    def is_entered(self, key: Key) -> bool:
        """Whether nbgrader's gradebook has a result."""
        query = f"SELECT entered FROM results WHERE {ONE}"
        return bool(self.rows.execute(query, key).fetchone()[0])

    def not_entered(self, results: Iterable[Result]) -> Iterator[Result]:
        """Give those results that nbgrader's gradebook does not have."""
        for result in results:
            if not self.is_entered(key_of(result)):
                yield result

    def entered(self, key: Key) -> None:
        """Note that the gradebook has this result, and no other of this student's for it."""
        student, assignment, digest = key
        with self._as_marking_error(), self.rows:
            self.rows.execute(
                "UPDATE results SET entered = (digest = ? AND NOT withdrawn)"
                " WHERE student = ? AND assignment = ?",
                (digest, student, assignment),
            )

    def none_entered(self) -> None:
        """Note that there is no gradebook any more, so that it gets every result anew."""
        with self._as_marking_error(), self.rows:
            self.rows.execute("UPDATE results SET entered = 0")


def stored(path: Path, keys: Iterable[Key]) -> Iterator[Result]:
    """Read results from a journal that another process has open and writes."""
    query = f"SELECT result, notebook FROM results WHERE {ONE}"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as rows:
        for key in keys:
            yield result_from(*rows.execute(query, key).fetchone())


def key_of(given: Result | Half) -> Key:
    """Return what distinguishes a result, or what is to become one, from all others."""
    return storable(given.student), given.assignment, given.digest


def names_of(given: Result | Half) -> dict[str, Any]:
    """Return the same by the names of the columns."""
    return dict(zip(NAMES, key_of(given), strict=True))


def texts_of(result: Result) -> tuple[str, str]:
    """Write a result as JSON, and apart from it its notebook."""
    notebook = json.dumps(result.notebook, ensure_ascii=False)
    return storable(replace(result, notebook="").to_json()), storable(notebook)


def result_from(text: str, notebook: str = '""') -> Result:
    """Read what `texts_of` wrote."""
    return replace(Result.from_json(text), notebook=json.loads(notebook))


def _locked(path: Path) -> int:
    """Take the lock beside a journal. The system frees it when this process ends, however."""
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    if not try_lock(descriptor):
        os.close(descriptor)
        raise MarkingError(
            f"Somebody is marking into {path.parent} at this moment. Wait until that is done, or"
            " give another --output."
        )
    return descriptor
