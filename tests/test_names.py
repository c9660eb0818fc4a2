"""Cells get names by hand, and nothing else of the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_tools import names


def test_the_cells_are_listed(good: Path, capsys: pytest.CaptureFixture[str]):
    assert names.main([str(good)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[0].split() == ["1", "markdown", "title", "#", "A", "good", "notebook"]
    assert lines[2].split()[:3] == ["3", "code", "print-mean"]


def test_one_id_changes_and_nothing_else(good: Path):
    before = good.read_text("utf-8")
    assert names.main([str(good), "print-mean", "show-mean"]) == 0
    assert good.read_text("utf-8") == before.replace('"print-mean"', '"show-mean"')


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("missing", "show-mean", "0 cells have the id 'missing'"),
        ("print-mean", "make-data", "'make-data' is taken by cell 2"),
        ("print-mean", "Show Mean", "'Show Mean' cannot be an id"),
        ("print-mean", "d3b07384", "'d3b07384' cannot be an id"),
    ],
)
def test_a_wrong_id_is_refused(
    old: str, new: str, reason: str, good: Path, capsys: pytest.CaptureFixture[str]
):
    before = good.read_bytes()
    assert names.main([str(good), old, new]) == 1
    assert reason in capsys.readouterr().err
    assert good.read_bytes() == before


def test_an_id_without_its_successor_is_refused(good: Path):
    with pytest.raises(SystemExit):
        names.main([str(good), "print-mean"])
