"""What tables say about students besides points: other numbers, their names, their addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from course_tools.marking.records.filling import (
    FIRST,
    LAST,
    Way,
    first_row,
    identifying,
    match,
    names_of,
    naming,
    plain,
    texts_of,
)
from course_tools.marking.records.sheets import Cell, Sheet, value_of


@dataclass(frozen=True)
class Person:
    """Who a student is, as formgrader shows it.

    Parameters
    ----------
    first_name, last_name, email : str
        Empty where nobody knows.
    """

    first_name: str = ""
    last_name: str = ""
    email: str = ""


def learn(
    sheets: Iterable[tuple[Sheet, Way]],
    students: Collection[str],
    known: Mapping[str, Collection[str]],
) -> tuple[dict[str, set[str]], dict[str, Person]]:
    """Learn from tables what students are called besides.

    Parameters
    ----------
    sheets : iterable of (Sheet, Way)
        A roster, say, and the tables that are to be filled; and for each the way to read it, which
        may name the column that says who somebody is.
    students : collection of str
        Who has handed in.
    known : dict of str to collection of str
        What they are called besides, as far as that is known.

    Returns
    -------
    names : dict of str to set of str
        What is known now.
    people : dict of str to Person
        Who they are.
    """
    names = {student: {*known.get(student, ())} for student in {*students, *known}}
    people = {name: person_called(name, names[name]) for name in names}
    for sheet, way in sheets:
        columns = identifying(sheet, way)
        for row, student in match(sheet, first_row(sheet), students, names, way).rows.items():
            whole = names_of(sheet, row, naming(sheet))
            names.setdefault(student, set()).update(texts_of(sheet, row, columns) | whole)
            people[student] = person_in(sheet, row) or people.get(student, Person())
    return names, {name: person for name, person in people.items() if person != Person()}


def person_called(student: str, names: Collection[str]) -> Person:
    """Return who somebody is by what an export calls them: "Anna Berg", or "Anna Berg (123)"."""
    for name in names:
        student = student.removesuffix(f" ({name})")
    first, space, last = student.rpartition(" ")
    return Person(first, last) if space else Person()


def person_in(sheet: Sheet, row: int) -> Person | None:
    """Return whom a row is about, if it has a name; of a full one the last word is taken apart."""
    heads = [plain(each) for each in sheet.names]
    cells = sheet.rows[row]
    address = next((k for k, head in enumerate(heads) if "mail" in head), None)
    email = "" if address is None else value_of(cells, address)
    first, last = (value_in(cells, heads, names) for names in (FIRST, LAST))
    if first or last:
        return Person(first, last, email)
    for [column, *more] in naming(sheet):
        name = value_of(cells, column)
        before, comma, after = name.partition(", ")
        if name and not more:
            first, _, last = name.rpartition(" ")
            return Person(after, before, email) if comma else Person(first, last, email)
    return None


def value_in(cells: tuple[Cell, ...], heads: Sequence[str], names: Collection[str]) -> str:
    """Return what stands in the first column that has one of some names."""
    return next((value_of(cells, k) for k, head in enumerate(heads) if head in names), "")
