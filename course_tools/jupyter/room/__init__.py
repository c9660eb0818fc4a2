"""A room, for a JupyterLab on a learner's own machine: an extension of Jupyter's server.

The room's script comes from the course's own folder. Nothing that the room's server sends runs
here, since whoever is in its network could change that. Only JSON goes back and forth: what a page
asks of `/room/api/` is asked of the room, and whatever comes back is data.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import APIHandler, FileFindHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.web import RedirectHandler

from course_tools.desk import ROOM
from course_tools.files import ROOT

EXTENSIONS = Path(__file__).with_name("labextensions")
"""JupyterLab's extension with the button. A folder `static` would be kept for ever."""

SCRIPTS = ROOT / "site" / "room"
"""Where the course has the room's script."""

SENT = r"(room\.js|bar\.css)"
"""What is sent of that: the script, and how its line at the foot of a page looks."""

ASKED = r"(return|me|sharing|now|vote|progress|hand-in/[a-z0-9_]+)"
"""What a page asks of a room. People join on the room's own page, and instructors have theirs."""

LONGEST = 60
"""Seconds that the room may take to answer; where there is nothing new it waits for 20."""

MOST_AT_ONCE = 30
"""Questions that wait for an answer: every page that is open has one."""


class ToTheRoom(APIHandler):
    """Asks the room what a page asks, and answers with what it says.

    Jupyter's own cookie is neither needed nor sent: the room knows a learner by the secret in
    `Authorization`. Pages of other origins are refused, as everywhere in Jupyter.
    """

    def initialize(self, address: str, client: AsyncHTTPClient) -> None:
        """Say where the room is."""
        self.address, self.client = address, client

    def check_xsrf_cookie(self) -> None:
        """Do without: no cookie decides anything here."""

    @allow_unauthenticated
    async def get(self, asked: str) -> None:
        """Ask for something."""
        await self.forward(asked, None)

    @allow_unauthenticated
    async def post(self, asked: str) -> None:
        """Send something."""
        await self.forward(asked, self.request.body)

    async def forward(self, asked: str, body: bytes | None) -> None:
        """Hand a question on, and the answer back."""
        names = ("Authorization", "Content-Type")
        headers = {
            name: self.request.headers[name] for name in names if name in self.request.headers
        }
        question = HTTPRequest(
            f"{self.address}/room/api/{asked}?{self.request.query}",
            method="GET" if body is None else "POST",
            headers=headers,
            body=body,
            request_timeout=LONGEST,
            follow_redirects=False,
        )
        try:
            answer = await self.client.fetch(question, raise_error=False)
            status, said = answer.code, json.loads(answer.body)
        except (HTTPClientError, OSError, ValueError):
            status, said = 503, {"error": self.silence()}
        self.set_status(status)
        self.finish(json.dumps(said))

    def silence(self) -> str:
        """Say that nobody answers, and what helps."""
        return (
            f"No room answers at {self.address}. Are you in its network? If it has another address"
            " by now, stop make lab, and start it with that one."
        )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Tell Jupyter's server that this is an extension of it."""
    return [{"module": "course_tools.jupyter.room"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the room to Jupyter's server, and tell JupyterLab's page that there is one."""
    address = os.environ[ROOM]
    client = AsyncHTTPClient(force_instance=True, max_clients=MOST_AT_ONCE)
    base = server.web_app.settings["base_url"]
    server.web_app.settings.setdefault("page_config_data", {})["courseRoom"] = address
    files = {"path": [str(SCRIPTS)], "no_cache_paths": [base]}
    page = {"url": f"{address}/room/", "permanent": False}
    handlers: list[Any] = [
        (
            url_path_join(base, f"/room/api/{ASKED}"),
            ToTheRoom,
            {"address": address, "client": client},
        ),
        (url_path_join(base, f"/room/{SENT}"), FileFindHandler, files),
        (url_path_join(base, "/room/"), RedirectHandler, page),
    ]
    add: Any = server.web_app.add_handlers  # tornado's carries no types
    add(".*$", handlers)
