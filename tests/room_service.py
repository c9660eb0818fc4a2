"""A room that is served on this machine, and somebody who asks it: for tests over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from room_world import served

from course_tools.room.answering import Room
from course_tools.room.app import create_app
from course_tools.room.settings import RoomSettings

TO_ANSWER = 60
"""Seconds, on a machine that is busy with something else, too."""


@dataclass(frozen=True)
class Service:
    """A room that is served.

    Parameters
    ----------
    room : Room
        The room itself, with its words.
    client : Client
        Asks it.
    """

    room: Room
    client: httpx.Client

    @property
    def address(self) -> str:
        """Where it is."""
        return str(self.client.base_url).rstrip("/")

    def joined(self, name: str) -> tuple[str, dict[str, str]]:
        """Join; return who that is, and what goes with every request."""
        answer = self.client.post(
            "/room/api/join", json={"name": name, "word": self.room.people.word}
        )
        told = answer.json()
        return told["student"], {"Authorization": f"Bearer {told['secret']}"}


@contextmanager
def running_room(settings: RoomSettings) -> Iterator[Service]:
    """Serve a room, on a port that is free."""
    app = create_app(settings)
    with served(app) as port:
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, timeout=TO_ANSWER, trust_env=False) as client:
            yield Service(app.state.room, client)
