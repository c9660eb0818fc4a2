"""nbgrader's own programs go on from what marking has entered, and nothing in it harms anybody."""

from __future__ import annotations

import csv
import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode

from course_tools.files import ROOT
from course_tools.marking.assignments import Assignment, read_assignment
from course_tools.marking.records.autograded import autograded
from course_tools.marking.records.gradebook import GRADEBOOK, Book, newest_form
from course_tools.marking.results import Mark, MarkingError, Result
from course_tools.notebooks.course import slug_of, solutions
from course_tools.notebooks.stored import from_bytes, to_bytes

pytestmark = pytest.mark.kernel

NAME = "01_line_and_loss"
FILE = f"exercise_{NAME}"
"""What nbgrader calls the notebook."""

SOURCE = next(source for source in solutions() if slug_of(source) == NAME)
STUDENTS = ("Anna", "Żółć 王", "O'Brien+2; --", "Eve")

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='https://example.org'></iframe>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<style>* { display: none }</style>",
    "<form action='https://example.org'><button>Full credit</button></form>",
    "[link](javascript:alert(1))",
    "[link](JaVa&#83;cript:alert(1))",
    "[link]( <javascript:alert(1)> )",
    "[link]\n\n[link]: javascript:alert(1)",
    "[link](data:text/html,<script>alert(1)</script>)",
    '[link](https://example.org "t" onclick="alert(1)")',
    "![picture](https://example.org/who-reads-this.png)",
    '![picture" onerror="alert(1)](x)',
    "![picture](attachment:page.html)",
    "![picture](attachment:drawing.svg)",
    "![picture](attachment:missing.png)",
    "$$\\href{javascript:alert(1)}{x}$$ $<script>alert(1)</script>$",
    "\\begin{x}<img src=x onerror=alert(1)>\\end{x}",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "`code` </div></div></body></html><script>alert(1)</script>",
]
ATTACHMENTS = {
    "page.html": {"text/html": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="},
    "drawing.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"},
}

NBGRADER = """
import json, sys
from pathlib import Path
from traitlets.config import Config
from nbconvert.exporters import HTMLExporter
from nbgrader.apps import NbGraderAPI
from nbgrader.server_extensions.formgrader import handlers

name = sys.argv[1]
own = f"exercise_{name}"
config = Config()
exec(Path("nbgrader_config.py").read_text("utf-8"), {
    "get_config": lambda: config, "__file__": str(Path("nbgrader_config.py").resolve())
})
api = NbGraderAPI(config=config)
form = Config()
form.HTMLExporter.template_name = "formgrade"
form.HTMLExporter.extra_template_basedirs = [handlers.template_path]
submissions = api.get_submissions(name)
with api.gradebook as book:
    for each in submissions:
        student = each["student"]
        notebook = book.find_submission_notebook(own, name, student)
        resources = {"assignment_id": name, "notebook_id": own, "submission_id": notebook.id}
        resources |= {"index": 0, "total": 1, "base_url": "", "notebook_path": "", "student": "A"}
        path = Path("autograded", student, name, f"{own}.ipynb").resolve()
        page, _ = HTMLExporter(config=form).from_filename(str(path), resources=resources)
        made = Path("formgrade", student)
        made.mkdir(parents=True)
        (made / "page.html").write_text(page, "utf-8")
print(json.dumps({
    "assignments": api.get_assignments(),
    "submissions": submissions,
    "notebooks": api.get_notebooks(name),
    "to_grade": api.get_notebook_submissions(name, own),
}, default=str))
"""


# --- Results made by hand -------------------------------------------------------------------------


def with_answer(path: Path) -> Path:
    """Copy the first assignment, with an answer in words that a person reads."""
    nb = from_bytes(SOURCE.read_bytes(), SOURCE)
    cell = nbformat.v4.new_markdown_cell("Why does it fall?", id="answer-why")
    kept = {"schema_version": 3, "grade": True, "solution": True, "task": False, "points": 2}
    cell.metadata["nbgrader"] = kept | {"grade_id": "answer-why", "locked": False}
    nb.cells.append(cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes(nb))
    return path


def handed_in(assignment: Assignment, texts: Sequence[str] = ()) -> NotebookNode:
    """Return what a student hands in, who has added texts."""
    nb: NotebookNode = nbformat.reads(assignment.released, 4)
    for text in texts:
        cell = nbformat.v4.new_markdown_cell(text)
        cell["attachments"] = nbformat.from_dict(ATTACHMENTS)
        nb.cells.append(cell)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "answer-why":
            cell.source = "\n\n".join(["It goes downhill.", *texts[:1]])
    return nb


