"""JupyterLite's own environment: it adds to JupyterLab what the learners' must not have."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from course_tools.bootstrap import CommandError, is_disk_full, run_quietly, say
from course_tools.files import ROOT
from course_tools.site.lite.download import CACHE, sha256

LIST = ROOT / "requirements-lite.txt"
"""What is installed there. The wheels of Python in the browser are of the same versions."""


def environment(cache: Path = CACHE, listing: Path = LIST) -> Path:
    """Return the folder of an environment with JupyterLite, after making it where there is none.

    Parameters
    ----------
    cache : Path
        Where it is kept.
    listing : Path
        The exact versions, with hashes.

    Raises
    ------
    SetupError
        If it cannot be made.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / f"python{version}-{sha256(listing.read_bytes())[:12]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        say("JupyterLite gets an environment of its own. This is done once.")
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            made = Path(draft) / "environment"
            _install(made, listing)
            made.rename(folder)
    return folder


def _install(folder: Path, listing: Path) -> None:
    """Install a list with uv, or with pip where uv finds no way."""
    beneath = getattr(sys, "_base_executable", sys.executable)
    run_quietly([beneath, "-I", "-m", "venv", "--without-pip", str(folder)])
    tool, python = [sys.executable, "-I", "-m"], str(python_of(folder))
    wanted = ["--require-hashes", "-r", str(listing)]
    try:
        run_quietly([*tool, "uv", "--quiet", "pip", "install", "--python", python, *wanted])
    except CommandError as error:
        if is_disk_full(error.output):
            raise
        run_quietly([*tool, "pip", "--python", python, "--quiet", "install", *wanted])


def python_of(folder: Path) -> Path:
    """Return the place of an environment's Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
