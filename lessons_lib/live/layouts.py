"""A figure's two layouts: wide, as it was drawn, and narrow, with its panels in one column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.gridspec import GridSpec
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.legend import Legend
from matplotlib.text import Text

from lessons_lib.figures import Figure
from lessons_lib.live.canvas import axes_on_canvas

NARROW = 4.25
"""Inches. Letters of 9 points are 9.4 pixels where a phone has 320 for the figure."""

SQUAT = 0.72
"""How high a panel is in the narrow layout, of the height of the wide figure."""

SHRUNK = 0.75
"""How far a page may shrink the wide layout: letters of 9 points are 12 pixels, and then 9."""

PICTURES = {"wide": ("png", "png_sharp"), "narrow": ("png_narrow",)}
"""The names under which the pictures travel: for screens with one pixel per pixel, and with two."""


def layouts_and_pictures(
    figure: Figure, moving: Sequence[Artist]
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Lay a figure out, wide and narrow, and draw what stands still in either.

    Parameters
    ----------
    figure : Figure
        With panels side by side. It keeps the wide layout.
    moving : sequence of Artist
        What is left out of the pictures.

    Returns
    -------
    list of dict, dict of bytes
        For each layout, the wider first, its size in pixels, the least width for which it is meant,
        the places of the panels, and the names of its pictures; and the pictures as PNG.
    """
    fix_layout(figure)
    wide = _layout(figure, SHRUNK * figure.bbox.width, PICTURES["wide"])
    with hidden(moving):
        pictures = {name: figure.png(number) for number, name in enumerate(PICTURES["wide"], 1)}
    with stacked(figure):
        with hidden(moving):
            pictures |= {name: figure.png() for name in PICTURES["narrow"]}
        narrow = _layout(figure, 0, PICTURES["narrow"])
    return [wide, narrow], pictures


def _layout(figure: Figure, least: float, pictures: Sequence[str]) -> dict[str, Any]:
    size = {"width": figure.bbox.width, "height": figure.bbox.height, "least": least}
    return {**size, "axes": axes_on_canvas(figure), "pictures": list(pictures)}


def fix_layout(figure: Figure) -> None:
    """Lay the figure out, and keep it so: axes must not move under what the browser draws."""
    if not isinstance(figure.get_layout_engine(), PlaceHolderLayoutEngine):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


@contextmanager
def hidden(artists: Sequence[Artist]) -> Iterator[None]:
    """Hide some artists for a while."""
    for artist in artists:
        artist.set_visible(False)
    try:
        yield
    finally:
        for artist in artists:
            artist.set_visible(True)


@contextmanager
def stacked(figure: Figure) -> Iterator[None]:
    """Stack the panels in one column for a while, and put everything back.

    Letters, markers and strokes keep their size. A legend that would cover a map, or is wider than
    the figure, goes below the panels. A contour's number that would be cut is left out.
    """
    panels = [ax for ax in figure.axes if ax.get_subplotspec()]  # and no bar of colours
    legends = [*figure.legends, *(legend for ax in panels for legend in _on_map(ax))]
    with _kept(figure), hidden(legends):
        column = GridSpec(len(panels), 1, figure=figure)
        for row, ax in enumerate(panels):
            ax.set_subplotspec(column[row])
        figure.legends = []
        figure.set_size_inches(NARROW, SQUAT * figure.get_figheight() * len(panels))
        room = _fold(figure, legends)
        figure.set_figheight(figure.get_figheight() + room / figure.dpi)
        _lay_out(figure, panels)
        with hidden([text for ax in panels for text in _cut_numbers(ax)]):
            yield


@contextmanager
def _kept(figure: Figure) -> Iterator[None]:
    """Put back afterwards what a figure's layout consists of."""
    (width, height), engine = figure.get_size_inches(), figure.get_layout_engine()
    legends, axes = figure.legends, figure.axes
    cells = [ax.get_subplotspec() for ax in axes]
    places = [ax.get_position(original=True).frozen() for ax in axes]
    shapes = [ax.get_position(original=False).frozen() for ax in axes]  # with equal scales, say
    try:
        yield
    finally:
        figure.legends = legends
        figure.set_size_inches(width, height)
        figure.set_layout_engine(engine)
        for ax, cell, place, shape in zip(axes, cells, places, shapes, strict=True):
            if cell is not None:
                ax.set_subplotspec(cell)
            ax.set_position(place, which="original")
            ax.set_position(shape, which="active")
            ax.set_in_layout(True)  # which a position of one's own ends


def _lay_out(figure: Figure, panels: Sequence[Axes]) -> None:
    """Lay the figure out anew, and keep it so. Nothing is drawn, which would take twice as long."""
    figure.set_layout_engine("constrained")
    engine = figure.get_layout_engine()
    assert engine is not None
    for _ in range(2 if len(panels) < len(figure.axes) else 1):  # a bar settles at the second time
        engine.execute(figure)
    figure.set_layout_engine("none")
    for ax in panels:
        ax.apply_aspect()


def _on_map(ax: Axes) -> list[Legend]:
    """Return the legend of a panel whose sides have one scale: there is little room beside it."""
    legend = ax.get_legend()
    return [legend] if legend and ax.get_aspect() != "auto" else []


def _fold(figure: Figure, legends: Sequence[Legend]) -> float:
    """Write the entries of legends below the panels; return how much room that takes, in pixels."""
    entries = [
        (handle, text)
        for legend in legends
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True)
    ]
    if not entries:
        return 0.0
    handles, texts = zip(*entries, strict=True)
    for columns in range(len(entries), 0, -1):
        legend = figure.legend(
            handles,
            [text.get_text() for text in texts],
            loc="outside lower center",
            ncols=columns,
            fontsize=min(text.get_fontsize() for text in texts),
        )
        if legend.get_window_extent().width <= figure.bbox.width or columns == 1:
            break
        legend.remove()
    return float(legend.get_window_extent().height)


def _cut_numbers(ax: Axes) -> Iterator[Text]:
    """Yield the contours' numbers that reach out of their panel."""
    for drawn in ax.collections:
        for text in drawn.labelTexts if isinstance(drawn, ContourSet) else ():
            box = text.get_window_extent()
            if not (ax.bbox.contains(*box.min) and ax.bbox.contains(*box.max)):
                yield text
