"""Which functions a learner has got right: one small file, which may be deleted at any time."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "COURSE_PROGRESS"
"""Environment variable that names another file; if it is empty, nothing is kept."""

RECORD = ".course.json"
"""What stands in a learner's own copy of the course, and says that it is one."""


def progress_file() -> Path | None:
    """Return where progress is kept: in the learner's copy of the course, or beside the README.

    A notebook runs in its own folder. If a folder above that one is a learner's copy, progress is
    kept there.
    """
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    here = Path.cwd()
    own = (folder for folder in (here, *here.parents) if (folder / RECORD).is_file())
    return next(own, ROOT) / "progress.json"


def passed() -> frozenset[str]:
    """Return the names of the tasks that have passed; none if the file cannot be read."""
    path = progress_file()
    try:
        return frozenset(map(str, json.loads(path.read_text("utf-8"))["passed"] if path else []))
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def remember(name: str) -> None:
    """Add a task to those that have passed. Where nothing can be written, nothing is kept."""
    path, names = progress_file(), passed()
    if path is None or name in names:
        return
    content = json.dumps({"passed": sorted({*names, name})}, indent=2) + "\n"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".progress-", delete=False
        ) as beside:
            beside.write(content)
        try:
            Path(beside.name).replace(path)
        finally:
            Path(beside.name).unlink(missing_ok=True)
    except OSError:
        return
