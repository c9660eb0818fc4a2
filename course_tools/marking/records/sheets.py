"""Tables in text files, of which single cells are changed and every other byte stays.

Whoever takes a table back, Canvas or Moodle or a spreadsheet, has its own ways: what letters are
written in, how lines end, what is quoted, what stands between cells. So nothing is written anew: a
table is a text, and of each cell it is known where it stands.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_tools.marking.results import MarkingError

LARGEST = 20_000_000
"""Bytes of a table."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""How a file may begin, and what letters are then written in."""

CODES = ("utf-8", "cp1252", "latin-1")
"""What letters may be written in without such a beginning; the last one takes all."""

DELIMITERS = ",;\t"

OPENING = re.compile(r' *"')

NAMED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""A line with which Excel says what stands between cells."""

BINARY = {b"PK": "an .xlsx or .ods file", b"\xd0\xcf": "an .xls file", b"%PDF": "a PDF"}


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    value : str
        What it says, without quotes.
    start, end : int
        Where it stands in the text, quotes included.
    """

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Sheet:
    """A table, as it stands in a file.

    Parameters
    ----------
    path : Path
        The file.
    mark : bytes
        What stands before the text and says how it is written.
    code : str
        What its letters are written in.
    text : str
        All else.
    delimiter : str
        What stands between cells.
    rows : tuple of tuple of Cell
        The cells; the first row holds the columns' names.
    """

    path: Path
    mark: bytes
    code: str
    text: str
    delimiter: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [cell.value.strip() for cell in self.rows[0]]

    def values(self, column: int) -> list[str]:
        """Return what a column says below its name; empty where a row is too short."""
        return [value_of(row, column) for row in self.rows[1:]]

    def with_values(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """Write the file with other values in some cells.

        Parameters
        ----------
        values : mapping of (int, int) to str
            What to write, by row and column.

        Raises
        ------
        IndexError
            If there is no such cell.
        """
        pieces, at = [], 0
        cells = {self.rows[row][column]: value for (row, column), value in values.items()}
        for cell in sorted(cells, key=lambda each: each.start):
            pieces += [self.text[at : cell.start], self.written(cells[cell], cell)]
            at = cell.end
        text = "".join([*pieces, self.text[at:]])
        return self.mark + text.encode(self.code)

    def written(self, value: str, cell: Cell) -> str:
        """Write a value as the cell was written that it replaces: in quotes, if that was."""
        quoted = self.text[cell.start : cell.end].lstrip().startswith('"')
        if quoted or any(sign in value for sign in (self.delimiter, '"', "\r", "\n")):
            return '"{}"'.format(value.replace('"', '""'))
        return value


def value_of(row: tuple[Cell, ...], column: int) -> str:
    """Return what a cell says, without spaces around it; nothing if a row is too short."""
    return row[column].value.strip() if column < len(row) else ""


# --- Reading --------------------------------------------------------------------------------------


def read_sheet(path: Path) -> Sheet:
    """Read a table.

    Raises
    ------
    MarkingError
        If it cannot be read, or is no table in a text file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise MarkingError(f"{path} cannot be read ({error.strerror}).") from error
    for beginning, kind in BINARY.items():
        if content.startswith(beginning):
            raise MarkingError(f"{path} is {kind}. Save it as CSV, and give that file.")
    if len(content) > LARGEST:
        raise MarkingError(f"{path} has more than {LARGEST:,} bytes, which no table of marks has.")
    mark, code, text = decoded(content)
    if "\x00" in text or not text.strip():
        raise MarkingError(f"{path} is empty, or no text. Give a table in CSV form.")
    named = NAMED.match(text)
    begin = named.end() if named else 0
    delimiter = named[1] if named else delimiter_of(text, path)
    rows = tuple(rows_of(text, begin, delimiter, path))
    return Sheet(path, mark, code, text, delimiter, rows)


def decoded(content: bytes) -> tuple[bytes, str, str]:
    """Return how a file begins, what it is written in, and its text, which gives its bytes back."""
    for mark, code in MARKS:
        if content.startswith(mark):
            content = content.removeprefix(mark)
            codes: tuple[str, ...] = (code, *CODES)
            break
    else:
        mark, codes = b"", CODES
    for code in codes:
        try:
            text = content.decode(code)
            if text.encode(code) == content:
                return mark, code, text
        except UnicodeError:
            continue
    raise AssertionError("latin-1 reads and writes every byte")


def delimiter_of(text: str, path: Path) -> str:
    """Return what stands between cells: what parts the first row most often."""
    count = Counter({sign: len(next(rows_of(text, 0, sign, path))) for sign in DELIMITERS})
    [(delimiter, columns)] = count.most_common(1)
    if columns < 2:
        raise MarkingError(
            f"The first row of {path} has one column. In a table of marks the columns' names stand"
            " there, with commas, semicolons or tabs between them."
        )
    return delimiter


def rows_of(text: str, begin: int, delimiter: str, path: Path) -> Iterator[tuple[Cell, ...]]:
    """Give the rows of a table with some delimiter, empty ones left out."""
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    quoted = re.compile(r' *"((?:[^"]|"")*+)"')
    at, row = begin, list[Cell]()
    while at < len(text):
        start, found = at, quoted.match(text, at)
        if not found and OPENING.match(text, at):
            raise MarkingError(f"In {path}, a quotation mark in row {row_at(text, at)} has no end.")
        if found:
            at = found.end()
        rest = plain.match(text, at)
        assert rest
        at = rest.end()
        value = found[1].replace('""', '"') + rest[0] if found else rest[0]
        row.append(Cell(value, start, at))
        if at < len(text) and text[at] == delimiter:
            at += 1
            if at < len(text):
                continue
            row.append(Cell("", at, at))
        at += 2 if text.startswith("\r\n", at) else 1
        if len(row) > 1 or row[0].value.strip():
            yield tuple(row)
        row = []


def row_at(text: str, at: int) -> int:
    """Count the lines up to a place."""
    return len(text[:at].splitlines()) + 1
