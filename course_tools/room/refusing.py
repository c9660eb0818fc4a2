"""What is said to those who ask for something that the room does not do."""

from __future__ import annotations

LONGEST = 40
"""Signs of what was given that a sentence names."""


class RefusedError(Exception):
    """A request is refused.

    Parameters
    ----------
    status : int
        The HTTP status: 400, 401, 403, 404, 409, 413 or 429.
    sentence : str
        What was given, what is allowed, what to try.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def given(value: object) -> str:
    """Return what was given as a sentence names it: short, and without signs that act."""
    said = ascii(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
