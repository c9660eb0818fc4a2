"""Say in words what a figure shows, from the data in its artists.

The words are for whoever cannot see the picture, and for the test that runs the lessons, which
compares them where it cannot compare pictures. So each number is rounded relative to the range of
its axis: what no eye would see, another machine may compute differently. And every list of points
ends with a checksum, which changes with each point that moves by what an eye would see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import matplotlib.figure
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection, PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.lines import AxLine, Line2D
from matplotlib.patches import Patch, PathPatch, Polygon
from matplotlib.quiver import Quiver
from matplotlib.text import Annotation, Text
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array
from lessons_lib.figures.rounding import FRAME, Rounding, checksum, significant
from lessons_lib.figures.style import COLOUR_NAMES

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
    "v": "triangles that point down",
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
    panels = [ax for ax in figure.axes if ax.get_visible()]
    lines = [f"Figure with {len(panels)} panels."] if len(panels) > 1 else []
    lines += [
        f'- text "{text.get_text()}"'
        for text in (figure.texts if figure.get_visible() else [])
        if text.get_visible() and text.get_text()
    ]
    for number, ax in enumerate(panels, start=1):
        prefix = f"Panel {number}: " if len(panels) > 1 else "Figure: "
        lines += [prefix + _heading(ax), *(f"- {item}" for item in _items(ax))]
    return "\n".join(lines)


def _heading(ax: Axes) -> str:
    titles = filter(None, [ax.get_title("left"), ax.get_title(), ax.get_title("right")])
    title = f"{'; '.join(titles) or 'no title'}."
    if not ax.axison:  # a picture without scales
        return title
    return f"{title} {_axis(ax.xaxis, 'x')}; {_axis(ax.yaxis, 'y')}."


def _axis(axis: Axis, name: str) -> str:
    low, high = map(rounding_of(axis), axis.get_view_interval())
    label = axis.get_label_text() or "no label"
    scale = {"linear": "", "log": ", logarithmic"}.get(axis.get_scale(), f", {axis.get_scale()}")
    return f"{name} axis: {label}, {low} to {high}{scale}"


def _items(ax: Axes) -> Iterator[str]:
    """Describe what is drawn in one panel, in the order of drawing."""
    bars = [drawn for drawn in ax.containers if isinstance(drawn, BarContainer)]
    drawn_by_others = {
        *(
            text
            for each in ax.collections
            if isinstance(each, ContourSet)
            for text in each.labelTexts
        ),
        *(bar for each in bars for bar in each),
        *(ax.patch, ax.xaxis, ax.yaxis, *ax.spines.values(), ax.get_legend()),
    }
    for each in bars:
        if any(bar.get_visible() for bar in each):
            yield _bars(each, rounding_of(ax.xaxis), rounding_of(ax.yaxis))
    for artist in ax.get_children():
        is_title = isinstance(artist, Text) and artist not in ax.texts
        if artist.get_visible() and artist not in drawn_by_others and not is_title:
            yield _item(artist, ax)


def _item(artist: Artist, ax: Axes) -> str:
    """Describe one artist; of a kind that is not known here, at least say that it is there."""
    x, y = rounding_of(ax.xaxis), rounding_of(ax.yaxis)
    if isinstance(artist, Line2D):
        return _line(artist, ax, x, y)
    if isinstance(artist, ContourSet):
        levels = np.asarray(artist.levels, dtype=float)
        return f"{_label(artist, 'contours')}: {len(levels)} levels, {_values(levels)}"
    if isinstance(artist, AxesImage):
        values = _filled(artist.get_array())
        rows, columns = values.shape[:2]
        return f"{_label(artist, 'image')}: {rows} by {columns} cells, {_values(values)}"
    if isinstance(artist, Collection):
        return _collection(artist, x, y)
    if isinstance(artist, Text):
        place = artist.xy if isinstance(artist, Annotation) else artist.get_position()
        return f'text "{artist.get_text()}" at {_point(place, x, y)}'
    if isinstance(artist, Patch):
        return _patch(artist, ax, x, y)
    return _label(artist, type(artist).__name__)


def _line(line: Line2D, ax: Axes, x: Rounding, y: Rounding) -> str:
    name = f"{_label(line, 'line')}: {_look(line)}"
    if isinstance(line, AxLine):
        ends = [_point(xy, x, y) for xy in (line.get_xy1(), line.get_xy2()) if xy is not None]
        slope = "" if len(ends) == 2 else f" with slope {significant(line.get_slope())}"
        return f"{name} without end, through {' and '.join(ends)}{slope}"
    points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)])
    if not len(points):
        return f"{name}, empty"
    match line.get_transform().contains_branch_seperately(ax.transData):
        case True, True:
            return f"{name}, {_points(points, x, y)}"
        case False, True:
            return f"{name} across at y = {y(points[0, 1])}"
        case True, False:
            return f"{name} upright at x = {x(points[0, 0])}"
    return f"{name} in the frame's own measure, {_points(points, FRAME, FRAME)}"


def _look(line: Line2D) -> str:
    """Name the colour of a line, its style and its marker."""
    colour = to_hex(line.get_color())
    style = STYLE_NAMES.get(str(line.get_linestyle()), "")
    marker = MARKER_NAMES.get(str(line.get_marker()), f"{line.get_marker()} markers")
    if marker and line.get_markerfacecolor() == "none":
        marker = f"hollow {marker}"
    drawn = " with ".join(filter(None, [style, marker])) or "without line or marker"
    return f"{COLOUR_NAMES.get(colour, colour)} {drawn}"


def _collection(drawn: Collection, x: Rounding, y: Rounding) -> str:
    """Describe points by their places, an area by its outline, arrows by both ends, or a mesh."""
    if isinstance(drawn, QuadMesh):
        return _mesh(drawn, x, y)
    if isinstance(drawn, Quiver):
        parts = " and ".join(_values(_filled(part)) for part in (drawn.U, drawn.V))
        return f"{_label(drawn, 'arrows')}: {_points(_filled(drawn.XY), x, y)}; parts {parts}"
    if isinstance(drawn, PathCollection):
        kind, places = "points", _filled(drawn.get_offsets())
    else:
        outlines = [np.empty((0, 2)), *(np.asarray(path.vertices) for path in drawn.get_paths())]
        kind, places = "area", np.concatenate(outlines)
    shape = f"{'' if kind == 'points' else 'outline of '}{_points(places, x, y)}"
    shades = drawn.get_array()
    coloured = "" if shades is None else f"; coloured by values {_values(_filled(shades))}"
    return f"{_label(drawn, kind)}: {shape}{coloured}"


def _mesh(mesh: QuadMesh, x: Rounding, y: Rounding) -> str:
    """Describe coloured cells by two opposite corners of them all, and by their values."""
    corners = np.asarray(mesh.get_coordinates())
    rows, columns = (size - 1 for size in corners.shape[:2])
    ends = f"from {_point(corners[0, 0], x, y)} to {_point(corners[-1, -1], x, y)}"
    values = _values(_filled(mesh.get_array()))
    return f"{_label(mesh, 'mesh')}: {rows} by {columns} cells {ends}, {values}"


def _bars(bars: BarContainer, x: Rounding, y: Rounding) -> str:
    """Describe bars by the middles of their ends."""
    along = bars.orientation == "horizontal"
    ends = [
        (bar.get_x() + bar.get_width() / (2 - along), bar.get_y() + bar.get_height() / (1 + along))
        for bar in bars
    ]
    return f"{_label(bars, 'bars')}: {_points(np.array(ends), x, y)}"


def _patch(patch: Patch, ax: Axes, x: Rounding, y: Rounding) -> str:
    outline = patch.get_path().transformed(patch.get_patch_transform())
    name = _label(patch, type(patch).__name__.lower())
    low, high = outline.get_extents().min, outline.get_extents().max
    match patch.get_data_transform().contains_branch_seperately(ax.transData):
        case True, False:
            return f"{name}: upright from x = {x(low[0])} to {x(high[0])}"
        case False, True:
            return f"{name}: across from y = {y(low[1])} to {y(high[1])}"
        case False, False:
            x = y = FRAME
            name += " in the frame's own measure"
    if isinstance(patch, Polygon | PathPatch):
        return f"{name}: outline of {_points(np.asarray(outline.vertices), x, y)}"
    return f"{name}: {_point(low, x, y)} to {_point(high, x, y)}"


def _points(points: Array, x: Rounding, y: Rounding) -> str:
    """Count the points, and give the first, the last, and the spread of both coordinates."""
    if not len(points):
        return "empty"
    if len(points) == 1:
        return f"1 point at {_point(points[0], x, y)}"
    ends = f"from {_point(points[0], x, y)} to {_point(points[-1], x, y)}"
    if len(points) == 2:
        return f"2 points {ends}"
    across, up = points[:, 0], points[:, 1]
    return (
        f"{len(points)} points {ends}; x {_spread(across, x)}; y {_spread(up, y)}; "
        f"checksum {checksum([x.steps(across), y.steps(up)])}"
    )


def _point(point: Sequence[float] | Array, x: Rounding, y: Rounding) -> str:
    return f"({x(float(point[0]))}, {y(float(point[1]))})"


def _spread(values: Array, number: Callable[[float], str]) -> str:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return "without finite values"
    undefined = values.size - finite.size
    gaps = f", {undefined} not finite" if undefined else ""
    low, high, mean = finite.min(), finite.max(), finite.mean()
    return f"least {number(low)}, greatest {number(high)}, mean {number(mean)}{gaps}"


def _values(values: Array) -> str:
    """Describe values that no axis shows, rounded relative to their own spread."""
    finite = values[np.isfinite(values)]
    own = Rounding(finite.min(), finite.max()) if len(finite) else FRAME
    return f"{_spread(values, significant)}, checksum {checksum([own.steps(values)])}"


def _filled(values: ArrayLike | None) -> Array:
    """Return values as floats, with "not a number" where they are masked."""
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)


def _label(artist: Artist | BarContainer, otherwise: str) -> str:
    label = str(artist.get_label() or "_")
    return otherwise if label.startswith("_") else label


def rounding_of(axis: Axis) -> Rounding:
    """Return the function that writes numbers with the precision an eye has on this axis."""
    low, high = axis.get_view_interval()
    return Rounding(float(low), float(high), axis.get_scale() == "log")
