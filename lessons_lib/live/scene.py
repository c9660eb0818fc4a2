"""A figure, its controls and what follows them: everything but the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array
from lessons_lib.figures import Figure, describe
from lessons_lib.live.canvas import axes_on_canvas, line_on_canvas, text_on_canvas
from lessons_lib.live.checks import (
    check_artists,
    check_goal,
    check_names,
    check_points,
    check_readout,
    check_sentence,
)
from lessons_lib.live.controls import Control
from lessons_lib.live.parts import Goal, Moving, Readout
from lessons_lib.live.table import Table, as_float32, pack, tabulate
from lessons_lib.live.words import pieces, written

Index = Sequence[int]
Compute = Callable[..., Mapping[str, ArrayLike]]
Source = Table | str  # numbers in the table, or the name of what the kernel computes

ABOVE = 10  # the legend and the frame: a browser paints what moves on top of what stands still


class Scene:
    """A figure of which some artists follow controls.

    Parameters
    ----------
    figure : Figure
        Complete, with the artists that move in it.
    controls : sequence of Control
        What the learner moves.
    moving : sequence of Moving
        What follows.
    words : str
        A sentence for every state, with names of controls and readouts in braces:
        "At learning rate {lr} the loss is {loss:.3f}."
    readouts : mapping from str to Readout
        The numbers behind those names.
    goal : Goal, optional
        What the learner is asked to reach.
    compute : callable, optional
        Takes the value of each control by its name, and returns the named coordinates and readouts
        of that state.

    Raises
    ------
    ValueError
        If an artist is not in the figure, a shape does not fit its controls, a coordinate at the
        start is not a number, a name is unknown, or the table is over its budget.
    """

    def __init__(
        self,
        figure: Figure,
        controls: Sequence[Control],
        moving: Sequence[Moving],
        *,
        words: str,
        readouts: Mapping[str, Readout] | None = None,
        goal: Goal | None = None,
        compute: Compute | None = None,
    ) -> None:
        self.figure, self.controls, self.moving = figure, tuple(controls), tuple(moving)
        self.words, self.goal, self.compute = words, goal, compute
        self.start = [control.start for control in self.controls]
        self._answer: tuple[list[int], Mapping[str, ArrayLike]] | None = None
        check_names(self.controls, readouts or {})
        check_artists(figure, self.moving, self.controls)
        for each in self.moving:
            each.artist.set_zorder(each.artist.get_zorder() + ABOVE)
        lines = [each.artist for each in self.moving if isinstance(each.artist, Line2D)]
        self._every = {line: line.get_markevery() for line in lines}
        self._looks = [look(each.artist) for each in self.moving]
        self.places = [(self._source(each, "x"), self._source(each, "y")) for each in self.moving]
        self.readouts = {name: self._number(name, r) for name, r in (readouts or {}).items()}
        check_sentence(words, self.controls, self.readouts, "The sentence")
        for each in self.moving:
            check_sentence(each.text, self.controls, self.readouts, f"The text of {each.called}")
        if goal is not None:
            check_goal(goal, self.controls, self.readouts)
        self._check_start()
        self.show(self.start)

    # --- What it is made of

    @property
    def tables(self) -> list[Table]:
        """Every table, once."""
        sources = [*(each for pair in self.places for each in pair), *self.readouts.values()]
        return list(dict.fromkeys(each for each in sources if isinstance(each, Table)))

    @property
    def computed(self) -> list[str]:
        """The names of what the kernel computes, once each."""
        sources = [*(each for pair in self.places for each in pair), *self.readouts.values()]
        return list(dict.fromkeys(each for each in sources if isinstance(each, str)))

    def _source(self, each: Moving, side: str) -> Source:
        values = each.x if side == "x" else each.y
        if isinstance(values, str):
            return values
        name = f"{side} of {each.called}"
        return tabulate(name, values, each.over.split(), self.controls, points=True)

    def _number(self, name: str, readout: Readout) -> Source:
        if isinstance(readout.values, str):
            return readout.values
        over = readout.over.split()
        return tabulate(f"readout {name!r}", readout.values, over, self.controls, points=False)

    # --- States

    def numbers(self, source: Source, index: Index) -> Array:
        """Return the numbers of a source in a state."""
        if isinstance(source, Table):
            return source.row(index)
        answer = self.answer(index)
        if source not in answer:
            raise ValueError(
                f"compute returned {', '.join(answer) or 'nothing'}; {source!r} is missing."
            )
        row = np.atleast_1d(as_float32(f"{source!r} from compute", answer[source]))
        if row.ndim > 1:
            raise ValueError(
                f"{source!r} from compute has shape {row.shape}; it must be a number or a list of"
                " them, for the state that is asked for."
            )
        return row.astype(np.float64)

    def answer(self, index: Index) -> Mapping[str, ArrayLike]:
        """Compute a state, or remember it if it was the last one."""
        if self.compute is None:
            raise ValueError(f"{self.computed[0]!r} is to be computed, but compute is not given.")
        if self._answer is None or self._answer[0] != list(index):
            values = {c.name: c.values[k] for c, k in zip(self.controls, index, strict=True)}
            answer = self.compute(**values)
            if not isinstance(answer, Mapping):
                raise ValueError(
                    f"compute returned {answer!r}; it must be a dict of named numbers."
                )
            self._answer = list(index), answer
        return self._answer[1]

    def points(self, number: int, index: Index) -> tuple[Array, Array]:
        """Return the coordinates of a moving artist's points in a state."""
        x, y = (self.numbers(source, index) for source in self.places[number])
        show = self.moving[number].show
        if show == "all":
            return x, y
        step = index[self.position("step")]
        shown = slice(step if show == "now" else 0, step + 1)
        return x[shown], y[shown]

    def show(self, index: Index) -> Figure:
        """Set the figure to a state, and return it."""
        for number, each in enumerate(self.moving):
            x, y = self.points(number, index)
            if isinstance(each.artist, Line2D):
                each.artist.set_data(x, y)
                self._show_markers(each.artist, len(x))
            else:
                each.artist.set_position((x[-1], y[-1]))
                each.artist.set_text(self.fill(each.text, index))
        return self.figure

    def _show_markers(self, line: Line2D, n: int) -> None:
        """Mark only points that are shown; matplotlib refuses the numbers of others."""
        every = self._every.get(line)
        if isinstance(every, list):
            line.set_markevery([number for number in every if number < n])

    def position(self, name: str) -> int:
        """Return which control has this name."""
        return [control.name for control in self.controls].index(name)

    def value(self, name: str, index: Index) -> Any:
        """Return the value of a readout or a control in a state."""
        if name in self.readouts:
            return float(self.numbers(self.readouts[name], index)[0])
        return self.controls[self.position(name)].values[index[self.position(name)]]

    # --- Words

    def fill(self, template: str, index: Index) -> str:
        """Write the values of a state into a sentence."""
        return "".join(
            text + ("" if name is None else self._written(name, form, index))
            for text, name, form in pieces(template)
        )

    def _written(self, name: str, form: str, index: Index) -> str:
        if not form and name not in self.readouts:
            position = self.position(name)
            return self.controls[position].labels[index[position]]
        return written(self.value(name, index), form)

    def sentence(self, index: Index) -> str:
        """Say in words what a state is: the figure's sentence, what left the frame, the goal."""
        outside = ", ".join(self.outside(index))
        gone = [f"Outside the frame: {outside}."] if outside else []
        reached = ["Goal reached."] if self.reached(index) else []
        return " ".join([self.fill(self.words, index), *gone, *reached])

    def outside(self, index: Index) -> Iterator[str]:
        """Name the moving lines whose last point is not in the frame."""
        for number, each in enumerate(self.moving):
            label = label_of(each)
            x, y = self.points(number, index)
            if label and len(x) and not _in_frame(_axes_of(each), x[-1], y[-1]):
                yield label

    def reached(self, index: Index) -> bool:
        """Whether the goal is met in a state."""
        return self.goal is not None and all(
            self.value(name, index) < bound if relation == "<" else self.value(name, index) > bound
            for name, relation, bound in self.goal.conditions
        )

    def describe(self) -> str:
        """Describe the figure at its start, its controls and its goal."""
        self.show(self.start)
        controls = [
            f"- {c.label}: {', '.join(c.labels)}; now {c.labels[c.start]}"
            if c.kind == "choice"
            else f"- {c.label}: {c.labels[0]} to {c.labels[-1]} in {len(c.values)} places; now"
            f" {c.labels[c.start]}"
            for c in self.controls
        ]
        goal = [f"Goal: {self.goal.text}"] if self.goal else []
        lines = [describe(self.figure), "Controls:", *controls, self.sentence(self.start), *goal]
        return "\n".join(lines)

    # --- For the browser

    def background(self) -> tuple[bytes, bytes]:
        """Return what stands still as PNG, for screens with one and with two pixels per pixel."""
        self.settle()
        for each in self.moving:
            each.artist.set_visible(False)
        try:
            return self.figure.png(1), self.figure.png(2)
        finally:
            for each in self.moving:
                each.artist.set_visible(True)

    def settle(self) -> None:
        """Lay the figure out, and keep it so: axes must not move under what the browser draws."""
        if self.figure.get_layout_engine() is not None:
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")

    def packed(self) -> tuple[dict[str, Any], bytes]:
        """Return everything that the browser needs to know, and the table."""
        self.settle()
        places, buffer = pack(self.tables)
        return {
            "title": " ".join(ax.get_title() + "." for ax in self.figure.axes),
            "width": self.figure.bbox.width,
            "height": self.figure.bbox.height,
            "axes": axes_on_canvas(self.figure),
            "controls": [
                {"name": c.name, "label": c.label, "kind": c.kind, "start": c.start}
                | {"values": list(c.values)}
                for c in self.controls
            ],
            "tables": places,
            "streamed": len(self.computed),
            "artists": sorted(
                map(self._artist, range(len(self.moving))), key=lambda a: a["zorder"]
            ),
            "readouts": {name: self._reference(source) for name, source in self.readouts.items()},
            "words": pieces(self.words),
            "goal": self.goal
            and {"text": self.goal.text, "conditions": list(self.goal.conditions)},
        }, buffer

    def _artist(self, number: int) -> dict[str, Any]:
        each, (x, y) = self.moving[number], self.places[number]
        return self._looks[number] | {
            "axes": self.figure.axes.index(_axes_of(each)),
            "clip": each.artist.get_clip_on(),
            "zorder": each.artist.get_zorder(),
            "label": label_of(each),
            "show": each.show,
            "steps": None if each.show == "all" else self.position("step"),
            "x": self._reference(x),
            "y": self._reference(y),
            "text": pieces(each.text),
        }

    def _reference(self, source: Source) -> dict[str, int]:
        if isinstance(source, Table):
            return {"table": self.tables.index(source)}
        return {"streamed": self.computed.index(source)}

    def _check_start(self) -> None:
        for each, (x, y) in zip(self.moving, self.places, strict=True):
            check_points(
                each, self.numbers(x, self.start), self.numbers(y, self.start), self.controls
            )
        for name, source in self.readouts.items():
            check_readout(name, self.numbers(source, self.start), self.controls)


def look(artist: Line2D | Text) -> dict[str, Any]:
    """Say how an artist looks on a canvas."""
    return line_on_canvas(artist) if isinstance(artist, Line2D) else text_on_canvas(artist)


def label_of(each: Moving) -> str:
    """Return the name that the legend gives an artist, if it gives one."""
    label = str(each.artist.get_label())
    return "" if label.startswith("_") else label


def _axes_of(each: Moving) -> Axes:
    ax = each.artist.axes
    assert isinstance(ax, Axes)
    return ax


def _in_frame(ax: Axes, x: float, y: float) -> bool:
    """Whether a point is inside the axes, give or take half a pixel."""
    with np.errstate(all="ignore"):
        place = ax.transData.transform((x, y))
    box = ax.bbox.padded(0.5)
    return bool(box.contains(*place))
