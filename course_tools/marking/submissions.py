"""What has been handed in: the words in which the rest of marking speaks of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

SHOWN = 5
"""Names that a message shows of many."""

LONGEST_NAME = 100
"""Characters in a student's name."""

FORBIDDEN = '*?[]/\\<>&"'
"""Signs with which nbgrader searches names, which lead to folders, or write its pages."""

DISGUISING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Unicode's directions that make a name look like another one."""

ListedAs = Literal["not marked", "beside", "earlier", "nothing handed in", "not on the roster"]
"""Why something is listed. Only what is "not marked" was meant to be marked."""


class RefusedError(Exception):
    """A submission is not run; the message is a sentence for the student, and says why."""


@dataclass(frozen=True)
class Bounds:
    """How much may be handed in.

    Parameters
    ----------
    bytes : int
        Size of what is kept of a notebook: all but outputs and attachments.
    cells : int
        Cells of every kind.
    characters : int
        Length of the source text of all cells together.
    values : int
        Strings, numbers, lists and so on in the metadata, all together.
    depth : int
        How many of them may stand inside each other.
    file : int
        Size of the file, outputs included.
    """

    bytes: int = 5_000_000
    cells: int = 1_000
    characters: int = 1_000_000
    values: int = 50_000
    depth: int = 50
    file: int = 100_000_000


DEFAULT = Bounds()


@dataclass(frozen=True)
class Submission:
    """What one student has handed in for one assignment.

    Parameters
    ----------
    student, assignment : str
        Whose it is, and what for.
    path : Path
        Where the notebook should be, or the zip that holds it. Nothing is known of it yet, not
        even that it exists.
    other : Path or None
        Where it is if it is not there.
    inside : tuple of str
        Its name inside the zip, if `path` is one; before it that of a zip in the zip.
    handed_in : float or None
        When, in seconds since 1970; None where nothing tells.
    attempt : str
        What the export calls this attempt; empty if it names none.
    identity : str
        What the export calls the student: Moodle's participant number, Canvas's user number,
        Blackboard's user name. Empty without an export.
    """

    student: str
    assignment: str
    path: Path
    other: Path | None = None
    inside: tuple[str, ...] = ()
    handed_in: float | None = None
    attempt: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Listed:
    """What lies among the submissions and is not marked, or who handed in nothing.

    Parameters
    ----------
    name : str
        What lies there, as seen from the folder of submissions; empty for a student of the roster.
    student, assignment : str
        Whose it is and what for, as far as that is known.
    reason : str
        Why it is not marked, in a sentence for the instructor.
    status : str
        "not marked", if it was meant to be; "beside" what is marked, and needed by nobody; an
        "earlier" attempt; "nothing handed in"; marked, but "not on the roster".
    """

    name: str
    student: str
    assignment: str
    reason: str
    status: ListedAs = "not marked"


@dataclass(frozen=True)
class Found:
    """What was found among the submissions.

    Parameters
    ----------
    submissions : list of Submission
        In the order of assignments, then of students; one for each student and assignment.
    listed : list of Listed
        Everything else, each with its reason.
    quiet : mapping of str to int
        How much was passed over without a word for each: the system's own files, assignments
        that were not asked for.
    notes : list of str
        What else an instructor has to know, in sentences.
    """

    submissions: list[Submission]
    listed: list[Listed] = field(default_factory=list)
    quiet: Mapping[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def unmarked(self) -> list[Listed]:
        """What was meant to be marked, and is not."""
        return [each for each in self.listed if each.status == "not marked"]


def refuse(reason: str) -> NoReturn:
    """Refuse a submission."""
    raise RefusedError(reason)


# --- Names ----------------------------------------------------------------------------------------


def usable(student: str) -> bool:
    """Whether something can be kept under a student's name."""
    try:
        check_name(student)
    except RefusedError:
        return False
    return True


def check_name(student: str) -> None:
    """Refuse a name under which nothing can be kept."""
    shown = printable(student)
    if not student or student != student.strip():
        refuse(f"The student's name {shown!r} is empty or has a space at an end; leave that out.")
    if student.startswith("."):
        refuse(f"The student's name {shown!r} begins with a dot; leave the dot out.")
    if len(student) > LONGEST_NAME:
        refuse(
            f"The student's name has {len(student)} characters, and {LONGEST_NAME} are allowed:"
            f" {shown}"
        )
    for sign in student:
        if sign in FORBIDDEN:
            refuse(f"The student's name {shown!r} contains {sign!r}; leave it out.")
        if unseen(sign):
            refuse(
                f"The student's name contains the invisible or broken character {sign!a};"
                " write it with letters, digits, spaces, dots and hyphens."
            )


def unseen(sign: str) -> bool:
    """Whether a character does not stand for itself: controls, half characters, directions."""
    kind = unicodedata.category(sign)
    return kind in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(sign) in DISGUISING


def first_few(names: Iterable[str]) -> str:
    """Show a few of many names."""
    every = [printable(name) for name in names]
    rest = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def printable(text: str) -> str:
    """Write text so that any terminal or file can show it."""
    safe = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
    return safe if len(safe) <= LONGEST_NAME else safe[:LONGEST_NAME] + "…"
