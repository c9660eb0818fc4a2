"""What a learner moves: sliders, a step to scrub through, and choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ipywidgets
import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Control:
    """A slider over given values, or a choice.

    Attributes
    ----------
    name : str
        How states, words and goals refer to it.
    label : str
        What the learner reads beside it.
    values : sequence
        Every value that it can take.
    labels : sequence of str
        How each value is written.
    start : int
        The index of the value at the start.
    kind : "slider", "steps" or "choice"
        A slider of steps uncovers paths, and can be played.
    """

    name: str
    label: str
    values: Sequence[Any]
    labels: Sequence[str]
    start: int
    kind: Literal["slider", "steps", "choice"]

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(
                f"The control {self.name!r} needs a plain name, such as 'lr'; its label may be"
                " longer."
            )
        if not len(self.values):
            raise ValueError(f"The control {self.name!r} has no values.")
        if not 0 <= self.start < len(self.values):
            raise ValueError(
                f"The control {self.name!r} starts at number {self.start}; it has"
                f" {len(self.values)} values, so it must be from 0 to {len(self.values) - 1}."
            )

    def widget(self) -> ipywidgets.Widget:
        """Return the ipywidgets control, without a label of its own."""
        options = list(zip(self.labels, self.values, strict=True))
        settings: dict[str, Any] = {"options": options, "index": self.start}
        if self.kind == "choice":
            return ipywidgets.Dropdown(**settings)
        return ipywidgets.SelectionSlider(**settings, readout=False)


def slider(
    name: str, label: str, values: ArrayLike, *, start: float, digits: str = ".3g"
) -> Control:
    """Return a slider over a list of numbers.

    Parameters
    ----------
    name, label : str
        As in :class:`Control`.
    values : array_like, shape (n,)
        Its positions, at even distances whatever the numbers are.
    start : float
        Where it starts: at the nearest of the values.
    digits : str
        How values are written, as a format such as ".2f".

    Returns
    -------
    Control
        The slider.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or not numbers.size or not np.isfinite([*numbers, start]).all():
        raise ValueError(
            f"The control {name!r} has the values {values!r} and starts at {start}; it needs a list"
            " of finite numbers, and one to start at."
        )
    nearest = int(np.abs(numbers - start).argmin())
    labels = [format(value, f"z{digits}") for value in numbers.tolist()]
    return Control(name, label, numbers.tolist(), labels, nearest, "slider")


def steps(n: int, *, start: int) -> Control:
    """Return the slider named "step", from 0 to n."""
    values = list(range(n + 1))
    return Control("step", "step", values, [str(value) for value in values], start, "steps")


def choice(name: str, label: str, options: Sequence[str], *, start: int = 0) -> Control:
    """Return a drop-down list of words."""
    return Control(name, label, list(options), list(options), start, "choice")
