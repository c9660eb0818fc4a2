"""Everything in the explorers that a hand can move, moved by mouse and by finger, in one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explorer_checks import made
from explorer_page import KERNEL, NUMBERS_ONLY, WIDEST, Explorer
from lab_server import ROOT, Lab
from lesson_page import PANEL, SCROLLER, TO_PAINT, Lesson, Witness
from nbformat import v4 as nbformat_v4
from playwright.sync_api import Browser, Page, expect

from lessons_lib import explorers
from lessons_lib.live import Scene

V4: Any = nbformat_v4  # its functions carry no types
Index = list[int]
Place = tuple[float, float]
Press = Callable[[str, Place], None]

SETUP = f"import importlib\nimport sys\n\nsys.path.insert(0, {str(ROOT / 'tests')!r})"
MAKE = "importlib.import_module('explorers.{}').make()"
NEAR = 2  # pixels between a mark and the pointer that has hold of it
FAR = 10  # pixels that a mark goes at least
NEXT_FRAME = "new Promise(requestAnimationFrame)"
TRIES = 2
"""On a busy machine a cell that was clicked is brought into view late, while the hand moves. A page
that follows the hand does so each time."""

AT_REST = """at => new Promise(go => {
    let [place, frames] = [at.scrollTop, 0];
    const look = () => {
        frames = at.scrollTop === place ? frames + 1 : 0;
        place = at.scrollTop;
        frames < 10 ? requestAnimationFrame(look) : go(place);
    };
    look();
})"""


# --- The page -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lesson(browser: Browser, lab: Lab) -> Iterator[Lesson]:
    """A notebook of all explorers, open and run."""
    path = lab.folder / "notebooks" / "95_drags.ipynb"
    write_notebook(path)
    context = browser.new_context(viewport={"width": WIDEST, "height": 1000})
    opened = Lesson(context.new_page(), lab, path, Witness())
    opened.open()
    opened.run_all()
    for canvas in opened.page.locator(f"{PANEL} .live-figure canvas").all():
        canvas.scroll_into_view_if_needed()
        expect(canvas).to_have_attribute("data-state", NUMBERS_ONLY, timeout=TO_PAINT)
    yield opened
    context.close()
    lab.stop_kernels()
    path.unlink()


def write_notebook(path: Path) -> None:
    """Write a notebook with every explorer, each in its cell."""
    cells = [V4.new_markdown_cell("# Drags", id="title"), V4.new_code_cell(SETUP, id="setup")]
    cells += [V4.new_code_cell(MAKE.format(name)) for name in explorers.__all__]
    path.write_text(V4.writes(V4.new_notebook(cells=cells, metadata=KERNEL)), "utf-8")


def explorer_in(lesson: Lesson, name: str) -> Explorer:
    """Return an explorer of the page."""
    place = lesson.page.locator(f"{PANEL} .live-figure").nth(explorers.__all__.index(name))
    place.scroll_into_view_if_needed()
    return Explorer(lesson.page, place, made(name)[0].scene)


# --- Where to begin, and where to go --------------------------------------------------------------


def marks_of(scene: Scene) -> list[int]:
    """Return which of the moving artists a hand can move."""
    return [number for number, each in enumerate(scene.moving) if each.drag]


def pixel_of(scene: Scene, number: int, index: Index) -> np.ndarray:
    """Return where the last point of an artist is, in the figure's pixels."""
    x, y = (side[-1] for side in scene.points(number, index))
    with np.errstate(all="ignore"):
        pixel: np.ndarray = scene.moving[number].axes.transData.transform((x, y))
    return pixel


def shown_at(scene: Scene, number: int, index: Index) -> bool:
    """Whether the frame has the last point of an artist."""
    box = scene.moving[number].axes.bbox.padded(-NEAR)
    return bool(box.contains(*pixel_of(scene, number, index)))


def away(scene: Scene, number: int, one: Index, other: Index) -> float:
    """Return how far an artist is from where it is in another state, in pixels."""
    return float(np.hypot(*(pixel_of(scene, number, one) - pixel_of(scene, number, other))))


def begins(scene: Scene, number: int, index: Index) -> bool:
    """Whether a hand has hold of this artist there, or of one that follows it."""
    ours, at = scene.moving[number], pixel_of(scene, number, index)
    near = [each for each in marks_of(scene) if scene.moving[each].axes is ours.axes]
    rivals = [
        place
        for each in near
        if not np.array_equal(place := pixel_of(scene, each, index), at)
        or scene.moving[each].drag != ours.drag
    ]
    alone = all(not np.hypot(*(at - rival)) < 2 * NEAR for rival in rivals)
    return alone and shown_at(scene, number, index)


