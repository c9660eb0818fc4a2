"""A web server that lets a browser keep files, and counts what it sends."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pages.server import Compressing, folder


@dataclass
class Sent:
    """What a server has sent: bytes, heads included, and in how many answers."""

    bytes: int = 0
    answers: int = 0

    def clear(self) -> None:
        """Begin anew."""
        self.bytes = self.answers = 0

    def so_far(self) -> Sent:
        """Return what was sent until now."""
        return Sent(self.bytes, self.answers)


class Counted:
    """A file that is written to, and how much."""

    def __init__(self, file: Any, sent: Sent) -> None:
        self.file, self.sent = file, sent

    def write(self, content: bytes) -> int:
        """Write, and count."""
        self.sent.bytes += len(content)
        return int(self.file.write(content))

    def __getattr__(self, name: str) -> Any:
        """Do everything else as the file does."""
        return getattr(self.file, name)


class Keeping(Compressing):
    """Says of each file what stands for it, and sends it only to those who have another one."""

    sent: Sent

    def setup(self) -> None:
        """Count what is written from now on."""
        super().setup()
        self.wfile = Counted(self.wfile, self.sent)  # type: ignore[assignment]

    def do_GET(self) -> None:  # noqa: N802 (its name there)
        """Answer a request."""
        self.sent.answers += 1
        content = self.found(unquote(urlsplit(self.path).path))
        self.tag = f'"{hashlib.sha256(content or b"").hexdigest()[:16]}"'
        if content is not None and self.headers.get("If-None-Match") == self.tag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            super().end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """Add what stands for the file."""
        self.send_header("ETag", self.tag)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


@contextmanager
def serving_kept(root: Path) -> Iterator[tuple[str, Sent]]:
    """Serve a folder; give the address, without a slash at the end, and what is sent."""

    class Handler(Keeping):
        found = staticmethod(folder(root))
        sent = Sent()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Handler.sent
    finally:
        server.shutdown()
        server.server_close()
