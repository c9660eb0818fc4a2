"""What a worker is given to do: a submission, and how it is marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from course_tools.marking.assignments import Assignment
from course_tools.marking.sandbox.limits import Limits


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
    """

    marker: str
    limits: Limits = field(default_factory=Limits)
    protected: bool = True
    modules: tuple[Path, ...] = ()
    hidden: tuple[str, ...] = ()


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
    """

    student: str
    assignment: Assignment
    content: bytes
    refusal: str
    digest: str
    settings: Settings
