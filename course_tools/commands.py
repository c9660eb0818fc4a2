"""From a verb on the command line to its function, and from any Python into `.venv`'s own."""

from __future__ import annotations

import importlib
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from course_tools import bootstrap
from course_tools.files import ROOT
from course_tools.verbs import VERBS, Verb, help_text


def main(arguments: Sequence[str]) -> int:
    """Run one verb in a `.venv` that is right and return its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that the terminal lacks stops nothing
        sys.stdout.reconfigure(errors="backslashreplace")
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(help_text())
        return 0
    name, *rest = arguments
    if name not in VERBS:
        print(f"There is no command `{name}`.\n\n{help_text()}", file=sys.stderr)
        return 2
    verb = VERBS[name]
    try:
        python = bootstrap.ensure(ROOT, verb.audience)
        if not runs_in_venv():
            return hand_over([str(python), "-m", "course_tools", *arguments])
        return call(verb, rest)
    except KeyboardInterrupt:
        bootstrap.say("\nStopped. The same command starts again.")
        return 130
    except (bootstrap.SetupError, OSError) as error:
        bootstrap.say(str(error))
        return 1


def call(verb: Verb, arguments: Sequence[str]) -> int:
    """Import a verb's function, and call it with the rest of the command line."""
    module, _, name = verb.function.partition(":")
    status: int = getattr(importlib.import_module(module), name)(arguments)
    return status


def runs_in_venv() -> bool:
    """Say whether this process is `.venv`'s own Python."""
    return Path(sys.prefix).resolve() == (ROOT / ".venv").resolve()


def hand_over(command: Sequence[str]) -> int:
    """Become the command; where a process cannot, wait for it and return its exit status.

    It sees the course's own packages, whatever the environment says of others.
    """
    sys.stdout.flush()
    environment = bootstrap.clean_environment()
    if os.name != "nt":
        os.execve(command[0], list(command), environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reaches the command as well, which decides what it means
