"""A look through everything that lies among the submissions.

A folder or a zip may hold, side by side, nbgrader's folders, notebooks that have students' names,
and what Moodle, Canvas and Blackboard give. Names decide whose a notebook is, and the outermost
first, since that is the one that no student has chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from course_tools.marking.collecting.candidates import (
    COPY,
    EXACT,
    OTHER,
    UNNAMED,
    Candidate,
)
from course_tools.marking.collecting.exports import DOWNLOADED, Owner, corrected, owner_in
from course_tools.marking.collecting.layouts import (
    holds_class,
    is_export,
    named_by_student,
    rest_of,
    unwrapped,
)
from course_tools.marking.collecting.lying import Thing
from course_tools.marking.collecting.names import assignment_of, is_notebook, is_systems, stem_of
from course_tools.marking.collecting.reading import content_of, text_of
from course_tools.marking.collecting.stamps import STAMP, stamp
from course_tools.marking.recognising import Signature, recognised, signatures
from course_tools.marking.submissions import (
    Bounds,
    Listed,
    ListedAs,
    RefusedError,
    Submission,
    first_few,
)
from course_tools.marking.understanding import notebook_of
from course_tools.notebooks.course import EXERCISE

UNCLEAR = (
    "It is not clear which assignment this is: neither its name nor its cells say so. Name one with"
    " --assignment: {}."
)

CLASS = (
    "This looks like the work of many students, and lies where one student's should be. Give it as"
    " SUBMISSIONS."
)

CLAIMED = (
    "This looks like what Moodle, Canvas or Blackboard give, but beside it lies what students may"
    " have named, so one of them may have made it. If it is yours, mark it alone: give it as"
    " SUBMISSIONS."
)

MOST_NOTEBOOKS = 200
"""Notebooks that are looked at in what one student has handed in; the course has fewer."""

TOO_MANY = f"More than {MOST_NOTEBOOKS} notebooks lie there. Leave those that are to be marked."

SYSTEMS = "hidden files of systems and editors"
"""What is counted and not listed."""


@dataclass
class Search:
    """A look through everything that lies there.

    Parameters
    ----------
    folder, assignment, known, bounds
        As for `find`.
    candidates : list of Candidate
        Notebooks that were found.
    missing : list of Submission
        Those that should be there.
    closed : list of Thing
        What cannot be looked into, among the students' folders.
    listed : list of Listed
        What is not marked.
    quiet : Counter
        What is counted and not listed.
    unasked : list of tuple
        What is there of other assignments: whose it is, which one, and where it lies.
    unclear : list of Thing
        Notebooks of which nothing says which assignment they answer.
    """

    folder: Path
    assignment: str
    known: Mapping[str, Path]
    bounds: Bounds
    candidates: list[Candidate] = field(default_factory=list)
    missing: list[Submission] = field(default_factory=list)
    closed: list[Thing] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    quiet: Counter[str] = field(default_factory=Counter)
    unasked: list[tuple[Owner, str, Thing]] = field(default_factory=list)
    unclear: list[Thing] = field(default_factory=list)

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """What distinguishes the assignments."""
        return signatures(self.known)

    # --- Going through --------------------------------------------------------------------------

    def level(self, things: Iterable[Thing], default: str = "", above: str = "") -> None:
        """Look at things that each belong to one student, or hold the things of many."""
        left = [thing for thing in things if not self.is_quiet(thing)]
        for thing in left:
            if thing.kind == "file" and thing.trouble:
                self.add(thing, thing.trouble)
        left = [thing for thing in left if thing.kind != "file" or not thing.trouble]
        owners = self.owners_of(left)
        for thing in left:
            if thing.name not in owners:
                self.one(thing, left, default, above)
        groups: dict[tuple[str, str], list[tuple[Owner, Thing]]] = defaultdict(list)
        for thing in left:
            if owner := owners.get(thing.name):
                groups[owner.student, owner.identity].append((owner, thing))
        for some in groups.values():
            self.handed_in(some, default, above)

    def owners_of(self, things: Iterable[Thing]) -> dict[str, Owner]:
        """Read the names that an export has given; and what Blackboard writes beside them."""
        named = {thing.name: (owner, thing) for thing in things if (owner := owner_in(thing.name))}
        told = {
            owner.prefix: text_of(self.folder, thing.path, thing.inside)
            for owner, thing in named.values()
            if owner.kind == "about" and thing.kind == "file"
        }
        return {
            name: corrected(owner, told.get(owner.prefix, "")) for name, (owner, _) in named.items()
        }

    def one(self, thing: Thing, beside: Sequence[Thing], default: str, above: str) -> None:
        """Look at something that no export has named."""
        if thing.name.startswith("."):
            self.add(thing, "Its name begins with a dot, which hides it. Leave the dot out.")
        elif thing.kind in ("link", "closed") and not is_notebook(thing.name):
            self.closed.append(thing)
        elif is_notebook(thing.name):
            self.flat(thing, default, above)
        elif thing.kind not in ("folder", "zip"):
            self.add(thing, "This is no notebook.", "beside")
        elif thing.trouble:
            self.add(thing, thing.trouble, student=stem_of(thing.name))
        else:
            self.many_or_one(thing, beside, default, above)

    def many_or_one(self, thing: Thing, beside: Sequence[Thing], default: str, above: str) -> None:
        """Tell whether a folder or a zip is one student's, or holds the work of many."""
        said = assignment_of(thing.name, self.known)
        inner = unwrapped(list(thing.things.values()), self.known)
        if not above and said and not said[1]:
            self.level(inner, said[0], thing.shown)
        elif not above and is_export(inner):
            if any(named_by_student(each, thing.kind, self.known) for each in beside):
                self.add(thing, CLAIMED)
            else:
                self.level(inner, default, thing.shown)
        elif holds_class(inner, self.known):
            self.add(thing, CLASS)
        else:
            name = stem_of(thing.name) if thing.kind == "zip" else thing.name
            name = rest_of(name, said[0]) if said else name
            self.handed_in([(Owner(name or thing.name), thing)], default, above)

    def flat(self, thing: Thing, default: str, above: str) -> None:
        """Take a notebook that has its student's name."""
        said = assignment_of(thing.name, self.known)
        student = rest_of(stem_of(thing.name), said[0]) if said else stem_of(thing.name)
        if student:
            self.handed_in([(Owner(student, file=thing.name), thing)], default, above)
        else:
            self.add(
                thing,
                "Its name says the assignment, and not who has handed it in. Put it into a folder"
                " with the student's name.",
                assignment=said[0] if said else "",
            )

    # --- One student ----------------------------------------------------------------------------

    def handed_in(self, some: Sequence[tuple[Owner, Thing]], default: str, above: str) -> None:
        """Take what one student has handed in."""
        before = self.taken
        notebooks: list[tuple[Owner, Thing, Thing]] = []
        others: list[Thing] = []
        for owner, top in some:
            for thing in (thing for thing in top.files() if not self.is_quiet(thing)):
                if is_notebook(owner.file if thing is top and owner.file else thing.name):
                    notebooks.append((owner, thing, top))
                elif thing.name != STAMP and owner.kind != "about":
                    others.append(thing)
        if len(notebooks) > MOST_NOTEBOOKS:
            self.add(some[0][1], TOO_MANY, student=some[0][0].student, assignment=default)
            return
        for owner, thing, top in notebooks:
            self.notebook(owner, thing, top, default, above)
        for owner, top in some:
            if not owner.platform and top.kind == "folder" and not top.inside:
                expected = self.expect(owner, top)
                others = [thing for thing in others if thing not in expected]
        if self.taken > before:
            self.besides(some[0][0], others, default)
        else:
            self.nothing_from(some, others, default)

    @property
    def taken(self) -> int:
        """How many notebooks have been understood so far, or are not there as they should be."""
        return len(self.candidates) + len(self.missing) + len(self.unasked) + len(self.unclear)

    def is_quiet(self, thing: Thing) -> bool:
        """Count what nobody has put there by hand."""
        if is_systems(thing.name):
            self.quiet[SYSTEMS] += 1
        return is_systems(thing.name)

    def besides(self, owner: Owner, others: Sequence[Thing], default: str) -> None:
        """List what a student has handed in besides notebooks, folder by folder."""
        folders: dict[str, list[Thing]] = defaultdict(list)
        for thing in others:
            folders[thing.trouble or thing.shown.rpartition("/")[0]].append(thing)
        for some in folders.values():
            first, rest = some[0], len(some) - 1
            name = first.shown + (f" and {rest} more" if rest else "")
            reason = first.trouble or "No notebook, and not needed."
            self.listed.append(Listed(name, owner.student, default, reason, "beside"))

    def nothing_from(
        self, some: Sequence[tuple[Owner, Thing]], others: Sequence[Thing], default: str
    ) -> None:
        """List a student who has handed in something, and no notebook."""
        owner, top = some[0]
        troubles = [thing.trouble for thing in others if thing.trouble]
        names = first_few(thing.name for thing in others if thing.kind != "folder")
        if troubles:
            reason = troubles[0]
        elif names:
            reason = f"There is no notebook (.ipynb), but {names}. Ask for the notebook."
        elif any(owner.kind == "about" for owner, _ in some):
            reason = "Blackboard names an attempt, and there is no file with it."
        else:
            reason = "There is nothing in it."
        self.add(top, reason, student=owner.student, assignment=default or self.assignment)

    def expect(self, owner: Owner, top: Thing) -> list[Thing]:
        """Make sure that every assignment for which a student has a folder is looked at."""
        expected = []
        have = {each.assignment for each in self.candidates if each.owner == owner}
        have |= {said for each, said, _ in self.unasked if each == owner}
        for thing in top.things.values():
            said = assignment_of(thing.name, self.known)
            exact = said and not said[1] and thing.kind != "zip" and not is_notebook(thing.name)
            if not said or not exact or said[0] in have:
                continue
            expected.append(thing)
            if self.asked(said[0]):
                self.missing.append(nested(owner.student, thing.path, said[0]))
            else:
                self.unasked.append((owner, said[0], thing))
        return expected

    def notebook(self, owner: Owner, thing: Thing, top: Thing, default: str, above: str) -> None:
        """Take a notebook, if it can be told which assignment it is for."""
        folders = thing.shown.removeprefix(top.shown).strip("/").split("/")[:-1]
        placed = next(filter(None, (assignment_of(each, self.known) for each in folders)), None)
        name = owner.file if thing is top and owner.file else thing.name
        said = assignment_of(name, self.known)
        assignment = placed[0] if placed else default or (said[0] if said else "")
        flat = thing is top and not owner.platform
        if not assignment or (flat and self.assignment):
            assignment = self.assignment or self.recognised(thing) or only(self.known)
        if not assignment:
            self.unclear.append(thing)
            self.add(thing, UNCLEAR.format(names(self.known)), student=owner.student)
        elif not self.asked(assignment):
            self.unasked.append((owner, assignment, thing))
        else:
            called = UNNAMED if flat and not said else self.called(thing, said, assignment)
            attempt = owner.attempt if owner.platform == "Blackboard" else ""
            place = (above, owner.student, owner.identity, attempt)
            number = said[1] if said else 0
            when = self.when(owner, thing, bool(placed))
            found = Candidate(owner, assignment, thing, place, bool(placed), called, number, when)
            self.candidates.append(found)

    def called(self, thing: Thing, said: tuple[str, int] | None, assignment: str) -> int:
        """Tell how well a notebook is called."""
        if said and said[0] == assignment:
            return COPY if said[1] else EXACT
        return UNNAMED if not said and self.recognised(thing) in ("", assignment) else OTHER

    def when(self, owner: Owner, thing: Thing, placed: bool) -> float | None:
        """Tell when something was handed in."""
        if owner.platform:
            return None if owner.platform in DOWNLOADED else owner.handed_in
        if placed and not thing.inside:
            text = text_of(self.folder, thing.path.with_name(STAMP), ())
        elif placed:
            name = thing.inside[-1].rpartition("/")[0] + "/" + STAMP
            text = text_of(self.folder, thing.path, (*thing.inside[:-1], name))
        else:
            text = ""
        given = stamp(text)
        return thing.time if given is None else given

    def recognised(self, thing: Thing) -> str:
        """Tell an assignment from the cells of a notebook; empty if they do not say."""
        submission = Submission("student", "", thing.path, inside=thing.inside)
        try:
            content = content_of(submission, self.folder, self.bounds)
            cells = notebook_of(content, self.bounds).cells
        except RefusedError:
            return ""
        meant = recognised(cells, self.signatures)
        return meant.name if meant else ""

    def asked(self, assignment: str) -> bool:
        """Whether an assignment is to be marked."""
        return self.assignment in ("", assignment)

    def add(
        self,
        thing: Thing,
        reason: str,
        status: ListedAs = "not marked",
        *,
        student: str = "",
        assignment: str = "",
    ) -> None:
        """List something."""
        self.listed.append(Listed(thing.shown, student, assignment, reason, status))


def nested(student: str, folder: Path, assignment: str) -> Submission:
    """Say where nbgrader's layout has a student's notebook."""
    name = f"{assignment}.ipynb"
    return Submission(student, assignment, folder / (EXERCISE + name), folder / name)


def only(known: Collection[str]) -> str:
    """Return the one assignment, if there is but one."""
    return next(iter(known)) if len(known) == 1 else ""


def names(known: Collection[str]) -> str:
    """Name every assignment."""
    return ", ".join(sorted(known)) or "there are none"
