"""Which tests start what takes long: a kernel, or the sandbox. A test says so by a mark, or fails.

`make check` leaves these out, so a test that starts something without its mark would make the
author's loop slow, and nobody would know why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SIGNS = {
    "kernel": ("ipykernel", "nbval", "jupyter", "nbgrader"),
    "sandbox": ("bwrap", "'-m', 'course_tools.marking'", "inside.warm"),
}
"""What stands in a command that starts something which takes long, by the mark that allows it."""

allowed: list[frozenset[str]] = []
"""The marks of the test that runs now; empty between tests."""


class UnmarkedError(RuntimeError):
    """A test starts something that takes long, and has no mark."""


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse to start what the test that runs now has no mark for. An audit hook of Python's."""
    if event == "subprocess.Popen" and allowed:
        refuse_unmarked(str(arguments[1]), allowed[-1])


def refuse_unmarked(command: str, marks: frozenset[str]) -> None:
    """Refuse a command that starts what these marks do not name.

    Raises
    ------
    UnmarkedError
        With the mark to write.
    """
    for mark, signs in SIGNS.items():
        if mark not in marks and any(sign in command for sign in signs):
            raise UnmarkedError(
                f"This test starts {command[:200]}, which takes long. Write"
                f" `pytestmark = pytest.mark.{mark}` in its module, or `@pytest.mark.{mark}` above"
                " it; then `make check` leaves it out."
            )


@contextmanager
def running(item: pytest.Item) -> Iterator[None]:
    """Watch a test while it runs, with what is set up for it."""
    allowed.append(frozenset(mark.name for mark in item.iter_markers()))
    try:
        yield
    finally:
        allowed.pop()


sys.addaudithook(watch)
