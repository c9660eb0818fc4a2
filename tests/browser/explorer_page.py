"""Explorers in JupyterLab, moved as a learner moves them, beside the same scenes in Python."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import hand_made
import numpy as np
from lab_server import Lab
from lesson_page import PANEL, TO_PAINT, Lesson, Witness
from nbformat import v4 as nbformat_v4
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from lessons_lib import explorers
from lessons_lib.live import Live, Scene
from lessons_lib.problems import noisy_line

V4: Any = nbformat_v4  # its functions carry no types
Picture = NDArray[np.int16]

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
SETUP = """import time

import hand_made
from lessons_lib import explorers
from lessons_lib.problems import noisy_line

line = noisy_line()
runs = 0"""
WIDEST = 1600  # room for a figure in its own size, beside the file browser
# Not in the first run, which is that of all cells
SLEEP = "runs += 1\ntime.sleep(600 * (runs > 1))"

NUMBERS_ONLY = re.compile(r"^\d+( \d+)*$")
NAMES = ("line_and_loss", "descent", "race", "styles", "texts", "formats", "slow")
MORE = 3  # of the last explorer, to make ten


def make(name: str) -> Live:
    """Make an explorer of the lessons, or of the tests."""
    if hasattr(explorers, name):
        return getattr(explorers, name)(noisy_line())
    return getattr(hand_made, name)()


def source(name: str) -> str:
    """Return the cell that makes it."""
    if hasattr(explorers, name):
        return f"explorers.{name}(line)"
    return f"hand_made.{name}()"


def write_notebook(path: Path) -> None:
    """Write a notebook with an explorer in each cell, and a cell that can keep the kernel busy."""
    shutil.copy(hand_made.__file__, path.parent)
    cells = [V4.new_markdown_cell("# Explorers", id="title"), V4.new_code_cell(SETUP, id="setup")]
    cells += [V4.new_code_cell(source(name), id=name.replace("_", "-")) for name in NAMES]
    cells.append(V4.new_code_cell(f"for _ in range({MORE}):\n    display(explorers.race(line))"))
    cells[-1].id = "more"
    cells.append(V4.new_code_cell(SLEEP, id="sleep"))
    path.write_text(V4.writes(V4.new_notebook(cells=cells, metadata=KERNEL)), "utf-8")


@dataclass
class Wire:
    """What the page says to the kernel, and which states are asked for and answered, in order."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every message of a page."""
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.extend(self._note(frame)))
        socket.on("framereceived", self._note)

    def _note(self, frame: bytes | str) -> list[dict[str, Any]]:
        if isinstance(frame, str):
            return []
        message = unpacked(frame)
        if message.get("data", {}).get("method") == "custom":
            self.states.append(message["data"]["content"]["kind"])
        return [message]


def most_unanswered(states: Sequence[str]) -> int:
    """Return how many states were asked for at most, one after the other, without an answer."""
    waiting = [0]
    for each in states:
        waiting.append(waiting[-1] + (1 if each == "compute" else -1))
    return max(waiting)


def unpacked(frame: bytes) -> dict[str, Any]:
    """Read a message of the protocol v1.kernel.websocket.jupyter.org: its type and its content."""
    count = int.from_bytes(frame[:8], "little")
    at = [int.from_bytes(frame[8 * k : 8 * k + 8], "little") for k in range(1, count + 1)]
    header, content = (json.loads(frame[at[k] : at[k + 1]]) for k in (1, 4))
    return {"type": header["msg_type"], **content}


