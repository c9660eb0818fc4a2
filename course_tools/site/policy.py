"""What a page may load: what is its own, and nothing from anywhere else."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

INLINE = "INLINE-SCRIPTS"
"""Stands in a page's policy until it is known which scripts are written in the page itself."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {INLINE}",
        "style-src 'self' 'unsafe-inline'",  # formulas are placed by attributes
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
    )
)

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def allow_inline_scripts(folder: Path) -> None:
    """Name in each page's policy the scripts that are written in it, by what they say."""
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if INLINE in text:
            hashes = " ".join(sorted({hash_of(script) for script in SCRIPT.findall(text)}))
            page.write_text(text.replace(INLINE, hashes), encoding="utf-8")


def hash_of(script: str) -> str:
    """Return a script as a policy names it."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
