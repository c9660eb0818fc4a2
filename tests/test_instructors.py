"""The instructors' guide obeys its rules, and each of them refuses what it is there for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_tools.files import ROOT
from course_tools.rules import instructors
from course_tools.rules.instructors import GUIDE, names, notes, timetables
from course_tools.rules.instructors.course import Course, GuidePage


def test_the_guide_obeys_every_rule() -> None:
    found = instructors.problems(ROOT / "instructors")
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# --- A small course, and its guide ----------------------------------------------------------------

CELLS = {
    "title": "# 3 · Toy\n\n**Time** about 20 minutes.",
    "question": "## The question",
    "predict-size": "- **a** half\n- **b** whole\n- **c** double",
    "commit-size": 'predict(3, "size")',
    "answer-size": "<details>\n<summary>The answer</summary>\n\n**b.** The whole.\n\n</details>",
    "explore-toy": "explorers.step_size()",
    "your-turn": "## Your turn\n\n1. One.\n2. Two.",
}
EXERCISE = {
    "title": "# Exercise 3 · Toy\n\n**Time** about 15 minutes.",
    **{f"task-{n}": f"## {n}. Do it" for n in (1, 2, 3)},
}

NOTES = """# 3 · Toy

20 minutes. [The lesson](../notebooks/03_toy.ipynb), \
[its exercise](../exercises/03_toy/exercise_03_toy.ipynb), 15 minutes.

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
| [3 · Toy](03_toy.md) | 20 | [15](../exercises/03_toy/exercise_03_toy.ipynb) | a toy |
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


