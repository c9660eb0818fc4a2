"""Judge a function: beside the reference, beside the known mistakes, and then on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lessons_lib.feedback.company import other_reasons, outcomes_in_company
from lessons_lib.feedback.comparing import off, parts_of, same_outcome, same_part
from lessons_lib.feedback.phrasing import as_typed, call, joined
from lessons_lib.feedback.running import (
    ONE_ARRAY,
    Failure,
    Function,
    Inputs,
    Outcome,
    Part,
    Row,
    Unusable,
    Value,
)
from lessons_lib.feedback.task import Mistake, Task
from lessons_lib.feedback.verdict import Verdict

BY_HAND = (
    "Call it with these numbers in a cell of its own, and let it print what each line gives. Where"
    " does that part from what you get by hand?"
)
"""The second hint where there is no other example."""

NO_END = "Let the loop print its counter, in a cell of its own. Which value should end it?"
"""The second hint where something does not end."""


def judge(task: Task, function: Function, cases: Sequence[Inputs] = ()) -> Verdict:
    """Say whether a function is right, and if not, what is wrong with it.

    Parameters
    ----------
    task : Task
        What it should do.
    function : callable
        A learner's function.
    cases : sequence of tuple, optional
        Other inputs than the task's own. No message shows them.

    Returns
    -------
    Verdict
        The known mistake, if it does on all of the task's cases what a known mistake does;
        otherwise what is wrong in the first case that is.
    """
    tried = cases or task.cases
    expected = task.outcomes_of(task.reference, tried) if cases else task.expected
    got = outcomes_in_company(function, tried, len(task.returns))
    if agree(task, got, expected):
        return _right(task, got)
    if cases:  # they need not tell one mistake from another
        verdict = first_fault(task, tried, expected, got)
        return Verdict(verdict.kind, verdict.title, "That is so for other inputs than the check's.")
    mistake = known_mistake(task, got)
    if mistake:
        hint = mistake.hint + _besides(task, mistake, got)
        more = mistake.second or in_numbers(task, got)
        return Verdict("mistake", f"{mistake.name}.", hint, more, mistake=mistake.name)
    verdict = first_fault(task, tried, expected, got)
    if verdict.kind == "late":
        return replace(verdict, more=NO_END)
    if verdict.kind == "changed":
        return verdict  # there are no numbers to show
    return replace(verdict, more=in_numbers(task, got, besides=verdict.text))


def agree(task: Task, got: Sequence[Outcome], expected: Sequence[Outcome]) -> bool:
    """Whether two functions did the same with every case."""
    return len(got) == len(expected) and all(
        same_outcome(done, wanted, task.tolerance)
        for done, wanted in zip(got, expected, strict=True)
    )


def known_mistake(task: Task, got: Sequence[Outcome]) -> Mistake | None:
    """Return the known mistake that does the same with every case, if there is one.

    If none does, one may return the same, and change fewer of its arguments.
    """
    for same in (agree, _agree_in_part):
        for mistake, done in zip(task.mistakes, task.known, strict=True):
            if same(task, got, done):
                return mistake
    return None


def _agree_in_part(task: Task, got: Sequence[Outcome], known: Sequence[Outcome]) -> bool:
    """Whether a function returned what another did, and changed what that did, and more."""
    pairs = [*zip(got, known, strict=False)]
    if not any(set(a.changed) > set(b.changed) for a, b in pairs):
        return False  # nearly always
    alone = ([replace(each, changed=()) for each in outcomes] for outcomes in (got, known))
    return agree(task, *alone) and all(set(a.changed) >= set(b.changed) for a, b in pairs)


def first_fault(
    task: Task,
    cases: Sequence[Inputs],
    expected: Sequence[Outcome],
    got: Sequence[Outcome],
) -> Verdict:
    """Say what is wrong in the first case that is."""
    for inputs, wanted, done in zip(cases, expected, got, strict=False):
        if not same_outcome(done, wanted, task.tolerance):
            return what_is_wrong(task, call(task.name, task.arguments, inputs), wanted, done)
    missing = call(task.name, task.arguments, cases[len(got)])
    return Verdict(
        "late",
        f"{task.name} does not come back.",
        f"{missing} takes too long. Is there a loop that never ends?{other_reasons()}",
    )


def in_numbers(task: Task, got: Sequence[Outcome], besides: str = "") -> str:
    """Say what is wrong in the smallest case that is, unless that is said already.

    Parameters
    ----------
    task : Task
        What the function should do.
    got : sequence of Outcome
        What it did with the task's cases.
    besides : str
        What is said already.

    Returns
    -------
    str
        The example in a sentence or two, or how to find one by hand.
    """
    for inputs, wanted, done in sorted(
        zip(task.cases, task.expected, got, strict=False), key=lambda each: _size(each[0])
    ):
        if not same_outcome(done, wanted, task.tolerance):
            asked = call(task.name, task.arguments, inputs)
            said = what_is_wrong(task, asked, wanted, done).text
            if said != besides:
                return f"A small example. {said}"
    return BY_HAND


def _size(inputs: Inputs) -> int:
    """Count the numbers of a case."""
    return sum(np.size(each) for each in inputs)


def what_is_wrong(task: Task, asked: str, expected: Outcome, got: Outcome) -> Verdict:
    """Say how an outcome differs from the expected one.

    Parameters
    ----------
    task : Task
        What the function should do.
    asked : str
        The call, in words.
    expected, got : Outcome
        What should have come out, and what did.
    """
    if got.failure:
        return _stopped(task, asked, got.failure)
    if got.value is None or isinstance(got.value, Unusable):
        return _not_an_answer(task, asked, got)
    if isinstance(got.value, Row) and _holds_arrays(expected.value):
        return _one_of_several(task, asked)
    parts = zip(task.returns, parts_of(expected.value), parts_of(got.value), strict=True)
    for name, wanted, done in parts:
        if not same_part(wanted, done, task.tolerance):
            return _wrong_part(task, asked, name, wanted, done)
    changed = joined([task.arguments[k] for k in got.changed])
    first = task.arguments[got.changed[0]]
    belongs, holds = ("belongs", "holds") if len(got.changed) == 1 else ("belong", "hold")
    return Verdict(
        "changed",
        f"{task.name} changes {changed}.",
        f"What it returns is right, but {changed} {belongs} to whoever called, and {holds} other"
        f" numbers now. Make a new array: {first} = {first} - … rather than {first} -= ….",
    )


def _right(task: Task, got: Sequence[Outcome]) -> Verdict:
    text = task.shows
    if any(done.printed for done in got):
        text += "\nIt also prints. A function that others call had better keep silent."
    return Verdict("right", f"{task.name} is right.", text)


def _besides(task: Task, mistake: Mistake, got: Sequence[Outcome]) -> str:
    """Say what a function changes that the known mistake leaves alone."""
    known = task.known[task.mistakes.index(mistake)]
    meant = {k for done in known for k in done.changed}
    changed = sorted({k for done in got for k in done.changed} - meant)
    if not changed:
        return ""
    names = joined([task.arguments[k] for k in changed])
    return f"\nIt also changes {names}, and that belongs to whoever called. Make a new array."


def _stopped(task: Task, asked: str, failure: Failure) -> Verdict:
    if failure.kind == "NotImplementedError":
        return Verdict(
            "unfilled",
            f"{task.name} is still empty.",
            "Write your code in place of the line with NotImplementedError, run that cell, and then"
            " check again.",
        )
    where = f"\nThe line is: {failure.line}" if failure.line else ""
    said = failure.message or "nothing more"
    if failure.kind == "MemoryError":
        said = failure.message or "there is not so much memory. Does something grow without end?"
    if failure.kind == "NameError":
        said += ". Is it written so where it is made, and has that cell run?"
    return Verdict(
        "failure",
        f"{task.name} stops with {failure.kind}.",
        f"Python says: {said}{where}\nThe call was: {asked}",
        failure=failure,
    )


def _not_an_answer(task: Task, asked: str, got: Outcome) -> Verdict:
    wanted = joined(task.returns)
    if got.value == ONE_ARRAY:
        return _one_of_several(task, asked)
    if isinstance(got.value, Unusable):
        return Verdict(
            "type", f"{task.name} returns {got.value.what}.", f"{asked} should return {wanted}."
        )
    hint = "It prints instead: others" if got.printed else "Does it end with return? Others"
    return Verdict(
        "type",
        f"{task.name} returns nothing.",
        f"{asked} should return {wanted}. {hint} can only use what a function returns.",
    )


def _holds_arrays(value: Value) -> bool:
    return any(isinstance(part, np.ndarray) and part.ndim > 0 for part in parts_of(value))


def _one_of_several(task: Task, asked: str) -> Verdict:
    return Verdict(
        "type",
        f"{task.name} returns one value, and {len(task.returns)} are asked for.",
        f"{asked} should return {joined(task.returns)}, with a comma between them.",
    )


def _wrong_part(task: Task, asked: str, name: str, wanted: Part, done: Part) -> Verdict:
    if not isinstance(wanted, np.ndarray) or not isinstance(done, np.ndarray):
        return Verdict(
            "value" if type(wanted) is type(done) else "type",
            f"{task.name} returns something else for {name}.",
            f"{asked}: expected {as_typed(wanted)}, got {as_typed(done)}.",
        )
    if wanted.shape != done.shape:
        return Verdict(
            "shape",
            f"{task.name} returns {name} in another shape.",
            f"{asked}: expected {_shape(wanted)}, got {_shape(done)}.",
        )
    place = np.argwhere(off(done, wanted, task.tolerance))[0]
    row = tuple(place[:1]) if task.steps else ()
    where = f"from step {place[0]} on" if row else f"for {name}"
    return Verdict(
        "value",
        f"{task.name} returns other numbers {where}.",
        f"{asked}: expected {as_typed(wanted[row])}, got {as_typed(done[row])}.",
    )


def _shape(array: NDArray[np.float64]) -> str:
    return f"shape {array.shape}" if array.ndim else "a single number"
