"""`make grade`: a folder of submissions in, a journal, a gradebook, a table and reports out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from course_tools.marking.assignments import every_assignment, read_assignment
from course_tools.marking.batch import Batch
from course_tools.marking.options import parser, settings_of
from course_tools.marking.publishing import enter, publish, report, saying_what_cannot_be_written
from course_tools.marking.records.journal import Journal
from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import Submission, find
from course_tools.marking.workers import Team, distributed_results


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 if every submission has a mark or a reason."""
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
    size = 0 if options.scheduler else int(options.workers)
    with Team(size, settings) as team:  # first, so that it warms up while the assignments are read
        known = every_assignment(options.source)
        found = find(options.submissions, options.assignment, known)
        with saying_what_cannot_be_written(options.output):
            options.output.mkdir(parents=True, exist_ok=True)
        assignments = {name: read_assignment(known[name]) for name in names_of(found)}
        with Journal(options.output / "journal.sqlite") as journal:
            batch = Batch(options.submissions, found, assignments, settings, journal)
            if options.scheduler:
                far = partial(distributed_results, scheduler=options.scheduler)
                batch.mark_all(partial(far, patience=options.patience))
            else:
                batch.mark_all(team.results)
            results = batch.results()
            enter(options.output, known, journal, results)
            publish(options.output, assignments, results)
    report(options.output, results, len(found))
    return 0 if len(results) == len(found) else 1


def names_of(found: Sequence[Submission]) -> list[str]:
    """Return the assignments for which something was handed in."""
    return sorted({each.assignment for each in found})
