"""`make site`: the course as pages."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Make the site."""
    parser = argparse.ArgumentParser(
        prog="course_tools site", description="Make the course's pages, in site/_build."
    )
    parser.add_argument("--lite", action="store_true", help="add a JupyterLab for the browser")
    parser.parse_args(arguments)
    return 0
