"""Run what checks and measures the course: style, types, tests, benchmarks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

from course_tools.files import ROOT

STYLE = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
}
"""What is checked of the code without running it: the name of each step, and its module."""


def test(arguments: Sequence[str]) -> int:
    """Run style, types and every test, each even if an earlier one fails."""
    return run_all(STYLE | {"pytest": ["pytest", *arguments]})


def browser_test(arguments: Sequence[str]) -> int:
    """Drive the lessons in a real browser."""
    return run_module(["pytest", "tests/browser", *arguments])


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
    """Run `python -m ...` at the root of the project and return its exit status."""
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode
