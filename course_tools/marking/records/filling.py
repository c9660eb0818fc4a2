"""Points written into the table that Canvas, Moodle or a spreadsheet gave, for it to take back.

A student of the table and one that was marked are the same if an address, a number or a user name
is the same in both, or else a full name that is there once. What is not clear is left, and said.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from course_tools.marking.records.sheets import Sheet, value_of
from course_tools.marking.results import MarkingError

FillAs = Literal["points", "percent"]

KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("e-mail", frozenset({"email address", "email", "e-mail", "e-mail address", "mail"})),
    (
        "number",
        frozenset({
            "id", "id number", "student id", "sis user id", "identifier", "participant", "user id",
            "integration id", "orgdefinedid", "student number", "matriculation number",
            "matrikelnummer",
        }),
    ),
    (
        "user name",
        frozenset({"sis login id", "login id", "login", "username", "user name", "user"}),
    ),
)  # fmt: skip
"""How columns are called that say who somebody is, the strongest first."""

FULL = frozenset({"student", "full name", "name", "student name", "learner"})
FIRST = frozenset({"first name", "firstname", "given name"})
LAST = frozenset({"last name", "surname", "lastname", "family name"})

POINTS_POSSIBLE = "points possible"
"""What Canvas writes into the row below which the students are."""

READ_ONLY = "(read only)"
"""What Canvas writes there in columns that it does not take back."""

WORKSHEET = ("grade", "last modified (grade)")
"""Columns of Moodle's grading worksheet, which is for one assignment."""

MAXIMUM, CHANGEABLE = "maximum grade", "grade can be changed"
"""Two more of them."""

ADDED = re.compile(r" \(\d+\)$|^(?:assignment|aufgabe|quiz): ?| \(real\)$| points grade .*$")
"""What Canvas, Moodle and Brightspace add to the name of an assignment."""

BLANK = {"", "-", "–", "—"}
"""What stands where there are no points yet."""

NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+) ?%?")
FORMULA = re.compile(r"\s*[=+\-@]")
NUMBERED = re.compile(r"\D* (\d+)")

SHOWN = 20
"""Names that are listed of many."""


@dataclass(frozen=True)
class Filled:
    """What is to be written for one student and one assignment.

    Parameters
    ----------
    student : str
        Whose it is.
    points : float or None
        Points; None while a person has still to decide on a part.
    highest : float
        What could be reached.
    """

    student: str
    points: float | None
    highest: float


@dataclass(frozen=True)
class Way:
    """How points are written.

    Parameters
    ----------
    columns : dict of str to str
        The column for each assignment; "" as the assignment for the only one.
    student : str
        The column that says who somebody is; empty if its name tells.
    fill_as : "points", "percent" or None
        None: as many as the table's own maximum says, if it says one.
    zero : bool
        Whether who handed in nothing gets 0: students of other assignments; and everybody else in
        the table, if all who were marked have been found there.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    student: str = ""
    fill_as: FillAs | None = None
    zero: bool = False


@dataclass
class Account:
    """What was done with a table, to be said.

    Parameters
    ----------
    lines : list of str
        Sentences about columns.
    noted : dict of str to list of str
        Students, below what is said of them.
    """

    lines: list[str] = field(default_factory=list)
    noted: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __str__(self) -> str:
        lines = [*self.lines]
        for words, names in self.noted.items():
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            lines.append(f"{words}: {len(names)} ({', '.join(names[:SHOWN])}{more})")
        return "\n".join(f"  {line}" for line in lines)


def plain(text: str) -> str:
    """Return a text in the form in which names and addresses are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fill(
    sheet: Sheet,
    marks: Mapping[str, Sequence[Filled]],
    titles: Mapping[str, str],
    known: Mapping[str, Collection[str]],
    way: Way,
) -> tuple[bytes, Account]:
    """Write points into a table.

    Parameters
    ----------
    sheet : Sheet
        The table.
    marks : dict of str to sequence of Filled
        For each assignment, what there is.
    titles : dict of str to str
        What each assignment is called.
    known : dict of str to collection of str
        What a student is called besides: numbers, addresses, names.
    way : Way
        How.

    Returns
    -------
    content : bytes
        The new file.
    account : Account
        What was done, and what not.

    Raises
    ------
    MarkingError
        If it is not clear in which column the points of an assignment, or its students, stand.
    """
    account = Account()
    columns = usable_columns(sheet, list(marks), titles, way)
    first = first_row(sheet)
    who = match(
        sheet, first, {each.student for some in marks.values() for each in some}, known, way
    )
    found = set(who.rows.values())
    everybody = sorted({each.student for some in marks.values() for each in some})
    missing = [name for name in everybody if name not in found]
    rest = set(range(first, len(sheet.rows))) - who.rows.keys() - who.doubtful
    nobody = {*who.rows} | (rest if not missing and not who.doubtful else set())
    values: dict[tuple[int, int], str] = {}
    for assignment, column in columns.items():
        values |= Column(sheet, first, column, way, account).filled(
            assignment, marks[assignment], who, nobody if way.zero else ()
        )
    noted = account.noted
    noted["in the table and not marked"] += [said_of(sheet, row) for row in sorted(rest)]
    if way.zero and rest - nobody:
        account.lines.append(
            "Nobody else got 0, since somebody who was marked was not found: it may be one of them."
        )
    doubtful = [said_of(sheet, row) for row in sorted(who.doubtful)]
    noted["not clear who it is, left as it was"] += doubtful
    noted["marked and not in the table"] += missing
    for words in [words for words, names in noted.items() if not names]:
        del noted[words]
    return sheet.with_values(values), account


