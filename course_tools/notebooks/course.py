"""Which notebooks the course has, and in which order."""

from __future__ import annotations

from pathlib import Path

from course_tools.files import ROOT

REFERENCE_PAGES = 90
"""Notebooks from this number on are looked up, not read in order."""


def notebooks(folder: Path) -> list[Path]:
    """Return the notebooks of a folder, in order: start page, lessons, reference pages."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def number_of(path: Path) -> int:
    """Return the number with which a notebook's name begins."""
    return int(path.name[:2])


def read_in_order(folder: Path) -> list[Path]:
    """Return the start page and the lessons of a folder."""
    return [path for path in notebooks(folder) if number_of(path) < REFERENCE_PAGES]


def lessons(folder: Path) -> list[Path]:
    """Return the lessons of a folder: neither the start page nor the reference pages."""
    return [path for path in read_in_order(folder) if number_of(path) > 0]


def solutions(root: Path = ROOT) -> list[Path]:
    """Return every solution, in order."""
    return sorted(root.glob("solutions/*/*.ipynb"))


def exercise_of(solution: Path, root: Path = ROOT) -> Path:
    """Return where the exercise of a solution stands."""
    return root / "exercises" / solution.parent.name / solution.name


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
    return named == path.stem or (named.isdecimal() and int(named) == number_of(path))
