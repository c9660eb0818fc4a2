"""A second device: only a visit from one proves that the firewall lets the room through."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from math import isfinite
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from course_tools.room.addresses import HERE, Place, networks
from course_tools.room.checking.aside import aside
from course_tools.room.checking.findings import Finding
from course_tools.room.checking.machine import MENDS_OF_CLOCKS
from course_tools.room.options import Where
from course_tools.room.poster import drawn
from course_tools.room.serving import listen

PAGES = Path(__file__).parent
PATH = "phone"
"""Where the page for the other device is."""

APART = 120.0
"""Seconds by which two clocks may differ."""

LARGEST = 1000
"""Bytes of what a device tells."""

THROUGH = "This device reaches the room. Look at the laptop in front."
ITSELF = "This is the laptop itself. Open the page on another device, such as a telephone."

MENDS_OF_FIREWALLS = {
    "linux": "`sudo ufw allow {port}/tcp`, or `sudo firewall-cmd --add-port={port}/tcp`",
    "darwin": "System Settings, Network, Firewall: allow Python to take connections",
    "win32": "`netsh advfirewall firewall add rule name=room dir=in action=allow protocol=TCP"
    " localport={port}`",
}


class Visit(NamedTuple):
    """Another device that was here.

    Attributes
    ----------
    address : str
        From where it came.
    ahead : float
        Seconds by which its clock is ahead of this machine's.
    """

    address: str
    ahead: float


def pages(visits: SimpleQueue[Visit], own: Collection[str]) -> Starlette:
    """Return what the other device sees.

    Parameters
    ----------
    visits : SimpleQueue of Visit
        Where each visit goes.
    own : collection of str
        Addresses of this machine, from which nobody comes through a firewall.
    """

    async def page(_: Request) -> Response:
        return FileResponse(PAGES / "phone.html", media_type="text/html")

    async def script(_: Request) -> Response:
        return FileResponse(PAGES / "phone.js", media_type="text/javascript")

    async def seen(request: Request) -> Response:
        address = request.client.host if request.client else ""
        if address in own:
            return JSONResponse({"said": ITSELF})
        with suppress(ValueError, TypeError, LookupError):
            clock = float(json.loads(await beginning_of(request))["clock"]) / 1000
            if isfinite(clock):
                visits.put(Visit(address, clock - time.time()))
        return JSONResponse({"said": THROUGH})

    return Starlette(
        routes=[
            Route(f"/{PATH}", page),
            Route(f"/{PATH}.js", script),
            Route(f"/{PATH}/seen", seen, methods=["POST"]),
        ]
    )


async def beginning_of(request: Request) -> bytes:
    """Return what was sent, as far as it is read."""
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            break
    return found[:LARGEST]


def device(where: Where, patience: float) -> Finding:
    """Wait for the visit of another device, and say what came of it.

    Parameters
    ----------
    where : Where
        Where the room will be.
    patience : float
        Seconds to wait.
    """
    place = where.place
    if not place.is_open:
        return nobody(place, "The room is on this machine alone, so no other device was asked.")
    visits: SimpleQueue[Visit] = SimpleQueue()
    own = {HERE, place.host, *(each.address for each in networks())}
    with aside(pages(visits, own), listen(*place), where.cert, where.key):
        address = f"{where.link}{PATH}"
        print(f"\n{drawn(address)}\n\nOpen this on your phone, in the room's network: {address}")
        print(f"Waiting {patience:.0f} s for its visit (Ctrl-C goes on without) ...", flush=True)
        with suppress(Empty, KeyboardInterrupt):
            return judged(visits.get(timeout=patience))
    return nobody(place, f"No other device came to {address}.")


def judged(visit: Visit) -> Finding:
    """Say what a visit proves: that the way is open, and whether both clocks agree."""
    said = f"A device at {visit.address} came through."
    if abs(visit.ahead) > APART:
        way = "ahead of" if visit.ahead > 0 else "behind"
        mend = f"If this machine's is wrong: `{MENDS_OF_CLOCKS.get(sys.platform, 'date')}`"
        minutes = abs(visit.ahead) / 60
        said += f" Its clock is {minutes:,.0f} minutes {way} this machine's."
        return Finding("second device", said, mend)
    return Finding("second device", f"{said} Its clock and this machine's agree.")


def nobody(place: Place, said: str) -> Finding:
    """Say what may keep other devices away."""
    firewall = MENDS_OF_FIREWALLS.get(sys.platform, "open port {port} for TCP")
    mend = (
        f"Open the firewall: {firewall.format(port=place.port)}\n"
        "Are both in one network? Networks for guests often keep devices apart: ask for another,"
        " or use a telephone's hotspot. To do without: ROOM_ARGS='--without device'"
    )
    return Finding("second device", said, mend)
