"""When assignments were due, and what lateness costs: kept in the output until it is changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from course_tools.files import write_changed
from course_tools.marking.late import Deadline, Rule, rule_of, shown
from course_tools.marking.results import MarkingError

FILE = "late.json"


def read_deadlines(output: Path) -> dict[str, Deadline]:
    """Read what was said before, for each assignment.

    Raises
    ------
    MarkingError
        If the file was spoilt.
    """
    path = output / FILE
    try:
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return {
            name: Deadline(
                datetime.fromisoformat(each["due"]),
                rule_of(each["late"]),
                timedelta(seconds=each["grace"]),
            )
            for name, each in kept.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MarkingError(
            f"{path} cannot be read. Take it away, and say --due and --late once more."
        ) from error


def write_deadlines(output: Path, deadlines: Mapping[str, Deadline]) -> None:
    """Keep them for the next time."""
    kept = {
        name: {
            "due": each.due.isoformat(),
            "late": str(each.rule or "none"),
            "grace": each.grace.total_seconds(),
        }
        for name, each in sorted(deadlines.items())
    }
    if kept or (output / FILE).exists():
        write_changed(output / FILE, json.dumps(kept, indent=2).encode() + b"\n")


def changed(
    kept: Mapping[str, Deadline],
    assignments: Collection[str],
    due: Sequence[tuple[str, datetime]],
    late: tuple[Rule | None] | None,
    grace: timedelta | None,
) -> dict[str, Deadline]:
    """Return what holds from now on.

    Parameters
    ----------
    kept : dict of str to Deadline
        What was said before.
    assignments : collection of str
        What is marked in this run, and what is said now is about.
    due : sequence of (str, datetime)
        When one of them is due, or, with an empty name, all.
    late : tuple of Rule or None, or None
        What lateness costs; None: what was said before.
    grace : timedelta or None
        How late is not late; None: what was said before.

    Raises
    ------
    MarkingError
        If it is said of an assignment that is not marked, or not said when something is due.
    """
    named = dict(due)
    unknown = {*named} - {*assignments, ""}
    if unknown:
        raise MarkingError(
            f"--due was given for {', '.join(sorted(unknown))}, and this run marks"
            f" {', '.join(sorted(assignments)) or 'nothing'}."
        )
    deadlines = dict(kept)
    for name in assignments:
        at = named.get(name, named.get(""))
        if at:
            deadlines[name] = replace(deadlines.get(name, Deadline(at)), due=at)
        if late is None and grace is None:
            continue
        if name not in deadlines:
            raise MarkingError(
                f"--late or --late-grace was given, and nobody knows when {name} was due. Say it:"
                f" --due {name}=2026-11-20T23:59"
            )
        if late is not None:
            deadlines[name] = replace(deadlines[name], rule=late[0])
        if grace is not None:
            deadlines[name] = replace(deadlines[name], grace=grace)
    return deadlines


def said_of(name: str, deadline: Deadline) -> str:
    """Say what holds for an assignment."""
    rule = f"late: {deadline.rule}" if deadline.rule else "late costs nothing"
    grace = f", after {deadline.grace} (h:mm:ss) of grace" if deadline.grace else ""
    return f"{name} was due at {shown(deadline.due)}; {rule}{grace}."
