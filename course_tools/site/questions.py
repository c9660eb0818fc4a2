"""The questions for pages without a kernel: the same words, with links that lead to pages."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

from course_tools.files import ROOT
from course_tools.notebooks.questions import as_html
from course_tools.site.pages import Site, site_of
from course_tools.site.settings import read_settings
from lessons_lib.predictions.buttons import begin, compared, says_of
from lessons_lib.predictions.changes import COLUMNS, Answered
from lessons_lib.predictions.stored import Question, questions
from lessons_lib.predictions.twice import Twice, asked_twice, sheets
from lessons_lib.predictions.widget import SAYS

READ_ON = "You chose {}. Read on, and see."
"""In place of "Run the cells below": a page shows what they gave."""

NOTHING = "Open the answers above: then it says here what has changed."


def every_question() -> dict[str, Any]:
    """Return the questions of the lessons as `site/page/predictions.js` takes them."""
    site = site_of(read_settings())
    says = {**SAYS, "chosen": READ_ON, "stands": READ_ON}
    return {"says": says, "asked": {each.key: asked_on_page(each, site) for each in questions()}}


def asked_on_page(question: Question, site: Site) -> dict[str, Any]:
    """Return a question's choices and beliefs, as HTML, and what it is called in a vote."""
    found = (ROOT / "notebooks").glob(f"{question.lesson:02}_*.ipynb")
    source = f"notebooks/{next(found).name}"
    parts = {"choices": question.choices, "beliefs": question.beliefs}
    html = {
        part: {letter: led(text, site, source) for letter, text in texts.items()}
        for part, texts in parts.items()
    }
    return {**html, "key": question.ballot}


def ten_questions() -> dict[str, Any]:
    """Return the ten questions, and the words about what has changed."""
    site = site_of(read_settings())
    every = {each.name: twice_on_page(each, site) for each in asked_twice()}
    return {"head": COLUMNS, "nothing": NOTHING, "questions": every}


def twice_on_page(asked: Twice, site: Site) -> dict[str, Any]:
    """Return one of the ten questions, with all that is said about it, as HTML."""
    source = f"notebooks/{sheets()[1].slug}.ipynb"
    letters, formerly = list(asked.choices), ["", *asked.choices]
    rows = {former: Answered(asked, former, asked.right).cells for former in formerly}
    later = {now: Answered(asked, "", now).cells for now in letters}
    return {
        "name": asked.name,
        "choices": asked.choices,
        "says": {
            "before": says_of(asked, "before", opened=False),
            "late": says_of(asked, "before", opened=True),
            "after": says_of(asked, "after", opened=False),
        },
        "told": {
            former: {now: led(compared(asked, former, now), site, source) for now in letters}
            for former in formerly
        },
        "answer": led(begin("The answer:", asked.answer), site, source),
        "before": {former: cells[1] for former, cells in rows.items()},
        "after": {now: cells[2] for now, cells in later.items()},
        "row": [led(in_line(cell), site, source) for cell in rows[""]],
    }


def in_line(text: str) -> str:
    """Return a line of Markdown as HTML, without a paragraph around it."""
    return as_html({"": text})[""].removeprefix("<p>").removesuffix("</p>")


def led(html: str, site: Site, source: str) -> str:
    """Return HTML of a notebook with links that lead to pages; what has no page is no link."""
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.find_all("a", href=True):
        lead = site.lead(str(link["href"]), source)
        if lead:
            link["href"] = lead
        else:
            link.unwrap()
    return str(soup)
