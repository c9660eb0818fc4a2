"""The one form in which notebooks are stored: bytes to a notebook and back.

Every lesson and every solution is stored with its outputs, because those are what the tests
compare. Two runs of one notebook have to give the same bytes, so that a difference in version
control always means a difference that a learner could see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_tools.files import show

V4: Any = nbformat.v4
"""nbformat's functions for this format, most of which carry no types."""

from_dict: Any = nbformat.from_dict
iter_validate: Any = nbformat.validator.iter_validate

WIDGET_STATE = "widgets"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PNG = "image/png"
HTML = "text/html"
PLAIN = "text/plain"

KEPT_CELL_METADATA = ("jupyter", "nbgrader", "tags")
"""Everything else in a cell's metadata says when or where it ran or was edited last."""

NOTEBOOK_METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {  # without the version, which differs between two learners
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}

KERNEL_NOISE = (
    # the first import of matplotlib on a slow machine
    re.compile(r"Matplotlib is building the font cache; this may take a moment\.\n?"),
    # debugpy, when the interpreter carries its library inside itself
    re.compile(
        r"0\.00s - (?:Debugger warning|make the debugger|to python to disable|.*PYDEVD).*\n?"
    ),
)
"""What a kernel says on stderr about itself. Any other warning is a problem of the lesson."""


class NotebookError(Exception):
    """A notebook cannot be read, run or changed. The message says which, where and why."""


# --- Bytes --------------------------------------------------------------------------------------


def to_bytes(nb: NotebookNode) -> bytes:
    """Write a notebook: keys in order, one space of indent, one newline at the end."""
    text: str = V4.writes(nb)
    return (text.rstrip("\n") + "\n").encode()


def from_bytes(content: bytes, path: Path) -> NotebookNode:
    """Read a notebook of format 4.

    Raises
    ------
    NotebookError
        If the content is not such a notebook.
    """
    try:
        nb: NotebookNode = V4.reads(content.decode())
        reason = next(_faults(nb), "")
    except (ValueError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
    if reason:
        first = reason.splitlines()[0]
        raise NotebookError(f"{show(path)} is not a notebook of format 4: {first}")
    return nb


def _faults(nb: NotebookNode) -> Iterator[str]:
    """Say what breaks the format, except for ids, which hygiene judges and `name-cell` mends."""
    for error in iter_validate(nb, relax_add_props=True):
        if "id" not in error.path:
            yield str(error)


def grade_id(cell: NotebookNode) -> str:
    """Return the id under which nbgrader keeps a cell, or nothing."""
    grading = cell.metadata.get("nbgrader")
    return str(grading.get("grade_id", "")) if isinstance(grading, dict) else ""


# --- The normal form ----------------------------------------------------------------------------


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    """Cells that run, in order."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def is_empty(cell: NotebookNode) -> bool:
    """Whether a cell holds nothing and no grading depends on it."""
    return not cell.source.strip() and "nbgrader" not in cell.metadata


def drop_widget_state(nb: NotebookNode) -> None:
    """Forget the widgets' state: it holds random ids and megabytes."""
    nb.metadata.pop(WIDGET_STATE, None)


def fix_notebook_metadata(nb: NotebookNode) -> None:
    """Name the kernel and the language, and nothing that depends on a machine."""
    nb.metadata = from_dict(NOTEBOOK_METADATA)


def fix_format(nb: NotebookNode) -> None:
    """Say the version of the format that has cell ids."""
    nb.nbformat, nb.nbformat_minor = 4, 5


def drop_empty_cells(nb: NotebookNode) -> None:
    """Remove cells that hold nothing."""
    nb.cells = [cell for cell in nb.cells if not is_empty(cell)]


def drop_cell_metadata(nb: NotebookNode) -> None:
    """Keep tags, grading and hidden input; drop timings and what the editor remembers."""
    for cell in nb.cells:
        kept = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
        hidden = {k: v for k, v in kept.pop("jupyter", {}).items() if k == "source_hidden"}
        cell.metadata = from_dict(kept | ({"jupyter": hidden} if hidden else {}))


def drop_widget_views(nb: NotebookNode) -> None:
    """Drop the link from an output to a live widget, and keep its picture and its words."""
    for cell in code_cells(nb):
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)


def drop_kernel_noise(nb: NotebookNode) -> None:
    """Drop what the kernel says about itself on stderr."""
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                for noise in KERNEL_NOISE:
                    output.text = noise.sub("", output.text)


def drop_empty_outputs(nb: NotebookNode) -> None:
    """Drop outputs of which nothing is left."""
    for cell in code_cells(nb):
        cell.outputs = [output for output in cell.outputs if _has_content(output)]


def merge_streams(nb: NotebookNode) -> None:
    """Join neighbouring pieces of one stream, which arrive cut at random moments."""
    for cell in code_cells(nb):
        merged: list[NotebookNode] = []
        for output in cell.outputs:
            last = merged[-1] if merged else None
            if last is not None and _continues(last, output):
                last.text += output.text
            else:
                merged.append(output)
        cell.outputs = merged


def number_cells(nb: NotebookNode) -> None:
    """Count the code cells from 1: a cell without a number is not compared by nbval."""
    for number, cell in enumerate(code_cells(nb), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number


def _continues(last: NotebookNode, output: NotebookNode) -> bool:
    both = output.output_type == last.output_type == "stream"
    return both and bool(output.name == last.name)


def _has_content(output: NotebookNode) -> bool:
    if output.output_type == "stream":
        return bool(output.text)
    return output.output_type == "error" or bool(output.data)


NORMAL_FORM: tuple[Callable[[NotebookNode], None], ...] = (
    drop_widget_state,
    fix_notebook_metadata,
    fix_format,
    drop_empty_cells,  # before the cells are numbered, or a number would be missing
    drop_cell_metadata,
    drop_widget_views,
    drop_kernel_noise,
    drop_empty_outputs,  # after the two steps that empty outputs
    merge_streams,  # after the outputs that stood between two pieces are gone
    number_cells,
)
"""What makes two runs of one notebook the same bytes, in this order."""


def normalise(nb: NotebookNode) -> NotebookNode:
    """Bring an executed notebook into its stored form.

    Parameters
    ----------
    nb : NotebookNode
        A notebook of format 4. It is not changed.

    Returns
    -------
    NotebookNode
        A copy on which every step of `NORMAL_FORM` has been applied.
    """
    copy: NotebookNode = V4.upgrade(from_dict(nb))
    for step in NORMAL_FORM:
        step(copy)
    return copy
