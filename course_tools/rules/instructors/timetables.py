"""The timetables add up, give each lesson its time, and name what the lesson has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from course_tools.rules.instructors.course import ID, Course, GuidePage, Lesson
from course_tools.rules.instructors.notes import sections
from course_tools.rules.pages import Row
from course_tools.rules.registry import Rules

PEOPLE = ("The room", "You")
COLUMNS = ("From", "To", "Minutes", "Lesson", "Explorer", "Your turn", "Exercise", *PEOPLE)

LONGEST_STRETCH = 90
"""Minutes without a break."""

LEAST_SHARE = 0.75
"""Of the time that the notes give to the same cells."""

FULL_DAY = 360
"""Minutes, or more."""

RULES: Rules[GuidePage] = Rules()
"""Those below, in their order."""


@dataclass(frozen=True)
class Timetable:
    """A timetable: its heading, and its rows, of which there is one at least."""

    heading: str
    rows: list[Row]

    @property
    def line(self) -> int:
        """Where its first row stands."""
        return self.rows[0].line

    @property
    def promised(self) -> int:
        """The minutes that the heading promises, or 0."""
        found = re.search(r"(\d+) minutes", self.heading)
        return int(found[1]) if found else 0


def timetables(page: GuidePage) -> list[Timetable]:
    """Return the timetables of a page: the tables with columns From and To."""
    found: dict[str, list[Row]] = {}
    for row in page.rows:
        if {"From", "To"} <= set(row.cells):
            found.setdefault(row.heading, []).append(row)
    return [Timetable(heading, rows) for heading, rows in found.items()]


def rows_of(page: GuidePage) -> list[Row]:
    """Return the rows of all timetables."""
    return [row for table in timetables(page) for row in table.rows]


def lesson_of(row: Row, course: Course) -> Lesson | None:
    """Return the lesson to whose notes a row leads, if it leads to any."""
    found = re.search(r"\]\((\d\d_\w+)\.md\)", row["Lesson"])
    return course.lessons.get(found[1]) if found else None


def minutes_of(clock: str) -> int:
    """Return how many minutes "1:20" is; -1 if it is no time."""
    found = re.fullmatch(r"(\d+):(\d\d)", clock)
    return 60 * int(found[1]) + int(found[2]) if found else -1


# --- Time ---------------------------------------------------------------------------------------


@RULES.add
def lengths(page: GuidePage) -> Iterator[str]:
    """Refuse a guide without a timetable for each usual length."""
    promised = [table.promised for table in timetables(page)]
    there = {
        "90 minutes": 90 in promised,
        "180 minutes": 180 in promised,
        "a full day": any(length >= FULL_DAY for length in promised),
    }
    for name in (name for name, is_there in there.items() if not is_there):
        yield page.says(1, f"there is no timetable for {name}")


@RULES.add
def promises(page: GuidePage) -> Iterator[str]:
    """Refuse a timetable that does not say how long it is, or is not as long as it says."""
    for table in timetables(page):
        total = sum(row.number("Minutes") for row in table.rows)
        if not table.promised:
            told = f"the heading {table.heading!r} does not say how many minutes"
            yield page.says(table.line, told)
        elif total != table.promised:
            yield page.says(table.line, f"{table.heading!r} adds up to {total} minutes")


@RULES.add
def columns(page: GuidePage) -> Iterator[str]:
    """Refuse a timetable that lacks a column."""
    for table in timetables(page):
        missing = [column for column in COLUMNS if column not in table.rows[0].cells]
        if missing:
            yield page.says(table.line, f"the timetable has no column {', '.join(missing)}")


@RULES.add
def spans(page: GuidePage) -> Iterator[str]:
    """Refuse a row whose minutes are not those from its beginning to its end."""
    for row in rows_of(page):
        begin, end = minutes_of(row["From"]), minutes_of(row["To"])
        if begin < 0 or end < 0:
            told = f"{row['From']} to {row['To']} is no time. Write it like 1:20"
            yield page.says(row.line, told)
        elif end - begin != row.number("Minutes"):
            told = f"{end - begin} minutes, not {row.number('Minutes')}"
            yield page.says(row.line, f"{row['From']} to {row['To']} is {told}")


@RULES.add
def sequence(page: GuidePage) -> Iterator[str]:
    """Refuse a row that does not begin when the row above it ends."""
    for table in timetables(page):
        for former, row in pairwise(table.rows):
            if former["To"] != row["From"]:
                told = f"begins at {row['From']}; the row above ends at {former['To']}"
                yield page.says(row.line, told)


@RULES.add
def breaks(page: GuidePage) -> Iterator[str]:
    """Refuse more than a stretch without a break."""
    for table in timetables(page):
        stretch = 0
        for row in table.rows:
            pause = "break" in row["The room"].lower()
            stretch = 0 if pause else stretch + row.number("Minutes")
            if stretch > LONGEST_STRETCH:
                yield page.says(row.line, f"{stretch} minutes without a break")


@RULES.add
def budgets(page: GuidePage) -> Iterator[str]:
    """Refuse a timetable that gives a lesson more than its minutes."""
    for table in timetables(page):
        spent: dict[str, int] = {}
        for row in table.rows:
            if lesson := lesson_of(row, page.course):
                spent[lesson.slug] = spent.get(lesson.slug, 0) + row.number("Minutes")
                if spent[lesson.slug] > lesson.minutes:
                    told = f"gets {spent[lesson.slug]} minutes of its {lesson.minutes}"
                    yield page.says(row.line, f"lesson {lesson.number} {told}")


@RULES.add
def hurry(page: GuidePage) -> Iterator[str]:
    """Refuse a row that gives its cells much less time than the lesson's notes give them."""
    for row in rows_of(page):
        lesson = lesson_of(row, page.course)
        span = re.search(rf"\.md\): `({ID})` to `({ID})`", row["Lesson"])
        notes = page.path.with_name(f"{lesson.slug}.md") if lesson else Path()
        if lesson and span and notes.is_file() and {span[1], span[2]} <= set(lesson.cells):
            told = GuidePage(notes, notes.read_text(encoding="utf-8"), page.course)
            needed = time_for(span[1], span[2], told)
            if row.number("Minutes") < LEAST_SHARE * needed:
                given = f"{row.number('Minutes')} minutes"
                yield page.says(row.line, f"{given}, and {notes.name} takes {needed:.0f} for that")


