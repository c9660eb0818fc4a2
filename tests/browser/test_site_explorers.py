"""The explorers and the questions of the built site, moved by mouse, key and finger, no kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from explorer_checks import nearest, settings_of, states
from lesson_page import TO_PAINT
from playwright.sync_api import Browser, Page, expect
from site_explorer import (
    SHARP,
    PageExplorer,
    Published,
    Window,
    at_rest,
    every_explorer,
    page_of,
    shown_in,
    window,
)
from site_pages import built_site
from test_drags import away, finger, marks_of, mouse, ways
from test_explorers import NEAR, SOFT, astray, colours_of

from lessons_lib.live import Scene

VALLEY = "04_valleys--explore-valley"
REACHED = {"kappa": 20, "angle": 0, "lr": 1.85, "step": 47}
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
NO_STORAGE = """Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('not here', 'SecurityError'); } })"""
BELOW_THE_HEADER = """at => {
    const top = at.getBoundingClientRect().top + scrollY - 80;
    scrollTo({ top, behavior: 'instant' });
}"""
SHIFTS = """() => {
    window.shifts = [];
    const note = list => list.getEntries().forEach(each => window.shifts.push(each.value));
    new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
}"""


@pytest.fixture(scope="module")
def addresses(browser: Browser) -> Iterator[tuple[str, str]]:
    """The site from a server, and from its folder. Without a browser none is built."""
    with built_site() as found:
        yield found


@pytest.fixture(scope="module")
def address(addresses: tuple[str, str]) -> str:
    return addresses[0]


@pytest.fixture(scope="module", params=[0, 1], ids=["1300 light", "360 dark"])
def seen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Window]:
    with window(browser, address, request.param) as opened:
        yield opened


@pytest.fixture
def fresh(browser: Browser, address: str) -> Iterator[Window]:
    """A window in which nothing has been done yet."""
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    with window(browser, address, 0, **options) as opened:
        yield opened


# --- Every explorer -------------------------------------------------------------------------------


def problems_of(explorer: PageExplorer, published: Published, index: list[int]) -> Iterator[str]:
    """Say in what a state differs from what is computed here once more."""
    explorer.expect(index)
    where = settings_of(explorer.scene, index)
    sentence = explorer.scene.sentence(index)
    if not explorer.words().endswith(sentence):
        yield f"{published.name} says {explorer.words()!r} with {where}, not {sentence!r}."
    drawn, letters = explorer.drawn(shown_in(published, index), index)
    painted = explorer.painted()
    height, width = np.minimum(painted.shape, drawn.shape)[:2]
    painted, drawn = painted[:height, :width].copy(), drawn[:height, :width].copy()
    for picture in (painted, drawn):
        picture[letters[:height, :width]] = 255
    for colour in colours_of(explorer.scene):
        off = astray(painted, drawn, colour, NEAR * SHARP)
        if off > SOFT:
            yield f"{published.name}: {off:.1%} of {colour} is astray with {where}."


def walk(seen: Window, published: Published) -> Iterator[str]:
    """Look at three states of an explorer: its start, one by keys, and one by mouse or finger."""
    explorer = seen.open(published)
    sizes = [len(control.values) for control in explorer.scene.controls]
    if explorer.stage.get_attribute("data-layout") != str(seen.layout):
        yield f"{published.name} is not in the layout {seen.layout}."
    yield from problems_of(explorer, published, list(explorer.scene.start))
    explorer.press("End")
    yield from problems_of(explorer, published, [size - 1 for size in sizes])
    inner = states(explorer.scene, 1)[-1]
    explorer.move(inner)
    yield from problems_of(explorer, published, inner)
    yield from drag(seen, explorer, published.name)


def follows(explorer: PageExplorer, number: int, wanted: list[int]) -> bool:
    """Whether a mark comes to where the hand is, within a second of frames."""
    for _ in range(60):
        explorer.page.evaluate("new Promise(requestAnimationFrame)")
        if away(explorer.scene, number, explorer.index(), wanted) <= NEAR:
            return True
    return False


def drag(seen: Window, explorer: PageExplorer, name: str) -> Iterator[str]:
    """Take the first mark by the hand, and say if it does not follow."""
    scene = explorer.scene
    for number in marks_of(scene)[:1]:
        with explorer.laid_out():
            begin, *way = ways(scene, number)
            explorer.move(begin)
            explorer.stage.evaluate(BELOW_THE_HEADER)
            at_rest(seen.page)
            with (finger if seen.layout else mouse)(seen.page) as act:
                act("begin", explorer.mark(begin, number))
                for wanted in way:
                    act("move", explorer.mark(wanted, number))
                    if not follows(explorer, number, wanted):
                        yield f"{name}: taken to {wanted}, the mark is at {explorer.index()}."
                act("end", explorer.mark(way[-1], number))


@pytest.mark.parametrize("name", every_explorer())
def test_an_explorer_shows_and_says_what_it_should(seen: Window, name: str) -> None:
    assert list(walk(seen, every_explorer()[name])) == []
    assert seen.said == []
    assert seen.strangers == []


def test_a_wrong_picture_is_found(fresh: Window) -> None:
    published = every_explorer()[VALLEY]
    explorer = fresh.open(published)
    start = list(explorer.scene.start)
    other = [start[0], start[1], start[2] + 10, start[3]]
    drawn, _ = explorer.drawn(shown_in(published, other), other)
    colours = colours_of(explorer.scene)
    assert max(astray(explorer.painted(), drawn, colour, NEAR * SHARP) for colour in colours) > 0.05


# --- Inputs ---------------------------------------------------------------------------------------


def test_keys_do_what_they_do_in_jupyterlab(fresh: Window) -> None:
    explorer = fresh.open(every_explorer()[VALLEY])
    handle = explorer.handle("step")
    last = len(explorer.scene.controls[3].values) - 1
    ways = (("Home", 0), ("PageUp", 5), ("ArrowUp", 6), ("ArrowRight", 7), ("PageDown", 2))
    for key, wanted in (*ways, ("ArrowLeft", 1), ("End", last), ("PageUp", last)):
        handle.press(key)
        explorer.expect([*explorer.scene.start[:3], wanted])
        expect(handle).to_have_attribute("aria-valuetext", str(wanted))
    assert handle.get_attribute("aria-label") == "step"


def test_fingers_have_room(browser: Browser, address: str) -> None:
    with window(browser, address, 1, is_mobile=True) as opened:
        explorer = opened.open(every_explorer()[VALLEY])
        for part in explorer.place.locator("input, select, button").all():
            box = part.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_nothing_jumps_when_an_explorer_comes_alive(fresh: Window) -> None:
    page = fresh.page
    page.goto(fresh.address + page_of(every_explorer()[VALLEY]))
    page.evaluate(SHIFTS)
    place = page.locator(f"[data-live={VALLEY!r}]")
    end = place.evaluate("at => at.getBoundingClientRect().top + scrollY")
    for y in range(0, int(end), 150):
        page.evaluate(f"scrollTo({{ top: {y}, behavior: 'instant' }})")
        page.evaluate("new Promise(requestAnimationFrame)")
    expect(place.locator("canvas")).to_be_visible(timeout=TO_PAINT)
    assert sum(page.evaluate("window.shifts")) < 0.05


# --- What is kept, and what can be handed on ------------------------------------------------------


def link_to(name: str, settings: dict[str, float]) -> str:
    cell = name.split("--")[1]
    return f"#{cell}?" + "&".join(f"{name}={value}" for name, value in settings.items())


def index_of(scene: Scene, settings: dict[str, float]) -> list[int]:
    return [nearest(control, settings[control.name]) for control in scene.controls]


def test_a_reached_goal_is_kept(fresh: Window) -> None:
    published = every_explorer()[VALLEY]
    explorer = fresh.open(published, link_to(VALLEY, REACHED))
    goal = explorer.place.locator(".live-goal")
    explorer.expect(index_of(explorer.scene, REACHED))
    expect(goal).to_contain_text("Goal reached:")
    fresh.page.goto(fresh.address + page_of(published))
    expect(fresh.open(published).place.locator(".live-goal")).to_have_text(re.compile("^Goal:"))
    explorer.move(index_of(explorer.scene, REACHED))
    expect(goal).to_contain_text("Goal reached:")
    fresh.page.reload()
    again = fresh.open(published).place.locator(".live-goal")
    expect(again).to_have_text(re.compile("^Goal, reached before:"))


def test_a_state_is_copied_and_shown_by_its_address(fresh: Window) -> None:
    for name in (VALLEY, "06_momentum--explore-race", "11_beyond_bowls--explore-landscapes"):
        published = every_explorer()[name]
        explorer = fresh.open(published)
        wanted = states(explorer.scene, 2)[-1]
        explorer.move(wanted)
        explorer.place.get_by_role("button", name="Copy link to this state").click()
        expect(explorer.place.locator(".live-said")).to_have_text("Copied.")
        copied = fresh.page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(fresh.address + page_of(published) + "#explore-")
        fresh.page.goto("about:blank")
        fresh.page.goto(copied)
        explorer.expect(wanted)
        said = explorer.place.locator(".live-said")
        expect(said).to_contain_text("This is the state of the link.")
        expect(said).to_contain_text(explorer.scene.sentence(wanted)[:40])
        expect(explorer.canvas).to_be_in_viewport()
    assert fresh.said == []


def test_a_link_with_other_names_and_numbers_shows_what_is_nearest(fresh: Window) -> None:
    asked = {"kappa": 19.9, "lr": -3, "speed": 4, "step": "many"}
    explorer = fresh.open(every_explorer()[VALLEY], link_to(VALLEY, asked))
    scene = explorer.scene
    explorer.expect([nearest(scene.controls[0], 20), scene.start[1], 0, scene.start[3]])
    said = "but for speed = 4 and step = many: the explorer has no such setting."
    expect(explorer.place.locator(".live-said")).to_contain_text(said)
    fresh.page.evaluate(f"location.hash = {link_to(VALLEY, REACHED)!r}")
    explorer.expect(index_of(scene, REACHED))


def test_where_a_page_may_not_copy_the_address_is_shown(fresh: Window) -> None:
    fresh.page.add_init_script(NO_CLIPBOARD)
    explorer = fresh.open(every_explorer()[VALLEY])
    explorer.place.get_by_role("button", name="Copy link to this state").click()
    field = explorer.place.get_by_label("Address of this state")
    address = field.input_value()
    assert address.endswith("#explore-valley?kappa=12.83&angle=-45&lr=0.5&step=10")
    assert fresh.page.evaluate("getSelection().toString()") == address
    assert fresh.said == []


def test_a_prediction_is_kept_and_its_answer_unfolds(fresh: Window) -> None:
    page = fresh.page
    page.goto(fresh.address + "notebooks/06_momentum.html")
    asked = page.locator("[data-prediction='6 race']")
    expect(asked.locator("details")).to_be_hidden()
    asked.locator("button").nth(1).click()
    page.reload()
    expect(asked.locator("button[aria-pressed=true]")).to_contain_text("About 330")
    expect(asked.locator(".prediction-said")).to_have_text("You chose b. Read on, and see.")
    asked.locator("summary").click()
    expect(asked.locator("details")).to_contain_text("You trusted the reputation")
    assert fresh.said == []


def test_the_ten_questions_are_asked_twice_and_compared(fresh: Window) -> None:
    page = fresh.page
    for sheet, letter in (("92_ten_questions", 0), ("93_same_ten_questions", 1)):
        page.goto(f"{fresh.address}notebooks/{sheet}.html")
        asked = page.locator("[data-before=zigzag], [data-after=zigzag]")
        asked.locator("button").nth(letter).click()
    changes = page.locator("[data-changes]")
    expect(changes).to_contain_text("Open the answers above")
    asked.locator("summary").click()
    expect(asked.locator("details")).to_contain_text("Before the course you chose a, now b.")
    row = ["Left, right, left, right", "a", "b ✓", "b", "Lesson 5, gradients are measurements"]
    expect(changes.locator("tbody td")).to_have_text(row)
    page.reload()
    expect(changes.locator("tbody td")).to_have_text(row)
    asked.locator("button").first.click(force=True)
    expect(asked.locator(".prediction-said")).to_contain_text("That stands")
    changes.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"05_averages\.html#Gradients-are-measurements$"))
    assert fresh.said == []


# --- Where less is allowed ------------------------------------------------------------------------


def test_from_a_memory_stick(browser: Browser, addresses: tuple[str, str]) -> None:
    with window(browser, addresses[1], 0) as opened:
        explorer = opened.open(every_explorer()[VALLEY], link_to(VALLEY, REACHED))
        explorer.expect(index_of(explorer.scene, REACHED))
        expect(opened.page.locator(".prediction-choice").first).to_be_visible()
        assert opened.said == []
        assert opened.strangers == []


def test_where_nothing_may_be_kept(fresh: Window) -> None:
    fresh.page.add_init_script(NO_STORAGE)
    explorer = fresh.open(every_explorer()[VALLEY])
    explorer.move(index_of(explorer.scene, REACHED))
    expect(explorer.place.locator(".live-goal")).to_contain_text("Goal reached:")
    fresh.page.locator(".prediction-choice").first.click()
    expect(fresh.page.locator(".prediction-said").first).to_contain_text("You chose a.")


def test_a_script_that_does_not_come_leaves_the_picture(fresh: Window) -> None:
    page, published = fresh.page, every_explorer()[VALLEY]
    page.route("**/live/*.js*", lambda route: route.abort())
    page.goto(fresh.address + page_of(published))
    place = page.locator(f"[data-live={VALLEY!r}]")
    place.scroll_into_view_if_needed()
    expect(place.locator(".live-note")).to_contain_text("its file did not arrive")
    expect(place.locator("img")).to_be_visible()
    page.unroute("**/live/*.js*")
    place.get_by_role("button", name="Try again").click()
    expect(place.locator("canvas")).to_be_visible(timeout=TO_PAINT)
    expect(place.locator(".live-note")).to_have_count(0)


# The first picture cannot be decoded: as where the window has become narrow meanwhile, and another
# picture stands in its place, or as where something is wrong with it.
NOT_AT_ONCE = """{
    const {decode} = HTMLImageElement.prototype;
    let tries = 0;
    HTMLImageElement.prototype.decode = function () {
        if (tries++) return decode.call(this);
        if (%s) this.src += "#another";
        return Promise.reject(new DOMException("It cannot be decoded.", "EncodingError"));
    };
}"""


def test_a_picture_that_is_replaced_while_it_comes_does_no_harm(fresh: Window) -> None:
    fresh.page.add_init_script(NOT_AT_ONCE % "true")
    explorer = fresh.open(every_explorer()[VALLEY])
    explorer.expect(list(explorer.scene.start))
    assert explorer.place.locator(".live-note").count() == 0


def test_a_picture_that_cannot_be_decoded_is_told(fresh: Window) -> None:
    fresh.page.add_init_script(NOT_AT_ONCE % "false")
    fresh.page.goto(fresh.address + page_of(every_explorer()[VALLEY]))
    place = fresh.page.locator(f"[data-live={VALLEY!r}]")
    place.scroll_into_view_if_needed()
    expect(place.locator(".live-note")).to_contain_text("It cannot be decoded.")
    place.get_by_role("button", name="Try again").click()
    expect(place.locator("canvas")).to_be_visible()


def painted_share(page: Page, place: str) -> float:
    """Return the share of points of a canvas on which something is painted."""
    return float(
        page.locator(f"{place} canvas").evaluate("""at => {
            const points = at.getContext('2d').getImageData(0, 0, at.width, at.height).data;
            return points.filter((value, k) => k % 4 === 3 && value > 100).length
                / (at.width * at.height);
        }""")
    )


def test_on_paper_the_state_is_shown(fresh: Window) -> None:
    explorer = fresh.open(every_explorer()[VALLEY], link_to(VALLEY, REACHED))
    explorer.expect(index_of(explorer.scene, REACHED))
    fresh.page.emulate_media(media="print")
    expect(explorer.canvas).to_be_visible()
    expect(explorer.place.locator(".live-words")).to_be_visible()
    expect(explorer.place.get_by_role("button", name="Play")).to_be_hidden()
    assert painted_share(fresh.page, f"[data-live={VALLEY!r}]") > 0.001
    assert len(fresh.page.pdf()) > 100_000
