"""Every command that the guide to marking gives does what it says, with a small class.

What installs packages, opens JupyterLab or needs several machines is looked at for its form alone:
whether there are such programs and options.
"""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from marking_class import needs_bubblewrap

from course_tools import commands
from course_tools.files import ROOT
from course_tools.marking.options import parser
from course_tools.notebooks.course import exercise_of, slug_of, solutions

pytestmark = [pytest.mark.sandbox, pytest.mark.kernel]

GUIDE = (ROOT / "docs" / "marking.md").read_text("utf-8")

MEASURED = "## How fast it is"
"""Below this, blocks are what was measured."""

NAME = "06_momentum"
STUDENTS = ("anna", "ben")

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,06 Momentum (1234)\r\n"
    "    Points Possible,,,,,14\r\n"
    '"Berg, Anna",1,,anna,One,\r\n"Li, Ben",2,,ben,One,\r\n'
)
MOODLE = (
    "Identifier,Full name,ID number,Grade,Maximum Grade,Last modified (grade)\n"
    "Participant 1,Anna Berg,anna,,7.00,-\nParticipant 2,Ben Li,ben,,7.00,-\n"
)


def commands_in(guide: str) -> Iterator[str]:
    """Give the lines of all blocks that hold commands."""
    for block in re.findall(r"^```\n(.*?)^```$", guide.partition(MEASURED)[0], re.M | re.S):
        yield from block.splitlines()


def words_of(line: str) -> list[str]:
    """Return what `make` would hand over to course_tools."""
    words = [*shlex.split(line), f"PYTHON={sys.executable}"]
    said = subprocess.run(
        ["make", "--no-print-directory", "-n", "-f", str(ROOT / "Makefile"), *words[1:]],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, f"{line}: {said.stderr}"
    _, _, handed = said.stdout.partition(" -m course_tools ")
    return shlex.split(handed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's folder, as an instructor has it who has got some submissions."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "solutions").symlink_to(ROOT / "solutions")
    source = next(each for each in solutions() if slug_of(each) == NAME)
    for student, content in zip(STUDENTS, (source, exercise_of(source)), strict=True):
        nested = folder / "submitted" / student / NAME / f"exercise_{NAME}.ipynb"
        nested.parent.mkdir(parents=True)
        nested.write_bytes(content.read_bytes())
        flat = folder / "handed_in" / f"{student}.ipynb"
        flat.parent.mkdir(exist_ok=True)
        flat.write_bytes(content.read_bytes())
    (folder / "canvas.csv").write_bytes(CANVAS.encode())
    (folder / "moodle.csv").write_bytes(MOODLE.encode())
    roster = b"ID number,Full name\nanna,Anna Berg\nben,Ben Li\nzoe,Zoe\n"
    for name in re.findall(r"--roster ([\w.]+)", GUIDE):
        (folder / name).write_bytes(roster)
    return folder


def has_form(line: str) -> bool:
    """Whether a line is only looked at, and is as it should be; False if it is to be run."""
    if line.startswith("sudo "):
        return line.split()[1:3] == ["apt", "install"]
    if line.startswith("cd "):
        return line == "cd marked"
    program = re.match(r"(?:\.\./)?\.venv/bin/(\S+) ?(\S*)(.*)", line)
    if program:
        name, verb, options = program.groups()
        path = Path(sys.prefix, "bin", name)
        assert path.exists(), f"{line}: there is no {path}"
        if name == "dask":
            [known] = entry_points(group="dask_cli", name=verb) or [None]
            assert known, f"{line}: dask has no command {verb!r}"
            has = {option for each in known.load().params for option in each.opts}
            assert {*re.findall(r"--[a-z-]+", options)} <= has, line
        return True
    return "--scheduler" in line and bool(parser().parse_args(words_of(line)[1:]).scheduler)


@needs_bubblewrap
def test_every_command_of_the_guide_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    run = 0
    for line in commands_in(GUIDE):
        if has_form(line):
            continue
        run += 1
        if line.startswith("make "):
            assert commands.main(words_of(line)) == 0, f"{line}: {capfd.readouterr().err}"
        else:
            subprocess.run(line, shell=True, check=True)
    assert run >= 7
    with (folder / "marked" / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [rows[student]["highest"] for student in STUDENTS] == ["7", "7"]
    filled = (folder / "marked" / "canvas.filled.csv").read_text("utf-8")
    assert filled.startswith(CANVAS.replace("\r\n", "\n").partition("anna,One,")[0])
    for path in ("class.html", "grades.csv", f"feedback/anna/{NAME}/exercise_{NAME}.html"):
        assert (folder / "marked" / path).exists()
    assert (folder / "source" / NAME / f"exercise_{NAME}.ipynb").exists()


@pytest.mark.parametrize(
    "line", ["make grades SUBMISSIONS=x", ".venv/bin/dask workers x", ".venv/bin/desk scheduler"]
)
def test_a_command_that_does_not_exist_is_found(line: str):
    with pytest.raises(AssertionError, match=re.escape(line)):
        assert has_form(line) or words_of(line)
