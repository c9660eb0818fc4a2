"""Read a finished page: its anchors, links, pictures, and what it loads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

NOT_READ = {"script", "style", "code", "pre", "annotation", "svg"}
"""Elements whose text is no prose."""

LOADED_BY_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest"}
ATTRIBUTES_THAT_LOAD = ("src", "srcset", "poster", "data")


@dataclass
class Html:
    """What a page holds.

    Attributes
    ----------
    name : str
        Its address in the site, with its ending.
    anchors : list of str
        All ids.
    links : list of str
        Where its links lead.
    loaded : list of str
        What the browser fetches for it.
    undescribed : list of str
        Pictures without words.
    policy : str
        What it may load, as it says itself.
    headings : int
        How many headings of the first level it has.
    prose : str
        What is read in it, without code and formulas.
    classes : set of str
        The classes of its elements.
    """

    name: str
    anchors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    undescribed: list[str] = field(default_factory=list)
    policy: str = ""
    headings: int = 0
    prose: str = ""
    classes: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """Reads a page."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.page = Html(name)
        self._words: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says."""
        given = {name: value or "" for name, value in attrs}
        if tag in NOT_READ:
            self._inside.append(tag)
        self.page.anchors += [given["id"]] if given.get("id") else []
        self.page.classes.update(given.get("class", "").split())
        self.page.headings += tag == "h1"
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        if tag == "img" and not given.get("alt", "").strip():
            self.page.undescribed.append(given.get("src", ""))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.page.policy = given.get("content", "")
        self.page.loaded += loaded_by(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of what is no prose."""
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """Note prose, and what style sheets in the page load."""
        if not self._inside:
            self._words.append(data)
        elif self._inside[-1] == "style":
            self.page.loaded += loaded_by_css(data)

    def read(self, text: str) -> Html:
        """Read a page's text."""
        self.feed(text)
        self.close()
        self.page.prose = " ".join(self._words)
        return self.page


def loaded_by(tag: str, given: dict[str, str]) -> list[str]:
    """Return what a browser fetches for an element."""
    found = [given[name] for name in ATTRIBUTES_THAT_LOAD if given.get(name)]
    if tag == "link" and LOADING_LINKS & set(given.get("rel", "").split()):
        found.append(given.get("href", ""))
    return found + loaded_by_css(given.get("style", ""))


def loaded_by_css(text: str) -> list[str]:
    """Return what a style sheet loads."""
    return [first or second for first, second in LOADED_BY_CSS.findall(text)]


def read_page(path: Path, folder: Path) -> Html:
    """Read a page of a built site."""
    return Reader(path.relative_to(folder).as_posix()).read(path.read_text(encoding="utf-8"))
