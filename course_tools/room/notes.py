"""The instructor's notes on a lesson, as HTML."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt

from course_tools.room.refusing import RefusedError, given


def notes_of(folder: Path, number: str) -> str:
    """Return the notes on a lesson, whose number is like 06."""
    found = sorted(folder.glob(f"{number}_*.md")) if number.isdecimal() else []
    if not found:
        raise RefusedError(404, f"There are no notes on a lesson {given(number)}. Try 06.")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return str(markdown.render(found[0].read_text(encoding="utf-8")))
