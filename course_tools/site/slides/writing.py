"""Slides as HTML, and the deck that holds them."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from html import escape
from pathlib import Path
from string import Template

from bs4 import BeautifulSoup, Tag

from course_tools.site.policy import INLINE, POLICY
from course_tools.site.settings import HERE
from course_tools.site.slides.choosing import Kind, Slide
from course_tools.site.slides.cutting import inside
from course_tools.site.slides.shortening import TALL, sentences, shortened

OWN = HERE / "slides"
"""How decks look, and what they do."""

CHOOSE = re.compile(r"\s*Choose before you go on\.\s*")
"""Is said to whoever reads alone."""

ASKING = "Predict"
"""How headings of questions begin. What comes later below one needs another."""

QUESTION_ROOM, ANSWER_ROOM, LEADING_ROOM = 10.0, 7.0, 4.0
"""Lines of a question, whose letters are large, of what is said below numbers, and above them."""

TITLE = re.compile(r"Figure: (.*?)\. x axis")
"""In the words of a picture that has one panel, its title."""

FORMS: dict[Kind, Callable[[Slide], str]] = {}
"""What a slide of each kind shows, as HTML."""


def form(kind: Kind) -> Callable[[Callable[[Slide], str]], Callable[[Slide], str]]:
    """Say that a function writes the slides of a kind."""

    def register(write: Callable[[Slide], str]) -> Callable[[Slide], str]:
        FORMS[kind] = write
        return write

    return register


def section(slide: Slide, notes: str) -> str:
    """Return a slide with its notes."""
    return (
        f'<section id="{slide.name}" class="kind-{slide.kind}">\n{FORMS[slide.kind](slide)}\n'
        f'<aside class="notes">{notes}</aside>\n</section>'
    )


def heading(html: str) -> str:
    """Return a slide's heading."""
    return f"<h2>{html}</h2>"


def named(slide: Slide, afterwards: str) -> str:
    """Return the heading of a slide's section, or another where a question has taken it."""
    section = slide.cell.section
    return afterwards if section.startswith(ASKING) else section


def body(*parts: str) -> str:
    """Return what stands below the heading, which becomes smaller if it has to."""
    return f'<div class="body">{"".join(parts)}</div>'


# --- The kinds ------------------------------------------------------------------------------------


@form("title")
def title(slide: Slide) -> str:
    """Show the lesson, and what one will be able to do."""
    first = slide.cell.said[0]
    return f"<h1>{slide.cell.section}</h1>{body(f'<p>{inside(first)}</p>')}"


@form("question")
def question(slide: Slide) -> str:
    """Show the question of the lesson."""
    blocks = list(slide.cell.said)
    for cell in slide.others:
        blocks += cell.said if cell.code is None else tagged(as_printed(cell.printed))
    return heading(slide.cell.section) + body(*shortened(blocks, QUESTION_ROOM))


@form("prediction")
def prediction(slide: Slide) -> str:
    """Show a question to vote on, with its letters beside it."""
    (asked,) = slide.others
    *said, _ = [str(each) for each in asked.said if each.name == "p"] + [""]
    choices = [str(each) for each in asked.said if each.name == "ul"]
    place = copy(slide.cell.asked)
    assert place is not None
    place.clear()
    place.append(BeautifulSoup("".join(choices), "html.parser"))  # until there are buttons
    text = CHOOSE.sub("", "".join(said))
    return heading(asked.section) + body(f'<div class="asked">{text}</div>', str(place))


@form("answer")
def answer(slide: Slide) -> str:
    """Show what was computed, and the right letter."""
    printed = "".join(cell.printed for cell in slide.others[-1:])
    told = shortened(slide.cell.folded("The answer"), ANSWER_ROOM)
    return heading("The answer") + body(as_printed(printed), *told)


@form("figure")
def figure(slide: Slide) -> str:
    """Show a figure, as high as the slide: its title stands in it."""
    picture = slide.cell.figure
    assert picture is not None
    found = TITLE.match(str(picture["alt"]))
    title = escape(found[1]) if found else slide.cell.section
    return f'<h2 class="unseen">{title}</h2><div class="picture">{picture}</div>'


@form("explorer")
def explorer(slide: Slide) -> str:
    """Show an explorer, which says its goal itself."""
    return heading(named(slide, "Explore")) + str(slide.cell.live)


@form("statement")
def statement(slide: Slide) -> str:
    """Show a sentence to remember."""
    return heading(slide.cell.section) + body(f"<p>{slide.text}</p>")


@form("idea")
def idea(slide: Slide) -> str:
    """Show a section's formulas, with what leads to them."""
    return heading(slide.cell.section) + body(*shortened(slide.cell.said, most=TALL))


@form("table")
def table(slide: Slide) -> str:
    """Show a table, or a part of a long one."""
    return heading(slide.cell.section) + body(slide.text)


@form("code")
def code(slide: Slide) -> str:
    """Show code by hand, and what it prints."""
    source = slide.cell.code
    assert source is not None
    shown = f'<pre class="code highlight">{inside(source)}</pre>'
    return heading(slide.cell.section) + body(shown, as_printed(slide.cell.printed))


@form("printed")
def printed(slide: Slide) -> str:
    """Show a table that code has printed."""
    said = [html for cell in slide.others for html in shortened(cell.said, LEADING_ROOM)]
    return heading(named(slide, "Afterwards")) + body(*said, as_printed(slide.cell.printed))


@form("turn")
def turn(slide: Slide) -> str:
    """Show what the room does by itself."""
    return heading(slide.cell.section) + body(*(str(each) for each in slide.cell.said))


@form("summary")
def summary(slide: Slide) -> str:
    """Show the three sentences."""
    said = [each for block in slide.cell.said for each in sentences(block)]
    return heading(slide.cell.section) + body(
        f"<ol>{''.join(f'<li>{each}</li>' for each in said)}</ol>"
    )


def as_printed(text: str) -> str:
    """Return what code prints, in letters as large as its lines allow."""
    if not text:
        return ""
    wide = max(map(len, text.splitlines()))
    return f'<pre class="printed" style="--letters: {wide}">{escape(text)}</pre>'


# --- The deck -------------------------------------------------------------------------------------


def deck(page: Path, slides: list[str], title: str, course: str) -> str:
    """Return a deck.

    Parameters
    ----------
    page : Path
        The page of the lesson, whose styles and script the deck shares.
    slides : list of str
        The slides.
    title, course : str
        What lesson and course are called.
    """
    template = Template((OWN / "deck.html").read_text(encoding="utf-8"))
    return template.substitute(
        policy=escape(POLICY.replace(f" {INLINE}", "")),
        title=escape(title),
        course=escape(course),
        shared="\n".join(SHARED.findall(page.read_text(encoding="utf-8"))),
        slides="\n".join(slides),
    )


SHARED = re.compile(
    r"<link [^>]*_static/(?:page|katex|pygments)\.css[^>]*>"
    r"|<script [^>]*_static/page\.js[^>]*></script>"
)
"""By what a page loads that which its deck needs, too."""


def tagged(html: str) -> list[Tag]:
    """Return the elements of HTML."""
    return BeautifulSoup(html, "html.parser").find_all(recursive=False)


def text_of(html: str) -> str:
    """Return the text of HTML."""
    return BeautifulSoup(html, "html.parser").get_text()
