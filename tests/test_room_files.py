"""The room serves the site with its own script in it, and nothing that is not to be read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from room_world import SITE, World

from course_tools.room.files import SCRIPT, as_sent
from course_tools.room.packing import Packed
from course_tools.room.settings import FolderError, RoomSettings

PAGE = "/notebooks/06_momentum.html"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize("path", ["/", "/index.html", PAGE, "/lite/"])
def test_every_page_learns_that_it_is_in_a_room(world: World, path: str) -> None:
    page = world.ask("GET", path)
    assert page.text.count("/room/room.js") == 1
    assert page.text.index("/room/room.js") < page.text.index("<title>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/slides/06_momentum.html", "//slides/06_momentum.html"])
def test_notes_for_the_speaker_go_to_this_machine_alone(
    world: World, path: str, encoding: str
) -> None:
    told = {"accept-encoding": encoding, "range": "bytes=0-"}
    deck = world.ask("GET", path, headers=told)
    assert "Private" not in deck.text
    assert deck.status_code == 404 or deck.text.count("A slide") == 30
    own = world.ask("GET", "/slides/06_momentum.html", headers=told, address="127.0.0.1")
    assert own.text.count("Private") == 30


def test_a_page_is_the_same_packed_and_plain(world: World) -> None:
    packed = world.ask("GET", PAGE, headers={"accept-encoding": "br, GZIP;q=0.5"})
    plain = world.ask("GET", PAGE, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == as_sent(".html", SITE[PAGE[1:]].encode())
    assert int(packed.headers["content-length"]) < len(packed.content) / 10


def test_a_file_that_has_changed_is_packed_again(world: World) -> None:
    before = world.ask("GET", PAGE)
    file = world.settings.site / PAGE[1:]
    file.write_text(file.read_text("utf-8").replace("Momentum", "Inertia!"), encoding="utf-8")
    assert world.ask("GET", PAGE).text == before.text.replace("Momentum", "Inertia!")


def test_memory_for_packed_files_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course_tools.room.packing.ROOM", -1)
    page = world.ask("GET", PAGE)
    assert "content-encoding" not in page.headers
    assert page.content == as_sent(".html", SITE[PAGE[1:]].encode())


def test_many_who_ask_at_once_have_a_file_packed_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[Path] = []
    pack = Packed._pack

    def counted(self: Packed, file: Path) -> bytes:
        packed.append(file)
        return pack(self, file)

    monkeypatch.setattr(Packed, "_pack", counted)
    files = Packed(lambda _, content: content)

    async def together() -> list[bytes | None]:
        file = world.settings.site / PAGE[1:]
        return await asyncio.gather(*(files.of(file) for _ in range(30)))

    assert len(set(asyncio.run(together()))) == 1
    assert len(packed) == 1


def test_files_are_asked_for_again_only_if_they_are_newer(world: World) -> None:
    first = world.ask("GET", "/_static/course.js")
    assert first.headers["cache-control"] == "no-cache"
    known = {"if-none-match": first.headers["etag"]}
    assert world.ask("GET", "/_static/course.js", headers=known).status_code == 304


def test_a_page_of_an_earlier_server_is_not_kept(world: World) -> None:
    known = {"if-modified-since": "Fri, 31 Dec 2100 23:59:59 GMT", "range": "bytes=0-10"}
    page = world.ask("GET", PAGE, headers=known)
    assert page.status_code == 200
    assert SCRIPT.decode() in page.text


def test_part_of_a_file_can_be_asked_for(world: World) -> None:
    part = world.ask("GET", "/_static/course.js", headers={"range": "bytes=0-6"})
    assert (part.status_code, part.text) == (206, "/* all ")


def test_a_head_has_no_body(world: World) -> None:
    assert world.ask("HEAD", PAGE).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/instructors/06_momentum.html",
        "/instructors/",
        "/./instructors/06_momentum.html",
        "/notebooks/../instructors/06_momentum.html",
        "/instructors%2f06_momentum.html",
        "//instructors/06_momentum.html",
    ],
)
def test_the_instructors_pages_are_not_shown(world: World, path: str) -> None:
    answer = world.ask("GET", path)
    assert answer.status_code == 404
    assert "Private" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/../room/room.sqlite",
        "/..%2froom%2froom.sqlite",
        "/%2e%2e/room/room.sqlite",
        "/..%5croom%5croom.sqlite",
        "/room/../../room/room.sqlite",
        "/room/%2e%2e/%2e%2e/room/room.sqlite",
        "/room/room.sqlite",
        "/%00",
        "/" + "a" * 5000,
        "/_static/",
        "/linked/room.sqlite",
        "/linked.html",
    ],
)
def test_nothing_outside_is_read(world: World, path: str) -> None:
    (world.settings.site / "linked").symlink_to(world.settings.folder)
    (world.settings.site / "linked.html").symlink_to(world.settings.folder / "room.sqlite")
    answer = world.ask("GET", path)
    assert answer.status_code == 404
    assert "SQLite" not in answer.text


@pytest.mark.parametrize("inside", ["site", "site/deep/room", "pages"])
def test_the_rooms_folder_cannot_lie_where_it_would_be_served(tmp_path: Path, inside: str) -> None:
    with pytest.raises(FolderError, match=r"everybody can read\. Choose one that lies elsewhere"):
        RoomSettings(folder=tmp_path / inside, site=tmp_path / "site", pages=tmp_path / "pages")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_what_is_kept_can_be_read_by_its_owner_alone(world: World) -> None:
    assert world.settings.folder.stat().st_mode & 0o077 == 0


def test_as_sent_leaves_what_is_no_page() -> None:
    assert as_sent(".js", b"'<head>'") == b"'<head>'"
    assert as_sent(".html", b"no head") == b"no head"
    assert as_sent(".html", b'<HEAD lang="en"><x>') == b'<HEAD lang="en">' + SCRIPT + b"<x>"
