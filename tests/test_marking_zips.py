"""A zip is read within bounds, whatever it says of itself, and nothing in it leads anywhere."""

from __future__ import annotations

import io
import json
import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marking_lying import FILE, MOMENTUM, PICTURE, large, locked, right, zip_of

from course_tools.files import ROOT
from course_tools.marking.assignments import every_assignment
from course_tools.marking.collecting import zips
from course_tools.marking.collecting.finding import find
from course_tools.marking.collecting.reading import content_of
from course_tools.marking.collecting.skimming import TOKENS, without_outputs
from course_tools.marking.collecting.zips import Entry, content_in, entries_of
from course_tools.marking.results import MarkingError
from course_tools.marking.submissions import Bounds, RefusedError, Submission
from course_tools.marking.understanding import notebook_of

KNOWN = every_assignment(ROOT / "solutions")
SMALL = Bounds(bytes=10_000, file=100_000)
GOOD = zip_of({"a/b.ipynb": b"hello", "c.ipynb": b"x" * 3_000})


def unpacked(archive: bytes, name: str = "a/b.ipynb", bounds: Bounds = SMALL) -> bytes:
    """Read one file of a zip."""
    file = io.BytesIO(archive)
    return content_in(file, entries_of(file)[name], bounds)


def entry(name: str, **changes: int) -> Entry:
    """Say what is known of a file with a certain name."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    for key, value in changes.items():
        setattr(info, key, value)
    return zips.entry_of(info)


def test_what_python_has_packed_is_unpacked():
    assert unpacked(GOOD) == b"hello"
    assert unpacked(GOOD, "c.ipynb") == b"x" * 3_000
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive, archive.open("a/b.ipynb", "w") as file:
        file.write(b"hello")  # as a stream: the sizes stand behind it
    assert unpacked(stored.getvalue()) == b"hello"
    assert unpacked(b"#!/bin/sh\n" + GOOD) == b"hello", "something may stand before it"


def changed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Change bytes of a zip that have to be there."""

    def change(archive: bytes) -> bytes:
        assert old in archive
        return archive.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda archive: b"", "no zip, or it is cut off"),
        (lambda archive: archive[:-30], "no zip, or it is cut off"),
        (lambda archive: archive[60:], r"cut off|damaged"),
        (lambda archive: b"PK\x03\x04" + b"x" * 500, "no zip, or it is cut off"),
        (locked, "locked with a password"),
        (changed(b"PK\x03\x04", b"PK\x03\x09"), "damaged"),
        (lambda archive: with_method(zipfile.ZIP_LZMA), "packed in a way that is rarely used"),
        (lambda archive: zip_of({"a/b.ipynb": b""}), "is empty"),
        (lambda archive: zip_of({"a/b.ipynb": b"x" * 100_001}), "more than 100,000 bytes"),
        (lambda archive: other_content(archive), "damaged"),
    ],
)
def test_a_broken_zip_has_its_reason(spoil: Callable[[bytes], bytes], reason: str):
    with pytest.raises(RefusedError, match=reason):
        raise RefusedError(unpacked(spoil(GOOD)).decode())