def result_for(
    assignment: Assignment,
    student: str = "Anna",
    points: Sequence[float] = (2, 0, 0.5),
    by_hand: float | None = None,
    texts: Sequence[str] = (),
) -> Result:
    """Return what marking ends with."""
    tests = zip(assignment.tests, points, strict=True)
    marks = [Mark(test.name, given, test.points, "Dropped.\n<b>x</b>") for test, given in tests]
    marks += [Mark(cell.name, by_hand, cell.points, "A person.") for cell in assignment.by_hand]
    notebook = handed_in(assignment, texts)
    kept = autograded(notebook, assignment, marks, {}, "")
    digest = f"{points}{by_hand}{texts}"
    return Result(student, assignment.name, digest, "marked", "", tuple(marks), kept)


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    """The first assignment."""
    return read_assignment(SOURCE)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty gradebook, which takes nbgrader seconds to make. Not to be changed."""
    folder = tmp_path_factory.mktemp("empty")
    with Book(folder):
        return folder


@pytest.fixture
def book(empty: Path, tmp_path: Path, assignment: Assignment) -> Book:
    """A gradebook that knows the assignment, with one result."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    made = Book(tmp_path)
    made.add_assignment(SOURCE)
    made.enter([result_for(assignment)])
    return made


def dump(folder: Path) -> list[str]:
    """Write a gradebook as SQL."""
    with closing(sqlite3.connect(folder / GRADEBOOK)) as rows:
        return sorted(rows.iterdump())


def grades_in(folder: Path, student: str = "Anna") -> dict[str, tuple[object, ...]]:
    """Read what nbgrader keeps for a student: automatic and manual points, and what is to do."""
    with Book(folder) as book:
        [notebook] = book.book.find_submission(NAME, student).notebooks
        return {
            each.name: (each.auto_score, each.manual_score, each.needs_manual_grade)
            for each in notebook.grades
        }


def by_person(folder: Path, name: str, points: float) -> None:
    """Give points as formgrader does it."""
    with Book(folder) as book:
        grade = book.book.find_grade(name, FILE, NAME, "Anna")
        grade.manual_score, grade.needs_manual_grade = points, False
        book.book.db.commit()


def test_a_new_gradebook_has_the_form_that_nbgrader_gives_it(monkeypatch: pytest.MonkeyPatch):
    from nbgrader.api import get_alembic_version

    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    assert newest_form() == get_alembic_version()


# --- nbgrader's own programs ----------------------------------------------------------------------


def run(folder: Path, *command: str) -> str:
    """Run a program in a folder, and return what it prints."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=folder,
        env=os.environ | {"PATH": tools, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "ERROR" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Result], str]:
    """A course folder after nbgrader's programs, moved since it was made; its results; its API."""
    folder = tmp_path_factory.mktemp("course") / "made here"
    source = with_answer(tmp_path_factory.mktemp("source") / NAME / SOURCE.name)
    read = read_assignment(source)
    given = [(2, 2, 2), (2, 0, 0.5), (0, 0, 0), (0, 0, 0)]
    folder.mkdir()
    results = {
        student: result_for(read, student, points, None, HOSTILE if student == "Eve" else ())
        for student, points in zip(STUDENTS, given, strict=True)
    }
    with Book(folder) as book:
        book.add_assignment(source)
        for result in results.values():
            book.enter([result])
    folder = folder.rename(folder.with_name("moved, 100% done?"))
    said = run(folder, "-c", NBGRADER, NAME)
    run(folder, "-m", "nbgrader", "export")
    run(folder, "-m", "nbgrader", "generate_feedback", NAME)
    return folder, results, said


Course = tuple[Path, dict[str, Result], str]


def test_export_writes_the_marks(course: Course):
    folder, results, _ = course
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == results.keys()
    for student, result in results.items():
        assert float(rows[student]["score"]) == result.points
        assert float(rows[student]["max_score"]) == result.highest == 8


def test_the_interface_of_nbgrader_knows_everything(course: Course):
    _, results, said = course
    known = json.loads(said)
    [assignment] = known["assignments"]
    assert (assignment["name"], assignment["status"]) == (NAME, "draft")
    assert assignment["max_score"] == 8
    assert {each["student"] for each in known["to_grade"]} == results.keys()
    [notebook] = known["notebooks"]
    assert (notebook["name"], notebook["needs_manual_grade"]) == (FILE, True)
    submissions = {each["student"]: each for each in known["submissions"]}
    assert submissions.keys() == results.keys()
    for student, result in results.items():
        assert submissions[student]["score"] == result.points
        assert submissions[student]["autograded"] is True
        assert submissions[student]["needs_manual_grade"] is True


@pytest.mark.parametrize("page", ["feedback/{}/{}/{}.html", "formgrade/{}/page.html"])
def test_each_page_shows_the_test_and_its_words(course: Course, page: str):
    folder, results, _ = course
    for student in results:
        text = (folder / page.format(student, NAME, FILE)).read_text("utf-8")
        assert "Dropped." in text or student == "Anna"
        assert "&lt;b&gt;x&lt;/b&gt;" in text or student == "Anna"
        assert "It goes downhill." in text
        assert "answer-why" in text


