"""What is refused before anything of it is read: foreign names, foreign pages, too much."""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from course_tools.room.refusing import RefusedError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""What this machine calls itself."""

NAMED = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
"""A name or an address, and perhaps a port."""

SENT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
"""Goes with every answer."""

FRAMES = "frame-ancestors 'self'"
"""A deck shows itself beside its notes."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        FRAMES,
    )
)
"""What the room's own pages may load; pages of the site say so themselves."""


class Guard:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SENT)
                own = scope["path"].startswith("/room/")
                headers["content-security-policy"] = POLICY if own else FRAMES
            await send(message)

        try:
            self._check(scope)
        except RefusedError as error:
            answer = JSONResponse({"error": error.sentence}, error.status)
            await answer(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if hostname(host) not in self._hosts:
            raise RefusedError(
                403, "This room is not called by that name. Its address stands on the wall."
            )
        if scope["method"] in ("GET", "HEAD"):
            return
        origin = headers.get("origin")
        own = (f"http://{host}", f"https://{host}")
        if origin is not None and origin.lower() not in own:
            raise RefusedError(403, "This was sent by a page that is not the room's.")
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise RefusedError(403, "This was sent by a page that is not the room's.")


def hostname(host: str) -> str:
    """Return the name in a Host header, without its port; nothing, if it is no such header."""
    found = NAMED.fullmatch(host.lower())
    return found["name"].strip("[]") if found else ""
