"""Python inside a page that does not let it see the reader's files: a channel between the two.

In a browser, Python runs beside the page. Over plain http from another machine a browser offers
no way to read the page's files from there, so progress would be gone with Python. The page keeps
it instead: what is added here is told to it, and to Python of other notebooks. What was kept
before comes as an answer, before the next cell runs.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "descent-to-momentum:progress"
"""The channel's, before the address of the site's JupyterLab: `site/lite/copies/` listens to it."""


@dataclass
class Page:
    """The page in which Python runs.

    Parameters
    ----------
    file : Path
        Where progress is kept as long as Python runs.
    channel : BroadcastChannel
        The browser's own: whoever listens to it hears all the others.
    asking : bool
        Whether the page has not yet said what it keeps.
    """

    file: Path
    channel: Any
    asking: bool = False

    def ask(self) -> None:
        """Ask the page for what it keeps."""
        self.asking = True
        self._say(ask=True)

    def tell(self, line: str) -> None:
        """Tell a line that has been added to the file."""
        self._say(line=line)

    def _say(self, **message: object) -> None:
        self.channel.postMessage(json.dumps(message, ensure_ascii=False))

    def hear(self, event: Any) -> None:
        """Write down what the page keeps, or a line that another notebook has told."""
        said = json.loads(event.data)
        here = self.file.read_text(encoding="utf-8") if self.file.exists() else ""
        if "line" in said:
            self.file.write_text(f"{here}\n{said['line']}\n", encoding="utf-8")
        elif "kept" in said and self.asking:
            self.file.write_text(f"{said['kept']}\n{here}", encoding="utf-8")
            self.asking = False


def connect(file: Path) -> Page:
    """Connect with the page in which Python runs, and ask for what it keeps.

    Parameters
    ----------
    file : Path
        Where progress is kept as long as Python runs.
    """
    browser, bridge = importlib.import_module("js"), importlib.import_module("pyodide.ffi")
    site = f"{browser.location.pathname.partition('/extensions/')[0]}/"
    page = Page(file, browser.BroadcastChannel.new(f"{NAME}:{site}"))
    page.channel.onmessage = bridge.create_proxy(page.hear)
    page.ask()
    return page
