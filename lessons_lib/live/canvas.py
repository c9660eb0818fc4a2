"""Say to a browser's canvas how matplotlib would draw an artist, and where.

A canvas measures in pixels from the upper left corner, matplotlib in points from the lower left.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from lessons_lib.figures import Figure
from lessons_lib.figures.style import CYCLE

if TYPE_CHECKING:  # nothing else loads this module, and only a checker of types reads it
    from matplotlib.typing import ColorType

POINTS_PER_INCH = 72
BASELINES = {
    "baseline": "alphabetic",
    "bottom": "bottom",
    "center": "middle",
    "center_baseline": "middle",
    "top": "top",
}
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


def axes_on_canvas(figure: Figure) -> list[dict[str, Any]]:
    """Say where each panel is, and what its axes show.

    The figure must have been laid out. Raises ValueError for a scale other than linear or
    logarithmic to base 10.
    """
    height = figure.bbox.height
    return [
        {
            "left": ax.bbox.x0,
            "top": height - ax.bbox.y1,
            "width": ax.bbox.width,
            "height": ax.bbox.height,
            "x": _axis(ax, "x"),
            "y": _axis(ax, "y"),
        }
        for ax in figure.axes
    ]


def _axis(ax: Axes, name: str) -> dict[str, Any]:
    axis = ax.xaxis if name == "x" else ax.yaxis
    low, high = (float(end) for end in axis.get_view_interval())  # high first if inverted
    scale = axis.get_scale()
    base = getattr(axis.get_transform(), "base", 10)
    if scale not in ("linear", "log") or base != 10:
        raise ValueError(
            f"The {name} axis of {ax.get_title()!r} has the scale {scale!r}; in a live figure it"
            " must be 'linear', or 'log' to base 10."
        )
    log = scale == "log"
    return {"log": log, "low": log10(low) if log else low, "high": log10(high) if log else high}


def artist_on_canvas(artist: Line2D | Text) -> dict[str, Any]:
    """Say how a line or a text looks.

    Raises ValueError as the two functions below do.
    """
    return line_on_canvas(artist) if isinstance(artist, Line2D) else text_on_canvas(artist)


def line_on_canvas(line: Line2D) -> dict[str, Any]:
    """Say how a line looks: colour, width, dashes and markers.

    Raises ValueError if it is drawn in steps, or marked in a way that does not suit all states.
    """
    if line.get_drawstyle() != "default":
        raise ValueError(
            f"The line {line.get_label()!r} has the drawstyle {line.get_drawstyle()!r}; in a live"
            " figure it must be 'default', straight from point to point."
        )
    pixels = _pixels_per_point(line)
    drawn = line.get_linestyle() not in ("None", "", " ")
    # In points; matplotlib keeps them to itself, and names even a pattern of one's own "--".
    dashes = line._dash_pattern[1] or ()  # type: ignore[attr-defined]
    return {
        "kind": "line",
        "colour": _css(line.get_color(), line.get_alpha()),
        "width": line.get_linewidth() * pixels if drawn else 0,
        "dash": [float(length * pixels) for length in dashes],
        "marker": _marker(line, pixels),
    }


def text_on_canvas(text: Text) -> dict[str, Any]:
    """Say how a text looks: colour, size and alignment.

    Raises ValueError if it is turned.
    """
    if text.get_rotation() != 0:
        raise ValueError(
            f"The text {text.get_text()!r} is turned by {text.get_rotation():g} degrees; in a live"
            " figure it must be level."
        )
    return {
        "kind": "text",
        "colour": _css(text.get_color(), text.get_alpha()),
        "size": float(text.get_fontsize()) * _pixels_per_point(text),
        "align": text.get_horizontalalignment(),
        "baseline": BASELINES[text.get_verticalalignment()],
    }


def _pixels_per_point(artist: Line2D | Text) -> float:
    figure = artist.get_figure(root=True)
    if figure is None:
        raise ValueError(f"{artist} is in no figure.")
    return figure.dpi / POINTS_PER_INCH


def _css(colour: ColorType, alpha: float | None = None) -> str:
    """Return a colour as browsers read it, opacity included; "none" is a colour without any."""
    with mpl.rc_context({"axes.prop_cycle": CYCLE}):  # that "C0" and its like come from
        return to_hex(to_rgba(colour, alpha), keep_alpha=True)


def _marker(line: Line2D, pixels: float) -> dict[str, Any] | None:
    style = MarkerStyle(line.get_marker(), line.get_fillstyle())
    if not np.size(style.get_path().vertices):
        return None
    size, alpha = line.get_markersize() * pixels, line.get_alpha()
    shape = style.get_path().transformed(style.get_transform() + Affine2D().scale(size, -size))
    return {
        "path": _svg(shape),
        "filled": style.is_filled(),
        "fill": _css(line.get_markerfacecolor(), alpha),
        "edge": _css(line.get_markeredgecolor(), alpha),
        "edge_width": line.get_markeredgewidth() * pixels,
        "join": str(style.get_joinstyle()),
        "every": _every(line),
    }


def _every(line: Line2D) -> list[int] | None:
    """Return the numbers of the points that have a marker; nothing means all of them."""
    every = line.get_markevery()
    if every is None or every == 1:
        return None
    if isinstance(every, list) and all(type(number) is int and number >= 0 for number in every):
        return [int(number) for number in every]
    raise ValueError(
        f"The line {line.get_label()!r} has markevery={every!r}; in a live figure it must be None"
        " or a list of whole numbers from 0 on."
    )


def _svg(path: Path) -> str:
    """Write a path as browsers read it."""
    words = []
    for vertices, code in path.iter_segments(simplify=False):
        if code == Path.CLOSEPOLY:
            words.append("Z")
        elif code in LETTERS:
            words.append(LETTERS[code] + " ".join(f"{number:.4g}" for number in vertices))
    return " ".join(words)
