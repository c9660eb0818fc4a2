"""What lies among the submissions is found and read, or has its own reason."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from growing import grows_in_step

from course_tools.files import ROOT
from course_tools.marking.assignments import every_assignment
from course_tools.marking.collecting import files, lying
from course_tools.marking.collecting.finding import find
from course_tools.marking.collecting.reading import content_of
from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import Bounds, RefusedError, Submission

EXERCISES = sorted(ROOT.glob("exercises/*/*.ipynb"))
KNOWN = every_assignment(ROOT / "solutions")
FIRST, SECOND, *_, LAST = KNOWN
GOOD, OTHER = (path.read_bytes() for path in EXERCISES[:2])


def hand_in(folder: Path, student: str, assignment: str = FIRST, content: bytes = GOOD) -> Path:
    """Hand in, in nbgrader's layout."""
    path = folder / student / assignment / f"exercise_{assignment}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


# --- Finding --------------------------------------------------------------------------------------


def test_both_layouts_are_found_in_order(tmp_path: Path):
    for student in ("Zoë O'Neil", "李雷", "anna.b@uni"):
        hand_in(tmp_path / "nested", student, SECOND)
    hand_in(tmp_path / "nested", "bob", FIRST)
    (tmp_path / "nested" / "bob" / FIRST / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    (tmp_path / "nested" / "eve" / FIRST).mkdir(parents=True)
    (tmp_path / "nested" / "eve" / "feedback").mkdir()
    (tmp_path / "nested" / ".hidden" / FIRST).mkdir(parents=True)
    (tmp_path / "nested" / "notes.txt").touch()
    found = find(tmp_path / "nested", "", KNOWN).submissions
    assert [(each.assignment, each.student) for each in found] == [
        (FIRST, "bob"),
        (FIRST, "eve"),
        *((SECOND, name) for name in sorted(("Zoë O'Neil", "李雷", "anna.b@uni"))),
    ]
    assert [each.path.exists() for each in found] == [True, False, True, True, True]
    assert [each.student for each in find(tmp_path / "nested", FIRST, KNOWN).submissions] == [
        "bob",
        "eve",
    ]

    (tmp_path / "flat" / "feedback").mkdir(parents=True)
    for student in ("dan", "carol", ".hidden"):
        (tmp_path / "flat" / f"{student}.ipynb").write_bytes(GOOD)
    for assignment, known in ((FIRST, KNOWN), ("", {FIRST: KNOWN[FIRST]})):
        found = find(tmp_path / "flat", assignment, known).submissions
        assert [(each.student, each.assignment) for each in found] == [
            ("carol", FIRST),
            ("dan", FIRST),
        ]
    assert content_of(found[0], tmp_path / "flat") == GOOD


def test_links_are_listed_and_not_followed(tmp_path: Path):
    folder = tmp_path / "submitted"
    hand_in(tmp_path / "others", "bob")
    hand_in(folder, "anna")
    (folder / "student").symlink_to(tmp_path / "others" / "bob")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "assignment").mkdir()
    (folder / "assignment" / FIRST).symlink_to(tmp_path / "others" / "bob" / FIRST)
    hand_in(folder, "notebook").unlink()
    (folder / "notebook" / FIRST / f"exercise_{FIRST}.ipynb").symlink_to(
        tmp_path / "others" / "bob" / FIRST / f"exercise_{FIRST}.ipynb"
    )
    found = find(folder, "", KNOWN).submissions
    assert {each.assignment for each in found} == {FIRST}
    names = ["anna", "assignment", "dangling", "notebook", "student"]
    assert [each.student for each in found] == names
    for each in found[1:]:
        with pytest.raises(RefusedError, match=r"is a link\. Hand in the notebook itself"):
            content_of(each, folder)
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert content_of(find(link, FIRST, KNOWN).submissions[0], link) == GOOD


