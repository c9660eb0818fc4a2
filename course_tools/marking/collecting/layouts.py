"""How things are laid out: whether a folder is one student's, or holds the work of many."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from course_tools.marking.collecting.exports import owner_in
from course_tools.marking.collecting.lying import Thing
from course_tools.marking.collecting.names import assignment_of, is_notebook, is_systems, stem_of

COURSES = ("exercises", "solutions")
"""Folders of the course itself that hold one for each assignment; some hand in all of it."""


def unwrapped(things: Sequence[Thing], known: Collection[str]) -> list[Thing]:
    """Open the one folder in which a zip has everything."""
    left = [thing for thing in things if not is_systems(thing.name)]
    if len(left) != 1 or not left[0].inside or left[0].kind != "folder" or says(left[0], known):
        return list(things)
    within = list(left[0].things.values())
    named = (each for each in within if is_assignments(each, known))
    if next(named, None) and not holds_class(within, known):
        return list(things)
    rest = [thing for thing in things if thing is not left[0]]
    return [*rest, *unwrapped(within, known)]


def is_assignments(thing: Thing, known: Collection[str]) -> bool:
    """Whether a name says an assignment, and no student."""
    said = assignment_of(thing.name, known)
    return said is not None and not rest_of(stem_of(thing.name), said[0])


def says(thing: Thing, known: Collection[str]) -> bool:
    """Whether a name says a student of an export, or an assignment."""
    return owner_in(thing.name) is not None or assignment_of(thing.name, known) is not None


def is_export(things: Iterable[Thing]) -> bool:
    """Whether everything that could be a student's has a name that an export has given."""
    theirs = [
        owner_in(thing.name) is not None
        for thing in things
        if not is_systems(thing.name)
        and (thing.kind in ("folder", "zip") or is_notebook(thing.name) or owner_in(thing.name))
    ]
    return bool(theirs) and all(theirs)


def holds_class(things: Collection[Thing], known: Collection[str]) -> bool:
    """Whether this looks like many students' work, and not like one student's.

    That is so if folders in it have folders of assignments, or if notebooks lie side by side, of
    which none says an assignment.
    """
    for thing in things:
        if thing.kind == "folder" and thing.name not in COURSES and not says(thing, known):
            within = [each.name for each in thing.things.values() if each.kind == "folder"]
            if any(said and not said[1] for said in (assignment_of(n, known) for n in within)):
                return True
    names = [thing.name for thing in things if is_notebook(thing.name)]
    return len(names) > 1 and not any(assignment_of(name, known) for name in names)


def named_by_student(thing: Thing, kind: str, known: Collection[str]) -> bool:
    """Whether something beside an export is one student's, so that the export may be one's, too.

    Students' zips make that likely for a zip, and students' folders for a folder.
    """
    if thing.kind != kind or thing.trouble or says(thing, known) or is_systems(thing.name):
        return False
    return not is_export(unwrapped(list(thing.things.values()), known))


def rest_of(stem: str, assignment: str) -> str:
    """Return what a name says besides an assignment: the student."""
    words = re.sub(r"[\s_-]+", r"[\\s_-]+", re.escape(assignment.replace("-", "_")))
    found = re.search(rf"(?:exercise|solution)?[\s_-]*{words}", stem, re.IGNORECASE)
    if not found:
        return stem
    left = stem[: found.start()].strip(" _-"), stem[found.end() :].strip(" _-")
    return " ".join(filter(None, (left[0], "" if is_mark(left[1]) else left[1])))


def is_mark(text: str) -> bool:
    """Whether what stands behind an assignment is the mark of a copy."""
    return re.fullmatch(r"(\(?\d+\)?|copy ?\d*|\.new-version.*)?", text, re.IGNORECASE) is not None
