"""The report of benchmarks/slider_latency: percentiles, ratios of pairs, tables and targets."""

import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def report():
    before = set(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    yield import_module("sliders.report")
    sys.path.remove(str(BENCHMARKS))
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def moves(report):
    """Moves that meet every target: three of each way."""
    times = {
        "interact": [400, 500, 600],
        "ipympl": [200, 200, 200],
        "streamed": [40, 50, 90],
        "tabulated": [10, 10, 36],
        "by hand": [8, 10, 40],
    }
    return {way: [report.Move(ms, 1000, 2000, 3) for ms in seen] for way, seen in times.items()}


@pytest.fixture
def drags(report):
    """Drags that meet every target: two of each way."""
    good = report.Drag(60, 1.0, 58, 3, 20.0, 1.2, ends_right=True)
    return {way: [good, replace(good, lag_frames=1.8)] for way in report.NAMES}


@pytest.mark.parametrize(
    ("percent", "value"), [(0, 1), (1, 1), (50, 20), (95, 38), (97.5, 39), (100, 40)]
)
def test_a_percentile_is_one_of_the_values(report, percent, value):
    assert report.percentile(list(range(40, 0, -1)), percent) == value


def test_no_value_has_no_percentile(report):
    with pytest.raises(ValueError, match="values is empty"):
        report.percentile([], 95)


def test_ratios_are_those_of_pairs(report, moves):
    assert report.ratios(moves, "tabulated") == [10 / 400, 10 / 500, 36 / 600]
    assert report.ratios(moves, "interact") == [1, 1, 1]


def test_a_move_without_its_pair_is_refused(report, moves):
    with pytest.raises(ValueError, match="argument 2 is longer"):
        report.ratios(moves | {"tabulated": moves["tabulated"][:2]}, "tabulated")


def test_the_moves_have_a_row_for_each_way(report, moves):
    heading, _, *rows = report.move_table(moves).splitlines()
    assert heading.split()[-4:] == ["bytes", "sent", "received", "CPU", "ms"][1:]
    assert [row.split("  ")[0] for row in rows] == list(report.ROWS.values())
    assert rows[0].split()[-6:] == ["500.0", "600.0", "1/1", "1,000", "2,000", "3.0"]
    assert rows[3].split()[-6:-3] == ["10.0", "36.0", "1/40"]


def test_the_drags_have_a_row_for_each_way(report, drags):
    rows = report.drag_table(drags).splitlines()[2:]
    assert [row.split("  ")[0] for row in rows] == list(report.NAMES.values())
    assert rows[3].split()[-9:] == ["58", "20", "20", "1.5", "1.8", "3", "2", "of", "2"]


def missed(report, moves, drags):
    return [(each.a, each.b) for each in report.comparisons(moves, drags) if each.missed]


def test_good_figures_meet_every_target(report, moves, drags):
    assert missed(report, moves, drags) == []
    report.check(drags)


@pytest.mark.parametrize(
    ("way", "milliseconds", "fails"),
    [
        ("tabulated", 24, False),  # of 500: 1/20 is 25
        ("tabulated", 26, True),
        ("by hand", 24, False),
        ("by hand", 26, True),
        ("streamed", 83, False),  # of 500: 1/6 is 83.3
        ("streamed", 84, True),
        ("ipympl", 1000, False),  # the others are only reported
    ],
)
def test_a_slow_figure_misses_its_target(report, moves, drags, way, milliseconds, fails):
    usual = [replace(each, milliseconds=500) for each in moves["interact"]]
    slow = [replace(each, milliseconds=milliseconds) for each in moves[way]]
    found = missed(report, moves | {"interact": usual, way: slow}, drags)
    named = report.NAMES.get(way, f"{report.NAMES['tabulated']}, a mark by hand")
    assert found == [(named, report.NAMES["interact"])] * fails


@pytest.mark.parametrize(
    ("way", "late", "unit"),
    [
        ("tabulated", {"lag_frames": 2.5}, "a frame"),
        ("streamed", {"pictures_after": 5}, "a picture"),
    ],
)
def test_a_picture_behind_the_hand_misses_its_target(report, moves, drags, way, late, unit):
    drags[way] = [replace(each, **late) for each in drags[way]]
    assert missed(report, moves, drags) == [(f"{report.NAMES[way]}, after a fast drag", unit)]


@pytest.mark.parametrize("way", ["streamed", "tabulated"])
def test_another_picture_than_the_last_is_refused(report, drags, way):
    drags[way][1] = replace(drags[way][1], ends_right=False)
    with pytest.raises(ValueError, match=rf"{way}: drag 2 ends with another state's picture"):
        report.check(drags)


def test_the_usual_way_may_end_wrong(report, drags):
    drags["interact"][0] = replace(drags["interact"][0], ends_right=False)
    report.check(drags)
    assert "1 of 2" in report.drag_table(drags)
