"""A page of the site, cut at its cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

ARTICLE = re.compile(r"<article.*</article>", re.DOTALL)
HEADINGS = ("h1", "h2", "h3")
WRAPPERS = {"term", "image-reference"}
"""Links around what a slide shows without them."""

ON_A_PAGE_ALONE = ("id", "loading", "title", "data-tip")
"""Attributes that mean nothing on a slide, or would stand in a deck twice."""


@dataclass
class Cell:
    """What a page shows of a cell.

    Parameters
    ----------
    name : str
        The cell's id.
    section : str
        The heading below which it stands, as HTML.
    blocks : list of Tag
        Its paragraphs, lists, formulas and folds, or the one box of a cell with code.
    """

    name: str
    section: str
    blocks: list[Tag] = field(default_factory=list)

    @property
    def opens_section(self) -> bool:
        """Whether it begins with a heading."""
        return bool(self.blocks) and self.blocks[0].name in HEADINGS

    @property
    def said(self) -> list[Tag]:
        """What it says, without its heading and without what is folded."""
        return [block for block in self.blocks if block.name not in (*HEADINGS, "details")]

    @cached_property
    def printed(self) -> str:
        """What its code prints."""
        streams = self._all("div", class_="stream")
        return "\n".join(each.get_text().strip("\n").rstrip() for each in streams)

    @cached_property
    def code(self) -> Tag | None:
        """Its code, in colours."""
        found = self._all("div", class_="cell_input")
        return found[0].pre if found else None

    @cached_property
    def figure(self) -> Tag | None:
        """The picture that it shows, unless it is that of an explorer."""
        found = self._all("img")
        return found[0] if found and self.live is None else None

    @cached_property
    def live(self) -> Tag | None:
        """The place of its explorer."""
        return self._part("data-live")

    @cached_property
    def asked(self) -> Tag | None:
        """The place of its question's buttons."""
        return self._part("data-prediction")

    def folded(self, summary: str) -> list[Tag]:
        """Return what is folded in it below a summary."""
        for fold in self.blocks:
            if fold.name == "details" and fold.summary and fold.summary.get_text() == summary:
                return [each for each in fold.find_all(recursive=False) if each.name != "summary"]
        return []

    def _part(self, attribute: str) -> Tag | None:
        found = self._all("div", attrs={attribute: True})
        return found[0] if found else None

    def _all(self, *wanted: Any, **more: Any) -> list[Tag]:
        return [each for block in self.blocks for each in block.find_all(*wanted, **more)]


def cells_of(page: Path, names: Collection[str]) -> list[Cell]:
    """Take a built page apart.

    Parameters
    ----------
    page : Path
        The page of a lesson.
    names : collection of str
        The ids of the lesson's cells.

    Returns
    -------
    list of Cell
        Those that the page shows, in order. Links in them lead from a folder beside the page's.
    """
    article = article_of(page)
    cells: list[Cell] = []
    section = ""
    for name, block in blocks_in(article, names):
        clean(block, page.parent.name)
        if block.name in HEADINGS:
            section = block.decode_contents()
        if name or not cells:
            cells.append(Cell(name, section))
        cells[-1].blocks.append(block)
    return [cell for cell in cells if cell.name]


def article_of(page: Path) -> Tag:
    """Return what a page is about, without all that stands around it."""
    found = ARTICLE.search(page.read_text(encoding="utf-8"))
    article = BeautifulSoup(found[0], "html.parser").article if found else None
    if article is None:
        raise ValueError(f"{page} has no <article>: it is no page of the site.")
    return article


def blocks_in(parent: Tag, names: Collection[str]) -> Iterator[tuple[str, Tag]]:
    """Give the blocks of a page in order; each that begins a cell with the cell's id."""
    begins = ""
    for child in parent.find_all(recursive=False):
        begins = name_of(child, names) or begins
        if child.name == "section":
            yield from blocks_in(child, names)
            continue
        for block in apart(child) if child.name == "p" else [child]:
            if block.get_text(strip=True) or block.find("img"):
                yield begins, block
                begins = ""


def apart(paragraph: Tag) -> Iterator[Tag]:
    """Give the text of a paragraph and its formulas of their own line one after the other."""
    text = new_paragraph()
    for child in list(paragraph.children):
        if isinstance(child, Tag) and child.name == "div":
            yield text
            yield child
            text = new_paragraph()
        else:
            text.append(child)
    yield text


def new_paragraph() -> Tag:
    """Return a paragraph without words."""
    paragraph = BeautifulSoup("<p></p>", "html.parser").p
    assert paragraph is not None
    return paragraph


def name_of(block: Tag, names: Collection[str]) -> str:
    """Return the id of the cell that a block begins, if it begins one."""
    if block.name == "section":
        return ""
    ids = [str(block.get("id", "")), *(str(each["id"]) for each in block.find_all(id=True))]
    return next((each for each in ids if each in names), "")


def clean(block: Tag, folder: str) -> None:
    """Leave out what only a page needs, and lead links from a folder beside the page's."""
    for link in block.find_all("a"):
        classes = set(link.get_attribute_list("class"))
        if "headerlink" in classes:
            link.decompose()
        elif WRAPPERS & classes:
            link.unwrap()
    for each in [block, *block.find_all(True)]:
        for attribute in ON_A_PAGE_ALONE:
            each.attrs.pop(attribute, None)
        if each.name == "a" and each.get("href"):
            each["href"] = led(str(each["href"]), folder)
            each["target"] = "_blank"  # whoever presents keeps the deck


def led(link: str, folder: str) -> str:
    """Return a link of a page as a page in another folder beside it has to write it."""
    parts = urlsplit(link)
    outside = parts.scheme or parts.netloc or link.startswith("../")
    return link if outside else f"../{folder}/{link}"


def inside(block: Tag) -> str:
    """Return what stands in a block, as HTML."""
    return block.decode_contents().strip()


def readable(block: Tag) -> str:
    """Return a block's text as it is seen: formulas are in it twice, once for those who listen."""
    block = copy(block)
    for twice in block.find_all(class_="katex-mathml"):
        twice.decompose()
    return block.get_text()
