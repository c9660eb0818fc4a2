"""`make room`: where it opens, to whom, what it prints, and how all of it is deleted again."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
import segno

from course_tools.files import ROOT
from course_tools.room import addresses, command_line, holding, options, poster
from course_tools.room.addresses import HERE, AddressError, Network, Place, asked, place_of
from course_tools.room.checking.findings import Finding
from course_tools.room.options import Where
from course_tools.room.settings import FolderError, RoomSettings

THERE = [Network("wlan0", "192.168.1.5"), Network("eth0", "10.0.0.7")]
SIGNS = {" ": (1, 1), "▀": (0, 1), "▄": (1, 0), "█": (0, 0)}
"""Which of a sign's two dots are dark."""


# --- Where, and to whom -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("192.168.1.5", ("192.168.1.5", 8000)),
        ("10.0.0.7:80", ("10.0.0.7", 80)),
        ("localhost:9000", (HERE, 9000)),
        (HERE, (HERE, 8000)),
    ],
)
def test_an_address_is_read(given: str, place: tuple[str, int]):
    assert place_of(given, THERE) == place


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("192.168.1.9", "is no address of this machine. Give ROOM_ADDRESS=192.168.1.5 (wlan0), or"),
        ("0.0.0.0", "is no address of this machine."),
        ("192.168.1.5:", "with the port left out. A port is a number"),
        ("192.168.1.5:http", "with the port http."),
        ("192.168.1.5:99999", "with the port 99999."),
        ("fe80::1", "with the port :1."),
    ],
)
def test_an_address_that_cannot_be_served_is_refused(given: str, said: str):
    with pytest.raises(AddressError, match=re.escape(said)):
        place_of(given, THERE)


def test_without_a_network_it_says_to_join_one():
    with pytest.raises(AddressError, match="join the room's wireless network first"):
        place_of("192.168.1.5", [])


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ([""], Place(HERE)),
        (["2"], Place("10.0.0.7")),
        (["9", "all", "1"], Place("192.168.1.5")),
        (["10.0.0.7:8001"], Place("10.0.0.7", 8001)),
    ],
)
def test_the_terminal_is_asked(typed: list[str], place: Place, capsys):
    answers = iter(typed)
    assert asked(THERE, lambda _: next(answers)) == place
    assert "1  192.168.1.5 (wlan0)" in capsys.readouterr().out


def test_where_there_is_no_network_nobody_is_asked(capsys):
    assert asked([]) == Place(HERE)
    assert "on this machine alone" in capsys.readouterr().out


def test_nobody_at_the_terminal_means_this_machine_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(options, "networks", lambda: THERE)
    assert options.place("") == Place(HERE)
    assert options.place("10.0.0.7") == Place("10.0.0.7")


def test_networks_are_those_by_which_others_come(monkeypatch: pytest.MonkeyPatch):
    def way(address: str, family: int = socket.AF_INET) -> SimpleNamespace:
        return SimpleNamespace(family=family, address=address)

    ways = {
        "lo": [way("127.0.0.1")],
        "tunnel": [way("8.8.8.8")],
        "wlan0": [way("192.168.1.5"), way("fe80::1", socket.AF_INET6)],
        "eth0": [way("169.254.3.4")],
        "off": [way("10.0.0.7")],
    }
    states = {name: SimpleNamespace(isup=name != "off") for name in ways}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: ways)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)
    assert addresses.networks() == [Network("wlan0", "192.168.1.5"), Network("tunnel", "8.8.8.8")]


@pytest.mark.parametrize(
    ("where", "link"),
    [
        (Where(Place("192.168.1.5")), "http://192.168.1.5:8000/"),
        (Where(Place("192.168.1.5", 80), ("laptop.local",)), "http://laptop.local/"),
        (Where(Place("192.168.1.5", 443), (), Path("c"), Path("k")), "https://192.168.1.5/"),
        (Where(Place(HERE, 80), (), Path("c"), Path("k")), "https://127.0.0.1:80/"),
    ],
)
def test_the_link_is_as_short_as_it_can_be(where: Where, link: str):
    assert where.link == link


