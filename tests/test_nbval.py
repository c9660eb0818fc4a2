"""The comparison bites: what a learner would see differently fails, in readable words.

Two copies of a good notebook are edited and run, as `make test` runs the lessons. Then every output
of every lesson and solution is spoilt by one character, and compared as there, without a kernel.
"""

from __future__ import annotations

import json
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
from replayed_kernel import FAILED, RAN

from course_tools.files import ROOT, show
from course_tools.notebook_plugin import PICTURE_IN_HTML, last_line
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import stored_notebooks
from course_tools.notebooks.stored import HTML, code_cells, to_bytes
from course_tools.rules.hygiene import problems

pytestmark = pytest.mark.kernel

Node = nbformat.NotebookNode


def read(path: Path) -> Node:
    """Read a notebook anew, to be spoilt."""
    return Notebook.read(path).nb


def run_nbval(paths: list[Path], *options: str) -> subprocess.CompletedProcess[str]:
    """Run notebooks as the lessons are run, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
    command += ["-p", "course_tools.notebook_plugin", "-c", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [*command, *options, *map(str, paths)],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "400", "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in (0, 1), run
    return run


# --- The good notebook, run -----------------------------------------------------------------------


@dataclass
class Case:
    """Edits of the good notebook's code, the cells that must fail, and the lines that must show."""

    edits: list[tuple[str, str, str]]
    cells: list[str]
    lines: list[str]


OTHER_VALUES = "the middle point of the plotted data, digits, a value"
OTHER_KINDS = "a warning, an error, and a figure that is gone"
CASES = {
    OTHER_VALUES: Case(
        [
            ("make-data", "9.0", "8.0"),
            ("print-mean", ".4f", ".3f"),
            ("largest-value", "max", "min"),
        ],
        ["print-mean", "largest-value", "plot-values"],
        ["-mean 11.0000", "+mean 10.800", "-25.0", "+1.0"],
    ),
    OTHER_KINDS: Case(
        [
            ("print-mean", 'print("and', "import warnings\nwarnings.warn('look out')\nprint(\"and"),
            ("largest-value", "max", "maximum"),
            ("plot-values", 'label="squares")\nfig', 'label="squares")\nNone'),
        ],
        ["print-mean", "largest-value", "plot-values"],
        [
            "--- no stderr is stored",
            "AttributeError: 'numpy.ndarray' object has no attribute 'maximum'",
            "+++ there is no new text/plain",
        ],
    ),
}


def edit(nb: Node, name: str, old: str, new: str) -> None:
    """Change the code of a cell."""
    cell = next(cell for cell in nb.cells if cell.id == name)
    assert cell.source.count(old) == 1
    cell.source = cell.source.replace(old, new)


