"""The room as one application: its service, its pages, and the site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from course_tools.room import instructor, learners, pages
from course_tools.room.answering import Room
from course_tools.room.failing import HANDLERS
from course_tools.room.files import Decks, Pages
from course_tools.room.guard import Guard
from course_tools.room.settings import RoomSettings

HIDDEN = {
    "instructors": "the notes for instructors are on the instructor's page of this room",
    "slides": "the slides are at /slides/",
}
"""What of the site is not shown to a room."""


def create_app(settings: RoomSettings) -> Starlette:
    """Return the application of a room; `app.state.room` is the room itself, with its words."""
    room = Room(settings)

    @asynccontextmanager
    async def while_open(_app: Starlette) -> AsyncIterator[None]:
        yield
        room.store.close()

    app = Starlette(
        routes=[
            *learners.routes(room),
            *instructor.routes(room),
            *pages.routes(),
            Route("/room/api/{rest:path}", nothing, methods=["GET", "POST"]),
            Mount("/room", Pages(settings.pages)),
            Mount("/slides", Decks(settings.site / "slides")),
            Mount("/", Pages(settings.site, HIDDEN)),
        ],
        middleware=[Middleware(Guard, hosts=settings.hosts)],
        exception_handlers=dict(HANDLERS),
        lifespan=while_open,
    )
    app.state.room = room
    return app


async def nothing(_request: Request) -> Response:
    """Answer that there is no such address."""
    raise HTTPException(404)
