"""The second device: who comes through the firewall is told apart from the laptop itself."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from queue import SimpleQueue

import pytest

from course_tools.room.addresses import HERE, Place
from course_tools.room.checking import device
from course_tools.room.checking.aside import aside
from course_tools.room.checking.device import APART, ITSELF, THROUGH, Visit, judged
from course_tools.room.options import Where
from course_tools.room.serving import listen

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a machine has one address for itself"
)

OTHER = "127.0.0.2"
"""An address of this machine's that nobody lists: to a server, it is another device's."""


def tell(port: int, body: bytes, source: str = OTHER) -> str:
    """Tell the laptop something as its page does, and return what it says."""
    connection = HTTPConnection(HERE, port, timeout=60, source_address=(source, 0))
    connection.request("POST", "/phone/seen", body)
    said = json.loads(connection.getresponse().read())["said"]
    connection.close()
    return str(said)


def clock(ahead: float = 0.0) -> bytes:
    """What a device sends whose clock is ahead."""
    return json.dumps({"clock": (time.time() + ahead) * 1000}).encode()


def visited(act: Callable[[int], object]) -> SimpleQueue[Visit]:
    """The visits that are noted while somebody does something."""
    visits: SimpleQueue[Visit] = SimpleQueue()
    listening = listen(HERE, 0)
    with aside(device.pages(visits, {HERE}), listening):
        act(listening.getsockname()[1])
    return visits


def test_another_device_is_noted_with_its_clock():
    def act(port: int) -> None:
        assert tell(port, clock(ahead=7200)) == THROUGH

    visit = visited(act).get_nowait()
    assert visit.address == OTHER
    assert 7000 < visit.ahead < 7400


def test_the_laptop_itself_proves_nothing():
    def act(port: int) -> None:
        assert tell(port, clock(), source=HERE) == ITSELF

    assert visited(act).empty()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"clock": "soon"}',
        b'{"clock": NaN}',
        b'{"clock": 1' + b" " * 5000 + b"}",
    ],
)
def test_what_is_no_clock_is_no_visit(body: bytes):
    assert visited(lambda port: tell(port, body)).empty()


def test_the_page_loads_nothing_but_its_script():
    page = (device.PAGES / "phone.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="([^"]+)"', page) == ["phone.js"]


# --- What comes of it ---------------------------------------------------------------------------


def as_if_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loopback address count as one that others can reach."""
    monkeypatch.setattr(Place, "is_open", True)


def test_a_visit_is_waited_for(monkeypatch: pytest.MonkeyPatch, capsys):
    as_if_open(monkeypatch)
    listening = listen(HERE, 0)
    monkeypatch.setattr(device, "listen", lambda *_: listening)
    port = listening.getsockname()[1]
    visitor = threading.Thread(target=tell, args=(port, clock()))
    visitor.start()
    found = device.device(Where(Place(HERE, port)), patience=60)
    visitor.join()
    assert found.says == f"A device at {OTHER} came through. Its clock and this machine's agree."
    assert found.is_ready
    assert f"Open this on your phone, in the room's network: http://{HERE}:{port}/phone" in (
        capsys.readouterr().out
    )


def test_a_firewall_through_which_nobody_comes_is_refused(monkeypatch: pytest.MonkeyPatch):
    as_if_open(monkeypatch)
    monkeypatch.setattr(device, "listen", lambda *_: listen(HERE, 0))
    found = device.device(Where(Place(HERE, 8123)), patience=0.01)
    assert found.says == f"No other device came to http://{HERE}:8123/phone."
    assert "sudo ufw allow 8123/tcp" in found.mend
    assert "hotspot" in found.mend


def test_a_room_for_oneself_alone_is_no_room():
    found = device.device(Where(Place(HERE)), patience=0.01)
    assert "no other device was asked" in found.says
    assert not found.is_ready


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (365 * 86400.0, "Its clock is 525,600 minutes ahead of this machine's."),
        (-2 * APART, "Its clock is 4 minutes behind this machine's."),
    ],
)
def test_clocks_that_differ_are_refused(ahead: float, said: str):
    found = judged(Visit("192.168.1.23", ahead))
    assert said in found.says
    assert "Set the clock" in found.mend or "If this machine's is wrong" in found.mend
