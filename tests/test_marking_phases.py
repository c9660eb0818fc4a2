"""All submissions are run with what students can see before any is run with what is hidden.

Tests of an instructor's run outside the sandbox, so those here write down when they run.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from marking_class import (
    ENVIRONMENT,
    command,
    grade,
    gradebook_of,
    hand_in,
    journal_of,
    needs_bubblewrap,
)
from marking_corpus import graded, markdown, notebook

from course_tools.files import ROOT
from course_tools.marking import submission_run
from course_tools.marking.assignments import GradedCell, read_assignment
from course_tools.marking.command_line import again_of
from course_tools.marking.jobs import (
    FIRST,
    FIRST_ALONE,
    SECOND,
    SECOND_ALONE,
    Job,
    Settings,
)
from course_tools.marking.kept_run import from_json, to_json
from course_tools.marking.notebook_run import CUT, PRINTED_BY_ALL, NotebookRun
from course_tools.marking.options import parser
from course_tools.marking.records.autograded import points_of
from course_tools.marking.results import Half, MarkingError, Result
from course_tools.marking.sandbox.inside.cells import CellRun
from course_tools.marking.sandbox.session import StoppedError, TooLongError
from course_tools.marking.submissions import Submission
from course_tools.marking.time_limit import LateError

pytestmark = pytest.mark.sandbox

NAME = "one"
STUDENTS = 6

WRITES = """\
def write(word, log={log!r}):
    with open(log, "a", encoding="utf-8") as file:
        file.write(word + "\\n")
    with open(log, encoding="utf-8") as file:
        return len(file.read().split()) > 3  # the instructor's own solution has been run
"""
TEST = """\
write("seen")
assert answer == 1
### BEGIN HIDDEN TESTS
write("hidden")
assert answer + 1 == 2
### END HIDDEN TESTS
"""


def assignment(folder: Path, test: str = TEST) -> Path:
    """Write the instructor's notebook, whose test writes into a file."""
    setup = graded("setup", WRITES.format(log=str(folder / "log")), 0)
    setup["metadata"]["nbgrader"] |= {"grade": False, "solution": False, "locked": True}
    answer = graded("answer", "### BEGIN SOLUTION\nanswer = 1\n### END SOLUTION")
    cells = [markdown("# One"), setup, answer, graded("test-one", test, 3)]
    path = folder / "source" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook(cells)), "utf-8")
    return path


def hand_in_answers(folder: Path, *answers: str) -> None:
    """Let everybody hand in an answer, each another one."""
    for number, answer in enumerate(answers):
        cells = [graded("answer", f"{answer}  # {number}"), graded("test-one", "", 3)]
        hand_in(folder / "in", f"s{number}", NAME, json.dumps(notebook(cells)).encode())


def written(folder: Path) -> list[str]:
    """Return what the tests have written, after those of the instructor's own solution."""
    words = (folder / "log").read_text("utf-8").split()
    assert words[:3] == ["seen", "seen", "hidden"], "what is seen is part of this hidden test"
    return words[3:]


