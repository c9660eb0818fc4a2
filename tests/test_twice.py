"""Ten questions, before the course and after it: one source, no verdict before, a sum after."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from lesson_cells import cells_of

from course_tools.files import ROOT
from course_tools.notebooks import twice as reading
from course_tools.notebooks.cells import Notebook, printed
from course_tools.notebooks.stored import NotebookError, from_bytes, to_bytes
from course_tools.notebooks.twice import AFTER, BEFORE
from course_tools.rules.pages import Page
from course_tools.rules.twice import RULES, Sheets, problems
from lessons_lib import optimizers, predictions, progress, theory
from lessons_lib import problems as landscapes
from lessons_lib.predictions import after, before, what_has_changed
from lessons_lib.predictions.twice import FILE, asked_twice, question

NOTEBOOKS = ROOT / "notebooks"
Node = nbformat.NotebookNode
Spoil = Callable[[Node], Any]


# --- What stands in the sheets --------------------------------------------------------------------


def test_the_sheets_obey_every_rule():
    found = problems(NOTEBOOKS)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_what_the_library_holds_is_what_the_sheets_say():
    assert FILE.read_bytes() == reading.said_of(NOTEBOOKS), "Run `make refresh`: it copies them."


def test_no_question_of_a_lesson_has_been_left_out_for_them():
    assert not {each.name for each in asked_twice()} & {
        each.name for each in predictions.questions()
    }


def test_the_guide_for_instructors_says_what_the_sheets_say():
    path = ROOT / "instructors" / "README.md"
    rows = [row for row in Page(path, path.read_text("utf-8")).rows if row["The question"]]
    assert [(row["The question"], row["Right"]) for row in rows] == [
        (each.title, each.right) for each in asked_twice()
    ]
    for row, each in zip(rows, asked_twice(), strict=True):
        cell, lesson = re.findall(r"`([\w-]+)`\]\(\.\./notebooks/(\w+)\.ipynb", row["Shown by"])[0]
        assert cell in cells_of(lesson)
        assert f"]({lesson}.ipynb#" in each.shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the notebooks."""
    return shutil.copytree(NOTEBOOKS, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))