def time_for(first: str, last: str, notes: GuidePage) -> float:
    """Return the minutes that notes give to the cells from one to another.

    A part of a section counts by its share of cells.
    """
    order = list(notes.lesson.cells)
    wanted = set(range(order.index(first), order.index(last) + 1))
    timing = [(order.index(name), row) for row, name in sections(notes) if name in order]
    ends = [*(begin for begin, _ in timing[1:]), len(order)]
    return sum(
        row.number("Minutes") * len(wanted & set(range(begin, end))) / (end - begin)
        for (begin, row), end in zip(timing, ends, strict=True)
    )


# --- What the rows name -------------------------------------------------------------------------


@RULES.add
def roles(page: GuidePage) -> Iterator[str]:
    """Refuse a row that does not say who does what."""
    for row in rows_of(page):
        if not all(row[column] for column in PEOPLE):
            yield page.says(row.line, "the row does not say what the room does, and what you do")


@RULES.add
def row_cells(page: GuidePage) -> Iterator[str]:
    """Refuse cells that the row's lesson does not have, or has in another order."""
    for row in rows_of(page):
        if lesson := lesson_of(row, page.course):
            text = " ".join(row[column] for column in ("Lesson", *PEOPLE))
            for name in re.findall(rf"`({ID})`", text):
                if name not in lesson.cells:
                    yield page.says(row.line, f"lesson {lesson.number} has no cell `{name}`")
            order = list(lesson.cells)
            for one, other in re.findall(rf"`({ID})` to `({ID})`", row["Lesson"]):
                if {one, other} <= set(order) and order.index(one) > order.index(other):
                    yield page.says(row.line, f"`{one}` comes after `{other}`")


