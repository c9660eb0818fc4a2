"""What a deck has to keep, beside what every page has to: enough slides, all questions, notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from course_tools.rules.registry import Rules
from course_tools.site.slides.choosing import FEWEST, MOST
from course_tools.site.slides.cutting import HEADINGS, article_of

PARTS = ("data-prediction", "data-live")
"""The places of a page to which its script gives life."""


@dataclass(frozen=True)
class BuiltDeck:
    """A deck, and the page from which it was cut.

    Parameters
    ----------
    page, folder : Path
        The page of the lesson, and the folder of the decks.
    """

    page: Path
    folder: Path

    @cached_property
    def slides(self) -> list[Tag]:
        """The slides."""
        path = self.folder / self.page.name
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return BeautifulSoup(text, "html.parser").select(".slides > section")

    def says(self, found: str) -> str:
        """Begin a sentence with the deck."""
        return f"{self.folder.name}/{self.page.name}: {found}"


RULES: Rules[BuiltDeck] = Rules()
"""Those below, in their order."""


def problems(page: Path, folder: Path) -> list[str]:
    """Hold the deck of a page against the rules, and return a sentence for each problem."""
    return RULES.problems(BuiltDeck(page, folder))


@RULES.add
def count(deck: BuiltDeck) -> Iterator[str]:
    """Refuse a deck of too few slides, or too many."""
    if not FEWEST <= len(deck.slides) <= MOST:
        said = f"it has {len(deck.slides)} slides; {FEWEST} to {MOST} are allowed."
        yield deck.says(f"{said} Give the lesson more figures and formulas, or fewer questions.")


@RULES.add
def parts(deck: BuiltDeck) -> Iterator[str]:
    """Refuse a deck that lacks a question or an explorer of its lesson, or has one twice."""
    article = article_of(deck.page)
    for part in PARTS:
        shown = Counter(str(each[part]) for slide in deck.slides for each in in_it(slide, part))
        for each in in_it(article, part):
            if shown[str(each[part])] != 1:
                times = shown[str(each[part])]
                yield deck.says(f"{each[part]!r} stands on {times} slides; it needs one.")


@RULES.add
def headings(deck: BuiltDeck) -> Iterator[str]:
    """Refuse a slide that has not one heading, which screen readers and the notes name."""
    for slide in deck.slides:
        every = slide.find_all(list(HEADINGS))
        own = [each for each in every if not each.find_parent("aside")]
        if len(own) != 1 or not own[0].get_text(strip=True):
            yield deck.says(f"the slide {slide.get('id')!r} has {len(own)} headings; it needs one.")


@RULES.add
def notes(deck: BuiltDeck) -> Iterator[str]:
    """Refuse a slide on which the speaker reads nothing."""
    for slide in deck.slides:
        aside = slide.find("aside", class_="notes")
        if aside is None or not aside.get_text(strip=True):
            yield deck.says(f"the slide {slide.get('id')!r} has no notes for the speaker.")


@RULES.add
def empty(deck: BuiltDeck) -> Iterator[str]:
    """Refuse a slide that shows nothing below its heading."""
    for slide in deck.slides:
        shown = [each for each in slide.find_all(recursive=False) if each.name != "aside"][1:]
        if not any(each.get_text(strip=True) or each.find("img") for each in shown):
            yield deck.says(f"the slide {slide.get('id')!r} shows nothing below its heading.")


def in_it(place: Tag, attribute: str) -> list[Tag]:
    """Return the elements that have an attribute."""
    return [each for each in place.find_all(True) if attribute in each.attrs]
