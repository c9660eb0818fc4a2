"""Files made small for the way to a browser: each once, and then kept in memory."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool

KINDS = frozenset({".html", ".js", ".mjs", ".css", ".json", ".svg", ".txt", ".wasm", ".ipynb"})
"""What becomes smaller. Pictures, fonts and Python's packages are packed already."""

WORTH = 1000
"""Bytes from which on it is worth while."""

ROOM = 64 * 1024 * 1024
"""Bytes in memory, for all of them; the site with the browser's Jupyter takes 10 MB."""

Key = tuple[str, int, int]


class Packed:
    """Packed files, by what they are called, when they were written, and how large they are."""

    def __init__(self, change: Callable[[str, bytes], bytes]) -> None:
        self._change = change
        self._kept: dict[Key, asyncio.Task[bytes]] = {}
        self._size = 0

    async def of(self, file: Path) -> bytes | None:
        """Return a file, changed and packed, or None if it is better sent as it is."""
        about = file.stat()
        if file.suffix not in KINDS or about.st_size < WORTH:
            return None
        key = (str(file), about.st_mtime_ns, about.st_size)
        if key not in self._kept:
            if self._size > ROOM:
                return None
            work = run_in_threadpool(self._pack, file)
            self._kept[key] = asyncio.create_task(work)  # whoever comes meanwhile waits for it
        try:
            return await asyncio.shield(self._kept[key])
        except OSError:
            self._kept.pop(key, None)
            raise

    def _pack(self, file: Path) -> bytes:
        packed = gzip.compress(self._change(file.suffix, file.read_bytes()), 6, mtime=0)
        self._size += len(packed)
        return packed
