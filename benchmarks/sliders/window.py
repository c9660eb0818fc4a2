"""One way of making the figure, in JupyterLab in a window of its own, and a hand at its slider."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import psutil
import websocket
from driving.probe import QUIET, Probe, delay
from driving.traffic import watch
from lab_server import Lab
from lesson_page import PANEL, TO_PAINT, check_errors, open_lesson
from playwright.sync_api import Browser

from sliders.report import Drag, Move

HERE = Path(__file__).parent
OUTPUT = f"{PANEL} .jp-OutputArea"
PICTURE = f"{OUTPUT} :is(img, canvas)"
HANDLE = f"{OUTPUT} .noUi-handle"  # the first is that of the learning rate
WHOLE = f"{PANEL} .jp-Cell-outputArea"
TRACK = f"{OUTPUT} .noUi-base"
PULL = (0.75, 0.9)  # of the picture's width: both are in the panel of the curves
PLACES = 31  # of this slider
FIND = "import sys\n\nsys.path.insert(0, {!r})\nfrom sliders.shared import tell_process\n\n"
QUIET_AFTER_DRAG = 1500  # milliseconds


class Window:
    """A notebook that has run, with the slider of its figure under the hand.

    Parameters
    ----------
    browser : Browser
        With its debugging port open.
    port : int
        This port.
    lab : Lab
        Where the notebook's kernel runs.
    way : str
        The name of a file in ``ways``.
    """

    def __init__(self, browser: Browser, port: int, lab: Lab, way: str) -> None:
        path = lab.folder / "notebooks" / f"{way}.ipynb"
        nbformat.write(notebook(way), path)
        self.way = way
        lesson = open_lesson(browser, lab, path)
        self.page = lesson.page
        self.probe = Probe(self.page, PANEL, PICTURE)
        lesson.run_all()
        if problems := list(check_errors(lesson)):
            raise RuntimeError("\n".join(problems))
        self.handle = self.page.locator(HANDLE).first
        self.page.locator(PICTURE).first.wait_for(timeout=TO_PAINT)
        self.page.locator(WHOLE).last.evaluate("at => at.scrollIntoView()")
        self.page.wait_for_timeout(QUIET_AFTER_DRAG)
        self.kernel = psutil.Process(int(path.with_suffix(".pid").read_text("utf-8")))
        session = self.page.context.new_cdp_session(self.page)
        target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
        self.debugger = f"ws://127.0.0.1:{port}/devtools/page/{target}"
        self.traffic = watch(self.page)

    def press(self, key: str) -> Move:
        """Press an arrow key on the slider, and wait until the answer stands in the picture."""
        sent, received, cpu = self.traffic.sent, self.traffic.received, self._cpu_seconds()
        seen = self.probe.press(self.handle, key)
        return self._move_seen(seen, sent, received, cpu)

    def _move_seen(self, seen: dict[str, Any], sent: int, received: int, cpu: float) -> Move:
        return Move(
            milliseconds=delay(seen),
            sent=self.traffic.sent - sent,
            received=self.traffic.received - received,
            cpu_milliseconds=1000 * (self._cpu_seconds() - cpu),
        )

    def pull(self) -> Move:
        """Take the mark at the end of a curve, and drag it by some steps, as :meth:`press` does."""
        canvas = self.page.locator(f"{OUTPUT} canvas").bounding_box()
        assert canvas is not None
        height = canvas["y"] + canvas["height"] / 2
        taken, let_go = (canvas["x"] + canvas["width"] * share for share in PULL)
        self.page.mouse.move(taken, height)
        self.page.mouse.down()
        self.page.wait_for_timeout(QUIET)
        sent, received, cpu = self.traffic.sent, self.traffic.received, self._cpu_seconds()
        self.probe.expect(1)
        self.page.mouse.move(let_go, height)
        seen = self.probe.settled()
        move = self._move_seen(seen, sent, received, cpu)
        self.page.mouse.up()
        self.page.locator(HANDLE).last.press("End")  # the step, where the others have it
        self.page.wait_for_timeout(QUIET)
        return move

    def drag(self, places: Sequence[int], seconds: float) -> Drag:
        """Drag the handle from its first place, the first of these, over all others."""
        self.handle.press("Home")
        self.page.wait_for_timeout(QUIET_AFTER_DRAG)
        track = self.page.locator(TRACK).first.bounding_box()
        assert track is not None
        across = [track["x"] + track["width"] * place / (PLACES - 1) for place in places]
        height = track["y"] + track["height"] / 2
        self.page.mouse.move(across[0], height)
        self.page.mouse.down()
        self.probe.expect(len(across) - 1)
        self._move(across[1:], height, seconds)
        seen = self.probe.settled(QUIET_AFTER_DRAG)
        self.page.mouse.up()
        last = seen["inputs"][-1]
        frame = self.page.evaluate("probe.frame(30)")
        elsewhere, back = (
            self.probe.press(self.handle, key)["picture"] for key in ("ArrowRight", "ArrowLeft")
        )
        return Drag(
            events=len(seen["inputs"]),
            seconds=(last - seen["inputs"][0]) / 1000,
            pictures=seen["frames"],
            pictures_after=len(seen["changes"]),
            lag_milliseconds=delay(seen),
            lag_frames=delay(seen) / frame,
            ends_right=seen["picture"] == back != elsewhere,
        )

    def _move(self, across: Sequence[float], height: float, seconds: float) -> None:
        """Move the mouse as a hand does: not waiting for the browser to follow."""
        hand = websocket.create_connection(self.debugger, suppress_origin=True)
        start = time.perf_counter()
        for number, x in enumerate(across):
            time.sleep(max(0.0, start + seconds * number / len(across) - time.perf_counter()))
            moved = {"type": "mouseMoved", "x": x, "y": height, "button": "left", "buttons": 1}
            order = {"id": number, "method": "Input.dispatchMouseEvent", "params": moved}
            hand.send(json.dumps(order))
        for _ in across:
            hand.recv()
        hand.close()

    def _cpu_seconds(self) -> float:
        times = self.kernel.cpu_times()
        return float(times.user + times.system)


def notebook(way: str) -> nbformat.NotebookNode:
    """Return a notebook that makes the figure in one way."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    tell = FIND.format(str(HERE.parent)) + f"tell_process({way!r})"
    source = (HERE / "ways" / f"{way}.py").read_text("utf-8")
    cells = [
        nbformat.v4.new_markdown_cell(f"# {way}", id="title"),
        nbformat.v4.new_code_cell(tell, id="tell-process"),
        nbformat.v4.new_code_cell(source, id="figure"),
    ]
    return nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=cells)
