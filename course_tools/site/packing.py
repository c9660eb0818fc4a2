"""Make the numbers of an explorer small enough to travel, without changing a bit of them.

Neighbours on a line differ little. So what is kept of each number is how far its bits, read as a
whole number, are from those of its neighbour. Of these differences first all lowest bytes are
written, then all second ones, and so on: the high ones are nearly all alike, and gzip makes next
to nothing of them.

A page from a memory stick may load scripts and nothing else. So the bytes stand in a script, as
base64. `site/page/unpacking.js` undoes what is done here.
"""

from __future__ import annotations

import gzip
from base64 import b64encode

import numpy as np

WORD = 4
"""Bytes of a number."""


def packed(numbers: bytes) -> str:
    """Pack a buffer of 32-bit numbers; the same numbers give the same text.

    Parameters
    ----------
    numbers : bytes
        The numbers one after the other, lowest byte first: float32 or any other of 32 bits.

    Returns
    -------
    str
        Their differences as planes of bytes, by gzip, as base64.

    Raises
    ------
    ValueError
        If the length is no multiple of 4.
    """
    if len(numbers) % WORD:
        raise ValueError(
            f"The buffer has {len(numbers):,} bytes; it must hold numbers of {WORD} bytes each."
        )
    bits = np.frombuffer(numbers, "<u4")
    steps = np.diff(bits, prepend=np.uint32(0))  # modulo 2³², so that no step is lost
    planes = steps.astype("<u4").view(np.uint8).reshape(-1, WORD).T
    return as_text(gzip.compress(planes.tobytes(), mtime=0))


def as_text(content: bytes) -> str:
    """Write bytes as base64."""
    return b64encode(content).decode("ascii")
