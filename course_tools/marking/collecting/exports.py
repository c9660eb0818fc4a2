"""The names that Moodle, Canvas and Blackboard give to what is downloaded from them.

Each name says who has handed in, and some of them when. The forms of Moodle and Canvas are those of
the programs that make them (`mod/assign/classes/downloader.php`, `lib/content_zipper.rb`), that of
Blackboard the one in nbgrader's documentation and in programs of people who read such downloads.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

from course_tools.marking.submissions import FORBIDDEN

MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<identity>\d+))?_assignsubmission_(?P<kind>file|onlinetext)"
    r"(?:_(?P<file>.*))?",
    re.DOTALL,
)
"""A folder for each student, or, if the teacher has unticked that, the same before each file."""

CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)??(?P<late>LATE_)?(?P<identity>anon_[^\W_]+|\d{3,})"
    r"_(?:(?P<attempt>\d{3,})_(?P<file>.+)|(?P<kind>text|link)\.html)",
    re.DOTALL,
)
"""The name in small letters without gaps, the user's number, the file's number, its own name."""

BLACKBOARD = re.compile(
    r"(?P<title>.+)_(?P<identity>[^_]+)_[^\W\d_]+_(?P<attempt>\d{4}(?:-\d\d){5})"
    r"(?:_(?P<file>.+)|\.txt)",
    re.DOTALL,
)
"""The assignment's title, the user name, "attempt" in the site's language, the time, the file."""

ABOUT = re.compile(r"\w+: .*\((?P<user>[^()\s]+)\)\s*(?:\n|$)")
"""How the text begins that Blackboard puts beside each attempt: "Name: Anna Li (ali7)"."""

DOWNLOADED = ("Moodle", "Canvas")
"""Whose zips give each file the time of the download."""


@dataclass(frozen=True)
class Owner:
    """Who has handed something in, and what else its name says.

    Parameters
    ----------
    student : str
        The name, as it is there.
    identity : str
        What the platform calls the student; empty if this is no export.
    attempt : str
        What it calls the attempt.
    handed_in : float or None
        When, if the name says so; in seconds since 1970.
    file : str
        The name that the student gave; empty if the name is that of a folder.
    platform : str
        "Moodle", "Canvas" or "Blackboard"; empty if this is no export.
    kind : str
        What else than a file was handed in: "onlinetext", "text", "link", or Blackboard's "about".
    title : str
        What Blackboard's name says before the user name.
    """

    student: str
    identity: str = ""
    attempt: str = ""
    handed_in: float | None = None
    file: str = ""
    platform: str = ""
    kind: str = ""
    title: str = ""

    @property
    def prefix(self) -> str:
        """What Blackboard's names begin with for one student and assignment."""
        return f"{self.title}_{self.identity}"

    @property
    def order(self) -> tuple[int, str]:
        """Attempts of one platform, in order: longer numbers are larger."""
        return len(self.attempt), self.attempt


def owner_in(name: str) -> Owner | None:
    """Read the name that an export gives to a file or folder; None if it is none of these."""
    return moodle(name) or blackboard(name) or canvas(name)


def moodle(name: str) -> Owner | None:
    """Read a name of Moodle's."""
    found = MOODLE.fullmatch(name)
    if not found:
        return None
    kind = "onlinetext" if found["kind"] == "onlinetext" else ""
    student, identity = tidied(found["name"]), found["identity"] or ""
    if not student:
        return None
    return Owner(student, identity, file=found["file"] or "", platform="Moodle", kind=kind)


def canvas(name: str) -> Owner | None:
    """Read a name of Canvas's."""
    found = CANVAS.fullmatch(name)
    if not found or (found["name"] or "") != (found["name"] or "").lower():
        return None
    late = "LATE " if found["late"] else ""
    return Owner(
        student=found["name"] or found["identity"],
        identity=found["identity"],
        attempt=late + (found["attempt"] or ""),
        file=found["file"] or "",
        platform="Canvas",
        kind=found["kind"] or "",
    )


def blackboard(name: str) -> Owner | None:
    """Read a name of Blackboard's."""
    found = BLACKBOARD.fullmatch(name)
    when = found and moment(found["attempt"])
    if not found or when is None or not tidied(found["identity"]):
        return None
    return Owner(
        student=tidied(found["identity"]),
        identity=found["identity"],
        attempt=found["attempt"],
        handed_in=when,
        file=found["file"] or "",
        platform="Blackboard",
        kind="" if found["file"] else "about",
        title=found["title"],
    )


def corrected(owner: Owner, text: str) -> Owner:
    """Take the user name from the text beside an attempt, since it may contain an underscore.

    Parameters
    ----------
    owner : Owner
        What a name of Blackboard's says.
    text : str
        What stands in the text.
    """
    told = ABOUT.match(text)
    if not told or not owner.prefix.endswith(f"_{told['user']}"):
        return owner
    user, title = told["user"], owner.prefix.removesuffix(f"_{told['user']}")
    return replace(owner, student=tidied(user), identity=user, title=title)


def tidied(name: str) -> str:
    """Replace signs that a platform allows in names, and under which nothing can be kept."""
    return "".join("-" if sign in FORBIDDEN else sign for sign in name).strip(" .")


def moment(text: str) -> float | None:
    """Read a time such as 2026-11-20-10-11-12, by this machine's clock; None if it is none."""
    try:
        return time.mktime(time.strptime(text, "%Y-%m-%d-%H-%M-%S"))
    except (ValueError, OverflowError):
        return None
