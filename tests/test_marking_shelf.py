"""The shelf: what is to be seen inside is copied whole, into memory, and tells of no machine."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from marking_class import needs_bubblewrap
from marking_inside import said_alone

from course_tools.files import ROOT
from course_tools.marking.results import MarkingError
from course_tools.marking.sandbox import copying, programs, shelf, tree
from course_tools.marking.sandbox.copying import TIME
from course_tools.marking.sandbox.shelf import filled
from course_tools.marking.sandbox.tree import Files

SMALL: Files = {"/usr/a": b"one", "/course/b/c.py": b"x = 1\n"}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show two small files alone."""
    monkeypatch.setattr(tree, "everything", lambda _: SMALL)


# --- What is copied -------------------------------------------------------------------------------


def test_files_are_copied_with_one_time(tmp_path: Path) -> None:
    module = tmp_path / "here" / "module.py"
    module.parent.mkdir()
    module.write_text(f"place = {str(ROOT)!r}\n")
    files: Files = {**SMALL, "/course/own/module.py": str(module)}
    (tmp_path / "there").mkdir()
    size = copying.fill(str(tmp_path / "there"), files)
    copied = [*(tmp_path / "there").rglob("*")]
    assert size == sum(each.stat().st_size for each in copied if each.is_file())
    assert {each.stat().st_mtime for each in copied} == {TIME}
    kept = tmp_path / f"there/course/own/__pycache__/module.{sys.implementation.cache_tag}.pyc"
    assert kept.read_bytes()[:4] == importlib.util.MAGIC_NUMBER
    spec = importlib.util.spec_from_file_location("m", tmp_path / "there/course/own/module.py")
    assert spec
    assert spec.loader
    assert spec.loader.get_code("m")  # type: ignore[attr-defined]


def test_a_module_that_has_changed_is_not_taken_as_python_kept_it(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    kept = Path(importlib.util.cache_from_source(str(module)))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(copying.header(7, 6) + b"old")
    try:
        assert copying.compiled("/x.py", str(module), b"x = 1\n", 7)[16:] == b"old"
        assert copying.compiled("/x.py", str(module), b"x = 1\n", 8) == b""
        assert copying.compiled("/x.py", str(module), b"x = 10\n", 7) == b""
        assert copying.compiled(f"{tree.OWN}/x.py", str(module), b"x = 10\n", 7)[16:] != b"old"
    finally:
        kept.unlink()


def test_paths_are_hidden_by_words_of_the_same_length() -> None:
    hiding = copying.words_to_hide()
    assert all(len(word) == len(other) for word, other in hiding.values())
    assert str(ROOT) in hiding
    assert not any(name.startswith("/usr") for name in hiding)
    told = copying.hidden(f"a {ROOT}/b".encode(), hiding.values())
    assert os.fsencode(ROOT) not in told
    assert len(told) == len(f"a {ROOT}/b".encode())


def test_only_matplotlibs_own_fonts_are_listed(tmp_path: Path) -> None:
    fonts = [{"fname": "fonts/ttf/DejaVuSans.ttf"}, {"fname": "/usr/share/fonts/x.ttf"}]
    (tmp_path / "fontlist.json").write_text(json.dumps({"_version": 1, "ttflist": fonts}))
    told = json.loads(tree.fonts_here(tmp_path / "fontlist.json"))
    assert told == {"_version": 1, "ttflist": fonts[:1]}


def test_of_an_instructors_modules_nothing_is_left_out(tmp_path: Path) -> None:
    for name in ("helper.py", "tests/xx.csv", "config-1/_test.h", "__pycache__/helper.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to("/nowhere")
    places = tree.everything((tmp_path,))
    found = {place for place in places if place.startswith(f"{tree.COURSE}/modules/0/")}
    names = ("helper.py", "tests/xx.csv", "config-1/_test.h")
    assert found == {f"{tree.COURSE}/modules/0/{name}" for name in names}


def test_no_right_answer_and_no_test_is_listed() -> None:
    places = tree.everything(())
    assert not [place for place in places if "/bank/lesson_" in place]
    assert not [place for place in places if "solution_" in place or "/course_tools/" in place]
    assert f"{tree.OWN}/lessons_lib/feedback/bank/__init__.py" in places
    assert tree.python_place() in places


# --- Libraries ------------------------------------------------------------------------------------


def test_what_a_program_needs_is_found() -> None:
    needs = programs.needs_of(Path("/bin/ls"))
    assert "libc.so.6" in needs.libraries
    found = dict(programs.libraries_for([Path("/bin/ls")], {}))
    assert any(place.endswith("/libc.so.6") for place in found)
    assert programs.settled(Path(needs.linker)) in found
    assert all(path.is_file() for path in found.values())


def test_what_is_no_program_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    (tmp_path / "empty").touch()
    for name in ("text", "empty"):
        assert programs.needs_of(tmp_path / name) == programs.Needs()


def test_a_library_beside_a_package_stays_beside_it() -> None:
    packages = sysconfig.get_path("purelib")
    modules = [*Path(packages, "numpy").rglob("_multiarray_umath*.so")]
    found = dict(programs.libraries_for(modules, {packages: tree.PACKAGES}))
    beside = [place for place, path in found.items() if path.is_relative_to(packages)]
    assert all(place.startswith(f"{tree.PACKAGES}/") for place in beside)


# --- Where it is kept -----------------------------------------------------------------------------


def descriptors() -> int:
    """Count what is open."""
    return len([*Path("/proc/self/fd").iterdir()])


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small")
def test_nobody_else_sees_it_and_nothing_is_left_of_it() -> None:
    before, there = descriptors(), {*Path("/sys").iterdir()}
    kept = filled(())
    assert kept.folders == ["course", "usr"]
    assert kept.size > 8
    assert {*Path("/sys").iterdir()} == there
    kept.close()
    assert descriptors() == before


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.ENOMEM])
def test_where_there_is_no_room_it_says_so(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    before = descriptors()
    monkeypatch.setattr(copying, "write", full)
    with pytest.raises(MarkingError, match=rf"{os.strerror(number)}.*out of memory"):
        filled(())
    assert descriptors() == before


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small")
def test_more_than_is_allowed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "LARGEST", 5)
    with pytest.raises(MarkingError, match=r"/course/b/c\.py is one file too many.*--module"):
        filled(())