def test_a_certificate_without_its_key_is_refused(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--cert", "room.pem"])
    assert "give both, or neither" in capsys.readouterr().err


# --- What stands on the terminal ----------------------------------------------------------------


@pytest.mark.parametrize("colours", [False, True])
def test_the_code_is_the_address(colours: bool):
    address = "http://192.168.1.5:8000/room/#bako-timu-reno"
    rows = poster.code(address, colours=colours).splitlines()
    if colours:
        assert all(row.startswith(poster.DARK) and row.endswith(poster.PLAIN) for row in rows)
        rows = [row.removeprefix(poster.DARK).removesuffix(poster.PLAIN) for row in rows]
    dots = [[SIGNS[sign][half] for sign in row] for row in rows for half in (0, 1)]
    wanted = segno.make(address, error="m", micro=False).matrix_iter(border=2)
    assert dots[: 2 * len(rows) - 1] == [list(row) for row in wanted]
    assert len(rows) <= 24  # one screen


def test_a_terminal_without_blocks_is_told_so(monkeypatch: pytest.MonkeyPatch):
    class Old:
        encoding = "latin-1"

    monkeypatch.setattr(sys, "stdout", Old())
    assert poster.drawn("http://room/") == "(This terminal cannot draw the code for phones.)"


def test_the_poster_names_all_that_is_needed():
    said = command_line.poster(Where(Place("192.168.1.5")), "bako-timu", "vuso-lare-kipi")
    for each in ("http://192.168.1.5:8000/room/", "bako-timu", "vuso-lare-kipi", "Ctrl-C"):
        assert each in said
    assert "on this machine alone" not in said
    assert "ROOM_ADDRESS=" in command_line.poster(Where(Place(HERE)), "bako-timu", "vuso")


# --- The command --------------------------------------------------------------------------------

STARTED = """
import sys
from course_tools.room import command_line
command_line.make_what_is_served = lambda: 0
sys.exit(command_line.main(sys.argv[1:]))
"""


@contextmanager
def open_room(folder: Path, port: int, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A room in a process of its own, and what it has printed up to its last line."""
    words = ["--address", f"{HERE}:{port}", "--folder", str(folder), *more]
    command = [sys.executable, "-c", STARTED, *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        end = Timer(120, process.kill)
        end.start()
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C ends"):
                break
        try:
            yield process, "".join(lines)
        finally:
            process.kill()
            end.cancel()


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.socket() as trial:
        trial.bind((HERE, 0))
        return int(trial.getsockname()[1])


def word_in(said: str) -> str:
    """The learners' word on a poster."""
    return re.findall(r"and give the word +(\S+)", said)[0]


def test_whoever_waits_when_a_room_closes_is_answered(tmp_path: Path, port: int):
    with open_room(tmp_path / "room", port) as (process, said):
        home = f"http://{HERE}:{port}/room/api/"
        joined = asked_of(f"{home}join", {"name": "Ada", "word": word_in(said)})
        mine = {"Authorization": f"Bearer {joined['secret']}"}
        version = asked_of(f"{home}now", headers=mine)["version"]
        with ThreadPoolExecutor() as others:
            waiting = others.submit(asked_of, f"{home}now?after={version}", headers=mine)
            asked_of(f"{home}me", headers=mine)
            process.send_signal(signal.SIGINT)
            assert waiting.result()["question"] is None
        assert process.communicate(timeout=60)[1] == ""


def asked_of(
    address: str, body: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """What a room answers."""
    data = json.dumps(body).encode() if body else None
    with urlopen(Request(address, data, headers or {}), timeout=60) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told


def test_a_room_opens_closes_and_goes_on(tmp_path: Path, port: int):
    folder = tmp_path / "room"
    with open_room(folder, port) as (process, said):
        assert f"http://{HERE}:{port}/room/" in said
        with pytest.raises(HTTPError, match="401"):  # it answers, and knows nobody yet
            urlopen(f"http://{HERE}:{port}/room/api/me", timeout=60)
        assert command_line.main(["--address", f"{HERE}:{port}"]) == 1
        with pytest.raises(FolderError, match="is open on"):
            holding.clear(folder)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert "The room is closed." in out
        assert err == ""
        assert process.returncode == 0
    with open_room(folder, port) as (_, again):
        assert word_in(again) == word_in(said)
    assert holding.clear(folder) == []
    assert not folder.exists()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")
def test_with_a_certificate_nobody_reads_along(tmp_path: Path, port: int):
    cert, key = tmp_path / "room.pem", tmp_path / "room.key"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3"]
    named = ["-subj", "/CN=room.test", "-addext", f"subjectAltName=IP:{HERE}"]
    files = ["-keyout", str(key), "-out", str(cert)]
    command = ["openssl", "req", "-x509", *kind, *named, *files]
    subprocess.run(command, check=True, capture_output=True)
    with open_room(tmp_path / "room", port, "--cert", str(cert), "--key", str(key)) as (_, said):
        assert f"https://{HERE}:{port}/room/" in said
        trusting = ssl.create_default_context(cafile=cert)
        with pytest.raises(HTTPError, match="401"):
            urlopen(f"https://{HERE}:{port}/room/api/me", timeout=60, context=trusting)


def test_a_taken_port_is_refused_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys, tmp_path: Path
):
    monkeypatch.setattr(command_line, "make_what_is_served", pytest.fail)
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        number = other.getsockname()[1]
        words = ["--address", f"{HERE}:{number}", "--folder", str(tmp_path / "room")]
        assert command_line.main(words) == 1
    said = capsys.readouterr().err
    assert f"{number} is taken" in said
    assert f"ROOM_ADDRESS={HERE}:{number + 1}" in said
    assert not (tmp_path / "room").exists()


def test_a_site_that_cannot_be_made_opens_no_room(monkeypatch: pytest.MonkeyPatch, port: int):
    done: list[list[str]] = []

    def call(verb: object, words: list[str]) -> int:
        done.append(list(words))
        return 1

    monkeypatch.setattr(command_line, "call", call)
    monkeypatch.setattr(command_line, "server_of", pytest.fail)
    assert command_line.main(["--address", f"{HERE}:{port}"]) == 1
    assert done == [["--lite", "--if-needed"]]


def test_an_address_of_another_machine_opens_no_room(capsys):
    assert command_line.main(["--address", "203.0.113.9"]) == 1
    assert "is no address of this machine" in capsys.readouterr().err


def test_a_bad_certificate_opens_no_room(tmp_path: Path, port: int):
    where = Where(Place(HERE, port), (), tmp_path / "gone.pem", tmp_path / "gone.key")
    found = list(command_line.obstacles(where))
    assert found[0] == Finding("port", f"{port} is free.")
    assert found[1].says.startswith("There is no ")


# --- Clearing -----------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A room's folder after a workshop."""
    folder = tmp_path / "room"
    for name in (holding.DATABASE, f"{holding.DATABASE}-wal", "submitted/ada-01/a.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("kept", encoding="utf-8")
    return folder


def test_all_that_was_kept_is_deleted(kept: Path, capsys):
    assert command_line.main(["--clear", "--folder", str(kept)]) == 0
    assert "is deleted" in capsys.readouterr().out
    assert not kept.exists()


def test_what_is_not_the_rooms_stays(kept: Path, tmp_path: Path, capsys):
    (kept / "marked").mkdir()
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    (kept / "handed_in").symlink_to(tmp_path)
    assert command_line.main(["--clear", "--folder", str(kept)]) == 0
    assert "stays there: marked." in capsys.readouterr().out
    assert [path.name for path in kept.iterdir()] == ["marked"]
    assert (tmp_path / "mine.txt").exists()


def test_a_folder_without_a_room_is_left_alone(tmp_path: Path, capsys):
    (tmp_path / "submitted").mkdir()
    assert command_line.main(["--clear", "--folder", str(tmp_path)]) == 1
    assert "nothing was deleted" in capsys.readouterr().err
    assert (tmp_path / "submitted").exists()


def test_whoever_did_not_mean_it_is_asked(kept: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert command_line.main(["--clear", "--folder", str(kept)]) == 1
    assert kept.exists()


def test_a_folder_that_everybody_can_read_is_refused(capsys):
    folder = RoomSettings().site / "room"
    assert command_line.main(["--address", HERE, "--folder", str(folder)]) == 1
    assert "which everybody can read" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with (
        pytest.raises(FolderError, match="cannot be written: Not a directory"),
        holding.holding(tmp_path / "file" / "room"),
    ):
        pass
