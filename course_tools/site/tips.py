"""Terms: the first in a page leads to the glossary, and tells what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]

from course_tools.files import ROOT
from course_tools.rules.terms import GLOSSARY, Finder, Term, read_glossary, read_notes
from course_tools.site.pages import Page

NO_TERM_INSIDE = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.math)
"""Where no term is marked: in headings, links, code and formulas."""

WITHOUT = ("notebooks/00_start_here.ipynb", f"notebooks/{GLOSSARY}", "_ten_questions.ipynb")
"""How the files end in which no term is marked: the ten questions are asked without any."""


@cache
def glossary() -> dict[str, Term]:
    """Return the terms that are words, by their names."""
    found = read_glossary(ROOT / "notebooks" / GLOSSARY)
    return {term.name: term for term in found if term.kind == "word"}


@cache
def finder() -> Finder:
    """Return what finds them."""
    return Finder(list(glossary().values()), read_notes())


def anchor_of(name: str) -> str:
    """Return the anchor of a term in the glossary: "learning rate" becomes "term-learning-rate"."""
    return "term-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def plain(meaning: str) -> str:
    """Return what the glossary says of a term, without its signs for bold, code and links."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", meaning)
    return re.sub(r"[`*]", "", text)


def mark_terms(document: Any, page: Page, lead: str) -> None:
    """Lead the first of each term in a page to the glossary.

    Parameters
    ----------
    document : docutils.nodes.document
        The page. It is changed.
    page : Page
        Which one.
    lead : str
        The glossary's page, as this page writes it.
    """
    if page.source.endswith(WITHOUT) or not lead:
        return
    seen: set[str] = set()
    for text in list(document.findall(nodes.Text)):
        if may_hold_terms(text):
            pieces = list(pieces_of(text, seen, lead))
            if len(pieces) > 1:
                text.parent.replace(text, pieces)


def may_hold_terms(text: Any) -> bool:
    """Whether terms are marked in a piece of text: it is prose."""
    above, inside = text.parent, False
    while above is not None:
        if isinstance(above, NO_TERM_INSIDE) or not isinstance(above, nodes.Element):
            return False
        inside = inside or isinstance(above, nodes.paragraph)
        above = above.parent
    return inside


def pieces_of(text: Any, seen: set[str], lead: str) -> Iterator[Any]:
    """Cut a text at the terms in it that this page has not had, and make these links."""
    said, done = text.astext(), 0
    for start, end, name in finder().words_in(said):
        if name not in seen:
            seen.add(name)
            yield nodes.Text(said[done:start])
            yield link_to(name, said[start:end], lead)
            done = end
    yield nodes.Text(said[done:])


def link_to(name: str, said: str, lead: str) -> Any:
    """Return a link to a term."""
    return TermLink(
        said, said, href=f"{lead}#{anchor_of(name)}", tip=plain(glossary()[name].meaning)
    )


class TermLink(nodes.TextElement, nodes.Inline):  # type: ignore[misc]
    """A term that leads to the glossary, and tells what it means."""


def visit_term(self: Any, node: TermLink) -> None:
    """Open it."""
    self.body.append(
        self.starttag(node, "a", "", CLASS="term", href=node["href"], **{"data-tip": node["tip"]})
    )


def depart_term(self: Any, node: TermLink) -> None:
    """Close it."""
    self.body.append("</a>")


def anchor_rows(document: Any) -> None:
    """Give each row of the glossary an anchor."""
    for row in document.findall(nodes.row):
        name = row[0].astext().strip()
        if name in glossary():
            row[0]["ids"].append(anchor_of(name))
