"""`python -m course_tools.site.lite FOLDER`: add the browser's JupyterLab to a finished site."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from course_tools.bootstrap import SetupError
from course_tools.site.lite.building import NAME, build
from course_tools.site.pages import site_of
from course_tools.site.settings import SettingsError, read_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if the JupyterLab cannot be made."""
    parser = argparse.ArgumentParser(
        prog="python -m course_tools.site.lite",
        description="Add a JupyterLab that runs in the browser to the folder of a site.",
    )
    parser.add_argument("folder", type=Path, help="the site, which gets a folder lite/")
    folder = parser.parse_args(argv).folder
    try:
        build(folder, site_of(read_settings()).notebooks)
    except (SetupError, SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The browser's JupyterLab is in {folder / NAME}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
