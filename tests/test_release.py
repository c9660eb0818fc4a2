"""What learners get is what the solutions give, without the solutions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_tools import release
from course_tools.files import show
from course_tools.notebooks.course import exercise_of, number_of, slug_of, solutions
from course_tools.notebooks.stored import from_bytes, to_bytes
from course_tools.release import ReleaseError, differences, release_all, released

Node = nbformat.NotebookNode
SOURCES = solutions()


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one exercise, released."""
    folder = tmp_path / "solutions" / slug_of(SOURCES[0])
    folder.mkdir(parents=True)
    shutil.copy(SOURCES[0], folder)
    assert len(list(release_all(tmp_path))) == 1
    return tmp_path


def test_exercises_are_what_the_solutions_give():
    found = list(differences())
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("source", SOURCES, ids=show)
def test_an_exercise_holds_no_solution_and_no_hidden_test(source: Path):
    path = exercise_of(source)
    text = path.read_text("utf-8")
    for cut in ("SOLUTION", "HIDDEN", "why-"):
        assert cut not in text
    solution, nb = (from_bytes(each.read_bytes(), each) for each in (source, path))
    hidden = [
        line.strip()
        for cell in solution.cells
        for line in cell.source.partition("BEGIN HIDDEN TESTS\n")[2].splitlines()
        if "HIDDEN" not in line and any(sign.isdigit() for sign in line)
    ]
    assert hidden
    shown = "\n".join(cell.source for cell in nb.cells)
    assert not [line for line in hidden if line in shown]
    solved = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert solved
    assert all("raise NotImplementedError()" in cell.source for cell in solved)
    assert all(not cell.outputs for cell in nb.cells if cell.cell_type == "code")


@pytest.mark.parametrize("source", SOURCES, ids=show)
def test_an_exercise_opens_with_what_to_do(source: Path):
    nb = from_bytes(exercise_of(source).read_bytes(), source)
    assert nb.cells[0].source.startswith(f"# Exercise {number_of(source)} · ")
    assert "**Time** about" in nb.cells[0].source
    opening = nb.cells[1].source
    assert opening.startswith("## How it works")
    for word in ("`check`", "points", "stuck", f"solutions/{slug_of(source)}/{source.name}"):
        assert word in opening


def test_a_release_is_the_same_every_time(course: Path):
    source = next(course.glob("solutions/*/*"))
    assert released(source) == released(source)
    assert [line.split()[0] for line in release_all(course)] == ["unchanged"]


@pytest.mark.parametrize("stranger", ["02_old/02_old.ipynb", "02_old.ipynb", "{own}/notes.txt"])
def test_a_release_removes_what_belongs_to_no_solution(course: Path, stranger: str):
    path = course / "exercises" / stranger.format(own=slug_of(SOURCES[0]))
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}", "utf-8")
    assert "belongs to no solution" in "\n".join(differences(course))
    assert [line.split()[0] for line in release_all(course)] == ["unchanged", "removed"]
    assert list(differences(course)) == []
    assert not path.exists()


def test_what_jupyter_keeps_for_itself_is_left_alone(course: Path):
    kept = course / "exercises" / slug_of(SOURCES[0]) / ".ipynb_checkpoints" / "a-checkpoint.ipynb"
    kept.parent.mkdir()
    kept.write_text("{}", "utf-8")
    assert list(differences(course)) == []
    assert [line.split()[0] for line in release_all(course)] == ["unchanged"]
    assert kept.exists()


def test_a_hand_edited_exercise_is_refused(course: Path):
    path = next(course.glob("exercises/*/*"))
    path.write_text(path.read_text("utf-8").replace("The loss", "My loss"), "utf-8")
    (fault,) = differences(course)
    assert f"exercises/{path.parent.name}/{path.name} is not what" in fault
    assert "make exercises" in fault


def test_a_missing_exercise_is_refused(course: Path):
    next(course.glob("exercises/*/*")).unlink()
    (fault,) = differences(course)
    assert "is missing" in fault


# --- Solutions that are refused -------------------------------------------------------------------


def graded(nb: Node, kind: str) -> list[Node]:
    """Cells that nbgrader cuts ("solution") or marks ("grade")."""
    return [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get(kind)]


def without(kind: str, text: str) -> Callable[[Node], None]:
    def spoil(nb: Node) -> None:
        cell = graded(nb, kind)[0]
        assert text in cell.source
        cell.source = cell.source.replace(text, "")

    return spoil


def same_id(nb: Node) -> None:
    one, other = graded(nb, "grade")[:2]
    other.metadata["nbgrader"]["grade_id"] = one.metadata["nbgrader"]["grade_id"]


def no_points(nb: Node) -> None:
    graded(nb, "grade")[0].metadata["nbgrader"]["points"] = 0


def unmarked(kind: str) -> Callable[[Node], None]:
    return lambda nb: graded(nb, kind)[0].metadata.pop("nbgrader")


def locked(nb: Node) -> None:
    graded(nb, "solution")[0].metadata["nbgrader"]["locked"] = True


def nested(nb: Node) -> None:
    cell = graded(nb, "solution")[0]
    cell.source += "\n    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    ### END SOLUTION"


REFUSED: dict[str, tuple[Callable[[Node], Any], str]] = {
    "no end of a solution": (
        without("solution", "### END SOLUTION"),
        "markers of solution are BEGIN. Each",
    ),
    "no beginning": (without("solution", "### BEGIN SOLUTION"), "markers of solution are END."),
    "one in the other": (nested, "markers of solution are BEGIN, END, BEGIN, BEGIN, END."),
    "no end of hidden tests": (
        without("grade", "### END HIDDEN TESTS"),
        "markers of hidden tests are BEGIN.",
    ),
    "one grade id twice": (same_id, "another cell has the grade id"),
    "no points": (no_points, "test cell without points"),
    "a solution in another cell": (unmarked("solution"), "not marked as a solution cell"),
    "hidden tests in another cell": (unmarked("grade"), "not marked as a test cell"),
    "a locked solution": (locked, "solution cell, and locked: marking would run it empty"),
}


@pytest.mark.parametrize(("spoil", "said"), REFUSED.values(), ids=REFUSED)
def test_a_spoilt_solution_is_refused_with_the_place(
    spoil: Callable[[Node], Any], said: str, course: Path
):
    source = next(course.glob("solutions/*/*"))
    nb = from_bytes(source.read_bytes(), source)
    spoil(nb)
    source.write_bytes(to_bytes(nb))
    before = {path: path.read_bytes() for path in course.glob("exercises/*/*")}
    with pytest.raises(ReleaseError) as caught:
        list(release_all(course))
    assert said in str(caught.value)
    assert f"{source.name}, cell '" in str(caught.value)
    assert {path: path.read_bytes() for path in course.glob("exercises/*/*")} == before


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]):
    assert release.main([]) == 0
    said = capsys.readouterr().out
    assert all(line.startswith("  unchanged") for line in said.splitlines())
    assert len(said.splitlines()) == len(SOURCES)


@pytest.mark.parametrize("content", [b"", b"# no notebook"])
def test_a_refused_solution_ends_the_command_with_a_sentence(
    content: bytes, course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
):
    source = next(course.glob("solutions/*/*"))
    source.write_bytes(content)
    monkeypatch.setattr(release, "release_all", lambda: release_all(course))
    assert release.main([]) == 1
    assert source.name in capsys.readouterr().err


def test_nbgraders_own_steps_are_used():
    names = [step.__name__ for step in release.steps()]
    assert "ClearSolutions" in names
    assert names.index("ComputeChecksums") < names.index("ClearHiddenTests")
    assert "SaveCells" not in names
