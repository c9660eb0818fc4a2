"""What a submission that was handed in late loses, by the instructor's rule.

A rule is a sentence: "10% per day", "2 points per hour, at most 50%", "no points", or "none".
What has begun counts as whole: a minute late is a day late. A share is one of the points that can
be reached, so that a day costs everybody the same. As in nbgrader, nobody loses more than all.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Unit = Literal["day", "hour"]

LENGTHS: dict[str, timedelta] = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
}

PLACES = 6
"""Decimal places of points: 0.1 three times is 0.3."""

EXAMPLES = '"10% per day", "2 points per day", "1 point per hour, at most 50%", "no points", "none"'

AMOUNT = r"(?P<{0}>\d+(?:\.\d+)?) ?(?P<{0}_in>%|points?)"
SENTENCE = re.compile(
    rf"{AMOUNT.format('loss')} (?:per|a|an) (?P<unit>day|hour)"
    rf"(?:, at most {AMOUNT.format('most')})?"
)

PATIENCE = re.compile(r"(\d+) ?(m|min|minutes?|h|hours?|d|days?)")

TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?P<zone>Z|[+-]\d{2}:\d{2}| \S+)?")


class LateError(ValueError):
    """A rule or a time cannot be read; the message says what was given and gives examples."""


@dataclass(frozen=True)
class Amount:
    """Some points.

    Parameters
    ----------
    number : float
        How many, or how many of a hundred.
    share : bool
        Whether it is a share of the points that can be reached, in per cent.
    """

    number: float
    share: bool

    def of(self, highest: float) -> float:
        """Return the points that this is, where `highest` can be reached."""
        return highest * self.number / 100 if self.share else self.number

    def __str__(self) -> str:
        if self.share:
            return f"{self.number:.12g}%"
        return f"{self.number:.12g} {'point' if self.number == 1 else 'points'}"


@dataclass(frozen=True)
class Rule:
    """What lateness costs.

    Parameters
    ----------
    loss : Amount
        For each day or hour that has begun.
    unit : "day" or "hour"
        Which.
    most : Amount or None
        What nobody loses more than.
    """

    loss: Amount
    unit: Unit
    most: Amount | None = None

    def __str__(self) -> str:
        if self == NO_POINTS:
            return "no points"
        most = f", at most {self.most}" if self.most else ""
        return f"{self.loss} per {self.unit}{most}"


NO_POINTS = Rule(Amount(100, share=True), "day")


@dataclass(frozen=True)
class Deadline:
    """When something had to be handed in, and what it costs to be late.

    Parameters
    ----------
    due : datetime
        When, with its zone.
    rule : Rule or None
        What lateness costs; None: nothing.
    grace : timedelta
        How late it may be without being late. Who is later than that is late since `due`.
    """

    due: datetime
    rule: Rule | None = None
    grace: timedelta = timedelta()


@dataclass(frozen=True)
class Final:
    """Points after lateness.

    Parameters
    ----------
    points, highest : float
        What is left, and what could be reached.
    late_days : int
        Days that had begun since it was due; 0 if it was not late.
    reason : str
        How late it was, what that costs, and why; empty if it was not late.
    loss : float
        What it costs.
    """

    points: float
    highest: float
    late_days: int = 0
    reason: str = ""
    loss: float = 0.0


def final(
    points: float, highest: float, handed_in: float | None, deadline: Deadline | None
) -> Final:
    """Take off what lateness costs.

    Parameters
    ----------
    points, highest : float
        What was reached, and what could be.
    handed_in : float or None
        When, in seconds since 1970; None if nothing tells: that is not late.
    deadline : Deadline or None
        Until when, and what it costs; None if there is none.
    """
    if handed_in is None or deadline is None:
        return Final(points, highest)
    at = datetime.fromtimestamp(handed_in, deadline.due.tzinfo)
    late = at - deadline.due
    if late <= max(deadline.grace, timedelta()):
        return Final(points, highest)
    days = begun(late, "day")
    loss = loss_of(late, points, highest, deadline.rule)
    reason = f"Handed in {counted(late)} late, at {shown(at)}; it was due at {shown(deadline.due)}."
    if deadline.rule:
        number = f"{loss:g} {'point' if loss == 1 else 'points'}"
        reason += f" That takes off {number}, by the rule: {deadline.rule}."
    left = round(points - loss, PLACES) if loss else points
    return Final(left, highest, days, reason, loss)


def loss_of(late: timedelta, points: float, highest: float, rule: Rule | None) -> float:
    """Return how many of the points are lost; never more than there are."""
    if rule is None:
        return 0.0
    loss = begun(late, rule.unit) * rule.loss.of(highest)
    if rule.most:
        loss = min(loss, rule.most.of(highest))
    if rule == NO_POINTS:
        loss = points
    return round(max(0.0, min(loss, points)), PLACES)


def begun(time: timedelta, unit: str) -> int:
    """Count the days or hours that have begun in a time."""
    return math.ceil(time / LENGTHS[unit])


def counted(late: timedelta) -> str:
    """Say how long a time is, in the largest unit that it fills: "26 hours" is "2 days"."""
    unit = next((name for name in LENGTHS if late > LENGTHS[name]), "minute")
    number = begun(late, unit)
    return f"{number} {unit}{'' if number == 1 else 's'}"


def shown(at: datetime) -> str:
    """Write a time to the minute, with its zone."""
    zone = at.strftime("%z")
    return f"{at:%Y-%m-%d %H:%M} UTC" + (f"{zone[:3]}:{zone[3:5]}" if at.utcoffset() else "")


# --- Reading --------------------------------------------------------------------------------------


def rule_of(text: str) -> Rule | None:
    """Read a rule; None for "none".

    Raises
    ------
    LateError
        If it is none.
    """
    words = " ".join(text.split()).casefold()
    if words == "none":
        return None
    if words in ("no points", "zero"):
        return NO_POINTS
    found = SENTENCE.fullmatch(words)
    if not found:
        raise LateError(
            f"{text!r} is no rule for what is late. Rules are, for example: {EXAMPLES}."
        )
    loss = Amount(float(found["loss"]), found["loss_in"] == "%")
    most = Amount(float(found["most"]), found["most_in"] == "%") if found["most"] else None
    for amount in (loss, most):
        if amount and not 0 < amount.number <= (100 if amount.share else math.inf):
            raise LateError(
                f"{text!r} takes off {amount}; it must be more than 0, and at most 100%. Rules are,"
                f" for example: {EXAMPLES}."
            )
    return Rule(loss, "day" if found["unit"] == "day" else "hour", most)


def grace_of(text: str) -> timedelta:
    """Read how late something may be without being late, such as "15m", "2h" or "1 day".

    Raises
    ------
    LateError
        If it is no length of time.
    """
    found = PATIENCE.fullmatch(" ".join(text.split()).casefold())
    if text.strip() == "0":
        return timedelta()
    if not found:
        raise LateError(f'{text!r} is no length of time. Give one such as "15m", "2h" or "1 day".')
    unit = next(length for name, length in LENGTHS.items() if name.startswith(found[2][0]))
    return int(found[1]) * unit


def due_of(text: str) -> tuple[str, datetime]:
    """Read when something is due: "TIME" for everything, "ASSIGNMENT=TIME" for one.

    Returns
    -------
    assignment : str
        What for; empty for everything.
    due : datetime
        With its zone: that of the text, or this machine's.

    Raises
    ------
    LateError
        If it is no time.
    """
    name, _, words = text.strip().rpartition("=")
    found = TIME.fullmatch(words.strip())
    try:
        if not found:
            raise ValueError
        zone = (found["zone"] or "").strip()
        if zone in ("", "Z") or zone[0] in "+-":
            at = datetime.fromisoformat(words.strip())
            return name.strip(), at if zone else at.astimezone()
        at = datetime.fromisoformat(words.strip().removesuffix(zone).strip())
        return name.strip(), at.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise LateError(
            f"{words.strip()!r} is no time. Give one such as 2026-11-20T23:59, which means this"
            ' machine\'s zone, 2026-11-20T23:59+01:00, or "2026-11-20T23:59 Europe/Berlin"; for one'
            " assignment of several, 06_momentum=2026-11-20T23:59."
        ) from None
