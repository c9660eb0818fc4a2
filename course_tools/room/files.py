"""The site, and the room's own pages, as they are sent to browsers."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

SCRIPT = '<script src="/room/room.js" defer></script>'
"""Tells a page that it is open in a room."""

HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")


class Pages(StaticFiles):
    """A folder of files; its pages learn that they are open in a room."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, and a page with the room's script in it."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and response.media_type == "text/html":
            page = Path(response.path).read_text(encoding="utf-8")
            response = HTMLResponse(with_script(page), response.status_code)
        response.headers["cache-control"] = "no-cache"  # ask whether there is a newer one
        return response


def with_script(page: str) -> str:
    """Return a page that loads the room's script, before all scripts of its own."""
    return HEAD.sub(lambda head: head.group() + SCRIPT, page, count=1)
