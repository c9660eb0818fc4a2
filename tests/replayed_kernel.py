"""A kernel that runs nothing, and says again what is stored: comparing outputs takes no other.

As a plugin of pytest it stands in for the kernel of nbval, whose collecting, comparing and
reporting stay as they are. Beside each notebook lies `ran.json`, the notebook whose outputs are
what "ran". What every failed cell said is written to `failed.json`, at the root.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbval.plugin
import pytest

from course_tools.notebooks.cells import Notebook

RAN = "ran.json"
FAILED = "failed.json"
Message = dict[str, Any]


class ReplayedKernel:
    """What nbval asks of a kernel."""

    def __init__(self, kernel_name: str, cwd: str, startup_timeout: int) -> None:
        self._cells = iter(Notebook.read(Path(cwd) / RAN).code)
        self._messages: deque[Message] = deque()

    def execute_cell_input(self, source: str, allow_stdin: bool) -> str:
        cell = next(self._cells)
        assert cell.source == source
        self._messages.extend(messages(cell.outputs, cell.id))
        return str(cell.id)

    def get_message(self, stream: str, timeout: int) -> Message:
        return self._messages.popleft()

    def await_reply(self, message: str, timeout: int) -> None:
        """The answer is there."""

    def is_alive(self) -> bool:
        return True

    def stop(self) -> None:
        """Nothing runs."""


def messages(outputs: list[Any], answered: str) -> Iterator[Message]:
    """Give the messages with which a kernel would send a cell's outputs, and that it is idle."""
    for output in outputs:
        yield message(output.output_type, dict(output), answered)
    yield message("status", {"execution_state": "idle"}, answered)


def message(kind: str, content: dict[str, Any], answered: str) -> Message:
    return {"msg_type": kind, "content": content, "parent_header": {"msg_id": answered}}


# --- The plugin -----------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    nbval.plugin.RunningKernel = ReplayedKernel
    config.pluginmanager.register(Failures(config.rootpath / FAILED))


class Failures:
    """Keeps what every failed cell said, by its name."""

    def __init__(self, path: Path) -> None:
        self.path, self.said = path, dict[str, str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.said[report.nodeid] = report.longreprtext

    def pytest_sessionfinish(self) -> None:
        self.path.write_text(json.dumps(self.said), encoding="utf-8")
