"""What tests of the sandbox share: cells to run in it, and a warm process to spoil."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from course_tools.marking.sandbox import bubble as bubbles
from course_tools.marking.sandbox import session as sandboxes
from course_tools.marking.sandbox.bubble import Bubble
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import Sandbox
from course_tools.marking.sandbox.tree import INSIDE, OWN


def ran(sandbox: Sandbox, source: str, seconds: float = 15.0) -> dict[str, Any]:
    """Run a cell, and return the answer."""
    within = Limits(cell_seconds=seconds).cell_time
    return sandbox.ask("run", within, interruptible=True, source=source, title="<cell 1>")


def said(sandbox: Sandbox, source: str, seconds: float = 15.0) -> str:
    """Run a cell in which nothing goes wrong, and return what it printed."""
    answer = ran(sandbox, source, seconds)
    assert answer["error"] is None, answer["traceback"]
    return str(answer["printed"]).strip()


def said_alone(source: str, limits: Limits | None = None) -> str:
    """Run a cell in a sandbox of its own, and return what it printed."""
    with Sandbox(limits or Limits()) as sandbox:
        return said(sandbox, source)


@contextlib.contextmanager
def another_bubble() -> Iterator[list[Bubble]]:
    """Fork the sandboxes from a new warm process, which is started for the first of them."""
    made: list[Bubble] = []

    @cache
    def bubble(protected: bool, modules: tuple[Path, ...]) -> Bubble:
        made.append(Bubble(protected=protected, modules=modules))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandboxes, "bubble", bubble)
        try:
            yield made
        finally:
            for each in made:
                each.close()


def with_inside(patch: pytest.MonkeyPatch, folder: Path, *changes: tuple[str, str, str]) -> None:
    """Let other code run inside than ours: in each change a file, a text in it, and a new one."""
    shutil.copytree(INSIDE, folder / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in changes:
        path = folder / "inside" / file
        text = path.read_text()
        assert text.count(old) == 1, (file, old)
        path.write_text(text.replace(old, new))
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755)
    real = bubbles.command
    show = ["--ro-bind", str(folder / "inside"), f"{OWN}/inside"]
    patch.setattr(bubbles, "command", lambda *given: [*real(*given), *show])
