"""The tables that go back: read before anything is marked, filled when everything is."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from course_tools.files import write_whole
from course_tools.marking.assignments import Assignment
from course_tools.marking.records.filling import (
    Filled,
    Way,
    fill,
    identifying,
    place_for,
    usable_columns,
)
from course_tools.marking.records.people import Person, learn
from course_tools.marking.records.sheets import Sheet, read_sheet
from course_tools.marking.records.standing import Standing
from course_tools.marking.results import MarkingError


class Returning:
    """What is to be filled, and how.

    Parameters
    ----------
    options : argparse.Namespace
        What the command line says.
    assignments : dict of str to Assignment
        What is marked in this run.
    roster, column : Path and str, optional
        A table of who is in the class, and the column in it that says so, if it has to be named.

    Raises
    ------
    MarkingError
        If a table cannot be read, or it is not clear which of its columns are meant.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        assignments: Mapping[str, Assignment],
        roster: Path | None = None,
        column: str = "",
    ) -> None:
        self.output: Path = options.output
        self.titles = {name: each.title for name, each in assignments.items()}
        self.rosters = rosters_in(roster, column)
        self.sheets = [read_sheet(path) for path in options.fill]
        self.way = Way(
            columns_said(options.fill_column, self.titles),
            options.fill_student,
            options.fill_as,
            options.fill_zero,
        )
        for sheet in self.sheets:
            usable_columns(sheet, list(self.titles), self.titles, self.way)
            identifying(sheet, self.way)

    def learn(
        self, students: Collection[str], known: Mapping[str, Collection[str]]
    ) -> tuple[dict[str, set[str]], dict[str, Person]]:
        """Learn from all tables what students are called, and who they are.

        Parameters
        ----------
        students : collection of str
            Who has handed in.
        known : dict of str to collection of str
            What they are called besides.
        """
        return learn(
            [*self.rosters, *((sheet, self.way) for sheet in self.sheets)], students, known
        )

    def fill_all(
        self,
        standings: Iterable[Standing],
        known: Mapping[str, Collection[str]],
        *,
        complete: bool = True,
    ) -> Iterator[str]:
        """Fill every table, and give what is to be said of each.

        Parameters
        ----------
        standings : iterable of Standing
            Where everybody stands.
        known : dict of str to collection of str
            What students are called besides.
        complete : bool
            Whether all that was handed in is marked. If not, nobody gets 0 for having handed in
            nothing.
        """
        if not self.sheets:
            return
        way = replace(self.way, zero=self.way.zero and complete)
        if self.way.zero and not complete:
            yield "--fill-zero gave nobody 0, since not all that was handed in is marked."
        marks = defaultdict[str, list[Filled]](list, {name: [] for name in self.titles})
        for each in standings:
            if each.result.assignment in self.titles:
                points = None if each.open else each.final.points
                filled = Filled(each.result.student, points, each.final.highest)
                marks[each.result.assignment].append(filled)
        taken: set[Path] = set()
        for sheet in self.sheets:
            content, account = fill(sheet, marks, self.titles, known, way)
            place = place_for(sheet.path, self.output, taken)
            taken.add(place)
            try:
                write_whole(place, content)
            except OSError as error:
                raise MarkingError(f"{place} cannot be written ({error.strerror}).") from error
            yield f"Filled:            {place}, from {sheet.path}\n{account}"


def rosters_in(path: Path | None, column: str) -> list[tuple[Sheet, Way]]:
    """Read a roster, if there is one from which more can be learnt than who is in the class."""
    if path is None:
        return []
    sheet, way = read_sheet(path), Way(student=column)
    try:
        identifying(sheet, way)
    except MarkingError:
        return []
    return [(sheet, way)]


def columns_said(given: Iterable[str], assignments: Collection[str]) -> dict[str, str]:
    """Read what the command line says about columns: "COLUMN", or "ASSIGNMENT=COLUMN".

    Raises
    ------
    MarkingError
        If one column is given for several assignments.
    """
    columns = {}
    for text in given:
        name, sign, column = text.partition("=")
        if sign and name in assignments:
            columns[name] = column
        else:
            columns[""] = text
    if "" in columns and len(assignments) > 1:
        raise MarkingError(
            f"--fill-column was given {columns['']!r} for {len(assignments)} assignments. Say for"
            f' which it is: --fill-column "{min(assignments)}={columns[""]}"'
        )
    return columns
