"""What `make check-room` refuses the evening before, each with the command that mends it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import __main__ as sandbox_command
from course_tools.marking.sandbox import installed, probe
from course_tools.room.addresses import HERE, Network, Place
from course_tools.room.checking import machine, network, tools
from course_tools.room.checking.findings import WIDTH, Finding, line_of, verdict
from course_tools.site import build, command_line, inventory
from course_tools.site.slides import building as slides_building
from course_tools.site.slides import command_line as slides_command

WIRELESS = [Network("wlan0", "192.168.1.5")]
DAY = 24 * 3600
WHEEL = "lite/static/python/numpy-2.4.3.whl"


# --- The site -----------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Path:
    """A small site that is whole. What is asked of the tool that makes it is asked here."""
    folder = tmp_path / "_build"
    for name in ("lite/index.html", WHEEL):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    inventory.write(folder)
    (folder / build.STAMP).write_text(build.fingerprint(), encoding="utf-8")
    monkeypatch.setattr(build, "BUILT", folder)

    def run(module: str, verb: str, *arguments: str) -> tuple[int, str]:
        assert (module, verb) == ("course_tools", "site")
        return command_line.main(arguments), capsys.readouterr().out.strip()

    monkeypatch.setattr(tools, "run", run)
    return folder


def test_a_whole_site_is_ready(site: Path):
    assert tools.site() == Finding("site", "The site is whole.")


def test_a_missing_wheel_is_refused(site: Path):
    (site / WHEEL).unlink()
    found = tools.site()
    assert found.says == f"{WHEEL} is missing."
    assert "`make site LITE=1`" in found.mend


def test_a_wheel_with_other_bytes_is_refused(site: Path):
    (site / WHEEL).write_text("half of it", encoding="utf-8")
    assert tools.site().says == f"{WHEEL} has changed since it was made."


@pytest.fixture
def decks(site: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Path:
    """Slides in it that are whole."""
    folder = site / slides_building.FOLDER
    folder.mkdir()
    (folder / "06_momentum.html").write_text("a deck", encoding="utf-8")
    inventory.write(folder)
    (folder / slides_building.STAMP).write_text(build.fingerprint(), encoding="utf-8")
    monkeypatch.setattr(slides_building, "BUILT", site)

    def run(_: str, verb: str, *arguments: str) -> tuple[int, str]:
        assert verb == "slides"
        return slides_command.main(arguments), capsys.readouterr().out.strip()

    monkeypatch.setattr(tools, "run", run)
    return folder


def test_whole_slides_are_ready(decks: Path):
    assert tools.slides() == Finding("slides", "The slides are whole.")


def test_a_missing_deck_is_refused(decks: Path):
    (decks / "06_momentum.html").unlink()
    found = tools.slides()
    assert found.says == "slides/06_momentum.html is missing."
    assert "`make slides`" in found.mend


def test_no_slides_and_old_slides_are_refused(decks: Path):
    (decks / slides_building.STAMP).write_text("yesterday's", encoding="utf-8")
    assert "are older than what they are made of" in tools.slides().says
    shutil.rmtree(decks)
    assert tools.slides().says.startswith("There are no slides in")


# --- Marking ------------------------------------------------------------------------------------


def run_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ask for the sandbox in this process, where a test can take it away."""

    def run(module: str) -> tuple[int, str]:
        assert module == sandbox_command.__name__.removesuffix(".__main__")
        return sandbox_command.main(), capsys.readouterr().out.strip()

    monkeypatch.setattr(tools, "run", run)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no sandbox elsewhere")
def test_a_machine_without_bubblewrap_is_refused(monkeypatch: pytest.MonkeyPatch, capsys):
    run_here(monkeypatch, capsys)
    monkeypatch.setattr(installed.shutil, "which", lambda *_, **__: None)
    probe.trust_sandbox.cache_clear()

    def sandbox(*_: object, **__: object) -> None:
        installed.bubblewrap()

    monkeypatch.setattr(probe, "Sandbox", sandbox)  # one that stands already would need none
    found = tools.sandbox()
    assert "the program for it, bwrap, is not on this machine" in found.says
    assert "apt install bubblewrap" in found.says
    assert not found.is_ready


def test_a_system_that_marking_cannot_run_on_is_refused(monkeypatch: pytest.MonkeyPatch, capsys):
    run_here(monkeypatch, capsys)
    monkeypatch.setattr(sys, "platform", "darwin")
    found = tools.sandbox()
    assert "Marking needs Linux" in found.says
    assert "can be marked elsewhere" in found.mend


@pytest.mark.skipif(sys.platform != "linux", reason="there is no sandbox elsewhere")
def test_a_sandbox_that_leaks_is_refused(monkeypatch: pytest.MonkeyPatch, capsys):
    run_here(monkeypatch, capsys)

    def leak(*_: object) -> None:
        raise MarkingError("The sandbox leaks")

    monkeypatch.setattr(probe, "trust_sandbox", leak)
    assert tools.sandbox().says == "The sandbox leaks"
    assert not tools.sandbox().is_ready


@pytest.mark.sandbox
def test_a_sandbox_that_starts_is_ready():
    assert tools.sandbox() == Finding("marking", "The sandbox starts, and nothing gets out of it.")


# --- The machine --------------------------------------------------------------------------------

Usage = namedtuple("Usage", "total used free")


