"""A lesson, open in JupyterLab in a real browser, and what a learner does and sees there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from os.path import normpath
from pathlib import Path
from typing import Any

from lab_server import Lab
from nbformat import NotebookNode
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from course_tools.chromium import strangers
from course_tools.notebooks.stored import from_bytes

WIDE, NARROW, LOW = (1280, 800), (900, 800), (1366, 640)
TO_LOAD = 120_000  # milliseconds, here and below: on two cores, busy with something else, too
TO_RUN = 300_000
TO_PAINT = 30_000

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
SCROLLER = f"{PANEL} .jp-WindowedPanel-outer"
TABS = "#jp-main-dock-panel .lm-TabBar-tab"
CURRENT_TAB = f"{TABS}.lm-mod-current"

FILES_FOLDED = """folded => document.querySelector('#jp-left-stack')
    .classList.contains('lm-mod-hidden') === folded"""

# JupyterLab shows what a cell complains of and the error that ends it with one and the same type.
COMPLAINT = '[data-mime-type="application/vnd.jupyter.stderr"]'

# Between a click on "Run All Cells" and the end, each prompt is [*]. An error ends the run early.
HAS_RUN = """([panel, complaint]) => {
    const all = [...document.querySelectorAll(`${panel} .jp-CodeCell`)];
    const cells = all.filter(cell => !cell.querySelector('.jp-InputPlaceholder'));
    const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent);
    const done = prompts.filter(prompt => /\\d/.test(prompt)).length;
    return !prompts.some(prompt => prompt.includes('*')) && done > 0
        && (done === cells.length || document.querySelector(`${panel} ${complaint}`) !== null);
}"""
PICTURES_LOADED = """panel =>
    [...document.querySelectorAll(`${panel} img`)].every(picture => picture.complete)"""

TYPESET = """async ([panel, wanted]) => {
    await document.fonts.ready;
    const cells = [...document.querySelectorAll(`${panel} .jp-Cell`)];
    return cells.length === wanted.length && cells.every(
        (cell, k) => cell.querySelectorAll('mjx-container').length >= wanted[k]);
}"""

SCROLL_ON = """at => {
    const cells = at.querySelectorAll('.jp-Cell');
    const rest = cells[cells.length - 1].getBoundingClientRect().bottom
        - at.getBoundingClientRect().bottom;
    at.scrollTop += at.clientHeight * 0.9;
    return rest <= 0;
}"""


@dataclass
class Witness:
    """What the browser said and asked for.

    Parameters
    ----------
    errors : list of str
        What appeared as an error in the console, and exceptions that nobody caught.
    addresses : list of str
        Where every request and every web socket went.
    """

    errors: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Note what happens in every page of a context."""
        context.on("request", lambda request: self.addresses.append(request.url))
        context.on("page", self._watch_page)
        context.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type == "error" else None,
        )
        context.on("weberror", lambda raised: self.errors.append(str(raised.error)))

    def _watch_page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.addresses.append(socket.url))

    def strangers(self, url: str) -> list[str]:
        """Return the addresses that are not of the server at this address, nor inside the page."""
        return strangers(self.addresses, url)


