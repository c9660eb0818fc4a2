"""The start page: its way names every lesson, with the time that the lesson states."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from course_tools.rules import lesson_form

ROOT = Path(__file__).parent.parent
LESSONS = lesson_form.lessons(ROOT / "notebooks")


def cell(path: Path, name: str) -> str:
    cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    return next(str(each.source) for each in cells if each.id == name)


def rows(text: str) -> dict[str, list[str]]:
    """Return the rows of a table that link to lessons, by the lesson's file."""
    found = re.findall(r"^\| \[(.+?)\]\((?:notebooks/)?(.+?)\) \| (.+) \|$", text, flags=re.M)
    return {file: [name, *rest.split(" | ")] for name, file, rest in found}


WAY = cell(ROOT / "notebooks" / "00_start_here.ipynb", "the-way")


def test_the_way_gives_each_lesson_its_title_and_its_time() -> None:
    assert list(rows(WAY)) == [path.name for path in LESSONS]
    for path in LESSONS:
        name, _, minutes = rows(WAY)[path.name]
        title = cell(path, "title")
        assert title.startswith(f"# {name}\n")
        assert f"**Time** about {minutes} minutes." in title


def test_the_minutes_add_up() -> None:
    total = sum(int(minutes) for *_, minutes in rows(WAY).values())
    assert f"| together | | {total} |" in WAY


def test_the_readme_asks_the_same_questions() -> None:
    readme = rows((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {file: row[:2] for file, row in rows(WAY).items()} == readme