def test_a_disk_with_space_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**10, 0, machine.DISK))
    assert machine.disk(tmp_path / "room") == Finding("disk", "500 MB are free.")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: Usage(10**10, 10**10 - 7_000_000, 7_000_000)
    )
    found = machine.disk(tmp_path / "room" / "inside")
    assert found.says.startswith("7 MB are free where")
    assert "a room needs 500" in found.says
    assert "--folder=" in found.mend


def test_a_disk_that_takes_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    found = machine.disk(tmp_path)
    assert found.says.endswith("No space left on device.")
    assert not found.is_ready


def test_little_memory_is_refused(monkeypatch: pytest.MonkeyPatch):
    class Little:
        available = 200_000_000

    monkeypatch.setattr(psutil, "virtual_memory", Little)
    found = machine.memory()
    assert found.says.startswith("200 MB of memory are free")
    assert "Close" in found.mend


def test_todays_clock_is_ready():
    assert machine.clock().is_ready


def test_a_clock_of_last_year_is_refused():
    found = machine.clock(time.time() - 365 * DAY)
    assert "the course's newest file is of" in found.says
    assert found.mend.startswith("Set the clock: `")


def test_files_without_git_tell_the_time_as_well(tmp_path: Path):
    (tmp_path / "README.md").write_text("a course", encoding="utf-8")
    os.utime(tmp_path / "README.md", (2e9, 2e9))
    assert max(machine.past(tmp_path)) == 2e9


# --- The network --------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[Place]:
    """A place at which somebody answers already."""
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        yield Place(*other.getsockname())


def test_a_free_port_is_ready(taken: Place):
    with socket.socket() as other:
        other.bind((HERE, 0))
        free = Place(*other.getsockname())
    assert network.port(free) == Finding("port", f"{free.port} is free.")


def test_a_taken_port_is_refused(taken: Place):
    found = network.port(taken)
    assert found.says.startswith(f"{taken.port} is taken")
    assert found.mend.endswith(f"ROOM_ADDRESS={HERE}:{taken.port + 1}")


def test_whoever_has_taken_a_port_is_named(taken: Place):
    assert f"(process {os.getpid()})" in network.taken_by(taken.port)
    assert network.taken_by(0) == ""


@pytest.mark.parametrize(
    ("number", "said", "mend"),
    [
        (errno.EACCES, "80 may be opened by administrators alone.", "Choose one above 1023"),
        (errno.EADDRNOTAVAIL, "192.168.1.5:80 cannot be served", "give ROOM_ADDRESS anew"),
    ],
)
def test_a_port_that_cannot_be_had_is_refused(number: int, said: str, mend: str):
    found = network.unusable(Place("192.168.1.5", 80), OSError(number, os.strerror(number)))
    assert said in found.says
    assert mend in found.mend


def test_an_address_that_nobody_finds_is_refused():
    found = network.address(Place(HERE), WIRELESS)
    assert "nobody else will find it" in found.says
    assert "Give ROOM_ADDRESS=192.168.1.5 (wlan0)." in found.mend
    assert network.address(Place("192.168.1.5"), WIRELESS).says == (
        "http://192.168.1.5:8000, by wlan0."
    )


# --- Certificates -------------------------------------------------------------------------------

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
AUTHORITY = (
    "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\npolicy=p\n[p]\ncommonName=supplied\n"
)


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of a name in the room: a good one, one of 2020, and another one's key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing, which makes certificates for this test")
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("good", "other"):
        files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
        openssl(folder, "req", "-x509", *KEY, *files, "-subj", "/CN=room.test", "-days", "3")
    openssl(folder, "req", "-new", "-key", "good.key", "-subj", "/CN=room.test", "-out", "old.csr")
    (folder / "index").touch()
    (folder / "authority").write_text(AUTHORITY, encoding="utf-8")
    dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"]
    files = ["-in", "old.csr", "-out", "old.pem", "-outdir", ".", "-config", "authority"]
    own = ["-batch", "-selfsign", "-keyfile", "good.key", "-create_serial", "-md", "sha256"]
    openssl(folder, "ca", *own, *files, *dates)
    (folder / "junk.pem").write_text("no certificate", encoding="utf-8")
    return folder


def test_a_certificate_that_holds_is_ready(certificates: Path):
    assert network.certificate(certificates / "good.pem", certificates / "good.key").is_ready


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        ("old.pem", "good.key", "is refused: certificate has expired."),
        ("good.pem", "other.key", "cannot be used: KEY_VALUES_MISMATCH."),
        ("junk.pem", "good.key", "cannot be used: "),
        ("gone.pem", "good.key", "There is no "),
    ],
)
def test_a_certificate_that_does_not_hold_is_refused(
    cert: str, key: str, said: str, certificates: Path
):
    found = network.certificate(certificates / cert, certificates / key)
    assert said in found.says
    assert not found.is_ready


# --- The page -----------------------------------------------------------------------------------


def test_a_finding_fits_on_the_page():
    long = "word " * 60
    text = line_of(Finding("disk", f"{long}\nand more", f"Do this: `make site LITE=1` {long}"))
    assert all(len(line) <= WIDTH for line in text.splitlines())
    assert text.splitlines()[0].startswith("MISSING  disk            word")
    assert "→ Do this: `make site LITE=1`" in text
    assert line_of(Finding("disk", "9 MB")).startswith("ready    disk            9 MB")


def test_the_verdict_names_what_is_missing():
    good, bad = Finding("disk", "9 MB"), Finding("port", "8000 is taken.", "End that.")
    assert verdict([good]) == "Ready. Start the room with `make room`."
    assert verdict([good, bad]).startswith("Not ready: port. ")
