"""`python -m course_tools.desk`: make or update a learner's copy, with the Python that runs this.

`make lab` does it at each start. Where another environment is there already (conda, Binder, a
classroom's server), this is all that is needed; it asks for no `.venv`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from course_tools.bootstrap import SetupError
from course_tools.desk import START_PAGE
from course_tools.desk.update import update
from course_tools.files import MY_COURSE, ROOT
from course_tools.notebooks.stored import NotebookError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if the copy cannot be made."""
    parser = argparse.ArgumentParser(
        prog="python -m course_tools.desk",
        description="Make a copy of the course to work in, or bring it up to date.",
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / MY_COURSE, help="where the copy is (my_course/)"
    )
    folder = parser.parse_args(argv).folder
    try:
        print(update(ROOT, folder))
    except (NotebookError, SetupError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The copy of the course cannot be written: {error}", file=sys.stderr)
        print("Name a folder that is yours: --folder ~/my_course", file=sys.stderr)
        return 1
    print(f"Open it: jupyter lab {folder / START_PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
