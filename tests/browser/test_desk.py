"""A learner's own copy, from one day to the next: what is theirs stays, and what sleeps says so."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from lab_server import Lab, running_lab
from lesson_page import TO_LOAD, TO_PAINT, TO_RUN, open_lesson
from playwright.sync_api import Browser, expect

from course_tools.notebooks.stored import WIDGET_VIEW, from_bytes, to_bytes

LESSON = "notebooks/02_gradient_descent.ipynb"
EXERCISE = "exercises/01_line_and_loss/exercise_01_line_and_loss.ipynb"
ANSWER = "def line_loss(theta, x, y):\n    return ((theta[0] + theta[1] * x - y) ** 2).mean()"
GONE, OTHER = "notebooks/05_averages.ipynb", "notebooks/03_step_size.ipynb"


def first_day(browser: Browser, lab: Lab) -> None:
    """Run a lesson, do half of an exercise, and save both."""
    lesson = open_lesson(browser, lab, lab.folder / LESSON)
    assert not lesson.page.locator(".jp-OutputArea-child").count()
    lesson.run_all()
    expect(lesson.page.locator(".live-figure")).to_be_visible(timeout=TO_PAINT)
    lesson.page.keyboard.press("Control+s")
    expect(lesson.page.locator(".live-figure")).to_be_visible()
    wait_until_saved(lesson.path)
    lesson.page.context.close()
    path = lab.folder / EXERCISE
    nb = from_bytes(path.read_bytes(), path)
    next(cell for cell in nb.cells if "def line_loss" in cell.source).source = ANSWER
    path.write_bytes(to_bytes(nb))
    exercise = open_lesson(browser, lab, path)
    exercise.choose("Run", "Run All Cells")
    expect(exercise.page.get_by_text("line_loss is right")).to_be_visible(timeout=TO_RUN)
    exercise.page.context.close()


def wait_until_saved(path: Path) -> None:
    """Wait until a notebook holds outputs."""
    for _ in range(600):
        if '"output_type"' in path.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    pytest.fail(f"{path} was not saved")


def change_course(project: Path) -> None:
    """Change a lesson's text and an exercise's test, take a lesson away, and add one."""
    for name, old, new in ((LESSON, "# 2 · ", "# 2 · New: "), (EXERCISE, "points", "good points")):
        text = (project / name).read_text(encoding="utf-8")
        assert old in text
        (project / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    (project / GONE).unlink()
    shutil.copy(project / OTHER, project / "notebooks" / "14_added.ipynb")


def test_day_one_an_update_and_day_two(browser: Browser, tmp_path: Path) -> None:
    with running_lab(tmp_path, verb="main") as lab:
        first_day(browser, lab)
        saved = (lab.folder / LESSON).read_text(encoding="utf-8")
    assert WIDGET_VIEW not in saved
    assert "course is open" in (tmp_path / "server.log").read_text(encoding="utf-8")
    with running_lab(tmp_path, verb="main") as lab:  # the same course: what was saved is there
        lesson = open_lesson(browser, lab, lab.folder / LESSON)
        expect(lesson.page.get_by_text("To move it, run its cell again")).to_be_visible()
        expect(lesson.page.get_by_text("Error displaying widget")).to_have_count(0)
        lesson.page.context.close()
    change_course(tmp_path / "project")
    with running_lab(tmp_path, verb="main") as lab:
        assert not (lab.folder / GONE).exists()
        assert (lab.folder / "notebooks" / "14_added.ipynb").exists()
        assert ANSWER in from_cells(lab.folder / EXERCISE)
        beside = (lab.folder / EXERCISE).with_name("exercise_01_line_and_loss.new-version.ipynb")
        assert "good points" in beside.read_text(encoding="utf-8")
        lesson = open_lesson(browser, lab, lab.folder / LESSON)
        expect(lesson.page.locator("h1").first).to_contain_text("New: ", timeout=TO_LOAD)
        lesson.page.context.close()
        for path in lab.folder.rglob("*.ipynb"):
            assert from_bytes(path.read_bytes(), path).cells
    kept = (tmp_path / "home" / "progress.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["name"] for line in kept.splitlines() if line] == ["line_loss"]


def from_cells(path: Path) -> list[str]:
    """The sources of a notebook."""
    return [cell.source for cell in from_bytes(path.read_bytes(), path).cells]
