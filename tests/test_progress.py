"""What a learner has done is kept, whoever else writes, and whatever stands in the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lessons_lib import progress


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of its own."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / progress.NAME))
    return tmp_path / progress.NAME


def test_the_newest_word_counts(file: Path):
    progress.remember("prediction", "6 race", "a")
    progress.remember("prediction", "6 race", "b")
    progress.remember("goal", "race")
    assert progress.recall("prediction") == {"6 race": "b"}
    assert progress.recall("goal") == {"race": ""}
    assert progress.recall("task") == {}


def test_what_is_known_is_not_written_again(file: Path):
    progress.remember("goal", "race")
    before = file.read_bytes()
    progress.remember("goal", "race")
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", [progress.NAME, progress.FORMER])
def test_the_older_form_is_read(file: Path, name: str):
    file.with_name(name).write_text(json.dumps({"passed": ["line_loss"]}, indent=2))
    assert progress.recall("task") == {"line_loss": ""}
    assert progress.recall("goal") == {}


@pytest.mark.parametrize("line", ["{", "3", "[]", '{"kind": "goal"}', '{"kind": "go', "é"])
def test_a_broken_line_loses_itself_only(file: Path, line: str):
    progress.remember("goal", "one")
    with file.open("ab") as kept:
        kept.write(line.encode("latin-1"))
    progress.remember("goal", "two")
    assert progress.recall("goal") == {"one": "", "two": ""}


def test_where_nothing_can_be_written_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for named in (str(tmp_path), str(tmp_path / "missing" / "file"), ""):
        monkeypatch.setenv(progress.VARIABLE, named)
        progress.remember("goal", "one")
        assert progress.recall("goal") == {}
    assert not list(tmp_path.iterdir())


WRITE = """
import sys
from lessons_lib import progress
for number in range(100):
    progress.remember("goal", f"{sys.argv[1]} {number}", "ü" * 50)
"""


def test_those_who_write_at_the_same_time_lose_nothing(file: Path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE, str(number)], env=os.environ)
        for number in range(4)
    ]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert len(progress.recall("goal")) == 400