# --- Columns --------------------------------------------------------------------------------------


def usable_columns(
    sheet: Sheet, assignments: Sequence[str], titles: Mapping[str, str], way: Way
) -> dict[str, int]:
    """Find the column of each assignment; of some, if others have none.

    Raises
    ------
    MarkingError
        If a column is not there or twice, or Canvas does not take it back, or there is none.
    """
    columns: dict[str, int] = {}
    for assignment in assignments:
        named = way.columns.get(assignment, way.columns.get("", ""))
        if named:
            columns[assignment] = column_named(sheet, named)
        else:
            found = columns_for(
                sheet, assignment, titles.get(assignment, ""), len(assignments) == 1
            )
            if len(found) > 1:
                lost(sheet, f"Several columns may be for {assignment}")
            if found:
                columns[assignment] = found[0]
    if not columns:
        lost(sheet, f"No column is named for {' or '.join(assignments)}")
    if len({*columns.values()}) < len(columns):
        lost(sheet, f"One column is named for {' and '.join(columns)}")
    for column in columns.values():
        first = first_row(sheet)
        if first > 1 and plain(value_of(sheet.rows[first - 1], column)) == READ_ONLY:
            lost(
                sheet, f"Canvas computes {sheet.names[column]!r} itself, and takes no points there"
            )
    return columns


def column_named(sheet: Sheet, name: str) -> int:
    """Find a column by its whole name, or without what Canvas adds."""
    for form in (str.strip, plain, bare):
        found = [k for k, each in enumerate(sheet.names) if form(each) == form(name)]
        if len(found) == 1:
            return found[0]
        if found:
            lost(sheet, f"{len(found)} columns are named {name!r}")
    return lost(sheet, f"No column is named {name!r}")


def columns_for(sheet: Sheet, assignment: str, title: str, only: bool) -> list[int]:
    """Find the columns that may be for an assignment."""
    number, _, rest = assignment.partition("_")
    forms = {bare(text) for text in (assignment, title, f"{number} {rest}") if text}
    found = [k for k, each in enumerate(sheet.names) if bare(each) in forms]
    names = [plain(each) for each in sheet.names]
    if not found and only and all(each in names for each in WORKSHEET):
        found = [names.index(WORKSHEET[0])]
    return found


def bare(name: str) -> str:
    """Return a column's name without what is added, as letters and digits."""
    name = plain(name)
    before = ""
    while name != before:
        before, name = name, ADDED.sub("", name)
    return " ".join(re.findall(r"\w+", name.replace("_", " ")))


def lost(sheet: Sheet, why: str) -> NoReturn:
    """Say that it is not clear which column is meant."""
    names = ", ".join(map(repr, sheet.names))
    raise MarkingError(
        f"{why} in {sheet.path}. Its columns are: {names}. Say which one is meant, as in"
        ' --fill-column "06 momentum (1234)", and with several assignments'
        ' --fill-column "06_momentum=06 momentum (1234)".'
    )


def first_row(sheet: Sheet) -> int:
    """Return the first row with a student: below the names, or below Canvas's points possible."""
    for number, row in enumerate(sheet.rows[:6]):
        if plain(value_of(row, 0)) == POINTS_POSSIBLE:
            return number + 1
    return 1


