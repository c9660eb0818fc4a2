"""Words that a room gives out: chosen by chance, and written without look-alike signs."""

from __future__ import annotations

import hashlib
import secrets

SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0 beside o, and no 1 beside i and l."""

CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"


def new_secret() -> str:
    """Return a person's secret, of 99 bits, in groups that can be written down: "k7mp-2xqd-…"."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(5))


def new_word(syllables: int) -> str:
    """Return a word to read from a wall, of 6 bits for each syllable: "bako-timu-reno"."""
    said = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(syllables)]
    return "-".join("".join(said[at : at + 2]) for at in range(0, syllables, 2))


def plain(typed: str) -> str:
    """Return what somebody typed without what does not matter: case, hyphens and spaces."""
    return "".join(sign for sign in typed.lower() if sign.isalnum())


def digest(typed: str) -> str:
    """Return what is kept of a secret: enough to know it again, and too little to use it."""
    return hashlib.sha256(plain(typed).encode()).hexdigest()


def same(typed: str, word: str) -> bool:
    """Whether somebody typed the word; how long the answer takes says nothing about it."""
    return secrets.compare_digest(digest(typed), digest(word))
