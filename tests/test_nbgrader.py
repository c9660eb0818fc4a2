"""nbgrader itself, with its own kernel, gives the marks that the exercises promise.

For every second lesson a course is set up, and one for those between, each with one student for the
references, one for the untouched exercises, and one who makes the first known mistake in every
function. Two, since nbgrader needs longer to start than to mark a lesson's three. The same
submissions are marked in the sandbox, too, and there get the same marks, test by test. There all
other mistakes are marked as well, which would take nbgrader many minutes: a kernel for each.
"""

from __future__ import annotations

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from marking_class import ENVIRONMENT, grade, journal_of, needs_bubblewrap

from course_tools.files import ROOT, show
from course_tools.notebooks.course import exercise_of, number_of, slug_of, solutions
from course_tools.notebooks.stored import from_bytes, to_bytes
from lessons_lib.feedback import Task, bank, tasks

pytestmark = [pytest.mark.kernel, pytest.mark.sandbox]

BANK = "known_mistakes"

BY_NBGRADER = 1
"""Mistakes of each function that nbgrader marks itself."""

MARK = """
import json, sys
from pathlib import Path
from traitlets.config import Config
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

course, names = Path(sys.argv[1]), sys.argv[2:]
config = Config()
config.CourseDirectory.root = str(course)
config.CourseDirectory.db_url = f"sqlite:///{course}/gradebook.db"
config.KernelManager.transport = "ipc"  # two that start at a time could take the same TCP port
config.KernelManager.ip = str(course / "kernel")
config.ExecutePreprocessor.startup_timeout = 300
api = NbGraderAPI(config=config)

def need(result):
    if not result["success"]:
        sys.exit(result["log"] + str(result.get("error")))

students = sorted(path.name for path in (course / "submitted").iterdir())
marks = {}
for name in names:
    need(api.generate_assignment(name))
    for student in students:
        need(api.autograde(name, student))
    need(api.generate_feedback(name, "mistake-0"))
    marks[name] = {}
    with Gradebook(config.CourseDirectory.db_url) as book:
        for student in students:
            grades = [g for n in book.find_submission(name, student).notebooks for g in n.grades]
            marks[name][student] = {each.name: [each.score, each.max_score] for each in grades}
(course / "marks.json").write_text(json.dumps(marks))
"""


def submit(course: Path, student: str, source: Path, content: bytes) -> None:
    """Hand in a notebook."""
    path = course / "submitted" / student / slug_of(source) / exercise_of(source).name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def with_mistake(source: Path, number: int) -> bytes:
    """Put into every graded function the mistake of this number, if it has so many."""
    nb = from_bytes(source.read_bytes(), source)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            for task in of_lesson(source):
                if f"def {task.name}(" in cell.source and number < len(task.mistakes):
                    cell.source = calling(task, number)
    return to_bytes(nb)


def calling(task: Task, number: int) -> str:
    """Write a function that makes a mistake. The sandbox hides the course's own bank of them."""
    return textwrap.dedent(f"""\
        def {task.name}({", ".join(task.arguments)}):
            from {BANK} import tasks

            mistake = tasks()["{task.name}"].mistakes[{number}]
            return mistake.function({", ".join(task.arguments)})""")


def copy_bank(folder: Path) -> Path:
    """Write a copy of the bank of mistakes that notebooks can import from a folder."""
    folder.chmod(0o755)  # in the sandbox, nobody is its owner
    for path in Path(bank.__file__).parent.glob("*.py"):
        text = path.read_text("utf-8").replace(bank.__name__, BANK)
        (folder / BANK).mkdir(exist_ok=True)
        (folder / BANK / path.name).write_text(text, "utf-8")
    compileall.compile_dir(folder, quiet=1)  # or each notebook would, and could keep nothing
    return folder


def of_lesson(source: Path) -> list[Task]:
    """Return the tasks of a solution's lesson."""
    return [each for each in tasks().values() if each.lesson == number_of(source)]


def most_mistakes(source: Path) -> int:
    """Return how many mistakes the function of a lesson has that has most."""
    return max(len(each.mistakes) for each in of_lesson(source))


def set_up(course: Path, source: Path) -> None:
    """Put a lesson into a course, and everybody's submissions of it."""
    own = course / "source" / slug_of(source) / exercise_of(source).name  # nbgrader wants one name
    own.parent.mkdir(parents=True)
    shutil.copy(source, own)
    submit(course, "reference", source, source.read_bytes())
    submit(course, "untouched", source, exercise_of(source).read_bytes())
    for number in range(BY_NBGRADER):
        submit(course, f"mistake-{number}", source, with_mistake(source, number))


