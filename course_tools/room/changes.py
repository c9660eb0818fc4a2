"""Waiting until there is something new."""

from __future__ import annotations

import asyncio
import time

PATIENCE = 20.0
"""Seconds for which a browser's question may wait for something new."""


class Changes:
    """Counts changes, and wakes those who wait for the next one.

    A version is never given twice, not even after a new start: it begins with the time.
    """

    def __init__(self) -> None:
        self.version = time.time_ns() // 1_000_000
        self._waiting: set[asyncio.Future[None]] = set()
        self._is_over = False

    def tell(self) -> None:
        """Say that something has changed."""
        self.version += 1
        for each in self._waiting:
            if not each.done():
                each.set_result(None)

    def end(self) -> None:
        """Let nobody wait from now on."""
        self._is_over = True
        self.tell()

    async def after(self, version: str | None) -> None:
        """Wait while this is the newest version, up to `PATIENCE`."""
        if version != str(self.version) or self._is_over:
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait([waiting], timeout=PATIENCE)
        finally:
            self._waiting.discard(waiting)
