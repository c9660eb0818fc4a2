"""Write the decks of a built site, and what they need, into it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

from course_tools.files import ROOT, show
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import number_of
from course_tools.site import inventory
from course_tools.site.build import (
    BUILT,
    build_if_needed,
    fetch,
    fingerprint,
    only_one,
    refuse,
    step,
)
from course_tools.site.check import problems
from course_tools.site.pages import Page, Site, site_of
from course_tools.site.policy import INLINE, POLICY
from course_tools.site.settings import HERE, read_settings
from course_tools.site.slides import check
from course_tools.site.slides.choosing import slides_of
from course_tools.site.slides.cutting import cells_of
from course_tools.site.slides.speaking import Notes, notes_on
from course_tools.site.slides.writing import OWN, deck, section, text_of

FOLDER = "slides"
"""Where decks stand in the site."""

DRAFT = ".slides"
"""Where they stand until they are whole: as deep in the site, so that links lead to the same."""

STAMP = ".stamp"
"""The file beside the decks that says of which sources they were made."""

REVEAL = HERE / "node_modules" / "reveal.js" / "dist"
"""What turns sections of a page into slides, as npm fetches it."""

ASSETS = ("slides.css", "slides.js", "notes.css", "notes.js")
REFERENCE_PAGES = range(90, 100)


def make(*, if_needed: bool) -> Path:
    """Make the decks of the site, which is built before if it has to be; return their list.

    Parameters
    ----------
    if_needed : bool
        Whether decks stay that are whole, and of today's sources.
    """
    build_if_needed(lite=(BUILT / "lite").is_dir())
    with only_one():
        if not if_needed or any(missing()):
            said = fingerprint()
            fetch(REVEAL.parent)
            site = site_of(read_settings())
            with step("Cutting the slides"):
                cut(BUILT, site, read_settings().title)
            with step("Checking the decks"):
                refuse(list(faults(BUILT, site)))
            inventory.write(BUILT / DRAFT)
            (BUILT / DRAFT / STAMP).write_text(said, encoding="utf-8")
            put_in_place(BUILT)
    return BUILT / FOLDER / "index.html"


def missing() -> Iterator[str]:
    """Say why the decks have to be made: a sentence for each reason."""
    stamp = BUILT / FOLDER / STAMP
    if not stamp.is_file():
        yield f"There are no slides in {show(BUILT / FOLDER)}."
        return
    if stamp.read_text(encoding="utf-8") != fingerprint():
        yield f"The slides in {show(BUILT / FOLDER)} are older than what they are made of."
    yield from (f"{FOLDER}/{each}" for each in inventory.problems(BUILT / FOLDER))


def cut(folder: Path, site: Site, course: str, root: Path = ROOT) -> list[Path]:
    """Write a deck for each lesson beside a built site's pages, as a draft; return where.

    Parameters
    ----------
    folder : Path
        Where the site stands.
    site : Site
        Its pages.
    course : str
        What the course is called.
    root : Path
        The folder of the project.
    """
    target = folder / DRAFT
    shutil.rmtree(target, ignore_errors=True)
    copy_assets(target / "assets")
    decks = {}
    for page in lessons_in(site):
        path = target / f"{Path(page.source).stem}.html"
        title, slides = slides_of_page(page, folder, root)
        path.write_text(deck(folder / f"{page.name}.html", slides, title, course), encoding="utf-8")
        decks[path] = (title, len(slides))
    for name, listed in (("index", list_of(decks)), ("notes", "")):
        (target / f"{name}.html").write_text(filled(name, course, listed), encoding="utf-8")
    return list(decks)


def faults(folder: Path, site: Site) -> Iterator[str]:
    """Say what is wrong with the decks of a site: as pages, and as decks."""
    found = problems(folder, with_repository=bool(site.repository))
    yield from (each for each in found if each.startswith(DRAFT))
    for page in lessons_in(site):
        yield from check.problems(folder / f"{page.name}.html", folder / DRAFT)


def put_in_place(folder: Path) -> None:
    """Put whole decks where the old ones stood."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    (folder / DRAFT).replace(folder / FOLDER)


def lessons_in(site: Site) -> Iterator[Page]:
    """Give the pages of lessons."""
    for page in site.of("course"):
        number = number_of(Path(page.source))
        if number and number not in REFERENCE_PAGES:
            yield page


def slides_of_page(page: Page, folder: Path, root: Path) -> tuple[str, list[str]]:
    """Return the title and the slides of a lesson."""
    names = list(Notebook.read(root / page.source).by_id)
    cells = cells_of(folder / f"{page.name}.html", names)
    notes = Notes(folder / "instructors" / f"{Path(page.source).stem}.html")
    slides = [section(each, notes_on(each, notes, cells)) for each in slides_of(cells)]
    return text_of(cells[0].section), slides


def copy_assets(folder: Path) -> None:
    """Copy what every deck loads."""
    folder.mkdir(parents=True)
    for name in ("reveal.js", "reveal.css"):
        shutil.copyfile(REVEAL / name, folder / name)
    for name in ASSETS:
        shutil.copyfile(OWN / name, folder / name)


def list_of(decks: dict[Path, tuple[str, int]]) -> str:
    """Return the list of decks, as HTML."""
    return "\n".join(
        f'<li><a href="{path.name}">{escape(title)}</a> <span>{count} slides</span></li>'
        for path, (title, count) in decks.items()
    )


def filled(name: str, course: str, listed: str) -> str:
    """Return a page that stands beside the decks."""
    template = Template((OWN / f"{name}.html").read_text(encoding="utf-8"))
    policy = escape(POLICY.replace(f" {INLINE}", ""))
    return template.substitute(policy=policy, course=escape(course), decks=listed)
