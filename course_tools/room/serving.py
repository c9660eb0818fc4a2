"""The server under a room: it waits for nobody for ever, and takes no more than it can hold."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import Any

import h11
from starlette.applications import Starlette
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 1000
"""In all. A browser keeps up to six."""

FROM_ONE_ADDRESS = 250
"""Connections of one address, behind which a whole room may stand."""

HEAD = 16 * 1024
"""Bytes of a request's first lines."""

FILES = 4096
"""Files and connections that the system is asked to let us have open."""


class Patient(H11Protocol):
    """A connection that is closed when the other side takes too long."""

    seconds_for_head = 10.0
    """From the first byte that is expected to the end of a request's first lines."""

    seconds_for_body = 120.0
    """For the rest of a request: 10 MB in a network that carries 100 kB in a second."""

    seconds_for_reading = 120.0
    """While the other side takes nothing of what waits for it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._waiting: asyncio.TimerHandle | None = None
        self._waits_for: object = None
        self._writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or close it if its address has too many."""
        super().connection_made(transport)
        address = self.client[0] if self.client else None
        clients = [getattr(each, "client", None) for each in self.connections]
        if sum(each is not None and each[0] == address for each in clients) > FROM_ONE_ADDRESS:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget all that was waited for."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._wait()

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        """Begin to wait until the other side has read."""
        super().pause_writing()
        self._writing = self.loop.call_later(self.seconds_for_reading, self.transport.abort)

    def resume_writing(self) -> None:
        """Write on, since the other side has read."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        if self.flow is not None:
            super().resume_writing()

    def _wait(self) -> None:
        """Give the part of a request that is expected now its time, once."""
        expected = self.conn.their_state
        if expected is self._waits_for:
            return
        self._stop_waiting()
        self._waits_for = expected
        seconds = {h11.IDLE: self.seconds_for_head, h11.SEND_BODY: self.seconds_for_body}
        if expected in seconds and not self.transport.is_closing():
            self._waiting = self.loop.call_later(seconds[expected], self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._waits_for = None


def listen(address: str, port: int) -> socket.socket:
    """Take a port of this machine, at one of its addresses; port 0 is any that is free.

    Raises
    ------
    OSError
        If somebody else has it, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would let two programs have one port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((address, port))
        taken.listen()
    except BaseException:
        taken.close()
        raise
    return taken


class RoomServer(Server):
    """A server that answers all who wait for news before it ends."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        app: Any = self.config.app
        if room := getattr(app.state, "room", None):  # another application has none
            room.end()
        await super().shutdown(sockets)


def server_of(
    app: Starlette, *, certificate: Path | None = None, key: Path | None = None
) -> Server:
    """Return the server for a room; `run(sockets=[listen(…)])` serves until it is stopped.

    Parameters
    ----------
    app : Starlette
        The room.
    certificate, key : Path, optional
        For https: what proves that the room's name is this machine's, and the key that belongs
        to it.
    """
    allow_files()
    return RoomServer(
        Config(
            app,
            http=Patient,
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            h11_max_incomplete_event_size=HEAD,
            timeout_graceful_shutdown=2,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
    )


def allow_files() -> None:
    """Ask the system for as many open files as there may be connections, if it gives them."""
    if os.name == "nt":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
