"""What a built site has to keep: whole links, nothing from elsewhere, words, and a small weight.

The rules look at a whole folder of pages, as it will be published. The part for JupyterLab, which
its own tests hold, is left out.
"""

from __future__ import annotations

import gzip
import posixpath
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from course_tools.rules.registry import Rules
from course_tools.site.html import Html, loaded_by_css, read_page
from course_tools.site.settings import HERE

HOSTS = HERE / "hosts.toml"
HEAVIEST = 250_000
"""Bytes over the wire that a page may need until it can be read, without its pictures."""

APART = ("_static/live/", "_images/", "searchindex.js")
"""What is counted apart: explorers, pictures, and the index that only the search page loads."""

RAW = re.compile(r"(?:\$|\\\(|\\\[|\\begin\{)[^\n]{0,40}")
FONT_RULE = re.compile(r"([^{}]+)\{[^{}]*KaTeX_(\w+)[^{}]*\}")
FACE = re.compile(r"@font-face\{[^}]*KaTeX_(\w+)[^}]*url\(([^)]+)\)")
MUST_SAY = ("default-src 'none'", "script-src 'self'")


@dataclass(frozen=True)
class Built:
    """A site that has been built.

    Parameters
    ----------
    folder : Path
        Where it stands.
    hosts : frozenset of str
        The other places to which pages lead.
    allowed : frozenset of str
        More places to which they may lead.
    """

    folder: Path
    hosts: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()

    @cached_property
    def pages(self) -> dict[str, Html]:
        """Every page by its address."""
        paths = sorted(self.folder.rglob("*.html"))
        found = [read_page(each, self.folder) for each in paths if self._is_ours(each)]
        return {page.name: page for page in found}

    def _is_ours(self, path: Path) -> bool:
        """Whether a page is one that Sphinx has written."""
        return path.relative_to(self.folder).parts[0] not in ("lite", "_static")

    @cached_property
    def style_sheets(self) -> dict[str, str]:
        """Every style sheet by its address."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted((self.folder / "_static").rglob("*.css"))
        }

    @cached_property
    def _weights(self) -> dict[str, int]:
        return {}

    def weight(self, name: str) -> int:
        """Return how many bytes of a file go over the wire."""
        if name not in self._weights:
            content = (self.folder / name).read_bytes()
            packed = content if name.endswith(".woff2") else gzip.compress(content, mtime=0)
            self._weights[name] = len(packed)
        return self._weights[name]


RULES: Rules[Built] = Rules()
"""Those below, in their order."""


def problems(folder: Path, *, with_repository: bool) -> list[str]:
    """Hold a built site against the rules, and return a sentence for each problem."""
    listed = tomllib.loads(HOSTS.read_text(encoding="utf-8"))
    more = listed["with_repository"] if with_repository else []
    return RULES.problems(Built(folder, frozenset(listed["always"]), frozenset(more)))


def place_of(link: str, page: str) -> tuple[str, str]:
    """Return the file and the anchor to which a link of a page leads, in the site's folder."""
    parts = urlsplit(link)
    path = posixpath.join(posixpath.dirname(page), unquote(parts.path)) if parts.path else page
    return posixpath.normpath(path), unquote(parts.fragment)


