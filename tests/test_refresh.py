"""Refreshing twice changes nothing, and what a refresh drops or keeps is what it should."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from course_tools import refresh as tool
from course_tools.files import show
from course_tools.notebooks.course import of_lesson, stored_notebooks
from course_tools.notebooks.stored import (
    NORMAL_FORM,
    NOTEBOOK_METADATA,
    NotebookError,
    code_cells,
    from_bytes,
    normalise,
    to_bytes,
)
from course_tools.refresh import keep_pictures, refresh

Node = nbformat.NotebookNode


def read(path: Path) -> Node:
    return from_bytes(path.read_bytes(), path)


def cell_of(nb: Node, name: str) -> Node:
    return next(cell for cell in nb.cells if cell.id == name)


def write(path: Path, nb: Node) -> None:
    path.write_bytes(to_bytes(nb))


# --- Running ------------------------------------------------------------------------------------


def without_outputs(nb: Node) -> Node:
    """What an author has written: nothing that a run gave."""
    bare = nbformat.from_dict(nb)
    for cell in code_cells(bare):
        cell.update(execution_count=None, outputs=[])
    return bare


@pytest.mark.kernel
def test_a_first_refresh_stores_the_good_notebook_and_a_second_changes_no_byte(good: Path):
    stored = good.read_bytes()
    write(good, without_outputs(read(good)))
    assert refresh(good) is True
    fresh = read(good)
    keep_pictures(fresh, from_bytes(stored, good))  # another machine may compress them otherwise
    assert to_bytes(fresh) == stored
    first = good.read_bytes()
    assert refresh(good) is False
    assert good.read_bytes() == first


@pytest.mark.kernel
def test_a_changed_cell_gets_its_new_output_and_no_other_file_appears(good: Path):
    nb = read(good)
    cell_of(nb, "largest-value").source = "float(values.min())"
    write(good, nb)
    assert refresh(good) is True
    assert cell_of(read(good), "largest-value").outputs[0].data["text/plain"] == "1.0"
    assert list(good.parent.iterdir()) == [good]


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import time\ntime.sleep(60)", "still running after 2 seconds"),
        ("import os\nos._exit(1)", "the kernel died"),
    ],
    ids=["error", "too slow", "dead kernel"],
)
def test_a_failing_cell_is_named_and_the_file_is_left_alone(source: str, reason: str, good: Path):
    nb = read(good)
    cell_of(nb, "make-data").update(source=source, metadata={"tags": ["raises-exception"]})
    write(good, nb)
    before = good.read_bytes()
    with pytest.raises(NotebookError, match=rf"01_good\.ipynb, cell 'make-data': {reason}"):
        refresh(good, timeout=2)
    assert good.read_bytes() == before


@pytest.mark.kernel
def test_what_is_saved_meanwhile_is_not_overwritten(good: Path):
    nb = read(good)
    cell_of(
        nb, "make-data"
    ).source += "\nfrom pathlib import Path\nPath('01_good.ipynb').write_text('saved by hand')"
    write(good, nb)
    with pytest.raises(NotebookError, match="saved while it ran"):
        refresh(good)
    assert good.read_text("utf-8") == "saved by hand"


def test_the_command_reports_each_notebook(
    good: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    async def pretend(path: Path, timeout: int) -> bool:
        if path.name == "03_bad.ipynb":
            raise NotebookError("03_bad.ipynb, cell 'x': ValueError: no")
        await asyncio.sleep(0)
        return path.name == "02_new.ipynb"

    monkeypatch.setattr(tool, "_refresh", pretend)
    assert tool.main([str(good), "02_new.ipynb"]) == 0
    said = capsys.readouterr().out
    assert "unchanged" in said
    assert "2 notebooks refreshed, 1 changed" in said
    assert tool.main(["03_bad.ipynb"]) == 1
    assert "failed     03_bad.ipynb, cell 'x': ValueError: no" in capsys.readouterr().out


@pytest.mark.parametrize("named", ["06", "6", "06_momentum"])
def test_a_lesson_can_be_named(named: str):
    assert [show(path) for path in of_lesson(named)] == [
        "notebooks/06_momentum.ipynb",
        "solutions/06_momentum/solution_06_momentum.ipynb",
    ]


def test_one_lesson_can_be_refreshed(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    async def refresh_all(paths: list[Path], timeout: int) -> list[tool.Outcome]:
        asked.extend(path.stem for path in paths)
        return []

    monkeypatch.setattr(tool, "refresh_all", refresh_all)
    assert tool.main(["--lesson", "66"]) == 2
    assert tool.main(["--lesson", "00"]) == 0
    assert asked == ["00_start_here"]


def test_lessons_come_before_solutions(tmp_path: Path):
    for name in (
        "solutions/01_a/solution_01_a.ipynb",
        "notebooks/02_b.ipynb",
        "notebooks/01_a.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in stored_notebooks(tmp_path)]
    assert found == [
        "notebooks/01_a.ipynb",
        "notebooks/02_b.ipynb",
        "solutions/01_a/solution_01_a.ipynb",
    ]


# --- The normal form ----------------------------------------------------------------------------


def stream(text: str, name: str = "stdout") -> Node:
    return nbformat.v4.new_output("stream", name=name, text=text)


def value(**data: object) -> Node:
    bundle = {kind.replace("_", "/"): content for kind, content in data.items()}
    return nbformat.v4.new_output("execute_result", data=bundle, execution_count=9)


def shown_after(*outputs: Node) -> list[Node]:
    cell = nbformat.v4.new_code_cell("x", id="cell", outputs=list(outputs))
    return list(normalise(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs)


def test_the_normal_form_is_reached_in_one_step(good: Path):
    once = normalise(read(good))
    assert to_bytes(normalise(once)) == to_bytes(once) == good.read_bytes()


def test_normalise_leaves_its_argument_alone(good: Path):
    nb = read(good)
    nb.metadata["widgets"] = {}
    normalise(nb)
    assert "widgets" in nb.metadata


def test_metadata_says_nothing_about_the_machine():
    cell = nbformat.v4.new_code_cell("x", id="cell")
    cell.metadata = {"execution": {}, "scrolled": True, "tags": ["a"], "nbgrader": {"points": 1}}
    cell.metadata["jupyter"] = {"outputs_hidden": True, "source_hidden": True}
    nb = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {}, "author": "x"})
    nb = normalise(nb)
    assert nb.metadata == NOTEBOOK_METADATA
    assert nb.cells[0].metadata == {
        "jupyter": {"source_hidden": True},
        "nbgrader": {"points": 1},
        "tags": ["a"],
    }


def test_widgets_leave_their_picture_and_words():
    view = "application/vnd.jupyter.widget-view+json"
    kept = nbformat.v4.new_output("display_data", {view: {}, "text/plain": "words"})
    gone = nbformat.v4.new_output("display_data", {view: {}})
    assert [output.data for output in shown_after(kept, gone)] == [{"text/plain": "words"}]


def test_streams_are_joined_only_with_their_neighbours():
    outputs = shown_after(stream("a"), stream("b"), value(text_plain="1"), stream("c"))
    assert [output.get("text") for output in outputs] == ["ab", None, "c"]


def test_streams_are_joined_across_what_is_dropped():
    noise = stream("Matplotlib is building the font cache; this may take a moment.\n", "stderr")
    outputs = shown_after(stream("a"), noise, stream("b"))
    assert [output.text for output in outputs] == ["ab"]


def test_warnings_of_the_lesson_stay():
    warning = stream("DeprecationWarning: look out\n", "stderr")
    assert shown_after(warning)[0].text == warning.text


def test_cells_are_counted_from_one_and_empty_ones_are_not():
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate("x y")]
    cells[2].outputs = [value(text_plain="1")]
    nb = normalise(nbformat.v4.new_notebook(cells=cells))
    assert [(cell.id, cell.execution_count) for cell in nb.cells] == [("c0", 1), ("c2", 2)]
    assert nb.cells[1].outputs[0].execution_count == 2


def test_each_step_of_the_normal_form_says_what_it_does():
    assert all(step.__doc__ for step in NORMAL_FORM)


# --- Pictures -----------------------------------------------------------------------------------


def redrawn(picture: str, change: Callable[[np.ndarray], None] = lambda pixels: None) -> str:
    """The same picture in other bytes, with changed pixels."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")).copy()
    change(pixels)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG", compress_level=1)
    return base64.b64encode(written.getvalue()).decode()


