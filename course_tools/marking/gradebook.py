"""nbgrader's gradebook, so that its export, its feedback and its formgrader go on working.

The folder that marking writes into is laid out as nbgrader lays out a course: `gradebook.db`,
`source/` with the assignments, `autograded/` with the marked notebooks.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_tools import release
from course_tools.marking.files import write_whole
from course_tools.marking.results import MarkingError, Result
from course_tools.refresh import from_bytes

GRADEBOOK = "gradebook.db"

CONFIG = '''\
"""nbgrader's settings for this folder. `nbgrader export`, run here, writes the marks as a table."""

c = get_config()  # noqa: F821
c.CourseDirectory.root = {root!r}
'''


class Book:
    """A course folder with nbgrader's gradebook in it, made if it is not there.

    Parameters
    ----------
    folder : Path
        The folder.

    Raises
    ------
    MarkingError
        If what is there is no gradebook.
    """

    def __init__(self, folder: Path) -> None:
        from nbgrader.api import Gradebook

        logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what it logs, it raises as well
        self.folder = folder.resolve()
        self.url = f"sqlite:///{self.folder / GRADEBOOK}"
        with tools_on_path(), understood(self.folder):
            self.book: Any = Gradebook(self.url)
        config = self.folder / "nbgrader_config.py"
        if not config.exists():
            write_whole(config, CONFIG.format(root=str(self.folder)).encode())

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.book.close()

    def add_assignment(self, source: Path) -> None:
        """Make an assignment known, by nbgrader's own steps.

        Parameters
        ----------
        source : Path
            The instructor's notebook.

        Raises
        ------
        MarkingError
            If the gradebook has submissions for an assignment of that name with other cells.
        """
        name = source.stem
        nb = from_bytes(source.read_bytes(), source)
        nb.cells = [cell for cell in nb.cells if not cell.id.startswith(release.WORKED)]
        self.book.update_or_create_assignment(name)
        resources = {"nbgrader": {"notebook": name, "assignment": name, "db_url": self.url}}
        with understood(self.folder):
            for step in release.steps(saving=True):
                nb, resources = step().preprocess(nb, resources)
        write_whole(self.folder / "source" / name / source.name, source.read_bytes())
        self.book.db.expire_all()

    def enter(self, result: Result) -> None:
        """Enter a result. Points that a person has given stay.

        Parameters
        ----------
        result : Result
            Of an assignment that has been added.
        """
        autograded = self.folder / "autograded" / result.student / result.assignment
        write_whole(autograded / f"{result.assignment}.ipynb", result.notebook.encode())
        marks = {mark.name: mark for mark in result.marks}
        with understood(self.folder):
            self.book.update_or_create_student(result.student)
            submission = self.book.update_or_create_submission(result.assignment, result.student)
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                mark = marks[grade.name]
                changed = grade.auto_score != mark.points
                grade.auto_score = mark.points
                grade.needs_manual_grade = mark.points is None or (
                    grade.manual_score is not None and (changed or grade.needs_manual_grade)
                )
            self.book.db.commit()


@contextlib.contextmanager
def understood(folder: Path) -> Iterator[None]:
    """Say what to do about an error of the gradebook's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with its tables
            yield
    except (RuntimeError, SQLAlchemyError) as error:
        raise MarkingError(
            f"The gradebook in {folder} cannot be used: {str(error).splitlines()[0]}\nMove it away,"
            " or give another --output; all marks are in the journal, and are entered anew."
        ) from error


@contextlib.contextmanager
def tools_on_path() -> Iterator[None]:
    """Let nbgrader find the programs that are installed beside Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
