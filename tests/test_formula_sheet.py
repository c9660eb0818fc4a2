"""On the formula sheet every promise stands beside a measurement, and the two agree."""

from __future__ import annotations

import re

import pytest
from lesson_cells import cells_of, printed

SHEET = cells_of("90_formula_sheet")
NUMBER = re.compile(r"-?\d+\.?\d*")
ROUNDING = 1.01  # of the last digit that is printed


def numbers(text: str) -> list[float]:
    """Return the numbers in a text."""
    return [float(number) for number in NUMBER.findall(text)]


def disagreements(text: str) -> list[str]:
    """Name the lines in which a measured number was not promised, in its own line or above."""
    wrong, before = [], ""
    for line in text.splitlines():
        promised, _, measured = line.partition("measured")
        limits = re.search(r"closer at ([\d.]+), further (?:away )?at ([\d.]+)", measured)
        if limits:
            low, high = map(float, limits.groups())
            agree = any(low <= number <= high for number in numbers(before + promised))
        else:
            known = numbers(promised)
            agree = all(any(near(one, other) for one in known) for other in numbers(measured))
        if not agree or "False" in line:
            wrong.append(line)
        before = line
    return wrong


def near(one: float, other: float) -> bool:
    """Whether two printed numbers differ by rounding at most."""
    digits = max(len(f"{number:g}".partition(".")[2]) for number in (one, other))
    return abs(one - other) <= ROUNDING * 10.0**-digits


def test_measurements_agree_with_formulas():
    for cell in SHEET.values():
        assert disagreements(printed(cell)) == [], cell.id


def test_every_group_is_measured():
    groups: dict[str, list[str]] = {}
    for cell in SHEET.values():
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            groups[cell.id] = []
        elif groups and cell.cell_type == "code":
            groups[list(groups)[-1]].append(printed(cell))
    assert len(groups) >= 8
    assert [name for name, texts in groups.items() if "measured" not in "".join(texts)] == []


def test_every_formula_says_where_it_comes_from():
    cells = [cell.source for cell in SHEET.values()]
    tables = [source for source in cells if "| What, and when |" in source]
    rows = [line for source in tables for line in source.split("\n") if line.startswith("| **")]
    assert len(rows) >= 35
    assert [row for row in rows if not re.search(r"\]\(\d\d_\w+\.ipynb#[^)]+\) \|$", row)] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("rate 0.8554, measured 0.8554", 0),
        ("rate 0.8554, measured 0.8555", 0),
        ("rate 0.8554, measured 0.8564", 1),
        ("gradient at (2, 1): [-8.2 -9.0] measured [-8.2 -9.0]", 0),
        ("gradient at (2, 1): [-8.2 -9.0] measured [8.2 -9.0]", 1),
        ("2/L = 0.4841\nmeasured: closer at 0.4840, further away at 0.4845", 0),
        ("2/L = 0.4841\nmeasured: closer at 0.4850, further away at 0.4855", 1),
        ("the same run: False", 1),
    ],
)
def test_what_does_not_agree_is_refused(text: str, wrong: int):
    assert len(disagreements(text)) == wrong
