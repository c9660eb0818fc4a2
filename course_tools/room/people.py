"""Who is in the room: a name, an id, and a secret of their own."""

from __future__ import annotations

import re
import sqlite3
import time
import unicodedata
from dataclasses import dataclass

from course_tools.room.refusing import RefusedError, given
from course_tools.room.store import Store
from course_tools.room.words import digest, new_secret, new_word, same

LONGEST = 40
"""Signs of a name."""

MOST = 500
"""People in a room."""

KINDS = ("L", "M", "Nd", "Zs")
"""Unicode's letters, marks, digits and spaces, which a name may have, beside the signs below."""

SIGNS = "'’.-"

HERE = 60.0
"""Seconds for which somebody who asked for something counts as here."""


@dataclass(frozen=True)
class Person:
    """Somebody in the room."""

    student: str
    name: str
    sharing: bool


class People:
    """Those who have joined, and the two words that open the room."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, float] = {}
        self.word = store.kept("word", lambda: new_word(6))
        self.instructors_word = store.kept("instructors word", lambda: new_word(12))
        self.instructors_secret = store.kept("instructors secret", new_secret)

    # --- Learners -------------------------------------------------------------------------------

    def join(self, name: str) -> dict[str, str]:
        """Let somebody in, and return who they are and their secret; the name is understood."""
        secret = new_secret()
        with self._store.changing() as file:
            (number,) = file.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM people").fetchone()
            if number > MOST:
                raise RefusedError(
                    409, f"The room is full: {MOST} people are in it. Ask the instructor."
                )
            student = f"{letters(name)}-{number:02}"
            file.execute(
                "INSERT INTO people VALUES (?, ?, ?, ?, 0)",
                (number, student, name, digest(secret)),
            )
        return {"student": student, "name": name, "secret": secret}

    def known(self, secret: str) -> Person:
        """Return whose secret this is, who is here from now on."""
        found = self._store.rows("SELECT * FROM people WHERE secret = ?", digest(secret))
        if not found:
            raise RefusedError(
                401, "The room does not know this secret. Join with your name and the word."
            )
        person = person_of(found[0])
        self._seen[person.student] = time.monotonic()
        return person

    # --- The instructor -------------------------------------------------------------------------

    def is_instructor(self, secret: str) -> bool:
        """Whether this opens the instructor's pages."""
        return same(secret, self.instructors_secret)

    def everybody(self) -> list[Person]:
        """Return all who have joined, in their order."""
        return [person_of(row) for row in self._store.rows("SELECT * FROM people ORDER BY number")]

    def renew(self, student: str) -> str:
        """Give somebody a new secret in place of the one that is lost."""
        secret = new_secret()
        with self._store.changing() as file:
            changed = file.execute(
                "UPDATE people SET secret = ? WHERE student = ?", (digest(secret), student)
            )
            if not changed.rowcount:
                raise RefusedError(404, f"Nobody in this room is called {given(student)}.")
        return secret

    def count(self) -> int:
        """Return how many have joined."""
        return int(self._store.value("SELECT COUNT(*) FROM people"))

    def here(self) -> int:
        """Return how many have asked for something in the last minute."""
        now = time.monotonic()
        return sum(now - seen < HERE for seen in self._seen.values())


def person_of(row: sqlite3.Row) -> Person:
    """Read a person from their row."""
    return Person(row["student"], row["name"], bool(row["sharing"]))


def understood(name: str) -> str:
    """Return a name in one form, if it is one."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(name) <= LONGEST:
        raise RefusedError(
            400, f"This name has {len(name)} signs. Give one that has 1 to {LONGEST}."
        )
    for sign in name:
        if not (unicodedata.category(sign).startswith(KINDS) or sign in SIGNS):
            raise RefusedError(
                400,
                f"A name cannot have {sign!a} in it. Give letters, digits, spaces and {SIGNS}",
            )
    return name


def letters(name: str) -> str:
    """Return the first part of a name in the letters that every system takes: "zoë" is "zoe"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.search(r"[a-z][a-z0-9]*", plain)
    return found.group()[:16] if found else "learner"
