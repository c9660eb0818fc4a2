"""How far the room is, as counts, from those who agreed to be counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course_tools.files import ROOT
from course_tools.notebooks.course import number_of, read_in_order, slug_of, solutions
from course_tools.room.refusing import RefusedError, given
from course_tools.room.store import Store
from lessons_lib.feedback.bank import tasks

FEWEST = 2
"""A mistake is named from so many people on."""


class Progress:
    """Where people are, and what they tried."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lessons = [f"{number_of(path):02}" for path in read_in_order(ROOT / "notebooks")]
        self._assignments = {number_of(path): slug_of(path) for path in solutions()}

    def share(self, student: str, on: bool) -> None:
        """Begin to count somebody, or forget what was counted."""
        with self._store.changing() as file:
            file.execute("UPDATE people SET sharing = ? WHERE student = ?", (on, student))
            if not on:
                for table in ("places", "tries", "mistakes"):
                    file.execute(f"DELETE FROM {table} WHERE student = ?", (student,))

    def is_in(self, student: str, lesson: str) -> None:
        """Keep in which lesson somebody is."""
        if lesson not in self._lessons:
            raise RefusedError(404, f"There is no lesson {given(lesson)}. Its number is like 06.")
        with self._counting(student) as file:
            file.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (student, lesson))

    def tried(
        self, student: str, assignment: str, task: str, right: bool, mistake: str | None
    ) -> None:
        """Keep that somebody tried a task: what was right once stays right."""
        found = tasks().get(task)
        if found is None or self._assignments.get(found.lesson) != assignment:
            raise RefusedError(
                404, f"There is no task {given(task)} in an assignment {given(assignment)}."
            )
        if mistake is not None and mistake not in [each.name for each in found.mistakes]:
            raise RefusedError(404, f"The task {task} knows no mistake {given(mistake)}.")
        with self._counting(student) as file:
            file.execute(
                "INSERT INTO tries VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET right = MAX(right, excluded.right)",
                (student, assignment, task, right),
            )
            if mistake is not None:
                file.execute(
                    "INSERT OR IGNORE INTO mistakes VALUES (?, ?, ?, ?)",
                    (student, assignment, task, mistake),
                )

    @contextmanager
    def _counting(self, student: str) -> Iterator[sqlite3.Connection]:
        """Let something be counted of whoever agrees to it."""
        with self._store.changing() as file:
            if not self._store.value("SELECT sharing FROM people WHERE student = ?", student):
                raise RefusedError(403, "You have not agreed to be counted; your page asks for it.")
            yield file

    def view(self) -> dict[str, Any]:
        """Return counts: who shares, where they are, tasks tried and right, mistakes met."""
        return {
            "sharing": self._store.value("SELECT COUNT(*) FROM people WHERE sharing"),
            "lessons": self._counts("SELECT lesson, COUNT(*) AS people FROM places GROUP BY 1"),
            "tasks": self._counts(
                "SELECT assignment, task, COUNT(*) AS tried, SUM(right) AS right FROM tries"
                " GROUP BY 1, 2"
            ),
            "mistakes": self._counts(
                "SELECT assignment, task, mistake, COUNT(*) AS people FROM mistakes"
                " GROUP BY 1, 2, 3 HAVING people >= ? ORDER BY people DESC",
                FEWEST,
            ),
        }

    def _counts(self, question: str, *values: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._store.rows(question, *values)]
