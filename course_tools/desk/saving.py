"""What JupyterLab saves of an explorer: its picture and its words, without a widget.

A saved notebook holds the name of a widget, not the widget: opened again, JupyterLab would show an
error in its place. The picture of the explorer's start stands beside it in the same output. So the
name is left out of the file, and a line below the picture says how to bring it to life. A
prediction has such words of its own. What is open in the browser stays as it is.
"""

from __future__ import annotations

from typing import Any

from course_tools.notebooks.stored import PNG, WIDGET_VIEW

MARKDOWN = "text/markdown"

LINE = "*This is a picture. To move it, run its cell again, and the cells above it.*"


def drop_widgets(model: dict[str, Any], **_: object) -> None:
    """Change what is about to be saved; a hook of Jupyter's, before each save.

    Parameters
    ----------
    model : dict
        A file as Jupyter's server holds it: its type, and its content.
    """
    content = model.get("content")
    if model.get("type") != "notebook" or not isinstance(content, dict):
        return
    for cell in content.get("cells", []):
        if cell.get("cell_type") == "code":
            cell["outputs"] = _asleep(cell.get("outputs", []))


def _asleep(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the outputs of a cell, with a line after each picture that was a widget."""
    kept = []
    for output in outputs:
        data = output.get("data", {})
        kept.append(output)
        asleep = WIDGET_VIEW in data and (PNG in data or MARKDOWN in data)
        if asleep:
            del data[WIDGET_VIEW]
        if asleep and MARKDOWN not in data:
            kept.append(
                {
                    "output_type": "display_data",
                    "data": {MARKDOWN: LINE, "text/plain": LINE.strip("*")},
                    "metadata": {},
                }
            )
    return kept
