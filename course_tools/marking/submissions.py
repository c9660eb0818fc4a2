"""What has been handed in: found, read and understood without running any of it.

A notebook from a learner is data until the sandbox runs it. Whatever it contains, and whatever it
is (a link, a pipe, a gigabyte, a million brackets), it is either read within `Bounds` or refused
with a reason that its author can do something about. What a learner cannot have meant to hand in,
such as outputs, is left out, so that nobody after this module has to be afraid of it.
"""

from __future__ import annotations

import difflib
import json
import math
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import nbformat
from nbformat import NotebookNode

from course_tools.marking.results import MarkingError
from course_tools.notebooks.course import EXERCISE

from_dict: Any = nbformat.from_dict

SUFFIX = ".ipynb"

LAYOUTS = (
    "Two layouts can be read: nbgrader's, <student>/<assignment>/exercise_<assignment>.ipynb, also"
    " without exercise_, and a flat folder of <student>.ipynb"
)

SHOWN = 5
"""Names that a message shows of many."""

LONGEST_NAME = 100
"""Characters in a student's name."""

FORBIDDEN = '+*?[]/\\<>&"'
"""Signs with which nbgrader joins or searches names, leads to folders, or writes its pages."""

DISGUISING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Unicode's directions that make a name look like another one."""

PYTHON, VERSION = ("python", "ipython"), " .0123456789"
"""What notebooks call the language, and what may stand behind it."""

MAJOR, MINOR = 4, 5
"""The format that a notebook is brought into."""

KINDS = ("code", "markdown", "raw")
"""Kinds of cells."""

CUT_OFF = (
    "The file is cut off: it ends in the middle. Save the notebook in JupyterLab once more, and"
    " hand it in again."
)

TOO_DEEP = "The file is not a sensible notebook: its data are nested too deeply."

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class RefusedError(Exception):
    """A submission is not run; the message is a sentence for the student, and says why."""


@dataclass(frozen=True)
class Bounds:
    """How much may be handed in.

    Parameters
    ----------
    bytes : int
        Size of the file, outputs included.
    cells : int
        Cells of every kind.
    characters : int
        Length of the source text of all cells together.
    values : int
        Strings, numbers, lists and so on in the metadata and attachments, all together.
    depth : int
        How many of them may stand inside each other.
    """

    bytes: int = 5_000_000
    cells: int = 1_000
    characters: int = 1_000_000
    values: int = 50_000
    depth: int = 50


DEFAULT = Bounds()


@dataclass(frozen=True)
class Submission:
    """What one student has handed in for one assignment.

    Parameters
    ----------
    student, assignment : str
        Whose it is, and what for.
    path : Path
        Where the notebook should be. Nothing is known of it yet, not even that it exists.
    other : Path or None
        Where it is if it is not there.
    """

    student: str
    assignment: str
    path: Path
    other: Path | None = None


# --- Finding --------------------------------------------------------------------------------------


def find(folder: Path, assignment: str, known: Collection[str]) -> list[Submission]:
    """List what has been handed in, without opening any of it.

    Parameters
    ----------
    folder : Path
        Either nbgrader's `<student>/<assignment>/exercise_<assignment>.ipynb`, also without
        `exercise_`, or `<student>.ipynb`.
    assignment : str
        What to look for. Empty for every known one; a flat folder then needs exactly one.
    known : collection of str
        Every assignment there is.

    Returns
    -------
    list of Submission
        In the order of assignments, then of students. Links and folders without a notebook are
        listed too: each gets its reason when it is read.

    Raises
    ------
    MarkingError
        If there is nothing to mark, or it is not clear what.
    """
    check_assignment(assignment, known)
    entries = entries_of(folder)
    flat = [entry for entry in entries if entry.name.endswith(SUFFIX)]
    others = [entry for entry in entries if not entry.name.endswith(SUFFIX)]
    nested, closed = nested_in(others, [assignment] if assignment else sorted(known))
    if flat and nested:
        raise MarkingError(
            f"{folder} mixes both layouts. Found: {first_few(entry.name for entry in flat)} and"
            f" {first_few(sorted({each.student for each in nested}))}. {LAYOUTS}."
            " Move one of them to a folder of its own."
        )
    found = flat_in(flat, assignment, known) if flat else nested + closed
    if not found:
        raise MarkingError(nothing_in(folder, assignment, entries))
    return sorted(found, key=lambda each: (each.assignment, each.student))


