"""The bar that shows how far a cell is: it is seen, it counts, and nothing of it is left."""

import asyncio
import importlib
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_tools.kernels import execute
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.stored import WIDGET_VIEW, normalise, to_bytes
from course_tools.refresh import refresh
from lessons_lib.live import progress_bar
from lessons_lib.live.progress_bar import WIDGET_VIEW as SHOWN

pytestmark = pytest.mark.kernel

ROOT = Path(__file__).parent.parent
SOURCE = """from lessons_lib.live import progress_bar

squares = []
for number in progress_bar([1, 2, 3], "squares"):
    squares.append(number**2)
squares"""
STOPPED = """from lessons_lib.live import progress_bar

for number in progress_bar([1, 2, 3], "until two"):
    if number == 2:
        break
number"""


def notebook(*sources):
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        for number, source in enumerate(sources)
    ]
    return nbformat.v4.new_notebook(cells=cells)


def test_without_a_notebook_it_goes_through_the_list():
    assert list(progress_bar([3, 1, 2], "nothing")) == [3, 1, 2]
    assert list(progress_bar([], "nothing")) == []
    assert SHOWN == WIDGET_VIEW


class Shown:
    """What a notebook would show, and what becomes of it."""

    def __init__(self):
        self.bundles = []

    def display(self, bundle, **options):
        assert options == {"raw": True, "display_id": True}
        self.bundles.append(bundle)
        return self

    def update(self, bundle, raw):
        assert raw
        self.bundles.append(bundle)


def test_in_a_notebook_it_shows_a_bar_alone_that_counts_and_goes(monkeypatch):
    module = importlib.import_module("lessons_lib.live.progress_bar")
    shown, bars = Shown(), []

    class Bar(module.ipywidgets.IntProgress):
        def __init__(self, **options):
            super().__init__(**options)
            bars.append(self)

    monkeypatch.setattr(module, "get_ipython", lambda: "a shell")
    monkeypatch.setattr(module, "display", shown.display)
    monkeypatch.setattr(module.ipywidgets, "IntProgress", Bar)
    values = [bars[0].value for _ in progress_bar("abc", "letters")]
    assert values == [0, 1, 2]
    assert (bars[0].value, bars[0].max, bars[0].description) == (3, 3, "letters")
    assert [list(bundle) for bundle in shown.bundles] == [[WIDGET_VIEW], []]
    assert bars[0].comm is None  # closed


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A notebook with both cells, as a kernel leaves it."""
    nb = notebook(SOURCE, STOPPED)
    asyncio.run(execute(nb, tmp_path_factory.mktemp("bar") / "01_bar.ipynb"))
    return nb


@pytest.fixture
def stored(ran, tmp_path):
    """It as it is stored."""
    path = tmp_path / "01_bar.ipynb"
    path.write_bytes(to_bytes(normalise(ran)))
    return path


def test_the_output_is_emptied_when_the_loop_is_over(ran):
    for cell in ran.cells:
        first, last = cell.outputs
        assert first.output_type == "display_data"
        assert first.data == {}
        assert last.output_type == "execute_result"


def test_a_refreshed_notebook_keeps_nothing_of_it(stored):
    for cell, said in zip(Notebook.read(stored).code, ("[1, 4, 9]", "2"), strict=True):
        assert [output.data for output in cell.outputs] == [{"text/plain": said}]
    assert not refresh(stored)


def test_nbval_compares_nothing_of_it(stored):
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(stored)],
        cwd=stored.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in run.stdout, run.stdout
