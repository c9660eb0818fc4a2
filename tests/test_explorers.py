"""The explorers: what they show equals what the library computes, whatever the learner moves.

What that is stands in `tests/explorers/`, in a file for each. Its name is the explorer's.
"""

import time
from io import BytesIO
from types import ModuleType, SimpleNamespace

import matplotlib.style
import numpy as np
import pytest
from explorer_checks import (
    PARTS,
    expectations,
    goal_unfit,
    lessons,
    made,
    modules_of,
    not_handed_on,
    reaching,
    says_otherwise,
    shows_otherwise,
    states,
    unexpected,
    unnamed,
    unreadable_numbers,
    unshown,
    words_otherwise,
)
from figure_texts import unreadable
from goals import NOTES, faults, read
from layout_checks import elsewhere, illegible, unfit
from nbformat.v4 import new_code_cell, new_markdown_cell
from PIL import Image

from lessons_lib import explorers, figures
from lessons_lib.figures.figure import PIXELS_PER_INCH
from lessons_lib.figures.style import STYLE
from lessons_lib.live import Goal, Live, Moving, Readout, slider
from lessons_lib.live.canvas import axes_on_canvas
from lessons_lib.live.layouts import layouts_and_pictures, stacked
from lessons_lib.live.table import BUDGET

SECONDS = 2  # of the processor, to make an explorer on a machine that has time for it
TIMES = 4  # as long as an ordinary figure takes, on any machine
EXPECTED = expectations()

every_explorer = pytest.mark.parametrize("name", EXPECTED)


@pytest.fixture
def explorer(name):
    return made(name)[0]


def test_every_explorer_is_handed_on_held_here_and_shown():
    assert [*not_handed_on(modules_of(explorers), explorers.__all__)] == []
    assert [*unexpected(explorers.__all__, EXPECTED)] == []
    assert [*unshown(explorers.__all__, lessons())] == []


# --- The same as the library ----------------------------------------------------------------------


@every_explorer
def test_what_moves_is_what_the_library_computes(explorer, name):
    assert [*shows_otherwise(name, explorer, EXPECTED[name])] == []


@every_explorer
def test_what_is_said_is_what_the_library_computes(explorer, name):
    assert [*says_otherwise(name, explorer, EXPECTED[name])] == []


@every_explorer
def test_the_words_of_the_start_and_of_other_states(explorer, name):
    assert [*words_otherwise(name, explorer, EXPECTED[name])] == []


@every_explorer
def test_a_control_can_stand_on_the_numbers_of_its_lesson(explorer, name):
    assert [*unnamed(name, explorer, EXPECTED[name])] == []


@every_explorer
def test_every_number_that_is_ever_said_can_be_read(explorer):
    assert [*unreadable_numbers(explorer)] == []


@every_explorer
def test_no_state_has_a_number_that_is_none(explorer):
    """All numbers that are ever said or drawn are in the tables."""
    scene = explorer.scene
    assert not scene.computed
    for table in scene.tables:
        assert np.isfinite(table.values).all(), table.name
    for index in states(scene, 100):
        said = scene.sentence(index)
        assert "nan" not in said
        assert "inf" not in said
        assert "{" not in said


