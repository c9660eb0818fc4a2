"""The bytes that a page takes over the wire, as the browser's debugger counts them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass
class Traffic:
    """Bytes through the web sockets of a page, and in the answers to its requests.

    Parameters
    ----------
    sent, received : int
        In the frames of web sockets.
    answers : list of int
        In each answer that is complete, with its head, compressed as it came. What the page has in
        itself, as ``data:`` or as a blob, counts for nothing.
    """

    sent: int = 0
    received: int = 0
    answers: list[int] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """All that the page has received."""
        return self.received + sum(self.answers)

    def count_sent(self, event: dict[str, Any]) -> None:
        """Add a frame that the page has sent."""
        self.sent += size(event["response"])

    def count_received(self, event: dict[str, Any]) -> None:
        """Add a frame that the page has received."""
        self.received += size(event["response"])

    def count_answer(self, event: dict[str, Any]) -> None:
        """Add an answer that is complete."""
        if event["encodedDataLength"]:
            self.answers.append(int(event["encodedDataLength"]))


@dataclass(frozen=True)
class Line:
    """How fast the wire is: megabits per second in each direction, and a way's milliseconds."""

    megabits: float
    milliseconds: float


def watch(page: Page, line: Line | None = None) -> Traffic:
    """Count what goes over the wire for a page from now on; with a line, as slowly as on that."""
    traffic = Traffic()
    session = page.context.new_cdp_session(page)
    session.on("Network.webSocketFrameSent", traffic.count_sent)
    session.on("Network.webSocketFrameReceived", traffic.count_received)
    session.on("Network.loadingFinished", traffic.count_answer)
    session.send("Network.enable")
    if line is not None:
        speed = line.megabits * 1_000_000 / 8  # bytes per second
        held = {
            "latency": line.milliseconds,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        }
        session.send("Network.emulateNetworkConditions", {"offline": False, **held})
    return traffic


def size(frame: dict[str, Any]) -> int:
    """Return the bytes in a web socket's frame, as the browser's debugger shows it."""
    data: str = frame["payloadData"]
    return len(base64.b64decode(data) if frame["opcode"] == 2 else data.encode())
