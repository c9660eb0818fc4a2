"""Two runs, one without hidden lines and one with them, give the marks that one of all would."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marking_corpus import code, graded, markdown, notebook

from course_tools.marking import explaining, notebook_run, submission_run
from course_tools.marking.assignments import GradedCell, read_assignment
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.notebook_run import NotebookRun, Step
from course_tools.marking.records.autograded import points_of
from course_tools.marking.results import Result
from course_tools.marking.sandbox.inside.cells import CellRun, run
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import StoppedError
from course_tools.marking.time_limit import LateError, run_within
from lessons_lib.feedback import check

pytestmark = pytest.mark.sandbox

SETUP = "import numpy as np\nfrom lessons_lib.feedback import check"
INPUTS = "x = np.array([-2.0, 0.5])\ncheck(line_loss, [(np.array([1.5, -0.5]), x, x)]).require()"


def hides(*parts: str) -> str:
    """Write a test of which every other part is hidden, the second first."""
    return "\n".join(
        f"### BEGIN HIDDEN TESTS\n{part}\n### END HIDDEN TESTS" if number % 2 else part
        for number, part in enumerate(parts)
        if part
    )


TESTS = {
    "checks": hides("check(line_loss).require()", INPUTS),
    "parts": hides("check(line_loss).require()", "2 * (double(5) == 10) + 1"),
    "asserts": hides("assert double(2) == 4, '✗ Not 4.'", "assert double(7) == 14"),
    "depends": hides("number = 2\nassert double(number) == 4", "assert double(number + 5) == 14"),
    "first": hides("", "number = 2", "assert double(number) == 4"),
    "between": hides("right = 0", "right += double(7) == 14", "right += double(2) == 4\nright"),
    "inside": hides(
        "for k in (2, 3):\n    assert double(k) == 2 * k", "    assert double(7) == 14"
    ),
    "shown": "assert limit == 3",
}

RIGHT = "def double(x): return factor * x"
LOSS = "def line_loss(theta, x, y):\n    return np.mean((theta[0] + theta[1] * x - y) ** 2)"
LEARNERS = {
    "right": (RIGHT, LOSS, ""),
    "untouched": ("def double(x): ...", "def line_loss(theta, x, y): ...", ""),
    "wrong for some": (
        "def double(x): return 2 * x if x < 5 else 0",
        LOSS.replace("\n", "\n    if len(x) == 2: return 0.0\n"),
        "",
    ),
    "raises for some": (
        "def double(x): return {2: 4, 3: 6}[x]",
        LOSS.replace("\n", "\n    if len(x) == 2: raise ValueError\n"),
        "",
    ),
    "wrong for most": ("def double(x): return 14 if x == 7 else 0", "line_loss = 3", ""),
    "changed later": (RIGHT, LOSS, "factor = 5\ndef line_loss(theta, x, y): return 0.0"),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instructor's notebook."""
    marked = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    path = tmp_path_factory.mktemp("forms") / "forms.ipynb"
    cells = [
        markdown("# Forms"),
        code(SETUP, "setup"),
        graded("double", marked.format(f"factor = 2\n{RIGHT}")),
        graded("loss", marked.format(LOSS)),
        graded("limit", marked.format("limit = 3")),
        *(graded(f"test-{name}", text, 3) for name, text in TESTS.items()),
    ]
    path.write_text(json.dumps(notebook(cells)), "utf-8")
    return path


def handed_in(double: str, loss: str, after: str) -> list[tuple[str, str]]:
    """Return the cells that a learner hands in, with their names."""
    written = {
        "setup": SETUP,
        "double": f"factor = 2\n{double}",
        "loss": loss,
        "limit": "limit = 3",
    }
    tests = [(f"test-{name}", text) for name, text in TESTS.items()]
    return [*written.items(), *tests[:-1], ("later", after), tests[-1]]


def marked(source: Path, cells: list[tuple[str, str]]) -> Result:
    """Mark cells, without a sandbox: they are ours."""
    data = notebook(
        [
            code(text, name)
            if name in ("setup", "later")
            else graded(name, text, 3 * is_test(name))
            for name, text in cells
        ]
    )
    settings = Settings("marker", protected=False)
    job = Job("Zoë", read_assignment(source), json.dumps(data).encode(), "", "digest", settings)
    return submission_run.mark(job)


def is_test(name: str) -> bool:
    return name.startswith("test-")


def run_whole(cells: list[tuple[str, str]]) -> dict[str, float]:
    """Run cells one after the other in one place, as nbgrader does; return the points."""
    names: dict[str, Any] = {"np": np, "check": check}
    points = {}
    for name, text in cells:
        ran = run(text, names, f"<{name}>")
        if is_test(name):
            points[name] = points_of(GradedCell(name, 3.0, text, text), ran)
    return points


