"""`make slides`: a deck for each lesson."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from course_tools.files import show
from course_tools.notebooks.stored import NotebookError
from course_tools.site.build import BuildError
from course_tools.site.command_line import told
from course_tools.site.mathematics import FormulaError
from course_tools.site.settings import SettingsError
from course_tools.site.slides.building import make, missing


def main(arguments: Sequence[str]) -> int:
    """Make the slides."""
    parser = argparse.ArgumentParser(
        prog="course_tools slides",
        description="Cut a deck from each lesson, in site/_build/slides.",
    )
    said = "only if there are none, or if they are older than what they are made of"
    parser.add_argument("--if-needed", action="store_true", help=said)
    said = "make nothing: say whether they are there, of today's sources, and whole"
    parser.add_argument("--verify", action="store_true", help=said)
    chosen = parser.parse_args(arguments)
    if chosen.verify:
        return told(missing(), "The slides are whole.")
    started = time.monotonic()
    try:
        first = make(if_needed=chosen.if_needed)
    except (BuildError, FormulaError, NotebookError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Done in {time.monotonic() - started:.0f} s. Open {show(first)} in a browser.")
    return 0
