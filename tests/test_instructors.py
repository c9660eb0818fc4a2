"""The instructors' guide: its timetables add up, its notes are whole, and all it names is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import unquote

import nbformat
import numpy as np
import pytest
from explorer_checks import made

from course_tools.notebooks.cells import anchors_of
from course_tools.verbs import VERBS
from lessons_lib import explorers, optimizers, problems
from lessons_lib.live import Scene

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "instructors"
GUIDE = FOLDER / "README.md"

PARTS = (
    "The one idea",
    "Ask before the reveal",
    "Timing",
    "The explorer",
    "Run beforehand",
    "When late",
)
COLUMNS = (
    "From",
    "To",
    "Minutes",
    "Lesson",
    "Explorer",
    "Your turn",
    "Exercise",
    "The room",
    "You",
)
LONGEST_STRETCH = 90  # minutes without a break
FEWEST_WORDS = 6  # in the answer to a wrong letter
LEAST_SHARE = 0.75  # of the time that the notes give to the same cells
FULL_DAY = 360  # minutes, or more

ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"


@dataclass(frozen=True)
class Exercise:
    """An exercise as the guide sees it."""

    minutes: int
    tasks: int


@dataclass(frozen=True)
class Lesson:
    """A lesson as the guide sees it: its cells in order, by their ids, and what they print."""

    slug: str
    cells: dict[str, str]
    printed: str = ""
    exercise: Exercise | None = None

    @property
    def number(self) -> int:
        return int(self.slug[:2])

    @property
    def title(self) -> str:
        return self.cells["title"].splitlines()[0].removeprefix("# ")

    @property
    def minutes(self) -> int:
        return minutes_in(self.cells["title"])

    @property
    def text(self) -> str:
        return "\n".join([*self.cells.values(), self.printed])

    @property
    def tasks(self) -> int:
        return len(re.findall(r"^\d+\. ", self.cells.get("your-turn", ""), flags=re.M))

    @property
    def explorers(self) -> set[str]:
        return set(re.findall(r"explorers\.(\w+)\(", self.text))

    @property
    def predictions(self) -> dict[str, tuple[list[str], str]]:
        """The letters of each prediction, and the one with which the answer opens."""
        found, names = {}, list(self.cells)
        for name in names:
            if name.startswith("predict-"):
                letters = re.findall(r"^- \*\*([a-z])\*\*", self.cells[name], flags=re.M)
                after = (self.cells[each] for each in names[names.index(name) + 1 :])
                answers = (re.match(r"\*\*([a-z])\b", source) for source in after)
                found[name] = letters, next((answer[1] for answer in answers if answer), "?")
        return found


def minutes_in(title: str) -> int:
    """The minutes that the title of a lesson or an exercise promises."""
    found = re.search(r"\*\*Time\*\* about (\d+) minutes", title)
    assert found, f"no time in {title!r}"
    return int(found[1])


def read_exercise(path: Path) -> Exercise | None:
    if not path.exists():
        return None
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    return Exercise(minutes_in(cells[0]), sum(bool(re.match(r"## \d+\. ", c)) for c in cells))


def read_lesson(path: Path) -> Lesson:
    cells, printed = {}, []
    for cell in nbformat.read(path, as_version=4).cells:
        cells[cell["id"]] = cell.source
        printed += [output.get("text", "") for output in cell.get("outputs", [])]
    exercise = read_exercise(ROOT / "exercises" / path.stem / path.name)
    return Lesson(path.stem, cells, "\n".join(printed), exercise)


@dataclass(frozen=True)
class Course:
    """What the guide may name."""

    lessons: dict[str, Lesson]
    explorers: set[str] = field(default_factory=lambda: set(explorers.__all__))
    verbs: set[str] = field(default_factory=lambda: set(VERBS))

    @cached_property
    def targets(self) -> set[str]:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        return set(re.findall(r"^([\w-]+):", makefile, flags=re.M))

    def cells(self) -> set[str]:
        return {name for lesson in self.lessons.values() for name in lesson.cells}


COURSE = Course(
    {
        path.stem: read_lesson(path)
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        if 1 <= int(path.stem[:2]) <= 11
    }
)


@dataclass(frozen=True)
class Row:
    """A row of a table: its line in the page, and its cells by the column's name."""

    line: int
    heading: str
    cells: dict[str, str]

    def number(self, column: str) -> int:
        found = re.search(r"\d+", self.cells.get(column, ""))
        return int(found[0]) if found else 0


