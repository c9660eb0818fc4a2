"""The site's pages in Chromium: from a server and a folder, wide and narrow, light and dark."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect
from site_pages import NAMES, Visit, built_site

from course_tools.site.build import BUILT
from course_tools.site.html import read_page

WIDTHS = (1300, 360)
HEIGHT = 900
LESSON = "notebooks/04_valleys.html"
SHOWN = ["index.html", LESSON, "exercises/04_valleys/exercise_04_valleys.html"]
SHOWN += ["notebooks/91_glossary.html", "notebooks/92_ten_questions.html"]

EVERY = [*NAMES, "search.html"]
COLOURFUL = [*SHOWN, "search.html", "instructors/index.html", "instructors/04_valleys.html"]
COLOURFUL += ["notebooks/93_same_ten_questions.html", "docs/marking.html"]
"""What has everything whose colours are compared. That takes long, so it is not done twice."""

AT_NIGHT = "NIGHTLY" in os.environ
"""Whether every page is looked at in every way, however long that takes."""

UNSEEN = [[".highlight span"], [".katex"]]
CODE_AND_FORMULAS = ("katex.css", "pygments.css")
"""Style sheets of what is left out: their classes need not be compared."""

ATOMS = {"mord", "mop", "mbin", "mrel", "mopen", "mclose", "mpunct", "minner"}
"""Classes by which KaTeX sets the spaces in a formula, and which have no colours."""

SERIOUS = ("serious", "critical")
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def site(browser: Browser) -> Iterator[tuple[str, str]]:
    """The addresses of the site, from a server and from its folder. No browser, no site."""
    with built_site() as addresses:
        yield addresses


@pytest.fixture(scope="module")
def axe() -> Axe:
    """Finds what shuts people out."""
    return Axe()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A page that notes complaints; in the end there are none, and nothing came from elsewhere."""
    with Visit(browser, viewport={"width": 1300, "height": HEIGHT}) as found:
        yield found
        assert found.complaints == []
        assert found.foreign == []