class Column:
    """A column of a table into which points are written.

    Parameters
    ----------
    sheet, first : Sheet, int
        The table, and its first row with a student.
    number : int
        Which column.
    way : Way
        How points are written.
    account : Account
        What is said of it.
    """

    def __init__(self, sheet: Sheet, first: int, number: int, way: Way, account: Account) -> None:
        self.sheet, self.first, self.number, self.way = sheet, first, number, way
        self.account = account
        self.names = [plain(each) for each in sheet.names]
        self.name = sheet.names[number]
        self.comma = self.writes_commas()

    def below_name(self) -> str:
        """Return what Canvas says about the points of this column."""
        return value_of(self.sheet.rows[self.first - 1], self.number) if self.first > 1 else ""

    def writes_commas(self) -> bool:
        """Whether numbers have a comma here, where others have a point."""
        rows = self.sheet.rows[1:]
        text = " ".join(value_of(row, k) for row in rows for k in (self.number, *self.maxima()))
        points, commas = (len(re.findall(rf"\d{sign}\d", text)) for sign in (r"\.", ","))
        return commas > points if points or commas else self.sheet.delimiter == ";"

    def maxima(self) -> list[int]:
        """Return the column in which a maximum stands for each student, if there is one."""
        worksheet = self.names[self.number] == WORKSHEET[0]
        return [k for k, name in enumerate(self.names) if worksheet and name == MAXIMUM]

    def maximum(self, row: int) -> float | None:
        """Return how many points can be reached by the table's own word."""
        texts = [value_of(self.sheet.rows[row], k) for k in self.maxima()] or [self.below_name()]
        number = number_of(texts[0])
        return number if number and number > 0 else None

    def filled(
        self, assignment: str, marks: Iterable[Filled], who: Matched, nothing: Collection[int]
    ) -> dict[tuple[int, int], str]:
        """Return what is to be written into which cells; 0 in some rows, if there are no points."""
        by_name = {each.student: each for each in marks}
        values = {}
        for row in range(self.first, len(self.sheet.rows)):
            mark = by_name.get(who.rows.get(row, ""))
            if mark is None and row not in nothing:
                continue
            points = 0.0 if mark is None else mark.points
            why = self.kept(row, points, blank=mark is None)
            if why:
                self.account.noted[f"{self.name}: {why}"].append(said_of(self.sheet, row))
            elif points is not None:
                highest = mark.highest if mark else 1.0
                values[row, self.number] = self.written(points, highest, self.maximum(row))
        self.tell(assignment, values, by_name.values())
        return values

    def kept(self, row: int, points: float | None, *, blank: bool) -> str:
        """Say why a cell stays as it is, if it does."""
        cells = self.sheet.rows[row]
        if self.number >= len(cells):
            return "the row is too short"
        if points is None:
            return "a person has still to read a part, left as it was"
        there = value_of(cells, self.number)
        for k, name in enumerate(self.names):
            if name == CHANGEABLE and plain(value_of(cells, k)) in ("no", "nein", "non"):
                return "cannot be changed, by the table's own word"
        if there in BLANK:
            return ""
        if not NUMBER.fullmatch(there):
            return "holds a formula" if FORMULA.match(there) else "holds no number, left as it was"
        return "has points already" if blank else ""

    def written(self, points: float, highest: float, maximum: float | None) -> str:
        """Write a number as this column has them."""
        if self.way.fill_as == "percent":
            points = points / highest * 100 if highest else 0.0
        elif self.way.fill_as is None and maximum is not None:
            points = points / highest * maximum if highest else 0.0
        text = f"{points:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.comma else text

    def tell(self, assignment: str, values: Sized, marks: Iterable[Filled]) -> None:
        """Say what was written, and by which measure."""
        highest = max((mark.highest for mark in marks), default=0.0)
        maximum = self.maximum(self.first) if self.first < len(self.sheet.rows) else None
        if self.way.fill_as == "percent":
            measure = "in per cent"
        elif self.way.fill_as is None and maximum is not None and maximum != highest:
            measure = (
                f"scaled: {highest:g} points here are {maximum:g} there, the table's own maximum"
            )
        else:
            measure = "in points"
        self.account.lines.append(f"{self.name!r} has {len(values)} of {assignment}, {measure}.")


def number_of(text: str) -> float | None:
    """Read a number with a point or a comma."""
    if not NUMBER.fullmatch(text) or text.endswith("%"):
        return None
    return float(text.replace(",", "."))


# --- Students -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matched:
    """Who is who.

    Parameters
    ----------
    rows : dict of int to str
        The student of each row.
    doubtful : frozenset of int
        Rows that may be of several students, or of one that another row is of, too.
    """

    rows: Mapping[int, str]
    doubtful: frozenset[int]


