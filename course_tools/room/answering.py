"""From a request to a function of the room and back: who asks, what was sent, what is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from course_tools.notebooks.course import slug_of, solutions
from course_tools.room.ballots import Ballots
from course_tools.room.changes import Changes
from course_tools.room.guesses import Guesses
from course_tools.room.handing_in import HandingIn
from course_tools.room.people import People, Person
from course_tools.room.progress import Progress
from course_tools.room.refusing import RefusedError, given
from course_tools.room.sending import Intake
from course_tools.room.settings import RoomSettings
from course_tools.room.store import Store

Who = Literal["anybody", "learner", "instructor"]
"""Whom a route answers."""

BODY = 64 * 1024
"""Bytes of an ordinary request."""

NEVER_KEPT = {"cache-control": "no-store"}
"""What the room answers is no browser's to keep."""


class Room:
    """All that answers: one for each folder."""

    def __init__(self, settings: RoomSettings) -> None:
        self.settings = settings
        self.store = Store(settings.folder / "room.sqlite")
        self.people = People(self.store)
        self.ballots = Ballots(self.store)
        self.progress = Progress(self.store)
        self.guesses = Guesses()
        self.intake = Intake()
        self.large = asyncio.Semaphore(1)  # what is large takes more memory while it is read
        self.handing_in = HandingIn(settings.folder, map(slug_of, solutions()))
        self.learners_news = Changes()
        self.instructors_news = Changes()

    def end(self) -> None:
        """Answer all who wait for news: the server ends."""
        self.learners_news.end()
        self.instructors_news.end()


@dataclass(frozen=True)
class Asked:
    """A request, understood.

    Parameters
    ----------
    person : Person or None
        Which learner asks; None where a route answers anybody, or the instructor.
    address : str
        From which address.
    body : bytes
        What was sent.
    path : mapping of str to str
        The parts of the address that vary.
    query : mapping of str to str
        What stands behind its question mark.
    """

    person: Person | None
    address: str
    body: bytes
    path: dict[str, str]
    query: dict[str, str]

    @property
    def learner(self) -> Person:
        """The learner who asks, on a route for learners."""
        assert self.person is not None
        return self.person

    @cached_property
    def values(self) -> dict[str, Any]:
        """What was sent, as JSON."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise RefusedError(400, 'This is not JSON such as {"name": "Ada"}.')
        return found

    def value(self, name: str, kind: type = str) -> Any:
        """Return one value of the JSON that was sent."""
        found = self.values.get(name)
        if type(found) is not kind:
            raise RefusedError(
                400, f"{name!r} is {given(found)}; it has to be of type {kind.__name__}."
            )
        return found

    def has(self, name: str) -> bool:
        """Whether the JSON that was sent has a value of this name."""
        return self.values.get(name) is not None


Answer = Callable[[Asked], Any]
"""What a route calls, in a thread of its own; it may wait for the disk."""


def route(
    room: Room,
    path: str,
    answer: Answer,
    *,
    who: Who = "learner",
    news: tuple[Changes, ...] = (),
    most: int = BODY,
) -> Route:
    """Return a route for what is sent to the room, at /room/api/… .

    Parameters
    ----------
    room : Room
        Where.
    path : str
        The address below /room/api/, with varying parts as {name}.
    answer : callable
        Takes an `Asked` and returns what becomes JSON, or raises a `RefusedError`.
    who : "anybody", "learner" or "instructor"
        Who may ask.
    news : tuple of Changes
        Who hears that something has changed, once it has been answered.
    most : int
        Bytes that may be sent.
    """

    async def endpoint(request: Request) -> Response:
        in_turn = room.large if most > BODY else nullcontext()
        async with understand(room, request, who, most) as asked, in_turn:
            answered = await run_in_threadpool(answer, asked)
        for each in news:
            each.tell()
        return JSONResponse(answered, headers=NEVER_KEPT)

    return Route(f"/room/api/{path}", endpoint, methods=["POST"])


def look(
    room: Room, path: str, answer: Answer, *, who: Who = "learner", news: Changes | None = None
) -> Route:
    """Return a route for what is asked of the room; it waits for news, if there are some to come.

    Parameters are those of `route`, but `news` says what is waited for, and after which version is
    said by the address: ?after=….
    """

    async def endpoint(request: Request) -> Response:
        async with understand(room, request, who, most=0) as asked:
            version = {}
            if news is not None:
                await news.after(asked.query.get("after"))
                version = {"version": news.version}
            answered = await run_in_threadpool(answer, asked)
        return JSONResponse({**version, **answered} if version else answered, headers=NEVER_KEPT)

    return Route(f"/room/api/{path}", endpoint, methods=["GET"])


@asynccontextmanager
async def understand(room: Room, request: Request, who: Who, most: int) -> AsyncIterator[Asked]:
    """Read a request, and find out who asks before anything else of it is read."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip() if kind.lower() == "bearer" else ""
    person = await run_in_threadpool(let_in, room, secret, who)
    address = request.client.host if request.client else ""
    query = dict(request.query_params)
    async with room.intake.body(request, most) as body:
        yield Asked(person, address, body, request.path_params, query)


def let_in(room: Room, secret: str, who: Who) -> Person | None:
    """Return which learner asks; refuse whoever may not ask."""
    if who == "learner":
        return room.people.known(secret)
    if who == "instructor" and not room.people.is_instructor(secret):
        raise RefusedError(401, "This is for the instructor, whose word stands in the terminal.")
    return None
