"""Write files whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from course_tools.marking.results import MarkingError


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place in one step, after making the folders above it.

    Whatever happens meanwhile, there is either what stood there before, or all that is new. A
    process that is killed may leave a hidden draft beside it, which the next one overwrites.

    Parameters
    ----------
    path : Path
        Where. What stood there is replaced.
    content : bytes
        What.

    Raises
    ------
    MarkingError
        If it cannot be written.
    """
    draft = path.with_name(f".new-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        _remove(draft)
        raise MarkingError(
            f"{path} cannot be written ({error.strerror}). Make room for it, or allow it, and start"
            " again: what is marked stays marked."
        ) from error
    except BaseException:
        _remove(draft)
        raise


def _remove(draft: Path) -> None:
    with contextlib.suppress(OSError):
        draft.unlink()
