"""`make nbgrader`: nbgrader's own commands, in the folder that marking has written."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course_tools.marking.records.gradebook import GRADEBOOK


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of nbgrader's, and return its exit status."""
    parser = argparse.ArgumentParser("nbgrader", description=__doc__, add_help=False)
    parser.add_argument("--output", type=Path, default=Path("marked"))
    options, words = parser.parse_known_args(arguments)
    if not (options.output / GRADEBOOK).exists():
        print(
            f"There is no gradebook in {options.output}. Mark first, with `make grade"
            " SUBMISSIONS=folder`; or, if you have marked into another folder, say which one: `make"
            " nbgrader OUTPUT=folder ARGS=export`.",
            file=sys.stderr,
        )
        return 1
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-W", "ignore", "-m", "nbgrader", *words]
    environment = os.environ | {"PATH": tools}
    return subprocess.run(command, cwd=options.output, env=environment, check=False).returncode