def mark_all(folder: Path, output: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Mark what was handed in."""
    (folder / "log").unlink(missing_ok=True)
    done = grade(folder / "in", folder / output, "--source", str(folder / "source"), *options)
    assert done.returncode == 0, done.stderr
    return done


@needs_bubblewrap
def test_nothing_hidden_is_tested_before_all_have_run_once(tmp_path: Path):
    assignment(tmp_path)
    slow = "while True: pass"  # is interrupted, and run once more
    hand_in_answers(tmp_path, *["answer = 1"] * STUDENTS, slow, "answer = 2")
    mark_all(tmp_path, "out", "--workers=3", "--cell-seconds=0.3")
    words = written(tmp_path)
    first = words.index("hidden") - 1  # after "seen", which this hidden test repeats
    again = 2 * 2  # both others: what is wrong without copies is run once more with them
    assert words[:first] == ["seen"] * (STUDENTS + again)
    assert words[first:].count("hidden") == STUDENTS
    results = {each.student: each for each in journal_of(tmp_path / "out")}
    assert [each.points for each in results.values()] == [3.0] * STUDENTS + [0.0, 0.0]


@needs_bubblewrap
def test_killed_between_the_runs_nothing_is_run_again(tmp_path: Path):
    """The workers wait in a hidden test until the driver is killed."""
    go = f"""
    import os, time
    while not os.path.exists({str(tmp_path / "go")!r}): time.sleep(0.05)"""
    assignment(tmp_path, TEST.replace('write("hidden")', f'if write("hidden"):{go}'))
    hand_in_answers(tmp_path, *["answer = 1"] * STUDENTS)
    options = ("--source", str(tmp_path / "source"), "--workers=2")
    driver = subprocess.Popen(
        command(tmp_path / "in", tmp_path / "out", *options),
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log, kept = tmp_path / "log", tmp_path / "out" / "journal.sqlite"
    while driver.poll() is None and not (log.exists() and log.read_text().count("hidden") >= 3):
        time.sleep(0.01)
    assert driver.poll() is None
    driver.kill()
    driver.wait()
    (tmp_path / "go").touch()
    with closing(sqlite3.connect(kept)) as rows:
        assert rows.execute("SELECT COUNT(*) FROM halves").fetchone()[0] == STUDENTS
    done = mark_all(tmp_path, "out", "--workers=2")
    assert "6 of 6 submissions have a mark" in done.stdout
    words = written(tmp_path)
    assert words.count("hidden") == words.count("seen"), "no first run, only hidden ones"
    assert [each.points for each in journal_of(tmp_path / "out")] == [3.0] * STUDENTS
    assert set(gradebook_of(tmp_path / "out").values()) == {3.0}
    with closing(sqlite3.connect(kept)) as rows:
        assert rows.execute("SELECT COUNT(*) FROM halves").fetchone() == (0,)


# --- Who has run out of time ----------------------------------------------------------------------

BUSY = """\
if write({part!r}) and not os.path.exists({place!r}):
    open({place!r}, "w").close()
    while True: pass
"""


@needs_bubblewrap
def test_who_was_stopped_for_time_is_marked_once_more_alone(tmp_path: Path):
    """The test runs on and on, once: as if something beside it had taken the processors."""
    test, places = f"import os\n{TEST}", []
    for part in ("seen", "hidden"):
        places.append(tmp_path / f"late-{part}")
        busy = BUSY.format(part=part, place=str(places[-1]))
        test = test.replace(f'write("{part}")', busy)
    assignment(tmp_path, test)
    hand_in_answers(tmp_path, *["answer = 1"] * 3)
    done = mark_all(tmp_path, "out", "--workers=2", "--seconds=0.5")
    assert "3 of 3 submissions have a mark or a reason: 3 marked" in done.stdout
    assert [each.points for each in journal_of(tmp_path / "out")] == [3.0] * 3
    assert all(place.exists() for place in places)
    assert written(tmp_path).count("seen") == 3 + 1 + 3 + 1


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A right answer to be marked without a sandbox."""
    source = assignment(tmp_path, TEST.replace("write", "len"))
    cells = [graded("answer", "answer = 1"), graded("test-one", "", 3)]
    content = json.dumps(notebook(cells)).encode()
    settings = Settings("marker", protected=False)
    return Job("Zoë", read_assignment(source), content, "", "digest", settings)


LATE = NotebookRun(stopped=TooLongError("It took too long."))
TESTS = {"test-one": CellRun()}


@pytest.mark.parametrize(
    ("phase", "run", "due"),
    [
        (FIRST, LATE, FIRST_ALONE),
        (FIRST, NotebookRun(TESTS, interrupted=[3]), FIRST_ALONE),
        (FIRST, NotebookRun(TESTS), SECOND),
        (FIRST, NotebookRun(stopped=StoppedError("It took too much memory.")), ""),
        (FIRST_ALONE, LATE, ""),
        (FIRST_ALONE, NotebookRun(TESTS, interrupted=[3]), SECOND),
        (SECOND, LATE, SECOND_ALONE),
        (SECOND, NotebookRun(TESTS, interrupted=[2]), SECOND_ALONE),
        (SECOND, NotebookRun(TESTS, interrupted=[3]), ""),  # as in the first run
        (SECOND_ALONE, LATE, ""),
    ],
)
def test_what_comes_next(
    job: Job, phase: str, run: NotebookRun, due: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(submission_run, "run_notebook", lambda *_, **__: replace(run))
    seen = to_json(NotebookRun(TESTS, interrupted=[3]))
    done = submission_run.advance(replace(job, phase=phase, seen=seen))
    if due:
        assert isinstance(done, Half)
        assert (done.due, done.content, done.digest) == (due, job.content, job.digest)
    else:
        assert isinstance(done, Result)
        assert done.status == ("stopped" if run.stopped else "marked")


@needs_bubblewrap
def test_the_same_is_marked_again_when_somebody_asks_for_it(tmp_path: Path):
    assignment(tmp_path)
    ends = "import os\nos._exit(0)\nanswer = 1"
    hand_in_answers(tmp_path, "answer = 1", "answer = 2", "answer = 1", ends)
    mark_all(tmp_path, "out", "--workers=2")
    assert len(written(tmp_path)) == 3 + 4 + 3
    mark_all(tmp_path, "out", "--workers=2", "--again=s0", "--again=s1", "--again-stopped")
    assert len(written(tmp_path)) == 3 + 4
    attempts = [(each.student, each.status) for each in journal_of(tmp_path / "out")]
    assert attempts == [
        *(("s0", "marked"), ("s0", "marked"), ("s1", "marked"), ("s1", "marked")),
        *(("s2", "marked"), ("s3", "stopped"), ("s3", "stopped")),
    ]
    assert len(gradebook_of(tmp_path / "out")) == 4


def test_somebody_who_has_handed_in_nothing_cannot_be_marked_again():
    options = parser().parse_args(["submitted", "--again=Zoe"])
    with pytest.raises(MarkingError, match=r"--again was given 'Zoe', .* Did you mean 'Zoë'\?"):
        again_of(options, [Submission("Zoë", NAME, Path("submitted/Zoë.ipynb"))])
    options = parser().parse_args(["submitted", "--again=Zoë"])
    again = again_of(options, [Submission("Zoë", NAME, Path("submitted/Zoë.ipynb"))])
    assert again.asks_for("Zoë", "marked")
    assert not again.asks_for("Zoë", "")
    assert not again.asks_for("Anna", "stopped")


# --- What is kept of a first run ------------------------------------------------------------------


class OwnError(Exception):
    """Of a kind that is not known elsewhere, and that wants more than words."""

    def __init__(self, words: str, more: object) -> None:
        super().__init__(words)
        self.mistake = "factor-missing"
        self.more = more


@pytest.mark.parametrize(
    "shown",
    [
        *(None, True, 0, 1, 2, 2.5, 1e300, -1, -0.5, float("nan"), float("inf"), 10**400),
        *(np.float64(2), np.float64(-2), np.float64("nan"), np.int64(1), np.bool_(False)),
        *("2", "right", [1], np.ones(2), np.array(2.0), b"1", 1j, object),
    ],
)
def test_a_value_gives_the_same_points_after_it_was_kept(shown: object):
    test = GradedCell("test", 3.0, "", "")
    kept = from_json(to_json(NotebookRun({"test": CellRun(shown=shown)}))).tests["test"]
    assert points_of(test, kept) == points_of(test, CellRun(shown=shown))
    assert kept.shown is None or repr(kept.shown) == repr(shown)


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (AssertionError("✗ Not 4."), AssertionError),
        (KeyError("x"), Exception),
        (OwnError("half \ud800", print), Exception),
        (SystemExit("3"), Exception),
        (LateError(), TooLongError),
        (StoppedError("It took too much memory."), StoppedError),
    ],
)
def test_an_error_says_the_same_after_it_was_kept(error: BaseException, family: type[Exception]):
    kept = from_json(to_json(NotebookRun({"test": CellRun(error=error)}))).tests["test"].error
    assert isinstance(kept, family)
    assert isinstance(kept, StoppedError) is isinstance(error, StoppedError)
    assert type(kept).__name__ == type(error).__name__
    assert str(kept) == str(error).replace("\ud800", "?")
    if isinstance(error, OwnError):
        assert vars(kept) == {"mistake": "factor-missing"}


def test_everything_else_of_a_run_is_kept_as_it_is():
    run = NotebookRun(
        printed={0: "a", 12: "b"}, interrupted=[12], seconds={"cells": 0.5}, names={"x": print}
    )
    assert from_json(to_json(run)) == replace(run, names={})
    stopped = from_json(to_json(LATE))
    assert (str(stopped.stopped), stopped.late) == ("It took too long.", LATE.late)
    long = NotebookRun({"test": CellRun(shown="x" * 10**6, error=ValueError("y" * 10**6))})
    assert len(to_json(long)) < 10_000


def test_a_notebook_that_prints_very_much_keeps_the_beginning():
    run = NotebookRun()
    for place in range(100):
        run.keep(place, "x" * 30_001)
    kept = "".join(run.printed.values())
    assert len(kept) == PRINTED_BY_ALL + len(CUT)
    assert kept.endswith(CUT)
    assert run.printed[0] == "x" * 30_001
    assert not run.printed[99]