def write(path: Path, cells: dict[str, str], printed: str = "") -> None:
    """Write a notebook, whose cells that hold no prose print something."""
    made = []
    for name, source in cells.items():
        if source.startswith(("#", "-", "*")):
            made.append(nbformat.v4.new_markdown_cell(source, id=name))
        else:
            shown = [nbformat.v4.new_output("stream", text=printed)] if printed else []
            made.append(nbformat.v4.new_code_cell(source, id=name, outputs=shown))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one lesson and its exercise, with a guide that obeys every rule."""
    root = tmp_path_factory.mktemp("course")
    write(root / "notebooks" / "03_toy.ipynb", CELLS, printed="0.4841\n")
    write(root / "exercises" / "03_toy" / "exercise_03_toy.ipynb", EXERCISE)
    (root / "Makefile").write_text("lab:\ntest:\n", encoding="utf-8")
    (root / "instructors").mkdir()
    (root / "instructors" / "03_toy.md").write_text(NOTES, encoding="utf-8")
    (root / "instructors" / GUIDE).write_text(GUIDE_TEXT, encoding="utf-8")
    return root


def test_good_notes_and_a_good_guide_pass(course: Path) -> None:
    assert instructors.problems(course / "instructors") == []


def complaints(course: Path, name: str, text: str) -> dict[str, list[str]]:
    """What each rule says of a page with another text."""
    page = GuidePage(course / "instructors" / name, text, Course(course))
    own = timetables.RULES if name == GUIDE else notes.RULES
    said = {rule.__name__: list(rule(page)) for rule in (*names.RULES, *own)}
    return {rule: sentences for rule, sentences in said.items() if sentences}


# --- How it is spoilt -----------------------------------------------------------------------------

Spoilt = tuple[str, str, str]
"""What stands there, what is written in its place, and what has to be said."""

NOTES_REFUSED: dict[str, list[Spoilt]] = {
    "opening": [
        ("# 3 · Toy", "# 3 · Top", "03_toy.md:1: the title is not that of the lesson, '3 · Toy'"),
        ("20 minutes.", "25 minutes.", "03_toy.md:3: the lesson says 20 minutes"),
    ],
    "exercise": [
        (
            "15 minutes.",
            "16 minutes.",
            "03_toy.md:3: no link to the exercise with its time: (../exer",
        ),
    ],
    "links": [
        (
            "03_toy.ipynb),",
            "03_gone.ipynb),",
            "03_toy.md:3: the link to ../notebooks/03_gone.ipynb leads no",
        ),
        (
            "../notebooks/03_toy.ipynb",
            "../notebooks/03_toy.ipynb#Nothing",
            "03_toy.md:3: 03_toy.ipynb has no heading for #Nothing",
        ),
    ],
    "parts": [
        ("A toy is a toy, up to 0.4841.", "", "there is no part 'The one idea', or nothing in it"),
        ("## When late", "## Later", "there is no part 'When late', or nothing in it"),
    ],
    "numbers": [
        ("0.4841", "0.4842", "03_toy.md:7: 0.4842 does not stand in lesson 3"),
        ("You ask.", "You ask 98.", "03_toy.md:24: 98 does not stand in lesson 3"),
    ],
    "predictions": [
        ("### `predict-size`", "### Size", "03_toy.md:1: nothing on the prediction `predict-size`"),
        ("Ask: how", "How", "03_toy.md:11: `predict-size` has no line that begins with 'Ask: '"),
        ("- **a**", "- a", "03_toy.md:11: `predict-size` says nothing on letter a"),
        (
            "counted every toy twice, and the box\n  as well.",
            "no.",
            "too little on letter c: 6 words",
        ),
        (
            "- **b** is right.",
            "- **b** took all of it for all of it.",
            "the lesson's own answer is b",
        ),
        ("- **a** took", "- **a** is right, it took", "the lesson's own answer is b"),
    ],
    "once": [
        (
            "## Timing",
            "### `predict-size`\n\n## Timing",
            "03_toy.md:20: a second part on `predict-size`; make one of the two",
        ),
    ],
    "minutes": [
        ("| `title` | 5", "| `title` | 6", "03_toy.md:24: the sections add up to 21, not 20"),
        ("| `title` | 5", "| `question` | 5", "the first section does not begin at `title`"),
    ],
    "order": [
        ("| `title` | 5", "| `tittle` | 5", "03_toy.md:24: lesson 3 has no cell `tittle`"),
        ("| `title` | 5", "| `your-turn` | 5", "03_toy.md:25: `predict-size` comes earlier"),
    ],
    "explorers": [
        ("`explorers.step_size`", "the explorer", "does not name `explorers.step_size`"),
    ],
    "backticks": [
        (
            "`explorers.step_size`",
            "`explorers.toy`",
            "03_toy.md:29: no lesson shows `explorers.toy`",
        ),
        (
            "turn 3.2",
            "`no-such-cell`",
            "03_toy.md:39: no cell of lesson 3 is called `no-such-cell`",
        ),
        ("turn 3.2", "`no_such()`", "03_toy.md:39: `no_such()` does not stand in lesson 3"),
        ("turn 3.2", "`docs/gone.md`", "03_toy.md:39: there is no docs/gone.md"),
        ("turn 3.2", "`my_course/gone.md`", "03_toy.md:39: there is no my_course/gone.md"),
    ],
    "beforehand": [
        ("above `predict-size`", "above it", "'Run beforehand' names no cell"),
    ],
    "commands": [
        ("`make lab`", "`make coffee`", "03_toy.md:35: there is no `make coffee`"),
    ],
    "tasks": [
        ("turn 3.2", "turn 3.3", "03_toy.md:39: there is no turn 3.3: lesson 3 has 2 tasks"),
        (
            "exercise 3.3",
            "exercise 3.4",
            "03_toy.md:39: there is no exercise 3.4: exercise 3 has 3 tasks",
        ),
    ],
    "linked_cells": [
        (
            "turn 3.2",
            "[`gone-cell`](../notebooks/03_toy.ipynb)",
            "03_toy.md:39: lesson 3 has no cell `gone-cell`",
        ),
    ],
}

GUIDE_REFUSED: dict[str, list[Spoilt]] = {
    "spans": [
        (
            "| 0:00 | 0:20 | 20 | [3",
            "| 0:00 | 0:20 | 19 | [3",
            "README.md:16: 0:00 to 0:20 is 20 minutes, not 19",
        ),
        (
            "| 0:00 | 0:20 | 20 | [3",
            "| noon | 0:20 | 20 | [3",
            "README.md:16: noon to 0:20 is no time. Write it like 1:20",
        ),
    ],
    "sequence": [
        ("| 0:20 | 1:20 | 60", "| 0:30 | 1:20 | 50", "README.md:17: begins at 0:30; the row abo"),
    ],
    "promises": [
        ("Short: 90 minutes", "Short: 80 minutes", "'Short: 80 minutes' adds up to 90 minutes"),
        ("Short: 90 minutes", "Short", "the heading 'Short' does not say how many minutes"),
    ],
    "lengths": [
        ("Short: 90 minutes", "Short: 80 minutes", "there is no timetable for 90 minutes"),
        ("Half: 180", "Half: 170", "there is no timetable for 180 minutes"),
        ("A day: 400", "A day: 300", "there is no timetable for a full day"),
    ],
    "breaks": [
        ("has a break", "goes on", "README.md:26: 180 minutes without a break"),
    ],
    "budgets": [
        (
            "| 0:20 | 1:20 | 60 | |",
            "| 0:20 | 1:20 | 60 | [3 · Toy](03_toy.md) |",
            "README.md:17: lesson 3 gets 80 minutes of its 20",
        ),
    ],
    "hurry": [
        (
            "| 0:20 | 20 |",
            "| 0:20 | 10 |",
            "README.md:16: 10 minutes, and 03_toy.md takes 14 for that",
        ),
    ],
    "roles": [
        ("| votes | ask |", "| | ask |", "README.md:16: the row does not say what the room does"),
        ("| votes | ask |", "| votes | |", "README.md:16: the row does not say what the room does"),
    ],
    "columns": [
        ("| Explorer |", "| Toys |", "README.md:16: the timetable has no column Explorer"),
    ],
    "row_cells": [
        ("`title` to", "`tittle` to", "README.md:16: lesson 3 has no cell `tittle`"),
        (
            "`title` to `answer-size`",
            "`answer-size` to `title`",
            "`answer-size` comes after `title`",
        ),
    ],
    "row_explorers": [
        ("`explorers.step_size`", "`explorers.race`", "3 does not show `explorers.race`"),
    ],
    "row_tasks": [
        ("turn 3.1", "turn 4.1", "README.md:16: a task of lesson 4 in a row of lesson 3"),
        ("exercise 3.1", "exercise 4.1", "16: a task of lesson 4 in a row of lesson 3"),
    ],
    "tasks": [
        ("turn 3.1", "turn 3.9", "README.md:16: there is no turn 3.9: lesson 3 has 2 tasks"),
        ("exercise 3.1", "exercise 3.9", "16: there is no exercise 3.9: exercise 3 has 3 tasks"),
    ],
    "listed_lessons": [
        ("[3 · Toy](03_toy.md) | 20", "[3 · Toy](03_toy.md) | 25", "9: lesson 3 says 20 minutes"),
        ("[3 · Toy](03_toy.md) | 20", "[3 · Top](03_toy.md) | 20", "3 is called '3 · Toy', not"),
    ],
    "every_lesson": [
        ("[3 · Toy](03_toy.md) | 20", "[4 · Toy](04_toy.md) | 20", "9: there is no lesson 04_toy"),
        (
            "[3 · Toy](03_toy.md) | 20",
            "3 · Toy | 20",
            "README.md:1: the overview does not list 03_toy",
        ),
    ],
    "listed_exercises": [
        ("[15](..", "[20](..", "README.md:9: exercise 3 says 15 minutes"),
        (
            "[15](../exercises/03_toy/exercise_03_toy.ipynb)",
            "15",
            "README.md:9: no link to exercise 3",
        ),
    ],
    "sums": [
        ("| 20 | 15 |", "| 20 | 25 |", "README.md:10: the exercises add up to 15 minutes"),
        ("| together | 20", "| together | 30", "README.md:10: the lessons add up to 20 minutes"),
        ("| together |", "| all |", "README.md:1: the overview has no row 'together'"),
    ],
    "commands": [
        ("make test", "make tea", "README.md:3: there is no `make tea`"),
        ("course_tools lab", "course_tools brew", "3: course_tools has no command `brew`"),
    ],
    "links": [
        ("#notes-and-more", "#notes", "README.md:3: README.md has no heading for #notes"),
    ],
}


def cases(refused: dict[str, list[Spoilt]]) -> list[tuple[str, str, str, str]]:
    return [(rule, *each) for rule, spoilt in refused.items() for each in spoilt]


@pytest.mark.parametrize(("rule", "old", "new", "said"), cases(NOTES_REFUSED))
def test_spoilt_notes_are_refused(rule: str, old: str, new: str, said: str, course: Path) -> None:
    assert old in NOTES
    found = complaints(course, "03_toy.md", NOTES.replace(old, new, 1))
    is_said(said, found.get(rule, []))


@pytest.mark.parametrize(("rule", "old", "new", "said"), cases(GUIDE_REFUSED))
def test_a_spoilt_guide_is_refused(rule: str, old: str, new: str, said: str, course: Path) -> None:
    assert old in GUIDE_TEXT
    times = -1 if old == "has a break" else 1
    found = complaints(course, GUIDE, GUIDE_TEXT.replace(old, new, times))
    is_said(said, found.get(rule, []))


def test_a_row_may_take_a_little_less_than_the_notes(course: Path) -> None:
    text = GUIDE_TEXT.replace("| 0:20 | 20 |", "| 0:20 | 11 |", 1)
    assert "hurry" not in complaints(course, GUIDE, text)


def is_said(message: str, sentences: list[str]) -> None:
    """One sentence says so, and where."""
    said = [sentence for sentence in sentences if message in sentence]
    assert said, sentences
    assert re.search(r"instructors/\w+\.md:\d+: .*\.$", said[0])


def test_every_rule_is_tried() -> None:
    tried = {"notes": set(NOTES_REFUSED), "guide": set(GUIDE_REFUSED)}
    assert {rule.__name__ for rule in names.RULES} <= tried["notes"] | tried["guide"]
    assert {rule.__name__ for rule in notes.RULES} <= tried["notes"]
    assert {rule.__name__ for rule in timetables.RULES} <= tried["guide"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("03_toy.md", "03_top.md", "03_toy.md: not there; every lesson has its notes."),
        ("03_toy.md", "03_top.md", "03_top.md: no lesson is called like this page."),
        (GUIDE, "GUIDE.md", "README.md: not there; it holds the timetables."),
    ],
)
def test_pages_that_are_not_there_are_missed(
    old: str, new: str, said: str, course: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(course, tmp_path / "course") / "instructors"
    (copy / old).rename(copy / new)
    assert any(said in sentence for sentence in instructors.problems(copy))
