"""The verbs of `python -m course_tools`, and the step from any Python into `.venv`'s own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from course_tools import bootstrap

ROOT = Path(__file__).resolve().parents[1]
START_PAGE = "notebooks/00_start_here.ipynb"


class Verb(NamedTuple):
    """What a verb runs, whose packages it needs, and its line of help."""

    run: Callable[[Sequence[str]], int]
    audience: bootstrap.Audience
    help: str


def main(arguments: Sequence[str]) -> int:
    """Run one verb in a `.venv` that is right and return its exit status."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(help_text())
        return 0
    name, *rest = arguments
    if name not in VERBS:
        print(f"There is no command `{name}`.\n\n{help_text()}", file=sys.stderr)
        return 2
    verb = VERBS[name]
    try:
        python = bootstrap.ensure(ROOT, verb.audience)
        if not runs_in_venv():
            return hand_over([str(python), "-m", "course_tools", *arguments])
        return verb.run(rest)
    except KeyboardInterrupt:
        bootstrap.say("\nStopped. The same command starts again.")
        return 130
    except (bootstrap.SetupError, OSError) as error:
        bootstrap.say(str(error))
        return 1


def runs_in_venv() -> bool:
    """Say whether this process is `.venv`'s own Python."""
    return Path(sys.prefix).resolve() == (ROOT / ".venv").resolve()


def hand_over(command: Sequence[str]) -> int:
    """Become the command; where a process cannot, wait for it and return its exit status."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], list(command))
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reaches the command as well, which decides what it means


def help_text() -> str:
    """Return the list of verbs."""
    lines = [f"  {name:13} {verb.help}" for name, verb in VERBS.items()]
    return "\n".join(["Usage: python -m course_tools COMMAND [options]", "", *lines])


def lab(arguments: Sequence[str]) -> int:
    """Open JupyterLab on the start page, with the project as its root folder.

    The settings in `course_tools/jupyter` keep it from asking the network for anything. They are
    added to the learner's own, and come before them.
    """
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
    ]
    places = [str(ROOT / "course_tools" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, places))
    if os.name != "nt" and os.geteuid() == 0:
        command.append("--allow-root")  # in a container, where root is all there is
    return hand_over([*command, *arguments])


def test(arguments: Sequence[str]) -> int:
    """Run style, types and every test, each even if an earlier one fails."""
    steps = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "pytest": ["pytest", *arguments],
    }
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


def browser_test(arguments: Sequence[str]) -> int:
    """Drive the lessons in a real browser."""
    return run_module(["pytest", "tests/browser", *arguments])


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks."""
    command = [sys.executable, "benchmarks/run.py", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def refresh(arguments: Sequence[str]) -> int:
    """Execute and normalise the notebooks, and take the README's picture from the start page."""
    from course_tools import readme
    from course_tools import refresh as tool

    status = tool.main(arguments)
    readme.update()
    return status


def exercises(arguments: Sequence[str]) -> int:
    """Cut the exercises out of the solutions."""
    from course_tools import release as tool

    return tool.main(arguments)


def grade(arguments: Sequence[str]) -> int:
    """Mark a folder of submissions."""
    if sys.platform != "linux":
        print("Marking needs Linux, for its sandbox: do it in a virtual machine.", file=sys.stderr)
        return 1
    from course_tools.marking import command as tool

    return tool.main(arguments)


def name_cell(arguments: Sequence[str]) -> int:
    """Give a cell of a notebook its id."""
    from course_tools import names as tool

    return tool.main(arguments)


def locks(arguments: Sequence[str]) -> int:
    """Compile the lists of exact versions."""
    from course_tools import locks as tool

    return tool.main(arguments)


VERBS = {
    "lab": Verb(lab, "learners", "opens the lessons in JupyterLab"),
    "test": Verb(test, "authors", "checks style, types and every lesson"),
    "browser-test": Verb(browser_test, "authors", "drives the lessons in Chromium"),
    "refresh": Verb(refresh, "authors", "executes the notebooks and writes their outputs"),
    "exercises": Verb(exercises, "authors", "cuts the exercises out of the solutions"),
    "grade": Verb(grade, "authors", "marks a folder of submissions, whatever they contain"),
    "name-cell": Verb(name_cell, "authors", "gives a cell of a notebook its id"),
    "bench": Verb(bench, "authors", "measures the library against the alternatives"),
    "locks": Verb(locks, "authors", "pins the dependencies; --upgrade takes newer versions"),
}
