"""Who is in the class, read from a table, and who of them has handed in.

The table may be what Moodle, Canvas or Blackboard give, or any other with a row of headings:
columns are found by their names. A student is the same in both if a number, a user name, an
address or the name agrees, whatever its capitals, spaces and order.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import Found, Listed, Submission, first_few, printable

LARGEST = 10_000_000
"""Bytes of a roster."""

FIRST = ("first name", "firstname", "given name", "vorname", "prénom", "nombre")
LAST = ("last name", "lastname", "surname", "family name", "nachname", "nom", "apellido(s)")
FULL = ("student", "student name", "full name", "fullname", "name", "display name")
NUMBERS = (
    "id", "student id", "student_id", "studentid", "id number", "idnumber", "user id", "userid",
    "username", "user name", "user", "login", "login id", "sis user id", "sis login id",
    "integration id", "identifier", "email", "e-mail", "email address", "matriculation number",
    "participant",
)  # fmt: skip
"""How columns are called that name a student, in small letters: by name, and by identity."""

NO_STUDENTS = ("points possible", "student, test", "test student")
"""What Canvas writes into rows that are nobody's."""


@dataclass(frozen=True)
class Person:
    """A row of the roster.

    Parameters
    ----------
    shown : str
        How the student is called in messages.
    numbers, names : frozenset of str
        What stands in columns that identify, and what in those that name, in a plain form.
    """

    shown: str
    numbers: frozenset[str]
    names: frozenset[str]


# --- Reading --------------------------------------------------------------------------------------


def read_roster(path: Path, column: str = "") -> list[Person]:
    """Read a roster.

    Parameters
    ----------
    path : Path
        A table with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows' own letters.
    column : str
        The one column that names the student; empty to find all that do.

    Raises
    ------
    MarkingError
        If there is no such table, no such column, or nobody in it.
    """
    rows = rows_of(path)
    heads = [head.strip() for head in rows[0]] if rows else []
    columns = columns_of(path, heads, column)
    people = [person_of(row, columns) for row in rows[1:]]
    found = [person for person in people if person and person.shown.casefold() not in NO_STUDENTS]
    if not found:
        raise MarkingError(f"--roster {path} names no student below its headings. Give another.")
    return found


def rows_of(path: Path) -> list[list[str]]:
    """Read a table, whatever its letters and what stands between its columns."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise MarkingError(
            f"--roster {path} cannot be read ({error.strerror}). Give a table, as .csv."
        ) from None
    if len(content) > LARGEST or content.startswith(b"PK") or b"\0\0" in content:
        raise MarkingError(f"--roster {path} is no table of text. Save it as .csv, and give that.")
    text = text_of(content)
    first = text.partition("\n")[0]
    between = max(",;\t", key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=between) if any(row)]
    except csv.Error as error:
        raise MarkingError(f"--roster {path} is no table: {error}. Save it as .csv.") from None


def text_of(content: bytes) -> str:
    """Decode, in one of the ways in which spreadsheets write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def columns_of(path: Path, heads: Sequence[str], column: str) -> dict[str, list[int]]:
    """Find the columns that say who a student is, by what they say."""
    if column:
        wanted = [place for place, head in enumerate(heads) if head.casefold() == column.casefold()]
        if not wanted:
            raise MarkingError(
                f"--roster {path} has no column {column!r}. There are: {shown(heads)}."
            )
        return {"full": wanted[:1]}
    kinds = {"first": FIRST, "last": LAST, "full": FULL, "numbers": NUMBERS}
    found = {
        kind: [place for place, head in enumerate(heads) if head.casefold() in names]
        for kind, names in kinds.items()
    }
    if not any(found.values()):
        raise MarkingError(
            f"--roster {path} has no column that is known to name a student. There are:"
            f" {shown(heads)}. Name one of them with --roster-column."
        )
    return found


def shown(heads: Sequence[str]) -> str:
    """Show the headings of a table."""
    return ", ".join(repr(printable(head)) for head in heads if head) or "none"


