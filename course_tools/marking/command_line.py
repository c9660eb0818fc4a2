"""`make grade`: a folder of submissions in, a journal, a gradebook, a table and reports out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from course_tools.marking.assignments import every_assignment, read_assignment
from course_tools.marking.batch import Again, Batch
from course_tools.marking.collecting.finding import find
from course_tools.marking.collecting.roster import read_roster, with_roster
from course_tools.marking.entering import Clerk, begin, enter
from course_tools.marking.jobs import Settings
from course_tools.marking.late import Deadline
from course_tools.marking.memory import fitting
from course_tools.marking.options import parser, settings_of
from course_tools.marking.publishing import (
    News,
    publish,
    report,
    saying_what_cannot_be_written,
    settle,
)
from course_tools.marking.recognising import signatures
from course_tools.marking.records.deadlines import changed, read_deadlines, said_of
from course_tools.marking.records.journal import Journal, Key
from course_tools.marking.results import MarkingError
from course_tools.marking.returning import Returning
from course_tools.marking.submissions import Found, Submission
from course_tools.marking.workers import Cluster, Team


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 if all that was meant to be marked is."""
    options = parser().parse_args(argv)
    try:
        return grade(options)
    except MarkingError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where it was.", file=sys.stderr)
        return 130


def grade(options: argparse.Namespace) -> int:
    """Mark what has changed, and write everything anew that depends on it."""
    settings = settings_of(options)
    with ExitStack() as stack:
        team = markers(options, settings)  # first, since it has to warm up
        stack.enter_context(team)
        known = every_assignment(options.source)
        found = found_by(options, known, settings)
        with saying_what_cannot_be_written(options.output):
            options.output.mkdir(parents=True, exist_ok=True)
        assignments = {name: read_assignment(known[name]) for name in names_of(found.submissions)}
        settings = replace(settings, known=signatures(known))
        back = Returning(options, assignments, options.roster, options.roster_column)
        deadlines = deadlines_of(options, assignments)
        clerk = stack.enter_context(Clerk(options.output, known))
        with Journal(options.output / "journal.sqlite") as journal:
            batch = Batch(
                options.submissions,
                found.submissions,
                assignments,
                settings,
                journal,
                again_of(options, found.submissions),
                added=partial(clerk.give, journal),
            )
            begin(options.output, journal)
            batch.mark_all(team.results)
            clerk.finish(journal)
            with saying_what_cannot_be_written(options.output):
                enter(options.output, known, journal, batch.keys)
            complete = write_all(options, found, known, journal, batch.keys, back, deadlines)
    return 0 if complete else 1


def write_all(
    options: argparse.Namespace,
    found: Found,
    known: dict[str, Path],
    journal: Journal,
    keys: Sequence[Key],
    back: Returning,
    deadlines: dict[str, Deadline],
) -> bool:
    """Write everything that is made of the results; return whether nothing is missing."""
    students = {each.student for each in found.submissions}
    names, people = back.learn(students, names_besides(found.submissions))
    ledger = settle(options.output, journal, News(times_of(found.submissions), deadlines, people))
    publish(options.output, known, journal, keys, ledger, found.listed)
    done = report(options.output, journal, keys, found)
    if untimed := ledger.untimed(journal.latest()):
        print(f"Not late:          {untimed}, of which nothing tells when they were handed in")
    complete = done == len(found.submissions) and not found.unmarked
    standings = ledger.standings(journal.latest())
    for words in back.fill_all(standings, names, complete=complete):
        print(words)
    return complete


def found_by(options: argparse.Namespace, known: dict[str, Path], settings: Settings) -> Found:
    """Find what was handed in, and who has handed in nothing."""
    people = read_roster(options.roster, options.roster_column) if options.roster else []
    found = find(options.submissions, options.assignment, known, settings.bounds)
    return with_roster(found, people, names_of(found.submissions)) if people else found


def markers(options: argparse.Namespace, settings: Settings) -> Team | Cluster:
    """Return who marks: processes of this machine, or others."""
    if options.scheduler:
        return Cluster(options.scheduler, options.patience)
    return Team(fitting(options.workers, settings.limits.memory), settings)


def again_of(options: argparse.Namespace, found: Sequence[Submission]) -> Again:
    """Return what is to be marked once more."""
    students = {each.student for each in found}
    for name in options.again:
        if name not in students:
            near = get_close_matches(name, students, n=3)
            meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise MarkingError(
                f"--again was given {name!r}, but nothing of that student is in"
                f" {options.submissions}. Give a student's name as the folder or the file has it."
                + meant
            )
    return Again(frozenset(options.again), options.again_stopped)


def deadlines_of(options: argparse.Namespace, names: Collection[str]) -> dict[str, Deadline]:
    """Return when assignments are due and what lateness costs, and say it of those in this run."""
    kept = read_deadlines(options.output)
    deadlines = changed(kept, names, options.due, options.late, options.late_grace)
    for name in names:
        if name in deadlines:
            print(said_of(name, deadlines[name]))
    return deadlines


def times_of(found: Sequence[Submission]) -> dict[tuple[str, str], float]:
    """Return when something was handed in, as far as anything tells."""
    return {
        (each.student, each.assignment): each.handed_in
        for each in found
        if each.handed_in is not None
    }


def names_besides(found: Sequence[Submission]) -> dict[str, set[str]]:
    """Return what students are called in what they were exported from."""
    names: dict[str, set[str]] = {}
    for each in found:
        plain = each.student.removesuffix(f" ({each.identity})")
        names.setdefault(each.student, set()).update({each.identity, plain} - {"", each.student})
    return names


def names_of(found: Sequence[Submission]) -> list[str]:
    """Return the assignments for which something was handed in."""
    return sorted({each.assignment for each in found})
