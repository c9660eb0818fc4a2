"""The time in nbgrader's `timestamp.txt`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

STAMP = "timestamp.txt"
"""The file beside a notebook in which nbgrader writes when it was handed in."""


def stamp(text: str) -> float | None:
    """Read a time as nbgrader writes it: a date, a time, and the name of a zone or an offset.

    Parameters
    ----------
    text : str
        As "2026-11-20 10:11:12.000000 UTC". Without a zone it is UTC, as for nbgrader.

    Returns
    -------
    float or None
        Seconds since 1970; None if it is no time.
    """
    words = text.split()
    try:
        moment = datetime.fromisoformat(" ".join(words[:2]))
        if len(words) == 3 and moment.tzinfo is None:
            zone = words[2]
            offset = datetime.fromisoformat(f"2000-01-01 00:00{zone}") if zone[0] in "+-" else None
            moment = moment.replace(tzinfo=offset.tzinfo if offset else ZoneInfo(zone))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, KeyError, OSError, OverflowError):  # KeyError: there is no such zone
        return None
