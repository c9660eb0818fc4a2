"""The questions of a lesson: their choices, and what one believes who takes each.

A question is asked in a Markdown cell predict-NAME, and answered further down in another,
answer-NAME, whose parts are folded:

    <details>
    <summary>The answer</summary>

    **b.** It becomes four times as large. ...

    </details>

    <details>
    <summary>If you chose a</summary>

    ...

    </details>

From these the buttons of the cell between them are made, by `lessons_lib.predictions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from course_tools.files import ROOT, write_changed
from course_tools.notebooks.cells import FOLDED, Notebook
from course_tools.notebooks.course import number_of, read_in_order
from lessons_lib.predictions.stored import FILE, Question, written

ASKED, ANSWERED = "predict-", "answer-"
"""How the ids of the two cells begin."""

CHOICE = re.compile(r"^- \*\*([a-z])\*\* (.+(?:\n  .+)*)$", re.MULTILINE)
HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
BELIEF = "If you chose "
RIGHT = "The answer"

FOR_ONE = (
    "Run the cell below this question, and your choices are buttons. ",
    "Choose before you go on.",
)
"""What a question's cell says to somebody who reads alone."""


def choices_in(source: str) -> dict[str, str]:
    """Return the choices of a question's cell by their letters, as Markdown."""
    return {letter: text.strip() for letter, text in CHOICE.findall(source)}


def asked_in(source: str) -> str:
    """Return what a question's cell asks, as Markdown: no heading, and none of its choices."""
    text = CHOICE.sub("", HEADING.sub("", source))
    for sentence in FOR_ONE:
        text = text.replace(sentence, "")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def folded_in(source: str) -> dict[str, str]:
    """Return the folded parts of a cell by what stands on them, as Markdown."""
    return {summary: text.strip() for summary, text in FOLDED.findall(source)}


def beliefs_in(source: str) -> dict[str, str]:
    """Return, by letter, what an answer's cell says to those who chose it."""
    parts = folded_in(source).items()
    return {name.removeprefix(BELIEF): text for name, text in parts if name.startswith(BELIEF)}


def questions_of(notebook: Notebook) -> Iterator[Question]:
    """Give the questions of a lesson that have choices and answers, in order."""
    cells = notebook.by_id
    for name, cell in cells.items():
        answer = cells.get(name.replace(ASKED, ANSWERED, 1))
        if name.startswith(ASKED) and answer is not None and beliefs_in(answer.source):
            yield Question(
                number_of(notebook.path),
                name.removeprefix(ASKED),
                as_html(choices_in(cell.source)),
                as_html(beliefs_in(answer.source)),
            )


def as_html(texts: dict[str, str]) -> dict[str, str]:
    """Return Markdown texts as HTML, by the converter that Jupyter uses for pages."""
    from nbconvert.filters import markdown2html  # late: marking reads cells, and no pages

    return {name: markdown2html(text).strip() for name, text in texts.items()}


def write_questions() -> bool:
    """Write the questions of all lessons for the library; return whether they have changed."""
    every = [
        question
        for path in read_in_order(ROOT / "notebooks")
        for question in questions_of(Notebook.read(path))
    ]
    return write_changed(FILE, written(every))
