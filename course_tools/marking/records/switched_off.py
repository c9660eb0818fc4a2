"""nbgrader's own autograder, switched off where marks come from the sandbox.

It would run a submission with all rights of whoever presses its button in formgrader. Its settings
name the class below, so that it ends before it reads, runs or removes anything.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException

WHY = """\
nbgrader's autograder is switched off in
    {folder}
and nothing was run: it has no sandbox, so that a submission could do
whatever you can. To mark what has changed, in the folder of the course:
    make grade SUBMISSIONS={submitted} \\
        GRADE_ARGS={output}
Points and comments are given here as before."""


class SwitchedOff(NotebookExporter):
    """In the place of the exporter without which nbgrader's autograder does not begin.

    Parameters
    ----------
    parent : nbgrader.converters.Autograde
        Who wanted to begin.

    Raises
    ------
    NbGraderException
        Always. The message says how to mark; it is logged, too, as nbgrader's commands do it.
    """

    def __init__(self, parent: Any, **_: Any) -> None:
        course = parent.coursedir
        folder = course.root
        words = WHY.format(
            folder=folder,
            submitted=shlex.quote(str(Path(folder, course.submitted_directory))),
            output=shlex.quote(f"--output {shlex.quote(folder)}"),
        )
        parent.log.error(words)
        raise NbGraderException(words)