WORDS = """
import os
import signal
import subprocess
def files():
    for folder, folders, names in os.walk("/"):
        folders[:] = [name for name in folders if os.path.join(folder, name) != "/dev"]
        yield from (os.path.join(folder, name) for name in names)
found = []
for path in files():
    with open(path, "rb") as file:
        content = file.read()
    found += [path] * any(word in content for word in {words})
print(found)
"""


def telling_words() -> Iterator[bytes]:
    """Give the folders that would say whose machine this is."""
    for folder in (str(ROOT), str(Path(sys.base_prefix).parent)):
        if folder.count("/") > 1 and not folder.startswith("/usr"):
            yield os.fsencode(folder)


@needs_bubblewrap
@pytest.mark.sandbox
def test_no_file_inside_says_where_the_course_is() -> None:
    assert said_alone(WORDS.format(words=[*telling_words()])) == "[]"


# --- By another process ---------------------------------------------------------------------------


@pytest.fixture
def nothing_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process have no shelf, nor one under way."""
    monkeypatch.setattr(shelf, "SHELVES", {})
    monkeypatch.setattr(shelf, "ERRANDS", {})


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small", "nothing_made")
def test_another_process_fills_it_and_hands_it_over(monkeypatch: pytest.MonkeyPatch) -> None:
    before = descriptors()
    shelf.begin(())
    shelf.begin(())
    assert len(shelf.ERRANDS) == 1
    monkeypatch.setattr(shelf, "filled", None)  # this process need not do it
    made = shelf.shelf(())
    assert made.folders == ["course", "usr"]
    assert shelf.shelf(()) is made
    shelf.begin(())
    assert not shelf.ERRANDS
    made.close()
    assert descriptors() == before


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small", "nothing_made")
def test_if_that_process_is_lost_this_one_fills_it() -> None:
    shelf.begin(())
    os.kill(shelf.ERRANDS[()].process, signal.SIGKILL)
    made = shelf.shelf(())
    assert made.folders == ["course", "usr"]
    made.close()


def test_a_keeper_that_is_ended_is_told() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
        with pytest.raises(MarkingError, match="was ended by something outside it"):
            shelf.child_of(ended.pid)


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("noticed", [True, False])
def test_so_is_one_that_is_ended_while_it_is_filled(
    monkeypatch: pytest.MonkeyPatch, noticed: bool
) -> None:
    def lost(home: str, _: object) -> None:
        keeper = psutil.Process(int(home.split("/")[2]))
        starter = keeper.parent()
        assert starter
        if not noticed:  # what has ended is there for the system until its parent has asked
            starter.suspend()
            threading.Timer(0.5, starter.resume).start()
        keeper.kill()
        while Path(home).exists():
            time.sleep(0.01)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", home)

    monkeypatch.setattr(copying, "fill", lost)
    with pytest.raises(MarkingError, match="was ended by something outside it"):
        filled(())


@needs_bubblewrap
@pytest.mark.sandbox
@pytest.mark.usefixtures("small")
def test_of_one_that_lives_it_is_told_what_cannot_be_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/usr/a")

    monkeypatch.setattr(copying, "fill", full)
    with pytest.raises(MarkingError, match=r"memory \(/usr/a: No space left on device\)"):
        filled(())
