"""Over the wire: whoever is slow, sends without end or opens many doors keeps nobody waiting."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from room_world import World, served

from course_tools.room.serving import Patient, listen

PATIENCE = 60.0
"""Seconds after which a test gives up: more than any machine needs."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the rest of a request for as long as a test can wait."""
    for name in ("seconds_for_head", "seconds_for_body", "seconds_for_reading"):
        monkeypatch.setattr(Patient, name, 0.2)


def call(port: int) -> socket.socket:
    """Open a connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def head(path: str, *lines: str, method: str = "GET") -> bytes:
    """Return the first lines of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def answer_of(called: socket.socket) -> bytes:
    """Return all that comes until the other side is silent for good."""
    parts = []
    try:
        while part := called.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def works(port: int) -> bool:
    """Whether the room answers somebody else."""
    with call(port) as called:
        called.sendall(head("/", "Connection: close"))
        return answer_of(called).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 10_000,
        head("/room/api/join", "Content-Length: 1000", method="POST"),
        head("/room/api/join", "Content-Length: 1000", method="POST") + b'{"name',
        head("/room/api/join", "Transfer-Encoding: chunked", method="POST") + b"5\r\nab",
        head("/") + b"GET /index.html HTTP/1.1\r\n",
    ],
)
def test_a_request_that_does_not_end_is_ended(world: World, impatient: None, begun: bytes) -> None:
    with served(world.app) as port:
        with call(port) as slow:
            slow.sendall(begun)
            answer_of(slow)  # returns when the room has hung up
        assert works(port)


def test_drops_of_a_request_do_not_make_it_patient(world: World, impatient: None) -> None:
    with served(world.app) as port, call(port) as slow:
        slow.settimeout(0.05)
        for sent in range(1000):
            try:
                slow.sendall(b"GET / HTTP/1.1\r\nX: " if sent == 0 else b"a")
                if not slow.recv(1):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("A request that comes in drops was waited for.")
        assert works(port)


def test_who_does_not_read_is_not_waited_for(
    world: World, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = world.settings.site / "large.bin"
    large.write_bytes(b"x" * 30_000_000)
    hung_up = threading.Event()
    monkeypatch.setattr(Patient, "connection_lost", told_of(Patient.connection_lost, hung_up))
    with served(world.app) as port:
        with socket.socket() as slow:
            slow.settimeout(PATIENCE)
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", port))
            slow.sendall(head("/large.bin"))
            assert hung_up.wait(PATIENCE)
            assert len(answer_of(slow)) < 30_000_000
        assert works(port)


def told_of(
    method: Callable[[Patient, Exception | None], None], event: threading.Event
) -> Callable[[Patient, Exception | None], None]:
    """Return a method that does the same, and says so."""

    def both(self: Patient, error: Exception | None) -> None:
        method(self, error)
        event.set()

    return both


def test_many_doors_of_one_address_are_shut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course_tools.room.serving.FROM_ONE_ADDRESS", 20)
    with served(world.app) as port:
        doors = [call(port) for _ in range(60)]
        shut = 0
        for door in doors[20:]:
            shut += answer_of(door) == b""
        assert shut == 40
        for door in doors:
            door.close()
        assert works(port)


def test_a_hundred_megabytes_are_not_taken(world: World) -> None:
    secret = world.join()
    bearer = f"Authorization: Bearer {secret}"
    with served(world.app) as port:
        for size in ("Content-Length: 100000000", "Transfer-Encoding: chunked"):
            with call(port) as called:
                called.sendall(head("/room/api/vote", bearer, size, method="POST"))
                if "chunked" in size:
                    for _ in range(20):
                        called.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
                assert called.recv(65536).startswith(b"HTTP/1.1 413 ")
        assert works(port)
        assert world.room.intake._waiting == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00" * 100 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n",
        b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"GET /\r\nX HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        head("/room/api/join", "Content-Length: 2", "Content-Length: 3", method="POST") + b"{}",
        head("/room/api/join", "Content-Length: 2", "Transfer-Encoding: chunked", method="POST"),
        b"CONNECT evil.test:80 HTTP/1.1\r\nHost: evil.test:80\r\n\r\n",
    ],
)
def test_what_is_no_proper_request_is_refused(world: World, sent: bytes) -> None:
    with served(world.app) as port:
        with call(port) as called:
            with contextlib.suppress(ConnectionError):
                called.sendall(sent)
                called.shutdown(socket.SHUT_WR)
            answer = answer_of(called)
            assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ")) or answer == b""
        assert works(port)


def test_a_foreign_name_is_refused_whatever_the_line_says(world: World) -> None:
    with served(world.app) as port, call(port) as called:
        called.sendall(b"GET http://localhost/ HTTP/1.1\r\nHost: evil.test\r\n\r\n")
        assert called.recv(65536).startswith(b"HTTP/1.1 403 ")


def test_a_room_waits_for_news_and_hears_them(world: World) -> None:
    secret = world.join()
    bearer = f"Authorization: Bearer {secret}"
    with served(world.app) as port, call(port) as waiting:
        version = world.room.learners_news.version
        waiting.sendall(head(f"/room/api/now?after={version}", bearer, "Connection: close"))
        assert works(port)  # the room is not busy with waiting
        instructor = {"authorization": f"Bearer {world.room.people.instructors_secret}"}
        body = json.dumps({"key": "06/race", "to": "first"}).encode()
        with call(port) as called:
            lines = [f"{name}: {value}" for name, value in instructor.items()]
            size = f"Content-Length: {len(body)}"
            to = head(
                "/room/api/instructor/question", *lines, size, "Connection: close", method="POST"
            )
            called.sendall(to + body)
            assert answer_of(called).startswith(b"HTTP/1.1 200 ")
        told = json.loads(answer_of(waiting).partition(b"\r\n\r\n")[2])
        assert told["question"]["state"] == "first"
        assert told["version"] > version


def test_a_room_that_ends_answers_all_who_wait(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    bearer = f"Authorization: Bearer {world.join()}"
    version = world.room.learners_news.version
    asked = head(f"/room/api/now?after={version}", bearer, "Connection: close")
    with served(world.app) as port:
        waiting = call(port)
        waiting.sendall(asked)
        assert works(port)
    with waiting:
        assert answer_of(waiting).startswith(b"HTTP/1.1 200 ")
    assert caplog.records == []  # nothing was cut off


def test_a_taken_port_is_said() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_a_certificate_makes_it_secret_what_is_said(world: World, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing, which makes a certificate for this test")
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    files = ["-keyout", "key.pem", "-out", "room.pem"]
    subprocess.run(
        ["openssl", *made, *about, *files], cwd=tmp_path, check=True, capture_output=True
    )
    trusted = ssl.create_default_context(cafile=str(tmp_path / "room.pem"))
    given = {"certificate": tmp_path / "room.pem", "key": tmp_path / "key.pem"}
    body = json.dumps({"name": "Ada", "word": world.room.people.word})
    with served(world.app, **given) as port:
        for origin, status in ((f"https://localhost:{port}", 200), ("http://evil.test", 403)):
            called = http.client.HTTPSConnection(
                "localhost", port, context=trusted, timeout=PATIENCE
            )
            called.request("POST", "/room/api/join", body, {"Origin": origin})
            assert called.getresponse().status == status
            called.close()
        with call(port) as plain:
            plain.sendall(head("/"))
            assert not answer_of(plain).startswith(b"HTTP/1.1 200 ")
