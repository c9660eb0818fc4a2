"""Open JupyterLab on the start page."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from course_tools.commands import hand_over
from course_tools.files import ROOT

START_PAGE = "notebooks/00_start_here.ipynb"


def main(arguments: Sequence[str]) -> int:
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
