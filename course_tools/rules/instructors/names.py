"""What every page of the guide names is there: commands, links, cells, explorers, tasks, files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course_tools.files import MY_COURSE
from course_tools.rules.instructors.course import ID, GuidePage
from course_tools.rules.pages import broken_links, unknown_commands
from course_tools.rules.registry import Rules

RULES: Rules[GuidePage] = Rules()
"""Those below, in their order."""


@RULES.add
def commands(page: GuidePage) -> Iterator[str]:
    """Refuse commands that the course does not have."""
    yield from unknown_commands(page, page.course.root)


@RULES.add
def links(page: GuidePage) -> Iterator[str]:
    """Refuse links that lead nowhere."""
    yield from broken_links(page)


@RULES.add
def backticks(page: GuidePage) -> Iterator[str]:
    """Refuse explorers, cells, files and code in backticks that are not there."""
    for found in re.finditer(r"`([^`\n]+)`", without_links(page.text)):
        if fault := fault_of_name(found[1], page):
            yield page.says(page.line_of(found.start()), fault)


def fault_of_name(name: str, page: GuidePage) -> str:
    """Say what is wrong with something in backticks, or nothing."""
    own = page.course.lessons.get(page.path.stem)
    where = f"lesson {own.number}" if own else "any lesson"
    if name.startswith("explorers."):
        shown = name.removeprefix("explorers.") in page.course.explorers
        return "" if shown else f"no lesson shows `{name}`"
    if re.fullmatch(ID, name):
        known = name in (own.cells if own else page.course.cells)
        return "" if known else f"no cell of {where} is called `{name}`"
    if re.fullmatch(r"(?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|ipynb|py|txt|yml|toml)", name):
        copied = name.removeprefix(f"{MY_COURSE}/")  # made from the course's own files
        return "" if (page.course.root / copied).exists() else f"there is no {name}"
    if own and re.search(r"[_(]", name) and " = " not in name:
        known = name.removesuffix("()") in own.text
        return "" if known else f"`{name}` does not stand in {where}"
    return ""


@RULES.add
def tasks(page: GuidePage) -> Iterator[str]:
    """Refuse a "turn 3.2" or "exercise 3.2" that the lesson or its exercise does not have."""
    for found in re.finditer(r"\b([Tt]urn|[Ee]xercise) (\d+)\.(\d+)", without_links(page.text)):
        lesson = page.course.numbered(int(found[2]))
        if found[1].lower() == "turn":
            where, most = "lesson", lesson.tasks if lesson else 0
        else:
            where, most = "exercise", lesson.exercise.tasks if lesson and lesson.exercise else 0
        if not 1 <= int(found[3]) <= most:
            told = f"there is no {found[0]}: {where} {found[2]} has {most} tasks"
            yield page.says(page.line_of(found.start()), told)


@RULES.add
def linked_cells(page: GuidePage) -> Iterator[str]:
    """Refuse a link from a cell's id to a lesson that has no such cell."""
    for found in re.finditer(rf"\[`({ID})`\]\([^)]*?(\d\d_\w+)\.ipynb\)", page.text):
        lesson = page.course.lessons.get(found[2])
        if lesson and found[1] not in lesson.cells:
            told = f"lesson {lesson.number} has no cell `{found[1]}`"
            yield page.says(page.line_of(found.start()), told)


def without_links(text: str) -> str:
    """Blank out the links whose text is a cell's id, and the listings."""
    blank = re.compile(rf"\[`{ID}`\]\([^)]*\)|```.*?```", flags=re.DOTALL)
    return blank.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
