"""The widget that shows a scene in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from lessons_lib.figures import Figure
from lessons_lib.live.layouts import layouts_and_pictures
from lessons_lib.live.packing import spec_and_table
from lessons_lib.live.scene import Scene
from lessons_lib.progress import recall, remember

HERE = Path(__file__).parent


class Live(anywidget.AnyWidget):
    """A scene in the browser.

    As the last value of a cell it is shown live where a kernel runs, and elsewhere as the picture
    of its start, with the same words.

    Parameters
    ----------
    *arguments, **options
        Those of :class:`lessons_lib.live.Scene`.
    """

    _esm = HERE / "live.js"
    _css = HERE / "live.css"
    spec = traitlets.Dict().tag(sync=True)
    tables = traitlets.Bytes().tag(sync=True)
    png = traitlets.Bytes().tag(sync=True)
    png_sharp = traitlets.Bytes().tag(sync=True)
    png_narrow = traitlets.Bytes().tag(sync=True)
    controls: traitlets.List[Any] = traitlets.List().tag(
        sync=True, **ipywidgets.widget_serialization
    )

    reached = traitlets.Bool().tag(sync=True)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.scene = Scene(*arguments, **options)
        name = self.scene.goal.name if self.scene.goal else ""
        spec, tables = spec_and_table(self.scene)
        moving = [each.artist for each in self.scene.moving]
        layouts, pictures = layouts_and_pictures(self.scene.figure, moving)
        controls = [control.widget() for control in self.scene.controls]
        super().__init__(
            spec={**spec, "layouts": layouts},
            tables=tables,
            **pictures,
            controls=controls,
            reached=name in recall("goal"),
        )
        if name:
            self.observe(lambda _: remember("goal", name), "reached")
        if self.scene.compute is not None:
            self.on_msg(self._compute)

    def draw(self, index: Sequence[int]) -> Figure:
        """Set the figure to the state in which control k has its value number index[k]."""
        return self.scene.show(index)

    def close(self) -> None:
        """Let go of the browser's half, and of the controls'."""
        for control in self.controls:
            control.close()
        super().close()

    def _compute(self, _: Any, message: dict[str, Any], __: Any) -> None:
        """Answer the browser's question for a state that is not in the table."""
        if message.get("kind") != "compute":
            return
        buffers = [b""] * len(self.scene.computed)  # if the state fails, so that others can follow
        try:
            rows = [self.scene.numbers(name, message["index"]) for name in self.scene.computed]
            buffers = [row.astype(np.float32).tobytes() for row in rows]
        finally:
            self.send({"kind": "computed", "index": message["index"]}, buffers)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give a notebook the widget, the picture of its start, and its words."""
        words = self.scene.describe()
        data, metadata = self.scene.figure.bundle(words)
        live = super()._repr_mimebundle_(**options)
        widget = {} if live is None else live[0]
        return {**widget, **data}, metadata
