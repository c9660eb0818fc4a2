"""The numbers of all states, as they travel to the browser: one buffer of float32."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lessons_lib.live.controls import Control

BUDGET = 2_000_000
"""Bytes that a table may have: as much as a good photograph."""


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers that depend on some of the controls.

    Attributes
    ----------
    name : str
        How a message names them.
    values : ndarray of float32
        An axis for each control in `over`, then one for points.
    over : tuple of int
        The positions of these controls among all.
    """

    name: str
    values: NDArray[np.float32]
    over: tuple[int, ...]

    def row(self, index: Sequence[int]) -> NDArray[np.float64]:
        """Return the numbers of the state in which control k has its value number index[k]."""
        row: NDArray[np.float32] = self.values[tuple(index[control] for control in self.over)]
        return row.astype(np.float64)


def tabulate(
    name: str, values: ArrayLike, over: Sequence[str], controls: Sequence[Control], *, points: bool
) -> Table:
    """Check that an array fits the controls it depends on, and make it a table.

    Parameters
    ----------
    name : str
        How a message names it.
    values : array_like
        An axis for each control in `over`; with `points`, a last axis more.
    over : sequence of str
        Names of controls. With `points`, "step" as the last one stands for the points.
    controls : sequence of Control
        All controls.
    points : bool
        Whether the numbers of a state are a list. A mere list is then allowed, for all states.

    Returns
    -------
    Table
        With a last axis for points in any case.

    Raises
    ------
    ValueError
        If a control is unknown, or the shape does not fit.
    """
    names = [control.name for control in controls]
    unknown = [each for each in over if each not in names]
    if unknown:
        raise ValueError(
            f"{name} depends on {unknown[0]!r}, which is no control; there are {', '.join(names)}."
        )
    if points and "step" in over[:-1]:
        raise ValueError(
            f"{name} depends on {' '.join(over)!r}; 'step' must be the last, since the steps are"
            " the points."
        )
    array = as_float32(name, values)
    leading = [each for each in over if not (points and each == "step")]
    if points and array.ndim == 1:
        leading = []
    sizes = [len(controls[names.index(each)].values) for each in leading]
    wanted: list[Any] = list(sizes)
    if points:
        wanted.append(len(controls[names.index("step")].values) if "step" in over else "points")
    fits = array.ndim == len(wanted) and all(
        size == each for size, each in zip(array.shape, wanted, strict=True) if each != "points"
    )
    if not fits:
        sides = ", ".join(f"{n}: {len(controls[names.index(n)].values)}" for n in over)
        raise ValueError(
            f"{name} has shape {array.shape}; with {sides or 'no control'} it must be"
            f" ({', '.join(map(str, wanted))})."
        )
    return Table(
        name, array if points else array[..., None], tuple(names.index(each) for each in leading)
    )


def as_float32(name: str, values: ArrayLike) -> NDArray[np.float32]:
    """Return numbers as the browser gets them.

    Raises ValueError if they are no numbers, or lists of different lengths.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    with np.errstate(over="ignore"):  # beyond float32 is beyond every frame
        return array.astype(np.float32)


def pack(tables: Iterable[Table]) -> tuple[list[dict[str, Any]], bytes]:
    """Put the tables into one buffer, and say where each stands in it.

    Returns
    -------
    list of dict, bytes
        For each table the offset and strides, counted in numbers, the controls it depends on, and
        how many points a state has; and the buffer.

    Raises
    ------
    ValueError
        If the buffer is larger than `BUDGET`.
    """
    places: list[dict[str, Any]] = []
    blocks: dict[bytes, int] = {}  # what two tables share travels once
    sizes, end = [], 0
    for table in tables:
        block = table.values.tobytes()
        if block not in blocks:
            blocks[block] = end
            end += table.values.size
            sizes.append(f"{table.name} {table.values.shape}: {len(block):,} bytes")
        strides = [int(np.prod(table.values.shape[k + 1 :])) for k in range(len(table.over))]
        place = {"offset": blocks[block], "strides": strides, "over": list(table.over)}
        places.append(place | {"points": table.values.shape[-1]})
    buffer = b"".join(blocks)
    if len(buffer) > BUDGET:
        raise ValueError(
            f"The table has {len(buffer):,} bytes; at most {BUDGET:,} are allowed. Give the"
            " controls fewer values, show fewer steps, or let the kernel compute the states. It"
            f" holds {'; '.join(sizes)}."
        )
    return places, buffer
