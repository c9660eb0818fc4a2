"""What the instructors' guide has to be: whole, in time, and true to the lessons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course_tools.files import show
from course_tools.rules.instructors import names, notes, timetables
from course_tools.rules.instructors.course import Course, GuidePage

GUIDE = "README.md"
"""The page with the timetables. Every other page is the notes on a lesson."""


def problems(path: Path) -> list[str]:
    """Apply the rules to every page of the guide.

    Parameters
    ----------
    path : Path
        The folder of the guide. Beside it stand the Makefile, and the folders of the lessons and
        exercises.

    Returns
    -------
    list of str
        A sentence for each problem, with the page and the line.
    """
    course = Course(path.resolve().parent)
    pages = {each.stem: each for each in sorted(path.glob("*.md"))}
    found = list(strays(path, set(pages) - {Path(GUIDE).stem}, course))
    for name, page in pages.items():
        if page.name == GUIDE or name in course.lessons:
            found += problems_of(GuidePage(page, page.read_text(encoding="utf-8"), course))
    return found


def strays(path: Path, named: set[str], course: Course) -> Iterator[str]:
    """Refuse lessons without notes, and notes without a lesson."""
    for name in sorted(course.lessons.keys() - named):
        yield f"{show(path / name)}.md: not there; every lesson has its notes."
    for name in sorted(named - course.lessons.keys()):
        yield f"{show(path / name)}.md: no lesson is called like this page."
    if not (path / GUIDE).exists():
        yield f"{show(path / GUIDE)}: not there; it holds the timetables."


def problems_of(page: GuidePage) -> list[str]:
    """Apply to a page the rules for its kind, and return a sentence for each problem."""
    own = timetables.RULES if page.path.name == GUIDE else notes.RULES
    return names.RULES.problems(page) + own.problems(page)
