"""The comparison bites: what a learner would see differently fails, in readable words.

Copies of notebooks are spoilt by one character and run as `make test` runs the lessons.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from course_tools.files import show
from course_tools.notebook_plugin import last_line
from course_tools.notebooks.course import stored_notebooks
from course_tools.notebooks.stored import code_cells, from_bytes, to_bytes
from course_tools.rules.hygiene import problems

ROOT = Path(__file__).parent.parent
LESSONS = [path for path in stored_notebooks() if path.parent.name == "notebooks"]
Node = nbformat.NotebookNode


# --- Spoiling one character ---------------------------------------------------------------------


@dataclass
class Spoilt:
    """A notebook with changed digits, the cells that must fail, and the lines that must show."""

    nb: Node
    cells: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def change(self, cell: Node, container: Node, key: str) -> None:
        """Count the last digit of a stored text up by one, and remember the line it stands in."""
        new = container[key]
        container[key] = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), new)
        pairs = zip(container[key].split("\n"), new.split("\n"), strict=True)
        self.cells.append(cell.id)
        self.lines += [pair for pair in pairs if pair[0] != pair[1]]


def printed(nb: Node) -> Iterator[tuple[Node, Node, str]]:
    """Every stored text that contains a digit and belongs to no picture."""
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "stream" and re.search(r"\d", output.text):
                yield cell, output, "text"
            data = output.get("data", {})
            if "image/png" not in data and re.search(r"\d", data.get("text/plain", "")):
                yield cell, data, "text/plain"


def described(nb: Node) -> Iterator[tuple[Node, Node, str]]:
    """Every stored description of a picture."""
    for cell in code_cells(nb):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                yield cell, output.data, "text/plain"


def spoil_outputs(nb: Node) -> Spoilt:
    """Change one digit that is printed and one in a picture's words, in different cells."""
    spoilt = Spoilt(nb)
    for places in (described(nb), printed(nb)):
        place = next((place for place in places if place[0].id not in spoilt.cells), None)
        if place:
            spoilt.change(*place)
    return spoilt


def edit(nb: Node, name: str, old: str, new: str) -> None:
    """Change the code of a cell."""
    cell = next(cell for cell in nb.cells if cell.id == name)
    assert cell.source.count(old) == 1
    cell.source = cell.source.replace(old, new)


# --- Running them -------------------------------------------------------------------------------


