"""Explorers under a learner's hand: what the browser paints, says and sends."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from explorer_page import (
    MORE,
    NAMES,
    WIDEST,
    Explorer,
    Explorers,
    Picture,
    make,
    most_unanswered,
    opened,
    opened_explorers,
    run_all,
)
from figure_texts import smallest_letters
from lab_server import Lab
from lesson_page import PANEL, SCROLLER, TO_PAINT
from playwright.sync_api import Browser, expect

from lessons_lib.live import Scene
from lessons_lib.live.layouts import stacked
from lessons_lib.live.packing import spec_and_table

LESSONS = ("line_and_loss", "descent", "race")
NEAR = 2  # pixels of the figure, by which a painted point may be off
FEW = 0.01  # so many points may be off
SOFT = 0.03  # so many where soft edges of one line have the colour of another
QUIET = 500  # milliseconds before a screen reader is told
FRAMES = "new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
SAME = 70  # of 442: how far a soft edge's colour may be from the line's


@pytest.fixture(scope="module")
def scenes() -> dict[str, Scene]:
    """The same explorers in this process."""
    return {name: make(name).scene for name in NAMES}


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab, scenes: dict[str, Scene]) -> Iterator[Explorers]:
    with opened_explorers(browser, lab, scenes) as explorers:
        yield explorers


@pytest.fixture(scope="module")
def sharp_page(browser: Browser, lab: Lab, scenes: dict[str, Scene]) -> Iterator[Explorers]:
    with opened_explorers(browser, lab, scenes, ratio=2) as explorers:
        yield explorers


# --- What is painted ----------------------------------------------------------------------------


def states_of(scene: Scene, n: int = 6) -> list[list[int]]:
    """Return states all over the grid, among them both ends of everything."""
    random = np.random.default_rng(0)
    sizes = [len(control.values) for control in scene.controls]
    inner = [[int(random.integers(size)) for size in sizes] for _ in range(n - 2)]
    return [[0] * len(sizes), [size - 1 for size in sizes], *inner]


def of_colour(picture: Picture, colour: str) -> np.ndarray:
    """Mark the pixels that have nearly this colour."""
    wanted = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])
    return np.sqrt(((picture - wanted) ** 2).sum(axis=-1)) < SAME


def widened(mask: np.ndarray, by: int) -> np.ndarray:
    """Mark what is at most so many pixels from a mark."""
    for axis in (0, 1):
        mask = np.logical_or.reduce([np.roll(mask, k, axis) for k in range(-by, by + 1)])
    return mask


def astray(painted: Picture, drawn: Picture, colour: str, by: int) -> float:
    """Return the share of coloured pixels, in either picture, that the other has nowhere near."""
    one, other = of_colour(painted, colour), of_colour(drawn, colour)
    lonely = (one & ~widened(other, by)).sum() + (other & ~widened(one, by)).sum()
    return float(lonely / max(1, one.sum() + other.sum()))


def colours_of(scene: Scene) -> set[str]:
    return {artist["colour"][:7] for artist in spec_and_table(scene)[0]["artists"]}


def check_words(explorer: Explorer, index: list[int]) -> None:
    """Compare what the browser says of a state with the scene's sentence."""
    sentence = explorer.scene.sentence(index)
    assert explorer.words().endswith(sentence)
    seen = sentence.removesuffix(" Goal reached.")  # that, the goal itself says below
    assert explorer.place.locator(".live-words").inner_text() == seen


def check_pictures(explorer: Explorer, ratio: int, few: float = FEW) -> None:
    """Compare what the browser shows with what matplotlib draws, state by state, and its words."""
    for index in states_of(explorer.scene):
        explorer.move(index)
        check_words(explorer, index)
        painted = explorer.screenshot()
        drawn = opened(explorer.scene.show(index).png(ratio))
        assert abs(np.subtract(painted.shape, drawn.shape)).max() <= NEAR * ratio
        height, width = np.minimum(painted.shape, drawn.shape)[:2]
        for colour in colours_of(explorer.scene):
            off = astray(painted[:height, :width], drawn[:height, :width], colour, NEAR * ratio)
            assert off < few, f"{index}: {off:.1%} of {colour} is astray"


@pytest.mark.parametrize("name", LESSONS)
def test_the_browser_paints_what_matplotlib_draws_and_says_it(page: Explorers, name: str) -> None:
    check_pictures(page[name], 1)


