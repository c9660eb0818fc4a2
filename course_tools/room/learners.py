"""What a learner's browser can ask and send."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.routing import Route

from course_tools.room.answering import Asked, Room, look, route
from course_tools.room.form import MOST_BYTES
from course_tools.room.people import understood
from course_tools.room.refusing import RefusedError
from course_tools.room.words import same


def routes(room: Room) -> list[Route]:
    """Return the addresses of learners."""

    def join(asked: Asked) -> dict[str, str]:
        if not same(asked.value("word"), room.people.word):
            room.guesses.wrong(asked.address)
            raise RefusedError(403, "That is not the word of this room. It stands on the wall.")
        name = understood(asked.value("name"))
        room.guesses.joined(asked.address)
        return room.people.join(name)

    def come_back(asked: Asked) -> dict[str, str]:
        try:
            person = room.people.known(asked.value("secret"))
        except RefusedError:
            room.guesses.wrong(asked.address)
            raise
        return {"student": person.student, "name": person.name}

    def me(asked: Asked) -> dict[str, Any]:
        person = asked.learner
        return {
            "student": person.student,
            "name": person.name,
            "sharing": person.sharing,
            "receipts": list(map(asdict, room.handing_in.receipts(person.student))),
        }

    def share(asked: Asked) -> dict[str, bool]:
        on = asked.value("on", bool)
        room.progress.share(asked.learner.student, on)
        return {"sharing": on}

    def now(asked: Asked) -> dict[str, Any]:
        key = room.ballots.current()
        if key is None:
            return {"question": None}
        state = room.ballots.state(key)
        return {
            "question": {
                "key": key,
                "state": state,
                "mine": room.ballots.mine(asked.learner.student, key),
                "result": room.ballots.result(key) if state == "shown" else None,
            }
        }

    def vote(asked: Asked) -> dict[str, Any]:
        key = asked.value("question")
        room.ballots.vote(asked.learner.student, key, asked.value("letter"))
        return {"mine": room.ballots.mine(asked.learner.student, key)}

    def progress(asked: Asked) -> dict[str, bool]:
        student = asked.learner.student
        if asked.has("lesson"):
            room.progress.is_in(student, asked.value("lesson"))
        else:
            room.progress.tried(
                student,
                asked.value("assignment"),
                asked.value("task"),
                asked.value("right", bool),
                asked.value("mistake") if asked.has("mistake") else None,
            )
        return {"counted": True}

    def hand_in(asked: Asked) -> dict[str, Any]:
        receipt = room.handing_in.take(asked.learner.student, asked.path["assignment"], asked.body)
        return asdict(receipt)

    return [
        route(room, "join", join, who="anybody", news=(room.instructors_news,)),
        route(room, "return", come_back, who="anybody"),
        look(room, "me", me),
        route(room, "sharing", share, news=(room.instructors_news,)),
        look(room, "now", now, news=room.learners_news),
        route(room, "vote", vote, news=(room.instructors_news,)),
        route(room, "progress", progress, news=(room.instructors_news,)),
        route(
            room,
            "hand-in/{assignment}",
            hand_in,
            news=(room.instructors_news,),
            most=MOST_BYTES,
        ),
    ]
