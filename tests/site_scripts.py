"""Read what a page's scripts hand over: here in Python, as `site/page/unpacking.js` does there."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Script:
    """What the script of an explorer hands to the page."""

    name: str
    goal: str
    values: dict[str, Any]
    numbers: dict[str, str]
    bytes: dict[str, str]


def read(script: str) -> Script:
    """Read the script of an explorer."""
    found = re.fullmatch(r'course\.explorer\("([\w-]+)", (\{.*\})\);\n', script, re.DOTALL)
    assert found
    return Script(found[1], **json.loads(found[2]))


def as_bytes(text: str) -> bytes:
    """Read base64."""
    return b64decode(text, validate=True)


def unpacked(text: str) -> bytes:
    """Undo `packed`: planes of bytes to differences, and these to numbers."""
    planes = np.frombuffer(gzip.decompress(as_bytes(text)), np.uint8).reshape(4, -1)
    steps = np.ascontiguousarray(planes.T).view("<u4").ravel()
    return np.cumsum(steps, dtype=np.uint32).astype("<u4").tobytes()
