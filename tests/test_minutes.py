"""Every lesson states the time that it takes, and is short enough for one sitting."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_tools.files import ROOT, show
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import lessons
from course_tools.notebooks.stored import to_bytes
from course_tools.notebooks.twice import AFTER, BEFORE
from course_tools.rules.minutes import RULES, Count, problems, words_in

Node = nbformat.NotebookNode


SHEETS = [ROOT / "notebooks" / name for name in (BEFORE, AFTER)]


@pytest.mark.parametrize("path", [*lessons(ROOT / "notebooks"), *SHEETS], ids=show)
def test_lessons_take_the_time_that_they_state(path: Path):
    found = problems(path)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# --- Counting -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two words", 2),
        ("## The question", 2),
        ("- **a** half, that is 1/2", 5),
        ("[a link](https://example.org/of/many-words) and `two words`", 5),
        ("before\n\n$$x_+ = x - g$$\n\nafter", 2),
        ("| μ | L |\n|---|---|\n| 0.3 | 4 |", 4),
        ("0 < lr · λ < 2, <b>bold</b> and x > 1", 8),
        ('<img src="a b c.png" alt="a b">', 0),
    ],
)
def test_words_are_those_that_a_reader_sees(text: str, words: int):
    assert len(words_in(text)) == words


def words(number: int) -> Node:
    """A cell of so many words."""
    return new_markdown_cell("word " * number, id="words")


def shows(source: str, **data: str) -> Node:
    """A cell of code that shows something."""
    return new_code_cell(
        source, id="code", outputs=[new_output("execute_result", {"text/plain": "Figure", **data})]
    )


def hides(source: str, text: str) -> Node:
    """A cell whose code is hidden, and what it prints is not."""
    hidden = {"jupyter": {"source_hidden": True}}
    return new_code_cell(
        source, id="code", metadata=hidden, outputs=[new_output("stream", text=text)]
    )


PICTURE = {"image/png": "aGVsbG8="}
FOLDED = "<details>\n<summary>The proof</summary>\n\n$$x$$\n\nMore.\n\n</details>"


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        (words(200), 1),
        (new_markdown_cell("$$a$$\n\n$$b$$", id="formulas"), 20 / 60),
        (new_markdown_cell(FOLDED, id="folded"), 2 / 200),
        (new_markdown_cell("- **a** 1", id="predict-size"), 1 + 2 / 200),
        (new_markdown_cell("## Your turn\n\n1. A.\n2. B.", id="your-turn"), 4 + 6 / 200),
        (new_code_cell("# why\n\na = 1\nb = 2", id="code"), 8 / 60),
        (
            new_code_cell("print()", id="code", outputs=[new_output("stream", text="1\n\n2\n")]),
            (4 + 2 * 2) / 60,
        ),
        (shows("2 + 3"), (4 + 2) / 60),
        (hides("a = 1\nprint(a)", "1\n"), 2 / 60),
        (shows("figure", **PICTURE), 4 / 60 + 1 / 2),
        (shows("explorers.race()", **PICTURE), 4 / 60 + 3),
    ],
)
def test_everything_takes_its_time(cell: Node, minutes: float):
    assert Count([cell]).minutes == pytest.approx(minutes)


def test_what_is_counted_adds_up_and_is_said():
    count = Count([words(400), new_code_cell("a = 1", id="code"), shows("explorers.race()")])
    assert str(count) == "5.1 minutes (words: 400, 2.0; lines of code: 2, 0.1; explorers: 1, 3.0)"


# --- The rules ----------------------------------------------------------------------------------


def lesson(folder: Path, stated: str, of_words: int) -> Notebook:
    """A lesson of so many words, with the six of its title."""
    title = new_markdown_cell(f"# 4 · Toy\n\n**Time** {stated}.", id="title")
    nb = new_notebook(cells=[title, words(of_words - len(words_in(title.source)))])
    (folder / "04_toy.ipynb").write_bytes(to_bytes(nb))
    return Notebook.read(folder / "04_toy.ipynb")


def said(notebook: Notebook) -> dict[str, list[str]]:
    """What each rule says of it."""
    found = {rule.__name__: list(rule(notebook)) for rule in RULES}
    return {rule: sentences for rule, sentences in found.items() if sentences}


@pytest.mark.parametrize("of_words", [5400, 6000, 6600])
def test_a_lesson_may_leave_its_time_by_a_little(of_words: int, tmp_path: Path):
    assert said(lesson(tmp_path, "about 30 minutes", of_words)) == {}


REFUSED: dict[str, dict[str, tuple[str, int, str]]] = {
    "stated": {
        "too little": ("about 30 minutes", 6800, "it states 30 minutes, and takes 34.0 minutes (w"),
        "too much": ("about 35 minutes", 6000, "Write '**Time** about 30 minutes.'"),
        "not in fives": ("about 31 minutes", 6200, "it states 31 minutes, and takes 31.0 minutes"),
        "nothing": ("enough", 6000, "it states 0 minutes"),
    },
    "sitting": {
        "rounded to 50": ("about 50 minutes", 9600, "it takes 48.0 minutes (words: 9600, 48.0)"),
    },
}


@pytest.mark.parametrize(
    ("rule", "stated", "of_words", "message"),
    [(rule, *each) for rule, cases in REFUSED.items() for each in cases.values()],
    ids=[f"{rule}: {name}" for rule, cases in REFUSED.items() for name in cases],
)
def test_a_lesson_with_another_time_is_refused(
    rule: str, stated: str, of_words: int, message: str, tmp_path: Path
):
    found = said(lesson(tmp_path, stated, of_words))
    assert list(found) == [rule]
    (sentence,) = found[rule]
    assert message in sentence
    assert "04_toy.ipynb, cell 'title': " in sentence


def test_every_rule_is_tried():
    assert [rule.__name__ for rule in RULES] == list(REFUSED)