@dataclass(frozen=True)
class Page:
    """A page of the guide."""

    path: Path
    text: str

    @property
    def lines(self) -> list[tuple[int, str]]:
        return list(enumerate(self.text.splitlines(), start=1))

    def says(self, line: int, fault: str) -> str:
        """Begin a problem with the file and the line."""
        return f"{self.path.parent.name}/{self.path.name}:{line}: {fault}"

    def line_of(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(n, line.lstrip("# ")) for n, line in self.lines if line.startswith("#")]

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of all tables."""
        heading, found = "", []
        columns: list[str] = []
        for n, line in self.lines:
            if line.startswith("#"):
                heading = line.lstrip("# ")
            if not line.startswith("|"):
                columns = []
                continue
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not columns:
                columns = cells
            elif not set(line) <= set("|-: "):
                found.append(Row(n, heading, dict(zip(columns, cells, strict=False))))
        return found

    def part(self, title: str) -> list[tuple[int, str]]:
        """The lines below a heading of the second level."""
        inside, found = False, []
        for n, line in self.lines:
            if line.startswith("## "):
                inside = line == f"## {title}"
            elif inside and line.strip():
                found.append((n, line))
        return found


Check = Callable[[Page, Course], Iterator[str]]


# --- The timetables -------------------------------------------------------------------------------


def timetables(page: Page) -> dict[str, list[Row]]:
    """The rows of each timetable, by its heading."""
    found: dict[str, list[Row]] = {}
    for row in page.rows:
        if "From" in row.cells and "To" in row.cells:
            found.setdefault(row.heading, []).append(row)
    return found


def clock(written: str) -> int:
    hours, _, minutes = written.partition(":")
    return 60 * int(hours) + int(minutes)


def check_timetables(page: Page, course: Course) -> Iterator[str]:
    """Each row's minutes are its span, rows follow each other, and the sum is as promised."""
    lengths = []
    for heading, rows in timetables(page).items():
        first = rows[0].line
        promised = re.search(r"(\d+) minutes", heading)
        if not promised:
            yield page.says(first, f"the heading {heading!r} does not say how many minutes")
            continue
        lengths.append(int(promised[1]))
        missing = [column for column in COLUMNS if column not in rows[0].cells]
        if missing:
            yield page.says(first, f"the timetable has no column {', '.join(missing)}")
            continue
        yield from check_rows(page, rows, course)
        total = sum(row.number("Minutes") for row in rows)
        if total != int(promised[1]):
            yield page.says(first, f"{heading!r} adds up to {total} minutes")
    for name, there in (
        ("90 minutes", 90 in lengths),
        ("180 minutes", 180 in lengths),
        ("a full day", any(length >= FULL_DAY for length in lengths)),
    ):
        if not there:
            yield page.says(1, f"there is no timetable for {name}")


def check_rows(page: Page, rows: list[Row], course: Course) -> Iterator[str]:
    """Hold one timetable's rows together."""
    stretch, spent = 0, dict[str, int]()
    for former, row in zip([None, *rows[:-1]], rows, strict=True):
        minutes, cells = row.number("Minutes"), row.cells
        span = clock(cells["To"]) - clock(cells["From"])
        if span != minutes:
            told = f"{cells['From']} to {cells['To']} is {span} minutes, not {minutes}"
            yield page.says(row.line, told)
        if former and former.cells["To"] != cells["From"]:
            ended = former.cells["To"]
            yield page.says(row.line, f"begins at {cells['From']}; the row above ends at {ended}")
        pause = "break" in cells["The room"].lower()
        stretch = 0 if pause else stretch + minutes
        if stretch > LONGEST_STRETCH:
            yield page.says(row.line, f"{stretch} minutes without a break")
        if not (cells["The room"] and cells["You"]):
            yield page.says(row.line, "the row does not say what the room does, and what you do")
        if found := re.search(r"\]\((\d\d_\w+)\.md\)", cells["Lesson"]):
            spent[found[1]] = spent.get(found[1], 0) + minutes
            lesson = course.lessons.get(found[1])
            if lesson and spent[found[1]] > lesson.minutes:
                told = f"lesson {lesson.number} gets {spent[found[1]]} minutes of its"
                yield page.says(row.line, f"{told} {lesson.minutes}")


def check_row_names(page: Page, course: Course) -> Iterator[str]:
    """Cells, explorers and tasks that a timetable names belong to the row's lesson."""
    for row in [row for rows in timetables(page).values() for row in rows]:
        found = re.search(r"\]\((\d\d_\w+)\.md\)", row.cells.get("Lesson", ""))
        lesson = course.lessons.get(found[1]) if found else None
        if not lesson:
            continue
        named = [
            name
            for column in ("Lesson", "The room", "You")
            for name in re.findall(rf"`({ID})`", row.cells[column])
        ]
        for name in named:
            if name not in lesson.cells:
                yield page.says(row.line, f"lesson {lesson.number} has no cell `{name}`")
        order = list(lesson.cells)
        for one, other in re.findall(rf"`({ID})` to `({ID})`", row.cells["Lesson"]):
            if {one, other} <= set(order) and order.index(one) > order.index(other):
                yield page.says(row.line, f"`{one}` comes after `{other}`")
        for name in re.findall(r"`explorers\.(\w+)`", " ".join(row.cells.values())):
            if name not in lesson.explorers:
                told = f"lesson {lesson.number} does not show `explorers.{name}`"
                yield page.says(row.line, told)
        tasks = f"{row.cells['Your turn']} {row.cells['Exercise']}"
        for number, _ in re.findall(r"(\d+)\.(\d+)", tasks):
            if int(number) != lesson.number:
                told = f"a task of lesson {number} in a row of lesson {lesson.number}"
                yield page.says(row.line, told)


