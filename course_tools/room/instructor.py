"""What the instructor's pages can ask and send."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from course_tools.room.answering import Asked, Room, look, route
from course_tools.room.ballots import NEXT
from course_tools.room.notes import notes_of
from course_tools.room.pages import invitation
from course_tools.room.refusing import RefusedError
from course_tools.room.words import same


def routes(room: Room) -> list[Route]:
    """Return the addresses of the instructor."""

    def enter(asked: Asked) -> dict[str, str]:
        if not same(asked.value("word"), room.people.instructors_word):
            room.guesses.wrong(asked.address)
            raise RefusedError(
                403, "That is not the instructor's word. It stands in the terminal of `make room`."
            )
        return {"secret": room.people.instructors_secret}

    def now(asked: Asked) -> dict[str, Any]:
        return {
            "people": room.people.count(),
            "here": room.people.here(),
            "question": question(peek="peek" in asked.query),
            "states": room.ballots.states(),
            "steps": NEXT,
            "handed_in": room.handing_in.counts(),
        }

    def joining(_asked: Asked) -> dict[str, str]:
        return invitation(room.settings.address, room.people.word)

    def question(*, peek: bool) -> dict[str, Any] | None:
        key = room.ballots.current()
        if key is None:
            return None
        state = room.ballots.state(key)
        return {
            "key": key,
            "state": state,
            "voted": room.ballots.voted(key),
            "result": room.ballots.result(key) if peek or state == "shown" else None,
        }

    def move(asked: Asked) -> dict[str, Any]:
        room.ballots.move(asked.value("key"), asked.value("to"))
        return {"question": question(peek=False)}

    def people(_asked: Asked) -> list[dict[str, str]]:
        return [{"student": each.student, "name": each.name} for each in room.people.everybody()]

    def renew(asked: Asked) -> dict[str, str]:
        return {"secret": room.people.renew(asked.path["student"])}

    return [
        route(room, "instructor/enter", enter, who="anybody"),
        look(room, "instructor/now", now, who="instructor", news=room.instructors_news),
        route(
            room,
            "instructor/question",
            move,
            who="instructor",
            news=(room.learners_news, room.instructors_news),
        ),
        look(room, "instructor/joining", joining, who="instructor"),
        look(room, "instructor/view", lambda _: room.progress.view(), who="instructor"),
        look(
            room,
            "instructor/notes/{number}",
            lambda asked: {"html": notes_of(room.settings.notes, asked.path["number"])},
            who="instructor",
        ),
        look(room, "instructor/people", people, who="instructor"),
        route(room, "instructor/people/{student}/secret", renew, who="instructor"),
    ]
