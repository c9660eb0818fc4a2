"""Marking on several machines: the same results, even if one is lost on the way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

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

from course_tools.files import ROOT
from course_tools.notebooks.course import solutions

pytestmark = [needs_bubblewrap, pytest.mark.sandbox]

STUDENTS = 20
LESSONS = slice(4, 6)
SUBMISSIONS = 2 * STUDENTS
PATIENCE = 60.0


class Cluster:
    """A scheduler and two workers, on this machine."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.folder = folder
        self.scheduler = self._start("scheduler", "--host=127.0.0.1", "--port=0")
        self.workers = [self._start("worker", "--nthreads=1", "--no-nanny") for _ in range(2)]

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        where = ["--scheduler-file", str(self.file), "--no-dashboard"]
        if words[0] == "worker":
            where += ["--local-directory", str(self.folder)]
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words, *where],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def address(self) -> str:
        """Wait for the scheduler's address."""
        import json

        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return str(json.loads(self.file.read_text())["address"])
            except (OSError, ValueError, KeyError):
                time.sleep(0.1)
        raise TimeoutError("the scheduler does not start")

    def close(self) -> None:
        for each in [*self.workers, self.scheduler]:
            each.kill()
            each.wait()


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed-in")
    assert hand_in_all(folder, STUDENTS, solutions()[LESSONS]) == SUBMISSIONS
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    try:
        yield cluster
    finally:
        cluster.close()


def count(output: Path) -> int:
    """How many results the journal has; it may be in use."""
    import sqlite3

    try:
        rows = sqlite3.connect(f"file:{output / 'journal.sqlite'}?mode=ro", uri=True)
        try:
            return int(rows.execute("SELECT COUNT(*) FROM results").fetchone()[0])
        finally:
            rows.close()
    except sqlite3.OperationalError:
        return 0


def test_a_worker_is_killed_in_mid_run(submissions: Path, cluster: Cluster, tmp_path: Path) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    local = grade(submissions, near, "--workers=2")
    assert local.returncode == 0, local.stderr
    driver = subprocess.Popen(
        command(submissions, far, f"--scheduler={cluster.address()}"),
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while driver.poll() is None and count(far) < SUBMISSIONS // 3:
        time.sleep(0.02)
    assert driver.poll() is None, driver.stderr and driver.stderr.read()
    cluster.workers[0].kill()
    at_that_moment = count(far)
    _, said = driver.communicate()
    assert driver.returncode == 0, said
    assert at_that_moment < SUBMISSIONS - 4
    assert cluster.workers[1].poll() is None
    assert [*map(outcome_of, journal_of(far))] == [*map(outcome_of, journal_of(near))]
    assert len(journal_of(far)) == SUBMISSIONS
    assert gradebook_of(far) == gradebook_of(near)
    assert (far / "marks.csv").read_bytes() == (near / "marks.csv").read_bytes()


def test_an_address_at_which_nobody_is(submissions: Path, tmp_path: Path) -> None:
    done = grade(submissions, tmp_path, "--scheduler=tcp://127.0.0.1:1", "--patience=2")
    assert done.returncode == 1
    assert "No cluster with a worker answers at 'tcp://127.0.0.1:1'" in done.stderr
    assert "dask scheduler" in done.stderr