def check_time(page: Page, course: Course) -> Iterator[str]:
    """A row gives its cells about the time that the lesson's notes give them."""
    for row in [row for rows in timetables(page).values() for row in rows]:
        found = re.search(rf"\]\((\d\d_\w+)\.md\): `({ID})` to `({ID})`", row.cells["Lesson"])
        lesson = course.lessons.get(found[1]) if found else None
        notes = page.path.with_name(f"{found[1]}.md") if found else page.path
        if not (found and lesson and notes.exists() and {found[2], found[3]} <= set(lesson.cells)):
            continue
        needed = time_for(found[2], found[3], lesson, sections(stored(notes)))
        if row.number("Minutes") < LEAST_SHARE * needed:
            told = f"{row.number('Minutes')} minutes, and {found[1]}.md takes {needed:.0f} for that"
            yield page.says(row.line, told)


def sections(notes: Page) -> list[tuple[str, int]]:
    """The cell at which each section of the notes begins, and its minutes."""
    rows = [row for row in notes.rows if row.heading == "Timing"]
    return [(row.cells["From cell"].strip("`"), row.number("Minutes")) for row in rows]


def time_for(first: str, last: str, lesson: Lesson, timing: list[tuple[str, int]]) -> float:
    """Minutes from one cell to another; a part of a section counts by its share of cells."""
    order = list(lesson.cells)
    wanted = range(order.index(first), order.index(last) + 1)
    begins = [order.index(name) for name, _ in timing if name in order]
    spans = zip(begins, [*begins[1:], len(order)], timing, strict=False)
    return sum(
        minutes * len(set(wanted) & set(range(begin, end))) / (end - begin)
        for begin, end, (_, minutes) in spans
    )


def check_overview(page: Page, course: Course) -> Iterator[str]:
    """The overview lists every lesson with its notes and minutes, and its last row adds up."""
    rows = [row for row in page.rows if "The one idea" in row.cells]
    listed, exercised = {}, 0
    for row in rows:
        found = re.search(r"\[(.+?)\]\((\d\d_\w+)\.md\)", row.cells["Lesson"])
        lesson = course.lessons.get(found[2]) if found else None
        if found and not lesson:
            yield page.says(row.line, f"there is no lesson {found[2]}")
        if found and lesson:
            listed[found[2]] = row.number("Minutes")
            if found[1] != lesson.title:
                told = f"lesson {lesson.number} is called {lesson.title!r}, not {found[1]!r}"
                yield page.says(row.line, told)
            if row.number("Minutes") != lesson.minutes:
                yield page.says(row.line, f"lesson {lesson.number} says {lesson.minutes} minutes")
            promised = lesson.exercise.minutes if lesson.exercise else 0
            exercised += promised
            if row.number("Exercise") != promised:
                yield page.says(row.line, f"exercise {lesson.number} says {promised} minutes")
            if promised and f"exercises/{lesson.slug}/" not in row.cells["Exercise"]:
                yield page.says(row.line, f"no link to exercise {lesson.number}")
        if row.cells["Lesson"] == "together" and row.number("Minutes") != sum(listed.values()):
            yield page.says(row.line, f"the lessons add up to {sum(listed.values())} minutes")
        if row.cells["Lesson"] == "together" and row.number("Exercise") != exercised:
            yield page.says(row.line, f"the exercises add up to {exercised} minutes")
    for slug in course.lessons:
        if slug not in listed:
            yield page.says(1, f"the overview does not list {slug}")


# --- What is named --------------------------------------------------------------------------------


def check_commands(page: Page, course: Course) -> Iterator[str]:
    """Commands are targets of the Makefile, or verbs of course_tools."""
    for found in re.finditer(r"(?:`|^)make ([a-z-]+)", page.text, flags=re.M):
        if found[1] not in course.targets:
            yield page.says(page.line_of(found.start()), f"there is no `make {found[1]}`")
    for found in re.finditer(r"-m course_tools ([a-z-]+)", page.text):
        if found[1] not in course.verbs:
            told = f"course_tools has no command `{found[1]}`"
            yield page.says(page.line_of(found.start()), told)


