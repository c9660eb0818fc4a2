"""The site, and the room's own pages, as they are sent to browsers."""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from course_tools.room.packing import Packed

SCRIPT = b'<script src="/room/room.js" defer></script>'
"""Tells a page that it is open in a room."""

HEAD = re.compile(rb"<head\b[^>]*>", re.IGNORECASE)

NOTES = re.compile(rb'<aside class="notes">.*?</aside>', re.DOTALL)
"""What a slide says to whoever speaks."""

LOOPBACK = ("127.0.0.1", "::1")

CONDITIONS = (b"if-none-match", b"if-modified-since", b"range")
"""What a browser says of the page that it has: it may be one without the script."""

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")


def as_sent(suffix: str, content: bytes) -> bytes:
    """Return what is sent of a file: a page loads the room's script before all of its own."""
    if suffix.lower() != ".html":
        return content
    return HEAD.sub(lambda head: head.group() + SCRIPT, content, count=1)


def without_notes(suffix: str, content: bytes) -> bytes:
    """Return what is sent of a deck to those who look at it."""
    return NOTES.sub(b"", as_sent(suffix, content))


class Pages(StaticFiles):
    """A folder of files; its pages learn that they are open in a room.

    Parameters
    ----------
    folder : Path
        Which. Links that lead out of it are not followed.
    hidden : mapping of str to str
        Names in it that are not sent, with the sentence that is sent instead.
    change : callable
        Takes the ending and the bytes of a file, and returns what is sent of it.
    """

    def __init__(
        self,
        folder: Path,
        hidden: Mapping[str, str] | None = None,
        change: Callable[[str, bytes], bytes] = as_sent,
    ) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder
        self._hidden = hidden or {}
        self._change = change
        self._packed = Packed(change)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, and a page with the room's script in it."""
        if PurePath(path).suffix.lower() in ("", ".html"):
            told = [each for each in scope["headers"] if each[0] not in CONDITIONS]
            scope = {**scope, "headers": told}
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and "range" not in Headers(scope=scope):
            response = await self._small(response, "gzip" in accepted(scope))
        response.headers["cache-control"] = "no-cache"  # ask whether there is a newer one
        return response

    async def _small(self, found: FileResponse, packed: bool) -> Response:
        file = Path(found.path)
        is_page = file.suffix.lower() == ".html"
        content = await self._packed.of(file) if packed else None
        if content is None and not is_page:
            return found
        told = {} if is_page else {"etag": found.headers["etag"]}
        if content is None:
            content = self._change(file.suffix, file.read_bytes())
        else:
            told["content-encoding"] = "gzip"
        told["vary"] = "accept-encoding"
        return Response(content, found.status_code, told, found.media_type)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file, unless it is hidden; Starlette asks for every path that is sent."""
        found, about = super().lookup_path(path)
        if about is not None:
            inside = Path(found).relative_to(self._folder.resolve()).parts[:1]
            for name, sentence in self._hidden.items():
                hidden = self._folder / name
                if hidden.exists() and hidden.samefile(self._folder.joinpath(*inside)):
                    raise HTTPException(404, sentence)
        return found, about


class Decks:
    """The slides. What they say to their speaker is sent to this machine alone.

    Parameters
    ----------
    folder : Path
        Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._whole = Pages(folder)
        self._shown = Pages(folder, change=without_notes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await (self._whole if is_here(scope) else self._shown)(scope, receive, send)


def is_here(scope: Scope) -> bool:
    """Whether a request comes from this machine itself, by whichever of its addresses."""
    client, server = ((scope.get(each) or ("",))[0] for each in ("client", "server"))
    return client in LOOPBACK or client == server != ""


def accepted(scope: Scope) -> set[str]:
    """Return in which ways a browser says that a file may be packed."""
    said = Headers(scope=scope).get("accept-encoding", "").lower()
    return {each.partition(";")[0].strip() for each in said.split(",")}