def marked(course: Path, sources: Sequence[Path], modules: Path) -> Path:
    """Set up a course of these lessons, and have nbgrader mark everybody."""
    for source in sources:
        set_up(course, source)
    path = os.pathsep.join([str(ROOT), str(modules)])
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MARK, str(course), *map(slug_of, sources)],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return course


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which submissions import mistakes."""
    return copy_bank(tmp_path_factory.mktemp("modules"))


@pytest.fixture(scope="module")
def courses(
    tmp_path_factory: pytest.TempPathFactory, modules: Path
) -> Iterator[dict[Path, Future[Path]]]:
    """Every lesson's course, both marked at a time."""
    folder = tmp_path_factory.mktemp("courses")
    with ThreadPoolExecutor(max_workers=2) as pool:
        halves = {name: solutions()[first::2] for first, name in enumerate(("odd", "even"))}
        futures = {
            name: pool.submit(marked, folder / name, sources, modules)
            for name, sources in halves.items()
        }
        yield {source: futures[name] for name, sources in halves.items() for source in sources}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("source", solutions(), ids=show)
def test_nbgrader_gives_the_right_marks(source: Path, courses: dict[Path, Future[Path]]):
    course = courses[source].result()
    marks = marks_of(course, source)
    for score, highest in marks.pop("reference").values():
        assert score == highest > 0
    assert {score for score, _ in marks.pop("untouched").values()} == {0}
    for task, test in graded_tests(source).items():
        for number, mistake in enumerate(tasks()[task].mistakes[:BY_NBGRADER]):
            assert marks[f"mistake-{number}"][test][0] == 0, mistake.name
            assert mistake.name in "".join(errors_of(course, f"mistake-{number}", source))
        assert as_html(tasks()[task].mistakes[0].name) in page_of(course, "mistake-0", source)


def marks_of(course: Path, source: Path) -> dict[str, dict[str, list[float]]]:
    """Return nbgrader's marks in a lesson: points, and how many there are, by student and test."""
    marks: dict[str, Any] = json.loads((course / "marks.json").read_text("utf-8"))
    return marks[slug_of(source)]


def graded_tests(source: Path) -> dict[str, str]:
    """Return the id of the test of each task of a lesson, by the task's name."""
    cells = from_bytes(source.read_bytes(), source).cells
    graded = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {
        task.name: next(cell.id for cell in graded if f"check({task.name})" in cell.source)
        for task in of_lesson(source)
    }


def errors_of(course: Path, student: str, source: Path) -> Iterator[str]:
    """Give what the tests in a notebook say that nbgrader has marked."""
    path = course / "autograded" / student / slug_of(source) / exercise_of(source).name
    for cell in from_bytes(path.read_bytes(), path).cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                yield "\n".join(output.traceback)


def page_of(course: Path, student: str, source: Path) -> str:
    """Return the words of nbgrader's page for a student. It is made of these errors."""
    path = course / "feedback" / student / slug_of(source) / f"{exercise_of(source).stem}.html"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", path.read_text("utf-8")))


@pytest.fixture(scope="module")
def ours(
    tmp_path_factory: pytest.TempPathFactory, courses: dict[Path, Future[Path]], modules: Path
) -> Path:
    """All of the same submissions, and one for each further mistake, marked in the sandbox."""
    folder = tmp_path_factory.mktemp("sandbox")
    for course in set(courses.values()):
        shutil.copytree(course.result() / "submitted", folder / "all", dirs_exist_ok=True)
    for source in courses:
        for number in range(BY_NBGRADER, most_mistakes(source)):
            path = folder / "all" / f"mistake-{number}" / slug_of(source) / exercise_of(source).name
            path.parent.mkdir(parents=True)
            path.write_bytes(with_mistake(source, number))
    done = grade(folder / "all", folder / "marked", "--workers=2", f"--module={modules}")
    assert done.returncode == 0, done.stderr
    return folder / "marked"


@needs_bubblewrap
@pytest.mark.parametrize("source", solutions(), ids=show)
def test_the_sandbox_gives_the_same_marks(
    source: Path, courses: dict[Path, Future[Path]], ours: Path
):
    marks = marks_of(courses[source].result(), source)
    results = [each for each in journal_of(ours) if each.assignment == slug_of(source)]
    assert {result.status for result in results} == {"marked"}
    points = {
        result.student: {mark.name: [mark.points, mark.highest] for mark in result.marks}
        for result in results
    }
    assert {student: points[student] for student in marks} == marks
    for number in range(BY_NBGRADER, most_mistakes(source)):
        for task, test in graded_tests(source).items():
            if number < len(tasks()[task].mistakes):
                assert points[f"mistake-{number}"][test][0] == 0, (task, number)
    for result in results:
        if result.student.startswith("mistake-"):
            number = int(result.student.removeprefix("mistake-"))
            said = "\n".join(mark.words for mark in result.marks)
            for task in of_lesson(source):
                for mistake in task.mistakes[number : number + 1]:
                    assert f"{mistake.name}.\n{mistake.hint}" in said, mistake.name


def as_html(text: str) -> str:
    """Write text as it stands in a page."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("source", solutions()[:1], ids=show)
def test_nbgraders_validator_accepts_the_reference_alone(source: Path, tmp_path: Path):
    from nbgrader.validator import Validator

    for path, right in ((source, True), (exercise_of(source), False)):
        answer = Validator().validate(str(path))
        assert ("failed" not in answer) is right, answer
