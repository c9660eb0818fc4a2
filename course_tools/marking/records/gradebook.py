"""nbgrader's gradebook, so that its export, its feedback and its formgrader go on working.

The folder that marking writes into is laid out as nbgrader lays out a course: `gradebook.db`,
`source/` with the assignments, `autograded/` with the marked notebooks.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest import mock

from sqlalchemy import URL
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_tools import release
from course_tools.files import write_whole
from course_tools.marking.assignments import handed_in_as, name_of
from course_tools.marking.late import Deadline
from course_tools.marking.records.people import Person
from course_tools.marking.records.settings import bring_up_to_date
from course_tools.marking.records.standing import Ledger, keep_times, ledger_of
from course_tools.marking.results import Mark, MarkingError, Result, storable
from course_tools.notebooks.course import EXERCISE
from course_tools.notebooks.stored import from_bytes

GRADEBOOK = "gradebook.db"

Pair = tuple[str, str]
"""A student and an assignment: by these nbgrader knows a submission."""

DRAFT = ".new-gradebook.db"
"""Where a gradebook is made. It gets its name when it is complete."""


class Book:
    """A course folder with nbgrader's gradebook in it, made if it is not there.

    Parameters
    ----------
    folder : Path
        The folder.

    Attributes
    ----------
    advice : str
        What the instructor has to do to keep nbgrader's own autograder off; mostly nothing.

    Raises
    ------
    MarkingError
        If what is there is no gradebook.
    """

    def __init__(self, folder: Path) -> None:
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what it logs, it raises as well
        self.folder = folder.resolve()
        self.added: set[str] = set()
        path = self.folder / GRADEBOOK
        self.url = url_of(path)
        with as_marking_error(self.folder):
            if not path.exists():
                draft = self.folder / DRAFT
                draft.unlink(missing_ok=True)
                opened(url_of(draft)).close()
                draft.replace(path)
            self.book: Any = opened(self.url)
        self.advice = bring_up_to_date(self.folder)

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
        name, notebook = name_of(source), handed_in_as(source)
        nb = from_bytes(source.read_bytes(), source)
        nb.cells = [cell for cell in nb.cells if not cell.id.startswith(release.WORKED)]
        with as_marking_error(self.folder):
            for known in self.book.update_or_create_assignment(name).notebooks:
                if known.name == name:  # as it was called when the gradebook was made
                    known.name = notebook
                    self.book.db.commit()
        resources = {"nbgrader": {"notebook": notebook, "assignment": name, "db_url": self.url}}
        with as_marking_error(self.folder):
            for step in release.steps(saving=True):
                nb, resources = step().preprocess(nb, resources)
        write_whole(self.folder / "source" / name / f"{notebook}.ipynb", source.read_bytes())
        self.book.db.expire_all()

    def enter(self, results: Sequence[Result]) -> None:
        """Enter results. Points that a person has given stay, to be looked at if anything changed.

        Parameters
        ----------
        results : sequence of Result
            Of assignments that have been added. All of them are entered, or none.
        """
        with as_marking_error(self.folder):
            known = {name: self._notebook(name) for name in {each.assignment for each in results}}
            files = {
                self.folder
                / "autograded"
                / each.student
                / each.assignment
                / known[each.assignment]: storable(each.notebook).encode()
                for each in results
            }
            changed = [path for path, content in files.items() if not holds(path, content)]
            submissions = self._submissions_of(results)
            for result, path in zip(results, files, strict=True):
                give_all(submissions[pair_of(result)], result, other=path in changed)
            self.book.db.commit()
        for path, content in files.items():  # after the points: if it is as it was, so are they
            write_whole(path, content)

    def settle(
        self,
        handed_in: Mapping[tuple[str, str], float],
        deadlines: Mapping[str, Deadline],
        results: Iterable[Result],
    ) -> Ledger:
        """Read what people have given, and keep what lateness costs.

        Parameters
        ----------
        handed_in : dict of (str, str) to float
            When, as far as this run knows it, by student and assignment.
        deadlines : dict of str to Deadline
            For each assignment that has one.
        results : iterable of Result
            All that have been entered.
        """
        with as_marking_error(self.folder):
            ledger = ledger_of(self.book, handed_in, deadlines)
            keep_times(self.book, ledger, ledger.standings(results))
        return ledger

    def introduce(self, people: Mapping[str, Person]) -> None:
        """Note the names and addresses of students, which formgrader shows beside their numbers.

        Who is not in the gradebook yet is left out, and what is empty changes nothing.
        """
        with as_marking_error(self.folder):
            for student in self.book.students:
                person = people.get(student.id)
                if person:
                    for name, value in asdict(person).items():
                        if value:
                            setattr(student, name, value)
            self.book.db.commit()

    def _notebook(self, assignment: str) -> str:
        """Return what the file is called that learners hand in."""
        names = {each.name for each in self.book.find_assignment(assignment).notebooks}
        ours = EXERCISE + assignment
        return f"{ours if ours in names else assignment}.ipynb"

    def _submissions_of(self, results: Sequence[Result]) -> dict[Pair, Any]:
        """Return what nbgrader keeps of each submission, made if there is nothing.

        nbgrader commits after every step, and looks before it whether anything is to be written.
        To write all students at once, and then all submissions, takes a third of the time.
        """
        pairs = dict.fromkeys(map(pair_of, results))
        with mock.patch.object(self.book.db, "commit"), self.book.db.no_autoflush:
            for student in dict.fromkeys(student for student, _ in pairs):
                self.book.update_or_create_student(student)
            self.book.db.flush()
            made = {each: self.book.update_or_create_submission(*each[::-1]) for each in pairs}
            self.book.db.flush()
        return made


def holds(path: Path, content: bytes) -> bool:
    """Whether a file is there, with this content."""
    return path.exists() and path.read_bytes() == content


def pair_of(result: Result) -> Pair:
    """Return whose it is, and what for."""
    return result.student, result.assignment


def give_all(submission: Any, result: Result, *, other: bool) -> None:
    """Give nbgrader the marks of a submission."""
    marks = {mark.name: mark for mark in result.marks}
    for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
        give(grade, marks[grade.name], other=other)


def give(grade: Any, mark: Mark, *, other: bool) -> None:
    """Give nbgrader a mark, and say whether somebody has to look at it.

    Parameters
    ----------
    grade : nbgrader.api.Grade
        What nbgrader keeps.
    mark : Mark
        What to give.
    other : bool
        Whether the notebook is another one than the one that was entered before.
    """
    changed = grade.auto_score != mark.points or (mark.points is None and other)
    grade.auto_score = mark.points
    if grade.manual_score is None:
        grade.needs_manual_grade = mark.points is None
    elif changed:
        grade.needs_manual_grade = True


def opened(url: str) -> Any:
    """Open nbgrader's gradebook, which is made if it is not there."""
    from nbgrader.api import Gradebook

    with mock.patch("nbgrader.api.get_alembic_version", newest_form):
        return Gradebook(url)


def newest_form() -> str:
    """Return the number of the form that new gradebooks have.

    nbgrader starts a program to ask for it, which takes longer than marking a submission.
    """
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


def url_of(path: Path) -> str:
    """Write where a gradebook is, whatever signs the folder's name has."""
    return URL.create("sqlite", database=str(path)).render_as_string()


@contextlib.contextmanager
def as_marking_error(folder: Path) -> Iterator[None]:
    """Say what to do about an error of the gradebook's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with its tables
            yield
    except (RuntimeError, ValueError, SQLAlchemyError) as error:
        if "database is locked" in str(error):
            raise MarkingError(
                f"The gradebook in {folder} is held by another program. Close formgrader and every"
                " `nbgrader` command there, and start again: what is marked stays marked."
            ) from error
        raise MarkingError(
            f"The gradebook in {folder} cannot be used: {str(error).splitlines()[0]}\nMove it away,"
            " or give another --output: all marks are in the journal, and are entered anew. Points"
            " and comments that a person has given are in the old one only."
        ) from error
