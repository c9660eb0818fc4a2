"""Show nothing that a function draws or displays while it is checked.

A check runs a function many times, and mostly in a copy of the process: what it draws is not for
the learner's eyes, and a copy cannot send it to them. Nothing is loaded here that is not loaded
already: a sandbox has no notebook.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    """Keep figures and displays from the learner's eyes, and leave open no figure of these."""
    before = open_figures()
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(close_figures_except, before)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            afterwards.enter_context(pyplot.ioff())
            replace(pyplot, "show", afterwards)
        if shell := notebook():
            replace(shell.display_formatter, "format", afterwards, lambda *_, **__: ({}, {}))
            replace(shell.display_pub, "publish", afterwards)
            replace(shell.display_pub, "clear_output", afterwards)
        yield


def open_figures() -> list[int]:
    """Return the numbers of pyplot's figures; none if nobody has loaded it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return list(pyplot.get_fignums()) if pyplot else []


def close_figures_except(kept: list[int]) -> None:
    """Close the figures of pyplot's that have been opened since these were the only ones."""
    for number in set(open_figures()) - set(kept):
        sys.modules["matplotlib.pyplot"].close(number)


def notebook() -> Any:
    """Return IPython's part of the kernel, through which all displays go; None outside of one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def nothing(*_: object, **__: object) -> None:
    """Do nothing, whatever is asked."""


def replace(
    owner: Any,
    name: str,
    afterwards: contextlib.ExitStack,
    with_what: Callable[..., Any] = nothing,
) -> None:
    """Put a function in the place of another, until afterwards."""
    afterwards.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, with_what)
