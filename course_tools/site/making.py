"""Make an explorer from the statements of a notebook, as a script that a page can load."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.files import show
from course_tools.notebooks.stored import NotebookError
from course_tools.site.packing import as_text, packed
from lessons_lib.live import Live

NUMBERS = {"tables"}
"""Traits that are float32 numbers, one after the other."""

KEPT_IN_JUPYTER = {"controls"}
"""Traits that only mean something in Jupyter: references to the sliders' own widgets."""


@dataclass(frozen=True)
class Explorer:
    """An explorer's cell.

    Parameters
    ----------
    path : Path
        The notebook.
    cell : str
        The id of the cell.
    sources : tuple of str
        The statements that make it, the last of which is the explorer.
    words, png : str
        What is stored as its output: the words, and the picture as base64.
    """

    path: Path
    cell: str
    sources: tuple[str, ...]
    words: str
    png: str

    @property
    def name(self) -> str:
        """Under which name a page asks for it."""
        return f"{self.path.stem}--{self.cell}"

    @property
    def place(self) -> str:
        """Where it stands, for the beginning of a sentence."""
        return f"{show(self.path)}, cell {self.cell!r}"


@dataclass(frozen=True)
class Made:
    """An explorer as a page needs it.

    Parameters
    ----------
    script : str
        The script that hands it to the page.
    words, png : str
        Its words and its picture at the start, as in a stored output.
    """

    script: str
    words: str
    png: str


def made_here(explorers: Sequence[Explorer]) -> list[Made]:
    """Make the explorers of one notebook in this process, with nothing of its user's."""
    os.environ["COURSE_PROGRESS"] = ""
    os.chdir(explorers[0].path.parent)
    return [made_from(each) for each in explorers]


def made_from(explorer: Explorer) -> Made:
    """Run the statements of an explorer, and pack what they make."""
    space: dict[str, Any] = {"__name__": "__main__"}
    *before, last = explorer.sources
    try:
        with redirect_stdout(io.StringIO()):
            exec(compile("\n".join(before), explorer.name, "exec"), space)
            live = eval(last, space)
    except Exception as error:
        raise NotebookError(
            f"{explorer.place}: the explorer cannot be made by itself from the statements that it"
            f" depends on ({type(error).__name__}: {error}). It was made from:\n{explorer.sources}"
        ) from error
    if live.spec["streamed"]:
        raise NotebookError(
            f"{explorer.place}: the explorer computes in the kernel, which a page has not."
            " Tabulate it."
        )
    words = live.scene.describe()
    return Made(script_of(explorer.name, live), words, as_text(live.scene.figure.png()))


def script_of(name: str, live: Live) -> str:
    """Write an explorer as a script that hands it to the page."""
    values: dict[str, Any] = {"goal": live.scene.goal.name if live.scene.goal else ""}
    traits = sorted(set(Live.class_own_traits(sync=True)) - KEPT_IN_JUPYTER)
    shared = {trait: getattr(live, trait) for trait in traits}
    values["numbers"] = {k: packed(v) for k, v in shared.items() if k in NUMBERS}
    values["bytes"] = {
        k: as_text(v) for k, v in shared.items() if isinstance(v, bytes) and k not in NUMBERS
    }
    values["values"] = {k: v for k, v in shared.items() if not isinstance(v, bytes)}
    said = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"course.explorer({json.dumps(name)}, {said});\n"
