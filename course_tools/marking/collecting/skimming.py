"""A notebook's file without what nobody keeps of it: outputs, attachments, states of widgets.

Pictures in outputs make a file large and say nothing about what a learner has written. They are
cut out of the text before any of it becomes an object of Python's, which would take twenty times
the memory. A file that is not JSON stays what it is, for others to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from course_tools.marking.submissions import refuse

TOKEN = re.compile(rb'("(?:[^"\\]++|\\.)*+")(\s*+:)?|[][{}]', re.DOTALL)
"""A string, with the colon after it if it is a key; or a bracket. The rest needs no look."""

TOKENS = 1_000_000
"""So many are looked at, which takes a second."""

OF_CELLS = {b'"outputs"', b'"attachments"'}
OF_METADATA = {b'"widgets"'}


def without_outputs(content: bytes) -> bytes:
    """Cut out of a notebook's JSON what is not kept.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    bytes
        The same JSON with empty outputs, attachments and widgets.

    Raises
    ------
    RefusedError
        If it consists of more pieces than anybody can have written.
    """
    kept, after = bytearray(), 0
    for start, end in spans(content):
        kept += content[after:start]
        kept += b"[]" if content[start] == ord("[") else b"{}"
        after = end
    return bytes(kept + content[after:])


def spans(content: bytes) -> Iterator[tuple[int, int]]:
    """Give where the values to be cut out begin and end."""
    depth, top = 0, b""  # how many brackets are open, and the notebook's own key that came last
    unwanted, begun, level = False, -1, 0
    for number, token in enumerate(TOKEN.finditer(content)):
        if number > TOKENS:
            refuse(
                f"The file consists of more than {TOKENS:,} pieces. Clear the outputs (Edit, Clear"
                " Outputs of All Cells), save, and hand it in again."
            )
        text, colon = token.group(1, 2)
        if text is not None:
            unwanted = colon is not None and is_unwanted(text, depth, top)
            top = text if colon is not None and depth == 1 else top
        elif token[0] in (b"[", b"{"):
            depth += 1
            if unwanted and begun < 0:
                begun, level = token.start(), depth
            unwanted = False
        else:
            if begun >= 0 and depth == level:
                yield begun, token.end()
                begun = -1
            depth, unwanted = depth - 1, False


def is_unwanted(key: bytes, depth: int, top: bytes) -> bool:
    """Whether a key at this depth is one of those whose values are not kept."""
    if top == b'"cells"':
        return depth == 3 and key in OF_CELLS
    return depth == 2 and top == b'"metadata"' and key in OF_METADATA
