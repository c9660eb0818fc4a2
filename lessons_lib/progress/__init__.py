"""What a learner has done: one small file, which may be deleted at any time.

Each line of it says one thing: a task that is right, a prediction, a goal that was reached, a
choice before the course or after it, an answer that was opened. Lines are only ever added, each in
one step. So two notebooks may write at the same time, and whoever is stopped while writing loses no
line but the last.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from lessons_lib.progress.page import connect

ROOT = Path(__file__).resolve().parents[2]

VARIABLE = "COURSE_PROGRESS"
"""Environment variable that names another file; if it is empty, nothing is kept."""

RECORD = ".course.json"
"""What stands in a learner's own copy of the course, and says that it is one."""

NAME = "progress.jsonl"
FORMER = "progress.json"
"""An older file beside it, which held tasks only. It is read, and no longer written."""

Kind = Literal["task", "prediction", "goal", "before", "after", "opened"]


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
    return next(own, ROOT) / NAME


def remember(kind: Kind, name: str, value: str = "") -> None:
    """Keep one thing. Where nothing can be written, nothing is kept.

    Parameters
    ----------
    kind : "task", "prediction", "goal", "before", "after" or "opened"
        What it is.
    name : str
        Which one.
    value : str
        What there is to say about it, such as the letter of a choice. The newest counts.
    """
    path = progress_file()
    if path is None or recall(kind).get(name) == value:
        return
    line = json.dumps({"kind": kind, "name": name, "value": value}, ensure_ascii=False)
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(descriptor, f"\n{line}\n".encode())
        finally:
            os.close(descriptor)
    if PAGE is not None:
        PAGE.tell(line)


def recall(kind: Kind) -> dict[str, str]:
    """Return all that is kept of one kind: what there is to say, by name.

    What cannot be read counts for nothing.
    """
    path = progress_file()
    if path is None:
        return {}
    found = dict.fromkeys(_former(path), "") if kind == "task" else {}
    for line in _text(path).splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            if said["kind"] == kind:
                found[str(said["name"])] = str(said["value"])
    return found


def _former(path: Path) -> Iterator[str]:
    """Name the tasks in a file of the older form: beside the new one, or in its place."""
    in_place = _text(path)
    for text in (_text(path.with_name(FORMER)), in_place, *in_place.splitlines()[:1]):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            yield from map(str, json.loads(text)["passed"])


def _text(path: Path) -> str:
    """Return what a file says; nothing if it is not there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


IN_A_PAGE = sys.platform == "emscripten"
PAGE = connect(ROOT / NAME) if IN_A_PAGE and progress_file() == ROOT / NAME else None
"""The page in which Python runs, where that does not let it see a learner's own copy."""
