"""Votes: a question is opened, all choose, talk to their neighbours, and choose again."""

from __future__ import annotations

from collections import Counter
from typing import Any

from course_tools.room.refusing import RefusedError, given
from course_tools.room.store import Store
from lessons_lib.predictions.stored import questions

NEXT = {
    "new": ("first",),
    "first": ("talk", "second", "closed"),
    "talk": ("first", "second", "closed"),
    "second": ("talk", "closed"),
    "closed": ("second", "shown"),
    "shown": (),
}
"""Where a question can go from where it is."""

BUSY = ("first", "talk", "second")
"""When the room is at a question, and no other one can be opened."""

OPEN = ("first", "second")
"""When votes are counted."""


class Ballots:
    """The questions that have been opened in this room, and what was voted."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._letters = {each.ballot: tuple(each.choices) for each in questions()}

    # --- The instructor -------------------------------------------------------------------------

    def move(self, key: str, to: str) -> None:
        """Open a question, close it, show its result, or put it away."""
        self._letters_of(key)
        with self._store.changing() as file:
            if to == "none":
                file.execute("UPDATE questions SET state = 'closed' WHERE state IN (?, ?, ?)", BUSY)
                file.execute("DELETE FROM kept WHERE name = 'question'")
            else:
                self._check_step(key, to)
                file.execute("INSERT OR REPLACE INTO questions VALUES (?, ?)", (key, to))
                file.execute("INSERT OR REPLACE INTO kept VALUES ('question', ?)", (key,))

    def _check_step(self, key: str, to: str) -> None:
        current, state = self.current(), self.state(key)
        if current not in (None, key) and self.state(str(current)) in BUSY:
            raise RefusedError(
                409, f"The question {current} is still open. Close it first, then open {key}."
            )
        if to not in (*NEXT[state], state) or to == "new":
            allowed = ", ".join(NEXT[state]) or "none"
            raise RefusedError(
                409,
                f"The question {key} is {state!r} and cannot become {given(to)}; try {allowed}.",
            )

    # --- Everybody ------------------------------------------------------------------------------

    def current(self) -> str | None:
        """Return the key of the question that the room looks at."""
        found: str | None = self._store.value("SELECT value FROM kept WHERE name = 'question'")
        return found

    def state(self, key: str) -> str:
        """Return how far a question is."""
        found = self._store.value("SELECT state FROM questions WHERE key = ?", key)
        return found or "new"

    def states(self) -> dict[str, str]:
        """Return how far each question is that has been opened."""
        rows = self._store.rows("SELECT key, state FROM questions ORDER BY key")
        return {row["key"]: row["state"] for row in rows}

    def vote(self, student: str, key: str, letter: str) -> None:
        """Count somebody's choice for the round that is open, in place of an earlier one."""
        allowed = self._letters_of(key)
        if letter not in allowed:
            raise RefusedError(
                400, f"{key} has no choice {given(letter)}. Choose one of {', '.join(allowed)}."
            )
        with self._store.changing() as file:
            state = self.state(key)
            if self.current() != key or state not in OPEN:
                raise RefusedError(409, "No vote on this question is open now. Look at the wall.")
            file.execute(
                "INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?)", (key, state, student, letter)
            )

    def mine(self, student: str, key: str) -> dict[str, str | None]:
        """Return what somebody chose in both rounds."""
        rows = self._store.rows(
            "SELECT round, letter FROM votes WHERE key = ? AND student = ?", key, student
        )
        return {"first": None, "second": None, **{row["round"]: row["letter"] for row in rows}}

    def voted(self, key: str) -> int:
        """Return how many have voted in the round that is open, or was the last one."""
        rounds = self._store.rows(
            "SELECT round, COUNT(*) AS n FROM votes WHERE key = ? GROUP BY round", key
        )
        counts = {row["round"]: row["n"] for row in rounds}
        if self.state(key) in ("first", "talk"):
            return int(counts.get("first", 0))
        second = counts.get("second", 0)
        return int(second if self.state(key) == "second" else second or counts.get("first", 0))

    def result(self, key: str) -> dict[str, Any]:
        """Return how many chose what in both rounds, and how many went from what to what."""
        rounds: dict[str, dict[str, str]] = {"first": {}, "second": {}}
        for row in self._store.rows("SELECT round, student, letter FROM votes WHERE key = ?", key):
            rounds[row["round"]][row["student"]] = row["letter"]
        counts = {name: Counter(votes.values()) for name, votes in rounds.items()}
        letters = self._letters_of(key)
        moved = Counter(
            (letter, rounds["second"][student])
            for student, letter in rounds["first"].items()
            if rounds["second"].get(student, letter) != letter
        )
        return {
            **{name: {each: counts[name][each] for each in letters} for name in rounds},
            "moved": [
                {"from": before, "to": after, "count": count}
                for (before, after), count in sorted(moved.items())
            ],
        }

    def _letters_of(self, key: str) -> tuple[str, ...]:
        if key not in self._letters:
            raise RefusedError(
                404,
                f"The course asks no question {given(key)}. A key is lesson/name: 06/race.",
            )
        return self._letters[key]
