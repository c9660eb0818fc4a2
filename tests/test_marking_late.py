"""Lateness costs what the rule says, is never worth more than it was on time, and is explained."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools.marking.late import (
    NO_POINTS,
    Amount,
    Deadline,
    LateError,
    Rule,
    due_of,
    final,
    grace_of,
    rule_of,
)

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=timezone(timedelta(hours=1)))
DAY = 86_400

amounts = st.builds(Amount, st.integers(1, 100).map(float), st.booleans())
rules = st.builds(Rule, amounts, st.sampled_from(["day", "hour"]), st.none() | amounts)
deadlines = st.builds(
    Deadline,
    st.just(DUE),
    st.none() | st.just(NO_POINTS) | rules,
    st.timedeltas(timedelta(), timedelta(hours=3)),
)
seconds = st.floats(-3 * DAY, 30 * DAY)
points = st.floats(0, 20)


def after(late: float) -> float:
    """Return when that was: so many seconds after it was due."""
    return DUE.timestamp() + late


# --- What it costs --------------------------------------------------------------------------------


@given(points, seconds, deadlines)
def test_nobody_loses_more_than_they_have_or_wins_anything(
    reached: float, late: float, deadline: Deadline
):
    after_all = final(reached, 20, after(late), deadline)
    assert 0 <= after_all.points <= reached + 1e-6
    assert after_all.points == pytest.approx(reached - after_all.loss, abs=1e-6)
    assert bool(after_all.late_days) == bool(after_all.reason)


@given(points, st.lists(seconds, min_size=2, max_size=5), deadlines)
def test_later_is_never_better(reached: float, times: list[float], deadline: Deadline):
    ends = [final(reached, 20, after(late), deadline) for late in sorted(times)]
    for early, late in pairwise(ends):
        assert late.points <= early.points + 1e-6
        assert late.late_days >= early.late_days


@given(st.lists(points, min_size=2, max_size=2), seconds, deadlines)
def test_who_had_more_does_not_have_less(two: list[float], late: float, deadline: Deadline):
    low, high = (final(reached, 20, after(late), deadline).points for reached in sorted(two))
    assert low <= high + 1e-6


@given(points, st.floats(-3 * DAY, 0), deadlines)
def test_in_time_costs_nothing(reached: float, early: float, deadline: Deadline):
    assert final(reached, 20, after(early), deadline).points == reached


@given(points, seconds, deadlines, st.integers(-12, 14))
def test_the_zone_in_which_a_time_is_written_does_not_matter(
    reached: float, late: float, deadline: Deadline, hours: int
):
    there = DUE.astimezone(timezone(timedelta(hours=hours)))
    other = Deadline(there, deadline.rule, deadline.grace)
    here, elsewhere = (final(reached, 20, after(late), each) for each in (deadline, other))
    assert (here.points, here.late_days) == (elsewhere.points, elsewhere.late_days)


@pytest.mark.parametrize(
    ("rule", "late", "left", "days"),
    [
        ("10% per day", 60, 17, 1),
        ("10% per day", DAY, 17, 1),
        ("10% per day", DAY + 1, 15, 2),
        ("10% per day", 30 * DAY, 0, 30),
        ("10% per day, at most 30%", 30 * DAY, 13, 30),
        ("2 points per day", 3 * DAY, 13, 3),
        ("1 point per hour, at most 5 points", 2 * 3600, 17, 1),
        ("1 point per hour, at most 5 points", DAY, 14, 1),
        ("no points", 60, 0, 1),
        ("none", 5 * DAY, 19, 5),
    ],
)
def test_examples(rule: str, late: float, left: float, days: int):
    after_all = final(19, 20, after(late), Deadline(DUE, rule_of(rule)))
    assert (after_all.points, after_all.late_days) == (left, days)


def test_no_points_takes_extra_points_too():
    assert final(25, 20, after(60), Deadline(DUE, NO_POINTS)).points == 0


def test_after_the_grace_everything_counts():
    deadline = Deadline(DUE, rule_of("1 point per hour"), grace_of("15m"))
    assert final(10, 20, after(15 * 60), deadline) == final(10, 20, None, None)
    assert final(10, 20, after(61 * 60), deadline).points == 8


def test_unknown_times_are_not_late():
    assert final(10, 20, None, Deadline(DUE, NO_POINTS)).points == 10
    assert final(10, 20, after(DAY), None).points == 10


def test_the_reason_says_when_what_and_why():
    said = final(7.5, 10, after(26 * 3600), Deadline(DUE, rule_of("10% per day"))).reason
    assert said == (
        "Handed in 2 days late, at 2026-11-22 01:59 UTC+01:00; it was due at 2026-11-20 23:59"
        " UTC+01:00. That takes off 2 points, by the rule: 10% per day."
    )
    said = final(7.5, 10, after(61), Deadline(DUE.astimezone(UTC))).reason
    assert said.startswith("Handed in 2 minutes late, at 2026-11-20 23:00 UTC; it was due")


def test_tenths_stay_tenths():
    assert final(1, 1, after(3 * DAY), Deadline(DUE, rule_of("10% per day"))).points == 0.7


# --- Reading --------------------------------------------------------------------------------------


@given(rules)
def test_a_rule_is_read_as_it_is_written(rule: Rule):
    assert rule_of(str(rule)) == rule


def test_other_ways_to_write_it():
    assert rule_of(" 10 %  a Day ") == rule_of("10% per day") == Rule(Amount(10, True), "day")
    assert rule_of("zero") == rule_of("no points") == NO_POINTS
    assert rule_of(str(NO_POINTS)) == NO_POINTS


@pytest.mark.parametrize(
    "text",
    ["", "10", "10%", "10% per week", "-1 points per day", "1,5 points per day", "0% per day",
     "110% per day", "10% per day and 5", "ten per cent per day", "10% per day, at most 0%",
     "1e3% per day", "nan% per day", "10% per day at most 5%"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_examples(text: str):
    with pytest.raises(LateError, match=r'10% per day", "2 points per day'):
        rule_of(text)


def test_lengths_of_time():
    lengths = [grace_of(text) for text in ("0", "15m", "2 h", "1 day", "90 minutes")]
    assert [each.total_seconds() / 60 for each in lengths] == [0, 15, 120, 1440, 90]


@pytest.mark.parametrize("text", ["", "15", "-5m", "1.5h", "a day", "5 weeks"])
def test_what_is_no_length_is_refused(text: str):
    with pytest.raises(LateError, match='such as "15m", "2h" or "1 day"'):
        grace_of(text)


def test_times():
    assert due_of("2026-11-20T23:59+01:00") == ("", DUE)
    assert due_of("06_momentum=2026-11-20 22:59Z") == ("06_momentum", DUE)
    assert due_of("2026-11-20T23:59 Europe/Berlin") == ("", DUE)
    name, here = due_of("2026-11-20T23:59")
    assert (name, here.replace(tzinfo=None)) == ("", datetime(2026, 11, 20, 23, 59))
    assert here.utcoffset() == datetime(2026, 11, 20, 23, 59).astimezone().utcoffset()


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-11-20", "20.11.2026 23:59", "2026-02-30T10:00", "2026-11-20T25:00",
     "2026-11-20T23:59 Berlin", "2026-11-20T23:59 ../etc/passwd", "06_momentum=",
     "0000-01-01T00:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_examples(text: str):
    with pytest.raises(LateError, match=r"2026-11-20T23:59\+01:00"):
        due_of(text)
