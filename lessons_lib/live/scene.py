"""A figure, its controls and what follows them: what every state shows and says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from lessons_lib.arguments import Array
from lessons_lib.figures import Figure, describe
from lessons_lib.live.canvas import artist_on_canvas
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
from lessons_lib.live.sentences import formatted, pieces
from lessons_lib.live.table import Table, as_float32, tabulate

Index = Sequence[int]
Compute = Callable[..., Mapping[str, ArrayLike]]

Source = Table | str
"""Numbers in the table, or the name of what the kernel computes."""

ABOVE = 10
"""Above the legend and the frame: a browser paints what moves on top of what stands still."""


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
        self.looks = [artist_on_canvas(each.artist) for each in self.moving]
        self.coordinates = [
            (self._coordinate(each, "x"), self._coordinate(each, "y")) for each in self.moving
        ]
        self.readouts = {name: self._readout(name, r) for name, r in (readouts or {}).items()}
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
        sources = [*(each for pair in self.coordinates for each in pair), *self.readouts.values()]
        return list(dict.fromkeys(each for each in sources if isinstance(each, Table)))

    @property
    def computed(self) -> list[str]:
        """The names of what the kernel computes, once each."""
        sources = [*(each for pair in self.coordinates for each in pair), *self.readouts.values()]
        return list(dict.fromkeys(each for each in sources if isinstance(each, str)))

    def _coordinate(self, each: Moving, side: str) -> Source:
        values = each.x if side == "x" else each.y
        if isinstance(values, str):
            return values
        name = f"{side} of {each.called}"
        return tabulate(name, values, each.over.split(), self.controls, points=True)

    def _readout(self, name: str, readout: Readout) -> Source:
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
        x, y = (self.numbers(source, index) for source in self.coordinates[number])
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
            text + ("" if name is None else self._formatted(name, form, index))
            for text, name, form in pieces(template)
        )

    def _formatted(self, name: str, form: str, index: Index) -> str:
        if not form and name not in self.readouts:
            position = self.position(name)
            return self.controls[position].labels[index[position]]
        return formatted(self.value(name, index), form)

    def sentence(self, index: Index) -> str:
        """Say in words what a state is: the figure's sentence, what left the frame, the goal."""
        outside = ", ".join(self.outside(index))
        gone = [f"Outside the frame: {outside}."] if outside else []
        reached = ["Goal reached."] if self.reached(index) else []
        return " ".join([self.fill(self.words, index), *gone, *reached])

    def outside(self, index: Index) -> Iterator[str]:
        """Name the moving lines whose last point is not in the frame."""
        for number, each in enumerate(self.moving):
            label = each.label
            x, y = self.points(number, index)
            if label and len(x) and not _in_frame(each.axes, x[-1], y[-1]):
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

    def _check_start(self) -> None:
        for each, (x, y) in zip(self.moving, self.coordinates, strict=True):
            check_points(
                each, self.numbers(x, self.start), self.numbers(y, self.start), self.controls
            )
        for name, source in self.readouts.items():
            check_readout(name, self.numbers(source, self.start), self.controls)


def _in_frame(ax: Axes, x: float, y: float) -> bool:
    """Whether a point is inside the axes, give or take half a pixel."""
    with np.errstate(all="ignore"):
        place = ax.transData.transform((x, y))
    box = ax.bbox.padded(0.5)
    return bool(box.contains(*place))
