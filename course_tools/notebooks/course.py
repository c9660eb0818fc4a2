"""Which notebooks the course has, and in which order."""

from __future__ import annotations

from pathlib import Path, PurePath

from course_tools.files import ROOT

REFERENCE_PAGES = 90
"""Notebooks from this number on are looked up, not read in order."""


EXERCISE, SOLUTION = "exercise_", "solution_"
"""How the names of exercises and solutions begin, so that tabs in a browser differ."""


def notebooks(folder: Path) -> list[Path]:
    """Return the notebooks of a folder, in order: start page, lessons, reference pages."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def slug_of(path: PurePath) -> str:
    """Return the name of the lesson that a notebook is, or belongs to: "06_momentum"."""
    return path.stem.removeprefix(EXERCISE).removeprefix(SOLUTION)


def number_of(path: Path) -> int:
    """Return the number of the lesson that a notebook is, or belongs to."""
    return int(slug_of(path)[:2])


def read_in_order(folder: Path) -> list[Path]:
    """Return the start page and the lessons of a folder."""
    return [path for path in notebooks(folder) if number_of(path) < REFERENCE_PAGES]


def lessons(folder: Path) -> list[Path]:
    """Return the lessons of a folder: neither the start page nor the reference pages."""
    return [path for path in read_in_order(folder) if number_of(path) > 0]


def solutions(root: Path = ROOT) -> list[Path]:
    """Return every solution, in order."""
    return sorted(root.glob("solutions/*/*.ipynb"))


def exercise_of(path: Path, root: Path = ROOT) -> Path:
    """Return where the exercise of a lesson or a solution stands."""
    slug = slug_of(path)
    return root / "exercises" / slug / f"{EXERCISE}{slug}.ipynb"


def solution_of(path: Path, root: Path = ROOT) -> Path:
    """Return where the solution of a lesson or an exercise stands."""
    slug = slug_of(path)
    return root / "solutions" / slug / f"{SOLUTION}{slug}.ipynb"


def stored_notebooks(root: Path = ROOT) -> list[Path]:
    """Return every lesson and every solution, in order: all that is stored with outputs."""
    return sorted(root.glob("notebooks/*.ipynb")) + solutions(root)


def of_lesson(named: str, root: Path = ROOT) -> list[Path]:
    """Return the stored notebooks of one lesson: itself, and its solution if it has one.

    Parameters
    ----------
    named : str
        Its number or its name: "6", "06" or "06_momentum".
    root : Path
        The folder of the project.

    Raises
    ------
    ValueError
        If there is no such lesson, with those that there are.
    """
    found = [path for path in stored_notebooks(root) if is_called(path, named)]
    if not found:
        names = ", ".join(path.stem for path in notebooks(root / "notebooks"))
        raise ValueError(f"There is no lesson {named!r}. Take a number, or one of {names}.")
    return found


def is_called(path: Path, named: str) -> bool:
    """Whether a notebook has this name, or this number."""
    return named == slug_of(path) or (named.isdecimal() and int(named) == number_of(path))
