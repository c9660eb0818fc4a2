"""The one file in which a room keeps what it is told. What was answered with yes is on the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_tools.files import show
from course_tools.room.settings import FolderError

HABITS = """
PRAGMA journal_mode = WAL;    -- whatever happens meanwhile, all of a change is there or nothing
PRAGMA synchronous = FULL;    -- and it is on the disk before anybody hears yes
PRAGMA secure_delete = ON;    -- what is taken back is overwritten
"""

TABLES = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS people (
  number INTEGER PRIMARY KEY, student TEXT UNIQUE NOT NULL, name TEXT NOT NULL,
  secret TEXT UNIQUE NOT NULL, sharing INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS questions (key TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS votes (
  key TEXT NOT NULL, round TEXT NOT NULL, student TEXT NOT NULL, letter TEXT NOT NULL,
  PRIMARY KEY (key, round, student)
) STRICT;
CREATE TABLE IF NOT EXISTS places (student TEXT PRIMARY KEY, lesson TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tries (
  student TEXT NOT NULL, assignment TEXT NOT NULL, task TEXT NOT NULL, right INTEGER NOT NULL,
  PRIMARY KEY (student, assignment, task)
) STRICT;
CREATE TABLE IF NOT EXISTS mistakes (
  student TEXT NOT NULL, assignment TEXT NOT NULL, task TEXT NOT NULL, mistake TEXT NOT NULL,
  PRIMARY KEY (student, assignment, task, mistake)
) STRICT;
"""


class Store:
    """A room's file, for one thread at a time.

    Parameters
    ----------
    file : Path
        Where. Its folder is made, and can be read by its owner alone.

    Raises
    ------
    FolderError
        If the file is none of a room's.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.RLock()
        self._file = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._file.row_factory = sqlite3.Row
        try:
            self._file.executescript(f"{HABITS} BEGIN; {TABLES} COMMIT;")
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise FolderError(
                f"{show(file)} cannot be read as what a room has kept ({error}). Move it to another"
                " place, and look at it later; the room then begins anew."
            ) from error

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Let all changes be made that belong together, or none of them."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self._file
                self._file.execute("COMMIT")
            except BaseException:
                if self._file.in_transaction:  # a full disk may have ended it
                    self._file.execute("ROLLBACK")
                raise

    def rows(self, question: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows that answer a question."""
        with self._lock:
            return self._file.execute(question, values).fetchall()

    def value(self, question: str, *values: Any) -> Any:
        """Return the first value of the first row, or None."""
        found = self.rows(question, *values)
        return found[0][0] if found else None

    def kept(self, name: str, make: Callable[[], str]) -> str:
        """Return what is kept under a name, and make it if there is nothing."""
        asked = "SELECT value FROM kept WHERE name = ?"
        if self.value(asked, name) is None:
            with self.changing() as file:
                file.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", (name, make()))
        return str(self.value(asked, name))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()
