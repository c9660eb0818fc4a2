"""What the speaker reads, beside what the room sees: from the instructors' notes on the lesson."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bs4 import Tag

from course_tools.rules.instructors.notes import BEFOREHAND, EXPLORER, PREDICTIONS, TIMING
from course_tools.site.slides.choosing import Slide
from course_tools.site.slides.cutting import Cell, article_of, clean
from course_tools.site.slides.shortening import shortened

IDEA, LATE = "The one idea", "When late"
"""The parts of the notes on how to begin, and what to leave out."""

SAID = "The lesson says"
ROOM = 12
"""Lines of the lesson's own words that stand in the notes on a figure."""


@dataclass(frozen=True)
class Section:
    """A row of the timetable of a lesson."""

    cell: str
    begins: int
    minutes: int
    happens: str

    def __str__(self) -> str:
        """Return it as it stands above the notes."""
        end = self.begins + self.minutes
        return f"<p><b>Minutes {self.begins} to {end}.</b> {self.happens}</p>"


class Notes:
    """The instructors' notes on a lesson, as a page of the site shows them.

    Parameters
    ----------
    page : Path
        That page.
    """

    def __init__(self, page: Path) -> None:
        self._article = article_of(page)
        clean(self._article, page.parent.name)

    def part(self, heading: str) -> str:
        """Return what stands below a heading, as HTML, or nothing."""
        found = self._section(heading)
        if found is None:
            return ""
        return "".join(str(each) for each in found.find_all(recursive=False)[1:])

    @cached_property
    def sections(self) -> list[Section]:
        """The timetable."""
        found = self._section(TIMING)
        rows, begins = found.select("tbody tr") if found else [], 0
        sections = []
        for row in rows:
            cell, minutes, happens = (column.get_text(strip=True) for column in row.select("td"))
            html = row.select("td")[2].decode_contents()
            happens = html.replace("<p>", "").replace("</p>", "")
            sections.append(Section(cell, begins, int(minutes), happens))
            begins += int(minutes)
        return sections

    def _section(self, heading: str) -> Tag | None:
        for title in self._article.find_all(("h2", "h3")):
            if title.get_text(strip=True) == heading:
                return title.parent
        return None


def notes_on(slide: Slide, notes: Notes, cells: Sequence[Cell]) -> str:
    """Return what the speaker reads beside a slide, as HTML."""
    names = [cell.name for cell in cells]
    at = names.index(slide.cell.name)
    begun = [each for each in notes.sections if names.index(each.cell) <= at]
    return "".join([*(str(each) for each in begun[-1:]), *told(slide, notes, cells[at + 1 :])])


def told(slide: Slide, notes: Notes, later: Sequence[Cell]) -> Iterator[str]:
    """Give the parts of the notes that belong to a slide."""
    if slide.kind == "title":
        yield from (headed(each, notes.part(each)) for each in (IDEA, BEFOREHAND, LATE))
    elif slide.kind in ("prediction", "answer"):
        name = slide.cell.name.split("-", 1)[1]
        yield headed(PREDICTIONS, notes.part(f"predict-{name}"))
    elif slide.kind == "explorer":
        yield headed(EXPLORER, notes.part(EXPLORER))
    elif slide.kind in ("figure", "printed", "code"):
        yield headed(SAID, what_is_read(later))
    else:
        yield headed(SAID, "".join(shortened(slide.cell.said, ROOM)))


def what_is_read(later: Sequence[Cell]) -> str:
    """Return the words of the lesson that come next, unless they ask or open something new."""
    following = next((cell for cell in later if cell.code is None), None)
    if following is None or following.opens_section or not following.said:
        return ""
    return "".join(shortened(following.said, ROOM))


def headed(title: str, html: str) -> str:
    """Return a part of the notes below its title, or nothing."""
    return f"<h3>{title}</h3>{html}" if html else ""