def write(name: str, old: str, new: str) -> Spoil:
    """Write other words into a cell."""

    def spoil(nb: Node) -> None:
        cell = next(cell for cell in nb.cells if cell.id == name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return spoil


def drop(name: str) -> Spoil:
    """Take a cell away."""
    return lambda nb: nb.cells.pop([cell.id for cell in nb.cells].index(name))


def both(*spoils: Spoil) -> Spoil:
    """Spoil in two ways."""
    return lambda nb: [spoil(nb) for spoil in spoils]


def swap(*names: str) -> Spoil:
    """Exchange the right letters of answers for b."""

    def spoil(nb: Node) -> None:
        for cell in nb.cells:
            if cell.id.removeprefix("answer-") in names:
                right = reading.LETTER.search(cell.source)
                assert right is not None
                cell.source = cell.source.replace(f"**{right[1]}.** ", "**b.** ", 1)
                cell.source = cell.source.replace("If you chose b", f"If you chose {right[1]}")

    return spoil


ANSWER = "<details>\n<summary>The answer</summary>\n\nBoth.\n\n</details>"

REFUSED: dict[str, dict[str, tuple[str, Spoil, str]]] = {
    "same": {
        "another word": (BEFORE, write("predict-zigzag", "jumps", "leaps"), "'predict-zigzag'"),
        "another order": (
            BEFORE,
            lambda nb: nb.cells.insert(5, nb.cells.pop(7)),
            "has something else there",
        ),
        "the other sheet's button": (
            BEFORE,
            write("commit-zigzag", "before(", "after("),
            "'commit-zigzag'",
        ),
        "another picture": (BEFORE, write("plot-valley", "25", "26"), "'plot-valley'"),
    },
    "quiet": {
        "an answer before the course": (
            BEFORE,
            write("read-next", "Your ten", f"{ANSWER}\n\nYour ten"),
            "Before the course there is none",
        ),
    },
    "ten": {
        "another number": (AFTER, write("predict-zigzag", "## 4 ·", "## 5 ·"), "'## 4 · …'"),
        "two choices": (
            AFTER,
            both(
                write("predict-zigzag", "- **c** ", "- "),
                write("answer-zigzag", "If you chose c", "The sum"),
            ),
            "three or four",
        ),
        "another question's button": (
            AFTER,
            write("commit-zigzag", "zigzag", "chance"),
            "no cell 'commit-zigzag'",
        ),
    },
    "answers": {
        "none": (AFTER, drop("answer-zigzag"), "no cell 'answer-zigzag'"),
        "in part open": (AFTER, write("answer-zigzag", "<details>", "So:\n\n<details>"), "open"),
        "no letter": (AFTER, write("answer-zigzag", "**b.**", "b."), "no part 'The answer'"),
        "no belief": (AFTER, write("answer-zigzag", "chose a", "took a"), "too many: a"),
        "a belief of the right letter": (
            AFTER,
            write("answer-zigzag", "chose a", "chose b"),
            "too many: a, b",
        ),
        "no lesson": (AFTER, write("answer-zigzag", "(05_averages", "(91_glossary"), "it does not"),
        "another lesson": (AFTER, write("answer-zigzag", "Lesson 5", "Lesson 6"), "it does not"),
        "a formula": (AFTER, write("answer-zigzag", "cancel: 0", "cancel: $0$"), "a formula"),
    },
    "spread": {
        "b is nearly always right": (
            AFTER,
            swap("way-down", "how-far-back", "average-or-sum"),
            "b is right 7 times",
        ),
    },
    "plain": {
        "a term": (
            BEFORE,
            write("title", "no formula", "no gradient, no formula"),
            "uses 'gradient'",
        ),
    },
}

CASES = [
    pytest.param(rule, *case, id=f"{rule}: {name}")
    for rule, cases in REFUSED.items()
    for name, case in cases.items()
]


@pytest.mark.parametrize(("rule", "sheet", "spoil", "said"), CASES)
def test_spoilt_sheets_are_refused_for_that_reason(
    rule: str, sheet: str, spoil: Spoil, said: str, folder: Path
):
    nb = from_bytes((folder / sheet).read_bytes(), folder / sheet)
    spoil(nb)
    (folder / sheet).write_bytes(to_bytes(nb))
    if sheet == AFTER:
        copy_questions(folder)
    found = {each.__name__: list(each(Sheets(folder))) for each in RULES}
    assert [name for name, sentences in found.items() if sentences] == [rule]
    assert said in "\n".join(found[rule])


def copy_questions(folder: Path) -> None:
    """Do what `make refresh` does."""
    earlier, later = (Notebook.read(folder / name) for name in (BEFORE, AFTER))
    earlier.path.write_bytes(to_bytes(reading.with_questions_of(earlier, later)))


def test_a_question_too_many_is_refused(folder: Path):
    path = folder / AFTER
    nb = from_bytes(path.read_bytes(), path)
    place = [cell.id for cell in nb.cells].index("changes")
    added = nbformat.v4.new_markdown_cell("## 11 · More\n\n- **a** 1\n- **b** 2\n- **c** 3")
    added.id = "predict-more"
    nb.cells.insert(place, added)
    path.write_bytes(to_bytes(nb))
    assert f"{AFTER}: 11 questions, not 10." in "\n".join(problems(folder))


def test_every_rule_is_tried():
    assert [rule.__name__ for rule in RULES] == list(REFUSED)


# --- One source -----------------------------------------------------------------------------------


def test_a_changed_question_is_copied_and_what_has_not_changed_keeps_its_output(folder: Path):
    path = folder / AFTER
    nb = from_bytes(path.read_bytes(), path)
    write("predict-zigzag", "jumps", "leaps")(nb)
    write("plot-valley", "25", "26")(nb)
    path.write_bytes(to_bytes(nb))
    assert any("run `make refresh`" in found for found in problems(folder))
    copy_questions(folder)
    assert not problems(folder)
    cells = Notebook.read(folder / BEFORE).by_id
    assert "leaps" in cells["predict-zigzag"].source
    assert cells["plot-valley"].outputs == []
    assert printed(cells["commit-zigzag"]).startswith("Left, right, left, right, before the course")
    once = (folder / BEFORE).read_bytes()
    copy_questions(folder)
    assert (folder / BEFORE).read_bytes() == once


def test_a_sheet_without_questions_is_refused(folder: Path):
    path = folder / AFTER
    nb = from_bytes(path.read_bytes(), path)
    drop("walker")(nb)
    path.write_bytes(to_bytes(nb))
    with pytest.raises(NotebookError, match="has no questions"):
        problems(folder)


# --- What a learner chooses -----------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A learner's file, empty at first."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / progress.NAME))
    return tmp_path / progress.NAME


def open_answer(name: str, letter: str) -> None:
    """Choose after the course, and open the answer."""
    widget = after(name)
    widget.chosen = letter
    widget.opened = True


def test_before_and_after_are_kept_apart(kept: Path):
    before("zigzag").chosen = "a"
    assert progress.recall("before") == {"zigzag": "a"}
    assert progress.recall("after") == progress.recall("prediction") == {}
    assert after("zigzag").chosen == ""
    after("zigzag").chosen = "b"
    assert before("zigzag").chosen == "a"
    assert after("zigzag").chosen == "b"


@pytest.mark.parametrize("asked", asked_twice(), ids=lambda asked: asked.name)
def test_before_there_is_no_verdict(asked: predictions.twice.Twice, kept: Path):
    widget = before(asked.name)
    synced = {name: str(value) for name, value in widget.get_state().items()}
    widget.chosen = asked.right
    right = {name: str(value) for name, value in widget.get_state().items()}
    assert synced["beliefs"] == right["beliefs"] == "{}"
    shown = " ".join([*right.values(), widget.words])
    for told in [asked.answer, *asked.beliefs.values()]:
        assert told.removeprefix("<p>") not in shown
    assert {name for name in right if right[name] != synced[name]} == {"chosen"}


def test_after_it_tells_what_was_chosen_before_and_why_the_answer_holds(kept: Path):
    asked = question("zigzag")
    before("zigzag").chosen = "a"
    told = after("zigzag").beliefs
    a, c, answer = (
        text.removeprefix("<p>") for text in (asked.beliefs["a"], asked.beliefs["c"], asked.answer)
    )
    assert told["c"] == "\n".join(
        [
            "<p>Before the course you chose a, now c.</p>",
            f"<p><b>Before, a:</b> {a}",
            f"<p><b>Now, c:</b> {c}",
            f"<p><b>The answer:</b> {answer}",
        ]
    )
    assert 'href="05_averages.ipynb#' in told["c"]
    assert "You chose a, before the course and now." in told["a"]
    assert told["a"].count(a) == 1
    assert c not in told["a"] + told["b"]
    assert a in told["b"]


def test_whoever_answers_only_after_the_course_sees_a_page_that_makes_sense(kept: Path):
    told = after("zigzag").beliefs["b"]
    assert "Now you chose b. Before the course you did not answer." in told
    open_answer("zigzag", "b")
    said = what_has_changed()._repr_mimebundle_()
    assert said["text/plain"] == "You have opened 1 of 10 answers. Now: 1 of 1 right."
    assert "| Left, right, left, right | – | b ✓ | b | [Lesson 5, " in said["text/markdown"]


def test_once_the_answer_is_open_both_choices_stand(kept: Path):
    before("zigzag").chosen = "a"
    elsewhere = before("zigzag"), after("zigzag")
    open_answer("zigzag", "c")
    assert before("zigzag").opened
    assert after("zigzag").opened
    for widget in (*elsewhere, before("zigzag"), after("zigzag")):
        widget.chosen = "b"
    assert progress.recall("before") == {"zigzag": "a"}
    assert progress.recall("after") == {"zigzag": "c"}
    assert before("zigzag").says["stands"] == (
        "You chose {} before you opened the answer. That stands."
    )


def test_whoever_knows_the_answer_cannot_choose_as_if_before(kept: Path):
    open_answer("zigzag", "c")
    late = before("zigzag")
    assert late.says["ask"].startswith("You have opened the answer")
    late.chosen = "b"
    assert progress.recall("before") == {}


def test_what_is_no_choice_is_not_kept(kept: Path):
    before("zigzag").chosen = after("zigzag").chosen = "z"
    after("zigzag").opened = True
    assert not kept.exists()


def test_a_question_that_nobody_asks_is_refused(kept: Path):
    for ask in (before, after):
        with pytest.raises(
            ValueError, match=r"No question is called 'zigzeg'\. There are: way-down"
        ):
            ask("zigzeg")


def test_where_there_is_no_widget_there_are_words(kept: Path):
    assert before("chance").words == (
        "A numb foot, before the course: a, b or c? Run this cell to choose."
    )
    assert after("average-or-sum").words == (
        "Average or sum, after the course: a, b, c or d? Run this cell to choose."
    )
    open_answer("chance", "c")
    assert after("chance").words == "A numb foot, after the course: c."


# --- The sum --------------------------------------------------------------------------------------


def answer_all(right_before: int, right_after: int) -> None:
    """Choose rightly in so many questions from the first on, and open all answers."""
    for k, asked in enumerate(asked_twice()):
        wrong = next(iter(asked.beliefs))
        before(asked.name).chosen = asked.right if k < right_before else wrong
        open_answer(asked.name, asked.right if k < right_after else wrong)


def test_the_sum_says_what_is_new_and_what_is_open(kept: Path):
    answer_all(7, 9)
    said = what_has_changed()._repr_mimebundle_()
    assert said["text/plain"] == (
        "You have opened all 10 answers. Before: 7 of 10 right. Now: 9 of 10 right. "
        "New: A numb foot; Where a memory pays. Worth another look: Two hollows."
    )
    assert said["text/markdown"].count("\n| ") == 11


def test_when_all_is_right_nothing_is_left_open(kept: Path):
    answer_all(10, 10)
    assert what_has_changed().words == (
        "You have opened all 10 answers. Before: 10 of 10 right. Now: 10 of 10 right. "
        "Nothing is left open."
    )


def test_the_sum_gives_nothing_away_of_answers_that_are_not_open(kept: Path):
    for asked in asked_twice():
        before(asked.name).chosen = asked.right
        after(asked.name).chosen = asked.right
    said = what_has_changed()._repr_mimebundle_()
    assert said["text/plain"].startswith("Open the answers above")
    assert "right" not in said["text/markdown"]
    open_answer("zigzag", "b")
    assert what_has_changed().words.startswith("You have opened 1 of 10 answers. Before: 1 of 1")
    assert what_has_changed()._repr_mimebundle_()["text/markdown"].count("Lesson") == 1


def test_some_were_answered_before_and_some_were_not(kept: Path):
    before("zigzag").chosen = "b"
    open_answer("zigzag", "b")
    open_answer("chance", "a")
    assert what_has_changed().words == (
        "You have opened 2 of 10 answers. Before: 1 right of the 1 that you answered. "
        "Now: 1 of 2 right. Worth another look: A numb foot."
    )


def test_a_file_that_is_broken_counts_for_nothing(kept: Path):
    progress.remember("before", "zigzag", "z")
    progress.remember("after", "gone", "a")
    progress.remember("opened", "zigzag")
    assert what_has_changed().answered == []
    assert what_has_changed().before == 0


# --- Whether the answers are true -----------------------------------------------------------------


def test_the_way_down_is_not_the_way_to_the_star():
    """Question 1: neither the direction nor the distance can be felt."""
    valley, place = landscapes.valley(25, rotation=0.5), np.array([-2.2, 0.2])
    down, to_star = -valley.gradient(place), valley.minimiser - place
    angle = np.degrees(np.arccos(down @ to_star / np.linalg.norm(down) / np.linalg.norm(to_star)))
    assert angle > 30
    along, across = np.array([[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]])
    far, near = valley.gradient(2.0 * along), valley.gradient(0.2 * across)
    assert np.linalg.norm(near) > 2 * np.linalg.norm(far)


def test_a_hundred_times_the_stride_throws_her_out_across_and_would_fit_along():
    curvatures = np.array([1.0, 100.0])
    run = optimizers.gradient_descent(
        lambda theta: curvatures * theta, [1.0, 1.0], learning_rate=0.01, n_iterations=1
    )
    assert run.theta[1] == pytest.approx([0.99, 0])
    run = optimizers.gradient_descent(
        lambda theta: curvatures * theta, [1.0, 1.0], learning_rate=1.0, n_iterations=2
    )
    assert run.theta[:, 1] == pytest.approx([1, -99, 99**2])
    assert run.theta[1, 0] == 0


def test_half_a_percent_beyond_the_limit_is_one_percent_per_step():
    bowl = landscapes.parabola(1.0)
    settings = {"learning_rate": np.array([2.0, 2.0 * 1.005]), "n_iterations": 1000}
    far = np.abs(optimizers.gradient_descent(bowl.gradient, [1.0], **settings).theta[..., 0])
    assert np.all(far[:, 0] == 1)
    assert far[1:, 1] / far[:-1, 1] == pytest.approx(1.01)
    assert far[-1, 1] == pytest.approx(20_959, abs=0.5)
    assert "20,959" in question("too-long").answer


def test_an_average_of_a_zigzag_keeps_what_agrees():
    sideways, onwards = [-5, 5, -5, 5], [1, 1, 1, 1]
    assert (np.mean(sideways), np.mean(onwards)) == (0, 1)


def test_two_thirds_of_a_fading_average_are_of_the_last_ten():
    weights = theory.average_weights(0.9, 1000)
    assert weights[:10].sum() == pytest.approx(0.651, abs=0.0005)
    assert weights.sum() == pytest.approx(1)
    assert "65.1 %" in printed(cells_of("05_averages")["share-of-memory"])


def test_an_average_is_as_long_as_its_steps_and_a_sum_ten_times_as_long():
    settings = {"learning_rate": 0.5, "beta": 0.9, "n_iterations": 200}
    even = np.ones_like
    average = optimizers.momentum(even, [0.0], **settings).theta[:, 0]
    total = optimizers.heavy_ball(even, [0.0], **settings).theta[:, 0]
    assert -np.diff(average)[[0, -1]] == pytest.approx([0.05, 0.5])
    assert -np.diff(total)[[0, -1]] == pytest.approx([0.5, 5.0])
    assert "same path as the heavy ball at 0.01: True" in printed(
        cells_of("06_momentum")["recipe-at-ten-times"]
    )


def test_on_level_ground_she_goes_on_nine_tenths_as_far():
    path, velocity = [1.0], 0.0
    stride = 1.0  # from 1 the first step leads exactly to 0, the lowest place
    for _ in range(2):
        velocity = 0.9 * velocity + path[-1]
        path.append(path[-1] - stride * velocity)
    run = optimizers.heavy_ball(
        lambda theta: theta, [1.0], learning_rate=stride, beta=0.9, n_iterations=2
    )
    assert run.theta[:, 0] == pytest.approx(path)
    assert path == pytest.approx([1, 0, -0.9])
    assert "but velocity 32.9" in printed(cells_of("06_momentum")["level-but-moving"])


def test_only_a_shorter_stride_brings_her_closer():
    plain = theory.gradient_descent_variance(0.1, 1.0)
    assert theory.gradient_descent_variance(0.05, 1.0) / plain == pytest.approx(0.5, abs=0.02)
    assert theory.heavy_ball_variance(0.1, 0.9, 1.0) / plain == pytest.approx(10, rel=0.03)
    clouds = printed(cells_of("10_noise")["clouds-with-memory"])
    assert "plain: variance 0.053" in clouds
    assert "ball : variance 0.513" in clouds
    hovers = printed(cells_of("10_noise")["longer-run"])
    assert "20 epochs: 0.083" in hovers
    assert "200 epochs: 0.081" in hovers


def test_memory_gains_in_a_valley_and_nothing_in_a_round_bowl():
    round_bowl = optimizers.gradient_descent(
        lambda theta: 100 * theta, [1.0, 1.0], learning_rate=0.01, n_iterations=1
    )
    assert round_bowl.theta[1] == pytest.approx([0, 0])
    shown = printed(cells_of("11_beyond_bowls")["test-curvature"])
    assert "lr  0.01, β   0:    1 steps" in shown
    shown = printed(cells_of("11_beyond_bowls")["test-valley"])
    assert "β 0.0000:  691 steps" in shown
    assert "β 0.6694:   93 steps" in shown
    assert {"93", "691"} <= set(question("who-gains").answer.replace(",", "").split())


def test_speed_leads_out_of_the_deeper_hollow_too():
    shown = printed(cells_of("11_beyond_bowls")["count-won-and-lost"])
    assert "heavy ball 0.9: 330 deep, won 87, lost 28" in shown
    assert "87 times, and lost it 28 times" in question("two-hollows").answer