def ways(scene: Scene, number: int, n: int = 2) -> list[Index]:
    """Find a state to begin in, and then n to go to, each at some distance from the one before."""
    random = np.random.default_rng(number)
    sizes = [len(control.values) for control in scene.controls]
    dragged = [scene.position(name) for name in scene.moving[number].drag.split()]
    for index in [scene.start, *random.integers(0, sizes, (200, len(sizes))).tolist()]:
        found = [list(index)]
        for drawn in random.integers(0, sizes, (200, len(sizes))).tolist():
            state = [drawn[k] if k in dragged else at for k, at in enumerate(index)]
            far = away(scene, number, state, found[-1]) > FAR
            if begins(scene, number, index) and far and shown_at(scene, number, state):
                found.append(state)
            if len(found) > n:
                return found
    return []


# --- The two hands --------------------------------------------------------------------------------


@contextmanager
def mouse(page: Page) -> Iterator[Press]:
    """A mouse: it comes, is pressed, moves, and is let go."""

    def act(kind: str, place: Place) -> None:
        page.mouse.move(*place)
        if kind != "move":
            (page.mouse.down if kind == "begin" else page.mouse.up)()

    yield act


@contextmanager
def finger(page: Page) -> Iterator[Press]:
    """A finger, under which the page must stay where it is."""
    window = page.context.new_cdp_session(page)
    kinds = {"begin": "touchStart", "move": "touchMove", "end": "touchEnd"}

    def act(kind: str, place: Place) -> None:
        points = [] if kind == "end" else [{"x": place[0], "y": place[1]}]
        window.send("Input.dispatchTouchEvent", {"type": kinds[kind], "touchPoints": points})

    window.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield act
    finally:
        window.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        window.detach()


def strange(scene: Scene, number: int, one: Index, other: Index) -> bool:
    """Whether two states differ in what this artist does not drag."""
    dragged = scene.moving[number].drag.split()
    controls = zip(scene.controls, one, other, strict=True)
    return any(a != b for control, a, b in controls if control.name not in dragged)


def strays(lesson: Lesson, name: str, act: Press) -> Iterator[str]:
    """Drag each mark of an explorer, and say which did not show the state under the hand."""
    explorer = explorer_in(lesson, name)
    for number in marks_of(explorer.scene):
        called = f"{name}: {explorer.scene.moving[number].called} ({number})"
        way = ways(explorer.scene, number)
        if not way:
            yield f"{called} has no place that a hand can find."
            continue
        for _ in range(TRIES):
            said, moved = drag(lesson, explorer, number, way, act)
            if not moved:
                break
        yield from (f"{called} {each}" for each in said)
        if moved:
            yield f"{called}: the page was moved, too, by {moved} pixels."


def drag(
    lesson: Lesson, explorer: Explorer, number: int, way: list[Index], act: Press
) -> tuple[list[str], float]:
    """Drag a mark from state to state; return what went wrong, and how far the page has moved."""
    said = []
    explorer.place.get_by_role("button", name="Reset").press("Enter")
    explorer.move(way[0])
    explorer.stage.scroll_into_view_if_needed()
    scroller = lesson.page.locator(SCROLLER)
    scroller.evaluate(AT_REST)  # a click into another cell brings that into view, in a while
    act("begin", explorer.mark(way[0], number))
    before = scroller.evaluate(AT_REST)
    for wanted in way[1:]:
        act("move", explorer.mark(wanted, number))
        lesson.page.evaluate(NEXT_FRAME)
        shown = explorer.index()
        elsewhere = away(explorer.scene, number, shown, wanted) > NEAR
        if elsewhere or strange(explorer.scene, number, shown, wanted):
            said.append(f"was taken from {way[0]} to {wanted}, and shows {shown}.")
    act("end", explorer.mark(way[-1], number))
    return said, scroller.evaluate("at => at.scrollTop") - before


@pytest.mark.parametrize("hand", [mouse, finger])
def test_every_mark_follows_the_hand(lesson: Lesson, hand: Any) -> None:
    with hand(lesson.page) as act:
        said = [each for name in explorers.__all__ for each in strays(lesson, name, act)]
    assert not said, "\n".join(said)


@pytest.mark.parametrize("hand", [mouse, finger])
def test_a_mark_that_stays_is_found(lesson: Lesson, hand: Any) -> None:
    canvas = explorer_in(lesson, "line_and_loss").canvas
    canvas.evaluate("at => { at.style.pointerEvents = 'none'; }")
    with hand(lesson.page) as act:
        said = list(strays(lesson, "line_and_loss", act))
    canvas.evaluate("at => { at.style.pointerEvents = ''; }")
    assert sum("was taken from" in each for each in said) == 2, said
    if hand is finger:
        assert any("the page was moved, too" in each for each in said), said


def test_the_explorers_have_the_marks_that_they_should_have() -> None:
    dragged = {
        name: {made(name)[0].scene.moving[k].drag for k in marks_of(made(name)[0].scene)}
        for name in explorers.__all__
    }
    assert dragged["line_and_loss"] == {"intercept slope"}
    assert dragged["springs"] == {"product beta", "step"}
    assert dragged["settings_map"] == {"lr beta"}
    assert dragged["landscapes"] == {"start", "step"}
    assert dragged["valley"] == {"angle", "step"}
    assert {name for name, drags in dragged.items() if not drags} == {"averages"}
