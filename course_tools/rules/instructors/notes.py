"""What the notes on a lesson have, and what they say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from course_tools.notebooks.course import exercise_of
from course_tools.rules.instructors.course import ID, GuidePage
from course_tools.rules.pages import Row
from course_tools.rules.registry import Rules

PREDICTIONS = "Ask before the reveal"
TIMING = "Timing"
EXPLORER = "The explorer"
BEFOREHAND = "Run beforehand"
PARTS = ("The one idea", PREDICTIONS, TIMING, EXPLORER, BEFOREHAND, "When late")

PREDICTION = re.compile(rf"### `({ID})`")
"""What stands above the part on a prediction."""

FEWEST_WORDS = 6
"""In the answer to a wrong letter."""

NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?!\w)"
NOT_OF_THE_LESSON = (
    r"\b(?:[Tt]urn|[Ee]xercise) \d+\.\d+"
    r"|\b(?:[Ee]xercise|lessons?) \d+(?:(?:,| and| to) \d+)*"
    r"|\d+ (?:minutes?|seconds?)\b"
)
"""Numbers that count lessons, tasks and time."""

RULES: Rules[GuidePage] = Rules()
"""Those below, in their order."""


@RULES.add
def opening(page: GuidePage) -> Iterator[str]:
    """Refuse notes that do not open with the lesson's title and minutes."""
    lesson = page.lesson
    if page.headings[:1] != [(1, lesson.title)]:
        yield page.says(1, f"the title is not that of the lesson, {lesson.title!r}")
    told = re.search(r"^(\d+) minutes", page.text, flags=re.MULTILINE)
    if not told or int(told[1]) != lesson.minutes:
        line = page.line_of(told.start()) if told else 1
        yield page.says(line, f"the lesson says {lesson.minutes} minutes")


@RULES.add
def exercise(page: GuidePage) -> Iterator[str]:
    """Refuse notes without a link to the exercise, or with another time for it."""
    lesson = page.lesson
    if lesson.exercise:
        path = f"../{exercise_of(Path(lesson.slug), Path()).as_posix()}"
        wanted = f"({path}), {lesson.exercise.minutes} minutes"
        if wanted not in page.text:
            yield page.says(3, f"no link to the exercise with its time: {wanted}")


@RULES.add
def parts(page: GuidePage) -> Iterator[str]:
    """Refuse notes that lack a part."""
    for part in PARTS:
        if not page.part(part):
            yield page.says(1, f"there is no part {part!r}, or nothing in it")


@RULES.add
def explorers(page: GuidePage) -> Iterator[str]:
    """Refuse notes that leave out an explorer of the lesson."""
    text = "\n".join(line for _, line in page.part(EXPLORER))
    named = set(re.findall(r"`explorers\.(\w+)`", text))
    for name in sorted(page.lesson.explorers - named):
        yield page.says(1, f"{EXPLORER!r} does not name `explorers.{name}`")


@RULES.add
def beforehand(page: GuidePage) -> Iterator[str]:
    """Refuse notes that do not say up to which cell to run the lesson."""
    if not any(re.search(rf"`{ID}`", line) for _, line in page.part(BEFOREHAND)):
        yield page.says(1, f"{BEFOREHAND!r} names no cell")


# --- Time ---------------------------------------------------------------------------------------


def sections(page: GuidePage) -> list[tuple[Row, str]]:
    """Return each section's row, and the cell at which it begins."""
    return [(row, row["From cell"].strip("`")) for row in page.rows if row.heading == TIMING]


@RULES.add
def order(page: GuidePage) -> Iterator[str]:
    """Refuse sections that begin at no cell of the lesson, or out of order."""
    cells, former = list(page.lesson.cells), -1
    for row, name in sections(page):
        if name not in cells:
            yield page.says(row.line, f"lesson {page.lesson.number} has no cell `{name}`")
            continue
        if cells.index(name) <= former:
            yield page.says(row.line, f"`{name}` comes earlier in the lesson")
        former = cells.index(name)