@dataclass
class Lesson:
    """A lesson in its own window.

    Parameters
    ----------
    page : Page
        The window.
    lab : Lab
        Where it comes from.
    path : Path
        The stored notebook: what there should be.
    witness : Witness
        What the window has said and asked for.
    as_stored : list of str
        What was wrong with it before anything ran.
    as_cleared : list of str
        What was wrong with it without outputs.
    """

    page: Page
    lab: Lab
    path: Path
    witness: Witness
    as_stored: list[str] = field(default_factory=list)
    as_cleared: list[str] = field(default_factory=list)

    @cached_property
    def stored(self) -> list[NotebookNode]:
        """The cells of the stored notebook."""
        cells: list[NotebookNode] = from_bytes(self.path.read_bytes(), self.path).cells
        return cells

    @property
    def code(self) -> list[tuple[NotebookNode, Locator]]:
        """The stored cells that run, each with its place in the window."""
        return self._pairs("code", ".jp-CodeCell")

    @property
    def prose(self) -> list[tuple[NotebookNode, Locator]]:
        """The stored cells that are read, each with its place in the window."""
        return self._pairs("markdown", ".jp-MarkdownCell")

    def _pairs(self, kind: str, selector: str) -> list[tuple[NotebookNode, Locator]]:
        stored = [cell for cell in self.stored if cell.cell_type == kind]
        shown = self.page.locator(f"{PANEL} {selector}")
        expect(shown).to_have_count(len(stored), timeout=TO_LOAD)
        return list(zip(stored, shown.all(), strict=True))

    @property
    def place(self) -> str:
        """Where it stands in the course's folder."""
        return self.path.relative_to(self.lab.folder).as_posix()

    def open(self) -> None:
        """Open the lesson, and wait until all of it is there and its kernel waits for work."""
        # A workspace for each: JupyterLab opens again what was open in the last window.
        own = self.place.removesuffix(".ipynb").replace("/", "-")
        self.page.goto(self.lab.address(f"lab/workspaces/{own}/tree/{self.place}"))
        self.wait_for_kernel()
        assert self.code
        assert self.prose
        self.wait_for_pictures()

    def wait_for_kernel(self) -> None:
        """Wait until the status bar says so: before, "Run All Cells" does nothing, silently."""
        status = self.page.locator(".jp-StatusBar-TextItem", has_text=re.compile(r"\| Idle$"))
        expect(status).to_be_visible(timeout=TO_LOAD)

    def wait_for_pictures(self) -> None:
        """Wait until no picture is on its way."""
        self.page.wait_for_function(PICTURES_LOADED, arg=PANEL, timeout=TO_PAINT)

    def wait_for_formulas(self) -> None:
        """Wait until every formula is typeset, and every font is there."""
        wanted = [len(formulas_of(cell)) for cell in self.stored]
        self.page.wait_for_function(TYPESET, arg=[PANEL, wanted], timeout=TO_LOAD)

    def clear(self) -> None:
        """Empty every output, as a learner's own copy has them."""
        self.choose("Edit", "Clear Outputs of All Cells")
        expect(self.page.locator(f"{PANEL} .jp-OutputArea-child")).to_have_count(0)

    def run_all(self) -> None:
        """Empty every output, run every cell from the menu, and wait for the last."""
        self.clear()
        self.choose("Run", "Run All Cells")
        self.page.wait_for_function(HAS_RUN, arg=[PANEL, COMPLAINT], timeout=TO_RUN)
        self.wait_for_kernel()
        self.wait_for_pictures()

    def choose(self, menu: str, entry: str) -> None:
        """Choose an entry of the menu."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def resize(self, size: tuple[int, int]) -> None:
        """Change the size of the window, and wait until the notebook has followed."""
        width, height = size
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(
            "panel => document.querySelector(panel).getBoundingClientRect().right <= innerWidth",
            arg=PANEL,
            timeout=TO_PAINT,
        )

    @contextmanager
    def files_folded(self) -> Iterator[None]:
        """Fold the list of files, as `make lab` has it at first, and unfold it again."""
        for folded in (True, False):
            self.page.keyboard.press("Control+b")
            self.page.wait_for_function(FILES_FOLDED, arg=folded, timeout=TO_PAINT)
            if folded:
                yield

    def photograph(self, folder: Path) -> list[Path]:
        """Take pictures of the whole lesson, one for each windowful."""
        folder.mkdir(parents=True, exist_ok=True)
        width = self.page.evaluate("innerWidth")
        scroller = self.page.locator(SCROLLER)
        files: list[Path] = []
        end = False
        scroller.evaluate("at => { at.scrollTop = 0; }")
        while not end:
            files.append(folder / f"{self.path.stem}-{width}-{len(files) + 1:02}.png")
            self.page.screenshot(path=files[-1])
            end = scroller.evaluate(SCROLL_ON)
        return files

    def follow(self, link: Locator) -> str:
        """Click a link, return the path of what it opened in JupyterLab, and come back."""
        own = f'[title*="Path: {self.place}"]'
        link.click()
        other = self.page.locator(f'{CURRENT_TAB}[title*="Path: "]:not({own})')
        try:
            expect(other).to_be_visible(timeout=TO_PAINT)
        except AssertionError:
            return "nothing"
        path = (other.get_attribute("title") or "").partition("Path: ")[2].splitlines()[0]
        expect(self.page.locator(f"{PANEL} h1").first).to_be_visible(timeout=TO_LOAD)
        self.page.locator(f"{TABS}{own}").click()
        expect(self.page.locator(f"{CURRENT_TAB}{own}")).to_be_visible(timeout=TO_LOAD)
        return path


def open_lesson(browser: Browser, lab: Lab, path: Path) -> Lesson:
    """Open a lesson in a window of its own, and return it when it can be run."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    witness = Witness()
    witness.watch(context)
    lesson = Lesson(context.new_page(), lab, path, witness)
    lesson.open()
    lesson.as_stored += check_pictures(lesson)
    return lesson


