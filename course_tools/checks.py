"""Run what checks and measures the course: style, types, tests, benchmarks."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from course_tools.files import ROOT
from course_tools.notebooks.course import of_lesson

STYLE = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
}
"""What is checked of the code without running it: the name of each step, and its module."""


BY_FILE = ["--no-loadscope-reorder", "--dist", "loadfile"]
"""Each process takes one file after the other, in the order of tests/conftest.py: a notebook's
cells have to run in one kernel, and what a module's tests share is made once."""

CORES = os.cpu_count() or 1
ON_ALL_CORES = ["-n", str(CORES), *BY_FILE]
ON_ALL_AND_TWO_MORE = ["-n", str(CORES + 2), *BY_FILE]
"""Two processes more than cores, where much of the time is waiting: for kernels to start, and for
limits to be reached."""

THREE_BROWSERS = ["-n", "3", *BY_FILE]
"""Three browsers, each with a server of its own: a page keeps neither core of two at work. They
share the tests by file, and the lessons one by one, as tests/browser/conftest.py says."""

QUICK = ["tests", "-m", "not kernel and not sandbox", "--hypothesis-profile=quick"]
"""Tests that start nothing which takes long, with fewer examples than tests/conftest.py asks for.
A test that does, and carries no mark, is refused by tests/starting.py."""


def check(arguments: Sequence[str]) -> int:
    """Run style, types and every test that takes no kernel, no sandbox and no browser."""
    return run_all(STYLE | {"pytest": ["pytest", *QUICK, *ON_ALL_CORES, *arguments]})


def test(arguments: Sequence[str]) -> int:
    """Run style, types and every test, each even if an earlier one fails; or those of a lesson."""
    parser = argparse.ArgumentParser(prog="test", add_help=False, allow_abbrev=False)
    parser.add_argument("--lesson", default="", help="its number, such as 06")
    options, rest = parser.parse_known_args(arguments)
    try:
        chosen = ["-k", tests_of(options.lesson)] if options.lesson else []
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return run_all(STYLE | {"pytest": ["pytest", *ON_ALL_AND_TWO_MORE, *chosen, *rest]})


def tests_of(lesson: str) -> str:
    """Return what pytest takes to choose the tests that name a lesson, in their own name or file.

    Raises
    ------
    ValueError
        If there is no such lesson.
    """
    name = of_lesson(lesson)[0].stem
    return f"{name} or lesson_{name[:2]}"


def browser_test(arguments: Sequence[str]) -> int:
    """Drive the lessons in a real browser."""
    return run_module(["pytest", "tests/browser", *THREE_BROWSERS, *arguments])


def lite_test(arguments: Sequence[str]) -> int:
    """Make the browser's JupyterLab, and run the notebooks in it: with Node, and in Chromium."""
    return run_module(["pytest", "tests/lite", *arguments])


def mend_style(arguments: Sequence[str]) -> int:
    """Mend what ruff can mend by itself: order of imports, spaces, line ends."""
    steps = {
        "ruff check": ["ruff", "check", "--fix", *arguments],
        "ruff format": ["ruff", "format", *arguments],
    }
    return run_all(steps)


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks."""
    command = [sys.executable, "benchmarks/run.py", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def run_all(steps: Mapping[str, Sequence[str]]) -> int:
    """Run steps, each even if an earlier one fails, and say in the end which did."""
    failed = [name for name, command in steps.items() if not passes(name, command)]
    if failed:
        print(f"\nFAILED: {', '.join(failed)} (of {', '.join(steps)}).")
    else:
        print(f"\nAll passed: {', '.join(steps)}.")
    return 1 if failed else 0


def passes(name: str, command: Sequence[str]) -> bool:
    """Announce a module's command, run it at the root of the project, and say if it passed."""
    print(f"\n== {name} ==", flush=True)
    return run_module(command) == 0


def run_module(command: Sequence[str]) -> int:
    """Run `python -m ...` at the root of the project and return its exit status.

    Bytecode is kept in `.venv`, whatever else the environment wants: hundreds of short processes
    are started, and without it each would compile everything anew.
    """
    keeping = {"PYTHONPYCACHEPREFIX": str(ROOT / ".venv" / "bytecode")}
    environment = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment | keeping, check=False
    )
    return done.returncode
