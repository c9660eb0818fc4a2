"""A web server of this machine that compresses with gzip, as those for static pages do."""

from __future__ import annotations

import gzip
import mimetypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

Source = Callable[[str], bytes | None]  # from a path, which begins with a slash, to what is there
TEXTS = ("text/", "application/javascript", "application/json", "image/svg+xml")
LEVEL = 6  # of gzip: what servers use unless told otherwise


@contextmanager
def serving(*sources: Source) -> Iterator[str]:
    """Serve what the first of the sources has, and give the address, without a slash at the end."""

    class Handler(Compressing):
        found = staticmethod(lambda path: first(path, sources))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def folder(root: Path) -> Source:
    """Return a source of the files in a folder."""
    inside = root.resolve()

    def read(path: str) -> bytes | None:
        file = (inside / path.lstrip("/")).resolve()
        return file.read_bytes() if file.is_relative_to(inside) and file.is_file() else None

    return read


def first(path: str, sources: tuple[Source, ...]) -> bytes | None:
    """Return what the first source has that has anything there."""
    return next((found for each in sources if (found := each(path)) is not None), None)


@cache
def compressed(content: bytes) -> bytes:
    """Compress as a server does that keeps what it has compressed."""
    return gzip.compress(content, LEVEL, mtime=0)


class Compressing(BaseHTTPRequestHandler):
    """Answers with what is found, texts compressed, to pages from anywhere."""

    protocol_version = "HTTP/1.1"  # several answers in one connection
    found: Callable[[str], bytes | None]

    def do_GET(self) -> None:
        """Answer a request."""
        path = unquote(urlsplit(self.path).path)
        content = self.found(path)
        if content is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        self.send_response(HTTPStatus.OK)
        if kind.startswith(TEXTS) and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = compressed(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing of each request."""