# --- What is wrong with a lesson: a sentence for each problem -------------------------------------


def check_counts(lesson: Lesson) -> Iterator[str]:
    """Every cell ran, in order."""
    for number, (cell, shown) in enumerate(lesson.code, start=1):
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            continue  # its prompt is hidden, too
        prompt = shown.locator(".jp-InputPrompt").text_content()
        if prompt != f"[{number}]:":
            yield f"{cell.id}: its prompt is {prompt}, not [{number}]:."


def check_errors(lesson: Lesson) -> Iterator[str]:
    """No cell failed or complained."""
    for cell, shown in lesson.code:
        for output in shown.locator(COMPLAINT).all():
            yield f"{cell.id}: it says {(output.text_content() or '')[:300]!r}."


# A live figure is a canvas, named after its state, above a still picture that has no name.
PICTURES = ".jp-OutputArea img:not(.live-still), .jp-OutputArea canvas[role=img][aria-label]"
PICTURE = """at => {
    const live = at.closest('.live-figure');
    const still = live ? live.querySelector('.live-still') : at;
    const caption = live ? live.querySelector('.live-words').textContent : null;
    return [at.getAttribute(live ? 'aria-label' : 'alt'), caption, still.naturalWidth];
}"""


def check_pictures(lesson: Lesson) -> Iterator[str]:
    """Every figure is there once, painted, with the stored words as alternative text.

    A live figure says its state, which has to be the stored one.
    """
    for cell, shown in lesson.code:
        wanted = list(words_of(cell))
        pictures = shown.locator(PICTURES)
        try:
            expect(pictures).to_have_count(len(wanted), timeout=TO_PAINT)
        except AssertionError:
            yield f"{cell.id}: {pictures.count()} pictures, but {len(wanted)} stored."
        for picture, words in zip(pictures.all(), wanted, strict=False):
            alt, caption, width = picture.evaluate(PICTURE)
            if caption is None and alt != words:
                yield f"{cell.id}: the alternative text {differs(alt, words)}."
            if caption is not None and not (caption and caption in words and caption in alt):
                yield f"{cell.id}: the canvas says {alt!r}, the caption {caption!r}, not {words!r}."
            if not width:
                yield f"{cell.id}: the picture is not painted."


def differs(alt: str | None, words: str) -> str:
    """Say where an alternative text and the stored words part."""
    pairs = zip_longest((alt or "").splitlines(), words.splitlines(), fillvalue="")
    shown, stored = next((each for each in pairs if each[0] != each[1]), (alt, words))
    return f"says {shown!r}, the stored words are {stored!r}"


def words_of(cell: NotebookNode) -> Iterator[str]:
    """Yield the words of each stored picture."""
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            yield data.get("text/plain", "")


# How much is hidden or stands out at the right. A formula needs room to spare: on another machine
# its letters may be a little wider.
ROOM = 40
FIT = """([panel, room]) => [...document.querySelectorAll(`${panel} .jp-Cell`)].map(cell => {
    const box = element => element.getBoundingClientRect();
    const edge = box(cell).right;
    const said = [];
    for (const picture of cell.querySelectorAll('img')) {
        const {width, height, right} = box(picture);
        const shape = picture.naturalWidth / picture.naturalHeight * height / width;
        if (right > edge + 1) said.push(`a picture ends ${Math.round(right - edge)} px outside`);
        if (!width) said.push('a picture has no width');
        if (Math.abs(shape - 1) > 0.02) said.push(`a picture is stretched by ${shape.toFixed(2)}`);
    }
    for (const part of cell.querySelectorAll(
        '.jp-OutputArea-output, .jp-OutputArea-output pre, .jp-RenderedHTMLCommon'
        + ', .jp-RenderedHTMLCommon table')) {
        const hidden = part.scrollWidth - part.clientWidth;
        const outside = box(part).right - edge;
        if (hidden > 1 && part.clientWidth) said.push(
            `<${part.localName}> hides ${hidden} px, to be scrolled to`);
        if (outside > 1) said.push(
            `<${part.localName}> ends ${Math.round(outside)} px outside`);
    }
    for (const part of cell.querySelectorAll('mjx-container[display] > mjx-math')) {
        const left = Math.round(box(part.parentElement).width - box(part).width);
        if (!box(part).width) said.push('a formula has no width');
        if (left < room) said.push(`a formula leaves ${left} px of its line, not ${room}`);
    }
    return said;
})"""