def objections(page: Page, axe: Axe, *, colours: bool) -> list[str]:
    """Say what axe-core objects to seriously on a page.

    It takes a second for each hundred pieces of text whose colours it compares. Those of code are
    held by tests/test_site_pages.py, and a formula has the colour of the text around it.
    """
    chosen: dict[str, object] = {"rules": {"color-contrast": {"enabled": False}}}
    if colours:
        chosen = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    options = {"resultTypes": ["violations"], "preload": False, **chosen}
    answer = axe.run(page, context={"exclude": UNSEEN}, options=options).response
    return [
        f"{page.url}: {each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in answer["violations"]
        if each["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("theme", ["light", "dark"] if AT_NIGHT else ["light"])
def test_every_page_fits_a_phone_and_shuts_nobody_out(
    theme: str, browser: Browser, site: tuple[str, str], axe: Axe
):
    problems: list[str] = []
    with Visit(browser, color_scheme=theme, bypass_csp=True) as found:
        for name in EVERY:
            found.page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            page = found.open(site[0] + name)
            problems += objections(page, axe, colours=False)
            page.set_viewport_size({"width": WIDTHS[1], "height": HEIGHT})
            if page.evaluate(TOO_WIDE):
                problems.append(f"{name}: it is wider than a phone")
        assert found.complaints == []
        assert found.foreign == []
    assert problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_told_apart(theme: str, browser: Browser, site: tuple[str, str], axe: Axe):
    problems: list[str] = []
    with Visit(browser, color_scheme=theme, bypass_csp=True) as found:
        for name in EVERY if AT_NIGHT else COLOURFUL:
            problems += objections(found.open(site[0] + name), axe, colours=True)
        assert found.complaints == []
    assert problems == []


def test_no_page_has_something_whose_colours_were_not_compared(site: tuple[str, str]):
    classes = {name: read_page(BUILT / name, BUILT).classes for name in EVERY}
    sheets = [(BUILT / "_static" / name).read_text("utf-8") for name in CODE_AND_FORMULAS]
    compared = ATOMS | set(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(sheets)))
    compared = compared.union(*(classes[name] for name in COLOURFUL))
    assert {name: classes[name] - compared for name in EVERY if classes[name] - compared} == {}


def test_every_page_works_from_a_folder(visit: Visit, site: tuple[str, str]):
    for name in EVERY:
        page = visit.open(site[1] + name)
        assert page.locator("h1").count() == 1


def test_words_pictures_and_answers_are_there_without_a_script(
    browser: Browser, site: tuple[str, str]
):
    with Visit(browser, java_script_enabled=False) as found:
        page = found.open(site[0] + LESSON)
        expect(page.locator("h1")).to_contain_text("Valleys")
        expect(page.locator("#explore-valley img")).to_be_visible()
        alt = page.locator("#explore-valley img").get_attribute("alt") or ""
        assert "Goal:" in alt
        fold = page.locator("#answer-millionth").locator("xpath=following::details[1]")
        fold.locator("summary").click()
        expect(fold).to_have_attribute("open", "")
        assert page.locator(".katex").count() > 3
        assert found.foreign == []


def test_print_shows_the_answers(visit: Visit, site: tuple[str, str], tmp_path: Path):
    page = visit.open(site[0] + LESSON)
    closed = page.locator("article details:not([open], .prediction-answer)")
    assert closed.count() > 5
    page.evaluate("() => { dispatchEvent(new Event('beforeprint')); }")
    expect(closed).to_have_count(0)
    page.evaluate("() => { dispatchEvent(new Event('afterprint')); }")
    assert closed.count() > 5


def test_a_link_opens_the_fold_into_which_it_leads(visit: Visit, site: tuple[str, str]):
    page = visit.open(site[0] + LESSON)
    inside = page.locator("article details p").last
    inside.evaluate("element => { element.id = 'inside'; }")
    expect(inside).not_to_be_visible()
    page.evaluate("() => { location.hash = '#inside'; }")
    expect(inside).to_be_visible()


@pytest.mark.parametrize("where", [0, 1], ids=["server", "folder"])
def test_the_search_finds_a_word(where: int, visit: Visit, site: tuple[str, str]):
    page = visit.open(site[where] + LESSON)
    page.locator(".sidebar-search").fill("velocity")
    page.keyboard.press("Enter")
    first = page.locator("#search-results li a").first
    expect(first).to_be_visible()
    expect(page.locator("#search-results li a", has_text="6 · Momentum").first).to_be_visible()
    first.click()
    expect(page.locator("h1")).to_be_visible()


def test_a_term_tells_its_meaning_to_mouse_and_key(visit: Visit, site: tuple[str, str]):
    page = visit.open(site[0] + LESSON)
    term, tip = page.locator("a.term", has_text="Hessian").first, page.locator("#term-tip")
    expect(tip).to_be_hidden()
    term.hover()
    expect(tip).to_be_visible()
    expect(term).to_have_attribute("aria-describedby", "term-tip")
    said = tip.inner_text()
    assert len(said) > 20
    tip.hover()  # it stays while one is on it
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.mouse.move(5, 5)
    term.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Tab")
    expect(tip).not_to_have_text(said)
    term.click()
    page.wait_for_url(re.compile(r"91_glossary\.html#term-hessian$"))
    row = page.locator("tr", has=page.locator("#term-hessian"))
    expect(row).to_contain_text(said)


def test_the_first_touch_of_a_term_tells_and_the_second_follows(
    browser: Browser, site: tuple[str, str]
):
    size = {"width": 360, "height": 740}
    with Visit(browser, viewport=size, has_touch=True, is_mobile=True) as found:
        page = found.open(site[0] + LESSON)
        term = page.locator("a.term").first
        term.tap()
        expect(page.locator("#term-tip")).to_be_visible()
        assert page.url.endswith(LESSON)
        term.tap()
        page.wait_for_url(re.compile("91_glossary"))


def test_dark_can_be_chosen_and_stays(visit: Visit, site: tuple[str, str]):
    page = visit.open(site[0] + LESSON)
    colour = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    button = page.locator(".theme-toggle-content .theme-toggle")
    for _ in range(3):
        if page.evaluate("() => document.body.dataset.theme") != "dark":
            button.click()
    assert page.evaluate(colour) != light
    visit.open(site[0] + "index.html")
    assert page.evaluate("() => document.body.dataset.theme") == "dark"


def test_previous_and_next_follow_the_course(visit: Visit, site: tuple[str, str]):
    page = visit.open(site[0] + LESSON)
    titles = page.locator(".related-pages .title")
    assert titles.all_inner_texts() == ["5 · Remembering: averages", "3 · How big a step?"]
    visit.open(site[0] + "exercises/04_valleys/exercise_04_valleys.html")
    assert titles.all_inner_texts() == ["5 · Remembering: averages", "4 · Valleys"]
    page.locator(".prev-page").click()
    expect(page.locator("h1")).to_contain_text("4 · Valleys")


def test_what_is_too_wide_scrolls_by_key(visit: Visit, site: tuple[str, str]):
    page = visit.open(site[0] + LESSON)
    page.set_viewport_size({"width": 360, "height": 740})
    code = page.locator("pre[tabindex='0']").first
    expect(code).to_have_attribute("aria-label", "Code")
    code.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="$SCREENSHOTS says where to put them")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_to_be_looked_at(
    theme: str, browser: Browser, site: tuple[str, str], screenshots: Path
):
    for width in (1300, 800, 360):
        size = {"width": width, "height": HEIGHT}
        with Visit(browser, viewport=size, color_scheme=theme) as found:
            for name in SHOWN:
                page = found.open(site[0] + name)
                picture = screenshots / f"site-{Path(name).stem}-{width}-{theme}.png"
                page.screenshot(path=picture)
                assert picture.stat().st_size > 10_000
