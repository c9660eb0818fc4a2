"""What an exercise is: a function to write, inputs to try it on, and mistakes that people make."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from lessons_lib.feedback.running import Function, Inputs, Outcome, outcome


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation that somebody might write, and what a tutor would say.

    Parameters
    ----------
    name : str
        The mistake in a few words: what it has, and what it should have.
    hint : str
        One sentence or two that lead on without giving the solution.
    function : callable
        The wrong implementation, with the arguments of the right one.
    """

    name: str
    hint: str
    function: Function

    def __post_init__(self) -> None:
        for field in ("name", "hint"):
            if not getattr(self, field).strip():
                code = getattr(self.function, "func", self.function).__code__  # also of a partial
                raise ValueError(
                    f"The mistake {self.name or code.co_name!r} in {code.co_filename},"
                    f" line {code.co_firstlineno}, has no {field}. Say what a tutor would say."
                )


def mistake(name: str, hint: str) -> Callable[[Function], Mistake]:
    """Make a wrong implementation a known mistake: ``@mistake("1/m for 2/m", "…")``."""
    return lambda function: Mistake(name, hint, function)


@dataclass(frozen=True)
class Exercise:
    """A function that a learner writes.

    Parameters
    ----------
    lesson : int
        Number of its lesson.
    reference : callable
        A right implementation. Its name is the exercise's name, and the name to be defined.
    returns : tuple of str
        Names of what it returns.
    shows : str
        One sentence that a learner reads who got it right: what it is good for.
    cases : sequence of tuple
        Inputs on which it is tried. Between them they tell every mistake from every other.
    mistakes : sequence of Mistake
        Known wrong implementations.
    steps : bool
        Whether the first axis of what it returns counts steps.
    tolerance : float
        How far a number may be off, as a share of the largest number of the answer.
    """

    lesson: int
    reference: Function
    returns: tuple[str, ...]
    shows: str
    cases: Sequence[Inputs]
    mistakes: Sequence[Mistake]
    steps: bool = False
    tolerance: float = 1e-4

    @property
    def name(self) -> str:
        """Name of the function to be written."""
        return self.reference.__name__

    @property
    def arguments(self) -> list[str]:
        """Names of its arguments."""
        return list(inspect.signature(self.reference).parameters)

    @cached_property
    def expected(self) -> list[Outcome]:
        """What the reference does with each case."""
        return self.outcomes_of(self.reference, self.cases)

    def outcomes_of(self, function: Function, cases: Sequence[Inputs]) -> list[Outcome]:
        """Run a function that is known to return."""
        return [outcome(function, inputs, len(self.returns)) for inputs in cases]
