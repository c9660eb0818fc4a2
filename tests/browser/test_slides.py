"""Every slide at 1280 × 720: nothing is cut off, explorers answer, and notes show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lesson_page import TO_PAINT
from playwright.sync_api import Browser, Page, expect
from site_pages import Visit, served

from course_tools.site.build import BUILT
from course_tools.site.pages import site_of
from course_tools.site.settings import read_settings
from course_tools.site.slides.building import lessons_in, make
from course_tools.site.slides.choosing import FEWEST, MOST

DECKS = [Path(page.source).stem for page in lessons_in(site_of(read_settings()))]
ROOM = {"width": 1280, "height": 720}
LEAST = 23
"""Pixels of the smallest words on a slide, of 720: the last row can still read them."""

TOO_MUCH = """
() => {
  const slide = Reveal.getCurrentSlide();
  const wide = (box) => box.scrollWidth > box.clientWidth + 1;
  const beyond = (box) => wide(box) || box.scrollHeight > box.clientHeight + 1;
  const boxes = [slide, ...slide.querySelectorAll(".body, pre, .live-page, .live-row")];
  const frame = slide.getBoundingClientRect();
  const seen = [...slide.querySelectorAll(".body *, .live-page *, .picture *")].filter((each) => {
    const { position, clipPath } = getComputedStyle(each);
    if (each.closest(".katex, [hidden]")) return false; // a formula is looked at whole
    return each.offsetParent && clipPath === "none" && position !== "fixed";
  });
  const outside = seen.filter((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const across = left < frame.left - 1 || right > frame.right + 1;
    return across || top < frame.top - 1 || bottom > frame.bottom + 1;
  });
  const formulas = [...slide.querySelectorAll(".math")].filter(wide);
  const found = [...boxes.filter(beyond), ...formulas, ...outside];
  return found.map((each) => `${each.tagName}.${each.className}`);
}
"""
SMALLEST = """
() => Math.min(...[...Reveal.getCurrentSlide().querySelectorAll(".body :is(p, li)")]
    .filter((each) => each.offsetParent)
    .map((each) => parseFloat(getComputedStyle(each).fontSize)), Infinity)
