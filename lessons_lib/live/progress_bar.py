"""A bar that grows while a cell computes, and is gone when the cell is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import ipywidgets
from IPython import get_ipython
from IPython.display import DisplayHandle, display

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

Item = TypeVar("Item")


def progress_bar(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Go through a list, and show in the notebook how far it is.

    The bar is an output that is a widget and nothing else, and in the end it is emptied. So a
    stored notebook keeps nothing of it, and nothing is compared when the notebook is tested.

    Parameters
    ----------
    items : sequence
        What to go through.
    label : str
        What takes so long, in a few words.

    Yields
    ------
    object
        Each item; without a notebook, without a bar.
    """
    if get_ipython() is None:
        yield from items
        return
    bar = ipywidgets.IntProgress(
        max=len(items), description=label, style={"description_width": "initial"}
    )
    shown: DisplayHandle = display(  # type: ignore[no-untyped-call]
        {WIDGET_VIEW: {"version_major": 2, "version_minor": 0, "model_id": bar.model_id}},
        raw=True,
        display_id=True,
    )
    try:
        for item in items:
            yield item
            bar.value += 1
    finally:
        bar.close()
        shown.update({}, raw=True)  # type: ignore[no-untyped-call]