def check_links(page: Page, course: Course) -> Iterator[str]:
    """Links lead to files that are there, and to headings that are in them."""
    for found in re.finditer(r"\]\((?!https?://)([^)\s]+)\)", page.text):
        line = page.line_of(found.start())
        name, _, anchor = unquote(found[1]).partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        if target != page.path and not target.exists():
            yield page.says(line, f"the link to {found[1]} leads nowhere")
        elif anchor and anchor not in anchors(target, page):
            yield page.says(line, f"{target.name} has no heading for #{anchor}")


def anchors(target: Path, page: Page) -> set[str]:
    """What can stand behind # in a link to a file."""
    if target.suffix == ".ipynb":
        return set(anchors_of(nbformat.read(target, as_version=4)))
    text = page.text if target == page.path else target.read_text(encoding="utf-8")
    headings = [heading for _, heading in Page(target, text).headings]
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def check_names(page: Page, course: Course) -> Iterator[str]:
    """Explorers, tasks, cells, files and code in backticks are there."""
    text = without_links(page.text)
    for found in re.finditer(r"`([^`\n]+)`", text):
        if fault := fault_of_name(found[1], page, course):
            yield page.says(page.line_of(found.start()), fault)
    lessons = {lesson.number: lesson for lesson in course.lessons.values()}
    for found in re.finditer(r"\b([Tt]urn|[Ee]xercise) (\d+)\.(\d+)", text):
        lesson = lessons.get(int(found[2]))
        if found[1].lower() == "turn":
            tasks = lesson.tasks if lesson else 0
            told = f"lesson {found[2]} has {tasks} tasks"
        else:
            tasks = lesson.exercise.tasks if lesson and lesson.exercise else 0
            told = f"exercise {found[2]} has {tasks} tasks"
        if not 1 <= int(found[3]) <= tasks:
            yield page.says(page.line_of(found.start()), f"there is no {found[0]}: {told}")
    yield from check_linked_cells(page, course)


def fault_of_name(name: str, page: Page, course: Course) -> str:
    """Say what is wrong with something in backticks, or nothing."""
    own = course.lessons.get(page.path.stem)
    where = f"lesson {own.number}" if own else "any lesson"
    cells = set(own.cells) if own else course.cells()
    if name.startswith("explorers."):
        known = name.removeprefix("explorers.") in course.explorers
        return "" if known else f"there is no explorer `{name}`"
    if re.fullmatch(ID, name):
        return "" if name in cells else f"no cell of {where} is called `{name}`"
    if re.fullmatch(r"(?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|ipynb|py|txt|yml|toml)", name):
        return "" if (ROOT / name).exists() else f"there is no {name}"
    if own and re.search(r"[_(]", name) and " = " not in name:
        known = name.removesuffix("()") in own.text
        return "" if known else f"`{name}` does not stand in {where}"
    return ""


def without_links(text: str) -> str:
    """Blank out the links whose text is a cell's id, and the listings."""
    blank = re.compile(rf"\[`{ID}`\]\([^)]*\)|```.*?```", flags=re.DOTALL)
    return blank.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def check_linked_cells(page: Page, course: Course) -> Iterator[str]:
    """A link from a cell's id leads to the lesson that has the cell."""
    for found in re.finditer(rf"\[`({ID})`\]\([^)]*?(\d\d_\w+)\.ipynb\)", page.text):
        lesson = course.lessons.get(found[2])
        if lesson and found[1] not in lesson.cells:
            told = f"lesson {lesson.number} has no cell `{found[1]}`"
            yield page.says(page.line_of(found.start()), told)


# --- The notes ------------------------------------------------------------------------------------


def check_parts(page: Page, course: Course) -> Iterator[str]:
    """The notes open with the lesson's title and minutes, and have every part."""
    lesson = course.lessons[page.path.stem]
    if page.headings[0] != (1, lesson.title):
        yield page.says(1, f"the title is not that of the lesson, {lesson.title!r}")
    told = re.search(r"^(\d+) minutes", page.text, flags=re.M)
    if not told or int(told[1]) != lesson.minutes:
        line = page.line_of(told.start()) if told else 1
        yield page.says(line, f"the lesson says {lesson.minutes} minutes")
    if lesson.exercise:
        wanted = (
            f"(../exercises/{lesson.slug}/{lesson.slug}.ipynb), {lesson.exercise.minutes} minutes"
        )
        if wanted not in page.text:
            yield page.says(3, f"no link to the exercise with its time: {wanted}")
    for part in PARTS:
        if not page.part(part):
            yield page.says(1, f"there is no part {part!r}, or nothing in it")
    named = set(re.findall(r"`explorers\.(\w+)`", "\n".join(t for _, t in page.part(PARTS[3]))))
    for name in sorted(lesson.explorers - named):
        yield page.says(1, f"{PARTS[3]!r} does not name `explorers.{name}`")
    beforehand = "\n".join(line for _, line in page.part("Run beforehand"))
    if not re.search(rf"`{ID}`", beforehand):
        yield page.says(1, "'Run beforehand' names no cell")


