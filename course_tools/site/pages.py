"""Which pages the site has, in which part and order, and where a link leads in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from course_tools.files import ROOT
from course_tools.notebooks.course import (
    exercise_of,
    lessons,
    number_of,
    solution_of,
)
from course_tools.notebooks.twice import AFTER, BEFORE
from course_tools.site.settings import Settings
from lessons_lib.overview import lessons as described

Part = Literal["course", "reference", "exercises", "solutions", "instructors"]

START = "notebooks/00_start_here.ipynb"
"""The file that is the site's first page."""

FIRST_OF_PART = {
    "exercises": "exercises/README.md",
    "solutions": "solutions/README.md",
    "instructors": "instructors/README.md",
}
"""The file with which a part begins. Those of the first two are written for the site alone."""


@dataclass(frozen=True)
class Page:
    """A page of the site.

    Parameters
    ----------
    source : str
        Its file, seen from the project's folder: "notebooks/04_valleys.ipynb".
    part : str
        The part of the site to which it belongs.
    """

    source: str
    part: Part

    @property
    def name(self) -> str:
        """Its address in the site, without the ending."""
        if self.source == START:
            return "index"
        folder, file = posixpath.split(posixpath.splitext(self.source)[0])
        return posixpath.join(folder, "index" if file == "README" else file)

    @property
    def is_notebook(self) -> bool:
        """Whether it shows a notebook."""
        return self.source.endswith(".ipynb")


@dataclass(frozen=True)
class Site:
    """All pages.

    Parameters
    ----------
    pages : sequence of Page
        In the order in which they are read.
    repository, branch : str
        Where the files of the project are public that are no pages, or nothing.
    """

    pages: Sequence[Page]
    repository: str = ""
    branch: str = "main"

    @cached_property
    def by_source(self) -> dict[str, Page]:
        """The pages by their files."""
        return {page.source: page for page in self.pages}

    @cached_property
    def by_name(self) -> dict[str, Page]:
        """The pages by their addresses."""
        return {page.name: page for page in self.pages}

    @cached_property
    def notebooks(self) -> list[str]:
        """The files of the notebooks."""
        return [page.source for page in self.pages if page.is_notebook]

    def of(self, part: Part) -> list[Page]:
        """Return the pages of a part, in order."""
        return [page for page in self.pages if page.part == part]

    def lead(self, target: str, source: str) -> str:
        """Return where a link leads in the site.

        Parameters
        ----------
        target : str
            As it is written, such as "04_valleys.ipynb#What-it-costs", or with a stroke before it,
            from the project's folder: "/notebooks/04_valleys.ipynb".
        source : str
            The file in which it is written, seen from the project's folder.

        Returns
        -------
        str
            As the page of that file has to write it. Nothing, if it leads to what is not public.
        """
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not parts.path:
            return target
        path = posixpath.join("/", posixpath.dirname(source), unquote(parts.path))
        path = posixpath.normpath(path).lstrip("/")
        page = self.by_source.get(path)
        if page is None:
            return self._public(path)
        folder = posixpath.dirname(self.by_source[source].name)
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        return posixpath.relpath(f"{page.name}.html", folder or ".") + anchor

    def _public(self, path: str) -> str:
        """Return where a file of the project is public that is no page of the site."""
        if not self.repository or path.split("/")[0] in FIRST_OF_PART or "notebooks/" in path:
            return ""
        return f"{self.repository}/blob/{self.branch}/{path}"


def site_of(settings: Settings, root: Path = ROOT) -> Site:
    """Return the pages of the site that a group has chosen."""
    return Site(list(chosen_pages(settings, root)), settings.repository, settings.branch)


def chosen_pages(settings: Settings, root: Path) -> Iterator[Page]:
    """Give the pages, in the order in which they are read."""
    chosen = [each for each in lessons(root / "notebooks") if settings.takes(number_of(each))]
    for source in course_order(chosen):
        yield Page(source, "course")
    for path in sorted((root / "notebooks").glob("9[01]_*.ipynb")):
        yield Page(f"notebooks/{path.name}", "reference")
    yield Page(FIRST_OF_PART["exercises"], "exercises")
    yield from companions([exercise_of(each, root) for each in chosen], "exercises", root)
    yield Page(FIRST_OF_PART["solutions"], "solutions")
    yield from companions([solution_of(each, root) for each in chosen], "solutions", root)
    yield Page(FIRST_OF_PART["instructors"], "instructors")
    notes = [root / "instructors" / f"{each.stem}.md" for each in chosen]
    yield from companions([*notes, root / "docs" / "marking.md"], "instructors", root)


def companions(paths: Sequence[Path], part: Part, root: Path) -> Iterator[Page]:
    """Give the pages of those of these files that there are."""
    for path in paths:
        if path.exists():
            yield Page(path.relative_to(root).as_posix(), part)


def course_order(chosen: Sequence[Path]) -> list[str]:
    """Return the files of the course in order: the ten questions stand before and after it."""
    optional = {lesson.slug for lesson in described() if lesson.optional}
    first = [path.name for path in chosen if path.stem not in optional]
    rest = [path.name for path in chosen if path.stem in optional]
    return [START, *(f"notebooks/{name}" for name in [BEFORE, *first, AFTER, *rest])]