"""
TO_SLIDE = "(id) => Reveal.slide(Reveal.getSlides().findIndex((each) => each.id === id))"
TWO_FRAMES = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
"""
A_VOTE = """
globalThis.votes = [];
globalThis.courseRoom = {
  me: { student: "ada-07", name: "Ada", sharing: false, receipts: [] },
  now: { version: 1, question: { key: "06/race", state: "first", mine: {}, result: null } },
  trouble: "",
  subscribe: () => () => {},
  vote: async (...vote) => globalThis.votes.push(vote),
};
"""
READY = "() => globalThis.Reveal?.isReady()"
PICTURES = """
() => Promise.all(
  [...Reveal.getCurrentSlide().querySelectorAll(".picture img")].map((each) => each.decode()),
)
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The decks, handed out by a server."""
    make(if_needed=True)
    with served(BUILT) as root:
        yield f"{root}slides/"


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A window of the size of a projector, in which foreign requests are noted."""
    with Visit(browser, viewport=ROOM, bypass_csp=True) as opened:
        yield opened


def open_deck(visit: Visit, address: str) -> Page:
    page = visit.open(address)
    page.wait_for_function(READY, polling=250)
    page.evaluate("document.fonts.ready")
    return page


def go_to(page: Page, name: str) -> None:
    page.evaluate(TO_SLIDE, name)
    page.evaluate(TWO_FRAMES)


def names_in(page: Page, selector: str = "section") -> list[str]:
    found = page.evaluate(
        "(kind) => Reveal.getSlides().filter((each) => each.matches(kind)).map(({ id }) => id)",
        selector,
    )
    return [str(each) for each in found]


@pytest.mark.parametrize("name", DECKS)
def test_every_slide_can_be_seen_whole(name: str, visit: Visit, address: str, screenshots: Path):
    page = open_deck(visit, f"{address}{name}.html")
    slides = names_in(page)
    assert FEWEST <= len(slides) <= MOST
    explorers = names_in(page, ".kind-explorer")
    for number, slide in enumerate(slides, 1):
        go_to(page, slide)
        page.evaluate(PICTURES)
        if slide in explorers:
            answers(page, slide)
        assert page.evaluate(TOO_MUCH) == [], slide
        assert page.evaluate(SMALLEST) >= LEAST, slide
        page.screenshot(path=screenshots / f"slides-{name}-{number:02}-{slide}.png")
    assert visit.complaints == []
    assert visit.foreign == []


def answers(page: Page, slide: str) -> None:
    """Move the first slider of an explorer, and see that its picture changes."""
    place = page.locator(f"#{slide}")
    canvas = place.locator("canvas")
    expect(canvas).to_be_visible(timeout=TO_PAINT)
    before = canvas.evaluate("each => each.toDataURL()")
    place.locator("input[type=range]").first.press("PageUp")
    page.evaluate(TWO_FRAMES)
    if canvas.evaluate("each => each.toDataURL()") == before:  # it stood at its end
        place.locator("input[type=range]").first.press("PageDown")
    expect(page.locator(f"#{slide}.present")).to_be_visible()  # the key was the slider's
    page.wait_for_function(
        "([id, before]) => document.querySelector(`#${id} canvas`).toDataURL() !== before",
        arg=[slide, before],
        polling=250,
        timeout=TO_PAINT,
    )


def test_what_is_cut_off_is_found(visit: Visit, address: str):
    page = open_deck(visit, f"{address}06_momentum.html")
    go_to(page, "summary")
    assert page.evaluate(TOO_MUCH) == []
    page.evaluate("document.querySelector('#summary .body').style.setProperty('--fit', 3)")
    assert page.evaluate(TOO_MUCH) != []
    page.evaluate("document.querySelector('#summary .body').style.setProperty('--fit', 0.5)")
    assert page.evaluate(SMALLEST) < LEAST


def test_the_speaker_reads_notes_in_a_window_of_their_own(visit: Visit, address: str):
    page = open_deck(visit, f"{address}06_momentum.html#/commit-race")
    with page.expect_popup() as opening:
        page.keyboard.press("s")
    notes = opening.value
    expect(notes.locator("#notes")).to_contain_text("Do not smile.")
    expect(notes.locator("#notes")).to_contain_text("Minutes 6 to 12.")
    expect(notes.locator("#heading")).to_have_text("Predict")
    expect(notes.locator("#following")).to_have_text("The answer")
    notes.keyboard.press("ArrowRight")
    expect(page.locator("#answer-race.present")).to_be_visible()
    expect(notes.locator("#heading")).to_have_text("The answer")
    notes.get_by_role("button", name="Back").click()
    expect(page.locator("#commit-race.present")).to_be_visible()
    assert notes.locator("#clock").inner_text().startswith("0:")
    assert visit.complaints == []
    assert visit.foreign == []


def test_keys_belong_to_what_has_been_touched(visit: Visit, address: str):
    page = open_deck(visit, f"{address}06_momentum.html#/explore-race")
    slider = page.locator("#explore-race input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#explore-race.present")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#your-turn.present")).to_be_visible()
    go_to(page, "commit-race")
    page.locator("#commit-race .prediction-choice").nth(1).click()
    chosen = page.locator("#commit-race [aria-pressed=true]")
    expect(chosen).to_contain_text("About 330")
    expect(page.locator("#commit-race.present")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#answer-race.present")).to_be_visible()
    assert visit.complaints == []


def test_a_link_to_a_state_of_an_explorer_opens_its_slide(visit: Visit, address: str):
    page = open_deck(visit, f"{address}06_momentum.html#explore-race?lr=0.1&step=30")
    expect(page.locator("#explore-race.present")).to_be_visible()
    expect(page.locator("#explore-race .live-words")).to_contain_text("After 30 steps")


def test_in_a_room_a_question_on_a_slide_is_a_ballot(visit: Visit, address: str):
    visit.page.add_init_script(A_VOTE)
    page = open_deck(visit, f"{address}06_momentum.html#/commit-race")
    page.locator("#commit-race .prediction-choice").nth(1).click()
    page.wait_for_function("globalThis.votes.length", polling=250)
    assert page.evaluate("globalThis.votes") == [["06/race", "b"]]
    expect(page.locator("#commit-race .prediction-said")).to_be_visible()
    assert page.evaluate(TOO_MUCH) == []
    go_to(page, "commit-control")
    page.locator("#commit-control .prediction-choice").nth(1).click()
    assert len(page.evaluate("globalThis.votes")) == 1  # nobody votes on that now
    assert visit.complaints == []


def test_the_list_leads_to_every_deck(visit: Visit, address: str):
    page = visit.open(f"{address}index.html")
    links = page.locator(".decks a")
    assert [each.get_attribute("href") for each in links.all()] == [
        f"{name}.html" for name in DECKS
    ]
    assert all(
        re.search(r"\d+ slides", each) for each in page.locator(".decks li").all_inner_texts()
    )
    assert visit.complaints == []


def test_decks_open_from_a_memory_stick(visit: Visit, address: str):
    page = open_deck(visit, f"{BUILT.resolve().as_uri()}/slides/06_momentum.html#/explore-race")
    expect(page.locator("#explore-race canvas")).to_be_visible(timeout=TO_PAINT)
    with page.expect_popup() as opening:
        page.keyboard.press("s")
    expect(opening.value.locator("#heading")).to_have_text("Your race")
    assert visit.complaints == []
