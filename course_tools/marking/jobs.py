"""What a worker is given to do: a submission, and how it is marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from course_tools.marking.assignments import Assignment
from course_tools.marking.recognising import Signature
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.submissions import Bounds

PHASES = FIRST, FIRST_ALONE, SECOND, SECOND_ALONE = (
    "first run",
    "first run, alone",
    "second run",
    "second run, alone",
)
"""What is done with a batch, one after the other. The hidden lines of tests run in the second run:
nothing that anybody reads comes from what runs after that, beside it or before it is over."""

ALONE = (FIRST_ALONE, SECOND_ALONE)
"""Phases in which one submission runs at a time: those that have run out of time beside others."""


@dataclass(frozen=True)
class Settings:
    """How every submission of a batch is marked.

    Parameters
    ----------
    marker : str
        Stands for the code that marks. A worker has to have the same.
    limits : Limits
        What a submission may use.
    protected : bool
        Whether it runs in the sandbox.
    modules : tuple of Path
        Folders with further modules that notebooks import.
    hidden : tuple of str
        Places that their code must not see; the probe makes sure.
    bounds : Bounds
        How much may be handed in.
    known : tuple of Signature
        Every assignment for which a notebook may have been meant.
    """

    marker: str
    limits: Limits = field(default_factory=Limits)
    protected: bool = True
    modules: tuple[Path, ...] = ()
    hidden: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    known: tuple[Signature, ...] = ()


@dataclass(frozen=True)
class Job:
    """A submission to be marked, with all that this needs.

    Parameters
    ----------
    student : str
        Whose it is.
    assignment : Assignment
        What for.
    content : bytes
        The notebook, as handed in.
    refusal : str
        Why it cannot be marked, if it cannot even be read.
    digest : str
        Stands for everything that the result depends on.
    settings : Settings
        How it is marked.
    phase : str
        What is to be done; nothing named means all of it, at once.
    seen : str
        What is kept of its first run, for the second.
    """

    student: str
    assignment: Assignment
    content: bytes
    refusal: str
    digest: str
    settings: Settings
    phase: str = ""
    seen: str = ""
