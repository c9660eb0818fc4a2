"""What browsers send, as long as the room has memory for all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from course_tools.room.refusing import RefusedError

AT_ONCE = 48 * 1024 * 1024
"""Bytes of all requests that are in memory at one time."""


class Intake:
    """Counts the bytes that have been sent and not yet been dealt with."""

    def __init__(self) -> None:
        self._waiting = 0

    @asynccontextmanager
    async def body(self, request: Request, most: int) -> AsyncIterator[bytes]:
        """Give what was sent, for as long as it is dealt with; nothing is kept of what is too much.

        Parameters
        ----------
        request : Request
            Of which nothing has been read.
        most : int
            Bytes that may be sent.

        Raises
        ------
        RefusedError
            If there are more, or the room has too much to do.
        """
        said = request.headers.get("content-length", "0")
        if not said.isdecimal() or len(said) > 12 or int(said) > most:
            raise too_much(most)
        parts: list[bytes] = []
        size = 0
        try:
            async for part in request.stream():
                size += len(part)
                self._waiting += len(part)
                if size > most:
                    raise too_much(most)
                if self._waiting > AT_ONCE:
                    raise RefusedError(429, "Too much is being handed in. Try again in a minute.")
                parts.append(part)
            body = b"".join(parts)
            parts.clear()
            yield body
        finally:
            self._waiting -= size


def too_much(most: int) -> RefusedError:
    """Return what is said to whom sends too much."""
    return RefusedError(413, f"This is too much. {most:,} bytes can be sent here.")