class Active(HTMLParser):
    """Collects whatever in a page can run, fetch, send or hide something."""

    TAGS = ("script", "iframe", "svg", "img", "style", "form", "button", "object", "embed", "base")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in (*self.TAGS, "link", "meta", "input", "textarea", "body"):
            self.found[tag] += 1
        for name, value in attrs:
            address = name in ("href", "src", "srcdoc", "action", "formaction", "xlink:href")
            if name.startswith("on") or (address and not (value or "").startswith(("#", "/"))):
                self.found[f"{name}={value}"] += 1


@pytest.mark.parametrize("page", ["feedback/{}/{}/{}.html", "formgrade/{}/page.html"])
def test_hostile_text_does_nothing(course: Course, page: str):
    folder, _, _ = course
    honest, hostile = (
        Active((folder / page.format(student, NAME, FILE)).read_text("utf-8")).found
        for student in ("O'Brien+2; --", "Eve")
    )
    assert honest["script"] > 0
    assert hostile == honest
    text = (folder / page.format("Eve", NAME, FILE)).read_text("utf-8")
    assert "config=TeX-AMS_CHTML-full,Safe" in text  # MathJax refuses \\href{javascript:...}


@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if not any(word in text for word in ("attachment:", "\\"))]
)
def test_the_same_text_unchanged_would_be_seen(text: str):
    assert Active(markdown2html_mistune(text)).found


def test_hostile_text_is_shown_as_it_was_typed(course: Course):
    folder, _, _ = course
    page = (folder / f"feedback/Eve/{NAME}/{FILE}.html").read_text("utf-8")
    shown = unescape(page)
    for text in HOSTILE:
        assert text in shown


def test_the_instructors_text_is_shown_as_it_is(course: Course, assignment: Assignment):
    folder, _, _ = course
    kept = nbformat.read(folder / f"autograded/Anna/{NAME}/{FILE}.ipynb", 4)
    texts = [cell.source for cell in kept.cells if cell.cell_type == "markdown"]
    own = nbformat.reads(assignment.released, 4)
    released = [cell.source for cell in own.cells if cell.cell_type == "markdown"]
    assert texts[: len(released)] == released


# --- Entering again -------------------------------------------------------------------------------


def test_marks_are_those_of_the_result(book: Book, assignment: Assignment):
    result = result_for(assignment)
    assert grades_in(book.folder) == {
        mark.name: (mark.points, None, False) for mark in result.marks
    }
    path = book.folder / "autograded" / "Anna" / NAME / f"{FILE}.ipynb"
    assert path.read_text("utf-8") == result.notebook


def test_entering_twice_changes_nothing(book: Book, assignment: Assignment):
    before = dump(book.folder)
    for _ in range(2):
        book.add_assignment(SOURCE)
        book.enter([result_for(assignment)])
    with Book(book.folder) as again:
        again.add_assignment(SOURCE)
        again.enter([result_for(assignment)])
    assert dump(book.folder) == before


def test_points_from_a_person_stay(book: Book, assignment: Assignment):
    name = assignment.tests[1].name
    by_person(book.folder, name, 1.5)
    with Book(book.folder) as again:
        again.enter([result_for(assignment)])
    assert grades_in(book.folder)[name] == (0, 1.5, False)
    with Book(book.folder) as again:
        again.enter([result_for(assignment, points=(2, 2, 0.5))])
    grades = grades_in(book.folder)
    assert grades.pop(name) == (2, 1.5, True)
    assert {needs for _, _, needs in grades.values()} == {False}
    with Book(book.folder) as again:
        again.enter([result_for(assignment, points=(2, 2, 0.5))])
        assert again.book.find_submission(NAME, "Anna").score == 2 + 1.5 + 0.5
    assert grades_in(book.folder)[name] == (2, 1.5, True)


def test_an_answer_is_read_once_and_again_if_it_changes(empty: Path, tmp_path: Path):
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    source = with_answer(tmp_path / "source" / SOURCE.name)
    read = read_assignment(source)
    with Book(tmp_path) as book:
        book.add_assignment(source)
        book.enter([result_for(read)])
    assert grades_in(tmp_path)["answer-why"] == (None, None, True)
    by_person(tmp_path, "answer-why", 1)
    for texts, needs in (((), False), (("Another answer.",), True)):
        with Book(tmp_path) as book:
            book.enter([result_for(read, texts=texts)])
        assert grades_in(tmp_path)["answer-why"] == (None, 1, needs)
    with Book(tmp_path) as book:
        book.enter([result_for(read, "Nobody", by_hand=0.0)])
    assert grades_in(tmp_path, "Nobody")["answer-why"] == (0, None, False)


