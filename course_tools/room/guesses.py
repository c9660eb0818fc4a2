"""How often an address may be wrong, and how many may join from it."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock

from course_tools.room.refusing import RefusedError

WRONG = 20
"""Wrong words and secrets of an address within `MINUTE`."""

JOINED = 100
"""People who join from one address: a whole room may stand behind one."""

MINUTE = 60.0
ADDRESSES = 1000
"""Addresses that are remembered; a local network has fewer."""


class Guesses:
    """Counts by address.

    What protects a word is its length, which no number of guesses exhausts; so whoever has the
    right one is never kept out because somebody else behind the same address has guessed.
    """

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}
        self._joined: dict[str, int] = {}
        self._lock = Lock()

    def wrong(self, address: str) -> None:
        """Count a wrong word, and refuse to go on answering if there have been too many."""
        now = time.monotonic()
        with self._lock:
            times = self._remembered(address)
            while times and now - times[0] > MINUTE:
                times.popleft()
            if len(times) >= WRONG:
                raise RefusedError(
                    429,
                    f"{WRONG} wrong words came from your address. Wait a minute, and try again.",
                )
            times.append(now)

    def joined(self, address: str) -> None:
        """Count somebody who joins, and refuse if there are too many."""
        with self._lock:
            count = self._joined.get(address, 0)
            if count >= JOINED:
                raise RefusedError(
                    429, f"{JOINED} people have joined from your address. Ask the instructor."
                )
            self._joined[address] = count + 1

    def _remembered(self, address: str) -> deque[float]:
        if address not in self._wrong and len(self._wrong) >= ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))
        return self._wrong.setdefault(address, deque(maxlen=WRONG))