def match(
    sheet: Sheet,
    first: int,
    students: Collection[str],
    known: Mapping[str, Collection[str]],
    way: Way,
) -> Matched:
    """Find the student of each row.

    Raises
    ------
    MarkingError
        If no column says who somebody is.
    """
    everybody = {*students, *known}
    called: defaultdict[str, set[str]] = defaultdict(set)
    for student in everybody:
        for name in (student, *known.get(student, ())):
            called[plain(name)].add(student)
    columns = identifying(sheet, way)
    named = [] if way.student else naming(sheet)
    rows = range(first, len(sheet.rows))
    found = {row: meant(texts_of(sheet, row, columns), called) for row in rows}
    taken = {student for some in found.values() for student in some}
    by_name = {row: names_of(sheet, row, named) for row in rows}
    count: defaultdict[str, int] = defaultdict(int)
    for names in by_name.values():
        for name in names:
            count[name] += 1
    for row in rows:
        if not found[row]:
            names = {name for name in by_name[row] if count[name] == 1}
            found[row] = meant(names, called) - taken
    who = {row: next(iter(some)) for row, some in found.items() if len(some) == 1}
    unclear = {row for row in rows if not found[row] and shares_name(by_name[row], count, called)}
    twice = {row for row, student in who.items() if list(who.values()).count(student) > 1}
    doubtful = unclear | twice | {row for row, some in found.items() if len(some) > 1}
    return Matched({row: who[row] for row in who if row not in doubtful}, frozenset(doubtful))


def shares_name(
    names: Iterable[str], count: Mapping[str, int], called: Mapping[str, set[str]]
) -> bool:
    """Whether several rows have a name that a marked student has."""
    return any(count[name] > 1 and name in called for name in names)


def meant(texts: Iterable[str], called: Mapping[str, set[str]]) -> set[str]:
    """Return whoever is called so."""
    return {student for text in texts for student in called.get(text, ())}


def identifying(sheet: Sheet, way: Way) -> list[int]:
    """Return the columns that say who somebody is, without names.

    Raises
    ------
    MarkingError
        If there is none, and no names either.
    """
    if way.student:
        return [column_named(sheet, way.student)]
    names = [plain(each) for each in sheet.names]
    columns = [k for _, forms in KINDS for k, name in enumerate(names) if name in forms]
    if not columns and not naming(sheet):
        raise MarkingError(
            f"No column of {sheet.path} is known to say who somebody is. Its columns are:"
            f" {', '.join(map(repr, sheet.names))}. Say which one does:"
            f" --fill-student {sheet.names[0]!r}."
        )
    return columns


def naming(sheet: Sheet) -> list[list[int]]:
    """Return the columns that make up full names: one, or first and last."""
    names = [plain(each) for each in sheet.names]
    whole = [[k] for k, name in enumerate(names) if name in FULL]
    parts = [[k for k, name in enumerate(names) if name in form] for form in (FIRST, LAST)]
    if all(parts):
        whole.append([parts[0][0], parts[1][0]])
    return whole


def texts_of(sheet: Sheet, row: int, columns: Iterable[int]) -> set[str]:
    """Return what a row says about who it is of; of "Participant 123", the number, too."""
    texts = {plain(value_of(sheet.rows[row], k)) for k in columns} - {""}
    numbers = {found[1] for text in texts if (found := NUMBERED.fullmatch(text))}
    return texts | numbers | {text.removeprefix("#") for text in texts}


def names_of(sheet: Sheet, row: int, columns: Iterable[Sequence[int]]) -> set[str]:
    """Return the full name in a row, in the order in which it is spoken."""
    names = set()
    for some in columns:
        name = plain(" ".join(value_of(sheet.rows[row], k) for k in some))
        last, comma, first = name.partition(", ")
        names |= {name, f"{first} {last}"} if comma else {name}
    return names - {""}


def said_of(sheet: Sheet, row: int) -> str:
    """Name a student of the table as it names them."""
    for some in [*naming(sheet), [0]]:
        name = " ".join(value_of(sheet.rows[row], k) for k in some).strip()
        if name:
            return repr(name)
    return f"row {row + 1}"


# --- Files ----------------------------------------------------------------------------------------


def place_for(path: Path, output: Path, taken: Collection[Path]) -> Path:
    """Return where the filled table is written: beside the marks, never over what was given."""
    number = 1
    while True:
        more = "" if number == 1 else f"-{number}"
        place = output / f"{path.stem}.filled{more}{path.suffix}"
        if place not in taken and not (place.exists() and place.samefile(path)):
            return place
        number += 1