def person_of(row: Sequence[str], columns: dict[str, list[int]]) -> Person | None:
    """Read a row; None if it names nobody."""

    def cells(kind: str) -> list[str]:
        return [row[k].strip() for k in columns.get(kind, []) if k < len(row) and row[k].strip()]

    full, first, last, numbers = map(cells, ("full", "first", "last", "numbers"))
    names = [*full, *(f"{one} {other}" for one in first for other in last)]
    called = [*names, *first, *last, *numbers]
    if not called:
        return None
    keys = (form for each in (*numbers, *full) for form in forms_of(each))
    return Person(called[0], frozenset(keys), frozenset(map(squashed, names)))


def forms_of(number: str) -> Iterable[str]:
    """Give the forms in which an identity may stand elsewhere.

    Moodle's sheet has "Participant 123", and its folders 123; an address may stand for a user name.
    """
    plain = plain_of(number)
    yield plain
    participant = re.fullmatch(r"\D+ (\d+)", plain)
    if participant:
        yield participant[1]
    if "@" in plain:
        yield plain.partition("@")[0]


def squashed(name: str) -> str:
    """Return the words of a name in the order of the alphabet: "Li, Wei" is Wei Li."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(sorted(words))


def joined(name: str) -> str:
    """Return a name as Canvas writes it: the family name first, nothing between."""
    last, comma, first = name.partition(",")
    words = f"{last} {first}" if comma else " ".join([*name.split()[-1:], *name.split()[:-1]])
    return re.sub(r"\W", "", words.casefold())


# --- Comparing ------------------------------------------------------------------------------------


def with_roster(found: Found, people: Sequence[Person], wanted: Iterable[str]) -> Found:
    """Add who handed in nothing, and who is not on the roster.

    Parameters
    ----------
    found : Found
        What was found.
    people : sequence of Person
        The roster.
    wanted : iterable of str
        The assignments in question.

    Returns
    -------
    Found
        The same, with more in its list.
    """
    listed = list(found.listed)
    strangers: dict[str, Submission] = {}
    for assignment in wanted:
        their = [each for each in found.submissions if each.assignment == assignment]
        tried = {
            each.student
            for each in found.unmarked
            if each.student and each.assignment in ("", assignment)
        }
        whose = Matching(people)
        for each in their:
            if not whose.claim(each.student, each.identity):
                strangers.setdefault(each.student, each)
        for student in sorted(tried - {each.student for each in their}):
            whose.claim(student, "")
        for person in whose.left():
            listed.append(
                Listed("", person.shown, assignment, whose.why(person), "nothing handed in")
            )
    for name, each in sorted(strangers.items()):
        reason = "The roster has nobody of this name or number."
        listed.append(Listed(each.path.name, name, each.assignment, reason, "not on the roster"))
    return replace(found, listed=listed)


class Matching:
    """Who on the roster has handed in, for one assignment."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.claimed: set[int] = set()
        self.numbers: dict[str, list[int]] = defaultdict(list)
        self.names: dict[str, list[int]] = defaultdict(list)
        for place, person in enumerate(people):
            for number in person.numbers:
                self.numbers[number].append(place)
            for name in person.names:
                self.names[name].append(place)
            self.names[joined(person.shown)].append(place)

    def claim(self, student: str, identity: str) -> bool:
        """Find a student on the roster, first by number; return whether that was possible.

        Two of one name are found one after the other.
        """
        name = student.removesuffix(f" ({identity})")
        places = [
            *(place for each in (identity, name) for place in self.numbers[plain_of(each)]),
            *self.names[squashed(name)],
            *self.names[re.sub(r"\W", "", name.casefold())],
        ]
        free = [place for place in places if place not in self.claimed]
        self.claimed.update(free[:1])
        return bool(places)

    def left(self) -> list[Person]:
        """Return who has handed in nothing."""
        return [person for place, person in enumerate(self.people) if place not in self.claimed]

    def why(self, person: Person) -> str:
        """Say that somebody has handed in nothing, and what else may be."""
        others = [self.people[place] for name in person.names for place in self.names[name]]
        if len(set(map(id, others))) > 1:
            same = first_few(sorted({each.shown for each in others}))
            return f"Nothing lies there. Several on the roster have this name: {same}."
        return "Nothing lies there."


def plain_of(number: str) -> str:
    """Return an identity in the form in which they are compared."""
    return unicodedata.normalize("NFKC", number).casefold().strip()