def test_other_points_for_a_test_are_taken_over(book: Book, assignment: Assignment, tmp_path: Path):
    nb = from_bytes(SOURCE.read_bytes(), SOURCE)
    cell = next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade"))
    cell.metadata.nbgrader.points = 7
    changed = tmp_path / "changed" / SOURCE.name
    changed.parent.mkdir()
    changed.write_bytes(to_bytes(nb))
    book.add_assignment(changed)
    assert book.book.find_assignment(NAME).max_score == 7 + sum(
        test.points for test in assignment.tests[1:]
    )
    assert (tmp_path / "source" / NAME / f"{FILE}.ipynb").read_bytes() == changed.read_bytes()


def test_a_gradebook_with_an_older_name_takes_the_new_one(
    book: Book, assignment: Assignment, tmp_path: Path
):
    book.enter([result_for(assignment)])
    highest = book.book.find_assignment(NAME).max_score
    (notebook,) = book.book.find_assignment(NAME).notebooks
    notebook.name = NAME
    book.book.db.commit()
    book.add_assignment(SOURCE)
    book.enter([result_for(assignment)])
    assert [each.name for each in book.book.find_assignment(NAME).notebooks] == [FILE]
    assert book.book.find_assignment(NAME).max_score == highest
    assert (tmp_path / "autograded" / "Anna" / NAME / f"{FILE}.ipynb").exists()


# --- What goes wrong ------------------------------------------------------------------------------


def test_other_cells_are_refused_when_there_are_submissions(book: Book, tmp_path: Path):
    before = dump(tmp_path)
    with pytest.raises(MarkingError) as refused:
        book.add_assignment(with_answer(tmp_path / "changed" / SOURCE.name))
    assert "Cannot add or remove cells" in str(refused.value)
    assert "Move it away, or give another --output" in str(refused.value)
    assert (tmp_path / "source" / NAME / f"{FILE}.ipynb").read_bytes() == SOURCE.read_bytes()
    book.book.close()
    assert dump(tmp_path) == before


@pytest.mark.parametrize("content", [b"no gradebook\n" * 500, b"\x00" * 9000])
def test_another_file_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / GRADEBOOK
    path.write_bytes(content)
    with pytest.raises(MarkingError, match=r"cannot be used: .*not a database\n.*Move it away"):
        Book(tmp_path)
    assert path.read_bytes() == content


def test_a_locked_gradebook_is_told(book: Book, assignment: Assignment, tmp_path: Path):
    book.book.db.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
    book.book.db.rollback()
    with closing(sqlite3.connect(tmp_path / GRADEBOOK)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(MarkingError, match=r"held by another program\. Close formgrader"):
            book.enter([result_for(assignment, "Berta")])
    with Book(tmp_path) as again:
        again.enter([result_for(assignment, "Berta")])
    assert grades_in(tmp_path, "Berta") == grades_in(tmp_path)


ENTERS = """
import os, pickle, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from course_tools.marking.records.gradebook import Book

folder, source, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[4])

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), 9)

results = pickle.loads(Path(sys.argv[3]).read_bytes())
with Book(folder) as book:
    book.add_assignment(source)
    for result in results:
        book.enter([result])
print("done")
"""


@pytest.mark.parametrize(("begun", "statements"), [(False, 5), (True, 40), (True, 90)])
def test_killed_and_done_again(
    empty: Path, tmp_path: Path, assignment: Assignment, begun: bool, statements: int
):
    results = [result_for(assignment, student) for student in STUDENTS]
    saved = tmp_path / "results"
    saved.write_bytes(pickle.dumps(results))
    folder = tmp_path / "course"
    shutil.copytree(empty, folder) if begun else folder.mkdir()
    call = [sys.executable, "-c", ENTERS, str(folder), str(SOURCE), str(saved), str(statements)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Book(folder) as book:
        book.add_assignment(SOURCE)
        for result in results:
            book.enter([result])
        assert sorted(student.id for student in book.book.students) == sorted(STUDENTS)
    for student in STUDENTS:
        assert grades_in(folder, student) == {
            mark.name: (mark.points, None, False) for mark in results[0].marks
        }
    with closing(sqlite3.connect(folder / GRADEBOOK)) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert rows.execute("SELECT COUNT(*) FROM alembic_version").fetchall() == [(1,)]


def test_half_characters_are_kept_in_the_notebook(book: Book, assignment: Assignment):
    notebook = json.dumps({"text": "\ud800 ż"}, ensure_ascii=False)
    book.enter([replace(result_for(assignment), notebook=notebook)])
    path = book.folder / "autograded" / "Anna" / NAME / f"{FILE}.ipynb"
    assert json.loads(path.read_text("utf-8")) == {"text": "\ud800 ż"}
