"""The script and the style of every page: the widgets' own files, and a small host around them.

`site/page/` holds the host, in plain pieces that share one scope. Nothing here is written twice:
the live figure and the buttons are the files that Jupyter gets, and the questions those of the
lessons.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course_tools.files import ROOT, show, write_changed
from course_tools.site.questions import every_question, ten_questions
from lessons_lib import live, predictions

HOST = ROOT / "site" / "page"

PIECES = (
    *("models", "keeping", "unpacking", "inputs"),
    *("explorers", "states", "predictions", "start"),
)
"""The files of the host, in this order."""

WIDGETS = {
    "live": Path(live.__file__).with_name("live.js"),
    "prediction": Path(predictions.__file__).with_name("prediction.js"),
}
"""The widgets' files, by the names that the host calls them."""

EXPORT = "export default { render };"
"""The one line in a widget's file that no script may have that is not a module."""

TWICE = "twice.js"
"""The script of the ten questions, which two pages need."""


def write_page(static: Path, explorers: Mapping[str, bytes]) -> None:
    """Write `page.js`, `page.css` and the ten questions.

    Parameters
    ----------
    static : Path
        Where to.
    explorers : mapping of str to bytes
        The scripts of the explorers, by their names.
    """
    twice = f"course.twice({compact(ten_questions())});\n".encode()
    given = {
        "EXPLORERS": {
            name: {"bytes": len(script), "version": version_of(script)}
            for name, script in explorers.items()
        },
        "QUESTIONS": every_question(),
        "TWICE": version_of(twice),
    }
    write_changed(static / TWICE, twice)
    write_changed(static / "page.js", script_with(given).encode())
    write_changed(static / "page.css", style().encode())


def script_with(given: Mapping[str, Any]) -> str:
    """Return the page's script, with constants that are given to it.

    Raises
    ------
    ValueError
        If a widget's file does not hand on its function as this module knows it.
    """
    constants = [f"const {name} = {compact(value)};" for name, value in given.items()]
    widgets = [as_constant(name, path) for name, path in WIDGETS.items()]
    host = [(HOST / f"{piece}.js").read_text(encoding="utf-8") for piece in PIECES]
    lines = ['"use strict"; // made by `make site`', "(() => {", *constants, *widgets, *host]
    return "\n".join([*lines, "})();", ""])


def as_constant(name: str, path: Path) -> str:
    """Return a widget's file, which is a module, as what it hands on, in a constant."""
    source = path.read_text(encoding="utf-8")
    if source.splitlines().count(EXPORT) != 1 or "\nimport " in source:
        raise ValueError(
            f"{show(path)} must have the line {EXPORT!r} once, and no import: a page cannot load"
            " modules from a memory stick."
        )
    body = source.replace(f"\n{EXPORT}\n", "\nhandedOn = { render };\n")
    return f"const {name} = (() => {{\nlet handedOn;\n{body}\nreturn handedOn;\n}})();"


def style() -> str:
    """Return the page's style: that of the widgets, then what a page adds."""
    own = [path.with_suffix(".css") for path in WIDGETS.values()]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*own, HOST / "page.css"])


def compact(value: Any) -> str:
    """Write a value as JSON, which is JavaScript, too."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def version_of(content: bytes) -> str:
    """Return what changes with a file, so that no browser shows a former one."""
    return hashlib.sha256(content).hexdigest()[:8]