def is_foreign(address: str) -> bool:
    """Whether an address is one of another place."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data", "blob")


@RULES.add
def links(built: Built) -> Iterator[str]:
    """Refuse a link inside the site that leads nowhere, or to an anchor that is not there."""
    anchors = {name: set(page.anchors) for name, page in built.pages.items()}
    for name, page in built.pages.items():
        for link in dict.fromkeys(page.links):
            if is_foreign(link):
                continue
            target, anchor = place_of(link, name)
            if target.split("/")[0] == "lite":
                continue
            if not (built.folder / target).is_file():
                yield f"{name}: the link to {link!r} leads nowhere."
            elif anchor and anchor not in anchors.get(target, set()):
                yield f"{name}: {target} has no anchor {anchor!r}, to which a link leads."


@RULES.add
def anchors(built: Built) -> Iterator[str]:
    """Refuse an anchor that a page has twice."""
    for name, page in built.pages.items():
        for anchor, times in Counter(page.anchors).items():
            if times > 1:
                yield f"{name}: the anchor {anchor!r} stands {times} times. Tell them apart."


@RULES.add
def hosts(built: Built) -> Iterator[str]:
    """Refuse a link to a place that is not listed, and a listed place to which no page leads."""
    seen: set[str] = set()
    for name, page in built.pages.items():
        for link in filter(is_foreign, dict.fromkeys(page.links)):
            host = urlsplit(link).netloc
            seen.add(host)
            if host not in built.hosts | built.allowed:
                yield f"{name}: it leads to {link!r}. List {host!r} in site/hosts.toml."
    for host in sorted(built.hosts - seen):
        yield f"site/hosts.toml: no page leads to {host!r}. Take it out."


@RULES.add
def foreign(built: Built) -> Iterator[str]:
    """Refuse a page or a style sheet that loads something from elsewhere."""
    for name, page in built.pages.items():
        for address in filter(is_foreign, page.loaded):
            yield f"{name}: it loads {address!r}. A page loads nothing from elsewhere."
    for name, text in built.style_sheets.items():
        for address in filter(is_foreign, loaded_by_css(text)):
            yield f"{name}: it loads {address!r}. A style sheet loads nothing from elsewhere."


@RULES.add
def loaded(built: Built) -> Iterator[str]:
    """Refuse a page or a style sheet that loads a file which is not there."""
    wanted = [(name, each) for name, page in built.pages.items() for each in page.loaded]
    wanted += [
        (name, each) for name, css in built.style_sheets.items() for each in loaded_by_css(css)
    ]
    for name, address in dict.fromkeys(wanted):
        if is_foreign(address) or address.startswith(("data:", "#")):
            continue
        if not (built.folder / place_of(address, name)[0]).is_file():
            yield f"{name}: it loads {address!r}, which is not there."


@RULES.add
def policy(built: Built) -> Iterator[str]:
    """Refuse a page that does not say what it may load, or allows what is not its own."""
    for name, page in built.pages.items():
        missing = [each for each in MUST_SAY if each not in page.policy]
        if missing:
            yield f"{name}: its Content-Security-Policy does not say {missing[0]!r}."
        elif re.search(r"https?:|\*|'unsafe-eval'", page.policy):
            yield f"{name}: its Content-Security-Policy allows foreign things: {page.policy!r}."


@RULES.add
def words(built: Built) -> Iterator[str]:
    """Refuse a picture without words."""
    for name, page in built.pages.items():
        for source in page.undescribed:
            yield f"{name}: the picture {source!r} has no words: alt is empty."


@RULES.add
def formulas(built: Built) -> Iterator[str]:
    """Refuse a formula that was not written."""
    for name, page in built.pages.items():
        if found := RAW.search(page.prose):
            yield f"{name}: a formula stands there as it is typed: {found[0]!r}."


@RULES.add
def headings(built: Built) -> Iterator[str]:
    """Refuse a page that has not one heading of the first level."""
    for name, page in built.pages.items():
        if page.headings != 1:
            yield f"{name}: it has {page.headings} headings of the first level. Give it one."


@RULES.add
def weight(built: Built) -> Iterator[str]:
    """Refuse a page that weighs too much."""
    for name in built.pages:
        total = sum(weights(built, name).values())
        if total > HEAVIEST:
            heaviest = max(weights(built, name).items(), key=lambda each: each[1])
            yield (
                f"{name}: it weighs {total / 1000:.0f} kB over the wire, without its pictures and "
                f"explorers; {HEAVIEST // 1000} are allowed. Most weighs {heaviest[0]}, "
                f"{heaviest[1] / 1000:.0f} kB."
            )


def weights(built: Built, name: str) -> dict[str, int]:
    """Return the bytes over the wire of all that a page needs until it can be read."""
    page = built.pages[name]
    own = [place_of(each, name)[0] for each in page.loaded if not is_foreign(each)]
    files = [name, *own]
    for css in own:
        files += fonts_of(built, css, page)
    return {
        file: built.weight(file)
        for file in files
        if not file.startswith(APART) and (built.folder / file).is_file()
    }


def fonts_of(built: Built, css: str, page: Html) -> list[str]:
    """Return the letters of formulas that a page needs, out of a style sheet."""
    text = built.style_sheets.get(css, "")
    if "KaTeX" not in text or "katex" not in page.classes:
        return []
    families = {family for used, family in families_in(text) if used in page.classes}
    return [place_of(url, css)[0] for family, url in faces_in(text) if family in families]


@cache
def families_in(css: str) -> list[tuple[str, str]]:
    """Return which class is written in which letters."""
    found = []
    for selectors, family in FONT_RULE.findall(css):
        for selector in selectors.split(","):
            names = re.findall(r"\.([\w-]+)", selector)
            found += [(names[-1], family)] if names else []
    return found


@cache
def faces_in(css: str) -> list[tuple[str, str]]:
    """Return the plain form of each kind of letters, and its file."""
    return [
        (family, url)
        for family, url in FACE.findall(css)
        if url.endswith(("-Regular.woff2", "Math-Italic.woff2"))
    ]
