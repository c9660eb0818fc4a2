"""Read pages of Markdown, and hold the commands and links in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from course_tools.files import ROOT, show
from course_tools.notebooks.cells import Notebook, anchors_of
from course_tools.verbs import VERBS


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    line : int
        Where it stands, counted from 1.
    heading : str
        The heading above the table.
    cells : dict
        What stands in each column, by the column's name.
    """

    line: int
    heading: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return what stands in a column; nothing if the table has no such column."""
        return self.cells.get(column, "")

    def number(self, column: str) -> int:
        """Return the first number in a column, or 0."""
        found = re.search(r"\d+", self[column])
        return int(found[0]) if found else 0


@dataclass(frozen=True)
class Page:
    """A page of Markdown.

    Attributes
    ----------
    path : Path
        Where it is stored.
    text : str
        What it says.
    """

    path: Path
    text: str

    @property
    def lines(self) -> list[tuple[int, str]]:
        """Each line with its number, counted from 1."""
        return list(enumerate(self.text.splitlines(), start=1))

    def says(self, line: int, found: str) -> str:
        """Begin a sentence with the page and the line."""
        return f"{show(self.path)}:{line}: {found}."

    def line_of(self, position: int) -> int:
        """Return the number of the line in which a sign of the text stands."""
        return self.text.count("\n", 0, position) + 1

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Each heading with its line."""
        return [(n, line.lstrip("# ")) for n, line in self.lines if line.startswith("#")]

    @property
    def anchors(self) -> set[str]:
        """What can stand behind # in a link to this page."""
        kept = [re.sub(r"[^\w -]", "", heading.lower()) for _, heading in self.headings]
        return {heading.replace(" ", "-") for heading in kept}

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of all tables."""
        heading, found = "", list[Row]()
        columns = list[str]()
        for n, line in self.lines:
            if line.startswith("#"):
                heading = line.lstrip("# ")
            if not line.startswith("|"):
                columns = []
                continue
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not columns:
                columns = cells
            elif not set(line) <= set("|-: "):
                found.append(Row(n, heading, dict(zip(columns, cells, strict=False))))
        return found

    def part(self, title: str) -> list[tuple[int, str]]:
        """Return the lines below a heading of the second level, without the blank ones."""
        inside, found = False, []
        for n, line in self.lines:
            if line.startswith("## "):
                inside = line == f"## {title}"
            elif inside and line.strip():
                found.append((n, line))
        return found


def unknown_commands(page: Page, root: Path = ROOT) -> Iterator[str]:
    """Refuse commands that are neither a target of the Makefile nor a verb of course_tools."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, flags=re.MULTILINE))
    for found in re.finditer(r"(?:`|^)make ([a-z-]+)", page.text, flags=re.MULTILINE):
        if found[1] not in targets:
            yield page.says(page.line_of(found.start()), f"there is no `make {found[1]}`")
    for found in re.finditer(r"-m course_tools ([a-z-]+)", page.text):
        if found[1] not in VERBS:
            line = page.line_of(found.start())
            yield page.says(line, f"course_tools has no command `{found[1]}`")


def broken_links(page: Page) -> Iterator[str]:
    """Refuse links to files that are not there, and to headings that are not in them."""
    for found in re.finditer(r"\]\((?!https?://)([^)\s]+)\)", page.text):
        line = page.line_of(found.start())
        name, _, anchor = unquote(found[1]).partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        if target != page.path and not target.exists():
            yield page.says(line, f"the link to {found[1]} leads nowhere")
        elif anchor and anchor not in anchors_in(target, page):
            yield page.says(line, f"{target.name} has no heading for #{anchor}")


def anchors_in(target: Path, page: Page) -> set[str]:
    """Return what can stand behind # in a link from a page to a file."""
    if target.suffix == ".ipynb":
        return anchors_of(Notebook.read(target).nb)
    if target == page.path:
        return page.anchors
    return Page(target, target.read_text(encoding="utf-8")).anchors
