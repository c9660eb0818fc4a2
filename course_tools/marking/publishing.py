"""What is made of the results for people to read: the table, a page for each student."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_tools.marking.assignments import title_of
from course_tools.marking.late import Deadline
from course_tools.marking.records.class_page import Overview, overviews_of, write_overviews
from course_tools.marking.records.deadlines import write_deadlines
from course_tools.marking.records.gradebook import GRADEBOOK, Book
from course_tools.marking.records.journal import Journal, Key
from course_tools.marking.records.people import Person
from course_tools.marking.records.reports import write_report, write_table
from course_tools.marking.records.standing import Ledger
from course_tools.marking.records.twins import twins_in
from course_tools.marking.results import MarkingError, storable
from course_tools.marking.submissions import Found, Listed, ListedAs, printable, usable
from course_tools.notebooks.stored import from_bytes

MOST_SAID = 10
"""Of what is not marked, so much is told at the end."""

SAID: dict[ListedAs, str] = {
    "beside": "not needed",
    "earlier": "earlier attempts",
    "nothing handed in": "of the roster handed in nothing",
    "not on the roster": "not on the roster",
}
"""How what is listed is counted at the end."""


@dataclass(frozen=True)
class News:
    """What a run knows besides results.

    Parameters
    ----------
    handed_in : dict of (str, str) to float
        When, in seconds since 1970, by student and assignment.
    deadlines : dict of str to Deadline
        For each assignment that has one.
    people : dict of str to Person
        Who students are.
    """

    handed_in: Mapping[tuple[str, str], float] = field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)


@contextlib.contextmanager
def saying_what_cannot_be_written(place: Path) -> Iterator[None]:
    """Turn an error of the disk into a sentence about the file or folder that is written."""
    try:
        yield
    except OSError as error:
        raise MarkingError(
            f"{place} cannot be written ({error.strerror}). Make room for it, or allow it, and"
            " start again: what is marked stays marked."
        ) from error


def settle(output: Path, journal: Journal, news: News) -> Ledger:
    """Read what people have given, and note in the gradebook what this run knows besides results.

    Parameters
    ----------
    output : Path
        The folder that has the gradebook.
    journal : Journal
        Where all results are.
    news : News
        What this run knows besides.
    """
    with saying_what_cannot_be_written(output), Book(output) as book:
        if book.advice:
            print(book.advice, file=sys.stderr)
        if news.people:
            book.introduce(news.people)
        write_deadlines(output, news.deadlines)
        return book.settle(news.handed_in, news.deadlines, journal.latest())


def publish(
    output: Path,
    sources: Mapping[str, Path],
    journal: Journal,
    keys: Sequence[Key],
    ledger: Ledger,
    listed: Sequence[Listed] = (),
) -> None:
    """Write the table, the page about the class, and a report for each student.

    Reports of earlier runs are written anew where a person or a deadline has had a say.
    """
    with saying_what_cannot_be_written(output / "marks.csv"):
        write_table(ledger.standings(journal.latest()), output / "marks.csv", listed)
    begun = overviews_in(output, sources, journal)
    with saying_what_cannot_be_written(output / "class.html"):
        write_overviews(overviews_of(ledger.standings(journal.latest()), listed, begun), output)
    titles = {each.name: each.title for each in begun}
    now = {key[:2] for key in keys}
    with saying_what_cannot_be_written(output / "reports"):
        for standing in ledger.standings(journal.latest()):
            result = standing.result
            key = storable(result.student), result.assignment
            if usable(result.student) and (key in now or ledger.has_a_say(result)):
                write_report(result, output, titles[result.assignment], standing)


def overviews_in(output: Path, sources: Mapping[str, Path], journal: Journal) -> list[Overview]:
    """Begin an overview for each assignment that was ever marked: its title, and who are twins."""
    students: defaultdict[str, list[str]] = defaultdict(list)
    for result in journal.latest():
        students[result.assignment] += [result.student] if usable(result.student) else []
    overviews = []
    for name, some in students.items():
        if name in sources:
            content = sources[name].read_bytes()
            title = title_of(from_bytes(content, sources[name])) or name
            twins = twins_in(output / "autograded", some, name, content)
            overviews.append(Overview(name, title, twins))
        else:
            overviews.append(Overview(name, name))
    return overviews


def report(output: Path, journal: Journal, keys: Sequence[Key], found: Found) -> int:
    """Say how it went, and where everything is; return how many have a mark or a reason."""
    count = Counter(filter(None, map(journal.status, keys)))
    total = len(found.submissions)
    print(
        f"{count.total()} of {total} submissions have a mark or a reason: {count['marked']} marked,"
        f" {count['stopped']} stopped, {count['refused']} refused."
    )
    for line in lines_on(found):
        print(line)
    print(f"Marks and reasons: {output / 'marks.csv'}")
    print(f"For each student:  {output / 'reports'}")
    print(f"About the class:   {output / 'class.html'}")
    place = "" if output == Path("marked") else f"OUTPUT={shlex.quote(str(output))} "
    print(f"For nbgrader:      {output / GRADEBOOK}, with `make nbgrader {place}ARGS=export`")
    return count.total()


def lines_on(found: Found) -> Iterator[str]:
    """Say what else was found, and what is not marked though it was meant to be."""
    count = Counter(each.status for each in found.listed)
    several = [f"{count[status]} {said}" for status, said in SAID.items() if count[status]]
    several += [f"{number} {what}" for what, number in sorted(found.quiet.items())]
    if several:
        yield "Besides: " + ", ".join(several) + "."
    yield from found.notes
    if found.unmarked:
        yield f"Not marked: {len(found.unmarked)}. Each has its reason in marks.csv:"
    for each in found.unmarked[:MOST_SAID]:
        yield f"  - {printable(each.name)}: {each.reason}"
    if len(found.unmarked) > MOST_SAID:
        yield f"  - and {len(found.unmarked) - MOST_SAID} more"
