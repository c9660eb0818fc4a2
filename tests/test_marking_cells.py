"""A cell that stops says where, and one that would install something says why it does not."""

from __future__ import annotations

from typing import Any

import pytest
from marking_class import needs_bubblewrap
from marking_inside import ran, said_alone

from course_tools.marking.sandbox.inside.cells import INSTALLS, NOT_INSTALLED, OURS, CellRun, run
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import Sandbox

CHAIN = """
try:
    int("x")
except ValueError as error:
    raise KeyError("y") from error
"""
GROUP = """
def fails():
    raise ExceptionGroup("both", [ValueError("one"), TypeError("two")])
fails()
"""
SAYS_NOTHING = """
class Odd(Exception):
    def __str__(self): raise RuntimeError
raise Odd
"""
STOPS = {
    "1 / 0": ("ZeroDivisionError", "division by zero", 1),
    "x = 1\n\ndef f():\n    return 1 / 0\nf()": ("ZeroDivisionError", "division by zero", 4),
    "def f(x)\n    pass": ("SyntaxError", "expected ':'", 1),
    "if True:\nx = 1": ("IndentationError", "expected an indented block", 2),
    "x = 1\nexec('y z')": ("SyntaxError", "invalid syntax", 2),
    "import json\njson.loads('{')": ("JSONDecodeError", "Expecting property name enclosed", 2),
    "from lessons_lib.feedback import check\ncheck(3)": ("NotAFunctionError", "check() was", 2),
    CHAIN: ("KeyError", "'y'", 5),
    GROUP: ("ExceptionGroup", "both (2 sub-exceptions)", 3),
    SAYS_NOTHING: ("Odd", "", 4),
    "raise SystemExit(3)": ("SystemExit", "3", 1),
}  # fmt: skip
"""What cells raise, what that says, and in which line."""


def stopped(source: str) -> CellRun:
    """Run a cell which stops."""
    names: dict[str, Any] = {"__name__": "__main__"}
    done = run(source, names, "<cell 7>")
    assert done.error
    return done


@pytest.mark.parametrize("source", STOPS)
def test_a_cell_tells_what_stopped_it_and_where(source: str):
    done = stopped(source)
    kind, words, line = STOPS[source]
    assert (type(done.error).__name__, done.line) == (kind, line)
    assert done.words.startswith(words)


@pytest.mark.parametrize("source", STOPS)
def test_a_traceback_begins_in_the_cell_and_shows_nothing_of_ours(source: str):
    lines = stopped(source).traceback.splitlines()
    places = [line for line in lines if line.lstrip(" |").startswith("File ")]
    assert places[0].lstrip(" |").startswith('File "<cell 7>"')
    assert not [place for place in places if any(ours in place for ours in OURS)]
    assert "ast.py" not in "\n".join(places)


def test_a_cell_that_ends_well_tells_nothing():
    done = run("x = 1", {}, "<cell 1>")
    assert (done.traceback, done.line) == ("", 0)


@pytest.mark.parametrize(
    "command",
    [
        "pip install torch", "pip3 install -q torch", "pip3.11 install torch", " pip install x",
        "python -m pip install x", "/usr/bin/python3.11 -m pip --quiet install x", "uv add x",
        "uv pip install x", "python3 -m uv pip install x", "conda install -y x", "mamba install x",
        "sudo apt-get install -y x", "apt install x", "conda env x install",
    ],
)  # fmt: skip
def test_a_command_that_installs_is_known(command: str):
    assert INSTALLS.match(command)


@pytest.mark.parametrize(
    "command",
    [
        "echo pip install torch", "ls", "pip list", "pip --version", "pipes install", "cat install",
        "python install.py", "echo conda && true", "uvicorn install", "pip installed",
    ],
)  # fmt: skip
def test_other_commands_are_run(command: str):
    assert not INSTALLS.match(command)


IN_A_FUNCTION = """
def f(word):
    !echo {word} $word
    lines = !echo {word}
    return lines, _exit_code
print(f("hello"))
"""
WITHOUT_PERCENT = "pip install torch"
ALL_WAYS = """
%pip install torch
!pip install torch
import sys
!{sys.executable} -m pip install torch
print(_exit_code)
"""
IN_A_PROCESS = """
import subprocess, sys
words = [sys.executable, "-m", "pip", "install", "torch"]
done = subprocess.run(words, capture_output=True, text=True)
print(done.returncode, done.stdout + done.stderr)
"""


@pytest.mark.sandbox
@needs_bubblewrap
@pytest.mark.parametrize(("source", "times"), [(WITHOUT_PERCENT, 1), (ALL_WAYS, 3)])
def test_what_would_be_installed_is_told_at_once(source: str, times: int):
    said = said_alone(source)
    assert said.count(NOT_INSTALLED) == times
    assert "Retrying" not in said
    assert said.endswith("1") or times == 1


@pytest.mark.sandbox
@needs_bubblewrap
def test_a_process_that_installs_does_not_try_again_and_again():
    said = said_alone(IN_A_PROCESS)
    assert said.startswith("1 ")
    assert "Retrying" not in said
    assert "torch" in said or "No module named pip" in said


@pytest.mark.sandbox
@needs_bubblewrap
def test_other_commands_work_as_in_a_notebook():
    assert said_alone(IN_A_FUNCTION).splitlines() == ["hello hello", "(['hello'], 0)"]


@pytest.mark.sandbox
@needs_bubblewrap
def test_the_sandbox_tells_what_stopped_a_cell():
    with Sandbox(Limits()) as sandbox:
        answer = ran(sandbox, "x = 1\nimport torch")
    assert (answer["error"], answer["said"], answer["line"]) == (
        "ModuleNotFoundError",
        "No module named 'torch'",
        2,
    )
    assert answer["traceback"].splitlines()[1] == '  File "<cell 1>", line 2, in <module>'