def check_fit(lesson: Lesson) -> Iterator[str]:
    """No output or text is wider than its place, and no picture is stretched."""
    lesson.wait_for_formulas()
    for cell, problems in zip(lesson.stored, lesson.page.evaluate(FIT, [PANEL, ROOM]), strict=True):
        for said in problems:
            yield f"{cell.id}: {said}."


MATHS = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\(([\w./-]+\.ipynb)[)#]")


def formulas_of(cell: NotebookNode) -> list[str]:
    """Return the formulas in a cell's text."""
    if cell.cell_type != "markdown":
        return []
    return MATHS.findall(CODE.sub("", cell.source))


def check_maths(lesson: Lesson) -> Iterator[str]:
    """Every formula is typeset."""
    for cell, shown in lesson.prose:
        wanted = len(formulas_of(cell))
        if not wanted:
            continue
        shown.scroll_into_view_if_needed(timeout=TO_PAINT)
        formulas = shown.locator("mjx-container")
        try:
            expect(formulas).to_have_count(wanted, timeout=TO_PAINT)
        except AssertionError:
            yield f"{cell.id}: {formulas.count()} formulas typeset, but {wanted} written."
        for error in shown.locator("mjx-merror, [data-mjx-error]").all():
            yield f"{cell.id}: a formula says {error.text_content()!r}."


def check_links(lesson: Lesson) -> Iterator[str]:
    """Every link to another notebook is shown with the address of its file.

    JupyterLab opens what the address names: to follow each link would take minutes.
    """
    links = {}
    for cell, shown in lesson.prose:
        for target in LINK.findall(CODE.sub("", cell.source)):
            place = normpath(Path(lesson.place).parent / target)
            links[place] = cell.id, shown.locator(f'a[href*="/files/{place}"]').first
    for place, (name, link) in links.items():
        if not link.count():
            yield f"{name}: no link to {place} is shown."
        elif not (lesson.lab.folder / place).is_file():
            yield f"{name}: the link to {place} leads to no file."


def check_console(lesson: Lesson) -> Iterator[str]:
    """Nothing went wrong behind the scenes."""
    for error in lesson.witness.errors:
        yield f"{lesson.path.name}: the console says {error[:500]!r}."


def check_addresses(lesson: Lesson) -> Iterator[str]:
    """Nothing was asked of another machine."""
    for address in lesson.witness.strangers(lesson.lab.url):
        yield f"{lesson.path.name}: it asked {address}."


# axe-core judges what it can see: here all of it, in a window as high as the notebook. The body of
# JupyterLab has no height of its own, and hides, in the eyes of axe-core, whatever is outside it.
NOTHING_HIDDEN = ".jp-ThemedContainer { overflow: visible !important; }"


def check_access(lesson: Lesson, axe: Any) -> Iterator[str]:
    """Everyone can use what the lesson shows: axe-core finds nothing to object to."""
    scroller = lesson.page.locator(SCROLLER)
    lesson.resize((WIDE[0], scroller.evaluate("at => at.scrollHeight") + 200))
    scroller.evaluate("at => { at.scrollTop = 0; }")
    style = lesson.page.add_style_tag(content=NOTHING_HIDDEN)
    shown = [[f"{PANEL} .jp-OutputArea-output"], [f"{PANEL} .jp-RenderedMarkdown"]]
    answer = axe.run(lesson.page, context={"include": shown})
    for found in answer.response["violations"]:
        for node in found["nodes"]:
            yield f"{found['id']} ({found['impact']}): {found['help']}. {node['html'][:300]}"
    style.evaluate("at => at.remove()")
    lesson.resize(WIDE)
