"""`make check-room` as a whole: one page, one verdict, and what is not tried where it cannot be."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from course_tools.room.addresses import HERE
from course_tools.room.checking import command_line, device, machine, rehearsal, tools
from course_tools.room.checking.findings import Finding
from course_tools.room.checking.rehearsal import (
    RehearsalError,
    expect_same,
)


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine on which all is well, without waiting for what takes long."""
    for module, name in (
        (machine, "memory"),
        (machine, "clock"),
        (tools, "site"),
        (tools, "slides"),
        (tools, "sandbox"),
    ):
        monkeypatch.setattr(module, name, lambda name=name: Finding(name, "It is well."))
    monkeypatch.setattr(machine, "disk", lambda _: Finding("disk", "It is well."))
    monkeypatch.setattr(device, "device", lambda *_: Finding("second device", "It came."))
    monkeypatch.setattr(
        rehearsal, "rehearsal", lambda names: Finding("rehearsal", f"Done: {', '.join(names)}.")
    )
    monkeypatch.setattr(
        command_line.network, "address", lambda *_: Finding("address", "It is found.")
    )
    return monkeypatch


def words(folder: Path) -> list[str]:
    """A command line with a port that is free."""
    with socket.socket() as trial:
        trial.bind((HERE, 0))
        return ["--address", f"{HERE}:{trial.getsockname()[1]}", "--folder", str(folder / "room")]


def test_a_machine_that_has_all_is_ready(
    ready: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert command_line.main(words(tmp_path)) == 0
    page = capsys.readouterr().out
    assert page.endswith("Ready. Start the room with `make room`.\n")
    assert "hand it in, be marked." in " ".join(page.split())
    assert "MISSING" not in page
    assert len(page.splitlines()) <= 30  # one page
    assert not (tmp_path / "room").exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (machine, "disk"),
        (machine, "memory"),
        (machine, "clock"),
        (tools, "sandbox"),
        (tools, "slides"),
    ],
)
def test_a_machine_that_lacks_one_thing_is_not(
    module: object, name: str, ready: pytest.MonkeyPatch, tmp_path: Path, capsys
):
    ready.setattr(module, name, lambda *_: Finding(name, "It is not well.", "Mend it."))
    assert command_line.main(words(tmp_path)) == 1
    page = capsys.readouterr().out
    assert f"MISSING  {name}" in page
    assert "→ Mend it." in page
    assert f"Not ready: {name}." in page


def test_without_a_site_nobody_rehearses(ready: pytest.MonkeyPatch, tmp_path: Path, capsys):
    ready.setattr(tools, "site", lambda: Finding("site", "No.", "Make it."))
    ready.setattr(rehearsal, "rehearsal", pytest.fail)
    assert command_line.main(words(tmp_path)) == 1
    assert "Not ready: site, rehearsal." in capsys.readouterr().out


def test_without_a_sandbox_the_rehearsal_is_not_marked(
    ready: pytest.MonkeyPatch, tmp_path: Path, capsys
):
    ready.setattr(tools, "sandbox", lambda: Finding("marking", "No.", "Install it."))
    assert command_line.main(words(tmp_path)) == 1
    page = " ".join(capsys.readouterr().out.split())
    assert "hand it in." in page
    assert "be marked" not in page


def test_at_a_taken_port_no_device_is_waited_for(ready: pytest.MonkeyPatch, tmp_path: Path, capsys):
    ready.setattr(device, "device", pytest.fail)
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        place = f"{HERE}:{other.getsockname()[1]}"
        assert command_line.main(["--address", place, "--folder", str(tmp_path / "room")]) == 1
    assert "Not ready: port, second device." in capsys.readouterr().out


def test_parts_can_be_left_out(ready: pytest.MonkeyPatch, tmp_path: Path, capsys):
    for module, name in ((device, "device"), (rehearsal, "rehearsal"), (tools, "sandbox")):
        ready.setattr(module, name, pytest.fail)
    less = [word for part in command_line.PARTS for word in ("--without", part)]
    assert command_line.main([*words(tmp_path), *less]) == 0
    assert "second device" not in capsys.readouterr().out


def test_an_address_of_another_machine_is_refused(capsys: pytest.CaptureFixture[str]):
    assert command_line.main(["--address", "203.0.113.9"]) == 1
    assert "is no address of this machine" in capsys.readouterr().err


# --- The rehearsal ------------------------------------------------------------------------------


def test_what_comes_out_otherwise_stops_it():
    expect_same("votes", {"a": 1}, {"a": 1})
    with pytest.raises(RehearsalError, match="votes: there should be 1, and there is 2"):
        expect_same("votes", 2, 1)
