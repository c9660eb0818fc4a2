"""Run a learner's function on the inputs of a task, whatever it does."""

from __future__ import annotations

import builtins
import contextlib
import copy
import io
import linecache
import numbers
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.unseen import unseen

Inputs = tuple[Any, ...]
Function = Callable[..., Any]

LONGEST = 500
"""Characters that are kept of what a learner's function prints, returns, or says in an error."""

MOST = 100_000
"""Numbers in the largest array that is looked at. The answers to tasks are far smaller."""


class OutOfTime(BaseException):
    """Raised inside code that has used up its time. No ``except Exception`` catches it."""


@dataclass(frozen=True)
class Unusable:
    """Stands for a value that is neither numbers nor text.

    Parameters
    ----------
    what : str
        What it is, in words.
    """

    what: str


ONE_ARRAY = Unusable("one array alone")
"""Stands for an array where several values are wanted, and it cannot hold them."""


class Row(tuple["Part", ...]):
    """The numbers of a single array, where several values are wanted: it may be one of them."""


Part = NDArray[np.float64] | str | Unusable | None
Value = Part | tuple[Part, ...]


@dataclass(frozen=True)
class Failure:
    """What a function raised.

    Parameters
    ----------
    kind : str
        Name of the exception's class.
    message : str
        Its text.
    line : str
        The last line of the notebook's own code on the way to it; empty if unknown.
    """

    kind: str
    message: str
    line: str


@dataclass(frozen=True)
class Outcome:
    """What a function did with one case.

    Parameters
    ----------
    value : array, str, Unusable, None, or a tuple of these
        What it returned.
    failure : Failure, optional
        What it raised instead.
    printed : str
        What it printed.
    changed : tuple of int
        Places of the arguments that it changed.
    """

    value: Value = None
    failure: Failure | None = None
    printed: str = ""
    changed: tuple[int, ...] = ()


class Sink(io.StringIO):
    """Takes whatever is printed, however much it is, and keeps the beginning.

    Parameters
    ----------
    most : int
        Characters to keep.
    """

    def __init__(self, most: int = LONGEST) -> None:
        super().__init__()
        self.most = most

    def write(self, text: str) -> int:
        """Keep as much as fits."""
        super().write(text[: max(0, self.most - self.tell())])
        return len(text)

    def close(self) -> None:
        """Stay open: a learner's function may close what it prints to."""


def outcome(function: Function, inputs: Inputs, n_parts: int = 1) -> Outcome:
    """Call a function with copies of the inputs, and tell what it did.

    Parameters
    ----------
    function : callable
        Any function.
    inputs : tuple
        Its arguments.
    n_parts : int
        How many values it should return.

    Returns
    -------
    Outcome
        Whatever happens, unless the time is over.
    """
    given, printed = copy.deepcopy(inputs), Sink()
    value: Value = None
    failure = None
    with _quietly(printed):
        try:
            value = as_value(function(*given), n_parts)
        except OutOfTime:
            raise
        except BaseException as error:  # SystemExit, too, is the learner's
            failure = Failure(type(error).__name__, _said(error), _line(error))
    changed = tuple(k for k, pair in enumerate(zip(inputs, given, strict=True)) if _differ(*pair))
    return Outcome(value, failure, printed.getvalue(), changed)


def as_value(value: Any, n_parts: int = 1) -> Value:
    """Turn what a function returned into float64 arrays, text, None, or words for what it is.

    Parameters
    ----------
    value : object
        Anything.
    n_parts : int
        How many values are wanted. If more than one, the result is a tuple of as many, or Unusable.
    """
    if n_parts == 1:
        return _part(value)
    if value is None:
        return None
    if not isinstance(value, tuple | list | np.ndarray) or getattr(value, "shape", True) == ():
        return Unusable(_described(value))
    alone = isinstance(value, np.ndarray) and value.ndim == 1
    if len(value) != n_parts:
        return ONE_ARRAY if alone else Unusable(f"{len(value)} values")
    return (Row if alone else tuple)(map(_part, value))


def _part(value: Any) -> Part:
    if value is None:
        return value
    if isinstance(value, str):
        return str.__str__(value)[:LONGEST]
    try:
        array = np.asarray(value)
    except ValueError:  # a list of lists of different lengths
        if isinstance(value, tuple):
            return Unusable(f"{len(value)} things at once")
        return Unusable("a list whose rows differ in length")
    if array.size > MOST:
        return Unusable(f"{array.size} numbers")
    if array.dtype.kind == "U" and not array.ndim:
        return str(array)[:LONGEST]
    if array.dtype.kind == "O" and array.size and all(map(_real, array.flat)):
        try:
            return array.astype(np.float64)  # fractions, or whole numbers with very many digits
        except OverflowError:
            return Unusable("a number that is too large for numpy")
    if array.dtype.kind not in "biuf":
        return Unusable(_described(value))
    return array.astype(np.float64)


def _real(value: Any) -> bool:
    return isinstance(value, numbers.Real)


def _described(value: Any) -> str:
    kind = type(value).__name__.removeprefix("nd")
    if isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind in "biuf":
        return "a single number"
    if isinstance(value, complex | np.complexfloating):
        return "a complex number"
    article = "an" if kind[0] in "aeiou" else "a"
    several = isinstance(value, tuple | list | np.ndarray)
    return f"{article} {kind}" + (" of other things than numbers" if several else "")


@contextlib.contextmanager
def _quietly(printed: io.StringIO) -> Iterator[None]:
    """Keep what is printed, show nothing else, let nobody wait, and compute as usual."""

    def no_questions(_: object = "") -> str:
        raise EOFError("input() asks somebody, and nobody is there while a function is checked")

    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(Sink()),
        unseen(),
        np.errstate(all="warn"),  # whatever np.seterr has been told in the notebook
        warnings.catch_warnings(),
        contextlib.ExitStack() as afterwards,
    ):
        afterwards.callback(setattr, builtins, "input", builtins.input)
        builtins.input = no_questions
        warnings.simplefilter("ignore")
        yield


def _said(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST]
    except Exception:  # an exception of the learner's own making
        return ""


def _line(error: BaseException) -> str:
    """Return the innermost line that stands in a notebook, or else in a file that can be read."""
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is ours
    own = [frame for frame in frames if "ipykernel" in frame.filename or "<" in frame.filename]
    for frame in reversed(own or frames[:1]):
        if frame.lineno and (line := linecache.getline(frame.filename, frame.lineno).strip()):
            return line
    return ""


def _differ(before: Any, after: Any) -> bool:
    """Whether an argument is no longer what it was. Put back, it may be off by a rounding."""
    if isinstance(before, np.ndarray):
        if np.array_equal(before, after):
            return False  # nearly always, and sooner known than whether they are close
        if before.dtype.kind not in "iuf" or before.shape != np.shape(after):
            return not np.array_equal(before, after)
        return not np.allclose(before, after, rtol=1e-12, atol=1e-14, equal_nan=True)
    return bool(before != after)
