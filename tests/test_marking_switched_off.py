"""nbgrader's own autograder runs nothing in a folder that marking has written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_tools.files import ROOT
from course_tools.marking.assignments import Assignment, read_assignment
from course_tools.marking.records.gradebook import Book
from course_tools.marking.records.settings import (
    FILE,
    LINE,
    OURS,
    bring_up_to_date,
    is_switched_off,
)
from course_tools.marking.results import Mark, Result
from course_tools.notebooks.course import slug_of, solutions

SOURCE = solutions()[0]
NAME = slug_of(SOURCE)
HANDED_IN = f"exercise_{NAME}"

BUTTON = """
import json, sys
from pathlib import Path
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from traitlets.config import Config

def press(folder, name):
    formgrader = FormgradeExtension()
    formgrader.load_cwd_config = False
    formgrader.config = Config()
    formgrader.config_dir = folder
    formgrader.initialize([], root=folder)
    formgrader.coursedir.parent.load_config_file()
    api = NbGraderAPI(formgrader.coursedir, None, parent=formgrader.coursedir.parent)
    said = api.autograde(name, "Eve")
    there = {str(each): each.read_text() for each in Path(folder).rglob("*.ipynb")}
    return said | {"ran": Path(folder, "ran").exists(), "there": there}

folder, name, line = sys.argv[1:]
settings = Path(folder, "nbgrader_config.py")
pressed = [press(folder, name)]
whole = settings.read_text("utf-8")
settings.write_text(whole.replace(line, ""), "utf-8")
pressed.append(press(folder, name))
settings.write_text(whole, "utf-8")
print(json.dumps(pressed))
"""
"""Does what formgrader's handlers do for its lightning bolt, with the line and without it."""

ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
}

FIRST_FORM = (
    OURS + ' `nbgrader export`, run here, writes the marks as a table."""\n\nc = get_config()\n'
)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder."""
    words = [sys.executable, "-W", "ignore", *command]
    return subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A marked folder beside what Eve has handed in, which says that it ran."""
    folder = tmp_path_factory.mktemp("marked")
    assignment = read_assignment(SOURCE)
    notebook = nbformat.reads(assignment.released, 4)
    notebook.cells = notebook.cells[:2]
    attack = f"open({str(folder / 'ran')!r}, 'w').write('as the grader')"
    notebook.cells.append(nbformat.v4.new_code_cell(attack))
    path = folder / "submitted" / "Eve" / NAME / f"{HANDED_IN}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    with Book(folder) as book:
        book.add_assignment(SOURCE)
        book.enter([Result("Eve", NAME, "d", "refused", "", marks_of(assignment), "{}")])
    return folder


def marks_of(assignment: Assignment) -> tuple[Mark, ...]:
    """Give no points."""
    return tuple(Mark(test.name, 0.0, test.points, "") for test in assignment.tests)


def notebooks_in(folder: Path) -> dict[str, str]:
    """Read all notebooks below a folder."""
    return {str(path): path.read_text("utf-8") for path in folder.rglob("*.ipynb")}


@pytest.mark.kernel
def test_the_button_runs_nothing_and_says_how_to_mark(course: Path):
    before = notebooks_in(course)
    done = run(ROOT, "-c", BUTTON, str(course), NAME, LINE)
    off, on = json.loads(done.stdout.splitlines()[-1])
    assert (off["success"], off["ran"], off["there"]) == (False, False, before)
    assert "switched off" in off["log"]
    assert f"make grade SUBMISSIONS={course / 'submitted'} " in off["log"]
    assert on["ran"], "or this finds nothing"


@pytest.mark.kernel
def test_the_command_runs_nothing_either(course: Path):
    (course / "ran").unlink(missing_ok=True)
    before = notebooks_in(course)
    done = run(course, "-m", "nbgrader", "autograde", NAME, "--force")
    assert done.returncode == 1
    assert "switched off" in done.stderr
    assert "Traceback" not in done.stderr
    assert notebooks_in(course) == before
    assert not (course / "ran").exists()


@pytest.mark.parametrize(
    "own", ["", "c.Exchange.root = '/srv/ä'\n", "\n# " + LINE, "# latin \udce4\n"]
)
def test_settings_of_an_earlier_version_get_the_line_and_keep_their_own(own: str, tmp_path: Path):
    earlier = (FIRST_FORM + own).encode(errors="surrogateescape")
    (tmp_path / FILE).write_bytes(earlier)
    assert not bring_up_to_date(tmp_path)
    written = (tmp_path / FILE).read_bytes()
    assert written.startswith(earlier.rstrip())
    assert written.decode(errors="surrogateescape").splitlines()[-1] == LINE
    assert not bring_up_to_date(tmp_path)
    assert (tmp_path / FILE).read_bytes() == written


def test_settings_of_somebody_else_stay_and_the_line_is_named(tmp_path: Path):
    (tmp_path / FILE).write_text("c = get_config()\nc.CourseDirectory.course_id = 'x'\n", "utf-8")
    before = (tmp_path / FILE).read_bytes()
    said = bring_up_to_date(tmp_path)
    assert said.splitlines()[-1] == LINE
    assert "unprotected" in said
    assert (tmp_path / FILE).read_bytes() == before
    (tmp_path / FILE).write_text(f"c = get_config()\n{LINE}\n", "utf-8")
    assert not bring_up_to_date(tmp_path)


def test_new_settings_have_it(tmp_path: Path):
    assert not bring_up_to_date(tmp_path)
    assert is_switched_off((tmp_path / FILE).read_text("utf-8"))
