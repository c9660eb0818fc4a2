"""The journal: every result, on the disk before anything else is made of it.

It is an SQLite file with a row for each submission and attempt. A row is there or it is not,
whenever the power goes. So a run that was killed goes on where it was.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from course_tools.bootstrap import try_lock
from course_tools.marking.results import MarkingError, Result, storable

FORM = 1
"""Number of the form of the file; another form gets another number."""

TABLE = """\
CREATE TABLE results (
    student TEXT NOT NULL,
    assignment TEXT NOT NULL,
    attempt INTEGER NOT NULL,    -- counts what this student has handed in for this assignment
    digest TEXT NOT NULL,        -- stands for all that the result depends on
    status TEXT NOT NULL,        -- marked, stopped or refused
    reason TEXT NOT NULL,
    points REAL NOT NULL,
    highest REAL NOT NULL,
    marked_at TEXT NOT NULL,     -- UTC
    entered INTEGER NOT NULL,    -- whether nbgrader's gradebook has it
    result TEXT NOT NULL,        -- everything, as JSON
    PRIMARY KEY (student, assignment, attempt),
    UNIQUE (student, assignment, digest)
) STRICT
"""

ADD = """
INSERT INTO results
SELECT :student, :assignment, COUNT(*) + 1, :digest, :status, :reason, :points, :highest,
       :marked_at, 0, :result
FROM results WHERE student = :student AND assignment = :assignment
ON CONFLICT DO NOTHING
"""

ONE = "student = ? AND assignment = ? AND digest = ?"


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
        if form != FORM and (form or tables):
            raise MarkingError(
                f"{self.path} is a journal of another form ({form}, where {FORM} is known), or"
                " another program's file. Give another --output, and mark afresh."
            )
        fault = self.rows.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        self.rows.execute("PRAGMA journal_mode = WAL")
        self.rows.execute("PRAGMA synchronous = FULL")
        if not tables:
            with self.rows:
                self.rows.execute("BEGIN")  # which Python leaves out before such statements
                self.rows.execute(TABLE)
                self.rows.execute(f"PRAGMA user_version = {FORM}")

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

    def add(self, result: Result) -> None:
        """Keep a result. One that is there already stays as it is."""
        values = {
            "student": storable(result.student),
            "assignment": result.assignment,
            "digest": result.digest,
            "status": result.status,
            "reason": storable(result.reason),
            "points": result.points,
            "highest": result.highest,
            "marked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "result": storable(result.to_json()),
        }
        with self._as_marking_error(), self.rows:
            self.rows.execute(ADD, values)

    def find(self, student: str, assignment: str, digest: str) -> Result | None:
        """Return a result, if it is there."""
        query = f"SELECT result FROM results WHERE {ONE}"
        row = self.rows.execute(query, (storable(student), assignment, digest)).fetchone()
        return Result.from_json(row[0]) if row else None

    def results(self) -> Iterator[Result]:
        """Give every result, of earlier attempts as well, by assignment, student and attempt."""
        query = "SELECT result FROM results ORDER BY assignment, student, attempt"
        for (text,) in self.rows.execute(query):
            yield Result.from_json(text)

    def not_entered(self, results: Iterable[Result]) -> Iterator[Result]:
        """Give those results that nbgrader's gradebook does not have."""
        query = f"SELECT entered FROM results WHERE {ONE}"
        for result in results:
            if not self.rows.execute(query, key_of(result)).fetchone()[0]:
                yield result

    def entered(self, result: Result) -> None:
        """Note that the gradebook has this result, and no other of this student's for it."""
        student, assignment, digest = key_of(result)
        with self._as_marking_error(), self.rows:
            self.rows.execute(
                "UPDATE results SET entered = (digest = ?) WHERE student = ? AND assignment = ?",
                (digest, student, assignment),
            )

    def none_entered(self) -> None:
        """Note that there is no gradebook any more, so that it gets every result anew."""
        with self._as_marking_error(), self.rows:
            self.rows.execute("UPDATE results SET entered = 0")


def key_of(result: Result) -> tuple[str, str, str]:
    """Return what distinguishes a result from all others."""
    return storable(result.student), result.assignment, result.digest


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
