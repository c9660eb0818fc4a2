"""A server beside what this process does otherwise, for as long as it is needed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from starlette.applications import Starlette

from course_tools.room.serving import server_of


@contextmanager
def aside(
    app: Starlette,
    listening: socket.socket,
    certificate: Path | None = None,
    key: Path | None = None,
) -> Iterator[None]:
    """Serve an application in a thread, and end it.

    Parameters
    ----------
    app : Starlette
        What answers.
    listening : socket
        Where, as `serving.listen` returns it.
    certificate, key : Path, optional
        For https.
    """
    server = server_of(app, certificate=certificate, key=key)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