@dataclass(frozen=True)
class Explorer:
    """An explorer in the page.

    Parameters
    ----------
    page : Page
        The window.
    place : Locator
        Where it is in the window.
    scene : Scene
        The same, made by this process.
    """

    page: Page
    place: Locator
    scene: Scene

    @property
    def stage(self) -> Locator:
        return self.place.locator(".live-stage")

    @property
    def canvas(self) -> Locator:
        return self.place.locator("canvas")

    def handle(self, control: str) -> Locator:
        """Return what a learner takes hold of."""
        row = self.place.locator(".live-row").nth(self.scene.position(control))
        return row.locator(".noUi-handle, select")

    def index(self) -> list[int]:
        """Return the state that is painted."""
        return [int(number) for number in str(self.canvas.get_attribute("data-state")).split()]

    def words(self) -> str:
        """Return what a screen reader says of the picture."""
        return str(self.canvas.get_attribute("aria-label"))

    def expect(self, index: Sequence[int], timeout: float = TO_PAINT) -> None:
        """Wait until a state is painted."""
        state = " ".join(map(str, index))
        expect(self.canvas).to_have_attribute("data-state", state, timeout=timeout)

    def move(self, index: Sequence[int]) -> None:
        """Click where each slider should be, and mend with the arrow keys what the mouse missed."""
        for control, wanted in zip(self.scene.controls, index, strict=True):
            self.move_one(control.name, wanted)
        self.expect(index)

    def move_one(self, name: str, wanted: int) -> None:
        """Move one control to a value's number."""
        at, handle = self.scene.position(name), self.handle(name)
        control = self.scene.controls[at]
        if control.kind == "choice":
            handle.select_option(index=wanted)
            return
        if self.index()[at] == wanted:
            return
        self.place.page.mouse.click(*self.position(name, wanted))
        handle.focus()
        rest = wanted - int(float(str(handle.get_attribute("aria-valuenow"))))
        for _ in range(abs(rest)):
            self.page.keyboard.press("ArrowRight" if rest > 0 else "ArrowLeft")

    def position(self, name: str, number: float) -> tuple[float, float]:
        """Return where on the page a slider's handle is for a value's number."""
        row = self.place.locator(".live-row").nth(self.scene.position(name))
        row.scroll_into_view_if_needed()
        box = row.locator(".noUi-base").bounding_box()
        assert box is not None
        share = number / (len(self.scene.controls[self.scene.position(name)].values) - 1)
        return box["x"] + share * box["width"], box["y"] + box["height"] / 2

    def mark(self, index: Sequence[int], number: int | None = None) -> tuple[float, float]:
        """Return where on the page a mark is in a state; the first that a hand can move."""
        if number is None:
            number = next(k for k, each in enumerate(self.scene.moving) if each.drag)
        x, y = (side[-1] for side in self.scene.points(number, index))
        ax = self.scene.moving[number].axes
        across, up = ax.transData.transform((x, y))
        box = self.canvas.bounding_box()
        assert box is not None
        scale = box["width"] / self.scene.figure.bbox.width
        down = self.scene.figure.bbox.height - up
        return box["x"] + across * scale, box["y"] + down * scale

    def screenshot(self) -> Picture:
        """Take a picture of the figure, as the learner sees it."""
        return opened(self.stage.screenshot(animations="allow"))


def opened(png: bytes) -> Picture:
    """Return the pixels of a picture: rows, columns, and red, green and blue."""
    return np.asarray(Image.open(BytesIO(png)).convert("RGB"), dtype=np.int16)


@dataclass(frozen=True)
class Explorers:
    """A notebook of explorers, open and run."""

    lesson: Lesson
    wire: Wire
    scenes: dict[str, Scene]

    @property
    def page(self) -> Page:
        return self.lesson.page

    def __getitem__(self, name: str) -> Explorer:
        place = self.page.locator(f"{PANEL} .live-figure").nth(NAMES.index(name))
        place.scroll_into_view_if_needed()
        return Explorer(self.page, place, self.scenes[name])


@contextmanager
def opened_explorers(
    browser: Browser, lab: Lab, scenes: dict[str, Scene], *, ratio: float = 1
) -> Iterator[Explorers]:
    """Open and run the notebook in a window with so many pixels for one of the page's."""
    path = lab.folder / "notebooks" / f"97_explorers_{ratio:g}.ipynb"  # one for each window
    write_notebook(path)
    context = browser.new_context(
        viewport={"width": WIDEST, "height": 1000}, device_scale_factor=ratio
    )
    witness, wire = Witness(), Wire()
    witness.watch(context)
    page = context.new_page()
    wire.watch(page)
    lesson = Lesson(page, lab, path, witness)
    lesson.open()
    run_all(lesson)
    yield Explorers(lesson, wire, scenes)
    context.close()
    lab.stop_kernels()


def run_all(lesson: Lesson) -> None:
    """Run every cell, and wait until every explorer is painted."""
    lesson.run_all()
    stages = lesson.page.locator(f"{PANEL} .live-figure canvas")
    expect(stages).to_have_count(len(NAMES) + MORE, timeout=TO_PAINT)
    for stage in stages.all():
        stage.scroll_into_view_if_needed()
        expect(stage).to_have_attribute("data-state", NUMBERS_ONLY, timeout=TO_PAINT)