@RULES.add
def row_explorers(page: GuidePage) -> Iterator[str]:
    """Refuse explorers that the row's lesson does not show."""
    for row in rows_of(page):
        if lesson := lesson_of(row, page.course):
            for name in re.findall(r"`explorers\.(\w+)`", " ".join(row.cells.values())):
                if name not in lesson.explorers:
                    told = f"lesson {lesson.number} does not show `explorers.{name}`"
                    yield page.says(row.line, told)


@RULES.add
def row_tasks(page: GuidePage) -> Iterator[str]:
    """Refuse tasks of another lesson than the row's."""
    for row in rows_of(page):
        if lesson := lesson_of(row, page.course):
            for number in re.findall(r"(\d+)\.\d+", f"{row['Your turn']} {row['Exercise']}"):
                if int(number) != lesson.number:
                    told = f"a task of lesson {number} in a row of lesson {lesson.number}"
                    yield page.says(row.line, told)


# --- The overview -------------------------------------------------------------------------------


def overview(page: GuidePage) -> list[Row]:
    """Return the rows of the overview."""
    return [row for row in page.rows if "The one idea" in row.cells]


def rows_of_lessons(page: GuidePage) -> list[tuple[Row, Lesson]]:
    """Return the overview's rows on lessons, each with its lesson."""
    pairs = [(row, lesson_of(row, page.course)) for row in overview(page)]
    return [(row, lesson) for row, lesson in pairs if lesson]


def promised_by(lesson: Lesson) -> int:
    """Return the minutes of a lesson's exercise."""
    return lesson.exercise.minutes if lesson.exercise else 0


@RULES.add
def every_lesson(page: GuidePage) -> Iterator[str]:
    """Refuse an overview that leaves a lesson out, or lists one that is not there."""
    for row in overview(page):
        found = re.search(r"\]\((\d\d_\w+)\.md\)", row["Lesson"])
        if found and not lesson_of(row, page.course):
            yield page.says(row.line, f"there is no lesson {found[1]}")
    there = {lesson.slug for _, lesson in rows_of_lessons(page)}
    for slug in page.course.lessons:
        if slug not in there:
            yield page.says(1, f"the overview does not list {slug}")


@RULES.add
def listed_lessons(page: GuidePage) -> Iterator[str]:
    """Refuse another title or other minutes than the lesson's own."""
    for row, lesson in rows_of_lessons(page):
        title = re.search(r"\[(.+?)\]", row["Lesson"])
        if title and title[1] != lesson.title:
            told = f"lesson {lesson.number} is called {lesson.title!r}, not {title[1]!r}"
            yield page.says(row.line, told)
        if row.number("Minutes") != lesson.minutes:
            yield page.says(row.line, f"lesson {lesson.number} says {lesson.minutes} minutes")


@RULES.add
def listed_exercises(page: GuidePage) -> Iterator[str]:
    """Refuse other minutes than the exercise's own, and an exercise without a link."""
    for row, lesson in rows_of_lessons(page):
        if row.number("Exercise") != promised_by(lesson):
            told = f"exercise {lesson.number} says {promised_by(lesson)} minutes"
            yield page.says(row.line, told)
        if promised_by(lesson) and f"exercises/{lesson.slug}/" not in row["Exercise"]:
            yield page.says(row.line, f"no link to exercise {lesson.number}")


@RULES.add
def sums(page: GuidePage) -> Iterator[str]:
    """Refuse a last row that is not the sum of those above it."""
    lessons = sum(row.number("Minutes") for row, _ in rows_of_lessons(page))
    exercises = sum(promised_by(lesson) for _, lesson in rows_of_lessons(page))
    together = [row for row in overview(page) if row["Lesson"] == "together"]
    if not together:
        yield page.says(1, "the overview has no row 'together'")
    for row in together:
        if row.number("Minutes") != lessons:
            yield page.says(row.line, f"the lessons add up to {lessons} minutes")
        if row.number("Exercise") != exercises:
            yield page.says(row.line, f"the exercises add up to {exercises} minutes")
