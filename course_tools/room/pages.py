"""What the room's own pages take from elsewhere in the course: the ballot's buttons, the questions.

Nothing is written twice: the buttons are the file that Jupyter gets, and the questions those of the
lessons.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import segno
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import number_of, read_in_order
from course_tools.notebooks.questions import ASKED, as_html, asked_in
from lessons_lib import predictions
from lessons_lib.overview import lessons
from lessons_lib.predictions import questions

WIDGET = Path(predictions.__file__).with_name("prediction.js")

BORROWED = {
    "prediction.js": WIDGET,
    "prediction.css": WIDGET.with_suffix(".css"),
    "models.js": ROOT / "site" / "page" / "models.js",
}
"""Files that stand elsewhere, by the names that the room's pages call them."""

START = "Start here"
"""What is said for the title of the start page, which no lesson is."""


def routes() -> list[Route]:
    """Return the addresses of what the room's pages borrow, below /room/."""

    async def file(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return FileResponse(BORROWED[name], headers={"Cache-Control": "no-cache"})

    async def texts(_request: Request) -> Response:
        return Response(question_texts(), media_type="application/json")

    return [
        *(Route(f"/room/{name}", file, methods=["GET"]) for name in BORROWED),
        Route("/room/questions.json", texts, methods=["GET"]),
    ]


def invitation(address: str, word: str) -> dict[str, str]:
    """Return what stands on the wall: where the room is, its word, and both as a picture."""
    code = segno.make(way_in(address, word), error="m", micro=False)
    return {
        "address": f"{address}/room/",
        "word": word,
        "qr": code.svg_data_uri(scale=8, border=2),
    }


def way_in(address: str, word: str) -> str:
    """Return a link into the room; the word stands behind a #, which no browser sends."""
    return f"{address}/room/#{word}"


@cache
def question_texts() -> bytes:
    """Return all questions by their keys, in order, as JSON: their words as HTML."""
    every = {lesson.number: lesson for lesson in lessons()}
    titles = {number: lesson.title for number, lesson in every.items()}
    decks = {number: f"{lesson.slug}.html" for number, lesson in every.items()}
    asked = asked_texts()
    told = {
        each.ballot: {
            "lesson": f"{each.lesson} · {titles.get(each.lesson, START)}",
            "slides": decks.get(each.lesson),
            "asks": asked[each.ballot],
            "choices": each.choices,
            "beliefs": each.beliefs,
        }
        for each in questions()
    }
    return json.dumps(told, ensure_ascii=False).encode()


def asked_texts() -> dict[str, str]:
    """Return what the questions ask, by their keys, as HTML."""
    cells = {path: Notebook.read(path).by_id for path in read_in_order(ROOT / "notebooks")}
    return as_html(
        {
            f"{number_of(path):02}/{name.removeprefix(ASKED)}": asked_in(cell.source)
            for path, found in cells.items()
            for name, cell in found.items()
            if name.startswith(ASKED)
        }
    )
