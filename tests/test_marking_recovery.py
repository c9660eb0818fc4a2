"""Marking is killed at any moment, and started again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from marking_class import (
    ENVIRONMENT,
    command,
    grade,
    gradebook_of,
    hand_in_all,
    journal_of,
    needs_bubblewrap,
    outcome_of,
)
from processes import left_of

from course_tools.files import ROOT
from course_tools.notebooks.course import solutions

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

KILLS = 20
STUDENTS = 6
LESSONS = slice(0, 3)
SEED = 20


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed-in")
    assert hand_in_all(folder, STUDENTS, solutions()[LESSONS]) == 3 * STUDENTS
    return folder


@pytest.fixture(scope="module")
def undisturbed(submissions: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """Marking that nobody disturbs, and how long it takes."""
    output = tmp_path_factory.mktemp("undisturbed")
    began = time.monotonic()
    done = grade(submissions, output, "--workers=2")
    assert done.returncode == 0, done.stderr
    return output, time.monotonic() - began


def same(output: Path, undisturbed: Path) -> None:
    """Every submission once, each with the right outcome, and a gradebook that can be read."""
    rows = sqlite3.connect(output / "journal.sqlite")
    assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows.close()
    assert [*map(outcome_of, journal_of(output))] == [*map(outcome_of, journal_of(undisturbed))]
    assert gradebook_of(output) == gradebook_of(undisturbed)
    for name in ("marks.csv", "reports/student-001/01_line_and_loss.html"):
        assert (output / name).read_bytes() == (undisturbed / name).read_bytes()


def family(driver: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """All that works for a driver: workers, sandboxes, what is in them."""
    try:
        return psutil.Process(driver.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def test_killed_at_twenty_moments(
    submissions: Path, undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    calm, seconds = undisturbed
    chance = random.Random(SEED)
    kills, victims, rounds, finished = 0, set(), 0, 0
    while kills < KILLS or not finished:
        output = tmp_path / str(rounds)
        driver = subprocess.Popen(
            command(submissions, output, "--workers=2"),
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        helpers = []
        while kills < KILLS and driver.poll() is None:
            time.sleep(chance.uniform(0.2, seconds / 2))
            helpers = family(driver)
            victim = chance.choice([psutil.Process(driver.pid), *helpers])
            try:
                victims.add("driver" if victim.pid == driver.pid else victim.name())
                victim.kill()
            except psutil.NoSuchProcess:
                continue
            kills += 1
            if victim.pid == driver.pid:
                break
        _, said = driver.communicate()
        assert driver.returncode in (0, 1, -9), said.decode()  # 1: a program that it needs is gone
        assert b"Traceback" not in said, said.decode()
        assert not left_of(helpers), "something goes on without its driver"
        if driver.returncode == 0:
            same(output, calm)
            rounds, finished = rounds + 1, finished + 1
    assert {"driver", "bwrap"} < victims, victims


def test_a_second_run_marks_only_what_changed(
    submissions: Path, undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    output = tmp_path / "output"
    assert grade(submissions, output, "--assignment=01_line_and_loss").returncode == 0
    before = {result.student: result for result in journal_of(output)}
    assert grade(submissions, output, "--assignment=01_line_and_loss").returncode == 0
    assert {result.student: result for result in journal_of(output)} == before
    name = "01_line_and_loss/exercise_01_line_and_loss.ipynb"
    changed = submissions / "student-001" / name
    original = changed.read_bytes()
    try:
        changed.write_bytes((submissions / "student-000" / name).read_bytes())
        done = grade(submissions, output, "--assignment=01_line_and_loss")
    finally:
        changed.write_bytes(original)
    assert done.returncode == 0, done.stderr
    attempts = [result for result in journal_of(output) if result.student == "student-001"]
    assert [result.points for result in attempts] == [0, 6]
    assert len(journal_of(output)) == STUDENTS + 1
    scores = {k[1]: 0.0 for k in gradebook_of(output)}
    for (_, student, _), score in gradebook_of(output).items():
        scores[student] += score
    assert scores["student-001"] == 6
