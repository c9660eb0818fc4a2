"""Say in words what a figure shows, from the data in its artists.

The words are for whoever cannot see the picture, and for the test that runs the lessons, which
compares them where it cannot compare pictures. So each number is rounded relative to the range of
its axis: what no eye would see, another machine may compute differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor, isfinite, log10

import matplotlib.figure
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import NDArray

from lessons_lib.figures.style import COLOUR_NAMES

Numbers = Callable[[float], str]
Points = NDArray[np.float64]

DIGITS = 4
STYLE_NAMES = {
    "-": "solid line",
    "--": "dashed line",
    "-.": "dash-dotted line",
    ":": "dotted line",
}
MARKER_NAMES = {
    "None": "",
    "": "",
    "o": "circles",
    "s": "squares",
    "^": "triangles",
    "D": "diamonds",
    ".": "dots",
    "*": "star",
    "x": "crosses",
}


def describe(figure: matplotlib.figure.Figure) -> str:
    """Describe a figure: its panels, their axes, and what is drawn there.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure. Artists that are hidden are left out.

    Returns
    -------
    str
        A paragraph for each panel, an item for each artist. Values have 4 significant digits,
        relative to the range of their axis.
    """
    panels = figure.axes
    lines = [f"Figure with {len(panels)} panels."] if len(panels) > 1 else []
    for number, ax in enumerate(panels, start=1):
        prefix = f"Panel {number}: " if len(panels) > 1 else "Figure: "
        lines += [prefix + _heading(ax), *(f"- {item}" for item in _items(ax))]
    return "\n".join(lines)


def _heading(ax: Axes) -> str:
    title = ax.get_title() or "no title"
    return f"{title}. {_axis(ax.xaxis, 'x')}; {_axis(ax.yaxis, 'y')}."


def _axis(axis: Axis, name: str) -> str:
    low, high = map(rounded(axis), axis.get_view_interval())
    label = axis.get_label_text() or "no label"
    scale = ", logarithmic" if axis.get_scale() == "log" else ""
    return f"{name} axis: {label}, {low} to {high}{scale}"


def _items(ax: Axes) -> Iterator[str]:
    """Describe what is drawn in one panel, in the order of drawing."""
    contour_labels = {
        text
        for drawn in ax.collections
        if isinstance(drawn, ContourSet)
        for text in drawn.labelTexts
    }
    for artist in ax.get_children():
        if artist.get_visible() and artist not in contour_labels:
            item = _item(artist, ax)
            if item:
                yield item


def _item(artist: Artist, ax: Axes) -> str:
    """Describe one artist, or return nothing for the frame, the axes and the legend."""
    x, y = rounded(ax.xaxis), rounded(ax.yaxis)
    if isinstance(artist, Line2D):
        return _line(artist, ax, x, y)
    if isinstance(artist, ContourSet):
        levels = np.asarray(artist.levels, dtype=float)
        return (
            f"{_label(artist, 'contours')}: {len(levels)} levels, {_spread(levels, _significant)}"
        )
    if isinstance(artist, AxesImage):
        values = np.asarray(artist.get_array(), dtype=float)
        return (
            f"{_label(artist, 'image')}: {values.shape[0]} by {values.shape[1]} cells, "
            + _spread(values, _significant)
        )
    if isinstance(artist, Collection):
        return _collection(artist, x, y)
    if isinstance(artist, Text) and artist.get_text() and artist in ax.texts:
        return f'text "{artist.get_text()}" at {_point(artist.get_position(), x, y)}'
    if isinstance(artist, Patch) and artist in ax.patches:
        corners = artist.get_path().transformed(artist.get_patch_transform()).get_extents()
        box = f"{_point(corners.min, x, y)} to {_point(corners.max, x, y)}"
        return f"{_label(artist, type(artist).__name__.lower())}: {box}"
    return ""


def _line(line: Line2D, ax: Axes, x: Numbers, y: Numbers) -> str:
    points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)])
    name = f"{_label(line, 'line')}: {_look(line)}"
    x_is_data, y_is_data = line.get_transform().contains_branch_seperately(ax.transData)
    if not len(points):
        return f"{name}, empty"
    if not x_is_data:
        return f"{name} across at y = {y(points[0, 1])}"
    if not y_is_data:
        return f"{name} upright at x = {x(points[0, 0])}"
    return f"{name}, {_points(points, x, y)}"


def _look(line: Line2D) -> str:
    """Name the colour of a line, its style and its marker."""
    colour = to_hex(line.get_color())
    style = STYLE_NAMES.get(str(line.get_linestyle()), "")
    marker = MARKER_NAMES.get(str(line.get_marker()), f"{line.get_marker()} markers")
    drawn = " with ".join(filter(None, [style, marker]))
    return f"{COLOUR_NAMES.get(colour, colour)} {drawn}"


def _collection(drawn: Collection, x: Numbers, y: Numbers) -> str:
    """Describe scattered points by their places, an area or arrows by their outline."""
    if isinstance(drawn, PathCollection):
        places = np.ma.getdata(drawn.get_offsets()).astype(float)
        return f"{_label(drawn, 'points')}: {_points(places, x, y)}"
    outlines = [np.asarray(path.vertices) for path in drawn.get_paths()]
    return f"{_label(drawn, 'area')}: outline of {_points(np.concatenate(outlines), x, y)}"


def _points(points: Points, x: Numbers, y: Numbers) -> str:
    """Count the points, and give the first, the last, and the spread of both coordinates."""
    if len(points) == 1:
        return f"1 point at {_point(points[0], x, y)}"
    ends = f"from {_point(points[0], x, y)} to {_point(points[-1], x, y)}"
    if len(points) == 2:
        return f"2 points {ends}"
    return (
        f"{len(points)} points {ends}; x {_spread(points[:, 0], x)}; y {_spread(points[:, 1], y)}"
    )


def _point(point: Points | tuple[float, float], x: Numbers, y: Numbers) -> str:
    return f"({x(float(point[0]))}, {y(float(point[1]))})"


def _spread(values: Points, number: Numbers) -> str:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return "without finite values"
    undefined = values.size - finite.size
    gaps = f", {undefined} not finite" if undefined else ""
    low, high, mean = finite.min(), finite.max(), finite.mean()
    return f"least {number(low)}, greatest {number(high)}, mean {number(mean)}{gaps}"


def _label(artist: Artist, otherwise: str) -> str:
    label = str(artist.get_label())
    return otherwise if not label or label.startswith("_") else label


def rounded(axis: Axis) -> Numbers:
    """Return the function that writes numbers with the precision an eye has on this axis."""
    low, high = axis.get_view_interval()
    if axis.get_scale() == "log" or low == high:
        return _significant
    step = _power_below(abs(high - low)) - DIGITS + 1
    edge = max(abs(low), abs(high))
    return lambda value: _significant(value) if abs(value) > 10 * edge else _write(value, step)


def _significant(value: float) -> str:
    if value == 0:
        return "0"
    return _write(value, _power_below(abs(value)) - DIGITS + 1 if isfinite(value) else 0)


def _power_below(size: float) -> int:
    """Return the power of ten of a size; the nudge keeps 999.99…9 and 1000 together."""
    return floor(log10(size * (1 + 1e-9)))


def _write(value: float, power: int) -> str:
    """Write a value rounded to whole multiples of 10**power.

    The nudge moves the boundary between rounding up and down away from numbers such as 0.5, which
    people choose and which arithmetic hits with a last digit that varies between machines.
    """
    if not isfinite(value):
        return str(value)
    written = floor(value / 10.0**power + 0.5 + 1e-6) * 10.0**power
    if abs(written) >= 1e8 or power < -7:
        return f"{written:.6g}"
    decimals = f"{written:.{max(-power, 0)}f}"
    return decimals.rstrip("0").rstrip(".") if "." in decimals else decimals
