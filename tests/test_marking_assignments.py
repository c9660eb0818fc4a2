"""The instructor's notebooks say what decides a mark, or are refused before anybody is marked."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from course_tools.files import ROOT, show
from course_tools.marking.assignments import Assignment, every_assignment, read_assignment
from course_tools.marking.results import MarkingError
from course_tools.notebooks.course import exercise_of, number_of, slug_of, solutions
from course_tools.notebooks.stored import from_bytes, to_bytes
from lessons_lib.feedback import tasks

SOURCES = solutions()
Cell = NotebookNode


@pytest.mark.parametrize("source", SOURCES, ids=show)
def test_every_assignment_is_read(source: Path):
    found = read_assignment(source)
    nb = from_bytes(source.read_bytes(), source)
    assert found.name == slug_of(source)
    assert nb.cells[0].source.startswith(f"# {found.title}\n")
    tests = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [test.name for test in found.tests] == [cell.id for cell in tests]
    assert [test.points for test in found.tests] == [
        cell.metadata.nbgrader.points for cell in tests
    ]
    for test, cell in zip(found.tests, tests, strict=True):
        assert test.source == cell.source
        assert "### BEGIN HIDDEN TESTS" in test.source
        assert test.source.startswith(test.shown)
        assert test.shown.startswith("check(")
        assert "HIDDEN" not in test.shown
    lesson = number_of(source)
    graded = {each.name for each in tasks().values() if each.lesson == lesson}
    assert found.names == graded
    assert found.by_hand == ()
    assert found.setup.splitlines() == [
        "import numpy as np",
        "from lessons_lib.feedback import check",
    ]
    assert found.released.encode() == exercise_of(source).read_bytes()
    own = from_bytes(found.source.encode(), source)
    assert [cell.id for cell in own.cells] == [
        cell.id for cell in nb.cells if not cell.id.startswith("why-")
    ]
    assert pickle.loads(pickle.dumps(found)) == found


def test_assignments_are_found_in_both_layouts(tmp_path: Path):
    names = [slug_of(source) for source in SOURCES]
    assert every_assignment(ROOT / "solutions") == dict(zip(names, SOURCES, strict=True))
    assert list(every_assignment(ROOT)) == names
    (tmp_path / "source" / "one").mkdir(parents=True)
    path = Path(shutil.copy(SOURCES[0], tmp_path / "source" / "one" / "one.ipynb"))
    shutil.copy(SOURCES[0], tmp_path / "source" / "one" / "draft.ipynb")
    for folder in (tmp_path, tmp_path / "source"):
        assert every_assignment(folder) == {"one": path}
    other = path.rename(path.with_name("exercise_one.ipynb"))  # as nbgrader has ours
    assert every_assignment(tmp_path) == {"one": other}
    with pytest.raises(MarkingError, match=r"no assignments in .*/one\. Each is a notebook <name>"):
        every_assignment(tmp_path / "source" / "one")


# --- Spoilt and unusual ones ----------------------------------------------------------------------


@pytest.fixture
def rewritten(tmp_path: Path) -> Callable[[Callable[[list[Cell]], Any]], Path]:
    """Copy the first assignment, with its cells changed."""

    def rewrite(change: Callable[[list[Cell]], Any]) -> Path:
        nb = from_bytes(SOURCES[0].read_bytes(), SOURCES[0])
        change(nb.cells)
        path = tmp_path / SOURCES[0].name
        path.write_bytes(to_bytes(nb))
        return path

    return rewrite


Rewritten = Callable[[Callable[[list[Cell]], Any]], Path]


def named(cells: list[Cell], name: str) -> Cell:
    """The cell of this id."""
    return next(cell for cell in cells if cell.id == name)


def added(kind: str, name: str, source: str, **grading: Any) -> Cell:
    """A new cell, with what nbgrader keeps of it."""
    new: Any = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    cell: Cell = new(source, id=name)
    if grading:
        kept = {"schema_version": 3, "grade": False, "solution": False, "task": False}
        kept |= {"grade_id": name, "locked": False}
        cell.metadata["nbgrader"] = nbformat.from_dict(kept | grading)
    return cell


def in_test(line: str) -> Callable[[list[Cell]], None]:
    """Write a line into the first test cell."""

    def change(cells: list[Cell]) -> None:
        named(cells, "test-line-loss").source += f"\n{line}"

    return change


def in_solution(line: str) -> Callable[[list[Cell]], None]:
    """Write a line into the first solution cell."""

    def change(cells: list[Cell]) -> None:
        named(cells, "line-loss").source += f"\n{line}"

    return change


def with_cell(*args: str, **grading: Any) -> Callable[[list[Cell]], None]:
    """Put a cell after the imports."""

    def change(cells: list[Cell]) -> None:
        place = cells.index(named(cells, "import-tools")) + 1
        cells.insert(place, added(*args, **grading))

    return change


def with_points(points: Any) -> Callable[[list[Cell]], None]:
    """Give the first test cell other points."""

    def change(cells: list[Cell]) -> None:
        named(cells, "test-line-loss").metadata.nbgrader["points"] = points

    return change


def without_tests(cells: list[Cell]) -> None:
    cells[:] = [cell for cell in cells if not cell.id.startswith("test-")]


def imports_in_solution(cells: list[Cell]) -> None:
    tools = named(cells, "import-tools")
    named(cells, "line-loss").source += "\nimport numpy as np"
    tools.source = tools.source.replace("import numpy as np\n", "")


def explained_only(cells: list[Cell]) -> None:
    named(cells, "why-stretch-code").source = "import math\n" * 2
    named(cells, "test-line-loss").source += "\nmath.pi"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without_tests, r"has no cells that give points\. Mark at least one as a test"),
        (in_test("other(1)"), "'test-line-loss': uses other, which nothing binds .* Bind it"),
        (in_test("def f():\n    return [other for x in them]"), "uses other, them, which"),
        (in_test("[[i for i in j] for j in []]\nprint(i, j)"), "uses i, j, which"),
        (in_test("residuals"), "uses residuals, which"),
        (in_test("class C:\n    a = 1\n    def f(self):\n        return a"), "uses a, which"),
        (in_test("from math import *\npi"), "uses pi, which"),
        (imports_in_solution, "'test-line-loss': uses np, which"),
        (explained_only, "'test-line-loss': uses math, which"),
        (in_test("%timeit 1"), "'test-line-loss': is not Python in line .* take out IPython"),
        (in_test("await line_loss"), "'test-line-loss': is not Python"),
        (in_solution("1 +"), "'line-loss': is not Python in line"),
        (
            with_cell("code", "helper", "def helper(): return line_loss", locked=True),
            "'setup': uses line_loss, which",
        ),
        (with_cell("code", "helper", "!ls", locked=True), "'setup': is not Python in line"),
        (with_points(-1), "'test-line-loss': gives -1 points. Allowed is a number above 0"),
        (with_points(True), "'test-line-loss': gives True points"),
        (with_points(0), "'test-line-loss': gives 0 points"),
        (in_solution("### END SOLUTION"), "'line-loss': its markers"),
        (with_cell("code", "x", "", grade_id="line-loss", solution=True), "another cell has the"),
        (
            with_cell("markdown", "x", "", grade=True, points=1),
            "cannot be released: .* 'x' .* Mend it",
        ),
    ],
)
def test_a_spoilt_assignment_is_refused(
    change: Callable[[list[Cell]], None], reason: str, rewritten: Rewritten
):
    with pytest.raises(MarkingError, match=f"(?s){SOURCES[0].name}.*{reason}"):
        read_assignment(rewritten(change))


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path):
    path = tmp_path / "one.ipynb"
    with pytest.raises(MarkingError, match=r"cannot be read \(No such file"):
        read_assignment(path)
    path.write_text("{}", "utf-8")
    with pytest.raises(MarkingError, match="is not a notebook of format 4"):
        read_assignment(path)


@pytest.mark.parametrize(
    "line",
    [
        "import math\nmath.pi",
        "import os.path\nos.sep",
        "x = 1\nassert x",
        "for i, (j, *k) in []: print(i, j, k)",
        "with open('x') as f: f.read()",
        "if (n := 3) > 2: print(n)",
        "[a for a in range(3)]",
        "def f(a, *b, c=1, **d):\n    global e\n    e = a\n    return f\nprint(e)",
        "class C:\n    a = 1\n    b = a\n    def f(self): return __class__",
        "try: pass\nexcept ValueError as error: print(error)",
        "match np:\n    case [p, *q]: print(p, q)",
        "lambda z: z + np.pi",
        "print(__name__, line_gradient)",
    ],
)
def test_a_test_may_use_what_is_bound(line: str, rewritten: Rewritten):
    found = read_assignment(rewritten(in_test(line)))
    assert found.tests[0].shown.endswith(line.splitlines()[-1])


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("a = b = 1", {"a", "b"}),
        ("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}),
        ("a: int = 1", {"a"}),
        ("for i in []: a = i", {"a", "i"}),
        ("with open('x') as f: pass", {"f"}),
        ("if (n := 3): pass", {"n"}),
        ("[(n := i) for i in []]", {"n"}),
        ("a = [i for i in []], {j for j in []}, {k: v for k, v in []}", {"a"}),
        ("def f():\n    global a\n    a = 1", {"a", "f"}),
        ("class C:\n    inner = 1", {"C"}),
        ("async def f(x):\n    y = x", {"f"}),
        ("import math, os.path as p\nfrom sys import argv", set()),
        ("files = !ls\n%matplotlib inline", {"files"}),
    ],
)
def test_the_names_are_those_that_solutions_bind(line: str, names: set[str], rewritten: Rewritten):
    usual = read_assignment(SOURCES[0]).names
    assert read_assignment(rewritten(in_solution(line))).names == usual | names


def test_what_runs_before_the_tests(rewritten: Rewritten):
    def change(cells: list[Cell]) -> None:
        plain = "%matplotlib inline\nfrom math import (\n    pi,\n)\nprint(pi)\nif pi: import os"
        with_cell("code", "plain", plain)(cells)
        with_cell("code", "later", "from __future__ import annotations")(cells)
        with_cell("code", "locked", "def twice(x):\n    return 2 * x", locked=True)(cells)
        in_test("assert twice(pi)")(cells)

    found = read_assignment(rewritten(change))
    assert found.setup == (
        "from __future__ import annotations\n"
        "import numpy as np\nfrom lessons_lib.feedback import check\n"
        "def twice(x):\n    return 2 * x\nfrom math import pi\n"
    )
    exec(found.setup, names := {})
    assert names["twice"](2) == 4
    assert {"print", "os"}.isdisjoint(names)


def test_cells_for_a_person_are_kept_apart(rewritten: Rewritten):
    def change(cells: list[Cell]) -> None:
        answer = {"grade": True, "solution": True}
        with_cell("markdown", "essay", "Why?", points=2, **answer)(cells)
        with_cell("code", "plot", "figure = 1", points=1.5, **answer)(cells)
        with_cell("markdown", "project", "Do it.", task=True, locked=True, points=4)(cells)

    found = read_assignment(rewritten(change))
    assert [(cell.name, cell.points) for cell in found.by_hand] == [
        ("project", 4.0),
        ("plot", 1.5),
        ("essay", 2.0),
    ]
    assert [cell.name for cell in found.tests] == [
        test.name for test in read_assignment(SOURCES[0]).tests
    ]
    assert "figure" in found.names
    assert "figure" not in found.setup


def test_an_assignment_for_a_person_alone_is_not_refused(rewritten: Rewritten):
    def change(cells: list[Cell]) -> None:
        without_tests(cells)
        with_cell("markdown", "essay", "Why?", points=2, grade=True, solution=True)(cells)

    assert not read_assignment(rewritten(change)).tests


def test_a_notebook_without_a_heading_is_called_by_its_name(rewritten: Rewritten):
    def change(cells: list[Cell]) -> None:
        cells[:] = [cell for cell in cells if cell.cell_type == "code"]

    assert read_assignment(rewritten(change)).title == slug_of(SOURCES[0])


def test_an_assignment_is_read_again_when_it_changes(rewritten: Rewritten):
    path = rewritten(lambda cells: None)
    first = read_assignment(path)
    assert read_assignment(path) is first
    rewritten(in_test("assert True"))
    os.utime(path, ns=(1, 1))
    assert read_assignment(path).tests[0].source.endswith("assert True")


def test_an_assignment_cannot_be_changed():
    found: Assignment = read_assignment(SOURCES[0])
    with pytest.raises(AttributeError):
        found.name = "other"  # type: ignore[misc]
