"""What is wrong with the texts of a figure: cut at an edge, or one upon another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from matplotlib._mathtext import SHRINK_FACTOR
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox

SLACK = 1.0  # pixels by which a text may reach out, or into another


def unreadable(figure: Figure) -> Iterator[str]:
    """Yield a sentence for each text that a reader would not see, or not alone.

    Parameters
    ----------
    figure : Figure
        The figure. It is laid out, but not changed.
    """
    figure.draw_without_rendering()
    shown = [(text, outline(text)) for ax in figure.axes for text in texts_of(ax)]
    for text, path in shown:
        clip = text.get_clip_box() if text.get_clip_on() else None
        if not within(path.get_extents(), clip or figure.bbox):
            yield f"{text.get_text()!r} is cut"
    for (one, path), (other, other_path) in combinations(shown, 2):
        if path.intersects_path(other_path, filled=True):
            yield f"{one.get_text()!r} and {other.get_text()!r} overlap"
    for legend in legends_of(figure):
        box = legend.get_window_extent()
        named = " and ".join(repr(text.get_text()) for text in legend.get_texts())
        if not within(box, figure.bbox):
            yield f"the legend of {named} is cut"
        frame = Path.unit_rectangle().transformed(Affine2D().scale(*box.size).translate(*box.min))
        for text, path in shown:
            if path.intersects_path(frame, filled=True):
                yield f"the legend of {named} and {text.get_text()!r} overlap"


def smallest_letters(figure: Figure) -> tuple[float, str]:
    """Return the size of a figure's smallest letters, in its own pixels, and the text they are in.

    An exponent or an index counts with its own size.
    """
    texts = [text for ax in figure.axes for text in texts_of(ax)]
    texts += [text for legend in legends_of(figure) for text in legend.get_texts()]
    return min((letters_of(text) * figure.dpi / 72, text.get_text()) for text in texts)


def legends_of(figure: Figure) -> list[Legend]:
    """Return the legends that are shown: the figure's own, and those of its panels."""
    legends = [*figure.legends, *filter(None, (ax.get_legend() for ax in figure.axes))]
    return [legend for legend in legends if legend.get_visible()]


def letters_of(text: Text) -> float:
    """Return the size of a text's smallest letters in points."""
    formula = any(sign in text.get_text() for sign in ("^", "_{", "_\\"))
    return float(text.get_fontsize()) * (SHRINK_FACTOR if formula else 1)


def texts_of(ax: Axes) -> list[Text]:
    """Return the texts that are drawn with an axes: titles, labels, ticks' labels, and others."""
    titles = [ax.title, ax._left_title, ax._right_title]
    texts = [*titles, *ax.texts]
    for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
        low, high = sorted(axis.get_view_interval())
        ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        inside = [tick for tick in ticks if low <= tick.get_loc() <= high]
        texts += [axis.label, axis.get_offset_text()]
        texts += [label for tick in inside for label in (tick.label1, tick.label2)]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def outline(text: Text) -> Path:
    """Return the rectangle around a text, turned as the text is, a little smaller."""
    centre = np.mean(text.get_window_extent().get_points(), axis=0)
    angle = text.get_rotation()
    text.set_rotation(0)
    box = text.get_window_extent()
    text.set_rotation(angle)
    size = np.maximum(box.size - 2 * SLACK, 1)
    turned = Affine2D().translate(-0.5, -0.5).scale(*size).rotate_deg(angle).translate(*centre)
    return Path.unit_rectangle().transformed(turned)


def within(box: Bbox, frame: Bbox) -> bool:
    """Whether a box is inside a frame."""
    return bool((box.min >= frame.min - SLACK).all() and (box.max <= frame.max + SLACK).all())