def check_timing(page: Page, course: Course) -> Iterator[str]:
    """The sections begin at cells of the lesson, in order, and fill its minutes."""
    lesson = course.lessons[page.path.stem]
    rows = [row for row in page.rows if row.heading == "Timing"]
    order = list(lesson.cells)
    former = -1
    for row in rows:
        name = row.cells.get("From cell", "").strip("`")
        if name not in order:
            yield page.says(row.line, f"lesson {lesson.number} has no cell `{name}`")
            continue
        if order.index(name) <= former:
            yield page.says(row.line, f"`{name}` comes earlier in the lesson")
        former = order.index(name)
    if rows and rows[0].cells.get("From cell") != "`title`":
        yield page.says(rows[0].line, "the first section does not begin at `title`")
    total = sum(row.number("Minutes") for row in rows)
    if rows and total != lesson.minutes:
        yield page.says(rows[0].line, f"the sections add up to {total}, not {lesson.minutes}")


def check_predictions(page: Page, course: Course) -> Iterator[str]:
    """Every prediction has its question, and every letter its answer; the right one is right."""
    lesson = course.lessons[page.path.stem]
    told: dict[str, list[tuple[int, str]]] = {}
    name = ""
    for n, line in page.part("Ask before the reveal"):
        if found := re.match(rf"### `({ID})`", line):
            name = found[1]
        told.setdefault(name, []).append((n, line))
    for name, (letters, right) in lesson.predictions.items():
        lines = told.get(name, [])
        if not lines:
            yield page.says(1, f"nothing on the prediction `{name}`")
            continue
        first = lines[0][0]
        if not any(line.startswith("Ask: ") for _, line in lines):
            yield page.says(first, f"`{name}` has no line that begins with 'Ask: '")
        for letter in letters:
            answer = answer_to(letter, [line for _, line in lines])
            marked = answer.startswith("is right")
            if not answer:
                yield page.says(first, f"`{name}` says nothing on letter {letter}")
            elif marked != (letter == right):
                yield page.says(first, f"`{name}`: the lesson's own answer is {right}")
            elif not marked and len(answer.split()) < FEWEST_WORDS:
                yield page.says(first, f"`{name}` says too little on letter {letter}")


def answer_to(letter: str, lines: list[str]) -> str:
    """What a list says behind a letter, over all its lines."""
    text = "\n".join(lines)
    found = re.search(
        rf"^- \*\*{letter}\*\*[:,]? *(.*?)(?=^- |^#|\Z)", text, flags=re.M | re.DOTALL
    )
    return " ".join(found[1].split()) if found else ""


def check_numbers(page: Page, course: Course) -> Iterator[str]:
    """A number in the notes stands in the lesson, too: its cells, or what they print."""
    lesson = course.lessons[page.path.stem]
    there = set(re.findall(NUMBER, lesson.text.replace(",", "").replace("_", "")))
    for n, line in page.lines[1:]:
        if line.startswith("|"):
            continue
        told = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", line)
        told = re.sub(NOT_OF_THE_LESSON, " ", told)
        for number in re.findall(NUMBER, told.replace(",", "")):
            small = "." not in number and int(number) < 10
            if not small and number not in there:
                yield page.says(n, f"{number} does not stand in lesson {lesson.number}")


NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?!\w)"
NOT_OF_THE_LESSON = (
    r"\b(?:[Tt]urn|[Ee]xercise) \d+\.\d+"
    r"|\b(?:[Ee]xercise|lessons?) \d+(?:(?:,| and| to) \d+)*"
    r"|\d+ (?:minutes?|seconds?)\b"
)


def check_goals(page: Page, course: Course) -> Iterator[str]:
    """The settings that the notes give for a goal are places of the controls, and reach it."""
    name = ""
    for n, line in page.part("The explorer"):
        if found := re.search(r"`explorers\.(\w+)`", line):
            name = found[1]
        if not line.startswith("- **Goal**"):
            continue
        settings = dict(re.findall(r"`([^`=]+?) = ([^`]+)`", line))
        if name not in explorers.__all__:
            told = f"a goal, but lessons_lib has no explorer {name!r}"
            yield page.says(n, told)
            continue
        scene = scene_of(name)
        index, labels = [], {control.label for control in scene.controls}
        for label in settings.keys() - labels:
            yield page.says(n, f"`explorers.{name}` has no control {label!r}")
        for control in scene.controls:
            values = [told_value(value) for value in control.values]
            wanted = settings.get(control.label, values[control.start])
            place = nearest(values, wanted)
            if place is None:
                yield page.says(n, f"{control.label!r} has no place {wanted}")
            index.append(place or 0)
        if not scene.reached(index):
            yield page.says(n, f"these settings of `explorers.{name}` do not reach its goal")


