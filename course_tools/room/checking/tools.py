"""What other tools of the course say of their own work: the site, the slides, the marking."""

from __future__ import annotations

import subprocess
import sys

from course_tools.files import ROOT
from course_tools.room.checking.findings import Finding


def run(module: str, *arguments: str) -> tuple[int, str]:
    """Run a module in a process of its own; return its exit status and all that it said."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def site() -> Finding:
    """Look whether every file of the site is there, JupyterLite with its wheels among them."""
    status, said = run("course_tools", "site", "--verify", "--lite")
    return Finding("site", said, "" if status == 0 else "Make it anew: `make site LITE=1`")


def slides() -> Finding:
    """Look whether every deck is there."""
    status, said = run("course_tools", "slides", "--verify")
    return Finding("slides", said, "" if status == 0 else "Make them anew: `make slides`")


def sandbox() -> Finding:
    """Look whether learners' code can be run here, which marking does."""
    status, said = run("course_tools.marking.sandbox")
    mend = "Do what it says; until then, what is handed in is kept, and can be marked elsewhere"
    return Finding("marking", said, "" if status == 0 else mend)
