"""`make site`: the course as pages."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from course_tools.files import show
from course_tools.notebooks.stored import NotebookError
from course_tools.site.build import BuildError, build
from course_tools.site.mathematics import FormulaError
from course_tools.site.settings import SettingsError


def main(arguments: Sequence[str]) -> int:
    """Make the site."""
    parser = argparse.ArgumentParser(
        prog="course_tools site", description="Make the course's pages, in site/_build."
    )
    parser.add_argument("--lite", action="store_true", help="add a JupyterLab for the browser")
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        first = build(lite=chosen.lite)
    except (BuildError, FormulaError, NotebookError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Done in {time.monotonic() - started:.0f} s. Open {show(first)} in a browser.")
    return 0