def test_a_folder_that_nobody_may_look_into_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hand_in(tmp_path, "anna")
    hand_in(tmp_path, "closed")
    scandir = os.scandir

    def locked(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(lying.os, "scandir", locked)
    assert [each.student for each in find(tmp_path, "", KNOWN).submissions] == ["anna", "closed"]


def spoilt_missing(folder: Path) -> None:
    folder.rmdir()


def spoilt_file(folder: Path) -> None:
    folder.rmdir()
    folder.touch()


def spoilt_other(folder: Path) -> None:
    for number in range(8):
        (folder / f"folder-{number}").mkdir()


def spoilt_course(folder: Path) -> None:
    hand_in(folder / "submitted", "anna")


def spoilt_flat(folder: Path) -> None:
    (folder / "bob.ipynb").write_bytes(b"{}")


@pytest.mark.parametrize(
    ("spoil", "assignment", "words"),
    [
        (spoilt_missing, FIRST, ["no such folder", "Give the folder", "<student>.ipynb"]),
        (spoilt_file, FIRST, ["a file, not a folder or a zip", "Give the folder"]),
        (lambda folder: None, FIRST, ["Found: nothing", FIRST, "Is it another folder?"]),
        (spoilt_other, "", ["any assignment", "folder-0", "and 3 more"]),
        (spoilt_course, "", ["Found: submitted", "Try ", "submitted."]),
        (spoilt_flat, "", ["not clear which assignment", SECOND, "Name one with --assignment"]),
        (spoilt_flat, FIRST[:-1], ["is no assignment", f"Did you mean '{FIRST}'", LAST]),
        (spoilt_flat, "???", ["is no assignment", "Choose one", LAST]),
    ],
)
def test_what_cannot_be_searched_is_refused(
    spoil: Callable[[Path], None], assignment: str, words: list[str], tmp_path: Path
):
    folder = tmp_path / "folder"
    folder.mkdir()
    spoil(folder)
    with pytest.raises(MarkingError) as caught:
        find(folder, assignment, KNOWN)
    for word in words:
        assert word in str(caught.value)


def test_thousands_of_submissions_are_found_at_once(tmp_path: Path):
    def hand_in_and_find(count: int) -> None:
        folder = Path(mkdtemp(dir=tmp_path))
        for number in range(count):
            (folder / f"student-{number}" / FIRST).mkdir(parents=True)
        assert len(find(folder, "", KNOWN).submissions) == count

    assert grows_in_step(hand_in_and_find, 2_000)


# --- Reading --------------------------------------------------------------------------------------


def as_folder(path: Path) -> None:
    path.mkdir()


def as_pipe(path: Path) -> None:
    os.mkfifo(path)


def as_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's address is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def as_device(path: Path) -> None:
    try:
        os.mknod(path, 0o20644, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


def as_empty(path: Path) -> None:
    path.touch()


def as_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**9)


def as_missing(path: Path) -> None:
    (path.parent / "answer.pdf").write_bytes(GOOD)


def as_file_above(path: Path) -> None:
    path.parent.rmdir()
    path.parent.touch()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (as_missing, "There is no notebook 'exercise_01_.*' or '01_.*'. Hand it in"),
        (as_folder, "is a folder, not a file"),
        (as_pipe, "is a pipe, not a file"),
        (as_socket, "is a socket, not a file"),
        (as_device, "is a device, not a file"),
        (as_file_above, "should be a folder and is none"),
        (as_empty, "is empty"),
        (as_large, "1,000,000,000 bytes, and 100,000,000 are allowed. Clear the outputs"),
    ],
)
def test_what_is_no_readable_file_has_its_reason(
    spoil: Callable[[Path], None], reason: str, tmp_path: Path
):
    path = hand_in(tmp_path, "anna")
    path.unlink()
    spoil(path)
    (found,) = find(tmp_path, FIRST, KNOWN).submissions
    with pytest.raises(RefusedError, match=reason):
        content_of(found, tmp_path)


