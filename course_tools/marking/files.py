"""Write what comes of marking, and say what to do if that fails."""

from __future__ import annotations

from pathlib import Path

from course_tools import files
from course_tools.marking.results import MarkingError


def write_whole(path: Path, content: bytes) -> None:
    """Do what the function of this name in `course_tools.files` does.

    Raises
    ------
    MarkingError
        If the file cannot be written.
    """
    try:
        files.write_whole(path, content)
    except OSError as error:
        raise MarkingError(
            f"{path} cannot be written ({error.strerror}). Make room for it, or allow it, and start"
            " again: what is marked stays marked."
        ) from error