def shade(amount: int) -> Callable[[np.ndarray], None]:
    def change(pixels: np.ndarray) -> None:
        pixels[10, 10, 0] -= amount

    return change


def with_picture(nb: Node, picture: str) -> Node:
    nb = nbformat.from_dict(nb)
    data = cell_of(nb, "plot-values").outputs[0].data
    data["text/html"] = data["text/html"].replace(data["image/png"], picture)
    data["image/png"] = picture
    return nb


def picture_of(nb: Node) -> str:
    return str(cell_of(nb, "plot-values").outputs[0].data["image/png"])


@pytest.mark.parametrize("amount", [0, tool.PIXEL_TOLERANCE])
def test_a_picture_that_looks_the_same_is_kept(amount: int, good: Path):
    stored = read(good)
    fresh = with_picture(stored, redrawn(picture_of(stored), shade(amount)))
    assert to_bytes(fresh) != to_bytes(stored)
    keep_pictures(fresh, stored)
    assert to_bytes(fresh) == to_bytes(stored)


@pytest.mark.parametrize("amount", [tool.PIXEL_TOLERANCE + 1, 16])
def test_a_picture_that_looks_different_is_replaced(amount: int, good: Path):
    stored = read(good)
    fresh = with_picture(stored, redrawn(picture_of(stored), shade(amount)))
    expected = to_bytes(fresh)
    keep_pictures(fresh, stored)
    assert to_bytes(fresh) == expected


def test_a_picture_with_other_words_is_replaced(good: Path):
    stored = read(good)
    fresh = with_picture(stored, redrawn(picture_of(stored)))
    cell_of(fresh, "plot-values").outputs[0].data["text/plain"] += " and more"
    expected = to_bytes(fresh)
    keep_pictures(fresh, stored)
    assert to_bytes(fresh) == expected


def test_a_picture_of_another_size_or_a_broken_one_is_replaced(good: Path):
    stored = read(good)
    small = io.BytesIO()
    Image.new("RGBA", (3, 3)).save(small, "PNG")
    for picture in (base64.b64encode(small.getvalue()).decode(), "AAAA", "not base64!"):
        assert not tool.look_the_same(picture, picture_of(stored))
