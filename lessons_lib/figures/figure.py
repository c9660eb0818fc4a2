"""A matplotlib figure that carries its description wherever it is shown."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import Any

import matplotlib.figure
import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from lessons_lib.figures.description import describe
from lessons_lib.figures.style import STYLE

PIXELS_PER_INCH = 96
"""Of a browser."""

SHARPNESS = 2
"""A figure is drawn with so many pixels for one of the browser's, for sharp screens and print."""

COLOURS = 256
"""Enough for lines and their soft edges, at a third of the size."""


class Figure(matplotlib.figure.Figure):
    """A figure in the course's look.

    Everything that matplotlib offers works on it. As the last value of a cell, it is shown as a
    picture, with its words as alternative text.

    Parameters
    ----------
    width, height : float
        Size in inches, of which a browser makes 96 pixels each.
    """

    def __init__(self, width: float = 7.0, height: float = 4.0) -> None:
        super().__init__(figsize=(width, height), dpi=PIXELS_PER_INCH, layout="constrained")
        FigureCanvasAgg(self)

    def png(self, sharpness: int = SHARPNESS) -> bytes:
        """Return the picture as PNG; the same figure gives the same bytes.

        Parameters
        ----------
        sharpness : int
            How many pixels to draw for one of the browser's.
        """
        drawn, packed = self._drawn(PIXELS_PER_INCH * sharpness), BytesIO()
        picture = drawn.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        picture.save(packed, "png", optimize=True)
        return packed.getvalue()

    def _drawn(self, dpi: float) -> Image.Image:
        """Draw once. ``savefig`` draws twice, and packs pixels that would be unpacked again."""
        canvas: Any = FigureCanvasAgg(self)
        before = self.get_dpi()
        try:
            self.set_dpi(dpi)
            with matplotlib.style.context(["default", STYLE]):
                canvas.draw()
            return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        finally:
            self.set_dpi(before)

    def bundle(self, words: str) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        """Return what a notebook shows: the picture, and words as text and as alternative text.

        JupyterLab gives the pictures that it shows itself no alternative text. It prefers HTML,
        which can have it. Where no HTML is shown, there is the picture alone.
        """
        png = b64encode(self.png()).decode("ascii")
        width, height = (round(inches * PIXELS_PER_INCH) for inches in self.get_size_inches())
        size = {"width": width, "height": height}
        html = (
            f'<img src="data:image/png;base64,{png}" width="{width}" height="{height}"'
            f' alt="{escape(words)}">'
        )
        data = {"image/png": png, "text/html": html, "text/plain": words}
        return data, {"image/png": {**size, "alt": words}}

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        return self.bundle(describe(self))
