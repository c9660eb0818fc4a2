"""Workers that must not mark, or that are lost again and again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from marking_class import grade, hand_in, journal_of, needs_bubblewrap
from marking_corpus import cell_in, code, read

from course_tools.marking import submission_run, workers
from course_tools.marking.assignments import read_assignment
from course_tools.marking.fingerprint import contents_of, fingerprint
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.notebook_run import NotebookRun
from course_tools.marking.results import MarkingError, Result
from course_tools.marking.sandbox import probe
from course_tools.marking.sandbox.bubble import LostError, bubble
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import EndedError
from course_tools.notebooks.course import slug_of, solutions

pytestmark = pytest.mark.sandbox

SOURCE = solutions()[0]


@pytest.fixture
def job() -> Job:
    """A right answer, to be marked without a sandbox if it comes to that."""
    settings = Settings(fingerprint(), protected=False)
    return Job("Zoë", read_assignment(SOURCE), SOURCE.read_bytes(), "", "digest", settings)


def test_a_worker_with_other_code_marks_nothing(job: Job):
    other = replace(job, settings=replace(job.settings, marker="another"))
    with pytest.raises(MarkingError, match="A worker has another version of the course"):
        workers.mark_here(other)


def test_a_sandbox_that_is_lost_again_and_again(job: Job, monkeypatch: pytest.MonkeyPatch):
    def lost(*_: object, **__: object) -> NotebookRun:
        raise LostError

    monkeypatch.setattr(submission_run, "run_notebook", lost)
    with pytest.raises(MarkingError, match="was ended 3 times by something outside it"):
        submission_run.mark(job)


def test_one_loss_costs_nothing(job: Job, monkeypatch: pytest.MonkeyPatch):
    ended = NotebookRun(stopped=EndedError("The notebook ended Python itself."))
    outcomes: Iterator[NotebookRun | None] = iter([None, ended, None, ended])

    def once(*_: object, **__: object) -> NotebookRun:
        outcome = next(outcomes)
        if outcome is None:
            raise LostError
        return outcome

    monkeypatch.setattr(submission_run, "run_notebook", once)
    assert submission_run.run_with_retries(job, [], {}) is ended


def test_a_probe_that_is_lost_is_begun_again(monkeypatch: pytest.MonkeyPatch):
    looks: Iterator[list[str] | None] = iter([None, []])

    def look(*_: object) -> list[str]:
        found = next(looks)
        if found is None:
            raise LostError
        return found

    monkeypatch.setattr(probe, "leaks", look)
    probe.trust_sandbox(Limits(seconds=61.0))
    assert not [*looks]


def test_a_copy_of_a_process_has_a_sandbox_of_its_own():
    mine = bubble(False, ())
    with workers.FORK.Pool(1) as pool:
        theirs = pool.apply(pid_of_bubble)
    assert bubble(False, ()) is mine
    assert theirs != mine.process.pid


def pid_of_bubble() -> int:
    return bubble(False, ()).process.pid


def test_a_submission_that_takes_its_workers_along(job: Job, monkeypatch: pytest.MonkeyPatch):
    def killed(*_: object) -> Result:
        workers.os._exit(9)

    monkeypatch.setattr(workers, "mark_here", killed)  # the workers are copies of this process
    monkeypatch.setattr(workers, "make_sure", lambda _: None)
    with (
        workers.Team(2, job.settings) as team,
        pytest.raises(MarkingError, match=r"lost 3 times with the submission of Zoë in hand"),
    ):
        list(team.results(iter([job])))


CROWD = """\
import os, time
for _ in range(20):
    if not os.fork():
        os.setsid()  # the system gives every session the same share of a processor
        while True: pass
time.sleep(3)
"""
SLOW = """\
import time
def line_loss(theta, x, y):
    end = time.process_time() + 0.025
    while time.process_time() < end: pass
    return np.mean((theta[0] + theta[1] * x - y) ** 2)
"""


@needs_bubblewrap
def test_who_takes_the_processors_takes_nobodys_points(tmp_path: Path):
    for student in ("crowd", "honest-1", "honest-2", "honest-3"):
        data = read(SOURCE)
        if student == "crowd":
            data["cells"].insert(0, code(CROWD))
        cell_in(data, "line-loss")["source"] = SLOW
        hand_in(tmp_path / "in", student, slug_of(SOURCE), json.dumps(data).encode())
    done = grade(tmp_path / "in", tmp_path / "out", "--workers=2")
    assert done.returncode == 0, done.stderr
    assert {(each.status, each.points) for each in journal_of(tmp_path / "out")} == {("marked", 6)}


def test_what_notebooks_import_counts(tmp_path: Path):
    before = contents_of([tmp_path])
    (tmp_path / "data.csv").write_text("1")
    changed = contents_of([tmp_path])
    (tmp_path / "data.csv").rename(tmp_path / "other.csv")
    assert len({before, changed, contents_of([tmp_path]), contents_of([])}) == 3
