"""What several test files share: a good notebook, the lessons' cells, and which folders to skip."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import starting
from hypothesis import settings
from lesson_cells import cells_of

settings.register_profile("patient", settings(deadline=None))  # a busy machine is no defect
settings.load_profile("patient")
settings.register_profile("quick", settings(max_examples=settings.default.max_examples // 5))

pytest.register_assert_rewrite("marking_world")  # its checks say what they found

HERE = Path(__file__).parent
WHEN_NAMED = (
    HERE / "browser",  # needs Chromium; `make browser-test` names it
    HERE / "lite",  # needs Chromium, Node and minutes; `make lite-test` names it
    HERE / "fixtures",  # what is there, the tests read
)

LONG = {"kernel", "sandbox"}
"""Marks of tests that take long. The cells of a notebook do, too."""

GOOD_NOTEBOOK = HERE / "fixtures" / "notebooks" / "01_good.ipynb"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Skip these folders. pytest does not ask for a path that its command line names."""
    return True if collection_path in WHEN_NAMED else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no process is left with it when others have ended."""
    items.sort(key=lambda item: not (is_cell(item) or LONG & {m.name for m in item.iter_markers()}))


def is_cell(item: pytest.Item) -> bool:
    """Whether a test is the cell of a notebook, which nbval runs in a kernel."""
    return item.path.suffix == ".ipynb"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Refuse a test that starts what takes long without saying so."""
    if is_cell(item):
        return (yield)
    with starting.running(item):
        return (yield)


@pytest.fixture(scope="session")
def good_notebook() -> Path:
    """A good notebook as `make refresh` stores it, which tests/test_refresh.py holds; as it is."""
    return GOOD_NOTEBOOK


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A copy of the good notebook, to be spoilt."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return Path(shutil.copy(GOOD_NOTEBOOK, folder))


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