@every_explorer
def test_a_goal_can_be_reached_but_is_not_at_the_start(explorer, name):
    scene = explorer.scene
    assert [*goal_unfit(getattr(explorers, name), explorer)] == []
    met = reaching(scene)
    winning = np.argwhere(met)[:: met.sum() // 10 + 1].tolist()
    for index in [*winning, *states(scene)]:
        assert scene.reached(index) == met[tuple(index)]
        assert scene.sentence(index).endswith(" Goal reached.") == met[tuple(index)]


# --- What the checks refuse -----------------------------------------------------------------------

DESCENT = EXPECTED["descent"]


def spoilt(**parts):
    """What is expected of `descent`, with something else in place of some parts."""
    return SimpleNamespace(**{part: getattr(DESCENT, part) for part in PARTS} | parts)


def shown_late(lr, step):
    path, *curve = DESCENT.shown(lr, step)
    return [path + 1e-3 * (step == 100), *curve]


def said_twice(**now):
    return {"excess": 2 * DESCENT.said(**now)["excess"]}


STATE, SENTENCE = DESCENT.ELSEWHERE[0]


@pytest.mark.parametrize(
    ("check", "parts", "said"),
    [
        (shows_otherwise, {"shown": shown_late}, "'step': 100}, 'gradient descent' is not where"),
        (shows_otherwise, {"shown": lambda **_: []}, "shown returns 0 arrays, and 3 artists move"),
        (says_otherwise, {"said": said_twice}, "the readouts are {'excess': "),
        (says_otherwise, {"said": lambda **_: {}}, "and said: {}."),
        (unnamed, {"NAMED": {"lr": [0.1, 0.123]}}, "'lr' cannot stand on 0.123, which its lesson"),
        (unnamed, {"NAMED": {"size": [1]}}, "NAMED speaks of 'size'; there are lr, step."),
        (words_otherwise, {"START": "After 30 steps."}, "START is 'After 30 steps.', and it says"),
        (words_otherwise, {"ELSEWHERE": [(STATE, "Far.")]}, "ELSEWHERE[0] is 'Far.', and it says"),
        (
            words_otherwise,
            {"ELSEWHERE": [({"lr": 0.1}, SENTENCE)]},
            "ELSEWHERE[0] has to give a value to each control: lr, step.",
        ),
    ],
)
def test_what_is_not_as_expected_is_found(check, parts, said):
    sentences = [*check("descent", made("descent")[0], spoilt(**parts))]
    assert any(said in each for each in sentences), sentences
    assert all(each.startswith("tests/explorers/descent.py: ") for each in sentences)


@pytest.mark.parametrize(
    ("rates", "readout", "words", "said"),
    [
        (
            [1e-7, 1],
            [1, 2],
            "At {lr} it is {n:.2f}.",
            ["{lr} in 'At {lr} it is {n:.2f}.' can be '1e-07'."],
        ),
        ([0, 1], [1, np.nan], "It is {n:.2f}.", ["{n:.2f} in 'It is {n:.2f}.' can be 'nan'."]),
        ([0, 1], [1, -np.inf], "It is {n:.2g}.", ["{n:.2g} in 'It is {n:.2g}.' can be '-inf'."]),
        ([0, 1], [1, 2**50], "{n:.1f}", ["{n:.1f} in '{n:.1f}' can be '1125899906842624.0'."]),
        ([0, 1], [-1e-9, 1e20], "It is {n:.2g}, at {lr:.1f}.", []),
    ],
)
def test_a_number_that_cannot_be_read_is_found(rates, readout, words, said):
    figure, ax = figures.panel("Toy", xlabel="x", ylabel="y")
    (line,) = ax.plot([0], [0])
    controls = [slider("lr", "learning rate", rates, start=rates[0])]
    moving = [Moving(line, x=[0], y=[0])]
    readouts = {"n": Readout(readout, "lr")}
    live = Live(figure, controls, moving, words=words, readouts=readouts)
    assert [*unreadable_numbers(live)] == said


@pytest.mark.parametrize("part", PARTS)
def test_a_file_without_one_of_its_parts_is_refused(part):
    for nothing in (spoilt(**{part: None}), ModuleType("descent")):
        sentences = [*unexpected(["descent"], {"descent": nothing})]
        told = f"tests/explorers/descent.py has no {part}. Write {PARTS[part]}."
        assert told in sentences


def test_an_explorer_without_a_file_and_a_file_without_an_explorer_are_refused():
    missing, left_over = unexpected(["toy"], {"descent": DESCENT})
    assert missing.startswith("tests/explorers/toy.py is missing. Write there")
    assert all(f"{part}: " in missing for part in PARTS)
    assert left_over.startswith("tests/explorers/descent.py belongs to no explorer. Remove it")


def test_an_explorer_that_no_lesson_can_import_is_refused():
    handed_on = set(explorers.__all__) - {"springs"}
    (sentence,) = not_handed_on(modules_of(explorers), handed_on)
    assert sentence.startswith("lessons_lib/explorers/__init__.py does not hand on springs.")


@pytest.mark.parametrize(
    ("before", "name", "said"),
    [
        ("**Goal: less.**", "explore-toy", []),
        ("Move it.", "explore-toy", ["before explore-toy names no '**Goal: …**' for toy."]),
        ("**Goal: less.**", "show-toy", ["show-toy shows toy. Begin its id with explore-."]),
    ],
)
def test_an_explorer_in_a_lesson_has_a_goal_before_it(before, name, said):
    cells = [new_markdown_cell(before, id="words"), new_code_cell("explorers.toy()", id=name)]
    sentences = [*unshown(["toy"], {"notebooks/03_toy.ipynb": cells})]
    assert sentences == [f"notebooks/03_toy.ipynb: the cell {each}" for each in said]


def test_an_explorer_that_no_lesson_shows_is_refused():
    (sentence,) = unshown(["toy"], {"notebooks/03_toy.ipynb": []})
    assert sentence.startswith("notebooks/NN_slug.ipynb: no lesson shows toy. Call explorers.toy")


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (None, "descent has no goal"),
        (Goal("", below={"excess": 0}, hint="Try."), "is not kept. Give it name='descent'"),
        (Goal("", below={"excess": 0}, name="descent"), "has no hint for whoever has tried"),
        (Goal("", below={"excess": 0}), "0.0% of the states meet the goal of descent"),
        (Goal("", below={"step": 50, "excess": 6}), "of the states meet the goal of descent"),
        (Goal("", below={"step": 31, "excess": 7}), "the goal of descent is met at the start"),
        (
            Goal("within 0.01 in at most 9 steps.", below={"step": 10, "excess": 0.1}),
            "says something else: excess < 0.1 is no number of its words 'within 0.01",
        ),
    ],
)
def test_an_unfit_goal_is_refused(monkeypatch, goal, said):
    live = made("descent")[0]
    monkeypatch.setattr(live.scene, "goal", goal)
    sentences = [*goal_unfit(explorers.descent, live)]
    assert any(said in each for each in sentences), sentences
    assert all(each.startswith("lessons_lib/explorers/descent.py: ") for each in sentences)


