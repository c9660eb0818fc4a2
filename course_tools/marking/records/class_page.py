"""What a class has understood: `class.html` to look at, `class.csv` to reckon with.

They count, for each task, how many have it right and which mistakes were named how often. Names
stand there only where several have handed in the same.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_tools.files import write_whole
from course_tools.marking.records.reports import (
    OUTCOMES,
    cleaned,
    harmless,
    kind_of,
    named,
    template,
    title_and_lines,
)
from course_tools.marking.records.standing import Standing
from course_tools.marking.records.twins import OWN
from course_tools.marking.results import Mark
from course_tools.marking.submissions import Listed

MOST = 12
"""Columns of the histogram."""

COLUMNS = ("assignment", "task", "what", "count", "of")

STATUSES = ("marked", "stopped", "refused")


@dataclass
class Task:
    """What came of a task in a class.

    Parameters
    ----------
    name : str
        The test's grade id.
    highest : float
        Points that can be reached.
    kinds : Counter of str
        How many have it right, partly, not, or still open.
    mistakes : Counter of str
        How often which mistake was named, or what was said instead.
    points : float
        All points together.
    """

    name: str
    highest: float
    kinds: Counter[str] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    points: float = 0.0

    def add(self, mark: Mark) -> None:
        """Count a mark."""
        kind = kind_of(mark)
        self.kinds[kind] += 1
        self.points += mark.points or 0.0
        if kind in ("not", "partly"):
            said = title_and_lines(mark.mistake or mark.words)[0]
            self.mistakes[said.strip().rstrip(".") or "No reason was given"] += 1

    @property
    def average(self) -> float:
        """Points in the mean of those whose points are decided."""
        decided = self.kinds.total() - self.kinds["open"]
        return self.points / decided if decided else 0.0


@dataclass
class Overview:
    """What came of an assignment.

    Parameters
    ----------
    name, title : str
        Which.
    twins : list of list of str
        Who has handed in the same as whom.
    """

    name: str
    title: str
    twins: Sequence[Sequence[str]] = ()
    statuses: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    points: list[float] = field(default_factory=list)
    highest: float = 0.0
    late: int = 0
    open: int = 0
    tasks: dict[str, Task] = field(default_factory=dict)

    def add(self, standing: Standing) -> None:
        """Count a submission."""
        result = standing.result
        self.statuses[result.status] += 1
        self.points.append(standing.final.points)
        self.highest = max(self.highest, standing.final.highest)
        self.late += bool(standing.final.late_days)
        self.open += standing.open
        for mark in result.marks:
            self.tasks.setdefault(mark.name, Task(mark.name, mark.highest)).add(mark)

    def add_listed(self, listed: Listed) -> None:
        """Count what is not marked."""
        self.listed[listed.status] += 1

    @property
    def number(self) -> int:
        """How many submissions have a mark or a reason."""
        return len(self.points)

    @property
    def middle(self) -> float:
        """The median of the points."""
        ordered, half = sorted(self.points), len(self.points) // 2
        if not ordered:
            return 0.0
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    def columns(self) -> list[tuple[str, int]]:
        """Count points in columns of the same width: what each holds, and how many."""
        width = max(1.0, float(math.ceil(self.highest / MOST)))
        number = max(1, math.ceil(self.highest / width))
        counts = [0] * (number + 1)
        for points in self.points:
            place = number if points >= self.highest else int(max(points, 0.0) // width)
            counts[min(place, number)] += 1
        names = [between(k * width, min((k + 1) * width, self.highest)) for k in range(number)]
        return list(zip([*names, f"{self.highest:g}, all"], counts, strict=True))


def between(low: float, high: float) -> str:
    """Name the points from one number to below another."""
    return f"{low:g} to below {high:g}"


def overviews_of(
    standings: Iterable[Standing], listed: Iterable[Listed], begun: Iterable[Overview]
) -> list[Overview]:
    """Count everything.

    Parameters
    ----------
    standings : iterable of Standing
        Where everybody stands.
    listed : iterable of Listed
        What is not marked.
    begun : iterable of Overview
        The assignments, without anybody yet.
    """
    known = {each.name: each for each in begun}
    for standing in standings:
        name = standing.result.assignment
        known.setdefault(name, Overview(name, name)).add(standing)
    for each in listed:
        if each.assignment in known:
            known[each.assignment].add_listed(each)
    return [each for _, each in sorted(known.items()) if each.number or each.listed]


# --- Writing --------------------------------------------------------------------------------------


def write_overviews(overviews: Sequence[Overview], output: Path) -> None:
    """Write `class.html` and `class.csv`."""
    write_whole(output / "class.html", page_of(overviews).encode())
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in rows_of(overviews):
        table.writerow([harmless(str(value)) for value in row])
    write_whole(output / "class.csv", text.getvalue().encode("utf-8-sig"))


def rows_of(overviews: Iterable[Overview]) -> Iterable[tuple[str, str, str, int, int]]:
    """Give the rows of the table: what was counted, how often, and of how many."""
    for each in overviews:
        for status, count in (*each.statuses.items(), *each.listed.items()):
            yield each.name, "", status, count, each.number
        for words, count in each.columns():
            yield each.name, "", f"{words} points", count, each.number
        for task in each.tasks.values():
            for kind, words in OUTCOMES.items():
                yield each.name, task.name, words.lower(), task.kinds[kind], each.number
            for words, count in task.mistakes.most_common():
                yield each.name, task.name, f"mistake: {words}", count, each.number


def page_of(overviews: Iterable[Overview]) -> str:
    """Write the page."""
    page: str = template("class.html").render(parts=[part_of(each) for each in overviews])
    return page


def part_of(overview: Overview) -> dict[str, Any]:
    """Return what the page says of an assignment."""
    columns = overview.columns()
    return {
        "title": cleaned(overview.title),
        "number": overview.number,
        "statuses": [
            (name, overview.statuses[name]) for name in STATUSES if overview.statuses[name]
        ],
        "listed": [(cleaned(name), count) for name, count in overview.listed.items()],
        "late": overview.late,
        "open": overview.open,
        "middle": f"{overview.middle:g}",
        "highest": f"{overview.highest:g}",
        "bars": bars_of(columns),
        "columns": [(words, count) for words, count in columns],
        "tasks": [task_of(task, overview.number) for task in overview.tasks.values()],
        "twins": [
            {"names": [cleaned(name) for name in group if name != OWN], "own": OWN in group}
            for group in overview.twins
        ],
    }


def task_of(task: Task, number: int) -> dict[str, Any]:
    """Return what the page says of a task."""
    mistakes = [(words, count) for words, count in task.mistakes.most_common() if count > 1]
    shares = {kind: 100 * task.kinds[kind] / max(number, 1) for kind in OUTCOMES}
    return {
        "name": named(task.name),
        "kinds": [(OUTCOMES[kind].lower(), task.kinds[kind]) for kind in OUTCOMES],
        "right": task.kinds["right"],
        "number": number,
        "average": f"{round(task.average, 2):g}",
        "highest": f"{task.highest:g}",
        "shares": [(kind, f"{share:.2f}") for kind, share in shares.items()],
        "starts": [f"{sum(list(shares.values())[:k]):.2f}" for k in range(len(shares))],
        "mistakes": [(cleaned(words), count) for words, count in mistakes],
        "single": [cleaned(words) for words, count in task.mistakes.items() if count == 1],
    }


WIDTH, HEIGHT, ROOM = 340.0, 150.0, 26.0
"""Of the histogram, and the room below and above its bars, in units of the drawing."""


def bars_of(columns: Sequence[tuple[str, int]]) -> list[dict[str, str]]:
    """Say where each bar of the histogram stands, and what is written at it."""
    most = max((count for _, count in columns), default=0) or 1
    step = WIDTH / len(columns)
    bars = []
    for place, (words, count) in enumerate(columns):
        height = (HEIGHT - 2 * ROOM) * count / most
        bars.append({
            "x": f"{place * step + 0.08 * step:.2f}",
            "y": f"{HEIGHT - ROOM - height:.2f}",
            "width": f"{0.84 * step:.2f}",
            "height": f"{height:.2f}",
            "middle": f"{(place + 0.5) * step:.2f}",
            "above": f"{HEIGHT - ROOM - height - 5:.2f}",
            "below": f"{HEIGHT - ROOM + 15:.2f}",
            "count": str(count) if count else "",
            "from": words.partition(" ")[0].rstrip(","),
        })  # fmt: skip
    return bars
