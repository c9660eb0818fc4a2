"""From a folder or a zip to what is to be marked, and a reason for whatever else lies there."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from course_tools.marking.collecting.candidates import Candidate, chosen, keys_of, passed_over
from course_tools.marking.collecting.exports import Owner
from course_tools.marking.collecting.layouts import unwrapped
from course_tools.marking.collecting.lying import Thing, things_in
from course_tools.marking.collecting.names import is_zip
from course_tools.marking.collecting.search import Search, nested
from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import (
    DEFAULT,
    SHOWN,
    Bounds,
    Found,
    Listed,
    RefusedError,
    Submission,
    first_few,
    printable,
)

LAYOUTS = (
    "Can be read: nbgrader's layout, <student>/<assignment>/exercise_<assignment>.ipynb; notebooks"
    " <student>.ipynb; what Moodle, Canvas or Blackboard give to download; and a zip of these"
)


def find(
    folder: Path, assignment: str, known: Mapping[str, Path], bounds: Bounds = DEFAULT
) -> Found:
    """List what has been handed in.

    Parameters
    ----------
    folder : Path
        A folder, or a zip.
    assignment : str
        What to look for. Empty for every known one.
    known : mapping of str to Path
        The instructor's notebook of every assignment there is.
    bounds : Bounds
        How large what has to be looked into may be.

    Returns
    -------
    Found
        What is to be marked, one for each student and assignment; and the rest, with reasons.
        Links and folders without a notebook are to be marked, too, where nbgrader has a notebook:
        each gets its reason when it is read.

    Raises
    ------
    MarkingError
        If there is nothing to mark.
    """
    check_assignment(assignment, known)
    things = top_of(folder, bounds)
    search = Search(folder, assignment, known, bounds)
    search.level(unwrapped(things, known))
    found = what_came_of(search)
    if not found.submissions:
        raise MarkingError(nothing_in(folder, assignment, things, found.listed))
    return found


def check_assignment(assignment: str, known: Collection[str]) -> None:
    """Refuse an assignment that does not exist, with the names that look like it."""
    if not assignment or assignment in known:
        return
    near = difflib.get_close_matches(assignment, known, n=3)
    allowed = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Choose one of them."
    raise MarkingError(
        f"{assignment!r} is no assignment. There are: {', '.join(sorted(known)) or 'none'}."
        f" {allowed}"
    )


def top_of(folder: Path, bounds: Bounds) -> list[Thing]:
    """List the folder or zip itself."""
    try:
        if folder.is_file() and not is_zip(folder.name):
            raise NotADirectoryError
        return things_in(folder, bounds)
    except FileNotFoundError:
        reason = "There is no such folder"
    except NotADirectoryError:
        reason = "This is a file, not a folder or a zip"
    except RefusedError as error:
        raise MarkingError(f"{folder}: {error}") from None
    except OSError as error:
        reason = f"This folder cannot be read ({error.strerror})"
    raise MarkingError(f"{reason}: {folder}. Give the folder of the submissions. {LAYOUTS}.")


def nothing_in(
    folder: Path, assignment: str, things: Sequence[Thing], listed: Sequence[Listed]
) -> str:
    """Say that nothing was found, and what was there instead."""
    what = f"submission of {assignment!r}" if assignment else "submission of any assignment"
    there = first_few(sorted(thing.name for thing in things)) if things else "nothing"
    within = any(thing.name == "submitted" for thing in things)
    remedy = f"Try {folder / 'submitted'}." if within else "Is it another folder?"
    why = [f"\n  - {printable(each.name)}: {each.reason}" for each in listed[:SHOWN]]
    return f"No {what} in {folder}. Found: {there}. {LAYOUTS}. {remedy}" + "".join(why)


# --- What came of it ------------------------------------------------------------------------------


def what_came_of(search: Search) -> Found:
    """Choose one notebook for each student and assignment, and list the rest."""
    keys = keys_of(search.candidates)
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for each in search.candidates:
        groups[each.assignment, keys[each.owner]].append(each)
    submissions, listed = [], list(search.listed)
    for (assignment, student), several in groups.items():
        best = chosen(several)
        submissions.append(submission_of(student, assignment, best))
        listed += passed_over(several, best, student)
    submissions += [
        each for each in search.missing if (each.assignment, each.student) not in groups
    ]
    submissions += behind_closed(search, submissions)
    others = of_others(search, {each.student for each in submissions})
    unasked = {"of assignments that are not asked for": len(search.unasked) - len(others)}
    quiet = {what: number for what, number in (search.quiet | unasked).items() if number}
    submissions.sort(key=lambda each: (each.assignment, each.student))
    return Found(submissions, sorted(listed + others, key=order), quiet, notes_on(keys))


def submission_of(student: str, assignment: str, best: Candidate) -> Submission:
    """Say what counts for a student."""
    return Submission(
        student,
        assignment,
        best.thing.path,
        inside=best.thing.inside,
        handed_in=best.handed_in,
        attempt=best.owner.attempt,
        identity=best.owner.identity,
    )


def behind_closed(search: Search, submissions: Sequence[Submission]) -> list[Submission]:
    """Let what cannot be looked into count for each assignment that others have handed in."""
    every = {search.assignment} if search.assignment else set(search.known)
    used = {each.assignment for each in submissions} or every
    return [nested(thing.name, thing.path / name, name) for thing in search.closed for name in used]


def of_others(search: Search, have: Collection[str]) -> list[Listed]:
    """List what students have handed in for another assignment, and nothing for this one."""
    asked = search.assignment
    return [
        Listed(thing.shown, owner.student, said, f"Its name says {said}, and {asked} is marked.")
        for owner, said, thing in search.unasked
        if owner.platform and owner.student not in have
    ]


def order(listed: Listed) -> tuple[str, ...]:
    """Sort what is listed: first what was meant to be marked."""
    return ("" if listed.status == "not marked" else listed.status, listed.name, listed.student)


def notes_on(keys: Mapping[Owner, str]) -> list[str]:
    """Say which students have one name, and how they are called here."""
    told = sorted({key for owner, key in keys.items() if key != owner.student})
    if not told:
        return []
    return [f"Students of one name are told apart by their number: {first_few(told)}."]
