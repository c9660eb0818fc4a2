"""A notebook that was handed in, understood without running any of it.

A notebook from a learner is data until the sandbox runs it. Whatever it contains (a million
brackets, half characters, cells that are none), it is either understood within `Bounds` or refused
with a reason that its author can do something about. What a learner cannot have meant to hand in,
such as outputs, is left out, so that nobody after this module has to be afraid of it.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import Any, NoReturn

import nbformat
from nbformat import NotebookNode

from course_tools.marking.submissions import DEFAULT, Bounds, RefusedError, printable, refuse

from_dict: Any = nbformat.from_dict

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
    """Decode; the mark with which some editors begin a file is left out."""
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
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