def run_nbval(path: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook as the lessons are run, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-rA"]
    command += ["-p", "course_tools.notebook_plugin", "-c", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        [*command, "--rootdir", str(path.parent), str(path)],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "400"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def run_all(spoilt: Mapping[str, Spoilt], folder: Path) -> dict[str, str]:
    """Run notebooks side by side and give what pytest said about each."""
    paths = {}
    for name, notebook in spoilt.items():
        paths[name] = folder / re.sub(r"\W+", "_", name) / "notebooks" / "01_copy.ipynb"
        paths[name].parent.mkdir(parents=True)
        paths[name].write_bytes(to_bytes(notebook.nb))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = dict(zip(paths, pool.map(run_nbval, paths.values()), strict=True))
    assert all(run.returncode in (0, 1) for run in runs.values()), runs
    return {name: run.stdout for name, run in runs.items()}


def failed_cells(said: str) -> list[str]:
    """Ids of the cells that failed."""
    return re.findall(r"^FAILED \S+::Cell \d+ - ([\w-]+): ", said, flags=re.MULTILINE)


def shows(said: str, line: str) -> bool:
    """Whether pytest's words contain a line."""
    return line in said.split("\n")


# --- The good notebook --------------------------------------------------------------------------


@dataclass
class Case:
    """Edits of the good notebook's code, the cells that must fail, and the lines that must show."""

    edits: list[tuple[str, str, str]]
    cells: list[str]
    lines: list[str]


CASES = {
    "digits, a value, a label": Case(
        [
            ("print-mean", ".4f", ".3f"),
            ("largest-value", "max", "min"),
            ("plot-values", '"squares"', '"cubes"'),
        ],
        ["print-mean", "largest-value", "plot-values"],
        ["-mean 11.0000", "+mean 11.000", "-25.0", "+1.0"],
    ),
    "the middle point of the plotted data, and a warning": Case(
        [
            ("make-data", "9.0", "8.0"),
            ("largest-value", "float", "import warnings\nwarnings.warn('look out')\nfloat"),
        ],
        ["print-mean", "largest-value", "plot-values"],
        ["-mean 11.0000", "+mean 10.8000", "--- no stderr is stored"],
    ),
    "an error, and a figure that is gone": Case(
        [
            ("largest-value", "max", "maximum"),
            ("plot-values", 'label="squares")\nfig', 'label="squares")\nNone'),
        ],
        ["largest-value", "plot-values"],
        [
            "AttributeError: 'numpy.ndarray' object has no attribute 'maximum'",
            "+++ there is no new text/plain",
        ],
    ),
}
NEVER_RAN = "a cell that never ran"


@pytest.fixture(scope="module")
def edited(refreshed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    spoilt = {}
    for name, case in CASES.items():
        spoilt[name] = Spoilt(from_bytes(refreshed.read_bytes(), refreshed))
        for change in case.edits:
            edit(spoilt[name].nb, *change)
    spoilt[NEVER_RAN] = Spoilt(never_ran(refreshed))
    return run_all(spoilt, tmp_path_factory.mktemp("edited"))


def never_ran(path: Path) -> Node:
    """Read a notebook, and take from a cell what a run gave it."""
    nb = from_bytes(path.read_bytes(), path)
    cell = next(cell for cell in nb.cells if cell.id == "print-mean")
    cell.update(execution_count=None, outputs=[])
    return nb


@pytest.mark.parametrize("name", CASES)
def test_an_edit_fails_the_cells_that_show_it(name: str, edited: dict[str, str]):
    assert failed_cells(edited[name]) == CASES[name].cells, edited[name]
    for line in CASES[name].lines:
        assert shows(edited[name], line), edited[name]


def test_a_picture_is_compared_by_its_words_alone(edited: dict[str, str]):
    said = edited["the middle point of the plotted data, and a warning"]
    assert "mean 11" in said
    assert "base64" not in said
    assert "<img" not in said


def test_the_last_line_counts_cells(edited: dict[str, str]):
    line = "0 unit tests and 4 notebook cells of 1 notebooks ran: 2 passed, 2 failed"
    assert shows(edited["an error, and a figure that is gone"], line)


def test_a_cell_that_never_ran_is_refused_though_nbval_passes_it(
    good: Path, edited: dict[str, str]
):
    assert failed_cells(edited[NEVER_RAN]) == []
    assert "of 1 notebooks ran: 4 passed, 0 failed" in edited[NEVER_RAN]
    good.write_bytes(to_bytes(never_ran(good)))
    assert "cell 'print-mean': the execution count is None, not 2" in problems(good)[0]


# --- The lessons --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spoilt_lessons() -> dict[str, Spoilt]:
    return {show(path): spoil_outputs(from_bytes(path.read_bytes(), path)) for path in LESSONS}


@pytest.fixture(scope="module")
def lesson_runs(
    spoilt_lessons: dict[str, Spoilt], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    return run_all(spoilt_lessons, tmp_path_factory.mktemp("lessons"))


@pytest.mark.parametrize("name", [show(path) for path in LESSONS])
def test_a_changed_digit_in_a_lesson_fails_its_cell_and_shows(
    name: str, spoilt_lessons: dict[str, Spoilt], lesson_runs: dict[str, str]
):
    spoilt, said = spoilt_lessons[name], lesson_runs[name]
    assert spoilt.cells, "this lesson prints no number and draws nothing"
    assert sorted(failed_cells(said)) == sorted(spoilt.cells), said
    for stored, new in spoilt.lines:
        assert shows(said, f"-{stored}"), said
        assert shows(said, f"+{new}"), said


@pytest.mark.parametrize("path", LESSONS, ids=show)
def test_a_changed_execution_count_in_a_lesson_is_refused(path: Path, tmp_path: Path):
    copy = tmp_path / "notebooks" / path.name
    copy.parent.mkdir()
    nb = from_bytes(path.read_bytes(), path)
    cell = code_cells(nb)[-1]
    cell.execution_count += 1
    copy.write_bytes(to_bytes(nb))
    expected = f"cell '{cell.id}': the execution count is {cell.execution_count}, not"
    assert any(expected in problem for problem in problems(copy))


# --- The last line ------------------------------------------------------------------------------


def test_the_last_line_tells_unit_tests_from_cells():
    def report(nodeid: str) -> pytest.TestReport:
        return pytest.TestReport(nodeid, ("", 0, ""), {}, "passed", None, "call")

    stats = {
        "passed": [report("tests/test_a.py::test_a"), report("notebooks/01_a.ipynb::Cell 0")],
        "failed": [report("notebooks/01_a.ipynb::Cell 1"), report("notebooks/02_b.ipynb::Cell 0")],
        "error": [report("tests/test_a.py::test_b")],
        "skipped": [report("tests/test_a.py::test_c")],
        "warnings": [SimpleNamespace(nodeid="tests/test_a.py::test_d")],
    }
    assert last_line(stats) == (
        "2 unit tests and 3 notebook cells of 2 notebooks ran: 2 passed, 3 failed, "
        "and 1 more were skipped"
    )