@pytest.mark.parametrize("learner", LEARNERS)
def test_two_runs_give_the_points_of_one(source: Path, learner: str):
    cells = handed_in(*LEARNERS[learner])
    result = marked(source, cells)
    assert {mark.name: mark.points for mark in result.marks} == run_whole(cells)
    assert result.status == "marked"


def test_the_forms_tell_the_learners_apart(source: Path):
    marks = {name: run_whole(handed_in(*cells)) for name, cells in LEARNERS.items()}
    assert set(marks["right"].values()) == {2.0, 3.0}  # a number at the end gives as many points
    assert marks["changed later"] == marks["right"]
    for name in TESTS.keys() - {"shown"}:
        assert len({points[f"test-{name}"] for points in marks.values()}) > 1


@pytest.mark.parametrize(
    ("learner", "test", "words"),
    [
        ("right", "checks", explaining.RIGHT),
        ("wrong for some", "checks", explaining.NOT_FOR_ALL),
        ("wrong for some", "parts", explaining.NOT_FOR_ALL),
        ("wrong for some", "asserts", explaining.NOT_FOR_ALL),
        ("untouched", "first", "NameError"),
        ("untouched", "asserts", "Not 4."),
        ("wrong for most", "shown", explaining.RIGHT),
    ],
)
def test_the_words_are_those_of_what_is_shown(source: Path, learner: str, test: str, words: str):
    marks = {mark.name: mark for mark in marked(source, handed_in(*LEARNERS[learner])).marks}
    assert words in marks[f"test-{test}"].words


def test_hidden_lines_run_alone_only_after_checks(source: Path):
    alone = {
        test.name.removeprefix("test-"): test.hidden != test.source
        for test in read_assignment(source).tests
        if test.hidden
    }
    assert alone == {name: name in ("checks", "parts") for name in TESTS if name != "shown"}


@pytest.mark.parametrize(
    "shown",
    [
        "check(f)",
        "check(f, [(1,)]).require()",
        "check(f).require(1)",
        "check(f()).require()",
        "other(f).require()",
        "np.random.seed(1)\ncheck(f).require()",
        "f = check(f).require()",
        "if True: check(f).require()",
        "check(",
    ],
)
def test_other_lines_than_checks_may_leave_something_behind(shown: str):
    source = f"{shown}\nassert True"
    assert GradedCell("test", 1.0, source, shown).hidden == source
    both = "check(f).require()\ncheck(g).require()"
    assert GradedCell("test", 1.0, f"{both}\nassert True", both).hidden == "\nassert True"


def test_how_the_hidden_run_is_stopped_is_not_told(source: Path, monkeypatch: pytest.MonkeyPatch):
    run_as_usual = submission_run.run_notebook
    ways = ["The notebook took too long.", "The notebook ended Python itself."]

    def stops(
        job: Job, steps: Sequence[Step], tests: Mapping[str, str], *, copying: bool
    ) -> NotebookRun:
        run = run_as_usual(job, steps, tests, copying=copying)
        if "test-shown" not in tests:  # it has nothing hidden
            run.stopped = StoppedError(ways.pop())
            run.tests = {"test-checks": CellRun(), "test-asserts": CellRun(error=run.stopped)}
        return run

    monkeypatch.setattr(submission_run, "run_notebook", stops)
    results = [marked(source, handed_in(*LEARNERS["right"])) for _ in range(2)]
    assert not ways
    assert results[0].marks == results[1].marks
    assert {(result.status, result.reason) for result in results} == {
        ("stopped", submission_run.STOPPED)
    }
    marks = {mark.name: mark for mark in results[0].marks}
    assert marks["test-checks"].words == marks["test-shown"].words == explaining.RIGHT
    assert marks["test-asserts"].words == f"{explaining.NOT_PASSED}\n{submission_run.STOPPED}"
    assert marks["test-first"].words == f"{explaining.NOT_REACHED}\n{submission_run.STOPPED}"


def test_tests_before_a_stop_count_with_their_hidden_lines(
    source: Path, monkeypatch: pytest.MonkeyPatch
):
    run_cell_as_usual = notebook_run.run_cell

    def stops(limits: Limits, step: Step, *others: Any) -> None:
        if step.source == "stop":
            raise StoppedError("The notebook took too long.")
        run_cell_as_usual(limits, step, *others)

    monkeypatch.setattr(notebook_run, "run_cell", stops)
    result = marked(source, handed_in(*LEARNERS["wrong for some"][:2], "stop"))
    points = {mark.name: mark.points for mark in result.marks}
    whole = run_whole(handed_in(*LEARNERS["wrong for some"]))
    assert (result.status, result.reason) == ("stopped", "The notebook took too long.")
    assert points == whole | {"test-shown": 0.0}


# --- What one submission leaves to the next -------------------------------------------------------


def locked(source: str) -> dict[str, Any]:
    """Make a cell that learners are not to change."""
    marks = {"grade": False, "solution": False, "task": False, "locked": True}
    marks |= {"grade_id": "locked", "schema_version": 3}
    return code(source, "locked") | {"metadata": {"nbgrader": marks}}


