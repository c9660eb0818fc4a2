"""What a check has found, and the page that is made of all of them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 92


@dataclass(frozen=True)
class Finding:
    """What was found of one thing that a room needs.

    Parameters
    ----------
    subject : str
        What was looked at.
    says : str
        What was found.
    mend : str
        What to do; nothing where it is as it should be.
    """

    subject: str
    says: str
    mend: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether there is nothing to do."""
        return not self.mend


def line_of(finding: Finding) -> str:
    """Write a finding for the page: what was found, and below it what to do."""
    sign = "ready  " if finding.is_ready else "MISSING"
    first = f"{sign}  {finding.subject:14}  "
    said = wrapped(finding.says, first)
    return f"{said}\n{wrapped(finding.mend, ' ' * 9 + '→ ')}" if finding.mend else said


def wrapped(text: str, first: str) -> str:
    """Break lines after some words; what follows stands below what came after these."""
    below = " " * len(first)
    filler = textwrap.TextWrapper(
        WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
    )  # commands and addresses stay in one piece
    lines = []
    for number, line in enumerate(text.splitlines()):
        filler.initial_indent = below if number else first
        lines.append(filler.fill(line))
    return "\n".join(lines)


def verdict(findings: Sequence[Finding]) -> str:
    """Say in a sentence what came of it."""
    missing = [finding.subject for finding in findings if not finding.is_ready]
    if not missing:
        return "Ready. Start the room with `make room`."
    return f"Not ready: {', '.join(missing)}. Do what the arrows say, then `make check-room` again."
