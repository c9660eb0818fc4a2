"""Every task of the course, with its known mistakes: one module for each lesson.

Nothing lists them. A module that is called ``lesson_NN`` is found, and so is every task in it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from lessons_lib.feedback.task import Task, place_of


@cache
def tasks() -> dict[str, Task]:
    """Return every task by its name, in the order of the lessons.

    Raises
    ------
    ValueError
        If a lesson's module has no task, or one of them cannot be used. It says what to write.
    """
    found = sorted(module.name for module in pkgutil.iter_modules(__path__, f"{__name__}."))
    lessons = [name for name in found if name.startswith(f"{__name__}.lesson_")]
    return by_name([each for name in lessons for each in tasks_in(importlib.import_module(name))])


def tasks_in(module: ModuleType) -> list[Task]:
    """Return the tasks of a lesson's module, in the order in which they are declared.

    Raises
    ------
    ValueError
        If there is none, or one has no answer or another lesson's number.
    """
    file, number = module.__file__, int(module.__name__[-2:])
    declared = {name: each for name, each in vars(module).items() if isinstance(each, Task)}
    if not declared:
        raise ValueError(
            f"{file} has no task. Declare one, such as LOSS = Task(lesson={number}, …), or remove"
            " the file."
        )
    for name, task in declared.items():
        if task.right_answer is None:
            raise ValueError(
                f"The task {name} in {file} has no answer. Write the right implementation below it,"
                f" with @{name}.answer above its def."
            )
        if task.lesson != number:
            raise ValueError(
                f"The task {name} in {file} says lesson={task.lesson}. Write lesson={number}, or"
                f" move it to lesson_{task.lesson:02}.py."
            )
    return list(declared.values())


def by_name(found: list[Task]) -> dict[str, Task]:
    """Return tasks by their names.

    Raises
    ------
    ValueError
        If two have the same.
    """
    named: dict[str, Task] = {}
    for task in found:
        if task.name in named:
            raise ValueError(
                f"Two tasks are called {task.name}, one of lesson {named[task.name].lesson} and one"
                f" in {place_of(task.reference)}. Give one another name."
            )
        named[task.name] = task
    return named
