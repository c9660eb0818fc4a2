"""A lesson gets room: what has a later number moves, with all that names it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from course_tools import insert

NAMES = ["01_line", "02_descent", "03_step_size"]

FILES = {
    "notebooks/00_start.ipynb": '"[1 · Line](01_line.ipynb) [2 · Descent](02_descent.ipynb)"\n',
    "notebooks/01_line.ipynb": '"Lesson 2 goes on, and lessons\\n",\n    "2 and 3 end."\n',
    "notebooks/02_descent.ipynb": '"# 2 · Descent", "see lesson 1"\n',
    "notebooks/03_step_size.ipynb": '"# 3 · How big?", "In lesson 2, 3 steps"\n',
    "notebooks/90_sheet.ipynb": '"| [2 · Descent](02_descent.ipynb#Two-steps) |"\n',
    "exercises/02_descent/exercise_02_descent.ipynb": "[2](../../notebooks/02_descent.ipynb)\n",
    "lessons_lib/feedback/bank/lesson_02.py": '"""Lesson 2."""\nTASK = Task(lesson=2)\n',
    "lessons_lib/feedback/bank/lesson_03.py": '"""Lesson 3."""\nTASK = Task(lesson=3)\n',
    "CHANGELOG.md": "Lesson 2 is new.\n",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Make a small course that git keeps."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG lesson 2 \xff")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        author = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lesson 2", "lesson 3"),
        ("Lesson 1", "Lesson 1"),
        ("lessons 1, 2 and 3 are", "lessons 1, 3 and 4 are"),
        ("lessons 1 to 3", "lessons 1 to 4"),
        ("turn 3.2 and exercise 2.1", "turn 4.2 and exercise 3.1"),
        ("lesson\n    2", "lesson\n    3"),
        ("In lesson 2, 3 steps", "In lesson 3, 3 steps"),
        ("lesson 02", "lesson 03"),
        ("predict(2, 'race')", "predict(3, 'race')"),
        ("lesson 2.", "lesson 3."),
        ("lesson 91", "lesson 91"),
        ("return 2 * x", "return 2 * x"),
        ("in turn 2.5 times 3", "in turn 3.5 times 3"),
        ("02_descent/02_descent.ipynb", "03_descent/03_descent.ipynb"),
        (
            "exercise_02_descent.ipynb, solution_03_step_size",
            "exercise_03_descent.ipynb, solution_04_step_size",
        ),
        ("02_other.csv and lesson_02.py", "02_other.csv and lesson_03.py"),
        ("tests/test_lesson_03.py", "tests/test_lesson_04.py"),
    ],
)
def test_numbers_of_lessons_move_and_no_others(text: str, expected: str):
    assert insert.moved(text, 2, NAMES) == expected


def test_files_move_with_all_that_names_them(course: Path):
    changed = insert.insert(2, course)
    found = {
        str(path.relative_to(course)): path.read_text(encoding="utf-8")
        for path in course.rglob("*")
        if path.is_file() and ".git" not in path.parts and path.suffix != ".png"
    }
    assert found == {
        "notebooks/00_start.ipynb": '"[1 · Line](01_line.ipynb) [3 · Descent](03_descent.ipynb)"\n',
        "notebooks/01_line.ipynb": '"Lesson 3 goes on, and lessons\\n",\n    "3 and 4 end."\n',
        "notebooks/03_descent.ipynb": '"# 3 · Descent", "see lesson 1"\n',
        "notebooks/04_step_size.ipynb": '"# 4 · How big?", "In lesson 3, 3 steps"\n',
        "notebooks/90_sheet.ipynb": '"| [3 · Descent](03_descent.ipynb#Two-steps) |"\n',
        "exercises/03_descent/exercise_03_descent.ipynb": "[2](../../notebooks/03_descent.ipynb)\n",
        "lessons_lib/feedback/bank/lesson_03.py": '"""Lesson 3."""\nTASK = Task(lesson=3)\n',
        "lessons_lib/feedback/bank/lesson_04.py": '"""Lesson 4."""\nTASK = Task(lesson=4)\n',
        "CHANGELOG.md": "Lesson 2 is new.\n",
    }
    assert changed == sorted(set(found) - {"CHANGELOG.md"})
    assert (course / "picture.png").read_bytes() == b"\x89PNG lesson 2 \xff"


def test_what_is_not_committed_is_not_mixed_with_what_moves(course: Path):
    (course / "CHANGELOG.md").write_text("Lesson 3 is new.\n", encoding="utf-8")
    with pytest.raises(insert.InsertError, match="Commit your changes first"):
        insert.insert(2, course)
    assert (course / "notebooks/02_descent.ipynb").exists()


def test_a_lesson_that_is_not_there_is_refused(course: Path):
    with pytest.raises(insert.InsertError, match=r"no lesson 7 to move.*1 to 3"):
        insert.insert(7, course)