@pytest.mark.parametrize("name", LESSONS[-1:])
def test_on_a_sharp_screen_too(sharp_page: Explorers, name: str) -> None:
    check_pictures(sharp_page[name], 2)


def test_a_zoomed_page_is_sharp(page: Explorers) -> None:
    explorer = page["descent"]
    drawn = explorer.scene.figure.bbox.width
    session = page.page.context.new_cdp_session(page.page)
    # In none of these windows is there more or less room for the figure than before.
    for width, ratio, times in ((2000, 1.5, 2), (1800, 1, 1), (1900, 1.25, 2), (1600, 1, 1)):
        size = {"width": width, "height": 1000, "deviceScaleFactor": ratio, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", size)
        expect(explorer.canvas).to_have_js_property("width", round(drawn * ratio), timeout=TO_PAINT)
        still = explorer.stage.locator("img")
        expect(still).to_have_js_property("naturalWidth", round(drawn * times), timeout=TO_PAINT)
    session.detach()


def test_every_line_style_marker_and_axis(page: Explorers) -> None:
    explorer = page["styles"]
    for index in ([6], [0], [12], [9]):
        explorer.move(index)
        drawn = opened(explorer.scene.show(index).png(1))
        painted = explorer.screenshot()[: drawn.shape[0], : drawn.shape[1]]
        for colour in colours_of(explorer.scene):
            off = astray(painted, drawn[: painted.shape[0], : painted.shape[1]], colour, NEAR)
            assert off < SOFT, f"{index}: {off:.1%} of {colour} is astray"


def test_a_wrong_picture_is_seen(page: Explorers) -> None:
    explorer = page["race"]
    explorer.move(explorer.scene.start)
    shown = list(explorer.scene.start)
    shown[explorer.scene.position("lr")] += 3
    drawn = opened(explorer.scene.show(shown).png(1))
    painted = explorer.screenshot()[: drawn.shape[0], : drawn.shape[1]]
    colours = colours_of(explorer.scene)
    assert max(astray(painted, drawn, colour, NEAR) for colour in colours) > 0.05


# --- Hands and ears -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", LESSONS)
def test_sliders_by_keyboard_have_names_and_values(page: Explorers, name: str) -> None:
    explorer = page[name]
    explorer.move(explorer.scene.start)
    for at, control in enumerate(explorer.scene.controls):
        handle = explorer.handle(control.name)
        assert handle.get_attribute("aria-label") == control.label
        if control.kind == "choice":
            continue
        handle.focus()
        page.page.keyboard.press("Home")
        for key, wanted in (("ArrowRight", 1), ("ArrowLeft", 0), ("End", len(control.values) - 1)):
            page.page.keyboard.press(key)
            expected = [*explorer.index()]
            expected[at] = wanted
            explorer.expect(expected)
            assert handle.get_attribute("role") == "slider"
            expect(handle).to_have_attribute("aria-valuetext", control.labels[wanted])


def test_a_slider_by_mouse(page: Explorers) -> None:
    explorer = page["descent"]
    explorer.move(explorer.scene.start)
    explorer.handle("lr").hover()
    page.page.mouse.down()
    for number in range(30, 41):
        page.page.mouse.move(*explorer.position("lr", number))
    page.page.mouse.up()
    places = "|".join(f"{place} {explorer.index()[1]}" for place in (39, 40, 41))
    expect(explorer.canvas).to_have_attribute("data-state", re.compile(f"^({places})$"))


WAYS = [[[5, 40], [30, 8]], [[50, 50], [0, 0]]]
"""States to drag the line's mark to, one after the other."""


@pytest.mark.parametrize("way", WAYS)
def test_a_mark_follows_the_mouse(page: Explorers, way: list[list[int]]) -> None:
    explorer = page["line_and_loss"]
    explorer.move(explorer.scene.start)
    page.page.mouse.move(*explorer.mark(explorer.scene.start))
    assert explorer.canvas.evaluate("at => at.style.cursor") == "grab"
    page.page.mouse.down()
    for index in way:
        page.page.mouse.move(*explorer.mark(index))
        explorer.expect(index)
    page.page.mouse.up()
    page.page.mouse.move(*explorer.mark(explorer.scene.start))
    explorer.expect(way[-1])


def test_a_click_into_the_map_takes_the_mark_there(page: Explorers) -> None:
    explorer = page["line_and_loss"]
    explorer.move(explorer.scene.start)
    page.page.mouse.click(*explorer.mark([40, 35]))
    explorer.expect([40, 35])
    assert explorer.handle("intercept").get_attribute("aria-valuetext") == "7.0"


def test_a_click_beside_the_map_moves_nothing(page: Explorers) -> None:
    explorer = page["line_and_loss"]
    explorer.move([40, 35])
    x, y = explorer.mark([40, 35])
    page.page.mouse.click(x - explorer.scene.figure.bbox.width / 2, y)  # in the other panel
    page.page.wait_for_timeout(QUIET)
    explorer.expect([40, 35])


def test_a_mark_follows_a_finger_and_the_page_stays(page: Explorers) -> None:
    explorer = page["line_and_loss"]
    explorer.move(explorer.scene.start)
    window = page.page.context.new_cdp_session(page.page)
    window.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    place = page.page.locator(SCROLLER).evaluate("at => at.scrollTop")

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        window.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    try:
        touch("touchStart", explorer.mark(explorer.scene.start))
        for index in ([20, 20], [10, 45]):
            touch("touchMove", explorer.mark(index))
            explorer.expect(index)
        touch("touchEnd")
        assert page.page.locator(SCROLLER).evaluate("at => at.scrollTop") == place
    finally:
        window.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_numbers_are_written_as_python_writes_them(page: Explorers) -> None:
    explorer = page["formats"]
    for number in range(len(explorer.scene.controls[0].values)):
        explorer.move([number])
        check_words(explorer, [number])


def test_words_that_depend_on_the_state_follow_it(page: Explorers) -> None:
    explorer = page["texts"]
    for index in states_of(explorer.scene):
        explorer.move(index)
        check_words(explorer, index)


def test_the_goal_is_recognised_and_announced(page: Explorers) -> None:
    explorer, lr = page["descent"], page["descent"].scene.controls[0]
    reaching = [int(np.argmin(np.abs(np.array(lr.values) - 0.33))), 9]
    assert explorer.scene.reached(reaching)
    explorer.move([0, 0])
    said = explorer.place.locator(".live-goal")  # another test may have reached it, too
    expect(said).to_have_text(re.compile(r"^Goal(, reached before)?: " + explorer.scene.goal.text))
    explorer.move(reaching)
    goal = explorer.place.locator(".live-goal")
    expect(goal).to_have_text(f"Goal reached: {explorer.scene.goal.text}")
    status = explorer.place.locator(".live-status")
    expect(status).to_contain_text("Goal reached.", timeout=TO_PAINT)
    explorer.move([0, 0])
    expect(goal).to_have_text(f"Goal, reached before: {explorer.scene.goal.text}")


def test_whoever_has_tried_gets_a_hint_until_the_goal_is_reached(sharp_page: Explorers) -> None:
    explorer = sharp_page["formats"]
    goal = explorer.place.locator(".live-goal")
    expect(goal).to_have_text("Goal: find more than a hundred.")  # nobody has tried
    explorer.move([2])
    expect(goal).to_have_text("Goal: find more than a hundred. Look below.", timeout=TO_PAINT)
    explorer.move([19])
    expect(goal).to_have_text("Goal reached: find more than a hundred.")
    explorer.move([2])
    expect(goal).to_have_text("Goal, reached before: find more than a hundred.")


def test_only_a_hand_makes_a_screen_reader_speak(page: Explorers) -> None:
    still = page.page.locator(f"{PANEL} .live-figure").last  # nobody has touched it
    still.scroll_into_view_if_needed()
    page.page.set_viewport_size({"width": WIDEST - 200, "height": 1000})
    page.page.wait_for_timeout(2 * QUIET)
    expect(still.locator(".live-status")).to_have_text("")
    page.page.set_viewport_size({"width": WIDEST, "height": 1000})
    handle = still.locator(".noUi-handle").last
    handle.focus()
    page.page.keyboard.press("Home")
    said = still.locator(".live-words").inner_text()
    expect(still.locator(".live-status")).to_have_text(said, timeout=TO_PAINT)


def test_play_pause_and_reset_by_keyboard(page: Explorers) -> None:
    explorer = page["descent"]
    explorer.move([20, 0])
    play = explorer.place.get_by_role("button", name="Play")
    explorer.place.get_by_label("pace").select_option("fast")
    play.focus()
    page.page.keyboard.press("Enter")
    expect(explorer.canvas).not_to_have_attribute("data-state", "20 0", timeout=TO_PAINT)
    pause = explorer.place.get_by_role("button", name="Pause")
    pause.focus()
    page.page.keyboard.press("Space")
    expect(play).to_be_visible()
    stopped = explorer.index()
    assert 0 < stopped[1] <= 100
    reset = explorer.place.get_by_role("button", name="Reset")
    reset.focus()
    page.page.keyboard.press("Enter")
    explorer.expect(explorer.scene.start)


def test_play_begins_at_the_first_step_and_goes_on_where_it_was_stopped(page: Explorers) -> None:
    explorer = page["descent"]
    assert explorer.scene.start[1] > 3  # from there nobody has chosen to go on
    explorer.place.get_by_role("button", name="Reset").press("Enter")
    explorer.expect(explorer.scene.start)
    explorer.place.get_by_label("pace").select_option("slow")
    lr, _ = explorer.scene.start
    explorer.place.get_by_role("button", name="Play").press("Enter")
    expect(explorer.canvas).to_have_attribute("data-state", re.compile(f"^{lr} [0-3]$"))
    explorer.place.get_by_role("button", name="Pause").press("Enter")
    explorer.move([lr, 50])
    explorer.place.get_by_role("button", name="Play").press("Enter")
    expect(explorer.canvas).to_have_attribute("data-state", re.compile(f"^{lr} 5[1-9]$"))
    explorer.place.get_by_role("button", name="Pause").press("Enter")


def test_axe_finds_nothing(page: Explorers) -> None:
    found = Axe().run(page.page, context=f"{PANEL} .live-figure").response["violations"]
    assert [(each["id"], each["help"]) for each in found] == []


# --- Kernel and wire ----------------------------------------------------------------------------


def test_run_again_nothing_is_doubled(sharp_page: Explorers) -> None:
    sharp_page.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    entry = re.compile(r"^Restart Kernel(…|\.\.\.)")
    sharp_page.page.get_by_role("menuitem", name=entry).click()
    sharp_page.page.get_by_role("button", name="Confirm Kernel Restart").click()
    sharp_page.lesson.wait_for_kernel()
    run_all(sharp_page.lesson)
    stages = sharp_page.page.locator(f"{PANEL} .live-figure .live-stage")
    assert stages.count() == len(NAMES) + MORE
    explorer = sharp_page["descent"]
    explorer.move([10, 10])
    assert explorer.words().endswith(explorer.scene.sentence([10, 10]))
    lab = sharp_page.lesson.lab
    assert sharp_page.lesson.witness.strangers(lab.url) == []


def test_a_moving_slider_only_tells_where_it_is(page: Explorers) -> None:
    explorer = page["race"]
    explorer.move(explorer.scene.start)
    page.wire.sent.clear()
    explorer.handle("lr").focus()
    for _ in range(10):
        page.page.keyboard.press("ArrowRight")
    explorer.expect([0, explorer.scene.start[1] + 10, *explorer.scene.start[2:]])
    for message in page.wire.sent:
        assert message["type"] == "comm_msg"
        assert set(message["data"]["state"]) <= {"index"}


def test_a_fast_drag_ends_on_the_last_state(page: Explorers) -> None:
    explorer = page["race"]
    explorer.move(explorer.scene.start)
    places = [explorer.position("step", number) for number in np.linspace(119, 10, 60)]
    explorer.handle("step").hover()
    page.page.mouse.down()
    started = time.monotonic()
    for k, place in enumerate(places):
        page.page.mouse.move(*place)
        time.sleep(max(0, started + (k + 1) / 60 - time.monotonic()))  # sixty events a second
    page.page.evaluate(FRAMES)
    assert abs(explorer.index()[-1] - 10) <= 1
    page.page.mouse.up()


def test_computed_states_leave_no_backlog(page: Explorers) -> None:
    explorer = page["slow"]
    explorer.move(explorer.scene.start)
    page.wire.states.clear()
    handle = explorer.handle("frequency")
    handle.focus()
    for _ in range(30):
        page.page.keyboard.press("ArrowRight")
    wanted = [explorer.scene.start[0] + 30, explorer.scene.start[1]]
    explorer.expect(wanted)
    # However fast the keys and slow the kernel: nothing is asked before the last is answered.
    assert most_unanswered(page.wire.states) == 1
    assert explorer.words().endswith(explorer.scene.sentence(wanted))


def test_a_backlog_is_found() -> None:
    asked, answered = "compute", "computed"
    assert most_unanswered([asked, answered, asked, asked, answered, asked, answered]) == 2


def test_a_busy_and_a_stopped_kernel_hold_nothing_up(page: Explorers) -> None:
    explorer = page["race"]
    explorer.move(explorer.scene.start)
    page.page.locator(f"{PANEL} .jp-CodeCell").last.locator(".cm-content").click()
    page.page.keyboard.press("Control+Enter")
    busy = page.page.locator(".jp-StatusBar-TextItem", has_text="Busy")
    expect(busy).to_be_visible(timeout=TO_PAINT)
    start = explorer.scene.start
    explorer.handle("lr").focus()
    page.page.keyboard.press("ArrowRight")
    explorer.expect([start[0], start[1] + 1, *start[2:]])
    page.lesson.lab.stop_kernels()
    explorer.handle("lr").focus()
    page.page.keyboard.press("ArrowRight")
    explorer.expect([start[0], start[1] + 2, *start[2:]])


# --- A window with little room ------------------------------------------------------------------

NARROW = 900  # a window in which there is room for the narrow layout in its own size, and no more


@pytest.fixture
def narrow(page: Explorers) -> Iterator[Explorers]:
    """The page in a narrow window, and the scenes as they are in the narrow layout."""
    page.page.set_viewport_size({"width": NARROW, "height": 1000})
    with ExitStack() as scenes:
        for name in LESSONS:
            scenes.enter_context(stacked(page.scenes[name].figure))
            expect(page[name].stage).to_have_attribute("data-layout", "1")
        yield page
    page.page.set_viewport_size({"width": WIDEST, "height": 1000})
    expect(page[LESSONS[0]].stage).to_have_attribute("data-layout", "0")


@pytest.mark.parametrize("name", LESSONS)
def test_the_narrow_layout_is_painted_as_matplotlib_draws_it(narrow: Explorers, name: str) -> None:
    check_pictures(narrow[name], 1, SOFT)


@pytest.mark.parametrize("way", WAYS)
def test_a_mark_follows_the_mouse_there(narrow: Explorers, way: list[list[int]]) -> None:
    test_a_mark_follows_the_mouse(narrow, way)


def test_a_mark_that_is_held_while_the_layout_changes_is_let_go(page: Explorers) -> None:
    explorer = page["line_and_loss"]
    explorer.move(explorer.scene.start)
    page.page.mouse.move(*explorer.mark(explorer.scene.start))
    page.page.mouse.down()
    page.page.set_viewport_size({"width": NARROW, "height": 1000})
    expect(explorer.stage).to_have_attribute("data-layout", "1")
    page.page.mouse.move(200, 500)
    explorer.expect(explorer.scene.start)
    page.page.mouse.up()
    page.page.set_viewport_size({"width": WIDEST, "height": 1000})
    expect(explorer.stage).to_have_attribute("data-layout", "0")


def test_whatever_the_windows_width_letters_can_be_read_and_nothing_flickers(
    page: Explorers,
) -> None:
    explorer = page["descent"]
    figure = explorer.scene.figure
    size, _ = smallest_letters(figure)
    wide = figure.bbox.width
    with stacked(figure):
        widths = [wide, figure.bbox.width]
    explorer.stage.evaluate(COUNT_CHANGES)
    seen = []
    for width in (*range(1200, 700, -40), *range(720, 1220, 40)):
        page.page.set_viewport_size({"width": width, "height": 700})
        page.page.evaluate(FRAMES)
        layout = int(str(explorer.stage.get_attribute("data-layout")))
        seen.append(layout)
        assert size * explorer.stage.evaluate("at => at.clientWidth") / widths[layout] >= 9
    assert explorer.stage.evaluate("at => at.changes") == 2  # one each way
    assert (seen[0], min(seen), max(seen), seen[-1]) == (0, 0, 1, 0)
    page.page.set_viewport_size({"width": WIDEST, "height": 1000})


COUNT_CHANGES = """at => {
    at.changes = 0;
    const count = () => { at.changes += 1; };
    new MutationObserver(count).observe(at, {attributeFilter: ['data-layout']});
}"""


def test_narrow_and_wide(page: Explorers) -> None:
    explorer = page["race"]
    for width in (700, 1600):
        page.page.set_viewport_size({"width": width, "height": 1000})
        box, outer = explorer.stage.bounding_box(), explorer.place.bounding_box()
        assert box is not None
        assert outer is not None
        assert box["x"] + box["width"] <= outer["x"] + outer["width"] + 1
        canvas = explorer.canvas
        expect(canvas).to_have_js_property("clientWidth", round(box["width"]), timeout=TO_PAINT)
