"""What a task is: a function to write, inputs to try it on, and mistakes that people make."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import TypeVar

from lessons_lib.feedback.running import Function, Inputs, Outcome, outcome

Given = TypeVar("Given", bound=Function)


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
    second : str
        What to say after the second try; empty for an example in numbers.

    Raises
    ------
    ValueError
        If it has no name or no hint.
    """

    name: str
    hint: str
    function: Function
    second: str = ""

    def __post_init__(self) -> None:
        for each in ("name", "hint"):
            if not getattr(self, each).strip():
                called = self.name or code_of(self.function).co_name
                raise ValueError(
                    f"The mistake {called!r} in {place_of(self.function)}, has no {each}."
                    " Say what a tutor would say."
                )


@dataclass(eq=False)
class Task:
    """A function that a learner writes, one of several in the exercise of a lesson.

    It is declared first. The right implementation and the known mistakes then register themselves:
    ``@AVERAGE.answer`` and ``@AVERAGE.mistake("1/m for 2/m", "…")`` above a function leave the
    function as it is.

    Parameters
    ----------
    lesson : int
        Number of its lesson.
    returns : tuple of str
        Names of what it returns.
    shows : str
        One sentence that a learner reads who got it right: what it is good for.
    cases : sequence of tuple
        Inputs on which it is tried. Between them they tell every mistake from every other.
    steps : bool
        Whether the first axis of what it returns counts steps.
    tolerance : float
        How far a number may be off, as a share of the largest number of the answer.
    right_answer : callable, optional
        The right implementation, once it is there.
    mistakes : list of Mistake
        Known wrong implementations, in the order in which they are tried.
    """

    lesson: int
    returns: tuple[str, ...]
    shows: str
    cases: Sequence[Inputs]
    steps: bool = False
    tolerance: float = 1e-4
    right_answer: Function | None = None
    mistakes: list[Mistake] = field(default_factory=list)

    def answer(self, function: Given) -> Given:
        """Take a function for the right implementation. Its name becomes the task's.

        Raises
        ------
        ValueError
            If there is one already.
        """
        if self.right_answer is not None:
            raise ValueError(
                f"{function.__name__} in {place_of(function)}, is a second answer to the task of"
                f" {self.right_answer.__name__}. Declare a Task of its own for it, or make it a"
                " mistake."
            )
        self.right_answer = function
        return function

    def mistake(self, name: str, hint: str, second: str = "") -> Callable[[Given], Given]:
        """Take the function below for a wrong implementation that people write.

        Parameters
        ----------
        name, hint, second : str
            As for `Mistake`.
        """

        def register(function: Given) -> Given:
            self.mistakes.append(Mistake(name, hint, function, second))
            return function

        return register

    @property
    def reference(self) -> Function:
        """The right implementation.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.right_answer is None:
            raise ValueError(
                f"A task of lesson {self.lesson}, which returns {self.returns}, has no answer."
                " Write the right implementation below it, with @….answer above its def."
            )
        return self.right_answer

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

    @cached_property
    def known(self) -> list[list[Outcome]]:
        """What each known mistake does with each case."""
        return [self.outcomes_of(mistake.function, self.cases) for mistake in self.mistakes]

    def outcomes_of(self, function: Function, cases: Sequence[Inputs]) -> list[Outcome]:
        """Run a function that is known to return."""
        return [outcome(function, inputs, len(self.returns)) for inputs in cases]


def code_of(function: Function) -> CodeType:
    """Return the code of a function, also of a partial one."""
    code: CodeType = getattr(function, "func", function).__code__
    return code


def place_of(function: Function) -> str:
    """Say where a function stands: its file and line."""
    code = code_of(function)
    return f"{code.co_filename}, line {code.co_firstlineno}"
