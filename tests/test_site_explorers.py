"""Explorers for pages: found in the code, made from it, packed without loss, and proven."""

from __future__ import annotations

import ast
import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import site_scripts
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from nbformat import v4 as nbformat_v4
from PIL import Image

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.stored import NotebookError
from course_tools.site import explorers as site_explorers
from course_tools.site.explorers import check, difference, explorers_in, recalled
from course_tools.site.making import Explorer, Made, made_here, script_of
from course_tools.site.packing import packed
from course_tools.site.slicing import Statement, needed_for
from lessons_lib import explorers
from lessons_lib.live import Live

V4: Any = nbformat_v4  # its functions carry no types
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOUND = [each for path in NOTEBOOKS for each in explorers_in(Notebook.read(path))]


# --- Packing --------------------------------------------------------------------------------------

FLOATS = arrays(np.float32, st.integers(0, 300), elements=st.floats(width=32))


@given(FLOATS)
def test_what_is_packed_comes_back_bit_for_bit(numbers: np.ndarray) -> None:
    assert site_scripts.unpacked(packed(numbers.tobytes())) == numbers.tobytes()


@given(st.binary(max_size=400).map(lambda some: some[: len(some) // 4 * 4]))
def test_any_bits_come_back(content: bytes) -> None:
    assert site_scripts.unpacked(packed(content)) == content


def test_every_kind_of_number_comes_back_and_the_same_numbers_give_the_same_text() -> None:
    odd = np.array([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, 3.4e38], np.float32)
    assert site_scripts.unpacked(packed(odd.tobytes())) == odd.tobytes()
    assert packed(odd.tobytes()) == packed(odd.tobytes())


def test_neighbours_that_differ_little_need_little_room() -> None:
    line = np.linspace(1, 2, 10_000, dtype=np.float32).tobytes()
    assert len(packed(line)) < len(line) / 20


def test_half_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="has 6 bytes; it must hold numbers of 4 bytes each"):
        packed(b"123456")


# --- What an explorer depends on ------------------------------------------------------------------

SLICES = {
    "values, and what they come from": ("a = 1; b = a + 1; c = 5", "show(b)", "a = 1; b = a + 1"),
    "the last value alone": ("a = 1; a = 2", "show(a)", "a = 2"),
    "imports": ("import x; import y", "x.show()", "import x"),
    "a loop": (
        "a = []; i = 9; for i in b: a.append(i)",
        "show(a)",
        "a = []; for i in b: a.append(i)",
    ),
    "a part": ("a = [1]; a[0] = 2; b = 0", "show(a)", "a = [1]; a[0] = 2"),
    "a sum": ("a = 1; a += 1", "show(a)", "a = 1; a += 1"),
    "what is handed over": ("a = [1]; shuffle(a)", "show(a)", "a = [1]; shuffle(a)"),
    "what is printed": ("a = [1]; print(a)", "show(a)", "a = [1]"),
    "what the library draws": (
        "from lessons_lib import figures; a = 1; figures.curves(a)",
        "show(a)",
        "a = 1",
    ),
    "functions, and what they read later": (
        "def f(): return g; g = 1; h = 2; g = 3",
        "show(f())",
        "def f(): return g; g = 1; g = 3",
    ),
    "a list of its own names": ("i = 4; a = [i for i in b]", "show(a)", "a = [i for i in b]"),
    "random numbers": (
        "r = np.random.default_rng(0); a = r.normal(); b = r.normal()",
        "show(b)",
        "r = np.random.default_rng(0); a = r.normal(); b = r.normal()",
    ),
    "a choice": ("a = 1; if b: a = 2", "show(a)", "a = 1; if b: a = 2"),
    "a block": ("a = 1; with b as c: a = c", "show(a)", "a = 1; with b as c: a = c"),
}
"""Statements, the one that shows something, and those of them that it needs."""


def statements(source: str) -> list[Statement]:
    return [Statement("cell", ast.parse(line).body[0]) for line in source.split("; ")]


@pytest.mark.parametrize("name", SLICES)
def test_a_slice_has_what_is_needed_and_no_more(name: str) -> None:
    above, last, wanted = SLICES[name]
    found = needed_for(statements(last)[0], statements(above))
    assert [each.source for each in found] == [each.source for each in statements(wanted)]


# --- Finding and making them ----------------------------------------------------------------------


def test_every_explorer_of_the_lessons_is_found() -> None:
    shown = [
        f"{path.stem}--{cell.id}"
        for path in NOTEBOOKS
        for cell in Notebook.read(path).code
        if re.search(r"^explorers\.\w+\(", cell.source, re.MULTILINE)
    ]
    assert [each.name for each in FOUND] == shown
    assert {name.split("--")[1].split("-")[0] for name in shown} == {"explore", "first"}


def test_training_is_taken_along_and_nothing_that_only_draws() -> None:
    (settings,) = (each for each in FOUND if each.cell == "explore-settings")
    source = "\n".join(settings.sources)
    assert "for beta in progress_bar" in source
    assert "figures." not in source.replace("explorers, figures", "")
    assert "best_setting" not in source


def notebook_of(tmp_path: Path, *sources: str, words: str = "words") -> Notebook:
    cells = [V4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(sources)]
    data = {"image/png": png_of(0), "text/plain": words}
    cells[-1].outputs = [V4.new_output("execute_result", data, execution_count=1)]
    path = tmp_path / "97_small.ipynb"
    path.write_text(V4.writes(V4.new_notebook(cells=cells)), "utf-8")
    return Notebook.read(path)


def png_of(grey: int, *, spots: int = 0) -> str:
    pixels = np.full((20, 30, 3), grey, np.uint8)
    pixels[0, :spots] = 255 - grey
    packed_picture = BytesIO()
    Image.fromarray(pixels).save(packed_picture, "png")
    return b64encode(packed_picture.getvalue()).decode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Explorer, Made, Any]:
    """The smallest explorer of the lessons, made from a notebook of two cells."""
    first = "from lessons_lib import explorers\nprint('never seen')"
    notebook = notebook_of(tmp_path_factory.mktemp("small"), first, "explorers.two_heroes()")
    (explorer,) = explorers_in(notebook)
    (made,) = here(lambda: made_here([explorer]))
    return explorer, made, site_scripts.read(made.script)


def here(action: Callable[[], Any]) -> Any:
    """Do something that goes elsewhere and changes the environment, and come back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROGRESS", "")
        patch.chdir(ROOT)
        return action()


def test_a_script_has_all_that_a_live_figure_shares(made: tuple[Explorer, Made, Any]) -> None:
    explorer, _, script = made
    live = explorers.two_heroes()
    assert script.name == explorer.name == "97_small--cell-1"
    assert script.goal == "two_heroes"
    assert site_scripts.unpacked(script.numbers["tables"]) == live.tables
    shared = {*script.values, *script.numbers, *script.bytes}
    assert shared == set(Live.class_own_traits(sync=True)) - {"controls"}
    assert script.values["spec"] == json.loads(json.dumps(live.spec))
    assert site_scripts.as_bytes(script.bytes["png"]) == live.png


def test_the_same_explorer_gives_the_same_script(made: tuple[Explorer, Made, Any]) -> None:
    assert script_of(made[0].name, explorers.two_heroes()) == made[1].script


COMPUTES = """from lessons_lib import figures
from lessons_lib.live import Live, Moving, slider
figure, ax = figures.panel("A line", xlabel="x", ylabel="y")
line, = ax.plot([0, 1], [0, 1])
height = slider("height", "height", [1.0, 2.0], start=1)
moving = [Moving(line, x="x", y="y")]
compute = lambda height: {"x": [0, 1], "y": [height, height]}
Live(figure, [height], moving, words="{height}", compute=compute)"""


def test_an_explorer_that_computes_is_refused(made: tuple[Explorer, Made, Any]) -> None:
    explorer = replace(made[0], sources=tuple(COMPUTES.splitlines()))
    with pytest.raises(NotebookError, match="computes in the kernel, which a page has not"):
        here(lambda: made_here([explorer]))


def test_an_error_says_where(tmp_path: Path) -> None:
    (explorer,) = explorers_in(notebook_of(tmp_path, "a = 1 / 0", "explorers.race(a)"))
    with pytest.raises(NotebookError, match=r"97_small.ipynb, cell 'cell-1'.*ZeroDivisionError"):
        here(lambda: made_here([explorer]))


def test_an_explorer_without_a_stored_picture_is_refused(tmp_path: Path) -> None:
    notebook = notebook_of(tmp_path, "explorers.race(1)")
    notebook.nb.cells[-1].outputs = []
    with pytest.raises(NotebookError, match=r"cell 'cell-0'.*no picture of the explorer is stored"):
        list(explorers_in(notebook))


# --- Proving them ---------------------------------------------------------------------------------

EXPLORER = Explorer(Path("04_valleys.ipynb"), "explore-valley", ("1",), "words", png_of(0))


def test_what_is_stored_may_be_shown() -> None:
    check(EXPLORER, Made("", "words", png_of(0)))
    check(EXPLORER, Made("", "words", png_of(10, spots=2)))


@pytest.mark.parametrize(
    ("made_otherwise", "said"),
    [
        (Made("", "other words", png_of(0)), "says 'other words', and its stored output 'words'"),
        (Made("", "words", png_of(0, spots=30)), "5.0% of the explorer's picture differ"),
        (Made("", "words", png_of(200)), "100.0% of the explorer's picture differ"),
    ],
)
def test_what_is_not_stored_stops_the_site(made_otherwise: Made, said: str) -> None:
    with pytest.raises(NotebookError, match=re.escape(said)) as raised:
        check(EXPLORER, made_otherwise)
    assert "04_valleys.ipynb, cell 'explore-valley'" in str(raised.value)


def test_pictures_of_two_sizes_differ() -> None:
    small = BytesIO()
    Image.new("RGB", (3, 3)).save(small, "png")
    assert difference(b64encode(small.getvalue()).decode(), png_of(0)) == 1


# --- What was made before -------------------------------------------------------------------------


def test_what_was_made_before_is_taken_as_long_as_its_code_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_explorers, "CACHE", tmp_path)
    wanted = Made("script", "words", png_of(0))
    monkeypatch.setattr(site_explorers, "made_afresh", lambda _: iter([(EXPLORER, wanted)]))
    monkeypatch.setattr(site_explorers, "explorers_in", lambda _: iter([EXPLORER]))
    monkeypatch.setattr(site_explorers, "Notebook", SimpleNamespace(read=lambda path: path))
    assert recalled(EXPLORER) is None
    assert list(site_explorers.all_made([EXPLORER.path])) == [(EXPLORER, wanted)]
    assert recalled(EXPLORER) == wanted
    assert recalled(replace(EXPLORER, sources=("2",))) is None
    site_explorers.keep(replace(EXPLORER, sources=("2",)), wanted)
    assert recalled(EXPLORER) is None
    site_explorers.keep(EXPLORER, wanted)
    site_explorers.place_of(EXPLORER).write_text("half a file")
    assert recalled(EXPLORER) is None