@pytest.fixture(scope="module")
def edited(good_notebook: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What pytest says of each case."""
    folders = {name: tmp_path_factory.mktemp("edited") for name in CASES}
    for name, folder in folders.items():
        nb = read(good_notebook)
        for change in CASES[name].edits:
            edit(nb, *change)
        (folder / "01_copy.ipynb").write_bytes(to_bytes(nb))

    def run(folder: Path) -> str:
        return run_nbval([folder / "01_copy.ipynb"], "-rA", f"--rootdir={folder}").stdout

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(folders, pool.map(run, folders.values()), strict=True))


def failed_cells(said: str) -> list[str]:
    """Ids of the cells that failed."""
    return re.findall(r"^FAILED \S+::Cell \d+ - ([\w-]+): ", said, flags=re.MULTILINE)


@pytest.mark.parametrize("name", CASES)
def test_an_edit_fails_the_cells_that_show_it(name: str, edited: dict[str, str]):
    assert failed_cells(edited[name]) == CASES[name].cells, edited[name]
    for line in CASES[name].lines:
        assert line in edited[name].split("\n"), edited[name]


def test_a_picture_is_compared_by_its_words_alone(edited: dict[str, str]):
    said = edited[OTHER_VALUES]
    assert "mean 11" in said
    assert "base64" not in said
    assert "<img" not in said


def test_the_last_line_counts_cells(edited: dict[str, str]):
    line = "0 unit tests and 4 notebook cells of 1 notebooks ran: 1 passed, 3 failed"
    assert line in edited[OTHER_KINDS].split("\n")


# --- Every notebook, compared without a kernel ----------------------------------------------------


@dataclass
class Spoilt:
    """A notebook with changed characters, and the lines that must show of each changed cell."""

    nb: Node
    lines: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def change(self, cell: Node, container: Node, key: str) -> None:
        """Change one sign of a stored text, and remember the line in which it stands."""
        ran = container[key]
        container[key] = spoilt(ran)
        pairs = zip(container[key].split("\n"), ran.split("\n"), strict=True)
        self.lines[cell.id] = [pair for pair in pairs if pair[0] != pair[1]]


def spoilt(text: str) -> str:
    """Count the last digit up by one; where there is no digit, change the last letter."""
    if re.search(r"\d", text):
        return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), text)
    return re.sub(r"\S(?=\s*$)", lambda sign: "x" if sign[0] != "x" else "y", text)


def compared_texts(cell: Node) -> Iterator[tuple[Node, str]]:
    """Every stored text of a cell that is compared, by what holds it."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output, "text"
        for kind, text in output.get("data", {}).items():
            picture = kind == HTML and re.search(PICTURE_IN_HTML, text)
            if kind.startswith("text/") and not picture:
                yield output.data, kind


def spoil(path: Path) -> list[Spoilt]:
    """Copies of a notebook: in the first, the first text of every cell is spoilt, and so on."""
    cells = [list(compared_texts(cell)) for cell in code_cells(read(path))]
    copies = [Spoilt(read(path)) for _ in range(max(map(len, cells)))]
    for place, copy in enumerate(copies):
        for cell in code_cells(copy.nb):
            for container, key in list(compared_texts(cell))[place : place + 1]:
                copy.change(cell, container, key)
    return copies


def replay(stored: Mapping[str, tuple[Node, Node]], root: Path) -> dict[str, dict[str, str]]:
    """Compare notebooks with what "ran", and give what each failed cell said, by its id."""
    for name, (nb, ran) in stored.items():
        folder = root / name / "notebooks"
        folder.mkdir(parents=True)
        (folder / "01_copy.ipynb").write_bytes(to_bytes(nb))
        (folder / RAN).write_bytes(to_bytes(ran))
    run_nbval(sorted(root.rglob("*.ipynb")), "-q", "-p", "replayed_kernel", f"--rootdir={root}")
    said: dict[str, dict[str, str]] = {name: {} for name in stored}
    for nodeid, text in json.loads((root / FAILED).read_text("utf-8")).items():
        found = re.match(r"01_copy\.ipynb, cell '([\w-]+)': ", text)
        assert found, text
        said[nodeid.partition("/")[0]][found[1]] = text
    return said


NEVER_RAN = "a cell that never ran"
PATHS = {path.stem + path.parent.parent.name: path for path in stored_notebooks()}


@pytest.fixture(scope="module")
def spoilt_notebooks() -> dict[str, list[Spoilt]]:
    return {name: spoil(path) for name, path in PATHS.items()}


@pytest.fixture(scope="module")
def replayed(
    spoilt_notebooks: dict[str, list[Spoilt]],
    good_notebook: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, dict[str, str]]:
    """What every failed cell said, of all notebooks as they are stored, and of all copies."""
    stored = {name: (read(path), read(path)) for name, path in PATHS.items()}
    for name, copies in spoilt_notebooks.items():
        for place, copy in enumerate(copies):
            stored[f"{name}-{place}"] = copy.nb, read(PATHS[name])
    stored[NEVER_RAN] = never_ran(good_notebook), read(good_notebook)
    return replay(stored, tmp_path_factory.mktemp("replayed"))


def never_ran(path: Path) -> Node:
    """Read a notebook, and take from a cell what a run gave it."""
    nb = read(path)
    cell = next(cell for cell in nb.cells if cell.id == "print-mean")
    cell.update(execution_count=None, outputs=[])
    return nb


@pytest.mark.parametrize("name", PATHS, ids=[show(path) for path in PATHS.values()])
def test_what_is_stored_is_accepted_when_it_comes_again(name: str, replayed):
    assert replayed[name] == {}


@pytest.mark.parametrize("name", PATHS, ids=[show(path) for path in PATHS.values()])
def test_one_changed_sign_of_any_output_fails_its_cell_and_shows(
    name: str, spoilt_notebooks: dict[str, list[Spoilt]], replayed: dict[str, dict[str, str]]
):
    copies = spoilt_notebooks[name]
    shown = {cell.id for cell in code_cells(read(PATHS[name])) if cell.outputs}
    assert copies, "this notebook shows nothing"
    assert set(copies[0].lines) == shown
    for place, copy in enumerate(copies):
        said = replayed[f"{name}-{place}"]
        assert set(said) == set(copy.lines)
        for cell, lines in copy.lines.items():
            written = said[cell].split("\n")
            assert lines
            assert all(f"-{stored}" in written and f"+{ran}" in written for stored, ran in lines)


def test_a_cell_that_never_ran_is_refused_though_nbval_passes_it(
    good: Path, replayed: dict[str, dict[str, str]]
):
    assert replayed[NEVER_RAN] == {}
    good.write_bytes(to_bytes(never_ran(good)))
    assert "cell 'print-mean': the execution count is None, not 2" in problems(good)[0]


@pytest.mark.parametrize("path", PATHS.values(), ids=show)
def test_a_changed_execution_count_is_refused(path: Path, tmp_path: Path):
    copy = tmp_path / "notebooks" / path.name
    copy.parent.mkdir()
    nb = read(path)
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
        "passed": [
            report("tests/test_a.py::test_a"),
            report("tests/test_a.py::test_b"),  # and what it leaves behind fails
            report("notebooks/01_a.ipynb::Cell 0"),
        ],
        "failed": [report("notebooks/01_a.ipynb::Cell 1"), report("notebooks/02_b.ipynb::Cell 0")],
        "error": [report("tests/test_a.py::test_b")],
        "skipped": [report("tests/test_a.py::test_c")],
        "warnings": [SimpleNamespace(nodeid="tests/test_a.py::test_d")],
    }
    assert last_line(stats) == (
        "2 unit tests and 3 notebook cells of 2 notebooks ran: 2 passed, 3 failed, "
        "and 1 more were skipped"
    )
