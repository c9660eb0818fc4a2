"""A learner's copy of the course: what becomes of each notebook, and that nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_tools.desk import copies, update
from course_tools.desk.__main__ import main
from course_tools.files import ROOT
from course_tools.notebooks.stored import NotebookError, from_bytes
from lessons_lib import progress

LESSON = "notebooks/01_line.ipynb"
EXERCISE = "exercises/01_line/exercise_01_line.ipynb"
SOLUTION = "solutions/01_line/solution_01_line.ipynb"
SHEET = "notebooks/90_sheet.ipynb"


def write(path: Path, *sources: str, output: str = "") -> None:
    """Write a notebook with these code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
        if output:
            cell.outputs = [nbformat.v4.new_output("stream", text=output)]
    path.write_text(nbformat.v4.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a lesson, its exercise and solution, and a sheet."""
    root = tmp_path / "course"
    write(root / LESSON, "1 + 1", output="2")
    write(root / EXERCISE, "# YOUR CODE")
    write(root / SOLUTION, "answer = 2", output="right")
    write(root / SHEET, "formula", output="measured")
    return root


@pytest.fixture
def mine(course: Path, tmp_path: Path) -> Path:
    """A learner's copy of it."""
    update.update(course, tmp_path / "mine")
    return tmp_path / "mine"


def sources(path: Path) -> list[str]:
    """The code of a notebook."""
    return [cell.source for cell in from_bytes(path.read_bytes(), path).cells]


def run(path: Path) -> None:
    """Leave outputs and timings in a notebook, as JupyterLab does, and change nothing else."""
    nb = from_bytes(path.read_bytes(), path)
    for number, cell in enumerate(nb.cells, start=1):
        cell.outputs = [nbformat.v4.new_output("stream", text="ran")]
        cell.execution_count = number
        cell.metadata["execution"] = {"iopub.status.busy": "now"}
    nb.metadata["widgets"] = {}
    path.write_text(nbformat.v4.writes(nb), encoding="utf-8")


def test_lessons_come_without_outputs_and_all_else_as_it_is(course: Path, mine: Path):
    (cell,) = from_bytes((mine / LESSON).read_bytes(), mine).cells
    assert (cell.source, cell.outputs, cell.execution_count) == ("1 + 1", [], None)
    for name in (EXERCISE, SOLUTION, SHEET):
        assert (mine / name).read_bytes() == (course / name).read_bytes()


def test_a_second_start_changes_nothing(course: Path, mine: Path):
    run(mine / LESSON)
    before = {p: p.read_bytes() for p in mine.rglob("*") if p.is_file()}
    report = update.update(course, mine)
    assert {p: p.read_bytes() for p in mine.rglob("*") if p.is_file()} == before
    assert "nothing in the course has changed" in str(report)


def test_what_was_only_run_becomes_the_new_version(course: Path, mine: Path):
    run(mine / LESSON)
    write(course / LESSON, "1 + 2")
    report = update.update(course, mine)
    assert sources(mine / LESSON) == ["1 + 2"]
    assert "one notebook has a new version" in str(report)


def test_what_was_changed_is_kept_and_the_new_version_stands_beside_it(course: Path, mine: Path):
    write(mine / EXERCISE, "my work")
    write(course / EXERCISE, "# YOUR CODE, better")
    report = update.update(course, mine)
    assert sources(mine / EXERCISE) == ["my work"]
    beside = "exercises/01_line/exercise_01_line.new-version.ipynb"
    assert report.beside == [beside]
    assert beside in str(report)
    assert sources(mine / beside) == ["# YOUR CODE, better"]
    assert update.update(course, mine).beside == []


def test_only_the_newest_version_stands_beside(course: Path, mine: Path):
    write(mine / EXERCISE, "my work")
    for version in ("second", "third"):
        write(course / EXERCISE, version)
        update.update(course, mine)
    beside = sorted(path.name for path in (mine / EXERCISE).parent.iterdir())
    assert beside == ["exercise_01_line.ipynb", "exercise_01_line.new-version.ipynb"]
    assert sources(mine / EXERCISE).pop() == "my work"
    assert sources((mine / EXERCISE).with_name(beside[1])) == ["third"]


def test_a_version_beside_in_which_one_has_worked_stays(course: Path, mine: Path):
    write(mine / EXERCISE, "my work")
    write(course / EXERCISE, "second")
    update.update(course, mine)
    write((mine / EXERCISE).with_name("exercise_01_line.new-version.ipynb"), "my work, too")
    write(course / EXERCISE, "third")
    report = update.update(course, mine)
    assert report.beside == ["exercises/01_line/exercise_01_line.new-version-2.ipynb"]
    assert sources((mine / EXERCISE).with_name("exercise_01_line.new-version.ipynb")) == [
        "my work, too"
    ]


def test_what_only_the_learner_has_changed_stays_alone(course: Path, mine: Path):
    write(mine / EXERCISE, "my work")
    report = update.update(course, mine)
    assert (report.fates[EXERCISE], report.beside) == ("yours", [])


def test_who_has_made_the_same_change_has_the_new_version(course: Path, mine: Path):
    write(mine / LESSON, "1 + 2", output="3")
    write(course / LESSON, "1 + 2")
    assert update.update(course, mine).fates[LESSON] == "same"
    write(course / LESSON, "1 + 3")
    assert update.update(course, mine).fates[LESSON] == "renewed"


def test_a_deleted_notebook_comes_back(course: Path, mine: Path):
    (mine / LESSON).unlink()
    assert "one notebook that was missing is back" in str(update.update(course, mine))
    assert sources(mine / LESSON) == ["1 + 1"]


def test_what_cannot_be_read_is_kept(course: Path, mine: Path):
    (mine / LESSON).write_text("<<<<<<< HEAD", encoding="utf-8")
    write(course / LESSON, "1 + 2")
    report = update.update(course, mine)
    assert (mine / LESSON).read_text(encoding="utf-8") == "<<<<<<< HEAD"
    assert report.beside == ["notebooks/01_line.new-version.ipynb"]


def test_what_has_left_the_course_goes_unless_it_was_changed(course: Path, mine: Path):
    for name in (EXERCISE, SOLUTION):
        (course / name).unlink()
    write(mine / EXERCISE, "my work")
    (mine / "notes.txt").write_text("mine", encoding="utf-8")
    report = update.update(course, mine)
    assert (report.taken_away, report.left) == ([SOLUTION], [EXERCISE])
    assert not (mine / SOLUTION).exists()
    assert sources(mine / EXERCISE) == ["my work"]
    assert (mine / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert update.update(course, mine).left == [EXERCISE]


OLD = {EXERCISE: "exercises/01_line/01_line.ipynb", SOLUTION: "solutions/01_line/01_line.ipynb"}
"""What exercises and solutions were called before they had names of their own."""


def rename(course: Path, mine: Path) -> None:
    """Leave a copy as it was under the older names, and the course as it is now."""
    (mine / progress.RECORD).unlink()
    given = {}
    for new, old in OLD.items():
        (mine / new).rename(mine / old)
    for name in (LESSON, SHEET, *OLD):
        given[OLD.get(name, name)] = copies.digest_of(mine / OLD.get(name, name)) or ""
    update.write_record(mine, given)
    write(course / EXERCISE, "# YOUR CODE, and a way on")


def test_a_notebook_with_a_new_name_is_the_same_notebook(course: Path, mine: Path):
    rename(course, mine)
    run(mine / OLD[EXERCISE])
    report = update.update(course, mine)
    assert sources(mine / EXERCISE) == ["# YOUR CODE, and a way on"]
    assert not [old for old in OLD.values() if (mine / old).exists()]
    assert (report.moved, report.beside, report.left) == ([], [], [])


def test_what_one_has_written_under_an_older_name_moves_along(course: Path, mine: Path):
    rename(course, mine)
    write(mine / OLD[EXERCISE], "my work")
    report = update.update(course, mine)
    assert sources(mine / EXERCISE) == ["my work"]
    assert sources(mine / report.beside[0]) == ["# YOUR CODE, and a way on"]
    assert f"hold what you have written: {EXERCISE}" in str(report)
    assert not (mine / OLD[EXERCISE]).exists()
    assert update.update(course, mine).fates[EXERCISE] == "yours"


def test_both_names_at_once_lose_nothing(course: Path, mine: Path):
    rename(course, mine)
    write(mine / OLD[EXERCISE], "my work")
    write(mine / EXERCISE, "my work, too")
    report = update.update(course, mine)
    assert report.left == [OLD[EXERCISE]]
    assert sources(mine / OLD[EXERCISE]) == ["my work"]
    assert sources(mine / EXERCISE) == ["my work, too"]


def test_an_older_version_beside_goes_unless_one_has_worked_in_it(course: Path, mine: Path):
    rename(course, mine)
    given = update.read_record(mine)
    names = [OLD[name].replace(".ipynb", ".new-version.ipynb") for name in OLD]
    for name in names:
        write(mine / name, "older")
        given[name] = copies.digest_of(mine / name) or ""
    write(mine / names[0], "my work")
    update.write_record(mine, given)
    report = update.update(course, mine)
    assert (report.left, names[1] in report.taken_away) == ([names[0]], True)


@pytest.mark.parametrize("record", [None, "", "[]", '{"given": 3}'])
def test_without_a_record_everything_that_differs_is_kept(course: Path, mine: Path, record):
    file = mine / progress.RECORD
    file.unlink() if record is None else file.write_text(record, encoding="utf-8")
    write(mine / LESSON, "older or mine")
    report = update.update(course, mine)
    assert (report.fates[LESSON], report.fates[SHEET]) == ("beside", "same")
    assert sources(mine / LESSON) == ["older or mine"]


def test_a_broken_course_writes_nothing(course: Path, tmp_path: Path):
    (course / SHEET).write_text("no notebook", encoding="utf-8")
    with pytest.raises(NotebookError, match="90_sheet"):
        update.update(course, tmp_path / "new")
    assert not (tmp_path / "new").exists()


STEPS = ("open", "replace", "unlink", "mkdir", "exists")
"""What an update does to files, one way or another by these."""


def killed_at(moment: int, course: Path, folder: Path) -> bool:
    """Update a folder in a process that is killed before it takes one of its steps."""
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, -signal.SIGKILL)
        return status != 0
    moments = iter(range(moment))

    def dying(real):
        def step(*arguments, **named):
            if next(moments, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return step

    status = 1
    try:
        for name in STEPS:
            setattr(Path, name, dying(getattr(Path, name)))
        os.fsync = dying(os.fsync)
        update.update(course, folder)
        status = 0
    finally:
        os._exit(status)


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_killed_at_any_moment_nothing_is_lost(course: Path, mine: Path, tmp_path: Path):
    write(mine / EXERCISE, "my work")
    run(mine / LESSON)
    write(course / EXERCISE, "second")
    write(course / LESSON, "1 + 2")
    (course / SHEET).unlink()
    write(course / "notebooks/02_more.ipynb", "more")
    killed = 0
    for moment in range(200):
        folder = tmp_path / f"killed-{moment}"
        shutil.copytree(mine, folder)
        was_killed = killed_at(moment, course, folder)
        for path in folder.rglob("[!.]*.ipynb"):
            assert sources(path), path
        assert sources(folder / EXERCISE) == ["my work"]
        update.update(course, folder)
        beside = (folder / EXERCISE).with_name("exercise_01_line.new-version.ipynb")
        assert sources(beside) == ["second"]
        assert sources(folder / LESSON) == ["1 + 2"]
        assert not (folder / SHEET).exists()
        assert not list(folder.glob("exercises/01_line/*version-2*"))
        if not was_killed:
            break
        killed += 1
    assert killed >= 20


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_killed_while_names_change_nothing_is_lost(course: Path, mine: Path, tmp_path: Path):
    rename(course, mine)
    write(mine / OLD[EXERCISE], "my work")
    for moment in range(200):
        folder = tmp_path / f"killed-{moment}"
        shutil.copytree(mine, folder)
        was_killed = killed_at(moment, course, folder)
        update.update(course, folder)
        assert sources(folder / EXERCISE) == ["my work"]
        assert sources(folder / SOLUTION) == ["answer = 2"]
        assert [path for path in OLD.values() if (folder / path).exists()] == []
        if not was_killed:
            break
    assert moment >= 20


def test_progress_is_kept_in_the_copy_in_which_one_works(
    mine: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    monkeypatch.chdir(mine / "notebooks")
    assert progress.progress_file() == mine / "progress.jsonl"
    monkeypatch.chdir(mine.parent)
    assert progress.progress_file() == progress.ROOT / "progress.jsonl"


def test_the_command_says_what_it_did_and_how_to_open_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "mine"
    assert main(["--folder", str(folder)]) == 0
    said = capsys.readouterr().out
    count = len(list(copies.copies(ROOT)))
    assert f"{count} notebooks" in said
    assert str(folder / "notebooks" / "00_start_here.ipynb") in said
    given = json.loads((folder / progress.RECORD).read_text(encoding="utf-8"))["given"]
    assert len(given) == count == len(list(folder.rglob("*.ipynb")))


def test_a_folder_of_somebody_elses_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def refuse(path: object, *_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    assert main(["--folder", str(tmp_path)]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert main(["--folder", str(tmp_path / "file" / "mine")]) == 1
    assert "--folder" in capsys.readouterr().err


IN_GBK = """
import locale, sys
from pathlib import Path
assert locale.getpreferredencoding() == "GBK"
sys.stdout.reconfigure(errors="backslashreplace")
from course_tools.desk.update import update
from course_tools.files import ROOT
for _ in range(2):
    print(update(ROOT, Path.cwd()))
from lessons_lib.feedback import check

def line_loss(theta, x, y):
    return ((theta[0] + theta[1] * x - y) ** 2).mean()

print(check(line_loss))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="makes a language of Linux")
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_copy_is_made_and_checked_in_another_encoding_than_utf_8(tmp_path: Path, encoding: str):
    maker = ["localedef", "-i", "zh_CN", "-f", "GBK", str(tmp_path / "zh_CN.GBK")]
    with contextlib.suppress(OSError):
        subprocess.run(maker, capture_output=True)
    if not (tmp_path / "zh_CN.GBK").exists():
        pytest.skip("localedef knows no zh_CN, or no GBK")
    folder = tmp_path / os.fsdecode("课程".encode(encoding))
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", IN_GBK],
        cwd=folder,
        env={"LOCPATH": str(tmp_path), "LC_ALL": "zh_CN.GBK", "PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="gbk",
    )
    assert done.stderr == ""
    new, same, verdict, *_ = done.stdout.splitlines()
    assert new.startswith("Your copy of the course is new: ")
    assert same == "Your copy of the course is up to date: nothing in the course has changed."
    assert verdict.endswith("line_loss is right.")
    assert (folder / progress.NAME).exists()