def small(folder: Path, setup: str, test: str, answer: str = "answer = 1.0") -> Path:
    """Write an assignment of one test, with a locked cell before it."""
    cells = [
        markdown("# One"),
        locked(setup),
        graded("answer", f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"),
        graded("test-one", test, 3),
    ]
    path = folder / "one.ipynb"
    path.write_text(json.dumps(notebook(cells)), "utf-8")
    return path


TEST_ONE = graded("test-one", "", 3)


def points_for(source: Path, answer: str, limits: Limits | None = None) -> Result:
    """Mark one answer to it."""
    return points_of_cells(source, [graded("answer", answer), TEST_ONE], limits)


def points_of_cells(source: Path, cells: Sequence[Any], limits: Limits | None = None) -> Result:
    """Mark cells that a learner hands in."""
    data = notebook([*cells])
    settings = Settings("marker", limits or Limits(), protected=False)
    job = Job("Zoë", read_assignment(source), json.dumps(data).encode(), "", "digest", settings)
    return submission_run.mark(job)


@pytest.mark.parametrize(
    ("setup", "test"),
    [
        ("data = [1.0]", "data.append(3.0)\nassert sum(data) == 4 * answer"),
        (
            "import numpy as np\nrng = np.random.default_rng(0)",
            "assert np.isclose(rng.normal(), 0.1257302 * answer)",
        ),
        (
            "import numpy as np\nnp.random.seed(0)",
            "assert np.isclose(np.random.normal(), 1.7640523 * answer)",
        ),
    ],
)
def test_every_run_begins_with_the_instructors_cells(setup: str, test: str, tmp_path: Path):
    source = small(tmp_path, setup, test)
    results = [points_for(source, f"answer = {number}") for number in (1.0, 1.0, 2.0, 1.0)]
    assert [result.marks[0].points for result in results] == [3.0, 3.0, 0.0, 3.0]


def test_what_a_learner_writes_into_a_locked_cell_does_not_run(tmp_path: Path):
    source = small(tmp_path, "factor = 2", "assert answer == 6", "answer = 3 * factor")
    for answer, points in (("answer = 3 * factor", 3.0), ("answer = factor - 14", 0.0)):
        cells = [locked("factor = 20"), graded("answer", answer), TEST_ONE]
        assert points_of_cells(source, cells).marks[0].points == points


@pytest.mark.parametrize(("answer", "points"), [("answer = 1.0", 3.0), ("answer = 2.0", 0.0)])
def test_a_test_that_a_learner_has_deleted_runs(answer: str, points: float, tmp_path: Path):
    source = small(tmp_path, "", "assert answer == 1")
    assert points_of_cells(source, [graded("answer", answer)]).marks[0].points == points


@pytest.mark.parametrize("hidden", [False, True])
def test_a_test_without_end_costs_only_the_submission_that_makes_it_so(
    hidden: bool, tmp_path: Path
):
    loop = "left = 1.0\nwhile left > 0.5:\n    left -= answer"
    source = small(tmp_path, "", hides("", loop) if hidden else loop)
    result = points_for(source, "answer = 0.0", Limits(seconds=0.5))
    reason = submission_run.STOPPED if hidden else str(LateError())
    assert (result.status, result.reason, result.marks[0].points) == ("stopped", reason, 0.0)
    assert result.marks[0].words == f"{explaining.NOT_PASSED}\n{reason}"
    assert points_for(source, "answer = 1.0").marks[0].points == 3.0


def test_what_comes_in_time_is_not_interrupted_later():
    ran = run_within(60.0, lambda: run("1 + 1", {}))
    assert (ran.shown, ran.error) == (2, None)
    late_one = run_within(0.1, lambda: run("while True: pass", {}))
    assert isinstance(late_one.error, LateError)
    assert sum(range(10**5)) == 4_999_950_000, "nothing is raised any more"


def test_a_test_may_wait_for_the_sandbox():
    ran = run_within(0.2, lambda: run("import time\nfor _ in range(8): time.sleep(0.1)", {}))
    assert ran.error is None, "that is no work of its own"


def test_a_test_that_waits_and_waits_comes_to_an_end():
    ran = run_within(0.1, lambda: run("import time\nwhile True: time.sleep(0.1)", {}))
    assert isinstance(ran.error, LateError)


@pytest.mark.parametrize(
    ("answer", "points"), [("1", 2.0), ("0.5", 1.0), ("0", 0.0), ("-1", 0.0), ("np.nan", 0.0)]
)
def test_points_below_zero_are_none(answer: str, points: float, tmp_path: Path):
    source = small(tmp_path, "import numpy as np", "2 * answer", "answer = 1.5")
    answer = f"import numpy as np\nanswer = {answer}"
    assert points_for(source, answer).marks[0].points == points