@RULES.add
def minutes(page: GuidePage) -> Iterator[str]:
    """Refuse sections that do not fill the lesson's minutes from its first cell on."""
    rows = sections(page)
    if not rows:
        return  # the part is missing, which is said already
    first, name = rows[0]
    if name != "title":
        yield page.says(first.line, "the first section does not begin at `title`")
    total = sum(row.number("Minutes") for row, _ in rows)
    if total != page.lesson.minutes:
        yield page.says(first.line, f"the sections add up to {total}, not {page.lesson.minutes}")


# --- Predictions --------------------------------------------------------------------------------


@RULES.add
def predictions(page: GuidePage) -> Iterator[str]:
    """Refuse a prediction that is left out, has no question, or lacks an answer to a letter."""
    told = told_of_predictions(page)
    for name, (letters, right) in page.lesson.predictions.items():
        if name not in told:
            yield page.says(1, f"nothing on the prediction `{name}`")
            continue
        first, lines = told[name]
        if not any(line.startswith("Ask: ") for line in lines):
            yield page.says(first, f"`{name}` has no line that begins with 'Ask: '")
        for letter in letters:
            if fault := fault_of_answer(letter, right, answer_to(letter, lines)):
                yield page.says(first, f"`{name}` {fault}")


@RULES.add
def once(page: GuidePage) -> Iterator[str]:
    """Refuse a prediction that has two parts: the first would be read by nobody."""
    seen: set[str] = set()
    for n, line in page.part(PREDICTIONS):
        if found := PREDICTION.match(line):
            if found[1] in seen:
                yield page.says(n, f"a second part on `{found[1]}`; make one of the two")
            seen.add(found[1])


def told_of_predictions(page: GuidePage) -> dict[str, tuple[int, list[str]]]:
    """Return the first line's number and the lines on each prediction."""
    told: dict[str, tuple[int, list[str]]] = {}
    for n, line in page.part(PREDICTIONS):
        if found := PREDICTION.match(line):
            told[found[1]] = n, []
        if told:
            list(told.values())[-1][1].append(line)
    return told


def answer_to(letter: str, lines: list[str]) -> str:
    """Return what a list says behind a letter, over all its lines."""
    pattern = rf"^- \*\*{letter}\*\*[:,]? *(.*?)(?=^- |^#|\Z)"
    found = re.search(pattern, "\n".join(lines), flags=re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def fault_of_answer(letter: str, right: str, answer: str) -> str:
    """Say what is wrong with what the notes say on a letter, or nothing."""
    marked = answer.startswith("is right")
    if not answer:
        return f"says nothing on letter {letter}"
    if marked != (letter == right):
        return f"marks letter {letter} otherwise: the lesson's own answer is {right}"
    if not marked and len(answer.split()) < FEWEST_WORDS:
        return f"says too little on letter {letter}: {FEWEST_WORDS} words at least"
    return ""


# --- Numbers ------------------------------------------------------------------------------------


@RULES.add
def numbers(page: GuidePage) -> Iterator[str]:
    """Refuse a number that stands neither in the lesson's cells nor in what they print."""
    there = set(re.findall(NUMBER, re.sub("[,_]", "", page.lesson.text)))
    rows = {row.line: without_minutes(row) for row in page.rows}
    for n, line in page.lines[1:]:
        for number in numbers_in(rows.get(n, line)):
            if number not in there:
                yield page.says(n, f"{number} does not stand in lesson {page.lesson.number}")


def without_minutes(row: Row) -> str:
    """Return what a row says apart from how long it takes."""
    return " ".join(said for column, said in row.cells.items() if column != "Minutes")


def numbers_in(line: str) -> list[str]:
    """Return the numbers of a line that are about the lesson and more than small words."""
    told = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", line)
    told = re.sub(NOT_OF_THE_LESSON, " ", told).replace(",", "")
    return [each for each in re.findall(NUMBER, told) if "." in each or int(each) >= 10]
