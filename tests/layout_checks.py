"""What is wrong with the layouts of a live figure, in sentences: none if all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from figure_texts import smallest_letters, unreadable
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from lessons_lib.figures import Figure
from lessons_lib.live import Scene
from lessons_lib.live.layouts import stacked

PHONE = 320  # pixels that a narrow phone has for a figure
SMALLEST = 9  # pixels of the page

Layout = dict[str, Any]


def unfit(layouts: Sequence[Layout]) -> Iterator[str]:
    """Say which panels are missing, cut, or one upon another in the browser's layouts."""
    counts = [len(layout["axes"]) for layout in layouts]
    if len(set(counts)) != 1:
        yield f"the layouts have {' and '.join(map(str, counts))} panels"
    for layout in layouts:
        size = f"{layout['width']:.0f} × {layout['height']:.0f}"
        boxes = [box_of(panel) for panel in layout["axes"]]
        for number, box in enumerate(boxes):
            if min(box.min) < 0 or box.x1 > layout["width"] or box.y1 > layout["height"]:
                yield f"panel {number} of {size} is cut"
        for one, other in combinations(range(len(boxes)), 2):
            if boxes[one].overlaps(boxes[other]):
                yield f"panels {one} and {other} of {size} overlap"


def box_of(panel: dict[str, Any]) -> Bbox:
    """Return where the browser has a panel."""
    return Bbox.from_bounds(*(panel[side] for side in ("left", "top", "width", "height")))


def illegible(figure: Figure) -> Iterator[str]:
    """Say which texts cannot be read when the figure is stacked, on a phone."""
    with stacked(figure):
        yield from unreadable(figure)
        size, text = smallest_letters(figure)
        size *= PHONE / figure.bbox.width
        if size < SMALLEST:
            yield f"{text!r} has letters of {size:.1f} px, not {SMALLEST}"


def elsewhere(scene: Scene, layout: Layout, index: Sequence[int]) -> Iterator[str]:
    """Say which artists matplotlib and the browser have at different places in a state.

    The figure has to be laid out as the layout says.
    """
    scene.show(index)
    for each in scene.moving:
        artist = each.artist
        points = artist.get_xydata() if isinstance(artist, Line2D) else [artist.get_position()]
        panel = layout["axes"][scene.figure.axes.index(each.axes)]
        drawn = each.axes.transData.transform(np.reshape(points, (-1, 2)))
        drawn[:, 1] = layout["height"] - drawn[:, 1]
        painted = in_browser(panel, *np.reshape(points, (-1, 2)).T)
        near = (np.abs(drawn) < 1e4).all(axis=1)  # of what is far outside a browser paints nothing
        if not np.allclose(drawn[near], painted[near], atol=1e-3):
            yield f"{each.called} is elsewhere at {list(index)}"


def in_browser(panel: dict[str, Any], x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """Say where live.js paints points."""

    def fraction(axis: dict[str, Any], value: NDArray[Any]) -> NDArray[Any]:
        with np.errstate(all="ignore"):
            scaled = np.where(value <= 0, -1000, np.log10(value)) if axis["log"] else value
        return np.asarray((scaled - axis["low"]) / (axis["high"] - axis["low"]))

    across, up = fraction(panel["x"], x), fraction(panel["y"], y)
    left, top = panel["left"], panel["top"]
    places = [left + across * panel["width"], top + (1 - up) * panel["height"]]
    return np.stack(places, axis=-1)
