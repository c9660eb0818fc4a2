"""Whatever is handed in: no mark is forged, nothing leaks or changes outside, none is lost."""

from __future__ import annotations

import html
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import marking_world
import psutil
import pytest
from marking_corpus import CORPUS, DIRECT, HONEST, IN_TIME, LATE_ONES, LINE, Case
from marking_world import FOREIGN, SECRET, World, files_to_read, orphans, seen_in, servers, told

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(
        not (sys.platform == "linux" and shutil.which("bwrap")), reason="bubblewrap is for Linux"
    ),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """All that end by themselves, with more time than they need."""
    base = tmp_path_factory.mktemp("corpus")
    limits = (*marking_world.MEMORY, "--workers", "2")
    return marking_world.world_of(base, IN_TIME, HONEST, limits)


@pytest.mark.parametrize("case", IN_TIME, ids=lambda case: case.name)
def test_each_ends_as_it_should(world: World, case: Case):
    marking_world.assert_right_end(world, case)


@pytest.mark.parametrize("case", IN_TIME, ids=lambda case: case.name)
def test_each_ends_the_same_each_time(world: World, case: Case):
    marking_world.assert_same_each_time(world, case)


@pytest.mark.parametrize("case", IN_TIME, ids=lambda case: case.name)
def test_each_is_in_the_table_and_has_a_page(world: World, case: Case):
    marking_world.assert_table_and_page(world, case)


def test_every_submission_has_one_result(world: World):
    marking_world.assert_one_result_each(world)


def test_neighbours_are_marked_as_if_they_were_alone(world: World):
    marking_world.assert_neighbours_as_alone(world)


def test_nothing_outside_changes_and_nothing_is_left(world: World):
    marking_world.assert_nothing_changed_or_left(world)


def test_nothing_hidden_is_told(world: World):
    marking_world.assert_nothing_hidden_told(world)


def test_pages_show_no_foreign_code(world: World):
    pages = [path for path in files_to_read(world.batches[0]) if path.suffix == ".html"]
    assert len(pages) > len(IN_TIME) // 2
    for path in pages:
        assert not FOREIGN.findall(path.read_text("utf-8")), path
    page = next(world.batches[0].output.glob("reports/text-page/*.html")).read_text("utf-8")
    assert "<script>alert(1)</script>" in html.unescape(page)


def test_the_corpus_is_large_and_nothing_in_it_twice():
    assert len(CORPUS) >= 55
    assert len({case.folder for case in CORPUS}) == len({case.name for case in CORPUS})
    assert len({case.name for case in CORPUS}) == len(CORPUS)
    assert {case.status for case in CORPUS} == {"marked", "stopped", "refused"}
    assert {case.assignment for case in CORPUS} == {LINE, DIRECT}
    assert all(case.tries.endswith((".", "?")) for case in CORPUS)
    assert len(IN_TIME) + len(LATE_ONES) == len(CORPUS)


# --- What these tests would find ------------------------------------------------------------------


def test_a_process_that_is_left_would_be_found():
    with orphans(patience=0.5) as left:
        subprocess.run(["sh", "-c", "sleep 60 > /dev/null 2>&1 &"], check=True)
    for child in psutil.Process().children():
        if child.name() == "sleep":
            child.kill()
            child.wait()
    assert any("sleep" in each for each in left)


def test_a_change_would_be_found(tmp_path: Path):
    (tmp_path / "file").write_text("1")
    before = seen_in([tmp_path])
    (tmp_path / "file").chmod(0o600)
    assert seen_in([tmp_path]) != before
    before = seen_in([tmp_path])
    (tmp_path / "link").symlink_to("nowhere")
    assert seen_in([tmp_path]) != before


def test_a_call_would_be_heard(tmp_path: Path):
    with servers(tmp_path) as (outside, visits):
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", outside.port)),
            (socket.AF_UNIX, outside.socket),
            (socket.AF_UNIX, "\0" + outside.abstract),
        ):
            with socket.socket(family) as client:
                client.connect(address)
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.sendto(b"hello", ("127.0.0.1", outside.datagrams))
        end = time.monotonic() + 60
        while len(visits) < 4 and time.monotonic() < end:
            time.sleep(0.01)
    assert len(visits) == 4


@pytest.mark.parametrize("text", [SECRET, "x was 713.0915", "seen_7130915", "[713.09, 1.0]"])
def test_a_secret_would_be_found(text: str):
    assert told(f"nothing {text} nothing", 713.0915)


@pytest.mark.parametrize("text", ["<img src=x>", "<script>", "a\x1b[2Jb", "a\u202eb"])
def test_foreign_code_would_be_found(text: str):
    assert FOREIGN.findall(text)
