"""The way through the course: every lesson, with the time that it states, and where one stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from lesson_cells import cells_of

from course_tools.files import ROOT
from course_tools.notebooks.course import lessons, solution_of
from course_tools.notebooks.overview import every_lesson, minutes_of
from course_tools.notebooks.stored import NotebookError
from course_tools.notebooks.twice import AFTER, BEFORE
from lessons_lib import feedback, overview, predictions, progress
from lessons_lib.predictions.twice import asked_twice

PATHS = lessons(ROOT / "notebooks")


def test_what_the_library_holds_is_what_the_lessons_say():
    assert list(overview.lessons()) == every_lesson(), "Run `make refresh`: it copies them."


def test_the_readme_names_every_lesson_as_its_title_does():
    assert [each.slug for each in overview.lessons()] == [path.stem for path in PATHS]
    for each in overview.lessons():
        assert cells_of(each.slug)["title"].source.startswith(f"# {each.number} · {each.title}\n")


def test_the_first_link_of_the_start_page_leads_to_lesson_1():
    title, *_ = cells_of("00_start_here").values()
    assert title.source.partition("](")[2].partition(")")[0] == PATHS[0].name


def test_exercises_are_where_the_table_leads():
    for each in overview.lessons():
        assert (ROOT / "notebooks" / each.exercise_link).exists()
        assert (ROOT / "notebooks" / f"{each.slug}.ipynb").exists()


def test_only_the_last_lesson_is_optional():
    assert [each.optional for each in overview.lessons()] == [False] * 12 + [True]


def test_a_lesson_without_a_row_or_a_time_is_refused(tmp_path: Path):
    (tmp_path / "README.md").write_text("", encoding="utf-8")
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    with pytest.raises(NotebookError, match="no row for 01_line_and_loss"):
        every_lesson(tmp_path)
    with pytest.raises(NotebookError, match="does not say its time"):
        minutes_of(ROOT / "notebooks" / "91_glossary.ipynb")


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What the start page shows to somebody whose file is empty at first."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / progress.NAME))
    return lambda: overview.Progress()._repr_mimebundle_()


def row(shown: dict[str, str], lesson: int) -> list[str]:
    """The cells of a lesson's row."""
    lines = shown["text/markdown"].splitlines()
    line = next(each for each in lines if each.startswith(f"| [{lesson} ·"))
    return [each.strip() for each in line.strip("|").split("|")]


def asked(lesson: int) -> list[str]:
    """Under which names a lesson's predictions are kept."""
    return [each.key for each in predictions.questions() if each.lesson == lesson]


def test_at_first_one_begins(shown):
    said = shown()
    assert (
        "**Begin lesson [1 · The line and its loss](01_line_and_loss.ipynb).**"
        in (said["text/markdown"])
    )
    assert said["text/plain"].startswith("You have 0 of ")
    assert row(said, 6)[3].startswith("0/")


def test_one_goes_on_where_something_is_left(shown):
    for key in asked(1):
        progress.remember("prediction", key, "a")
    assert "**Go on with lesson [1 ·" in shown()["text/markdown"]
    progress.remember("goal", "line_and_loss")
    said = shown()
    assert "**Next is [the exercise of lesson 1](../exercises/01_" in said["text/markdown"]
    assert row(said, 1)[3:5] == [f"✓ {len(asked(1))}/{len(asked(1))}", "✓ 1/1"]
    for task in feedback.tasks().values():
        if task.lesson == 1:
            progress.remember("task", task.name)
    assert "**Begin lesson [2 ·" in shown()["text/markdown"]


def test_in_the_end_all_is_done(shown):
    for each in overview.lessons():
        for key in asked(each.number):
            progress.remember("prediction", key, "a")
        for goal in each.goals:
            progress.remember("goal", goal)
    for task in feedback.tasks().values():
        progress.remember("task", task.name)
    assert "**You have done it all.**" in shown()["text/markdown"]


def test_the_minutes_add_up(shown):
    minutes = sum(minutes_of(path) for path in PATHS)
    exercises = sum(minutes_of(solution_of(path)) for path in PATHS)
    sheets = sum(minutes_of(ROOT / "notebooks" / name) for name in (BEFORE, AFTER))
    assert f"| together | | {minutes + exercises + sheets} | | |" in shown()["text/markdown"]


def row_of(shown: dict[str, str], sheet: str) -> tuple[int, list[str]]:
    """The place of a sheet's row in the table, and its cells."""
    lines = shown["text/markdown"].splitlines()
    place = next(k for k, each in enumerate(lines) if f"]({sheet})" in each and each[0] == "|")
    return place, [each.strip() for each in lines[place].strip("|").split("|")]


def test_the_ten_questions_stand_before_the_first_lesson_and_after_the_last(shown):
    lines = shown()["text/markdown"].splitlines()
    first, last = (
        next(k for k, each in enumerate(lines) if each.startswith(f"| [{number} ·"))
        for number in (1, 12)
    )
    assert row_of(shown(), BEFORE)[0] == first - 1
    assert row_of(shown(), AFTER)[0] == last + 1


def test_it_says_where_one_stands_with_the_ten_questions(shown):
    asked = asked_twice()
    assert "Before you begin: **[Ten questions](" in shown()["text/markdown"]
    progress.remember("before", asked[0].name, "a")
    assert ")**: you have answered 1 of 10." in shown()["text/markdown"]
    assert row_of(shown(), BEFORE)[1][3] == "1/10"
    for each in asked:
        progress.remember("before", each.name, "a")
    assert ")**: all answered, and kept for the end" in shown()["text/markdown"]
    assert row_of(shown(), BEFORE)[1][3] == "✓ 10/10"
    progress.remember("after", asked[0].name, asked[0].right)
    assert row_of(shown(), AFTER)[1][3] == "1/10"
    assert "right" not in shown()["text/markdown"].splitlines()[4], "nothing has been opened"
    progress.remember("opened", asked[0].name)
    assert "You have opened 1 of 10 answers. Before: 0 of 1 right." in shown()["text/markdown"]