def test_what_was_begun_under_the_older_name_is_read(tmp_path: Path):
    path = hand_in(tmp_path, "anna")
    path.rename(path.with_name(f"{FIRST}.ipynb"))
    (found,) = find(tmp_path, FIRST, KNOWN).submissions
    assert content_of(found, tmp_path) == GOOD
    path.write_bytes(GOOD + b" ")
    os.utime(path, ns=(1, 1))
    (found,) = find(tmp_path, FIRST, KNOWN).submissions
    assert content_of(found, tmp_path) == GOOD + b" "


def open_files() -> int:
    """Count this process's open files."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("kind", ["link", "pipe", "folder above"])
def test_what_is_exchanged_after_the_look_is_refused_all_the_same(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = hand_in(tmp_path, "anna")
    looks = {"folder": path.parent.stat(), "file": path.stat()}
    path.unlink()
    if kind == "link":
        path.symlink_to(EXERCISES[0])
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.parent.rmdir()
        path.parent.symlink_to(EXERCISES[0].parent)

    def earlier(name: str, **options: Any) -> os.stat_result:
        return looks["file" if name.endswith(".ipynb") else "folder"]

    before = open_files()
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "stat", earlier)
        with pytest.raises(RefusedError, match=r"is a pipe|cannot be read"):
            content_of(Submission("anna", FIRST, path), tmp_path)
    assert open_files() == before


@pytest.mark.parametrize("change", [b" ", b""], ids=["longer", "as long"])
def test_a_file_that_changes_meanwhile_is_refused(
    change: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = hand_in(tmp_path, "anna")
    os.utime(path, ns=(1, 1))
    reading = os.read

    def slow(descriptor: int, most: int) -> bytes:
        path.write_bytes(path.read_bytes() + change)
        return reading(descriptor, most)

    monkeypatch.setattr(files.os, "read", slow)
    with pytest.raises(RefusedError, match="changed while it was read"):
        content_of(Submission("anna", FIRST, path), tmp_path, Bounds(file=len(GOOD) + 1))


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = hand_in(tmp_path, "anna")
    opening = os.open

    def locked(name: Any, flags: int, **options: Any) -> int:
        if str(name).endswith(".ipynb"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opening(name, flags, **options)

    monkeypatch.setattr(files.os, "open", locked)
    with pytest.raises(RefusedError, match=r"cannot be read \(Permission denied\)"):
        content_of(Submission("anna", FIRST, path), tmp_path)


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("", "is empty"),
        (" anna", "a space at an end"),
        (".anna", "begins with a dot"),
        ("..", "begins with a dot"),
        ("a" * 101, "has 101 characters, and 100 are allowed"),
        ("*", r"contains '\*'"),
        ("anna/bob", "contains '/'"),
        ("anna\\bob", r"contains '\\\\'"),
        ("an\nna", r"character '\\n'"),
        ("an\x7fna", r"character '\\x7f'"),
        ("an\udcffna", r"character '\\udcff'"),
        ("an\u2028na", r"character '\\u2028'"),
        ("an\u202ena", r"character '\\u202e'"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(student: str, reason: str, tmp_path: Path):
    submission = Submission(student, FIRST, tmp_path / "x.ipynb")
    with pytest.raises(RefusedError, match=reason) as caught:
        content_of(submission, tmp_path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "student",
    [
        "Zoë O'Neil",
        "李雷",
        "Ольга",
        "محمد",
        "می‌خواهم",
        "anna.b@uni.example",
        "anna+bob",
        "e\u0301ve",
        "a" * 100,
    ],
)
def test_names_of_every_alphabet_are_fine(student: str, tmp_path: Path):
    hand_in(tmp_path, student)
    (found,) = find(tmp_path, FIRST, KNOWN).submissions
    assert found.student == student
    assert content_of(found, tmp_path) == GOOD


def test_a_name_that_is_no_text_is_listed_and_refused(tmp_path: Path):
    (tmp_path / "an\udcff" / FIRST).mkdir(parents=True)
    (found,) = find(tmp_path, FIRST, KNOWN).submissions
    with pytest.raises(RefusedError, match="broken character"):
        content_of(found, tmp_path)