@cache
def scene_of(name: str) -> Scene:
    return settings_of_lesson_11() if name == "settings_map" else made(name)[0].scene


def settings_of_lesson_11() -> Scene:
    """Train lesson 11's map; the one of tests/explorers/ is made up."""
    digits = problems.digits()
    training = digits[np.random.default_rng(0).permutation(len(digits))[:500]]
    network = problems.DigitNetwork(training, hidden=16)
    rates, betas = 0.0125 * 2.0 ** np.arange(9), 1 - 0.5 ** np.arange(7)
    run = optimizers.heavy_ball(
        network.gradient,
        network.theta0,
        learning_rate=rates[:, None],
        beta=betas,
        n_iterations=100,
    )
    losses = np.moveaxis(network.value(run.theta), 0, -1)
    return explorers.settings_map(rates, betas, losses, 0 * losses[..., -1]).scene


def told_value(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def nearest(values: list[str], wanted: str) -> int | None:
    """Find a value as it is told, to three digits."""
    if wanted in values:
        return values.index(wanted)
    for place, value in enumerate(values):
        try:
            if abs(float(value) - float(wanted)) <= 0.006 * abs(float(value)):
                return place
        except ValueError:
            continue
    return None


# --- All of it ------------------------------------------------------------------------------------

EVERYWHERE: tuple[Check, ...] = (check_commands, check_links, check_names)
OF_THE_GUIDE: tuple[Check, ...] = (
    check_timetables,
    check_row_names,
    check_time,
    check_overview,
)
OF_NOTES: tuple[Check, ...] = (
    check_parts,
    check_timing,
    check_predictions,
    check_numbers,
    check_goals,
)


def problems_of(page: Page, course: Course = COURSE) -> list[str]:
    own = OF_THE_GUIDE if page.path == GUIDE else OF_NOTES
    return [problem for check in (*EVERYWHERE, *own) for problem in check(page, course)]


def stored(path: Path) -> Page:
    return Page(path, path.read_text(encoding="utf-8"))


def test_the_guide() -> None:
    problems = problems_of(stored(GUIDE))
    assert not problems, "\n".join(["", *problems])


@pytest.mark.parametrize("slug", COURSE.lessons)
def test_notes(slug: str) -> None:
    path = FOLDER / f"{slug}.md"
    assert path.exists(), f"instructors/{slug}.md: not there; every lesson has its notes"
    problems = problems_of(stored(path))
    assert not problems, "\n".join(["", *problems])


def test_every_page_belongs_to_a_lesson() -> None:
    pages = {path.stem for path in FOLDER.glob("*.md")} - {"README"}
    assert pages <= set(COURSE.lessons)


# --- What is refused ------------------------------------------------------------------------------

TOY = Lesson(
    "03_toy",
    {
        "title": "# 3 · Toy\n\n**Time** about 20 minutes.",
        "question": "## The question",
        "predict-size": "- **a** half\n- **b** whole\n- **c** double",
        "commit-size": 'my_prediction = ""',
        "answer-size": "**b.** The whole, 0.4841.",
        "explore-toy": "explorers.step_size()",
        "your-turn": "## Your turn\n\n1. One.\n2. Two.",
    },
    exercise=Exercise(minutes=15, tasks=3),
)
TOYS = Course({"03_toy": TOY})

NOTES = """# 3 · Toy

20 minutes. [The lesson](../notebooks/03_step_size.ipynb), \
[its exercise](../exercises/03_toy/03_toy.ipynb), 15 minutes.

## The one idea

A toy is a toy, up to 0.4841.

## Ask before the reveal

### `predict-size`

Ask: how much?

- **a** took the half of it for the whole of it.
- **b** is right.
- **c** counted every toy twice, and the box
  as well.

## Timing

| From cell | Minutes | What happens |
|---|---|---|
| `title` | 5 | You ask. |
| `predict-size` | 15 | They answer. |

## The explorer

`explorers.step_size`: move it.

- **Goal**: `lr · λ = 1.2`, `step = 3`.

## Run beforehand

Everything above `predict-size`. Type `make lab`.

## When late

Leave out turn 3.2. Keep exercise 3.3.
"""

TABLE = """
## {heading}

| From | To | Minutes | Lesson | Explorer | Your turn | Exercise | The room | You |
|---|---|---|---|---|---|---|---|---|
| 0:00 | 0:20 | 20 | [3 · Toy](03_toy.md): `title` to `answer-size` | `explorers.step_size` \
| turn 3.1 | exercise 3.1 | votes | ask |
| 0:20 | 1:20 | 60 | | | | | plays | watch |
| 1:20 | {end} | {rest} | | | | | has a break | breathe |
"""

OVERVIEW = """# For instructors

Type `make test`, or `py -m course_tools lab`. See [below](#notes-and-more).

## Notes, and more

| Lesson | Minutes | Exercise | The one idea |
|---|---|---|---|
| [3 · Toy](03_toy.md) | 20 | [15](../exercises/03_toy/03_toy.ipynb) | a toy |
| together | 20 | 15 | |
"""

GUIDE_TEXT = OVERVIEW + "".join(
    TABLE.format(heading=heading, end=f"{1 + (20 + rest) // 60}:{(20 + rest) % 60:02}", rest=rest)
    for heading, rest in (
        ("Short: 90 minutes", 10),
        ("Half: 180 minutes", 100),
        ("A day: 400 minutes", 320),
    )
)


def toy_page(text: str, name: str = "03_toy.md") -> list[str]:
    path = FOLDER / name
    found = problems_of(Page(path, text), TOYS)
    return [
        each
        for each in found
        if "03_toy.md leads nowhere" not in each and "03_toy.ipynb leads nowhere" not in each
    ]


def test_good_notes_and_a_good_guide_pass() -> None:
    assert toy_page(NOTES) == []
    assert toy_page(GUIDE_TEXT, "README.md") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# 3 · Toy", "# 3 · Top", "03_toy.md:1: the title is not that of the lesson, '3 · Toy'"),
        ("20 minutes.", "25 minutes.", "03_toy.md:3: the lesson says 20 minutes"),
        ("03_step_size", "03_gone", "03_toy.md:3: the link to ../notebooks/03_gone.ipynb leads no"),
        (
            "03_step_size.ipynb",
            "03_step_size.ipynb#Nothing",
            "03_toy.md:3: 03_step_size.ipynb has no heading for #Nothing",
        ),
        ("A toy is a toy, up to 0.4841.", "", "there is no part 'The one idea', or nothing in it"),
        ("## When late", "## Later", "there is no part 'When late', or nothing in it"),
        ("0.4841", "0.4842", "03_toy.md:7: 0.4842 does not stand in lesson 3"),
        ("### `predict-size`", "### Size", "03_toy.md:1: nothing on the prediction `predict-size`"),
        ("Ask: how", "How", "03_toy.md:11: `predict-size` has no line that begins with 'Ask: '"),
        ("- **a**", "- a", "03_toy.md:11: `predict-size` says nothing on letter a"),
        ("counted every toy twice, and the box\n  as well.", "no.", "too little on letter c"),
        (
            "- **b** is right.",
            "- **b** took all of it for all of it.",
            "the lesson's own answer is b",
        ),
        ("- **a** took", "- **a** is right, it took", "the lesson's own answer is b"),
        ("| `title` | 5", "| `title` | 6", "03_toy.md:24: the sections add up to 21, not 20"),
        ("| `title` | 5", "| `tittle` | 5", "03_toy.md:24: lesson 3 has no cell `tittle`"),
        ("| `title` | 5", "| `question` | 5", "the first section does not begin at `title`"),
        ("| `title` | 5", "| `your-turn` | 5", "03_toy.md:25: `predict-size` comes earlier"),
        ("`explorers.step_size`", "`explorers.valley`", "does not name `explorers.step_size`"),
        (
            "`explorers.step_size`",
            "`explorers.toy`",
            "03_toy.md:29: there is no explorer `explorers.toy`",
        ),
        (
            "`explorers.step_size`: move",
            "Move",
            "03_toy.md:31: a goal, but lessons_lib has no explorer",
        ),
        ("λ = 1.2`", "λ = 0.2`", "03_toy.md:31: these settings of `explorers.step_size` do not"),
        ("λ = 1.2`", "λ = 1.22`", "03_toy.md:31: 'lr · λ' has no place 1.22"),
        ("`step = 3`", "`stop = 3`", "03_toy.md:31: `explorers.step_size` has no control 'stop'"),
        ("above `predict-size`", "above it", "'Run beforehand' names no cell"),
        ("`make lab`", "`make coffee`", "03_toy.md:35: there is no `make coffee`"),
        ("turn 3.2", "turn 3.3", "03_toy.md:39: there is no turn 3.3: lesson 3 has 2 tasks"),
        (
            "turn 3.2",
            "`no-such-cell`",
            "03_toy.md:39: no cell of lesson 3 is called `no-such-cell`",
        ),
        ("turn 3.2", "`no_such()`", "03_toy.md:39: `no_such()` does not stand in lesson 3"),
        ("turn 3.2", "`docs/gone.md`", "03_toy.md:39: there is no docs/gone.md"),
    ],
)
def test_notes_that_are_refused(old: str, new: str, message: str) -> None:
    assert NOTES.count(old) >= 1
    refused(toy_page(NOTES.replace(old, new, 1)), message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0:20 | 20 | [3", "0:20 | 15 | [3", "README.md:16: 0:00 to 0:20 is 20 minutes, not 15"),
        ("| 0:20 | 1:20 | 60", "| 0:30 | 1:20 | 50", "README.md:17: begins at 0:30; the row abo"),
        ("Short: 90 minutes", "Short: 80 minutes", "'Short: 80 minutes' adds up to 90 minutes"),
        ("Short: 90 minutes", "Short", "the heading 'Short' does not say how many minutes"),
        ("Short: 90 minutes", "Short: 80 minutes", "there is no timetable for 90 minutes"),
        ("Half: 180", "Half: 170", "there is no timetable for 180 minutes"),
        ("A day: 400", "A day: 300", "there is no timetable for a full day"),
        ("has a break", "goes on", "README.md:26: 180 minutes without a break"),
        (
            "| 0:20 | 1:20 | 60 | |",
            "| 0:20 | 1:20 | 60 | [3 · Toy](03_toy.md) |",
            "README.md:17: lesson 3 gets 80 minutes of its 20",
        ),
        ("| votes | ask |", "| | ask |", "README.md:16: the row does not say what the room does"),
        ("| Explorer |", "| Toys |", "README.md:16: the timetable has no column Explorer"),
        ("`title` to", "`tittle` to", "README.md:16: lesson 3 has no cell `tittle`"),
        (
            "`title` to `answer-size`",
            "`answer-size` to `title`",
            "`answer-size` comes after `title`",
        ),
        ("`explorers.step_size`", "`explorers.race`", "3 does not show `explorers.race`"),
        ("turn 3.1", "turn 4.1", "README.md:16: a task of lesson 4 in a row of lesson 3"),
        ("turn 3.1", "turn 3.9", "README.md:16: there is no turn 3.9: lesson 3 has 2 tasks"),
        ("[3 · Toy](03_toy.md) | 20", "[3 · Toy](03_toy.md) | 25", "9: lesson 3 says 20 minutes"),
        ("[3 · Toy](03_toy.md) | 20", "[3 · Top](03_toy.md) | 20", "3 is called '3 · Toy', not"),
        ("[3 · Toy](03_toy.md) | 20", "[4 · Toy](04_toy.md) | 20", "9: there is no lesson 04_toy"),
        (
            "| [3 · Toy](03_toy.md) | 20 | [15](../exercises/03_toy/03_toy.ipynb) | a toy |\n",
            "",
            "the overview does not list 03_toy",
        ),
        ("exercise 3.1", "exercise 4.1", "16: a task of lesson 4 in a row of lesson 3"),
        ("exercise 3.1", "exercise 3.9", "16: there is no exercise 3.9: exercise 3 has 3 tasks"),
        ("[15](..", "[20](..", "README.md:9: exercise 3 says 15 minutes"),
        ("[15](../exercises/03_toy/03_toy.ipynb)", "15", "README.md:9: no link to exercise 3"),
        ("| 20 | 15 |", "| 20 | 25 |", "README.md:10: the exercises add up to 15 minutes"),
        ("| together | 20", "| together | 30", "README.md:10: the lessons add up to 20 minutes"),
        ("make test", "make tea", "README.md:3: there is no `make tea`"),
        ("course_tools lab", "course_tools brew", "3: course_tools has no command `brew`"),
        ("#notes-and-more", "#notes", "README.md:3: README.md has no heading for #notes"),
    ],
)
def test_guides_that_are_refused(old: str, new: str, message: str) -> None:
    assert GUIDE_TEXT.count(old) >= 1
    times = -1 if old == "has a break" else 1
    refused(toy_page(GUIDE_TEXT.replace(old, new, times), "README.md"), message)


def test_a_row_that_hurries_is_refused(tmp_path: Path) -> None:
    (tmp_path / "03_toy.md").write_text(NOTES, encoding="utf-8")
    faults = {}
    for written in (10, 11):
        text = GUIDE_TEXT.replace("| 0:20 | 20 |", f"| 0:20 | {written} |", 1)
        faults[written] = list(check_time(Page(tmp_path / "README.md", text), TOYS))
    assert faults[11] == []
    refused(faults[10], "README.md:16: 10 minutes, and 03_toy.md takes 14 for that")


def refused(problems: list[str], message: str) -> None:
    """One problem says so, and where."""
    said = [problem for problem in problems if message in problem]
    assert said, problems
    assert re.match(r"\w+/\w+\.md:\d+: ", said[0])
