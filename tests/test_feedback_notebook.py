"""What a check does in a notebook: hints in levels, no old refusal, one sentence for a name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

from course_tools.files import ROOT
from course_tools.kernels import ThisPython, kernel_environment
from course_tools.notebooks.course import solution_of, solutions
from course_tools.notebooks.stored import from_bytes
from lessons_lib.feedback import Task, Verdict, check, judge, judging, tasks
from lessons_lib.feedback.hints import Tries, worked_solution
from lessons_lib.feedback.notebook import CHECKED, missing

HALF = Task(
    lesson=1,
    returns=("the half",),
    shows="Half of it.",
    cases=[(np.array([1.0, 2.0, 6.0]),), (np.array([4.0]),)],
)


@HALF.answer
def half(values):
    """Halve an array."""
    return values / 2


@HALF.mistake("Twice", "Is the half larger?", "Half of 4 is 2.")
def twice(values):
    return values * 2


@HALF.mistake("Nothing done", "Is the half as large?")
def same(values):
    return values


def other_third(values):
    return values / 3


# --- Second hints -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "more"),
    [
        (twice, "Half of 4 is 2."),
        (same, "A small example. half(values = [4]): expected [2], got [4]."),
        (other_third, "A small example. half(values = [4]): expected [2], got [1.3333]."),
        (lambda values: values / len(values), "A small example. half(values = [4]): expected [2]"),
        (lambda values: np.where(values > 5, 0, values / 2), judging.BY_HAND),
        (half, ""),
    ],
)
def test_a_verdict_knows_more_than_it_says(function: Any, more: str):
    verdict = judge(HALF, function)
    assert verdict.more.startswith(more)
    assert bool(verdict.more) == bool(more)
    assert not more or more not in str(verdict)


def written(number: int) -> Any:
    """A function as a learner writes it in a cell: each number makes another code."""
    names: dict[str, Any] = {}
    exec(f"def half(values):\n    return values * 2 + {number} - {number}", names)
    return names["half"]


def texts(*functions: Any) -> list[str]:
    """Check one after the other, and return what is said."""
    tries = Tries()
    return [str(tries.hinted(HALF, each, judge(HALF, each))) for each in functions]


def test_hints_come_in_levels(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lessons_lib.feedback.hints.worked_solution", lambda task: "there.ipynb")
    first, second, third, fourth = texts(*map(written, range(4)))
    assert first == "✗ Twice.\nIs the half larger?"
    assert second == f"{first}\nHalf of 4 is 2."
    assert third == fourth
    assert third.startswith(second)
    assert third.endswith("the worked solution: there.ipynb") or "there.ipynb" in third


def test_the_same_code_again_is_the_same_try():
    once, again = texts(written(1), written(1))
    assert once == again


def test_another_mistake_begins_anew():
    first, other, back = texts(written(1), same, written(2))
    assert first == back
    assert other == "✗ Nothing done.\nIs the half as large?"


def test_a_right_answer_begins_anew():
    first, right, back = texts(written(1), half, written(2))
    assert (first, right) == (back, "✓ half is right.\nHalf of it.")


def test_an_empty_function_is_no_try():
    def empty(values):
        raise NotImplementedError

    assert len({*texts(empty, lambda v: empty(v), empty)}) == 1


def test_outside_a_notebook_nothing_is_counted():
    def line_loss(theta, x, y):
        return 0.0

    said = {str(check(line_loss)) for _ in range(2)}
    line_loss.__code__ = line_loss.__code__.replace(co_firstlineno=7)
    assert {str(check(line_loss))} == said


@pytest.mark.parametrize("task", tasks().values(), ids=lambda task: task.name)
def test_the_last_hint_leads_to_the_cell_that_answers(task: Task, monkeypatch: pytest.MonkeyPatch):
    solution = next(path for path in solutions() if f"/solution_{task.lesson:02}_" in str(path))
    exercise = ROOT / "exercises" / solution.parent.name
    monkeypatch.chdir(exercise)
    path, cell = worked_solution(task).split("#cell-id=")
    assert (exercise / path).resolve() == solution_of(solution)
    found = {each.id: each for each in from_bytes(solution.read_bytes(), solution).cells}[cell]
    assert f"def {task.name}(" in found.source
    assert "BEGIN SOLUTION" in found.source


def test_where_there_is_no_solution_there_is_no_link(tmp_path: Path, monkeypatch):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "solutions" / "01_a").mkdir(parents=True)
    (tmp_path / "solutions" / "01_a" / "solution_01_a.ipynb").write_text("{", "utf-8")
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert worked_solution(HALF) == ""


def test_a_link_is_escaped_and_read_aloud():
    shown = Verdict("mistake", "Twice.", "Hint.", worked='a"b.ipynb')._repr_mimebundle_()
    assert '<a href="a&quot;b.ipynb">the worked solution</a>' in shown["text/html"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("line_loss", "line_loss is not there yet. Run the cell in which you write it, and then"),
        ("line_los", "There is no line_los. Do you mean line_loss?"),
        ("x", ""),
        ("", ""),
    ],
)
def test_a_missing_name_has_its_sentence(name: str, said: str):
    found = missing(name, tasks())
    assert found.startswith(said)
    assert bool(found) == bool(said)


# --- In a kernel ------------------------------------------------------------------------------

START = "import numpy as np\nfrom lessons_lib.feedback import check"
WRONG = "def line_loss(theta, x, y):\n    return np.sum((theta[0] + theta[1] * x - y) ** 2)"
RIGHT = WRONG.replace("np.sum", "np.mean")
EMPTY = "def line_loss(theta, x, y):\n    raise NotImplementedError"


class Notebook:
    """A kernel, and what it says to each cell."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(kernel_spec_manager=ThisPython())
        place = ROOT / "exercises" / "01_line_and_loss"
        environment = os.environ | kernel_environment(str(folder))
        self.manager.start_kernel(cwd=str(place), env=environment, stderr=subprocess.DEVNULL)
        self.client: Any = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def run(self, source: str) -> tuple[str, list[dict[str, Any]]]:
        """Run a cell; return what its request is called, and all messages of that time."""
        request = self.client.execute(source)
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            messages.append(message)
            state = message["content"].get("execution_state")
            if state == "idle" and message["parent_header"].get("msg_id") == request:
                return request, messages

    def said(self, source: str) -> str:
        """Run a cell, and return the words that it shows, an error's included."""
        request, messages = self.run(source)
        words = []
        for message in messages:
            if message["parent_header"].get("msg_id") == request:
                content = message["content"]
                words += content.get("traceback", [])
                words.append(content.get("data", {}).get("text/plain", ""))
        return "\n".join(filter(None, words))

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A kernel in the folder of an exercise, as a learner has it."""
    opened = Notebook(tmp_path_factory.mktemp("ipython"))
    opened.said(START)
    yield opened
    opened.stop()


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("check(line_los)", "There is no line_los. Do you mean line_loss?"),
        ("check(line_gradient)", "line_gradient is not there yet. Run the cell in which you"),
        ("check(line_gradient).require()", "line_gradient is not there yet. Run the cell"),
        ("check(abs(-2))", "check() was given int, not a function. Write the function's name"),
        ("check(lambda x: x)", "A lambda has no name, and check() goes by the name."),
        ("check(sorted)", "No exercise is called 'sorted'. Keep the name that the exercise"),
    ],
)
def test_what_is_no_function_of_a_task_gets_one_plain_sentence(
    cell: str, said: str, notebook: Notebook
):
    found = notebook.said(cell)
    assert found.startswith(said)
    assert len(found.splitlines()) == 1


@pytest.mark.kernel
def test_other_missing_names_are_pythons(notebook: Notebook):
    found = notebook.said("zzz + 1")
    assert "NameError" in found
    assert "zzz" in found
    found = notebook.said("def inner():\n    return line_gradient\ninner()")
    assert "Traceback" in found


@pytest.mark.kernel
def test_a_refusal_goes_when_the_task_is_right(notebook: Notebook):
    notebook.said(WRONG)
    box, messages = notebook.run("check(line_loss).require()")
    assert [m["msg_type"] for m in messages if m["msg_type"] == "error"] == ["error"]
    notebook.said(RIGHT)
    _, messages = notebook.run("check(line_loss)")
    sent = [m for m in messages if m["parent_header"].get("msg_id") == box]
    assert [m["msg_type"] for m in sent] == ["clear_output", "display_data"]
    assert "line_loss is right by now." in sent[1]["content"]["data"]["text/plain"]
    _, messages = notebook.run("check(line_loss)")
    assert not [m for m in messages if m["parent_header"].get("msg_id") == box]


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("answer", "right", "mistake"),
    [(RIGHT, True, None), (WRONG, False, "The sum in place of the mean"), (EMPTY, False, None)],
)
def test_the_page_is_told_what_came_of_a_check_and_shows_nothing_of_it(
    answer: str, right: bool, mistake: str | None, notebook: Notebook
):
    notebook.said(answer)
    _, messages = notebook.run("check(line_loss)")
    (told,) = (m for m in messages if CHECKED in m["content"].get("data", {}))
    assert told["msg_type"] == "update_display_data"
    assert told["content"]["data"] == {
        CHECKED: {"task": "line_loss", "right": right, "mistake": mistake}
    }
    shown = [m for m in messages if m["msg_type"] in ("display_data", "execute_result")]
    assert [CHECKED in m["content"]["data"] for m in shown] == [False]


@pytest.mark.kernel
def test_in_a_kernel_hints_come_in_levels(notebook: Notebook):
    said = []
    for number in range(3):
        notebook.said(WRONG + f" + {number} - {number}")
        said.append(notebook.said("check(line_loss)"))
        assert notebook.said("check(line_loss)") == said[-1]
    first, second, third = said
    assert second.startswith(first)
    assert second != first
    assert "solution_01_line_and_loss.ipynb#cell-id=line-loss" in third
    assert "solution_" not in second