def with_method(method: int) -> bytes:
    """Pack in another way."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("a/b.ipynb", b"hello")
    return content.getvalue()


def other_content(archive: bytes) -> bytes:
    """Exchange what stands in it, but not what the zip says of it."""
    other = zip_of({"a/b.ipynb": b"jello", "c.ipynb": b"x" * 3_000})
    start, end = (each.index(b"PK\x01\x02") for each in (archive, other))
    assert start == end
    return other[:end] + archive[start:]


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "a//b",
        "C:\\x",
        "..\\..\\x",
        "a\nb",
        "a\u202eb",
        "",
        "./x",
    ],
)
def test_a_name_that_leads_elsewhere_is_said_to(name: str):
    assert "leads elsewhere" in entry(name).trouble


def test_a_link_in_a_zip_is_not_followed():
    assert "is a link" in entry("a", external_attr=(stat.S_IFLNK | 0o777) << 16).trouble


@pytest.mark.parametrize(
    ("name", "flags", "parts"),
    [
        ("a\\b\\c.ipynb", 0, ("a", "b", "c.ipynb")),
        ("Zoe\u0308/x", zips.UTF8, ("Zoë", "x")),
        ("Zoë/x".encode().decode("cp437"), 0, ("Zoë", "x")),
        ("Zoë/x", 0, ("Zoë", "x")),
    ],
)
def test_names_are_read_as_they_were_meant(name: str, flags: int, parts: tuple[str, ...]):
    assert entry(name, flag_bits=flags).parts == parts


def test_a_date_that_is_none_is_none():
    assert entry("a", date_time=(1980, 0, 0, 0, 0, 0)).time is None  # type: ignore[arg-type]
    assert entry("a", date_time=(2026, 1, 1, 0, 0, 0)).time  # type: ignore[arg-type]


def test_of_two_files_of_a_name_the_last_one_counts():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a/b.ipynb", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a/b.ipynb", b"second")
    assert unpacked(content.getvalue()) == b"second"


# --- Bombs ----------------------------------------------------------------------------------------


def bomb() -> bytes:
    """Pack two hundred megabytes of spaces into as many kilobytes."""
    piece = b" " * 2**20
    content = io.BytesIO()
    archive = zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("bomb.ipynb", "w") as file:
        for _ in range(200):
            file.write(piece)
    return content.getvalue()


def test_a_bomb_is_not_unpacked():
    archive = bomb()
    assert len(archive) < 300_000
    tracemalloc.start()
    try:
        with pytest.raises(RefusedError, match="grows more than 200 times"):
            unpacked(archive, "bomb.ipynb", Bounds())
        assert tracemalloc.get_traced_memory()[1] < 130_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("most", [zips.MOST_INSIDE, 10])
def test_a_zip_of_too_many_files_is_refused(most: int):
    archive = zip_of({f"{number}.ipynb": b"" for number in range(most + 1)})
    with pytest.raises(RefusedError, match=r"are allowed|more files than anybody needs"):
        entries_of(io.BytesIO(archive), most)


def test_a_list_that_is_too_long_is_not_even_read():
    names = {f"{'x' * 60_000}{number}": b"" for number in range(10)}
    with pytest.raises(RefusedError, match="more files than anybody needs"):
        entries_of(io.BytesIO(zip_of(names)), 100)


@settings(max_examples=settings.default.max_examples * 2, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8))
def test_whatever_bytes_it_has_a_zip_is_read_or_refused(changes: list[tuple[int, int]]):
    archive = bytearray(GOOD)
    for place, value in changes:
        archive[place] = value
    file = io.BytesIO(bytes(archive))
    with suppress(RefusedError):
        for each in entries_of(file).values():
            with suppress(RefusedError):
                assert len(content_in(file, each, SMALL)) <= SMALL.file


NAMES = st.text(
    st.sampled_from("ab/\\.:_ 17\u202e\nZ")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=12,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES.filter(bool), st.sampled_from([b"{}", b"x", GOOD]), max_size=5))
def test_whatever_names_it_has_a_zip_is_listed(files: dict[str, bytes]):
    with TemporaryDirectory() as folder, suppress(MarkingError):
        path = Path(folder, "in.zip")
        path.write_bytes(zip_of({f"{name}.ipynb": content for name, content in files.items()}))
        found = find(path, MOMENTUM, KNOWN)
        assert len(found.submissions) + len(found.listed) <= len(files)
        for each in found.submissions:
            with suppress(RefusedError):
                content_of(each, path)


def test_a_zip_that_changes_between_the_looks_is_refused(tmp_path: Path):
    path = tmp_path / "in.zip"
    path.write_bytes(zip_of({f"anna/{FILE}": right()}))
    (found,) = find(path, "", KNOWN).submissions
    path.write_bytes(zip_of({f"bob/{FILE}": right()}))
    with pytest.raises(RefusedError, match="changed while it was read"):
        content_of(found, path)


# --- Outputs --------------------------------------------------------------------------------------


def test_outputs_are_cut_out_and_nothing_else():
    small = without_outputs(large())
    assert len(small) < 100_000 < len(large())
    assert notebook_of(small) == notebook_of(large())
    nb = json.loads(right())
    nb["metadata"]["widgets"] = {"state": [PICTURE]}
    nb["cells"][0]["attachments"] = {"outputs": {"x": [1, {}, '"]}']}}
    nb["cells"][0]["metadata"]["outputs"] = ["kept"]
    nb["cells"][0]["source"] = 'a "outputs": [1] \\" b'
    left = json.loads(without_outputs(json.dumps(nb, indent=1).encode()))
    assert left["cells"][0] == nb["cells"][0] | {"attachments": {}}
    assert left["metadata"]["widgets"] == {}
    assert notebook_of(json.dumps(left).encode()) == notebook_of(json.dumps(nb).encode())


def test_odd_outputs_are_left_to_others():
    odd = b'{"cells": [{"outputs": null}, {"outputs": "x", "a": [1]}], "metadata": {"widgets": 3}}'
    assert without_outputs(odd) == odd


@given(
    st.recursive(
        st.none() | st.text(max_size=4) | st.sampled_from(["outputs", "cells", '"]{']),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["outputs", "cells", "metadata", "widgets", "attachments", "a"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_what_is_left_is_the_same_json_with_less(data: object):
    content = json.dumps(data).encode()
    assert cleared(json.loads(without_outputs(content))) == cleared(data)


def cleared(data: object) -> object:
    """Empty the same values, in the slow way."""
    if not isinstance(data, dict):
        return data
    for cell in data["cells"] if isinstance(data.get("cells"), list) else []:
        for key in {"outputs", "attachments"} & set(cell if isinstance(cell, dict) else ()):
            cell[key] = type(cell[key])() if isinstance(cell[key], list | dict) else cell[key]
    metadata = data.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("widgets"), list | dict):
        metadata["widgets"] = type(metadata["widgets"])()
    return data


def test_what_is_cut_off_or_too_fine_is_not_looked_at_for_ever():
    assert without_outputs(large()[:-5_000_000]).startswith(b'{"')
    with pytest.raises(RefusedError, match="more than 1,000,000 pieces"):
        without_outputs(b"[" * (TOKENS + 2))


def test_a_notebook_that_is_large_without_outputs_is_refused(tmp_path: Path):
    nb = json.loads(right())
    nb["more"] = "x" * 6_000_000
    path = tmp_path / "anna.ipynb"
    path.write_text(json.dumps(nb), "utf-8")
    submission = Submission("anna", MOMENTUM, path)
    with pytest.raises(RefusedError, match=r"Without its outputs .* and 5,000,000 are allowed"):
        content_of(submission, tmp_path)
    assert content_of(submission, tmp_path, Bounds(bytes=7_000_000))
