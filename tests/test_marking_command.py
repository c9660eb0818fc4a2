"""The command that marks: what it says where it cannot begin."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from marking_class import grade, hand_in_all, journal_of, needs_bubblewrap

from course_tools.files import ROOT
from course_tools.marking import __main__ as marking
from course_tools.marking.assignments import every_assignment, read_assignment
from course_tools.marking.batch import Batch
from course_tools.marking.collecting.finding import find
from course_tools.marking.command_line import main
from course_tools.marking.fingerprint import fingerprint
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.options import MB, bounds_of, limits_of, parser
from course_tools.marking.records.journal import Journal
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.submissions import Bounds
from course_tools.notebooks.course import slug_of, solutions

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nowhere"], "There is no such folder"),
        (["submitted", "--assignment", "01_line_and_los"], "Did you mean '01_line_and_loss'?"),
        (["submitted", "--source", "submitted"], "There are no assignments in submitted"),
        (["submitted", "--module", "nowhere"], "no folder that everybody can read"),
        (["empty"], "empty"),
    ],
)
def test_it_says_what_is_wrong(
    options: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    hand_in_all(tmp_path / "submitted", 1, solutions()[:1])
    (tmp_path / "empty").mkdir()
    assert main(options) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "x", ""])
def test_limits_are_numbers_above_zero(number: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["submitted", f"--seconds={number}"])
    assert ended.value.code == 2
    assert "--seconds" in capsys.readouterr().err


def test_its_help_names_every_limit(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    options = ("--cell-seconds", "--seconds", "--memory", "--disk", "--processes", "--scheduler")
    assert all(option in said for option in (*options, "--run-learners-code-unprotected"))
    assert f"(default: {Limits().cell_seconds})" in said


def test_every_limit_is_handed_on():
    words = ["--cell-seconds=1", "--seconds=2", "--memory=3", "--disk=4", "--processes=5"]
    options = parser().parse_args(["submitted", *words])
    assert limits_of(options) == Limits(1, 2, memory=3 * MB, disk=4 * MB, processes=5)


GUIDE = (ROOT / "docs" / "marking.md").read_text("utf-8")


def unknown_options(guide: str) -> set[str]:
    """Options that a guide names and that the command does not have."""
    named = re.findall(r"[`\"](--[a-z-]+)", guide)
    return {*named} - {*re.findall(r"--[a-z-]+", parser().format_help())}


def test_the_guide_names_options_that_there_are():
    assert not unknown_options(GUIDE)
    assert unknown_options("`--cells-seconds`, `--disk`") == {"--cells-seconds"}


def test_the_guide_gives_the_limits_that_hold():
    """A row of its table may hold several options, and as many numbers."""
    rows = re.findall(r"^\| (`--.*`) \|.*\| (\d.*) \|$", GUIDE, flags=re.MULTILINE)
    given = [
        f"{option}={number}"
        for options, numbers in rows
        for option, number in zip(
            re.findall(r"--[a-z-]+", options), re.findall(r"\d+", numbers), strict=True
        )
    ]
    assert len(given) == 7
    assert limits_of(parser().parse_args(["submitted", *given])) == Limits()
    assert bounds_of(parser().parse_args(["submitted", *given])) == Bounds()


def test_more_may_be_handed_in():
    options = parser().parse_args(["submitted", "--notebook-size=10", "--file-size=5"])
    bounds = bounds_of(options)
    assert (bounds.bytes, bounds.characters, bounds.cells) == (10**7, 2 * 10**6, 2_000)
    assert bounds.file == bounds.bytes, "the file holds the notebook"
    assert bounds_of(parser().parse_args(["submitted", "--notebook-size=0.5"])).cells == 1_000


def test_a_module_that_changes_has_everything_marked_again(tmp_path: Path):
    hand_in_all(tmp_path / "in", 1, solutions()[:1])
    known = every_assignment(ROOT / "solutions")
    (submission,) = find(tmp_path / "in", "", known).submissions
    assignments = {submission.assignment: read_assignment(known[submission.assignment])}
    settings = Settings(fingerprint(), modules=(tmp_path / "modules",))
    (tmp_path / "modules").mkdir()
    digests = []
    with Journal(tmp_path / "journal.sqlite") as journal:
        for text in ("x = 1", "x = 2", "x = 1"):
            (tmp_path / "modules" / "helper.py").write_text(text, "utf-8")
            batch = Batch(tmp_path / "in", [submission], assignments, settings, journal)
            digests.append(batch.job(submission).digest)
    assert digests[0] == digests[2] != digests[1]


@needs_bubblewrap
def test_a_flat_folder(tmp_path: Path):
    for name, source in zip(("Zoë", "王小明"), solutions(), strict=False):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.ipynb").write_bytes(source.read_bytes())
    done = grade(tmp_path / "in", tmp_path / "out", "--assignment=01_line_and_loss", "--workers=1")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 submissions have a mark or a reason: 2 marked" in done.stdout
    found = {result.student: result.points for result in journal_of(tmp_path / "out")}
    assert found == {"Zoë": 6, "王小明": 0}, "the second has handed in another lesson"
    options = ("--assignment=01_line_and_loss", "--workers=1", "--seconds=50")
    assert grade(tmp_path / "in", tmp_path / "out", *options).returncode == 0
    assert len(journal_of(tmp_path / "out")) == 4, "other limits may give other marks"


@needs_bubblewrap
def test_a_solution_that_loses_points_here_stops_the_batch(tmp_path: Path):
    source = solutions()[0]
    spoilt = tmp_path / "source" / slug_of(source) / source.name
    spoilt.parent.mkdir(parents=True)
    text = source.read_text("utf-8").replace("np.array([-2.0, 0.5,", "np.array([None, 0.5,")
    spoilt.write_text(text, "utf-8")
    hand_in_all(tmp_path / "in", 1, [source])
    done = grade(tmp_path / "in", tmp_path / "out", f"--source={spoilt.parents[1]}")
    assert done.returncode == 1
    assert (
        f"the instructor's own solution of {slug_of(source)} does not get all points" in done.stderr
    )
    assert "- test-line-loss: 0 of 1 points. Right for the inputs of the check" in done.stderr
    assert "Traceback" not in done.stderr
    assert not journal_of(tmp_path / "out")


HEAVY = {
    "ipykernel",
    "jupyter_client",
    "jupyter_server",
    "nbclient",
    "nbconvert",
    "zmq",
    "nbgrader",
}
"""What runs kernels or servers, or loads that. It would make each start take twice as long."""

MARKS = """
import pickle, sys
import course_tools.marking.command_line
from course_tools.marking.workers import mark_here
result = mark_here(pickle.load(sys.stdin.buffer))
print(result.points, *{name.partition(".")[0] for name in sys.modules})
"""


def test_the_start_loads_nothing_that_runs_kernels():
    """`python -X importtime` names every module that is loaded."""
    words = ["-X", "importtime", "-m", "course_tools.marking", "--help"]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert {"course_tools", "numpy", "nbformat"} <= loaded
    assert not loaded & HEAVY


@pytest.mark.kernel
def test_a_worker_loads_nothing_that_runs_kernels():
    source = solutions()[0]
    settings = Settings(fingerprint(), protected=False)
    job = Job("Zoë", read_assignment(source), source.read_bytes(), "", "digest", settings)
    done = subprocess.run(
        [sys.executable, "-c", MARKS], cwd=ROOT, input=pickle.dumps(job), capture_output=True
    )
    points, *loaded = done.stdout.decode().split()
    assert points == "6.0", done.stderr.decode()
    assert not {*loaded} & HEAVY
    everything = subprocess.run(
        [sys.executable, "-c", "import nbgrader, sys; print(*sys.modules)"], capture_output=True
    )
    assert {each.partition(".")[0] for each in everything.stdout.decode().split()} >= HEAVY - {
        "ipykernel"
    }, "or this finds nothing"


def test_elsewhere_than_on_linux(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "platform", "win32")
    assert marking.main(["submitted"]) == 1
    assert "Marking needs Linux" in capsys.readouterr().err
