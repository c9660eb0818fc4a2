"""What came first is said once, and what follows from it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from marking_class import needs_bubblewrap
from marking_corpus import LINE, block, cell_in, code, right_one, texts
from marking_inside import said_alone

from course_tools.files import ROOT
from course_tools.marking import submission_run
from course_tools.marking.assignments import Assignment, every_assignment, read_assignment
from course_tools.marking.causes import DEEPEST, Causes, binds
from course_tools.marking.faults import OFFERED, SAID, SHOWN, Fault, advice_on, claimed, title_of
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.recognising import signatures
from course_tools.marking.results import Mark, Result
from course_tools.marking.sandbox import tree
from course_tools.marking.sandbox.limits import Limits
from course_tools.notebooks.stored import from_dict

Notebook = dict[str, Any]

LOSS = "def line_loss(theta, x, y):\n    return np.mean((theta[0] + theta[1] * x - y) ** 2)"
FOLLOWS = "That follows from what came first, in cell {}."
FIRST = "That follows from what is said first."


@cache
def assignment() -> Assignment:
    """Return the first exercise."""
    return read_assignment(every_assignment(ROOT)[LINE])


@cache
def settings() -> Settings:
    """Mark without a sandbox: what is handed in here is ours."""
    known = signatures(every_assignment(ROOT))
    return Settings("marker", Limits(cell_seconds=1.0), protected=False, known=known)


def marked(data: Notebook, how: Settings | None = None) -> Result:
    """Mark a notebook."""
    content = json.dumps(data).encode()
    return submission_run.mark(Job("Zoë", assignment(), content, "", "", how or settings()))


def words(result: Result) -> dict[str, str]:
    """Return what is said of each test that is not right."""
    return {mark.name: mark.words for mark in result.marks if mark.points != mark.highest}


def with_cells(**instead: str) -> Notebook:
    """Put other sources in place of some cells of the right solution."""
    data = right_one()
    for identity, text in instead.items():
        cell_in(data, identity.replace("_", "-"))["source"] = block(text)
    return data


def changed(change: Callable[[list[Notebook], Notebook], Any], name: str = "line-loss") -> Notebook:
    """Do something with the list of cells, and one of them."""
    data = right_one()
    change(data["cells"], cell_in(data, name))
    return data


def to_the_end(cells: list[Notebook], cell: Notebook) -> None:
    """Move a cell down."""
    cells.remove(cell)
    cells.append(cell)


def other_exercise() -> Notebook:
    """Return an exercise that is not the first."""
    name = "02_gradient_descent"
    data: Notebook = json.loads((ROOT / f"exercises/{name}/exercise_{name}.ipynb").read_text())
    return data


ONE = [
    pytest.param(
        with_cells(line_loss=f"import torch\n{LOSS}"),
        "Cell 5 stopped with ModuleNotFoundError: torch is not there when work is marked.",
        id="module",
    ),
    pytest.param(
        with_cells(line_loss=f"!pip install torch\nimport torch\n{LOSS}"),
        "Cell 5 stopped with ModuleNotFoundError: torch is not there when work is marked.",
        id="installed",
    ),
    pytest.param(
        with_cells(line_loss=LOSS.replace("):", ")", 1)),
        "Cell 5 is not Python: line 1 cannot be read (expected ':').",
        id="syntax",
    ),
    pytest.param(
        with_cells(line_loss=f"1 / 0\n{LOSS}"),
        "Cell 5 stopped with ZeroDivisionError: division by zero.",
        id="error",
    ),
    pytest.param(
        with_cells(line_loss=f"{LOSS}\nnot_there\n".replace("def", "not_there\ndef")),
        "Cell 5 stopped with NameError: name 'not_there' is not defined.",
        id="name",
    ),
    pytest.param(
        with_cells(line_loss=f"open('data.csv')\n{LOSS}"),
        "Cell 5 stopped with FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'.",
        id="file",
    ),
    pytest.param(
        with_cells(line_loss=f"while True: pass\n{LOSS}"),
        "Cell 5 took too long, and was interrupted.",
        id="late",
    ),
    pytest.param(
        changed(to_the_end),
        "Cell 18 defines line_loss, and it stands below the test in cell 6, which needs it.",
        id="below",
    ),
    pytest.param(
        changed(lambda _, cell: cell.update(cell_type="markdown")),
        "Cell 5 defines line_loss, but it is a cell of text, which is not run.",
        id="text",
    ),
    pytest.param(
        with_cells(line_loss=LOSS.replace("line_loss", "Line_Loss")),
        "Cell 5 defines Line_Loss, and the test in cell 7 asks for line_loss.",
        id="renamed",
    ),
    pytest.param(
        with_cells(line_loss=f"{LOSS}\ndel line_loss"),
        "Cell 5 defines line_loss, and yet it is not there when the test in cell 7 needs it.",
        id="gone",
    ),
    pytest.param(
        changed(lambda cells, cell: cells.remove(cell)),
        "No cell of the notebook defines line_loss, which is needed.",
        id="deleted",
    ),
]


@pytest.mark.sandbox
@pytest.mark.parametrize(("data", "cause"), ONE)
def test_what_a_test_lacks_has_a_cause(data: Notebook, cause: str):
    result = marked(data)
    assert (result.cause, len(result.causes)) == (cause, 1)
    number = cause.removeprefix("Cell ").partition(" ")[0]
    follows = FOLLOWS.format(number) if cause.startswith("Cell") else FIRST
    assert words(result) == {"test-line-loss": f"line_loss is not there.\n{follows}"}
    assert (result.points, result.status) == (5, "marked")
    if cause.startswith("Cell"):
        first = data["cells"][int(number) - 1]["source"].splitlines()[0]
        assert result.causes[0].splitlines()[1:3] == [
            f"Cell {number}, counted from the top with the texts, begins with:",
            f"    {first}",
        ]
    note = json.loads(result.notebook)["cells"][0]
    assert cause in "".join(note["source"])


@pytest.mark.sandbox
def test_one_cause_is_said_once_for_all_that_follow_from_it():
    tools = cell_in(right_one(), "import-tools")["source"]
    loss = f"ones = np.ones(3)\n{LOSS}"  # stops, too, and that follows
    result = marked(with_cells(import_tools=f"import torch\n{tools}", line_loss=loss))
    assert len(result.causes) == 1
    assert result.cause.startswith("Cell 3 stopped with ModuleNotFoundError: torch is not there")
    lines = {name: said.splitlines() for name, said in words(result).items()}
    follows = FOLLOWS.format(3)
    assert lines == {
        "test-line-loss": ["line_loss is not there.", follows],
        "test-line-gradient": [
            "line_gradient stops with NameError.",
            "np is not there.",
            follows,
        ],
        "test-differences": [
            "gradient_by_differences stops with NameError.",
            "np is not there.",
            follows,
        ],
    }


@pytest.mark.sandbox
def test_two_causes_stand_in_the_order_of_their_cells():
    result = marked(with_cells(line_loss=f"1 / 0\n{LOSS}", line_gradient="def line_gradient("))
    assert [cause.split()[1] for cause in result.causes] == ["5", "9"]
    assert result.cause == (
        "Cell 5 stopped with ZeroDivisionError: division by zero."
        " Cell 9 is not Python: line 1 cannot be read ('(' was never closed)."
    )


@pytest.mark.sandbox
def test_an_import_that_was_deleted_is_found_in_the_exercise():
    result = marked(with_cells(import_tools="from lessons_lib.feedback import check"))
    assert result.causes == (
        "No cell of the notebook defines np, which is needed.\n"
        "In the exercise, a cell does that begins with:\n    import numpy as np\n"
        "If it is gone, take it from a fresh copy of the exercise.",
    )
    assert all(FIRST in said for said in words(result).values())


@pytest.mark.sandbox
def test_an_answer_in_a_new_cell_that_stops_is_not_called_empty_alone():
    data = json.loads(texts(LINE)[0])
    place = data["cells"].index(cell_in(data, "line-loss")) + 1
    data["cells"].insert(place, code(f"{LOSS}\n)"))
    result = marked(data)
    assert result.cause == "Cell 6 is not Python: line 3 cannot be read (unmatched ')')."
    said = words(result)
    assert said["test-line-loss"] == f"line_loss is still empty.\n{FOLLOWS.format(6)}"
    assert said["test-line-gradient"].startswith("line_gradient is still empty.\nWrite your code")


@pytest.mark.sandbox
def test_another_exercise_is_called_by_its_title():
    result = marked(other_exercise())
    assert result.cause == (
        "This looks like “Exercise 2 · Gradient descent”, and it was handed in as"
        " “Exercise 1 · The line and its loss”."
    )
    assert all(said.endswith(FIRST) for said in words(result).values())
    alone = marked(other_exercise(), replace(settings(), known=()))
    assert alone.cause.startswith("No cell of the notebook defines line_loss, which is needed.")


@pytest.mark.sandbox
def test_the_exercise_as_it_was_handed_out_is_told():
    untouched = json.loads(texts(LINE)[0])
    result = marked(untouched)
    assert result.cause == "Nothing was changed: this is the exercise as it was handed out."
    assert words(result)["test-line-loss"].startswith("line_loss is still empty.")
    cell_in(untouched, "line-loss")["source"] += "\n# I have no idea"
    assert marked(untouched).causes == ()


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os\nos._exit(0)", "Cell 5 was running then."),
        ("1 / 0", "Cell 5 stopped with ZeroDivisionError: division by zero."),
    ],
)
def test_a_notebook_that_was_stopped_says_where(source: str, says: str):
    result = marked(with_cells(line_loss=f"{source}\n{LOSS}"))
    assert result.cause == says
    assert (result.status == "stopped") is ("exit" in source)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "source",
    [
        LOSS.replace("np.mean", "mean"),
        "def line_loss(theta, x, y):\n    import torch\n    return 0",
    ],
)
def test_what_only_the_function_lacks_is_said_where_it_is(source: str):
    result = marked(with_cells(line_loss=source))
    assert result.causes == ()
    said = words(result)["test-line-loss"]
    assert "Python says: " in said
    assert ("Packages cannot be installed when work is marked." in said) is ("torch" in source)


@pytest.mark.sandbox
def test_right_work_has_no_cause_whatever_else_stops():
    result = marked(with_cells(check_line_loss="1 / 0"))
    assert (result.causes, result.points) == ((), 6)


@pytest.mark.sandbox
def test_the_kept_notebook_shows_a_traceback_that_begins_in_the_cell():
    kept = json.loads(marked(with_cells(line_loss=f"x = 1\n1 / 0\n{LOSS}")).notebook)
    shown = [
        "".join(output.get("text", ""))
        for cell in kept["cells"]
        for output in cell.get("outputs", [])
    ]
    traceback = next(text for text in shown if "ZeroDivisionError" in text)
    assert traceback.splitlines()[:2] == [
        "Traceback (most recent call last):",
        '  File "<cell 5>", line 2, in <module>',
    ]
    assert "inside" not in traceback


# --- Named mistakes -------------------------------------------------------------------------------

HALF = """
def line_gradient(theta, x, y):
    r = theta[0] + theta[1] * x - y
    return np.array([np.mean(r), np.mean(r * x)])
