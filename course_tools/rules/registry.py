"""Rules that register themselves: what is defined below `@RULES.add` is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

Subject = TypeVar("Subject")
"""What the rules of a module look at: a notebook, a page, a folder of lessons."""


class Rules(list[Callable[[Subject], Iterator[str]]]):
    """The rules of a module, in the order in which they are written."""

    def add(self, rule: Callable[[Subject], Iterator[str]]) -> Callable[[Subject], Iterator[str]]:
        """Register a rule; to be written above it."""
        self.append(rule)
        return rule

    def problems(self, subject: Subject) -> list[str]:
        """Apply every rule, and return a sentence for each problem."""
        return [problem for rule in self for problem in rule(subject)]