def check_assignment(assignment: str, known: Collection[str]) -> None:
    """Refuse an assignment that does not exist, with the names that look like it."""
    if not assignment or assignment in known:
        return
    near = difflib.get_close_matches(assignment, known, n=3)
    allowed = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Choose one of them."
    raise MarkingError(
        f"{assignment!r} is no assignment. There are: {', '.join(sorted(known)) or 'none'}."
        f" {allowed}"
    )


def entries_of(folder: Path) -> list[os.DirEntry[str]]:
    """List a folder, hidden files apart."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except FileNotFoundError:
        reason = "There is no such folder"
    except NotADirectoryError:
        reason = "This is a file, not a folder"
    except OSError as error:
        reason = f"This folder cannot be read ({error.strerror})"
    raise MarkingError(f"{reason}: {folder}. Give the folder of the submissions. {LAYOUTS}.")


def nested_in(
    entries: Iterable[os.DirEntry[str]], wanted: Sequence[str]
) -> tuple[list[Submission], list[Submission]]:
    """List what stands in nbgrader's layout, and what may or may not.

    What cannot be looked into, such as a link, counts for each assignment that others handed in.
    """
    found: list[Submission] = []
    closed: list[os.DirEntry[str]] = []
    for entry in entries:
        names = inside(entry)
        if names is None:
            closed.append(entry)
        else:
            found += [nested(entry, name) for name in wanted if name in names]
    used = {each.assignment for each in found} or wanted
    return found, [nested(entry, name) for entry in closed for name in used]


def inside(entry: os.DirEntry[str]) -> set[str] | None:
    """Return the names in a folder; None if it does not let anybody look."""
    if entry.is_symlink():
        return None
    if not entry.is_dir(follow_symlinks=False):
        return set()
    try:
        with os.scandir(entry.path) as entries:
            return {each.name for each in entries}
    except OSError:
        return None


def nested(entry: os.DirEntry[str], assignment: str) -> Submission:
    """Say where nbgrader's layout has a student's notebook."""
    folder = Path(entry.path, assignment)
    path, other = folder / (EXERCISE + assignment + SUFFIX), folder / (assignment + SUFFIX)
    return Submission(entry.name, assignment, path, other)


def flat_in(
    entries: Iterable[os.DirEntry[str]], assignment: str, known: Collection[str]
) -> list[Submission]:
    """List what stands in a flat folder."""
    if not assignment and len(known) != 1:
        raise MarkingError(
            "A flat folder of <student>.ipynb does not say which assignment it is for. There are:"
            f" {', '.join(sorted(known)) or 'none'}. Name one of them."
        )
    name = assignment or next(iter(known))
    return [
        Submission(entry.name.removesuffix(SUFFIX), name, Path(entry.path)) for entry in entries
    ]


def nothing_in(folder: Path, assignment: str, entries: Sequence[os.DirEntry[str]]) -> str:
    """Say that nothing was found, and what was there instead."""
    what = f"submission of {assignment!r}" if assignment else "submission of any assignment"
    there = first_few(sorted(entry.name for entry in entries)) if entries else "nothing"
    within = any(entry.name == "submitted" for entry in entries)
    remedy = f"Try {folder / 'submitted'}." if within else "Is it another folder?"
    return f"No {what} in {folder}. Found: {there}. {LAYOUTS}. {remedy}"


def first_few(names: Iterable[str]) -> str:
    """Show a few of many names."""
    every = [printable(name) for name in names]
    rest = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def printable(text: str) -> str:
    """Write text so that any terminal or file can show it."""
    safe = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
    return safe if len(safe) <= LONGEST_NAME else safe[:LONGEST_NAME] + "…"


# --- Reading --------------------------------------------------------------------------------------


def content_of(submission: Submission, folder: Path, bounds: Bounds = DEFAULT) -> bytes:
    """Read a notebook without following a link anywhere below a folder.

    Parameters
    ----------
    submission : Submission
        What `find` has listed.
    folder : Path
        Where it has looked. It may be a link itself: the instructor has chosen it.
    bounds : Bounds
        How large the file may be.

    Returns
    -------
    bytes
        What stands in the file.

    Raises
    ------
    RefusedError
        If there is no such file, it is something else, or it is empty or too large.
    """
    check_name(submission.student)
    try:
        try:
            return content_below(folder, submission.path, bounds)
        except FileNotFoundError:
            return content_below(folder, submission.other or submission.path, bounds)
    except FileNotFoundError:
        names = {each.name for each in (submission.path, submission.other) if each}
        known = " or ".join(repr(printable(name)) for name in sorted(names, reverse=True))
        raise RefusedError(
            f"There is no notebook {known}. Hand it in under exactly this name."
        ) from None
    except OSError as error:
        raise RefusedError(
            f"The notebook cannot be read ({error.strerror}). Hand it in once more."
        ) from None


def content_below(folder: Path, path: Path, bounds: Bounds) -> bytes:
    """Read what stands below a folder, following no link on the way."""
    *folders, name = path.relative_to(folder).parts
    with ExitStack() as opened:
        at = keep(opened, os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        for each in folders:
            at = keep(opened, open_below(at, each, os.O_DIRECTORY))
        return content_at(keep(opened, open_below(at, name)), name, bounds)


def usable(student: str) -> bool:
    """Whether something can be kept under a student's name."""
    try:
        check_name(student)
    except RefusedError:
        return False
    return True


