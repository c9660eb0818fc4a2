"""What marking a submission ends with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

Status = Literal["marked", "stopped", "refused"]
"""Marked as usual; stopped on the way, because it broke a limit; not run at all."""


class MarkingError(Exception):
    """Marking cannot begin or go on; the message says why, and what to do."""


@dataclass(frozen=True)
class Mark:
    """What one test cell gave.

    Parameters
    ----------
    name : str
        The test cell's grade id.
    points : float or None
        Points reached; None where somebody has to decide by hand.
    highest : float
        Points that can be reached.
    words : str
        What the student may read about it, in plain text, in lines. The first is a title.
    mistake : str
        The known mistake that a check named, as the bank of mistakes calls it; "" if there is none.
    """

    name: str
    points: float | None
    highest: float
    words: str
    mistake: str = ""


@dataclass(frozen=True)
class Result:
    """How the marking of one submission has ended.

    Parameters
    ----------
    student, assignment : str
        Whose it is, and what for.
    digest : str
        Stands for everything that the result depends on: the notebook, the assignment, the marker.
    status : str
        "marked", "stopped" or "refused".
    reason : str
        Why, in a sentence that the student may read.
    marks : tuple of Mark
        One for each test cell of the assignment, in its order, whatever the status.
    notebook : str
        The notebook with the outputs of the test cells, as nbgrader keeps it; JSON.
    seconds : dict of str to float
        Time spent on each part.
    causes : tuple of str
        What came first, of which more follows than one test tells. Each in lines, the first of
        which is a sentence that says it all.
    """

    student: str
    assignment: str
    digest: str
    status: Status
    reason: str
    marks: tuple[Mark, ...]
    notebook: str
    seconds: dict[str, float] = field(default_factory=dict)
    causes: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """What came first, in a line; nothing if each test tells its own."""
        return " ".join(cause.partition("\n")[0] for cause in self.causes)

    @property
    def points(self) -> float:
        """Points reached, not counting what has to be decided by hand."""
        return sum(mark.points or 0.0 for mark in self.marks)

    @property
    def highest(self) -> float:
        """Points that can be reached."""
        return sum(mark.highest for mark in self.marks)

    @property
    def by_hand(self) -> bool:
        """Whether somebody has to decide on a part of it."""
        return any(mark.points is None for mark in self.marks)

    def to_json(self) -> str:
        """Write everything as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        marks = tuple(Mark(**mark) for mark in data["marks"])
        return cls(**{**data, "marks": marks, "causes": tuple(data.get("causes", ()))})


@dataclass(frozen=True)
class Half:
    """What a submission has come to that was run once, and is to be run again.

    Parameters
    ----------
    student, assignment, digest : str
        As of its result.
    due : str
        What comes next.
    content : bytes
        The notebook, as handed in.
    seen : str
        What came of the first run, as JSON.
    """

    student: str
    assignment: str
    digest: str
    due: str
    content: bytes
    seen: str


Done = Result | Half
"""What one step of marking a submission ends with: its result, or what there is before another."""


def storable(text: str) -> str:
    """Escape half characters, which no file can hold, in the way of JSON."""
    return text.encode(errors="backslashreplace").decode()
