"""`make site`: the course as pages."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence

from course_tools.files import show
from course_tools.notebooks.stored import NotebookError
from course_tools.site.build import MOST, BuildError, build, build_if_needed, missing
from course_tools.site.mathematics import FormulaError
from course_tools.site.settings import SettingsError


def main(arguments: Sequence[str]) -> int:
    """Make the site."""
    parser = argparse.ArgumentParser(
        prog="course_tools site", description="Make the course's pages, in site/_build."
    )
    parser.add_argument("--lite", action="store_true", help="add a JupyterLab for the browser")
    said = "only if there is none, or one that is old or broken"
    parser.add_argument("--if-needed", action="store_true", help=said)
    said = "make nothing: say whether it is there, of today's sources, and whole"
    parser.add_argument("--verify", action="store_true", help=said)
    chosen = parser.parse_args(arguments)
    if chosen.verify:
        return told(missing(lite=chosen.lite), "The site is whole.")
    started = time.monotonic()
    try:
        first = (build_if_needed if chosen.if_needed else build)(lite=chosen.lite)
    except (BuildError, FormulaError, NotebookError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Done in {time.monotonic() - started:.0f} s. Open {show(first)} in a browser.")
    return 0


def told(problems: Iterable[str], whole: str) -> int:
    """Say what is wrong, or that nothing is; the exit status is 1 if anything is."""
    found = list(problems)
    print("\n".join(found[:MOST]) or whole)
    if len(found) > MOST:
        print(f"And {len(found) - MOST} more.")
    return 1 if found else 0