def check_name(student: str) -> None:
    """Refuse a name under which nothing can be kept."""
    shown = printable(student)
    if not student or student != student.strip():
        refuse(f"The student's name {shown!r} is empty or has a space at an end; leave that out.")
    if student.startswith("."):
        refuse(f"The student's name {shown!r} begins with a dot; leave the dot out.")
    if len(student) > LONGEST_NAME:
        refuse(
            f"The student's name has {len(student)} characters, and {LONGEST_NAME} are allowed:"
            f" {shown}"
        )
    for sign in student:
        if sign in FORBIDDEN:
            refuse(f"The student's name {shown!r} contains {sign!r}; leave it out.")
        if unseen(sign):
            refuse(
                f"The student's name contains the invisible or broken character {sign!a};"
                " write it with letters, digits, spaces, dots and hyphens."
            )


def unseen(sign: str) -> bool:
    """Whether a character does not stand for itself: controls, half characters, directions."""
    kind = unicodedata.category(sign)
    return kind in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(sign) in DISGUISING


def refuse(reason: str) -> NoReturn:
    """Refuse a submission."""
    raise RefusedError(reason)


def keep(opened: ExitStack, descriptor: int) -> int:
    """Have a descriptor closed in the end."""
    opened.callback(os.close, descriptor)
    return descriptor


def open_below(at: int, name: str, kind: int = 0) -> int:
    """Open what stands in an open folder: a folder or a file, and nothing else.

    It is looked at before it is opened, because opening a device may set something off; and
    opened so that neither a link is followed nor a pipe waited for, because it may have changed
    in between.
    """
    mode = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        refuse(f"{printable(name)!r} is a link. Hand in the notebook itself.")
    if kind and not stat.S_ISDIR(mode):
        refuse(f"{printable(name)!r} should be a folder and is none. Hand it in once more.")
    if not kind:
        check_regular(mode, name)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    return os.open(name, flags | kind, dir_fd=at)


def check_regular(mode: int, name: str) -> None:
    """Refuse what is not a file, saying what it is."""
    if not stat.S_ISREG(mode):
        kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
        kind = kinds.get(stat.S_IFMT(mode), "device")
        refuse(f"{printable(name)!r} is a {kind}, not a file. Hand in the notebook itself.")


def content_at(descriptor: int, name: str, bounds: Bounds) -> bytes:
    """Read an open file, unless it is too large or changes meanwhile."""
    before = os.fstat(descriptor)
    check_regular(before.st_mode, name)
    if before.st_size > bounds.bytes:
        refuse(
            f"The file has {before.st_size:,} bytes, and {bounds.bytes:,} are allowed. Clear the"
            " outputs (Edit, Clear Outputs of All Cells), save, and hand it in again."
        )
    content = read_to_end(descriptor, bounds.bytes + 1)
    after = os.fstat(descriptor)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or len(content) != after.st_size:
        refuse("The file changed while it was read. Save it, wait, and hand it in once more.")
    if not content:
        refuse("The file is empty. Save the notebook, and hand it in once more.")
    return content


