"""What a learner's cell raised, and what there is to say about it.

All of it comes from inside the sandbox, so it is a claim: whoever writes it can write anything. It
is cut to a line, decides nothing, and only its author reads it, and the instructor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course_tools.marking.sandbox import tree
from course_tools.marking.sandbox.inside.wire import clipped
from lessons_lib.feedback.phrasing import joined

SAID, SHOWN = 200, 100
"""Characters that are kept of what an error says, and of a line of code."""

KIND = re.compile(r"[^\W\d]\w{0,60}")
"""A class of errors has such a name."""

NO_MODULE = re.compile(r"No module named '([\w.]{1,100})'")
NO_NAME = re.compile(r"(?:free variable|name) '(\w{1,100})' is not defined")
"""How Python says what is not there."""

NO_NETWORK = re.compile(
    r"name resolution|Name or service not known|resolve host|Network is unreachable"
    r"|urlopen error \[Errno|Max retries exceeded"
)
"""How programs say that they reach nobody."""

NOT_PYTHON = ("SyntaxError", "IndentationError", "TabError")

OFFERED = ("numpy", "matplotlib", "PIL", "ipywidgets", "IPython", "lessons_lib")
"""Modules that learners import, besides Python's own."""


@dataclass(frozen=True)
class Fault:
    """What a cell raised.

    Parameters
    ----------
    kind, words : str
        Name of the error's class, and what it says.
    line : int
        The line of the cell; 0 if none is known.
    """

    kind: str
    words: str
    line: int = 0

    @property
    def lacks(self) -> str:
        """The name that was not bound, if that is what it is about."""
        found = NO_NAME.search(self.words) if self.kind == "NameError" else None
        return found[1] if found else ""


def claimed(answer: dict[str, Any]) -> list[Any] | None:
    """Take out of the sandbox's answer what a cell raised: a `Fault` in plain values, or None."""
    kind, said, line = (answer.get(key) for key in ("error", "said", "line"))
    if not isinstance(kind, str) or not kind:
        return None
    words = said if isinstance(said, str) else ""
    return [
        kind if KIND.fullmatch(kind) else "an error of its own",
        clipped(words, SAID).strip().partition("\n")[0],
        line if type(line) is int and 0 < line < 10**6 else 0,
    ]


def title_of(fault: Fault) -> str:
    """Say in a sentence how a cell ended, to follow on the words "Cell 3"."""
    if fault.kind == "KeyboardInterrupt":
        return "took too long, and was interrupted."
    if fault.kind in NOT_PYTHON:
        where = f": line {fault.line} cannot be read" if fault.line else ""
        return f"is not Python{where} ({fault.words.rstrip('.')})."
    return f"stopped with {fault.kind}: {short_of(fault)}"


def short_of(fault: Fault) -> str:
    """Say what an error means, in a few words."""
    module = lacked_module(fault)
    if module:
        return f"{module} is not there when work is marked."
    if needs_network(fault):
        return "there is no network when work is marked."
    return f"{fault.words.rstrip('.') or 'it says nothing more'}."


def advice_on(fault: Fault, modules: Sequence[str] = ()) -> str:
    """Say what to do about an error; nothing, if there is nothing that holds for all of its kind.

    Parameters
    ----------
    fault : Fault
        The error.
    modules : sequence of str
        Modules of the assignment's own that can be imported.
    """
    if lacked_module(fault):
        there = joined(modules_there(modules))
        return (
            f"Packages cannot be installed when work is marked. There are {there}. A file of your"
            " own is not there either: put what you need of it into a cell."
        )
    if needs_network(fault):
        return "Do without what the cell loads, or ask your instructor where it is to come from."
    if fault.kind == "FileNotFoundError":
        return "Only the notebook is there when work is marked, and no file that stood beside it."
    if fault.kind == "KeyboardInterrupt":
        return "Is there a loop that never ends?"
    return ""


def lacked_module(fault: Fault) -> str:
    """Return the module that is not there, if that is what an error is about, and if it is so."""
    found = NO_MODULE.search(fault.words) if fault.kind == "ModuleNotFoundError" else None
    return found[1] if found and found[1].partition(".")[0] not in tree.modules() else ""


def needs_network(fault: Fault) -> bool:
    """Whether an error comes from looking for a network."""
    return bool(NO_NETWORK.search(fault.words))


def modules_there(modules: Sequence[str]) -> list[str]:
    """Return what can be imported."""
    return ["Python's own modules", *OFFERED, *modules]


def shown(line: str) -> str:
    """Return a line of code, cut if it is long."""
    line = line.strip()
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"
