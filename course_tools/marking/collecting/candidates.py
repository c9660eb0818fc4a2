"""The notebooks that could count for a student and an assignment, and which of them does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_tools.marking.collecting.exports import Owner
from course_tools.marking.collecting.lying import Thing
from course_tools.marking.submissions import Listed, ListedAs
from course_tools.notebooks.course import EXERCISE

EXACT, COPY, UNNAMED, OTHER = range(4)
"""How well a notebook is called: as it should be, as a copy, at will, as another assignment."""


@dataclass(frozen=True)
class Candidate:
    """A notebook that was handed in.

    Parameters
    ----------
    owner : Owner
        Who has handed it in.
    assignment : str
        What for.
    thing : Thing
        Where it lies.
    place : tuple of str
        What was handed in at a time: notebooks in one place are no attempts, but copies.
    placed : bool
        Whether it lies in a folder of the assignment's name, as nbgrader wants it.
    called : int
        How well it is called.
    number : int
        The number of the copy.
    handed_in : float or None
        When, in seconds since 1970, if anything tells.
    """

    owner: Owner
    assignment: str
    thing: Thing
    place: tuple[str, ...]
    placed: bool
    called: int
    number: int
    handed_in: float | None

    @property
    def time(self) -> float:
        """When it was handed in, as far as that can be told; in seconds since 1970."""
        return self.handed_in if self.handed_in is not None else self.thing.time or 0.0

    @property
    def in_export(self) -> bool:
        """Whether it lies in a zip that looks like a platform's, among other things."""
        return bool(self.place[0] and self.thing.inside and self.owner.platform)

    @property
    def is_open(self) -> bool:
        """Whether the instructor has it under the student's own name."""
        return not self.owner.platform and not self.place[0]

    @property
    def rank(self) -> tuple[bool, int, bool, tuple[int, str], float, int, str]:
        """The best of one place has the highest."""
        given = self.thing.name.startswith(EXERCISE)  # before a name that the course had earlier
        called = (self.placed, -self.called, given, self.owner.order)
        return (*called, self.thing.time or 0.0, self.number, self.thing.shown)


def keys_of(candidates: Iterable[Candidate]) -> dict[Owner, str]:
    """Return a key for each student: the name, and the identity where a name is that of several.

    Moodle's number is another one in each assignment. So two students have one name if it has two
    identities in one assignment.
    """
    identities: dict[tuple[str, str], set[str]] = defaultdict(set)
    owners = [(each.owner, each.assignment) for each in candidates]
    for owner, assignment in owners:
        if owner.identity:
            identities[owner.student, assignment].add(owner.identity)
    shared = {student for (student, _), several in identities.items() if len(several) > 1}
    return {
        owner: f"{owner.student} ({owner.identity})"
        if owner.student in shared and owner.identity
        else owner.student
        for owner, _ in owners
    }


def chosen(several: Sequence[Candidate]) -> Candidate:
    """Return the one that counts: the best of the place that came last."""
    places: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for each in several:
        places[each.place].append(each)
    best = [max(some, key=lambda each: each.rank) for some in places.values()]
    if any(each.is_open for each in best):  # a student may have made the zip of an export
        best = [each for each in best if not each.in_export]
    platforms = {each.owner.platform for each in best}
    if len(platforms) == 1 and all(each.owner.attempt for each in best):
        return max(best, key=lambda each: (each.owner.order, each.rank))
    return max(best, key=lambda each: (each.time, each.rank))


def passed_over(several: Sequence[Candidate], best: Candidate, student: str) -> list[Listed]:
    """List those that do not count."""
    found = []
    for each in several:
        if each is best:
            continue
        beside = each.place == best.place
        later = "" if beside or each.in_export > best.in_export else ", which came later"
        status: ListedAs = "beside" if beside else "earlier"
        reason = f"{best.thing.shown} is marked{later}."
        found.append(Listed(each.thing.shown, student, each.assignment, reason, status))
    return found
