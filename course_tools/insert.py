"""Make room for a new lesson: the lessons from a number on move up by one.

A lesson's number stands in the names of its files, in those of its tests and of the checks of its
exercise, and in what others say of it. All of these move together, so that an author has only the
new lesson to write.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course_tools.files import ROOT, write_whole
from course_tools.notebooks.course import REFERENCE_PAGES, lessons, number_of

KEPT = ("CHANGELOG.md",)
"""What tells of the past: its numbers were right then."""

SPACE = r"(?:\s|\\n\",\s*\")+"
"""What may stand between two words, also where a stored notebook breaks its lines."""

NUMBER = r"\d{1,2}(?:\.\d)?(?![\d.]*\d)"
"""A lesson, or with a dot one of its turns or tasks."""

MORE = rf"(?:(?:,|,?{SPACE}(?:and|to|or)){SPACE}{NUMBER})*"
"""What may follow the first number of several."""

MENTIONS = (
    rf"\b(?:lesson|exercise|turn){SPACE}{NUMBER}",
    rf"\b(?:lessons|exercises|turns){SPACE}{NUMBER}{MORE}",
    r"\[\d{1,2} · ",  # a row of a table
    r"# \d{1,2} · ",  # a title
    r"\blesson=\d{1,2}\b",  # a task
    r"\bpredict\(\d{1,2}\b",  # a prediction
)
"""Where a number means a lesson."""


class InsertError(Exception):
    """No room can be made; what is said is for the author."""


def moved(text: str, first: int, names: Sequence[str]) -> str:
    """Return a text in which every mention of a lesson from a number on is one higher.

    Parameters
    ----------
    text : str
        Prose, code, a path, or a notebook as it is stored.
    first : int
        The number of the first lesson that moves.
    names : sequence of str
        What the lessons are called, such as "06_momentum".
    """

    def higher(found: re.Match[str]) -> str:
        number = int(found[0])
        return f"{number + 1:0{len(found[0])}}" if first <= number < REFERENCE_PAGES else found[0]

    def raised(found: re.Match[str]) -> str:
        return re.sub(r"(?<![\d.])\d+", higher, found[0])

    files = "|".join(name[2:] for name in names) or "(?!)"
    text = re.sub(rf"(?<![^\W_])\d\d(?=(?:{files})\b)|(?<=lesson_)\d\d\b", higher, text)
    return re.sub("|".join(MENTIONS), raised, text, flags=re.IGNORECASE)


def tracked(root: Path) -> list[Path]:
    """Return the files that git keeps, below a folder without changes of its own.

    Raises
    ------
    InsertError
        If something is not committed: afterwards nobody could tell it from what was moved.
    """
    git = ["git", "-C", str(root)]
    if subprocess.check_output([*git, "status", "--porcelain"], text=True):
        raise InsertError("Commit your changes first: then `git diff` shows what has moved.")
    names = subprocess.check_output([*git, "ls-files", "-z"], text=True)
    return [root / name for name in names.split("\0") if name]


def insert(first: int, root: Path = ROOT) -> list[str]:
    """Move the lessons from a number on up by one, with all that names them.

    Parameters
    ----------
    first : int
        The number that is free afterwards.
    root : Path
        The folder of the project.

    Returns
    -------
    list of str
        The files that have a new name or other words, as they are called now.

    Raises
    ------
    InsertError
        If there is no such lesson, or something is not committed.
    """
    names = [path.stem for path in lessons(root / "notebooks")]
    numbers = [number_of(Path(name)) for name in names]
    if first not in numbers:
        there = f"{min(numbers)} to {max(numbers)}" if numbers else "none"
        raise InsertError(f"There is no lesson {first} to move. Take one of those here: {there}.")
    changed = []
    for path in sorted(tracked(root), reverse=True):  # the last first: nobody takes another's place
        if path.name in KEPT or path.is_symlink():
            continue
        now = root / moved(str(path.relative_to(root)), first, names)
        old = path.read_bytes()
        new = _moved_bytes(old, first, names)
        if (now, new) == (path, old):
            continue
        write_whole(now, new)
        if now != path:
            path.unlink()
        changed.append(str(now.relative_to(root)))
    return sorted(changed)


def _moved_bytes(content: bytes, first: int, names: Sequence[str]) -> bytes:
    """Return a file's bytes with its mentions moved; what is no text stays as it is."""
    try:
        return moved(content.decode("utf-8"), first, names).encode("utf-8")
    except UnicodeDecodeError:
        return content


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if no room can be made."""
    parser = argparse.ArgumentParser(
        prog="insert-lesson", description="Make room for a new lesson: later ones move up by one."
    )
    parser.add_argument("number", type=int, help="the number that the new lesson gets")
    try:
        changed = insert(parser.parse_args(argv).number)
    except InsertError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(changed))
    print(f"\n{len(changed)} files have moved or say other numbers. Read `git diff`, then run")
    print("`make refresh` and `make exercises`. CONTRIBUTING.md says what a new lesson needs.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
