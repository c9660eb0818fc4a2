"""Learners without a browser: they ask for what a browser has asked for, vote, and hand in."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

Answer = TypeVar("Answer")

WAITS = 120.0  # seconds, for an answer: a busy machine is slow, and nobody is sent away
AT_ONCE = 6  # connections of a browser
TRIES = 3
CLOSED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""What comes of a connection that the server has closed meanwhile: a browser asks once more."""

ACCEPTED = {"accept-encoding": "gzip"}


@dataclass
class Simulated:
    """A learner: what they are called, how they ask, and what they chose.

    Parameters
    ----------
    name : str
        As they give it.
    client : AsyncClient
        Their connections.
    student, secret : str
        What the room calls them, and their way back.
    """

    name: str
    client: httpx.AsyncClient
    student: str = ""
    secret: str = ""
    took: int = 0
    chosen: dict[str, str] = field(default_factory=dict)

    async def ask(self, path: str, **body: Any) -> Any:
        """Send something to the room, or ask for something if there is nothing to send."""
        headers = {"authorization": f"Bearer {self.secret}"} if self.secret else {}
        method = "POST" if body else "GET"
        answer = await again(
            lambda: self.client.request(
                method, f"/room/api/{path}", json=body or None, headers=headers
            )
        )
        answer.raise_for_status()
        return answer.json()

    async def join(self, word: str) -> None:
        """Come in, and look whether one is known."""
        told = await self.ask("join", name=self.name, word=word)
        self.student, self.secret = told["student"], told["secret"]
        known = await self.ask("me")
        if known["student"] != self.student:
            raise AssertionError(f"{self.student} is taken for {known['student']}")

    async def load(self, paths: Sequence[str]) -> None:
        """Fetch files as a browser does that has none of them."""
        free = asyncio.Semaphore(AT_ONCE)

        async def fetch(path: str) -> int:
            async with self.client.stream("GET", path, headers=ACCEPTED) as answer:
                answer.raise_for_status()
                return sum([len(part) async for part in answer.aiter_raw()])

        async def in_turn(path: str) -> None:
            async with free:
                size = await again(lambda: fetch(path))
            self.took += size  # not before: others add while one waits

        await asyncio.gather(*map(in_turn, paths))

    async def vote(self, key: str, kind: str, letters: Sequence[str]) -> None:
        """Wait until the vote is open, and choose, one letter after the other: the last counts."""
        version: object = ""
        while True:
            now = await self.ask(f"now?after={version}" if version else "now")
            question, version = now["question"], now["version"]
            if question and (question["key"], question["state"]) == (key, kind):
                break
        for letter in letters:
            told = await self.ask("vote", question=key, letter=letter)
        if told["mine"][kind] != letters[-1]:
            raise AssertionError(f"{self.student} chose {letters[-1]}, and {told} was kept")
        self.chosen[kind] = letters[-1]

    async def hand_in(self, assignment: str, content: bytes) -> dict[str, Any]:
        """Hand a notebook in, and return the receipt."""
        headers = {"authorization": f"Bearer {self.secret}"}
        path = f"/room/api/hand-in/{assignment}"
        answer = await again(lambda: self.client.post(path, content=content, headers=headers))
        answer.raise_for_status()
        return dict(answer.json())


async def again(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask, and once more if the connection was closed before there was an answer."""
    for left in reversed(range(TRIES)):
        try:
            return await ask()
        except CLOSED:
            if not left:
                raise
    raise AssertionError("it was asked, or it has failed")


def crowd(address: str, count: int) -> list[Simulated]:
    """Return so many, who are not in the room yet."""
    settings: dict[str, Any] = {
        "base_url": address,
        "limits": httpx.Limits(max_connections=AT_ONCE),
        "timeout": WAITS,
        "trust_env": False,
        "verify": False,  # there is no TLS here, and to get ready for it takes long
    }
    names = (f"Learner {number}" for number in range(1, count + 1))
    return [Simulated(name, httpx.AsyncClient(**settings)) for name in names]


def choices(count: int) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return what each chooses in both rounds; every third changes a choice while it is open."""
    first = [(each,) for each in itertools.islice(itertools.cycle("abc"), count)]
    second = [("b",) if number % 2 else letters for number, letters in enumerate(first)]
    changed = [("c", *letters) if not n % 3 else letters for n, letters in enumerate(first)]
    return list(zip(changed, second, strict=True))


def expected(chosen: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return what the room has to say of what people chose."""
    moved = Counter((each["first"], each["second"]) for each in chosen)
    return {
        **{kind: dict(Counter(each[kind] for each in chosen)) for kind in ("first", "second")},
        "moved": {pair: count for pair, count in moved.items() if pair[0] != pair[1]},
    }


def counted(result: dict[str, Any]) -> dict[str, Any]:
    """Return what the room says in the same form."""
    moved = {(each["from"], each["to"]): each["count"] for each in result["moved"]}
    return {
        **{
            kind: {letter: count for letter, count in result[kind].items() if count}
            for kind in ("first", "second")
        },
        "moved": {pair: count for pair, count in moved.items() if pair[0] != pair[1]},
    }