# --- What is made ---------------------------------------------------------------------------------


def seconds_for(function):
    """How long the processor works on something."""
    began = time.process_time()
    function()
    return time.process_time() - began


def ordinary_figure():
    """Make a figure of two panels, and all pictures of it that an explorer has."""
    figure, panels = figures.panels("One", "Other", xlabel="x", ylabel="y", width=9)
    for ax in panels:
        ax.plot(np.arange(100), np.arange(100) ** 2)
    return layouts_and_pictures(figure, [])


@every_explorer
def test_an_explorer_is_quickly_made(name):
    """A busy machine takes longer for everything, so there a figure is made before and after."""
    if made(name)[1] > SECONDS:
        before = seconds_for(ordinary_figure)
        spent = seconds_for(EXPECTED[name].make)
        assert spent < TIMES * max(before, seconds_for(ordinary_figure))


@every_explorer
def test_tables_are_within_the_budget(explorer):
    assert 0 < len(explorer.tables) <= BUDGET


def test_an_explorer_is_made_the_same_twice():
    first, second = made("descent")[0], DESCENT.make()
    for name in ("spec", "tables", "png", "png_sharp", "png_narrow"):
        assert getattr(first, name) == getattr(second, name)
    first.draw(first.scene.start)
    assert first.scene.describe() == second.scene.describe()


@every_explorer
def test_one_output_for_everybody(explorer, monkeypatch):
    monkeypatch.setattr(explorer.scene.figure, "png", lambda: explorer.png_sharp)  # drawn once
    data, metadata = explorer._repr_mimebundle_()
    view = "application/vnd.jupyter.widget-view+json"
    assert set(data) == {view, "image/png", "text/html", "text/plain"}
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert explorer.scene.sentence(explorer.scene.start) in data["text/plain"]
    assert f"Goal: {explorer.scene.goal.text}" in data["text/plain"]


@pytest.mark.parametrize(("name", "sharpness"), [*((name, 1) for name in EXPECTED), ("springs", 2)])
def test_a_picture_with_few_colours_shows_what_one_with_all_does(explorer, sharpness):
    """Drawn in matplotlib's own way, too."""
    figure = explorer.draw(explorer.scene.start)
    drawn = BytesIO()
    with matplotlib.style.context(["default", STYLE]):
        figure.savefig(drawn, dpi=PIXELS_PER_INCH * sharpness)
    full, packed = (
        np.asarray(Image.open(picture).convert("RGB")).astype(int)
        for picture in (drawn, BytesIO(figure.png(sharpness)))
    )
    assert np.abs(full - packed).max() <= 8


@every_explorer
def test_every_text_can_be_read_and_axes_stay_where_they_are(explorer):
    figure = explorer.scene.figure
    before = [ax.get_position().bounds for ax in figure.axes]
    for index in states(explorer.scene, 0):
        assert list(unreadable(explorer.draw(index))) == []  # which lays it out
        assert [ax.get_position().bounds for ax in figure.axes] == before
    assert axes_on_canvas(figure) == explorer.spec["layouts"][0]["axes"]


@every_explorer
def test_a_phone_shows_all_of_it_in_letters_that_can_be_read(explorer):
    assert [*unfit(explorer.spec["layouts"])] == []
    for index in states(explorer.scene, 0):
        assert [*illegible(explorer.draw(index))] == []


@every_explorer
def test_the_browser_paints_both_layouts_as_matplotlib_does(explorer):
    wide, narrow = explorer.spec["layouts"]
    for index in states(explorer.scene, 2):
        assert [*elsewhere(explorer.scene, wide, index)] == []
    with stacked(explorer.scene.figure):
        explorer.scene.figure.draw_without_rendering()
        assert axes_on_canvas(explorer.scene.figure) == narrow["axes"]
        for index in states(explorer.scene, 2):
            assert [*elsewhere(explorer.scene, narrow, index)] == []


# --- The goals in the instructors' notes ----------------------------------------------------------


@pytest.mark.parametrize("notes", NOTES, ids=lambda path: path.stem)
def test_settings_in_the_instructors_notes_reach_the_goal(notes):
    scenes = {name: made(name)[0].scene for name in EXPECTED}
    assert list(faults(read(notes), scenes)) == []
