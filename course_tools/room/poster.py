"""What stands on the terminal of a room: its address, the code for phones, and its two words."""

from __future__ import annotations

import io
import sys

import segno

DARK = "\x1b[97;40m"
"""White on black, whatever the terminal's colours are: phones read a code that is dark on light."""

PLAIN = "\x1b[0m"


def code(address: str, *, colours: bool) -> str:
    """Draw an address for the cameras of phones, with two rows of dots in a line.

    Parameters
    ----------
    address : str
        What a phone is to open.
    colours : bool
        Whether the terminal can be told its colours. Without, it is taken for a dark one.
    """
    drawn = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(drawn, compact=True, border=2)
    rows = drawn.getvalue().splitlines()
    return "\n".join(f"{DARK}{row}{PLAIN}" if colours else row for row in rows)


def can_draw() -> bool:
    """Whether the terminal has the half blocks of which the code consists."""
    try:
        "▀▄█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def drawn(address: str) -> str:
    """Draw an address if it can be drawn here."""
    if not can_draw():
        return "(This terminal cannot draw the code for phones.)"
    return code(address, colours=sys.stdout.isatty())