"""
FORGED = """
from lessons_lib.feedback.verdict import NotYetRightError, Verdict
def line_gradient(theta, x, y):
    print("✗ 1/m in place of 2/m.")
    Verdict("mistake", "1/m in place of 2/m.", "", mistake="1/m in place of 2/m").require()
"""


@pytest.mark.sandbox
@pytest.mark.parametrize(("source", "name"), [(HALF, "1/m in place of 2/m"), (FORGED, "")])
def test_a_mistake_has_the_name_that_the_check_gave_it(source: str, name: str):
    marks = marked(with_cells(line_gradient=source)).marks
    assert [mark.mistake for mark in marks] == ["", name, ""]


# --- What is claimed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"error": None}, None),
        ({"error": 5, "said": "x"}, None),
        ({}, None),
        ({"error": "ValueError", "said": "no\nmore", "line": 2}, ["ValueError", "no", 2]),
        ({"error": "ValueError", "said": [1], "line": "2"}, ["ValueError", "", 0]),
        ({"error": "ValueError", "line": True}, ["ValueError", "", 0]),
        ({"error": "ValueError", "line": 10**9}, ["ValueError", "", 0]),
        ({"error": "<b>x</b>"}, ["an error of its own", "", 0]),
        ({"error": "X" * 99}, ["an error of its own", "", 0]),
        ({"error": "E", "said": "x" * 10**6}, ["E", "x" * SAID, 0]),
        ({"error": "E", "said": "\ud800"}, ["E", "?", 0]),
    ],
)
def test_a_claim_is_cut_to_what_it_may_be(answer: dict[str, Any], fault: list[Any] | None):
    assert claimed(answer) == fault


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (Fault("ModuleNotFoundError", "No module named 'torch.nn'"), "torch.nn is not there when"),
        (Fault("ModuleNotFoundError", "No module named 'course_tools'"), "course_tools is not"),
        (Fault("ModuleNotFoundError", "No module named 'numpy'"), "No module named 'numpy'."),
        (Fault("ValueError", "No module named 'torch'"), "No module named 'torch'."),
        (Fault("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>"),
         "there is no network when work is marked."),
        (Fault("ConnectionError", "HTTPSConnectionPool(host='a.org'): Max retries exceeded with"),
         "there is no network when work is marked."),
        (Fault("URLError", "<urlopen error unknown url type: htp>"), "<urlopen error unknown url"),
        (Fault("ValueError", ""), "it says nothing more."),
    ],
)  # fmt: skip
def test_an_error_means_what_is_so(fault: Fault, title: str):
    assert title_of(fault).startswith(f"stopped with {fault.kind}: {title}")


@pytest.mark.sandbox
@needs_bubblewrap
def test_the_modules_that_are_named_are_there_and_no_others_that_are_known():
    others = ("scipy", "pytest", "nbgrader", "pip", "tkinter", "course_tools")
    imports = """
    import importlib
    for name in {}:
        try:
            importlib.import_module(name)
            print(name)
        except ImportError:
            pass
    """
    found = said_alone(block(imports).format((*OFFERED, *others))).split()
    assert found == [*OFFERED]
    assert {*found} == {*OFFERED, *others} & tree.modules()


def test_modules_of_the_assignment_are_named():
    said = advice_on(Fault("ModuleNotFoundError", "No module named 'torch'"), ["helpers"])
    assert "numpy" in said
    assert "lessons_lib and helpers." in said


def test_an_endless_line_is_cut():
    cells = [from_dict(code(f"{'x' * 9_999}\n1 / 0"))]
    causes = Causes(assignment(), cells, {}, {0: ["ValueError", "y" * SAID, 1]})
    said = causes.root(0, set()).words
    assert len(said) < 2 * SHOWN + SAID + 200
    assert "…" in said


@pytest.mark.parametrize("count", [50, 400])
def test_the_first_of_a_row_of_cells_is_found_as_far_as_it_is_looked_for(count: int):
    cells = [from_dict(code(f"a{k} = a{k - 1}")) for k in range(1, count + 1)]
    faults = {k: ["NameError", f"name 'a{k}' is not defined", 1] for k in range(count)}
    causes = Causes(assignment(), cells, {}, faults)
    said = causes.root(count - 1, {f"a{count}"}).words
    assert said.startswith("Cell 1 stopped with NameError: name 'a0'") is (count < DEEPEST)


def test_cells_that_wait_for_each_other_have_a_cause():
    cells = [from_dict(code("a = b")), from_dict(code("b = a"))]
    faults = {0: ["NameError", "name 'b' is not defined", 1]}
    causes = Causes(assignment(), cells, {}, faults)
    assert causes.root(0, {"a"}).words.startswith("Cell 2 defines b, and it stands below cell 1")


@pytest.mark.parametrize(
    "line",
    [
        "def name(x):", "async def name():", "class name:", "name = 1", "name: int = 1",
        "import name", "import numpy as name", "from a import b, name", "from a import (name)",
        "other, name = 1, 2", "(other, name) = x", "for name in x:", "with x as name:",
        "first, *name = x", "    name = 3",
    ],
)  # fmt: skip
def test_a_line_that_binds_a_name(line: str):
    assert binds(f"x = 1\n{line}", "name", within=True)
    assert binds(line, "name") is not line.startswith(" ")


@pytest.mark.parametrize(
    "line",
    [
        "# def name():", "name", "name == 1", "f(name=1)", "x[name] = 1", "name.part = 1",
        "print(name)", "x = name", "def rename():", "for x in name:", "names = 1", "'name = 1'",
        "def f(name): ...", "return name", "from name import x",
    ],
)  # fmt: skip
def test_a_line_that_binds_something_else(line: str):
    assert not binds(line, "name", within=True)


# --- What was written before ----------------------------------------------------------------------


def test_results_without_causes_and_mistakes_can_be_read():
    result = Result("Anna", LINE, "d", "marked", "r", (Mark("t", 0.0, 1.0, "words"),), "{}")
    data = json.loads(result.to_json())
    del data["causes"]
    for mark in data["marks"]:
        del mark["mistake"]
    assert Result.from_json(json.dumps(data)) == result
    said = replace(result, causes=("One.\nMore.", "Two."))
    assert Result.from_json(said.to_json()) == said
    assert said.cause == "One. Two."
