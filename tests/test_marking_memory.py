"""Memory is bounded: of all workers together, and of whoever hands out the work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from marking_class import ENVIRONMENT, command, hand_in, journal_of, needs_bubblewrap
from marking_corpus import code, read

from course_tools.files import ROOT
from course_tools.marking import memory
from course_tools.marking.memory import DRIVER, MB, OWN, fitting, limits_of_groups
from course_tools.marking.results import MarkingError
from course_tools.notebooks.course import slug_of, solutions

GB = 1024 * MB

# --- Workers --------------------------------------------------------------------------------------


def test_as_many_workers_as_there_is_memory_for(capsys: pytest.CaptureFixture[str]):
    assert fitting(2, GB, 2 * (GB + OWN) + DRIVER) == 2
    assert capsys.readouterr().err == ""
    assert fitting(64, GB, 2 * (GB + OWN) + DRIVER) == 2
    said = capsys.readouterr().err
    assert said.startswith("64 workers with 1184 MB each would need more than the 2968 MB")
    assert "so 2 mark. With less --memory" in said
    assert fitting(2, GB, 2 * (GB + OWN) + DRIVER - 1) == 1
    assert "so 1 marks." in capsys.readouterr().err


def test_one_that_does_not_fit_is_refused():
    with pytest.raises(MarkingError, match=r"only 1783 MB of memory here\. Give --memory 1023, or"):
        fitting(1, GB, GB + OWN + DRIVER - 1)
    with pytest.raises(MarkingError, match=r"only 100 MB of memory here\. Mark on a machine"):
        fitting(1, GB, 100 * MB)


@pytest.mark.parametrize(
    ("mine", "files", "limits"),
    [
        ("0::/", {"memory.max": "max"}, []),
        ("0::/", {"memory.max": "500"}, [500]),
        (
            "0::/a/b",
            {"a/memory.max": "300", "a/b/memory.max": "max", "memory.max": "500"},
            [300, 500],
        ),
        ("0::/gone/b", {"memory.max": "500"}, [500]),
        ("8:pids:/a\n4:memory:/a\n0::/", {"memory/a/memory.limit_in_bytes": "700"}, [700]),
        ("4:memory:/a", {"memory/memory.limit_in_bytes": "900", "memory.max": "800"}, [900, 800]),
        ("", {"memory.max": "500"}, []),
    ],
)
def test_a_container_may_have_less(
    mine: str, files: dict[str, str], limits: list[int], tmp_path: Path
):
    groups = tmp_path / "groups"
    for name, text in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(f"{text}\n", "ascii")
    (tmp_path / "mine").write_text(mine, "utf-8")
    assert list(limits_of_groups(groups, tmp_path / "mine")) == limits


def test_where_no_groups_are_told(tmp_path: Path):
    assert list(limits_of_groups(tmp_path, tmp_path / "nothing")) == []
    assert memory.memory_here() > 100 * MB


# --- Whoever hands out the work -------------------------------------------------------------------

FLOOD = 'print("\\x01" * 20_000); raise ValueError("\\x01" * 4_000)'
CELLS, STUDENTS = 200, 6
BOUND = 250 * MB
"""Of the driver's memory; most of it is what it imports. One such result alone took more before."""

DRIVES = """
import re, sys
from pathlib import Path
from course_tools.marking.command_line import main
status = main(sys.argv[1:])
print(re.search("VmHWM:(.*) kB", Path("/proc/self/status").read_text())[1])
sys.exit(status)
"""
"""Marks as the command does, and tells how much memory this process had at most, in KiB.

``getrusage`` would tell how much the process had that started it, if that was more."""


@needs_bubblewrap
@pytest.mark.sandbox
def test_what_prints_very_much_takes_no_memory_outside(tmp_path: Path):
    source = solutions()[0]
    for number in range(STUDENTS):
        data = read(source)
        data["cells"] += [code(f"{FLOOD} # {number}", f"flood-{k}") for k in range(CELLS)]
        hand_in(tmp_path / "in", f"s{number:02}", slug_of(source), json.dumps(data).encode())
    words = [*command(tmp_path / "in", tmp_path / "out", "--workers=2")[-4:]]
    done = subprocess.run(
        [sys.executable, "-c", DRIVES, *words],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    peak = int(done.stdout.split()[-1]) * 1024
    assert peak < BOUND, f"{peak // MB} MB"
    results = journal_of(tmp_path / "out")
    assert {(each.status, each.points) for each in results} == {("marked", 6.0)}
    assert all(len(each.to_json()) < 2 * MB for each in results)
    assert (tmp_path / "out" / "journal.sqlite").stat().st_size < 2 * MB * STUDENTS
