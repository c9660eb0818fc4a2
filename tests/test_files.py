"""Files are written whole, and only if they say something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_tools import files


def test_a_file_is_written_if_it_says_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "new" / "file"
    assert files.write_changed(path, b"one")
    assert files.write_changed(path, b"two")
    assert path.read_bytes() == b"two"
    monkeypatch.setattr(files, "write_whole", pytest.fail)
    assert not files.write_changed(path, b"two")
