"""What follows the controls: artists, numbers in words, and a goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Moving:
    """An artist that moves, and where to.

    Attributes
    ----------
    artist : Line2D or Text
        An artist of the figure.
    x, y : array_like, or str
        Its coordinates in every state: an axis for each control named in `over`, in that order, and
        a last one for the points. If "step" is the last name, the steps are the points. A list of
        points alone is the same in every state. A string names what the kernel computes.
    over : str
        Names of controls, such as "lr beta step".
    show : "all", "trail" or "now"
        All points; those up to the step; or the one at the step.
    text : str
        For a text: what it says, with names in braces as in the figure's words.
    drag : str
        Names of one or two controls, such as "lr beta", that follow when its last point is taken by
        the hand: they go where it comes nearest to the pointer.
    """

    artist: Line2D | Text
    x: ArrayLike | str
    y: ArrayLike | str
    over: str = ""
    show: Literal["all", "trail", "now"] = "all"
    text: str = ""
    drag: str = ""

    @property
    def called(self) -> str:
        """How a message names it: by the legend's label if it has one."""
        return repr(self.label) if self.label else type(self.artist).__name__

    @property
    def label(self) -> str:
        """The name that the legend gives it, if it gives one."""
        label = str(self.artist.get_label())
        return "" if label.startswith("_") else label

    @property
    def axes(self) -> Axes:
        """The panel that it is drawn in."""
        axes = self.artist.axes
        assert isinstance(axes, Axes)
        return axes


@dataclass(frozen=True)
class Readout:
    """A number that words and goals speak of.

    Attributes
    ----------
    values : array_like, or str
        Its value in every state: an axis for each control named in `over`, in that order. A string
        names a number that the kernel computes.
    over : str
        Names of controls, such as "lr beta step".
    """

    values: ArrayLike | str
    over: str = ""


@dataclass(frozen=True)
class Goal:
    """What the learner is asked to reach.

    Attributes
    ----------
    text : str
        What to do, in words.
    below, above : mapping from str to float
        It is reached when each named readout or control is below, or above, its bound.
    name : str
        Under which name it is kept that a learner has reached it; without one it is not kept.
    hint : str
        What a tutor would ask of somebody who has tried for a while.
    after : float
        So many seconds after the first move the hint is given, if the goal is not reached by then.
    """

    text: str
    below: Mapping[str, float] = field(default_factory=dict)
    above: Mapping[str, float] = field(default_factory=dict)
    name: str = ""
    hint: str = ""
    after: float = 60.0

    @property
    def conditions(self) -> list[tuple[str, str, float]]:
        """Name, relation and bound of each condition."""
        below = [(name, "<", bound) for name, bound in self.below.items()]
        return below + [(name, ">", bound) for name, bound in self.above.items()]
