"""A room for tests: a small site, people in it, and two ways to ask: here, or by wire."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from course_tools.room.answering import Room
from course_tools.room.app import create_app
from course_tools.room.serving import listen, server_of
from course_tools.room.settings import RoomSettings

KEY = "06/race"
"""A question with the choices a, b and c."""

HOST = "localhost:8000"

PAGE = "<!doctype html>\n<html><head><title>A page</title></head><body>{}</body></html>\n"

SITE = {
    "index.html": PAGE.format("The course"),
    "notebooks/06_momentum.html": PAGE.format("Momentum " * 300),
    "instructors/06_momentum.html": PAGE.format("Private"),
    "_static/course.js": "/* all of it */" * 300,
    "_static/icon.png": "no picture",
    "slides/06_momentum.html": PAGE.format(
        '<section>A slide<aside class="notes">Private</aside></section>\n' * 30
    ),
    "lite/index.html": PAGE.format("JupyterLite"),
}


def settings_in(folder: Path, **given: Any) -> RoomSettings:
    """Make a small site, and return the settings of a room in a folder."""
    for name, text in SITE.items():
        file = folder / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages" / "room.js").write_text("// the room's", encoding="utf-8")
    return RoomSettings(
        folder=folder / "room", site=folder / "site", pages=folder / "pages", **given
    )


class World:
    """A room, and those who ask it.

    Parameters
    ----------
    folder : Path
        Where its site is made, and what it is told is kept. A second world in the same folder is
        the same room after a new start.
    """

    def __init__(self, folder: Path, **given: Any) -> None:
        self.folder = folder
        self.settings = settings_in(folder, **given)
        self.app: Starlette = create_app(self.settings)
        self.room: Room = self.app.state.room
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End the room, as a server does."""
        self.room.store.close()
        self._runner.close()

    # --- Asking ---------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        secret: str | None = None,
        *,
        address: str = "192.168.1.7",
        host: str = HOST,
        headers: dict[str, str] | None = None,
        **sent: Any,
    ) -> httpx.Response:
        """Send a request as a browser would, and return the answer."""
        told = dict(headers or {})
        if secret is not None:
            told["authorization"] = f"Bearer {secret}"

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(address, 1))
            client = httpx.AsyncClient(transport=transport, trust_env=False)
            return await client.request(method, f"http://{host}{path}", headers=told, **sent)

        return self._runner.run(asked())

    def get(self, path: str, secret: str | None = None, **sent: Any) -> httpx.Response:
        """Ask the room's service."""
        return self.ask("GET", f"/room/api/{path}", secret, **sent)

    def post(
        self, path: str, values: object, secret: str | None = None, **sent: Any
    ) -> httpx.Response:
        """Send JSON to the room's service."""
        return self.ask("POST", f"/room/api/{path}", secret, content=json.dumps(values), **sent)

    # --- People ---------------------------------------------------------------------------------

    def join(self, name: str = "Ada") -> str:
        """Let somebody join, and return their secret."""
        joined = self.post("join", {"name": name, "word": self.room.people.word})
        assert joined.status_code == 200, joined.text
        return str(joined.json()["secret"])

    def instructor(self) -> str:
        """Enter as the instructor, and return the secret."""
        entered = self.post("instructor/enter", {"word": self.room.people.instructors_word})
        assert entered.status_code == 200, entered.text
        return str(entered.json()["secret"])

    def turn(self, *states: str, key: str = KEY) -> None:
        """Lead a question through some states."""
        secret = self.instructor()
        for to in states:
            moved = self.post("instructor/question", {"key": key, "to": to}, secret)
            assert moved.status_code == 200, moved.text

    def vote(self, secret: str, letter: str, key: str = KEY) -> httpx.Response:
        """Vote."""
        return self.post("vote", {"question": key, "letter": letter}, secret)

    def question(self, secret: str) -> Any:
        """Return the question as a learner's browser hears of it."""
        return self.get("now", secret).json()["question"]


@contextmanager
def served(app: Starlette, **given: Any) -> Iterator[int]:
    """Serve a room on this machine while a block runs, and give its port."""
    listening = listen("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    server = server_of(app, **given)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()
