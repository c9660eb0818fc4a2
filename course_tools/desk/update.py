"""Make a learner's copy of the course, or bring it up to date, without losing what is theirs.

Of each notebook there are three versions: the one that the course has now, the one that it gave
before, and the learner's. A notebook that the learner has not changed becomes the new one. One that
they have changed is kept, and a new version is put beside it. Nothing is merged.

The order carries the safety. A notebook is written whole, and the record of what was given comes
last of all: an update that was stopped half way does the same again, and finds what it has done.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from course_tools.bootstrap import only_one
from course_tools.desk.copies import Copy, copies, digest_of
from course_tools.files import write_changed, write_whole
from lessons_lib.progress import RECORD

Fate = Literal["new", "back", "renewed", "yours", "beside", "same"]
"""What becomes of a notebook; "yours" is one that only the learner has changed."""

MARK = ".new-version"
"""What stands in the name of a notebook that was put beside a learner's own."""


@dataclass
class Report:
    """What an update has done.

    Parameters
    ----------
    folder : Path
        The learner's folder.
    fates : dict of str to Fate
        What became of each notebook.
    beside : list of str
        New versions that stand beside notebooks of the learner's.
    taken_away : list of str
        Notebooks that the course has no more, and that the learner had not changed.
    moved : list of str
        Notebooks in which the learner has worked, under the names that they have now.
    left : list of str
        Those that the course has no more, but the learner had changed: they stay.
    """

    folder: Path
    fates: dict[str, Fate] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    taken_away: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """Return how many notebooks had this fate."""
        return list(self.fates.values()).count(fate)

    def __str__(self) -> str:
        """Say it in a sentence or two, for the terminal."""
        if self.count("new") == len(self.fates):
            return f"Your copy of the course is new: {len(self.fates)} notebooks in {self.folder}."
        done = [
            numbered(self.count("new"), "is new", "are new"),
            numbered(self.count("renewed"), "has a new version", "have new versions"),
            numbered(self.count("back"), "that was missing is back", "that were missing are back"),
            numbered(len(self.taken_away), "has left the course", "have left the course"),
        ]
        said = "; ".join(filter(None, done)) or "nothing in the course has changed"
        lines = [f"Your copy of the course is up to date: {said}."]
        if self.beside:
            lines.append(
                f"You have changed these, so new versions stand beside them: {self.beside}"
            )
        if self.moved:
            lines.append(f"These have a new name, and hold what you have written: {self.moved}")
        if self.left:
            lines.append(f"These have left the course, and stay as you have them: {self.left}")
        return "\n".join(line.translate({ord(c): None for c in "[]'"}) for line in lines)


def numbered(count: int, one: str, many: str) -> str:
    """Say what has happened to how many notebooks; nothing if to none."""
    if not count:
        return ""
    return f"one notebook {one}" if count == 1 else f"{count} notebooks {many}"


def update(root: Path, folder: Path) -> Report:
    """Bring a learner's folder up to date with a course.

    Parameters
    ----------
    root : Path
        The folder of the course.
    folder : Path
        The learner's, which is made if there is none. What stands there already and is no
        notebook of the course is left alone.

    Returns
    -------
    Report
        What has happened.

    Raises
    ------
    NotebookError
        If a notebook of the course cannot be read. Nothing is written then.
    OSError
        If something cannot be written. What was written before is whole.
    """
    wanted = list(copies(root))
    folder.mkdir(parents=True, exist_ok=True)
    with only_one(folder / ".lock"):
        given = read_record(folder)
        report = Report(folder)
        old = {copy.formerly for copy in wanted} - {copy.name for copy in wanted}
        now = {name: v for name, v in given.items() if MARK in name and beside_of(name) not in old}
        for copy in wanted:
            if copy.formerly in old and move(copy, folder, given):
                report.moved.append(copy.name)
            report.fates[copy.name] = settle(copy, folder, given)
            now[copy.name] = copy.digest
            if report.fates[copy.name] == "beside":
                report.beside.append(put_beside(copy, folder, given))
                now[report.beside[-1]] = copy.digest
        say_goodbye(given, now, report)
        write_record(folder, now | {name: given[name] for name in report.left})
    return report


def move(copy: Copy, folder: Path, given: Mapping[str, str]) -> bool:
    """Give a notebook the name that it has now; return whether the learner has worked in it."""
    mine, before = folder / copy.name, folder / copy.formerly
    if mine.exists() or not before.exists():
        return False
    changed = digest_of(before) != given.get(copy.formerly)
    before.replace(mine)
    return changed


def settle(copy: Copy, folder: Path, given: Mapping[str, str]) -> Fate:
    """Bring one notebook up to date, unless the learner and the course have both changed it.

    Parameters
    ----------
    copy : Copy
        The notebook as the course has it now.
    folder : Path
        The learner's folder.
    given : mapping of str to str
        What stands for the sources that the course gave before.
    """
    mine, before = folder / copy.name, given.get(copy.name, given.get(copy.formerly))
    if not mine.exists():
        write_whole(mine, copy.content)
        return "back" if before else "new"
    here = digest_of(mine)
    if here == copy.digest:
        return "same"
    if here is not None and here == before:
        write_whole(mine, copy.content)
        return "renewed"
    return "yours" if before == copy.digest else "beside"


def put_beside(copy: Copy, folder: Path, given: Mapping[str, str]) -> str:
    """Put a new version beside a learner's notebook, and return its name.

    An older version there gives way to it. One in which the learner has worked stays, and the
    name of the new one gets a number.
    """
    for name in names_beside(copy.name):
        path = folder / name
        here = digest_of(path) if path.exists() else None
        if here != copy.digest and path.exists() and (here is None or here != given.get(name)):
            continue
        if here != copy.digest:
            write_whole(path, copy.content)
        return name
    raise AssertionError("names_beside() never ends")


def names_beside(name: str) -> Iterator[str]:
    """Give names for a new version of a notebook, the best one first."""
    path = Path(name)
    for number in itertools.count(1):
        more = f"-{number}" if number > 1 else ""
        yield path.with_name(f"{path.stem}{MARK}{more}{path.suffix}").as_posix()


def beside_of(name: str) -> str:
    """Return beside which notebook a new version stands."""
    path = Path(name)
    return path.with_stem(path.stem.partition(MARK)[0]).as_posix()


def say_goodbye(given: Mapping[str, str], now: Collection[str], report: Report) -> None:
    """Take away what has left the course and was not changed, and leave what was."""
    for name in sorted(set(given) - set(now)):
        path = report.folder / name
        if not path.exists():
            continue
        if digest_of(path) == given[name]:
            path.unlink()
            report.taken_away.append(name)
        else:
            report.left.append(name)


# --- The record ---------------------------------------------------------------------------------


def read_record(folder: Path) -> dict[str, str]:
    """Return what stands for the sources that were given, by the notebook's name.

    Without a record that can be read, nothing counts as given: whatever differs from the course
    is then taken for the learner's, and kept.
    """
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))["given"]
        return {str(name): str(value) for name, value in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_record(folder: Path, given: Mapping[str, str]) -> None:
    """Write the record whole, if it says something else than before."""
    content = json.dumps({"given": given}, indent=1, sort_keys=True) + "\n"
    write_changed(folder / RECORD, content.encode())
