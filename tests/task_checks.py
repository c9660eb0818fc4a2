"""What a task needs: cases that tell its mistakes apart, kind words, and answers to try it with.

Every check gives sentences, and none if all is well. A sentence begins with the file to change.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import answers

from lessons_lib.feedback import Mistake, Task
from lessons_lib.feedback.judging import agree

Texts = Iterator[str]
Answers = Mapping[int, Any]
"""By the number of a lesson, something that has the PARTS."""

PARTS = {
    "RIGHT": (3, "right answers in other forms than the bank's, the first one with arrays"),
    "TWICE_WRONG": (2, "answers that make two mistakes at once"),
}
"""What a file in `tests/answers` gives for each task of its lesson, and how many of that."""

UNKIND = {"wrong", "simply", "just", "obviously", "stupid", "easy"}


def bank_of(lesson: int) -> str:
    """Return where the tasks of a lesson stand."""
    return f"lessons_lib/feedback/bank/lesson_{lesson:02}.py"


def answers_to(lesson: int) -> str:
    """Return where answers to the tasks of a lesson stand."""
    return f"tests/answers/lesson_{lesson:02}.py"


# --- A task by itself -----------------------------------------------------------------------------


def gaps(task: Task) -> Texts:
    """Say what a task lacks to judge by it."""
    file = bank_of(task.lesson)
    if len(task.cases) < 2:
        yield f"{file}: {task.name} has too few cases: {len(task.cases)}. Give at least 2."
    for done in task.expected:
        if done.failure or done.printed or done.changed:
            yield f"{file}: the answer {task.name} fails, prints or changes an argument: {done}"
    for name, n in Counter(mistake.name for mistake in task.mistakes).items():
        if n > 1:
            yield f"{file}: {task.name} has {n} mistakes with the name {name!r}. Tell them apart."
    yield from alike(task)


def alike(task: Task) -> Texts:
    """Say which functions do the same with every case, so that no check can tell them apart."""
    outcomes = [("the answer", task.expected)]
    for mistake in task.mistakes:
        outcomes.append((mistake.name, task.outcomes_of(mistake.function, task.cases)))
    for (one, first), (other, second) in itertools.combinations(outcomes, 2):
        if agree(task, first, second):
            yield (
                f"{bank_of(task.lesson)}: in {task.name}, {one!r} and {other!r} do the same. Give a"
                " case to part them."
            )


def unkind(task: Task) -> Texts:
    """Say what is too long in the words for a task's mistakes, or might hurt."""
    for mistake in task.mistakes:
        for said in unkind_words(mistake):
            yield f"{bank_of(task.lesson)}: {said}"


def unkind_words(mistake: Mistake) -> Texts:
    """Say what is too long in a mistake's words, or might hurt."""
    if len(mistake.name) > 60:
        yield f"{mistake.name!r} has {len(mistake.name)} characters. A name has at most 60."
    for hint in filter(None, (mistake.hint, mistake.second)):
        if len(hint) > 240:
            yield f"The hint {hint!r} has {len(hint)} characters. Keep to 240."
        if not hint.endswith((".", "?")):
            yield f"The hint {hint!r} is no sentence. End it with . or ?"
        for word in sorted(UNKIND & set(re.findall(r"\w+", hint.lower()))):
            yield f"The hint {hint!r} says {word!r}. Say it without."
    if mistake.second == mistake.hint:
        yield f"The second hint {mistake.second!r} is the first once more. Say something else."


def unnamed(file: Path, found: Iterable[Task]) -> Texts:
    """Say whether a lesson's module declares a task that is lost, since another has its name."""
    made = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Task"
    ]
    n = len(list(found))
    if len(made) != n:
        yield (
            f"{bank_of(int(file.stem[-2:]))} declares {len(made)} tasks, and {n} can be found. Give"
            " each a name of its own in the module: LOSS = Task(…)."
        )


def stray(file: Path) -> Texts:
    """Say which functions of a lesson's module belong to no task and help nobody there."""
    tree = ast.parse(file.read_text("utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for each in tree.body:
        if isinstance(each, ast.FunctionDef) and not (each.decorator_list or each.name in used):
            yield (
                f"{bank_of(int(file.stem[-2:]))}: nothing uses {each.name}. Write above it whose it"
                " is, such as @LOSS.mistake(…), or remove it."
            )


# --- Answers to try it with -----------------------------------------------------------------------


def all_answers() -> dict[int, Any]:
    """Return the modules with answers, by the number of the lesson."""
    names = [found.name for found in pkgutil.iter_modules(answers.__path__)]
    return {int(name[-2:]): importlib.import_module(f"answers.{name}") for name in names}


def given(part: str, task: Task, there: Answers) -> list[Any]:
    """Return the answers to a task that are there."""
    found: list[Any] = getattr(there.get(task.lesson), part, {}).get(task.name, [])
    return found


def unanswered(tasks: Iterable[Task], there: Answers) -> Texts:
    """Say which answers are missing, and which belong to no task."""
    lessons = {number: list(group) for number, group in itertools.groupby(tasks, lesson_of)}
    for lesson, group in lessons.items():
        names = [task.name for task in group]
        if lesson not in there:
            yield f"{answers_to(lesson)} is missing. Write there {wanted(names)}."
            continue
        for part in PARTS:
            entries = getattr(there[lesson], part, {})
            yield from too_few(part, entries, group)
            for name in sorted(set(entries) - set(names)):
                yield f"{answers_to(lesson)}: {part} has {name!r}, which is no task. Take it out."
    for lesson in sorted(set(there) - set(lessons)):
        yield f"{answers_to(lesson)} belongs to no lesson. Remove it, or write {bank_of(lesson)}."


def too_few(part: str, entries: Mapping[str, list[Any]], tasks: Iterable[Task]) -> Texts:
    """Say for which tasks too few answers are there."""
    least, what = PARTS[part]
    for task in tasks:
        if (n := len(entries.get(task.name, []))) < least:
            yield (
                f"{answers_to(task.lesson)}: {part}[{task.name!r}] has {n} answers. Write at least"
                f" {least} {what}."
            )


def wanted(names: list[str]) -> str:
    """Say what a file with answers holds."""
    parts = [f"{part}, with at least {least} {what}" for part, (least, what) in PARTS.items()]
    return f"a list for each of {', '.join(names)}: {'; and '.join(parts)}"


def lesson_of(task: Task) -> int:
    """Return the number of a task's lesson."""
    return task.lesson
