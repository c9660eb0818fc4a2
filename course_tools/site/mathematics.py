"""Formulas: KaTeX writes them all while the site is built, and readers need its letters alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from course_tools.files import show
from course_tools.site.settings import HERE

SCRIPT = HERE / "formulas.js"
PACKAGE = HERE / "node_modules" / "katex"

FONT = re.compile(r"@font-face\{[^}]*\}")
WOFF2 = re.compile(r"src:(url\(fonts/[\w-]+\.woff2\) format\(\"woff2\"\))[^}]*")


class Formula(NamedTuple):
    """A formula in LaTeX, and whether it stands in a line of its own."""

    tex: str
    display: bool


class FormulaError(Exception):
    """A formula cannot be written. The message says which, and what KaTeX says of it."""


def write(formulas: Collection[Formula]) -> dict[Formula, str]:
    """Return formulas as HTML, with MathML in it for those who listen.

    Raises
    ------
    FormulaError
        If Node, which runs KaTeX, is missing, or KaTeX does not understand one of them.
    """
    listed = sorted(set(formulas))
    given = json.dumps([formula._asdict() for formula in listed])
    done = subprocess.run(
        [node(), str(SCRIPT)], input=given, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise FormulaError(f"KaTeX cannot write a formula: {reason_in(done.stderr)}")
    return dict(zip(listed, json.loads(done.stdout), strict=True))


def node() -> str:
    """Return where Node is."""
    found = shutil.which("node")
    if found is None:
        raise FormulaError(
            "Node is missing, which writes the formulas of the site. Install Node 20 or newer, "
            "with npm: on Debian or Ubuntu `sudo apt install nodejs npm`."
        )
    return found


def reason_in(stderr: str) -> str:
    """Return the line in which Node says what went wrong."""
    lines = [line for line in stderr.splitlines() if "Error" in line]
    return lines[0] if lines else stderr.strip()


def style_sheet() -> str:
    """Return KaTeX's style sheet, with the one form of its letters that browsers load."""
    css = (PACKAGE / "dist" / "katex.min.css").read_text(encoding="utf-8")
    return FONT.sub(lambda face: WOFF2.sub(r"src:\1;font-display:block", face[0]), css)


def copy_letters(folder: Path) -> None:
    """Write the style sheet and the letters into a folder."""
    fonts = PACKAGE / "dist" / "fonts"
    if not fonts.is_dir():
        raise FormulaError(f"{show(PACKAGE)} is missing; `npm ci` in {show(HERE)} fetches it.")
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    (folder / "katex.css").write_text(style_sheet(), encoding="utf-8")
    for font in fonts.glob("*.woff2"):
        shutil.copyfile(font, folder / "fonts" / font.name)
