"""Refuse a definition that cannot work, and say which part of it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.lines import AxLine, Line2D
from matplotlib.text import Annotation, Text

from lessons_lib.arguments import Array
from lessons_lib.figures import Figure
from lessons_lib.live.controls import Control
from lessons_lib.live.parts import Goal, Moving
from lessons_lib.live.sentences import pieces


def check_names(controls: Sequence[Control], readouts: Collection[str]) -> None:
    """Refuse two controls, or a control and a readout, of one name."""
    names = Counter([*(control.name for control in controls), *readouts])
    twice = [name for name, times in names.items() if times > 1]
    if twice:
        raise ValueError(
            f"The name {twice[0]!r} is used twice; give each control and readout its own."
        )


def check_artists(figure: Figure, moving: Sequence[Moving], controls: Sequence[Control]) -> None:
    """Refuse an artist that cannot move, or is not in the figure."""
    for number, each in enumerate(moving):
        _check_artist(figure, each)
        if any(each.artist is other.artist for other in moving[:number]):
            raise ValueError(f"{each.called} is to move twice; declare each artist once.")
        if each.show != "all" and "step" not in [control.name for control in controls]:
            raise ValueError(
                f"{each.called} shows its {each.show!r}, which needs a control named 'step'; add"
                " steps(n, start=...)."
            )
        _check_drag(each, controls)


def _check_drag(each: Moving, controls: Sequence[Control]) -> None:
    """Refuse to let a hand move what does not follow, or what the browser cannot look up."""
    names, over = each.drag.split(), each.over.split()
    if not names:
        return
    if isinstance(each.x, str) or isinstance(each.y, str):
        raise ValueError(f"{each.called} is computed, and cannot be dragged: give its numbers.")
    if len(names) > 2 or not set(names) <= set(over):
        raise ValueError(
            f"{each.called} is dragged over {each.drag!r}; it must be one or two of the controls"
            f" that it depends on: {each.over or 'none'}."
        )


def _check_artist(figure: Figure, each: Moving) -> None:
    artist = each.artist
    if not isinstance(artist, Line2D | Text) or isinstance(artist, AxLine | Annotation):
        raise ValueError(
            f"{each.called} cannot move; a moving artist must be a Line2D (from ax.plot) or a Text"
            " (from ax.text)."
        )
    ax = artist.axes
    if ax is None or ax not in figure.axes:
        raise ValueError(
            f"{each.called} is not in this figure; draw it with one of the figure's own panels."
        )
    if artist.get_transform() != ax.transData:
        raise ValueError(f"{each.called} is not placed in data coordinates, and so cannot move.")
    if isinstance(artist, Text) != bool(each.text):
        raise ValueError(
            f"{each.called} has the text {each.text!r}; a Text must be given what it says, and a"
            " line says nothing."
        )
    if set(each.text) & set("\n$"):
        raise ValueError(
            f"{each.called} has the text {each.text!r}; it must be plain, since a browser writes"
            " neither a second line nor a formula."
        )
    if not artist.get_visible():
        raise ValueError(f"{each.called} is hidden; what moves must be visible.")


def check_sentence(
    template: str, controls: Sequence[Control], readouts: Collection[str], of: str
) -> None:
    """Refuse a name that nothing has, and one that cannot be written so."""
    for _, name, form in pieces(template):
        if name is None:
            continue
        kind = _kind(name, controls, readouts, of)
        if kind == "readout" and not form:
            raise ValueError(
                f"{of} does not say how to write the readout {name!r}; give its digits, as in"
                f" {{{name}:.3g}}."
            )
        if kind == "choice" and form:
            raise ValueError(
                f"{of} gives digits to the choice {name!r}, which is a word; write {{{name}}}."
            )


def check_goal(goal: Goal, controls: Sequence[Control], readouts: Collection[str]) -> None:
    """Refuse a goal without a condition, or with one on something that is no number."""
    if not goal.conditions:
        raise ValueError(
            f"The goal {goal.text!r} has no condition; give it below={{...}} or above."
        )
    for name, _, _ in goal.conditions:
        if _kind(name, controls, readouts, "The goal") == "choice":
            raise ValueError(
                f"The goal compares the choice {name!r} with a number; it must be about readouts"
                " and sliders."
            )


def _kind(name: str, controls: Sequence[Control], readouts: Collection[str], of: str) -> str:
    """Return "readout" or the kind of control that has this name."""
    kinds = dict.fromkeys(readouts, "readout") | {each.name: each.kind for each in controls}
    if name not in kinds:
        raise ValueError(
            f"{of} speaks of {name!r}, which is neither readout nor control; there are"
            f" {', '.join(kinds)}."
        )
    return kinds[name]


def check_points(each: Moving, x: Array, y: Array, controls: Sequence[Control]) -> None:
    """Refuse points at the start of which some are missing, or not numbers."""
    if len(x) != len(y):
        raise ValueError(f"{each.called} has {len(x)} points in x and {len(y)} in y.")
    steps = [len(control.values) for control in controls if control.name == "step"]
    if each.show != "all" and len(x) != steps[0]:
        raise ValueError(
            f"{each.called} shows its {each.show!r} and has {len(x)} points; it must have"
            f" {steps[0]}, one for each step."
        )
    if isinstance(each.artist, Text) and not len(x):
        raise ValueError(f"{each.called} has no point to stand at.")
    for side, values in ("x", x), ("y", y):
        _check_numbers(f"{side} of {each.called}", values, controls)


def check_readout(name: str, values: Array, controls: Sequence[Control]) -> None:
    """Refuse a readout that is not one number at the start."""
    if len(values) != 1:
        raise ValueError(
            f"readout {name!r} has {len(values)} numbers at the start; it must be one."
        )
    _check_numbers(f"readout {name!r}", values, controls)


def _check_numbers(name: str, values: Array, controls: Sequence[Control]) -> None:
    """Refuse numbers at the start that are none."""
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        point = f" at point {wrong[0]}" if len(values) > 1 else ""
        where = ", ".join(f"{c.name} = {c.labels[c.start]}" for c in controls)
        raise ValueError(
            f"{name} is {values[wrong[0]]}{point} at the start ({where}); the start must have"
            " finite numbers only."
        )
