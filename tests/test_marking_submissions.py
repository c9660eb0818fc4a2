"""Whatever is handed in is read within bounds, or refused with its own reason."""

from __future__ import annotations

import errno
import gc
import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_tools.files import ROOT, show
from course_tools.marking import submissions
from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import (
    Bounds,
    RefusedError,
    Submission,
    content_of,
    find,
    notebook_of,
)
from course_tools.notebooks.course import slug_of

EXERCISES = sorted(ROOT.glob("exercises/*/*.ipynb"))
KNOWN = [slug_of(path) for path in EXERCISES]
FIRST, SECOND = KNOWN[:2]
GOOD = EXERCISES[0].read_bytes()
SMALL = Bounds(bytes=1_000, cells=3, characters=40, values=60, depth=5)


def notebook(*cells: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A notebook as JupyterLab writes it, with changes."""
    nb = {"cells": list(cells or [code()]), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return nb | changes


def code(source: Any = "x = 1", **changes: Any) -> dict[str, Any]:
    """A code cell, with changes."""
    cell: dict[str, Any] = {"cell_type": "code", "id": "a", "metadata": {}, "source": source}
    return cell | {"outputs": [], "execution_count": None} | changes


def without(cell: dict[str, Any], key: str) -> dict[str, Any]:
    """A cell that lacks something."""
    return {name: value for name, value in cell.items() if name != key}


def read(data: Any, bounds: Bounds = submissions.DEFAULT) -> nbformat.NotebookNode:
    """Read data as a notebook."""
    return notebook_of(json.dumps(data).encode(), bounds)


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
    found = find(tmp_path / "nested", "", KNOWN)
    assert [(each.assignment, each.student) for each in found] == [
        (FIRST, "bob"),
        (FIRST, "eve"),
        *((SECOND, name) for name in sorted(("Zoë O'Neil", "李雷", "anna.b@uni"))),
    ]
    assert [each.path.exists() for each in found] == [True, False, True, True, True]
    assert [each.student for each in find(tmp_path / "nested", FIRST, KNOWN)] == ["bob", "eve"]

    (tmp_path / "flat" / "feedback").mkdir(parents=True)
    for student in ("dan", "carol", ".hidden"):
        (tmp_path / "flat" / f"{student}.ipynb").write_bytes(GOOD)
    for assignment, known in ((FIRST, KNOWN), ("", [FIRST])):
        found = find(tmp_path / "flat", assignment, known)
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
    found = find(folder, "", KNOWN)
    assert {each.assignment for each in found} == {FIRST}
    names = ["anna", "assignment", "dangling", "notebook", "student"]
    assert [each.student for each in found] == names
    for each in found[1:]:
        with pytest.raises(RefusedError, match=r"is a link\. Hand in the notebook itself"):
            content_of(each, folder)
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert content_of(find(link, FIRST, KNOWN)[0], link) == GOOD


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

    monkeypatch.setattr(submissions.os, "scandir", locked)
    assert [each.student for each in find(tmp_path, "", KNOWN)] == ["anna", "closed"]


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


def spoilt_mixed(folder: Path) -> None:
    hand_in(folder, "anna")
    (folder / "bob.ipynb").write_bytes(GOOD)


def spoilt_flat(folder: Path) -> None:
    (folder / "bob.ipynb").write_bytes(GOOD)


@pytest.mark.parametrize(
    ("spoil", "assignment", "words"),
    [
        (spoilt_missing, FIRST, ["no such folder", "Give the folder", "<student>.ipynb"]),
        (spoilt_file, FIRST, ["a file, not a folder", "Give the folder"]),
        (lambda folder: None, FIRST, ["Found: nothing", FIRST, "Is it another folder?"]),
        (spoilt_other, "", ["any assignment", "folder-0", "and 3 more"]),
        (spoilt_course, "", ["Found: submitted", "Try ", "submitted."]),
        (spoilt_mixed, FIRST, ["mixes both layouts", "bob.ipynb", "anna", "Move one"]),
        (spoilt_flat, "", ["does not say which assignment", SECOND, "Name one"]),
        (spoilt_flat, FIRST[:-1], ["is no assignment", f"Did you mean '{FIRST}'", KNOWN[-1]]),
        (spoilt_flat, "???", ["is no assignment", "Choose one", KNOWN[-1]]),
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


def grows_in_step(work: Callable[[int], object], size: int) -> bool:
    """Whether ten times as much takes about ten times as long, and not a hundred times.

    Other objects of this process are left out of it: Python looks through all of them now and then.
    """

    def seconds(size: int) -> float:
        start = time.process_time()
        work(size)
        return time.process_time() - start

    gc.disable()
    try:
        small = min(seconds(size // 10) for _ in range(3))  # the others were disturbed
        return seconds(size) < 50 * max(small, 0.005)
    finally:
        gc.enable()


def test_what_grows_faster_is_noticed():
    assert grows_in_step(lambda size: sum(range(size)), 10**6)
    assert not grows_in_step(lambda size: sum(range(size**2)), 8_000)


def test_thousands_of_submissions_are_found_at_once(tmp_path: Path):
    def hand_in_and_find(count: int) -> None:
        folder = Path(mkdtemp(dir=tmp_path))
        for number in range(count):
            (folder / f"student-{number}" / FIRST).mkdir(parents=True)
        assert len(find(folder, "", KNOWN)) == count

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
    (path.parent / f"{FIRST}-Copy1.ipynb").write_bytes(GOOD)


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
        (as_large, "1,000,000,000 bytes, and 5,000,000 are allowed. Clear the outputs"),
    ],
)
def test_what_is_no_readable_file_has_its_reason(
    spoil: Callable[[Path], None], reason: str, tmp_path: Path
):
    path = hand_in(tmp_path, "anna")
    path.unlink()
    spoil(path)
    (found,) = find(tmp_path, FIRST, KNOWN)
    with pytest.raises(RefusedError, match=reason):
        content_of(found, tmp_path)


def test_what_was_begun_under_the_older_name_is_read(tmp_path: Path):
    path = hand_in(tmp_path, "anna")
    path.rename(path.with_name(f"{FIRST}.ipynb"))
    (found,) = find(tmp_path, FIRST, KNOWN)
    assert content_of(found, tmp_path) == GOOD
    path.write_bytes(GOOD + b" ")
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
        patch.setattr(submissions.os, "stat", earlier)
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

    monkeypatch.setattr(submissions.os, "read", slow)
    with pytest.raises(RefusedError, match="changed while it was read"):
        content_of(Submission("anna", FIRST, path), tmp_path, Bounds(bytes=len(GOOD) + 1))


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = hand_in(tmp_path, "anna")
    opening = os.open

    def locked(name: Any, flags: int, **options: Any) -> int:
        if str(name).endswith(".ipynb"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opening(name, flags, **options)

    monkeypatch.setattr(submissions.os, "open", locked)
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
        ("anna+bob", r"contains '\+'"),
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
        "e\u0301ve",
        "a" * 100,
    ],
)
def test_names_of_every_alphabet_are_fine(student: str, tmp_path: Path):
    hand_in(tmp_path, student)
    (found,) = find(tmp_path, FIRST, KNOWN)
    assert found.student == student
    assert content_of(found, tmp_path) == GOOD


def test_a_name_that_is_no_text_is_listed_and_refused(tmp_path: Path):
    (tmp_path / "an\udcff" / FIRST).mkdir(parents=True)
    (found,) = find(tmp_path, FIRST, KNOWN)
    with pytest.raises(RefusedError, match="broken character"):
        content_of(found, tmp_path)


# --- Understanding --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXERCISES, ids=show)
def test_an_exercise_is_understood_as_it_is(path: Path):
    nb = notebook_of(path.read_bytes())
    nbformat.validate(nb)
    for mine, theirs in zip(nb.cells, nbformat.read(path, as_version=4).cells, strict=True):
        kept = ("cell_type", "id", "source")
        assert [mine[key] for key in kept] == [theirs[key] for key in kept]
        assert mine.metadata.get("nbgrader") == theirs.metadata.get("nbgrader")


@pytest.mark.parametrize("path", sorted(ROOT.glob("solutions/*/*.ipynb")), ids=show)
def test_outputs_are_left_out(path: Path):
    content = path.read_bytes()
    assert b'"output_type"' in content
    nb = notebook_of(content)
    assert not any(cell.get("outputs") for cell in nb.cells)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
        (GOOD.decode().encode("utf-16"), "byte 1 is not UTF-8"),
        (b"<html></html>", "line 1, column 1 is not valid JSON"),
        (GOOD + b"}", "is not valid JSON"),
        (b'{"cells": NaN}', "NaN, which is not valid JSON"),
        (b'{"cells": -Infinity}', "-Infinity, which is not valid JSON"),
        (b'{"cells": 1e999}', "1e999, which is not valid JSON"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "a number of 5,000 digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"null", "it is other data"),
        (b"[4]", "it is other data"),
        (b"{}", "it is other data"),
        (b'{"nbformat": "4", "cells": []}', "it is other data"),
        (b'{"nbformat": true, "cells": []}', "it is other data"),
        (b'{"nbformat": 4}', "it is other data"),
        (b'{"nbformat": 3, "worksheets": []}', "old format 3. Open it in JupyterLab, save it"),
        (b'{"nbformat": 5, "cells": []}', "format 5, which is too new: 4 is allowed"),
        (b'{"nbformat": 4, "cells": {}}', "cells are not a list"),
        (b'{"nbformat": 4, "cells": [1]}', "cells are not a list"),
    ],
)
def test_what_is_no_notebook_has_its_reason(content: bytes, reason: str):
    with pytest.raises(RefusedError, match=reason):
        notebook_of(content)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (notebook(code(), without(code(), "source")), "cell 2, counted from the top"),
        (notebook(code(7)), "cell 1, counted"),
        (notebook(code(["a", 7])), "cell 1, counted"),
        (notebook(code(), code(cell_type="heading")), "cell 2, counted"),
        (notebook(code(cell_type=["code"])), "cell 1, counted"),
        (notebook(*[code()] * 4), "has 4 cells, and 3 are allowed"),
        (notebook(code("x" * 21), code("x" * 20)), "41 characters of text, and 40 are allowed"),
        (notebook(metadata={"a": [0] * 60}), "more than 60 values"),
        (notebook(metadata={"a": [[[[[[]]]]]]}), "nested too deeply"),
        (notebook(cells=[]), "has no code cells"),
        (notebook({"cell_type": "markdown", "metadata": {}, "source": ""}), "has no code cells"),
        (
            notebook(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}),
            "is written in R, and this course uses Python",
        ),
        (notebook(metadata={"language_info": {"name": "julia"}}), "is written in julia"),
    ],
)
def test_a_broken_notebook_has_its_reason(data: Any, reason: str):
    with pytest.raises(RefusedError, match=reason):
        read(data, SMALL)


@pytest.mark.parametrize(
    "data",
    [
        notebook(code(), code(id="b", metadata={"tags": ["one", "one", "a,b"], "name": ""})),
        notebook(code(), code(id="b", metadata={"collapsed": None, "number": 10**40})),
        notebook(code(), code(id="b", metadata={"nbgrader": "graded"})),
        notebook(code(), without(code(id="b"), "metadata")),
        notebook(code(), code(id="b", cell_type="markdown", attachments={"a.png": "x"})),
        notebook(code(), code(id="b"), metadata=[]),
        notebook(code(), code(id="b"), metadata={"title": 3, "kernelspec": {"cells": [1]}}),
        notebook(code(), code(id="b"), metadata={"kernelspec": "python", "language_info": {}}),
    ],
)
def test_metadata_that_nobody_needs_may_be_anything(data: Any):
    nb = read(data, SMALL)
    nbformat.validate(nb)
    assert [cell.source for cell in nb.cells] == [cell["source"] for cell in data["cells"]]
    assert [cell.metadata for cell in nb.cells] == [{}, {}]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": {"name": "my-env", "display_name": "Mine", "language": "python"}},
        {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        {"language_info": {"name": "Python 3.11"}},
        {"language_info": {"name": "python", "version": "3.14.0"}},
        {"language_info": {"name": "Python"}},
    ],
)
def test_every_python_kernel_is_fine(metadata: dict[str, Any]):
    assert len(read(notebook(metadata=metadata)).cells) == 1


@pytest.mark.parametrize(
    "cells",
    [
        [without(code(), "id"), without(code(), "id")],
        [code(), code(), code(id="cell-0")],
        [code(id="no id"), code(id="x" * 65), code(id=3), code(id="")],
    ],
)
def test_every_cell_gets_an_id_of_its_own(cells: list[dict[str, Any]]):
    nb = read(notebook(*cells, nbformat_minor=4))
    nbformat.validate(nb)
    ids = [cell.id for cell in nb.cells]
    assert len(set(ids)) == len(cells)
    assert ids == [cell.id for cell in read(notebook(*cells)).cells]


def test_what_other_programs_add_to_a_cell_does_not_matter():
    added = code(outputs="none", execution_count="?", deepnote_id=1, attachments={"a": {}})
    nb = read(notebook(added, metadata={"widgets": {"state": [0] * 100}}), SMALL)
    nbformat.validate(nb)
    assert nb.cells[0].source == "x = 1"


def test_half_characters_are_replaced():
    content = json.dumps(
        notebook(code('x = "\ud800"', metadata={"\udfff": "\ud800"}), metadata={"a": "\udc00"})
    )
    nb = notebook_of(content.encode())
    assert nb.cells[0].source == 'x = "\ufffd"'
    assert nbformat.writes(nb).encode()


def test_a_notebook_cut_off_anywhere_says_so():
    content = GOOD.rstrip()
    for length in range(1, len(content), 7):
        with pytest.raises(RefusedError, match="is cut off"):
            notebook_of(content[:length])


HOSTILE = {
    "lists": (b'{"nbformat":4,"cells":[],"metadata":[', b"[],", b"0]}"),
    "objects": (b'{"nbformat":4,"cells":[],"metadata":[', b"{},", b"0]}"),
    "cells": (b'{"nbformat":4,"cells":[', b"{},", b"{}]}"),
    "outputs": (b'{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{},'
                b'"source":"","outputs":[', b"{},", b"0]}]}"),
    "lines": (b'{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{},'
              b'"source":[', b'"",', b'""]}]}'),
    "half characters": (b'{"nbformat":4,"cells":[],"metadata":{"a":"', b"\\ud800", b'"}}'),
    "digits": (b"", b"7", b""),
    "numbers": (b"[", b"1e5,", b"0]"),
    "brackets": (b"", b"[", b""),
    "spaces": (b"", b" ", b"{"),
}  # fmt: skip
"""How each begins, what it repeats, and how it ends."""


@pytest.mark.parametrize("kind", HOSTILE)
def of_size(kind: str, size: int) -> bytes:
    """Write so much of a kind."""
    begin, middle, end = HOSTILE[kind]
    return begin + middle * ((size - len(begin + end)) // len(middle)) + end


@pytest.mark.parametrize("kind", HOSTILE)
def test_five_megabytes_of_anything_take_no_time(kind: str):
    def read(size: int) -> None:
        with suppress(RefusedError):
            notebook_of(of_size(kind, size))

    assert grows_in_step(read, 5_000_000)
    if kind in ("outputs", "lines"):
        assert notebook_of(of_size(kind, 5_000_000)).cells[0].source == ""
    else:
        with pytest.raises(RefusedError):
            notebook_of(of_size(kind, 5_000_000))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["cell_type", "id", "metadata", "source", "outputs", "attachments"])


@settings(max_examples=settings.default.max_examples * 3)
@given(st.dictionaries(KEYS, JSON), st.dictionaries(st.sampled_from([*notebook()]), JSON))
def test_every_notebook_is_valid_or_refused(cell: dict[str, Any], whole: dict[str, Any]):
    with suppress(RefusedError):
        nbformat.validate(read(notebook(code(), code(**cell), **whole)))
