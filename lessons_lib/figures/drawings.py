"""The drawings that the lessons share: lines on data, paths on contours, curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array
from lessons_lib.figures.figure import Figure
from lessons_lib.figures.style import BLACK, GREY, LINE_STYLES, MARKERS, PALE, STYLE

Values = TypeVar("Values")


class Landscape(Protocol):
    """What a contour drawing needs of a problem: the loss over two parameters, and its minimum."""

    def value(self, theta: Array, /) -> Array:
        """Return the loss at positions of shape (..., 2)."""
        ...

    @property
    def minimiser(self) -> Array:
        """Where the loss is least."""
        ...


class PointsAndLine(Landscape, Protocol):
    """What a drawing of data needs: points (x, y), and lines given by intercept and slope."""

    @property
    def x(self) -> Array:
        """Inputs, shape (m,)."""
        ...

    @property
    def y(self) -> Array:
        """Targets, shape (m,)."""
        ...


def panels(
    *titles: str, xlabel: str, ylabel: str, width: float = 7.0, height: float = 4.0
) -> tuple[Figure, list[Axes]]:
    """Make an empty figure with one panel for each title, side by side.

    Parameters
    ----------
    *titles : str
        A title for each panel.
    xlabel, ylabel : str
        What the axes show, with the unit. Where panels differ, set the labels of each.
    width, height : float
        Size of the whole figure in inches.

    Returns
    -------
    Figure, list of Axes
        The figure and its panels.
    """
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(width, height)
        axes = list(figure.subplots(1, len(titles), squeeze=False)[0])
    for ax, title in zip(axes, titles, strict=True):
        ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return figure, axes


def panel(title: str, *, xlabel: str, ylabel: str) -> tuple[Figure, Axes]:
    """Make an empty figure with one panel.

    Parameters
    ----------
    title : str
        What the figure shows.
    xlabel, ylabel : str
        What the axes show, with the unit.

    Returns
    -------
    Figure, Axes
        The figure and its panel: draw into the panel, then show the figure.
    """
    figure, (ax,) = panels(title, xlabel=xlabel, ylabel=ylabel)
    return figure, ax


def curves(
    series: Mapping[str, ArrayLike],
    *,
    title: str,
    ylabel: str,
    xlabel: str = "iteration",
    x: ArrayLike | None = None,
    log: bool = False,
) -> Figure:
    """Draw one curve for each named series.

    Parameters
    ----------
    series : mapping from str to array_like
        The values of each curve, shape (n,), under the name that the legend gives it.
    title, xlabel, ylabel : str
        What the figure shows, and what its axes show, with the unit.
    x : array_like, optional
        Where the values stand; 0, 1, 2, … unless given.
    log : bool
        Whether the vertical axis is logarithmic.

    Returns
    -------
    Figure
        One panel.
    """
    figure, ax = panel(title, xlabel=xlabel, ylabel=ylabel)
    for name, values, colour in _coloured(series):
        y = np.asarray(values, dtype=float)
        where = np.arange(len(y)) if x is None else x
        ax.plot(where, y, color=colour, linestyle=LINE_STYLES[colour], label=name)
    if log:
        ax.set_yscale("log")
    ax.legend()
    return figure


def lines_on_data(
    problem: PointsAndLine, lines: Mapping[str, ArrayLike], *, title: str, ax: Axes | None = None
) -> Figure:
    """Draw the points, and a line for each named pair of intercept and slope.

    Parameters
    ----------
    problem : PointsAndLine
        Such as ``problems.noisy_line()``.
    lines : mapping from str to array_like of shape (2,)
        Intercept and slope under the name that the legend gives the line.
    title : str
        What the figure shows.
    ax : Axes, optional
        A panel to draw into; a figure of its own unless given.

    Returns
    -------
    Figure
        The figure drawn into.
    """
    ax = _panel(ax, title, xlabel="x", ylabel="y")
    _lines(ax, problem, lines)
    ax.legend()
    return _figure_of(ax)


def paths_on_contours(
    problem: Landscape,
    paths: Mapping[str, ArrayLike],
    *,
    title: str,
    xlabel: str = "intercept",
    ylabel: str = "slope",
    ax: Axes | None = None,
) -> Figure:
    """Draw paths, or single points, over the contours of a loss with two parameters.

    The minimum is in the middle and the frame holds all starts. A path that goes further leaves.

    Parameters
    ----------
    problem : Landscape
        The loss.
    paths : mapping from str to array_like of shape (n, 2) or (2,)
        Positions under the name that the legend gives the path.
    title, xlabel, ylabel : str
        What the figure shows, and the names of the two parameters.
    ax : Axes, optional
        A panel to draw into; a figure of its own unless given.

    Returns
    -------
    Figure
        The figure drawn into.
    """
    ax = _panel(ax, title, xlabel=xlabel, ylabel=ylabel)
    _paths(ax, problem, paths)
    figure = _figure_of(ax)
    if len(figure.axes) == 1:
        ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    else:
        ax.legend()
    return figure


def line_and_loss(
    problem: PointsAndLine, lines: Mapping[str, ArrayLike], *, titles: tuple[str, str]
) -> Figure:
    """Draw each line twice, side by side: through the data, and as a point of the loss.

    Parameters
    ----------
    problem : PointsAndLine
        Such as ``problems.noisy_line()``.
    lines : mapping from str to array_like of shape (2,)
        Intercept and slope under the name that the legend gives the line.
    titles : pair of str
        What the two panels show.

    Returns
    -------
    Figure
        Two panels.
    """
    figure, (left, right) = panels(*titles, xlabel="x", ylabel="y", width=9.5, height=4.2)
    right.set(xlabel="intercept", ylabel="slope")
    _lines(left, problem, lines)
    _paths(right, problem, lines)
    # The handles on the right have line style and marker, so that one legend serves both panels.
    figure.legend(handles=[*left.lines[:1], *right.lines], loc="outside right upper")
    return figure


def pictures(
    images: Mapping[str, ArrayLike],
    *,
    title: str,
    columns: int = 5,
    limits: tuple[float, float] = (0.0, 1.0),
) -> Figure:
    """Draw small grey pictures in rows, each under its name.

    Parameters
    ----------
    images : mapping from str to array_like of shape (rows, columns)
        The pictures, under their names.
    title : str
        What they are.
    columns : int
        How many stand side by side.
    limits : pair of float
        The value that is drawn white, and the one that is drawn black.

    Returns
    -------
    Figure
        A panel without scales for each picture.
    """
    rows = -(-len(images) // columns)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(1.3 * columns, 1.45 * rows + 0.4)
        axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    figure.suptitle(title, fontsize=11)
    for ax in axes:
        ax.set_axis_off()
    for (name, image), ax in zip(images.items(), axes, strict=False):
        ax.set_title(name, fontsize=10)
        ax.imshow(np.asarray(image, float), cmap="gray_r", vmin=limits[0], vmax=limits[1])
    for ax in axes[len(images) :]:
        ax.set_visible(False)
    return figure


def heat_map(
    ax: Axes, x: ArrayLike, y: ArrayLike, values: ArrayLike, *, name: str, missing: str
) -> None:
    """Draw a positive number for each pair of settings: the darker, the smaller.

    Both axes and the shades are logarithmic. Lightness alone says what the colours say. What is
    not finite is hatched.

    Parameters
    ----------
    ax : Axes
        The panel.
    x, y : array_like, shape (n,) and (m,)
        The settings, growing by a constant factor.
    values : array_like, shape (n, m)
        The numbers.
    name : str
        What they are, with the unit.
    missing : str
        What the hatched fields are.

    Raises
    ------
    ValueError
        If the settings of an axis do not grow by a constant factor, which its fields show.
    """
    table = np.asarray(values, dtype=float).T
    across, up = (_edges(np.asarray(each, dtype=float)) for each in (x, y))
    drawn = ax.pcolormesh(
        across,
        up,
        np.ma.masked_invalid(table),
        norm=LogNorm(),
        cmap="cividis",
        edgecolors="white",
        linewidth=0.5,
        label=name,
    )
    fields = [
        [
            (across[k], up[j]),
            (across[k + 1], up[j]),
            (across[k + 1], up[j + 1]),
            (across[k], up[j + 1]),
        ]
        for j, k in np.argwhere(~np.isfinite(table))
    ]
    if fields:
        hatched = PolyCollection(fields, label=missing, facecolor="white", edgecolor=GREY)
        hatched.set(hatch="xxx", linewidth=0)
        ax.add_collection(hatched)
    ax.set(xscale="log", yscale="log", xlim=across[[0, -1]], ylim=up[[0, -1]])
    ax.grid(visible=False)
    ax.minorticks_off()
    bar = _figure_of(ax).colorbar(drawn, ax=ax, label=name, pad=0.02)
    bar.dividers.set_visible(False)


def _edges(middles: Array) -> Array:
    """Return where the fields around these numbers end, on a logarithmic axis: (n,) → (n + 1,)."""
    factors = middles[1:] / middles[:-1]
    if not len(factors) or factors[0] <= 1 or not np.allclose(factors, factors[0]):
        raise ValueError(
            f"The settings {middles.round(4).tolist()} do not grow by a constant factor. A map"
            " needs two or more that do; try np.geomspace."
        )
    half = np.sqrt(factors[0])
    return np.append(middles / half, middles[-1] * half)


def _lines(ax: Axes, problem: PointsAndLine, lines: Mapping[str, ArrayLike]) -> None:
    """Draw the points, and the lines over them."""
    ax.plot(problem.x, problem.y, ".", color=GREY, label="data")
    ends = np.array([0.0, np.ceil(problem.x.max())])
    for name, theta, colour in _coloured(lines):
        intercept, slope = np.asarray(theta, dtype=float)
        ax.plot(
            ends,
            intercept + slope * ends,
            color=colour,
            linestyle=LINE_STYLES[colour],
            linewidth=2.2,
            label=name,
        )


def _paths(ax: Axes, problem: Landscape, paths: Mapping[str, ArrayLike]) -> None:
    """Draw the landscape, and the paths over it."""
    drawn = {name: np.atleast_2d(np.asarray(points, float)) for name, points in paths.items()}
    landscape(ax, problem, np.array([points[0] for points in drawn.values()]))
    for name, points, colour in _coloured(drawn):
        path(ax, points, label=name, colour=colour)


def landscape(
    ax: Axes, problem: Landscape, starts: ArrayLike, *, lettering: float | None = 8
) -> None:
    """Draw contours and minimum of a loss, with room for the given starts.

    Parameters
    ----------
    ax : Axes
        The panel.
    problem : Landscape
        The loss.
    starts : array_like, shape (n, 2)
        Positions that the frame has to hold.
    lettering : float or None
        The size of the numbers at the contours, in points. None where the frame is narrowed
        afterwards, and numbers would stand outside.
    """
    _contours(ax, problem, np.atleast_2d(np.asarray(starts, dtype=float)), lettering)
    ax.plot(
        *problem.minimiser,
        linestyle="none",
        color=BLACK,
        marker="*",
        markerfacecolor="white",
        markersize=16,
        label="minimum",
    )


def path(ax: Axes, points: ArrayLike, *, label: str, colour: str) -> Line2D:
    """Draw a path, with markers at its first steps and at some of the later ones.

    Parameters
    ----------
    ax : Axes
        The panel.
    points : array_like, shape (n, 2)
        The positions.
    label : str
        The name that the legend gives the path.
    colour : str
        One of the cycle's colours: it brings its line style and marker with it.

    Returns
    -------
    Line2D
        The artist.
    """
    x, y = np.asarray(points, dtype=float).T
    (line,) = ax.plot(
        x,
        y,
        color=colour,
        linestyle=LINE_STYLES[colour],
        linewidth=1.4,
        marker=MARKERS[colour],
        markeredgecolor="white",
        markeredgewidth=0.5,
        markersize=6,
        # Early steps are long and late ones short: mark fewer and fewer of them.
        markevery=np.unique(np.geomspace(1, len(x), 30).round().astype(int) - 1).tolist(),
        label=label,
    )
    return line


def _contours(ax: Axes, problem: Landscape, starts: Array, lettering: float | None) -> None:
    """Draw the contours of the loss in a square with the minimum in the middle.

    Both axes have the same scale, so that a right angle looks like one.
    """
    reach = 1.15 * np.abs(starts - problem.minimiser).max()
    horizontal, vertical = (
        np.linspace(middle - reach, middle + reach, 121) for middle in problem.minimiser
    )
    grid = np.stack(np.meshgrid(horizontal, vertical), axis=-1)
    loss = problem.value(grid)
    # Levels that grow quadratically stand at even distances in a bowl.
    levels = loss.min() + np.ptp(loss) * np.linspace(0.08, 0.96, 12) ** 2
    drawn = ax.contour(
        horizontal, vertical, loss, levels=levels, colors=PALE, linewidths=0.9, zorder=0
    )
    if lettering is not None:
        ax.clabel(drawn, levels=list(levels[1::3]), fmt="%.3g", fontsize=lettering, colors=GREY)
    ax.set(xlim=horizontal[[0, -1]], ylim=vertical[[0, -1]], aspect="equal")


def _coloured(series: Mapping[str, Values]) -> Iterator[tuple[str, Values, str]]:
    """Give each named series its colour, or say that there are too many to tell apart."""
    if len(series) > len(LINE_STYLES):
        raise ValueError(
            f"{len(series)} series are too many to tell apart in one panel; at most"
            f" {len(LINE_STYLES)} are allowed. Draw the others in a second panel."
        )
    for (name, values), colour in zip(series.items(), LINE_STYLES, strict=False):
        yield name, values, colour


def _panel(ax: Axes | None, title: str, *, xlabel: str, ylabel: str) -> Axes:
    """Return the given panel, or that of a new figure, with title and labels."""
    chosen = panel(title, xlabel=xlabel, ylabel=ylabel)[1] if ax is None else ax
    chosen.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return chosen


def _figure_of(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise ValueError("ax is no panel of a lessons_lib figure; make one with figures.panel.")
    return figure
