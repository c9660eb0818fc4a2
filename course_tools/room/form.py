"""Whether what was handed in has the form of a notebook, told without running or keeping any of it.

Whoever marks it looks closer, and says what is wrong in more words. Here a learner learns at once
that the wrong file was sent, or half of one. The bytes are bounded before they are read as JSON,
and so is the number of values in them, since a few bytes can become much in memory.
"""

from __future__ import annotations

import codecs
import json
from typing import Any, NoReturn

MOST_BYTES = 10_000_000
"""Size of a notebook that is handed in, outputs included."""

MOST_VALUES = 500_000
"""Texts, numbers, lists and so on in it, at most."""

MAJOR = 4
"""The format of notebooks."""

KINDS = ("code", "markdown", "raw")
"""Kinds of cells."""

SAVE_AGAIN = "Save the notebook in JupyterLab, and hand it in again."


class NotANotebookError(Exception):
    """What was sent is no notebook that can be taken; the message says why, and what to do."""


def check_form(content: bytes) -> None:
    """Refuse what is no notebook.

    Parameters
    ----------
    content : bytes
        What was sent.

    Raises
    ------
    NotANotebookError
        If it is empty, too large, cut off, other data than a notebook of format 4, or has no code.
    """
    check_size(len(content))
    if not content.strip():
        refuse(f"Nothing was sent: the file is empty. {SAVE_AGAIN}")
    if sum(map(content.count, (b"[", b"{", b",", b":"))) > MOST_VALUES:
        refuse(f"The notebook holds more than {MOST_VALUES:,} values. {clear_outputs()}")
    data = json_of(content)
    if not isinstance(data, dict) or data.get("nbformat") != MAJOR or not has_cells(data):
        refuse(
            f"This is no notebook of format {MAJOR}: it is other data. Hand in the file that"
            " JupyterLab saves, which ends with .ipynb."
        )
    if not any(cell["cell_type"] == "code" for cell in data["cells"]):
        refuse("The notebook has no cells with code. Is it the right one?")


def check_size(size: int) -> None:
    """Refuse what is too large."""
    if size > MOST_BYTES:
        refuse(f"The notebook has {size:,} bytes; {MOST_BYTES:,} are allowed. {clear_outputs()}")


def clear_outputs() -> str:
    """Say what makes a notebook small."""
    return "Clear its outputs (Edit, Clear Outputs of All Cells), save it, and hand it in again."


def json_of(content: bytes) -> Any:
    """Read JSON, and say what is wrong with it."""
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
        return json.loads(text, parse_constant=no_number)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1:,} is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno}, column {error.colno} is not valid JSON"
    except RecursionError:
        reason = "its data are nested too deeply"
    except ValueError:  # a number with more digits than Python reads
        reason = "it contains a number that is too long"
    raise NotANotebookError(f"This is no notebook, or only a part of one: {reason}. {SAVE_AGAIN}")


def no_number(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python writes and JSON does not have."""
    refuse(f"This is no notebook: it contains {word}, which is not valid JSON. {SAVE_AGAIN}")


def has_cells(data: dict[str, Any]) -> bool:
    """Whether all its cells are in the form of cells."""
    cells = data.get("cells")
    return isinstance(cells, list) and all(map(is_cell, cells))


def is_cell(cell: Any) -> bool:
    """Whether a cell is one: of a known kind, with a text or lines as its source."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        return False
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    return all(isinstance(line, str) for line in lines)


def refuse(reason: str) -> NoReturn:
    """Refuse what was sent."""
    raise NotANotebookError(reason)