def read_to_end(descriptor: int, most: int) -> bytes:
    """Read an open file, up to so many bytes."""
    content = bytearray()
    while len(content) < most and (piece := os.read(descriptor, most - len(content))):
        content += piece
    return bytes(content)


# --- Understanding --------------------------------------------------------------------------------


def notebook_of(content: bytes, bounds: Bounds = DEFAULT) -> NotebookNode:
    """Make a notebook of what was read.

    Parameters
    ----------
    content : bytes
        What `content_of` has read.
    bounds : Bounds
        How much may stand in it.

    Returns
    -------
    NotebookNode
        A valid notebook of format 4.5: every cell in order, with its source as one string, what
        nbgrader says of it, and an id of its own. All else is left out: a marker makes its own
        outputs, and other metadata are as odd as the editors that write them. Half characters
        (lone surrogates) are replaced by U+FFFD.

    Raises
    ------
    RefusedError
        If it is not a Python notebook of format 4, or too much of one.
    """
    data = json_of(content)
    check_format(data)
    cells = cells_of(data["cells"], bounds)
    keeper = Keeper(bounds)
    metadata = part_of(data, "metadata")
    check_language(keeper.keep({key: metadata[key] for key in metadata if key != "widgets"}))
    kept: dict[str, Any] = {
        "cells": with_ids(keeper.keep(cells)),
        "metadata": {},
        "nbformat": MAJOR,
        "nbformat_minor": MINOR,
    }
    if not any(cell["cell_type"] == "code" for cell in kept["cells"]):
        refuse("The notebook has no code cells. Is it the right one?")
    notebook: NotebookNode = from_dict(kept)
    return notebook


def json_of(content: bytes) -> Any:
    """Read JSON, and say what is wrong with it."""
    text = text_of(content)
    try:
        return json.loads(
            text, parse_constant=no_number, parse_float=finite, parse_int=short_enough
        )
    except json.JSONDecodeError as error:
        if is_cut_off(text.rstrip(), error):
            raise RefusedError(CUT_OFF) from None
        raise RefusedError(
            f"The file is not a notebook: line {error.lineno}, column {error.colno} is not valid"
            " JSON. Save the notebook in JupyterLab once more."
        ) from None
    except RecursionError:
        raise RefusedError(TOO_DEEP) from None


def text_of(content: bytes) -> str:
    """Decode, and refuse what JupyterLab would not open either."""
    saved = "Open and save it in JupyterLab, which writes UTF-8 without such a mark."
    if content.startswith(b"\xef\xbb\xbf"):
        refuse(f"The file begins with a byte order mark, which notebooks must not have. {saved}")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise RefusedError(CUT_OFF) from None
        raise RefusedError(
            f"The file is not a notebook: byte {error.start + 1:,} is not UTF-8. Save the"
            " notebook in JupyterLab once more."
        ) from None
    if not text.strip():
        refuse("The file is empty. Save the notebook, and hand it in once more.")
    return text


def is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    """Whether what stands there is right, and the rest is missing."""
    ends = error.pos >= len(text) or error.msg.startswith("Unterminated string")
    return text.lstrip().startswith("{") and (ends or not text.endswith("}"))


