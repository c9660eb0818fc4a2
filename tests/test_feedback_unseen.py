"""What a function draws while it is checked is for nobody's eyes."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from matplotlib import pyplot
from nbclient import NotebookClient

from lessons_lib.feedback import limits
from lessons_lib.feedback.running import outcome


@pytest.fixture(autouse=True)
def no_window():
    """A pyplot that opens no window, and has no figure."""
    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


def drawing(number: int) -> int:
    """Draw beside the computation, as one does who wants to see what happens."""
    pyplot.figure()
    pyplot.plot([1, 2], [number, 2 * number])
    pyplot.show()
    return 2 * number


def test_a_figure_is_not_shown_and_not_left_open(monkeypatch: pytest.MonkeyPatch):
    shown: list[Any] = []
    monkeypatch.setattr(pyplot, "show", shown.append)
    mine = pyplot.figure().number
    pyplot.ion()
    (done,) = limits.line_by_line(drawing, [(2,)], 1, 60.0)
    assert (done.value, done.failure) == (4.0, None)
    assert (shown, pyplot.get_fignums()) == ([], [mine])
    assert pyplot.isinteractive()
    pyplot.ioff()
    pyplot.show("afterwards")
    assert shown == ["afterwards"]


def test_a_figure_is_closed_after_an_error_too():
    def failing(number: int) -> int:
        return drawing(number) // 0

    assert outcome(failing, (2,)).failure
    assert pyplot.get_fignums() == []


def test_a_display_formats_and_sends_nothing(monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []

    def formats(thing: object) -> tuple[dict[str, str], dict[str, str]]:
        done.append("formatted")
        return {"text/plain": str(thing)}, {}

    shell = SimpleNamespace(
        display_formatter=SimpleNamespace(format=formats),
        display_pub=SimpleNamespace(publish=done.append, clear_output=done.append),
    )

    def displaying(number: int) -> int:
        data, _ = shell.display_formatter.format(number)
        shell.display_pub.publish(data)
        shell.display_pub.clear_output(True)
        return 2 * number

    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert outcome(displaying, (2,)).value == 4
    assert done == []
    assert displaying(2) == 4
    assert done == ["formatted", {"text/plain": "2"}, True]


CELL = """
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from lessons_lib.feedback import check

def line_loss(theta, x, y):
    plt.plot(x, y)
    plt.show()
    display(plt.gcf())
    return np.mean((theta[0] + theta[1] * x - y) ** 2)

check(line_loss)
"""


@pytest.mark.kernel
def test_a_notebook_shows_the_verdict_alone(capfd: pytest.CaptureFixture[str]):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(nb, timeout=None).execute()
    (output,) = nb.cells[0].outputs
    assert output.data["text/plain"].startswith("✓ line_loss is right.")
    said = capfd.readouterr()
    assert "from fork" not in said.out + said.err
