"""Which assignment a notebook answers, told from the grade ids in its cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from course_tools.marking.submissions import Bounds, RefusedError
from course_tools.marking.understanding import notebook_of


class Recogniser:
    """Knows the grade ids of every assignment.

    Parameters
    ----------
    known : mapping of str to Path
        The instructor's notebook of each assignment.
    """

    def __init__(self, known: Mapping[str, Path]) -> None:
        self.known = known

    @cached_property
    def ids(self) -> dict[str, set[str]]:
        """The grade ids of each assignment."""
        return {name: ids_of(json.loads(path.read_bytes())) for name, path in self.known.items()}

    def assignment_of(self, content: bytes, bounds: Bounds) -> str:
        """Return the assignment that shares most ids with a notebook; empty if that is not clear.

        Parameters
        ----------
        content : bytes
            The notebook, as handed in.
        bounds : Bounds
            How much may stand in it.
        """
        try:
            its = ids_of(notebook_of(content, bounds))
        except RefusedError:
            return ""
        ranked = sorted(((len(its & ids), name) for name, ids in self.ids.items()), reverse=True)
        shares = [share for share, _ in ranked] + [0, 0]
        return ranked[0][1] if shares[0] > shares[1] else ""


def ids_of(notebook: Mapping[str, Any]) -> set[str]:
    """Return the grade ids in a notebook's cells."""
    kept = (cell.get("metadata", {}).get("nbgrader", {}) for cell in notebook.get("cells", []))
    return {each["grade_id"] for each in kept if isinstance(each.get("grade_id"), str)}
