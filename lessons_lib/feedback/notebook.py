"""What a check does around it: it clears old refusals, explains a name, and tells the page.

Anywhere else than in a notebook, as in marking, none of it happens.
"""

from __future__ import annotations

import difflib
import html
import sys
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Any

BOXES: dict[str, list[dict[str, Any]]] = {}
"""For each task the cells that have refused its points: what Jupyter calls their requests."""

CHECKED = "application/vnd.descent-to-momentum.check+json"
"""The form in which a page hears what came of a check. `course_tools/jupyter/room/` listens."""


def shell() -> Any:
    """Return what runs the cells of this notebook; None if this is no notebook."""
    ipython = sys.modules.get("IPython")
    here = ipython.get_ipython() if ipython else None
    return here if hasattr(here, "kernel") else None


def refuse_points(task: str) -> None:
    """Keep in mind which cell is about to show in red that a task is not right."""
    here = shell()
    if here is not None:
        BOXES.setdefault(task, []).append(here.display_pub.parent_header)


def clear_refusals(task: str) -> None:
    """Put words in place of each red box of a task that is right by now.

    Jupyter shows what belongs to the request of an earlier cell in that cell, as long as it has not
    run again.
    """
    here, boxes = shell(), BOXES.pop(task, [])
    if here is None:
        return
    said = f"{task} is right by now. Run this cell again: it gives the points."
    shown = {"text/plain": said, "text/html": f"<p>{html.escape(said)}</p>"}
    for box in boxes:
        publish = here.display_pub
        for kind, content in (
            ("clear_output", {"wait": True}),
            ("display_data", {"data": shown, "metadata": {}, "transient": {}}),
        ):
            publish.session.send(publish.pub_socket, kind, content, parent=box, ident=publish.topic)


def tell_page(task: str, right: bool, mistake: str) -> None:
    """Tell the page in which this notebook is open what came of a check.

    It is said as news of a display that no cell has. So nothing is shown, and nothing is saved.
    What becomes of it is for the page to know: in a room, those who agreed to it are counted.

    Parameters
    ----------
    task : str
        Which one.
    right : bool
        Whether it is right.
    mistake : str
        The name of a known mistake; empty if it is none.
    """
    here = shell()
    if here is not None:
        said = {CHECKED: {"task": task, "right": right, "mistake": mistake or None}}
        here.display_pub.publish(said, transient={"display_id": CHECKED}, update=True)


def explain_missing_names(tasks: Callable[[], Collection[str]]) -> None:
    """From now on, say in a sentence what to do if a cell names a task's function too early.

    Parameters
    ----------
    tasks : callable
        Returns the names of all tasks.
    """
    here = shell()
    if here is None:
        return

    def explain(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        said = missing(getattr(error, "name", None) or "", tasks()) if in_cell(trace) else ""
        if said:
            shell._showtraceback(kind, error, [said])
        else:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    here.set_custom_exc((NameError,), explain)


def in_cell(trace: TracebackType) -> bool:
    """Whether an error was raised by a line of a cell, and in no function."""
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_name == "<module>"


def missing(name: str, tasks: Collection[str]) -> str:
    """Say what to do about a name that is not there; nothing if it is no task's, nor like one."""
    if name in tasks:
        return f"{name} is not there yet. Run the cell in which you write it, and then this one."
    near = difflib.get_close_matches(name, tasks, n=1, cutoff=0.8)
    return f"There is no {name}. Do you mean {near[0]}?" if near else ""