def no_number(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python writes and JSON does not have."""
    refuse(f"The file is not a notebook: it contains {word}, which is not valid JSON.")


def finite(digits: str) -> float:
    """Read a number with a point, unless it is too large to be one."""
    number = float(digits)
    return number if math.isfinite(number) else no_number(digits[:20])


def short_enough(digits: str) -> int:
    """Read a whole number, unless it is absurd."""
    if len(digits) > 1_000:
        refuse(f"The file is not a notebook: it contains a number of {len(digits):,} digits.")
    return int(digits)


def check_format(data: Any) -> None:
    """Refuse what is not a notebook, or one of another format."""
    version = data.get("nbformat") if isinstance(data, dict) else None
    if type(version) is not int or ("cells" not in data and version >= MAJOR):
        refuse("The file is not a notebook: it is other data. Hand in the .ipynb file itself.")
    if version < MAJOR:
        refuse(
            f"The notebook has the old format {version}. Open it in JupyterLab, save it, and hand"
            " it in once more."
        )
    if version > MAJOR:
        refuse(
            f"The notebook has the format {version}, which is too new: {MAJOR} is allowed. Save"
            " it with the course's own JupyterLab."
        )


def cells_of(cells: Any, bounds: Bounds) -> list[dict[str, Any]]:
    """Take of each cell what is kept, within bounds."""
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        refuse("The notebook is broken: its cells are not a list of cells.")
    if len(cells) > bounds.cells:
        refuse(f"The notebook has {len(cells):,} cells, and {bounds.cells:,} are allowed.")
    kept = [kept_of(cell, number) for number, cell in enumerate(cells, start=1)]
    characters = sum(len(cell["source"]) for cell in kept)
    if characters > bounds.characters:
        refuse(
            f"The cells have {characters:,} characters of text, and {bounds.characters:,} are"
            " allowed."
        )
    return kept


def kept_of(cell: dict[str, Any], number: int) -> dict[str, Any]:
    """Take of a cell what is kept, its source as one string."""
    kind, source = cell.get("cell_type"), cell.get("source")
    if not isinstance(kind, str) or kind not in KINDS:
        refuse(broken(number))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        refuse(broken(number))
    own = part_of(part_of(cell, "metadata"), "nbgrader")
    kept = {"cell_type": kind, "metadata": {"nbgrader": own} if own else {}, "source": source}
    if isinstance(cell.get("id"), str):
        kept["id"] = cell["id"]
    return kept | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def part_of(data: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a part that has parts of its own; without any, if it is missing or something else."""
    part = data.get(key)
    return part if isinstance(part, dict) else {}


def broken(number: int) -> str:
    """Say which cell is not one."""
    return (
        f"The notebook is broken: cell {number}, counted from the top, is not in the form of a"
        " cell. Take a fresh copy of the exercise, and copy your code into it."
    )


def with_ids(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give an id to each cell that has none of its own, the same ones every time."""
    taken = {cell["id"] for cell in cells if "id" in cell}
    fresh = (
        name for number in range(2 * len(cells) + 1) if (name := f"cell-{number}") not in taken
    )
    seen: set[str] = set()
    for cell in cells:
        if not ID.fullmatch(cell.get("id", "")) or cell["id"] in seen:
            cell["id"] = next(fresh)
        seen.add(cell["id"])
    return cells


class Keeper:
    """Copies data, as long as they are not too many and not nested too deeply.

    Parameters
    ----------
    bounds : Bounds
        How many, and how deeply. They count for everything that one keeper copies.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.values = 0

    def keep(self, value: Any, depth: int = 0) -> Any:
        """Copy a value of JSON, with every half character replaced."""
        self.values += 1
        if self.values > self.bounds.values:
            refuse(
                f"The notebook's metadata hold more than {self.bounds.values:,} values. Take a"
                " fresh copy of the exercise, and copy your code into it."
            )
        if depth > self.bounds.depth:
            refuse(TOO_DEEP)
        if isinstance(value, str):
            return whole(value)
        if isinstance(value, list):
            return [self.keep(each, depth + 1) for each in value]
        if isinstance(value, dict):
            return {whole(key): self.keep(each, depth + 1) for key, each in value.items()}
        return value


def whole(text: str) -> str:
    """Replace lone surrogates, which JSON can write and no file or terminal can."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def check_language(metadata: dict[str, Any]) -> None:
    """Refuse a notebook in another language than Python; saying nothing is fine."""
    language = part_of(metadata, "kernelspec").get("language")
    language = language or part_of(metadata, "language_info").get("name")
    if isinstance(language, str) and language.casefold().rstrip(VERSION) not in PYTHON:
        refuse(
            f"The notebook is written in {printable(language)}, and this course uses Python."
            " Choose a Python kernel, save it, and hand it in once more."
        )
