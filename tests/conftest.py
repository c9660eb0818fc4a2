"""What several test files share: a good notebook, the lessons' cells, and which folders to skip."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lesson_cells import cells_of

from course_tools.refresh import refresh

pytest.register_assert_rewrite("marking_world")  # its checks say what they found

HERE = Path(__file__).parent
WHEN_NAMED = (
    HERE / "browser",  # needs Chromium; `make browser-test` names it
    HERE / "fixtures",  # what is there, the tests read
)

GOOD_CELLS = {
    "title": "# A good notebook\n\nIt leads to [the plot](#The-plot).",
    "make-data": "import numpy as np\n\nvalues = np.array([1.0, 4.0, 9.0, 16.0, 25.0])",
    "print-mean": 'print(f"mean {values.mean():.4f}")\nprint("and that is all")',
    "largest-value": "float(values.max())",
    "plot-heading": "## The plot",
    "plot-values": (
        "from lessons_lib import figures\n\n"
        "fig = figures.Figure()\n"
        "ax = fig.subplots()\n"
        'ax.set(title="Squares", xlabel="number", ylabel="square < 30")\n'
        'ax.plot(values, label="squares")\n'
        "fig"
    ),
}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Skip these folders. pytest does not ask for a path that its command line names."""
    return True if collection_path in WHEN_NAMED else None


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good notebook as `make refresh` stores it; not to be changed."""
    folder = tmp_path_factory.mktemp("good") / "notebooks"
    folder.mkdir()
    path = folder / "01_good.ipynb"
    cells = [_cell(name, source) for name, source in GOOD_CELLS.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert refresh(path)
    return path


@pytest.fixture
def good(refreshed: Path, tmp_path: Path) -> Path:
    """A copy of the good notebook, to be spoilt."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return Path(shutil.copy(refreshed, folder))


@pytest.fixture(scope="module")
def cells(request: pytest.FixtureRequest) -> dict[str, nbformat.NotebookNode]:
    """The cells of the module's LESSON by their id."""
    return cells_of(request.module.LESSON)


@pytest.fixture(scope="module")
def lesson(
    request: pytest.FixtureRequest, cells: dict[str, nbformat.NotebookNode]
) -> dict[str, Any]:
    """What the learner has written by hand: the names that the cells in BY_HAND bind."""
    names: dict[str, Any] = {}
    for name in request.module.BY_HAND:
        exec(cells[name].source, names)
    return names


def _cell(name: str, source: str) -> nbformat.NotebookNode:
    if source.startswith("#"):
        return nbformat.v4.new_markdown_cell(source, id=name)
    return nbformat.v4.new_code_cell(source, id=name)
