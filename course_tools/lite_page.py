"""JupyterLite in a window, and what a learner does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from course_tools.chromium import strangers

ROOM = "room.test"
"""A name of this machine that Chromium takes for another's."""

TO_LOAD = 180_000  # milliseconds, here and below: on two cores, busy with something else, too
TO_RUN = 600_000
TO_PAINT = 30_000

# Before, what is run does nothing, silently. After it, what is run waits until Python is there.
KERNEL_CHOSEN = re.compile(r"^Python .*\| (?!Initializing)")

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
COMPLAINT = '[data-mime-type="application/vnd.jupyter.stderr"]'

# A cell that has not been scrolled to is a placeholder, and has no prompt.
HAS_RUN = """([panel, complaint]) => {
    const said = document.querySelectorAll(`${panel} .jp-CodeCell .jp-InputPrompt`);
    const prompts = [...said].map(prompt => prompt.textContent).filter(text => text);
    const done = prompts.filter(text => /\\d/.test(text)).length;
    return !prompts.some(text => text.includes('*')) && done > 0
        && (done === prompts.length || document.querySelector(`${panel} ${complaint}`) !== null);
}"""


@dataclass
class Lite:
    """JupyterLite in a window of its own.

    Parameters
    ----------
    page : Page
        The window.
    url : str
        Where `lite/` is, with a slash at the end.
    addresses : list of str
        Where every request went.
    errors : list of str
        Exceptions that nobody caught.
    """

    page: Page
    url: str
    addresses: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def strangers(self) -> list[str]:
        """The addresses of other machines, whether they answered or not."""
        return strangers(self.addresses, self.url)

    def open(self, path: str) -> None:
        """Open a notebook by its address, as a link on a page does."""
        self.page.goto(f"{self.url}lab/index.html?path={path}")
        name = path.rpartition("/")[2]
        expect(self.current_tab).to_have_text(name, timeout=TO_LOAD)
        expect(self.page.locator(f"{PANEL} .jp-Cell").first).to_be_visible(timeout=TO_LOAD)
        status = self.page.locator(".jp-StatusBar-TextItem", has_text=KERNEL_CHOSEN)
        expect(status).to_be_visible(timeout=TO_LOAD)

    @property
    def current_tab(self) -> Locator:
        """The tab in front."""
        return self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current")

    def command(self, menu: str, item: str) -> None:
        """Choose from a menu."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def run_all(self) -> None:
        """Run all cells, and wait until the last has run."""
        self.command("Run", "Run All Cells")
        self.page.wait_for_function(
            HAS_RUN,
            arg=[PANEL, COMPLAINT],
            timeout=TO_RUN,
            polling=250,  # milliseconds; a window in which nothing moves may draw no more frames
        )

    def cell(self, opening: str) -> Locator:
        """Return the cell of code with these words in it."""
        return self.page.locator(f"{PANEL} .jp-CodeCell", has_text=opening).first

    def write(self, cell: Locator, code: str) -> None:
        """Replace what a cell holds, without the editor's own indents and brackets."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(code)

    def run(self, cell: Locator) -> None:
        """Run a cell, and wait until it has run."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(before, timeout=TO_LOAD)
        expect(prompt).to_have_text(re.compile(r"\d"), timeout=TO_LOAD)

    def save(self) -> None:
        """Save the notebook in front."""
        self.command("File", "Save Notebook")
        expect(self.current_tab).not_to_have_class(re.compile("jp-mod-dirty"))

    def picture(self, path: Path) -> None:
        """Keep a picture of the window."""
        self.page.screenshot(path=path)


@contextmanager
def open_window(browser: Browser, url: str) -> Iterator[Lite]:
    """Open a window with nothing stored in it."""
    context: BrowserContext = browser.new_context(viewport={"width": 1300, "height": 900})
    lite = Lite(context.new_page(), url)
    context.on("request", lambda request: lite.addresses.append(request.url))
    context.on("weberror", lambda raised: lite.errors.append(str(raised.error)))
    yield lite
    context.close()
