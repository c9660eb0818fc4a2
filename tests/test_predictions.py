"""Predictions: read from a lesson, shown as buttons, and kept."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from course_tools.files import ROOT
from course_tools.notebooks import questions as reading
from course_tools.notebooks.cells import Notebook
from course_tools.notebooks.course import read_in_order
from lessons_lib import predictions, progress
from lessons_lib.predictions import Question, predict, questions

ASKED = """## Predict

What comes out?

- **a** One, `1`.
- **b** Two:
  it is *more*.
- **c** Three.

Choose before you go on."""

ANSWERED = """<details>
<summary>The answer</summary>

**b.** Two, since one and one are two.

</details>

<details>
<summary>If you chose a</summary>

You forgot **one** of them.

</details>

<details>
<summary>If you chose b</summary>

Yes.

</details>

<details>
<summary>If you chose c</summary>

You counted one twice.

</details>"""

RACE = Question(6, "race", {"a": "A", "b": "B", "c": "C"}, {"a": "not A", "b": "yes", "c": "not C"})


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """A lesson that asks one question."""
    cells = [
        nbformat.v4.new_markdown_cell(ASKED, id="predict-sum"),
        nbformat.v4.new_code_cell('predict(1, "sum")', id="commit-sum"),
        nbformat.v4.new_markdown_cell(ANSWERED, id="answer-sum"),
        nbformat.v4.new_markdown_cell(ASKED, id="predict-later"),
    ]
    path = tmp_path / "01_toy.ipynb"
    path.write_text(nbformat.v4.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


def test_a_question_is_read_from_its_two_cells(lesson: Path):
    (found,) = reading.questions_of(Notebook.read(lesson))
    assert (found.lesson, found.name, found.key) == (1, "sum", "1 sum")
    assert list(found.choices) == list(found.beliefs) == ["a", "b", "c"]
    assert found.choices["a"] == "<p>One, <code>1</code>.</p>"
    assert "it is <em>more</em>." in found.choices["b"]
    assert found.beliefs["a"] == "<p>You forgot <strong>one</strong> of them.</p>"
    assert set(reading.folded_in(ANSWERED)) == {
        "The answer",
        *(f"If you chose {letter}" for letter in "abc"),
    }


def test_what_the_library_holds_is_what_the_lessons_say():
    stored = [
        question
        for path in read_in_order(ROOT / "notebooks")
        for question in reading.questions_of(Notebook.read(path))
    ]
    assert list(questions()) == stored, "Run `make refresh`: it copies the questions."


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A library with one question, and a file of one's own for what is chosen."""
    monkeypatch.setattr("lessons_lib.predictions.stored.questions", lambda: (RACE,))
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / progress.NAME))
    return tmp_path / progress.NAME


def test_a_choice_is_kept_and_found_again(asked: Path):
    first = predict(6, "race")
    assert first.chosen == ""
    first.chosen = "b"
    assert progress.recall("prediction") == {"6 race": "b"}
    assert predict(6, "race").chosen == "b"


def test_what_is_no_choice_is_neither_kept_nor_shown(asked: Path):
    predict(6, "race").chosen = "z"
    assert not asked.exists()
    progress.remember("prediction", "6 race", "z")
    assert predict(6, "race").chosen == ""


def test_where_there_is_no_widget_there_are_words(asked: Path):
    prediction = predict(6, "race")
    shown, _ = prediction._repr_mimebundle_()
    assert shown["text/plain"] == "Your prediction: a, b or c? Run this cell to choose."
    assert shown["text/markdown"] == f"*{shown['text/plain']}*"
    prediction.chosen = "c"
    assert prediction._repr_mimebundle_()[0]["text/plain"] == "Your prediction: c."


@pytest.mark.parametrize(("lesson", "name"), [(6, "rice"), (7, "race")])
def test_a_question_that_nobody_asks_is_refused(asked: Path, lesson: int, name: str):
    with pytest.raises(ValueError, match=f"Lesson {lesson} asks no question '{name}'"):
        predict(lesson, name)


def test_the_library_says_what_it_has():
    assert set(predictions.__all__) == {
        *("Prediction", "Question", "predict", "questions"),
        *("After", "Before", "Changes", "after", "before", "what_has_changed"),
    }
