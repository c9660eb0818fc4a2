"""What pytest needs beyond nbval to hold the lessons: readable differences and a last line.

nbval runs the cells and compares what they print. This plugin compares figures by their words
alone, names a failing cell by its id, shows stored against new line by line, and says at the end
how much ran.
"""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import TerminalRepr
from _pytest._io import TerminalWriter
from nbval.plugin import IPyNbCell, IPyNbFile  # type: ignore[import-untyped]

from course_tools.kernels import kernel_environment

PICTURE_IN_HTML = r'<img [^>]*src="data:image/png;base64,[^>]*>'
PICTURE_SAID = "(a picture, whose words are compared as text/plain)"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
NOTEBOOK_CELL = re.compile(r"::Cell \d+$")
SHOWN_LINES = 40
"""Lines of one difference that are shown: what is longer is a different notebook."""


# --- Around the run -----------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Give the kernels nothing of a user's: neither what IPython starts, nor their progress."""
    profile = tempfile.TemporaryDirectory(prefix="ipython-")
    own = kernel_environment(profile.name)
    before = {name: os.environ[name] for name in own if name in os.environ}
    os.environ.update(own)

    def restore() -> None:
        for name in own:
            os.environ.pop(name)
        os.environ.update(before)
        profile.cleanup()

    config.add_cleanup(restore)


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Leave pictures inside HTML out of the comparison: their bytes differ between machines."""
    if isinstance(collector, IPyNbFile):
        collector.sanitize_patterns[PICTURE_IN_HTML] = PICTURE_SAID


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build matplotlib's font cache now, or the first slow cell would say that it is built."""
    if any(isinstance(item, IPyNbCell) for item in session.items):
        import matplotlib.font_manager  # noqa: F401


# --- A cell that fails --------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Replace nbval's message by one that names the cell and shows the difference."""
    report = yield
    if isinstance(item, IPyNbCell) and report.failed and call.excinfo is not None:
        report.longrepr = CellFailure(item, call.excinfo.value)
        report.location = (*report.location[:2], name_of(item))
    return report


class CellFailure(TerminalRepr):
    """The message of one failing cell, in the shape in which pytest expects it."""

    def __init__(self, cell: Any, error: BaseException) -> None:
        self.text = "\n".join(explain(cell, error))
        self.reprcrash = Headline(f"{id_of(cell)}: {error}".split("\n", 1)[0])

    def __str__(self) -> str:
        """Text without colours."""
        return self.text

    def toterminal(self, out: TerminalWriter) -> None:
        """Write the text, with what went and what came in the colours of a difference."""
        for line in self.text.split("\n"):
            out.line(line, red=line.startswith("-"), green=line.startswith("+"))


@dataclass
class Headline:
    """What pytest repeats about a failure in its short summary."""

    message: str


def id_of(cell: Any) -> str:
    """Return the id of a cell, or its number if it has none."""
    return str(cell.cell.get("id", cell.cell_num))


def name_of(cell: Any) -> str:
    """Return the notebook and the id of a cell."""
    return f"{Path(cell.parent.path).name}, cell {id_of(cell)!r}"


def explain(cell: Any, error: BaseException) -> Iterator[str]:
    """Say what a cell did, beside what it should have done."""
    traceback = getattr(error, "inner_traceback", None) or ""
    yield f"{name_of(cell)}: {error}."
    if str(error) == "Cell outputs differ":
        yield from differences(cell)
        yield "If the new output is the right one, `make refresh` stores it."
    elif traceback:
        yield ANSI.sub("", traceback).strip("\n")
    yield ""
    yield "The cell:"
    yield from (f"    {line}" for line in cell.cell.source.split("\n"))


def differences(cell: Any) -> Iterator[str]:
    """Show every stored output that differs from the new one, line by line."""
    stored, new = compared(cell, cell.cell.outputs), compared(cell, cell.test_outputs)
    for kind in dict.fromkeys([*stored, *new]):
        for number, pair in enumerate(zip_longest(stored[kind], new[kind]), start=1):
            if pair[0] != pair[1]:
                many = max(len(stored[kind]), len(new[kind])) > 1
                yield ""
                yield from difference(f"{kind} {number}" if many else kind, *pair)
    yield ""


def difference(kind: str, stored: str | None, new: str | None) -> Iterator[str]:
    """Show one output, stored against new; None stands for an output that is not there."""
    before, after = (None if text is None else str(text).split("\n") for text in (stored, new))
    lines = list(
        difflib.unified_diff(
            before or [],
            after or [],
            f"stored {kind}" if before is not None else f"no {kind} is stored",
            f"new {kind}" if after is not None else f"there is no new {kind}",
            n=2,
            lineterm="",
        )
    )
    yield from lines[:SHOWN_LINES]
    if len(lines) > SHOWN_LINES:
        yield f"… and {len(lines) - SHOWN_LINES} more lines"


def compared(cell: Any, outputs: Any) -> defaultdict[str, list[str]]:
    """Collect what nbval compares of some outputs, by stream or kind of content."""
    found = defaultdict(list)
    for output in outputs:
        data = dict(output.get("data", {}))
        if output.output_type == "stream":
            data[output.name] = output.text
        elif output.output_type == "error":
            data["error"] = f"{output.ename}: {output.evalue}"
        for kind, content in data.items():
            if kind not in cell.parent.skip_compare:
                found[kind].append(cell.sanitize(content))
    return found


# --- The last line ------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost, so that it writes after pytest's own
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Say how many tests, cells and notebooks ran."""
    yield
    if not terminalreporter.config.option.collectonly:
        terminalreporter.write_line(last_line(terminalreporter.stats))


def last_line(stats: dict[str, list[Any]]) -> str:
    """Count what ran.

    Parameters
    ----------
    stats : dict
        pytest's reports by outcome.

    Returns
    -------
    str
        "N unit tests and M notebook cells of K notebooks ran: P passed, F failed".
    """
    passed = _ids(stats, "passed", "xpassed", "xfailed")
    failed = _ids(stats, "failed", "error")
    ran = passed | failed
    cells = {name for name in ran if NOTEBOOK_CELL.search(name)}
    notebooks = {name.split("::", 1)[0] for name in cells}
    line = (
        f"{len(ran - cells)} unit tests and {len(cells)} notebook cells of "
        f"{len(notebooks)} notebooks ran: {len(passed - failed)} passed, {len(failed)} failed"
    )
    skipped = len(_ids(stats, "skipped"))
    return f"{line}, and {skipped} more were skipped" if skipped else line


def _ids(stats: dict[str, list[Any]], *outcomes: str) -> set[str]:
    return {
        report.nodeid
        for outcome in outcomes
        for report in stats.get(outcome, [])
        if isinstance(report, pytest.TestReport)
    }
