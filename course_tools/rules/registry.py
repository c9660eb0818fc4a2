"""Rules that register themselves: what is defined below `@RULES.add` is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from course_tools.notebooks.cells import Notebook

Rule = Callable[[Notebook], Iterator[str]]
Added = TypeVar("Added", bound=Rule)


class Rules(list[Rule]):
    """The rules of a module, in the order in which they are written."""

    def add(self, rule: Added) -> Added:
        """Register a rule; to be written above it."""
        self.append(rule)
        return rule

    def problems(self, notebook: Notebook) -> list[str]:
        """Apply every rule, and return a sentence for each problem."""
        return [problem for rule in self for problem in rule(notebook)]
