"""The live figure, without a browser: what it refuses, sends, shows and says.

Where live.js computes, the few lines that do are written once more here, in Python.
"""

import json
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layout_checks import in_browser
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from PIL import Image

from lessons_lib import figures, live, progress
from lessons_lib.live import Control, Goal, Live, Moving, Readout, Scene, choice, slider, steps
from lessons_lib.live.canvas import axes_on_canvas, line_on_canvas, text_on_canvas
from lessons_lib.live.layouts import fix_layout, layouts_and_pictures
from lessons_lib.live.packing import spec_and_table
from lessons_lib.live.sentences import formatted, pieces
from lessons_lib.live.table import BUDGET, pack, tabulate

LR = slider("lr", "learning rate", [0.1, 0.2, 0.3], start=0.2, digits=".1f")
METHOD = choice("method", "method", ["plain", "heavy ball"])
STEP = steps(4, start=2)
CONTROLS = (METHOD, LR, STEP)
FALL = np.array([[8.0, 4, 2, 1, 0.5], [8, 2, 0.5, 0.125, 0.03125], [8, 80, 800, 8e3, 8e4]])


def panel():
    figure, ax = figures.panel("Title", xlabel="x", ylabel="y")
    ax.set(xlim=(0, 10), ylim=(0, 10))
    return figure, ax


def path(ax, **looks):
    (line,) = ax.plot([0, 1], [0, 1], label="path", **looks)
    return line


def define(draw=path, controls=CONTROLS, scene=Scene, *, words="", readouts=None, **options):
    """Define a scene with one artist, or more if `draw` returns a list; some options are Moving's.

    A good definition unless told otherwise, so that each test says what it is about.
    """
    figure, ax = panel()
    drawn = draw(ax)
    of_moving = {"x": [0, 1, 2, 3, 4], "y": FALL, "over": "lr step"}
    for name in ("x", "y", "over", "show", "text", "drag"):
        if name in options:
            of_moving[name] = options.pop(name)
    artists = drawn if isinstance(drawn, list) else [drawn]
    moving = [Moving(artist, **of_moving) for artist in artists]
    return scene(figure, controls, moving, words=words, readouts=readouts, **options)


def refused(message, **definition):
    """Check that a definition is refused with a message that holds these words."""
    with pytest.raises(ValueError, match=re.escape(message)):
        define(**definition)


def test_the_definition_that_the_others_spoil_is_good():
    assert define(scene=Live, words="At {lr}.").scene.sentence([0, 1, 2]) == "At 0.2."


# --- What is refused: artists ---------------------------------------------------------------------

FROM_PLOT = "a moving artist must be a Line2D (from ax.plot) or a Text (from ax.text)"


def in_no_figure(ax):
    return Line2D([0], [0], label="path")


def in_another_figure(ax):
    return path(panel()[1])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (in_no_figure, "'path' is not in this figure"),
        (in_another_figure, "'path' is not in this figure"),
        (lambda ax: ax.scatter([1], [1]), f"PathCollection cannot move; {FROM_PLOT}"),
        (lambda ax: ax.scatter([1], [1], label="data"), "'data' cannot move"),
        (lambda ax: ax.axline((0, 0), slope=1, label="bound"), "'bound' cannot move"),
        (lambda ax: ax.annotate("here", (1, 1)), "Annotation cannot move"),
        (lambda ax: ax.axhline(1, label="floor"), "'floor' is not placed in data coordinates"),
        (lambda ax: path(ax, transform=ax.transAxes), "'path' is not placed in data coordinates"),
        (lambda ax: ax.figure.text(0, 0, "above"), "Text is not in this figure"),
        (lambda ax: path(ax, visible=False), "'path' is hidden"),
        (lambda ax: [path(ax)] * 2, "'path' is to move twice"),
        (lambda ax: path(ax, markevery=0.1), "'path' has markevery=0.1;"),
        (lambda ax: path(ax, markevery=2), "'path' has markevery=2;"),
        (lambda ax: path(ax, markevery=slice(3)), "'path' has markevery=slice(None, 3, None);"),
        (lambda ax: path(ax, markevery=[0, -1]), "'path' has markevery=[0, -1];"),
        (lambda ax: path(ax, markevery=[True]), "'path' has markevery=[True];"),
        (lambda ax: path(ax, drawstyle="steps-mid"), "'path' has the drawstyle 'steps-mid'"),
    ],
)
def test_artists_that_cannot_move(draw, message):
    refused(message, draw=lambda ax: mark(draw(ax)))


def mark(artist):
    """Give lines a marker; matplotlib ignores markevery without."""
    for each in artist if isinstance(artist, list) else [artist]:
        if isinstance(each, Line2D) and each.get_label() == "path":
            each.set_marker("o")
    return artist


@pytest.mark.parametrize(
    ("looks", "text", "message"),
    [
        ({"rotation": 30}, "{lr}", "is turned by 30 degrees"),
        ({}, "", "Text has the text ''; a Text must be given what it says"),
        ({}, "at\n{lr}", "Text has the text 'at\\n{lr}'; it must be plain"),
        ({}, r"$\beta$ {lr}", "it must be plain, since a browser writes neither"),
        ({"label": "clock"}, "{time}", "The text of 'clock' speaks of 'time', which is neither"),
    ],
)
def test_texts_that_a_browser_cannot_write(looks, text, message):
    refused(message, draw=lambda ax: ax.text(0, 0, "old", **looks), text=text)


def test_a_line_says_nothing():
    refused(
        "'path' has the text '{lr}'; a Text must be given what it says, and a line", text="{lr}"
    )


@pytest.mark.parametrize("show", ["trail", "now"])
def test_showing_a_step_takes_a_control_of_steps(show):
    refused(
        f"'path' shows its {show!r}, which needs a control named 'step'; add steps(n, start=...).",
        controls=[METHOD, LR],
        over="lr",
        show=show,
    )
    refused(
        f"'path' shows its {show!r} and has 3 points; it must have 5, one for each step.",
        x=[1, 2, 3],
        y=np.ones((3, 3)),
        over="lr",
        show=show,
    )


# --- What is refused: shapes and numbers ----------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"y": np.ones((2, 5))},
            "y of 'path' has shape (2, 5); with lr: 3, step: 5 it must be (3, 5)",
        ),
        (
            {"y": np.ones((3, 4))},
            "y of 'path' has shape (3, 4); with lr: 3, step: 5 it must be (3, 5)",
        ),
        ({"y": np.ones((5, 3))}, "y of 'path' has shape (5, 3)"),
        ({"y": np.ones((3, 5, 2))}, "y of 'path' has shape (3, 5, 2)"),
        ({"y": 1.0}, "y of 'path' has shape ()"),
        ({"x": [1, 2]}, "x of 'path' has shape (2,); with lr: 3, step: 5 it must be (5)"),
        ({"over": "method lr step"}, "with method: 2, lr: 3, step: 5 it must be (2, 3, 5)"),
        ({"over": "lr"}, None),  # five points that do not depend on the step
        ({"over": "method", "y": np.ones((3, 5))}, "with method: 2 it must be (2, points)"),
        ({"over": ""}, "y of 'path' has shape (3, 5); with no control it must be (points)"),
        (
            {"over": "rate step"},
            "depends on 'rate', which is no control; there are method, lr, step.",
        ),
        ({"over": "step lr"}, "depends on 'step lr'; 'step' must be the last"),
        ({"y": FALL[:, :4], "over": "lr"}, "'path' has 5 points in x and 4 in y"),
        ({"y": [[1, 2], [3]]}, "y of 'path' must be an array of numbers"),
        ({"y": [["a", "b"]]}, "y of 'path' must be an array of numbers"),
        ({"y": [1j]}, "y of 'path' must be an array of numbers"),
        (
            {"readouts": {"loss": Readout(FALL.T, "lr step")}},
            "readout 'loss' has shape (5, 3); with lr: 3, step: 5 it must be (3, 5)",
        ),
        (
            {"readouts": {"loss": Readout(FALL[0], "lr step")}},
            "readout 'loss' has shape (5,); with lr: 3, step: 5 it must be (3, 5)",
        ),
        ({"readouts": {"loss": Readout(1, "beta")}}, "readout 'loss' depends on 'beta'"),
        ({"readouts": {"loss": Readout(FALL.T, "step lr")}}, None),  # a readout has no points
    ],
)
def test_shapes_that_do_not_fit_their_controls(definition, message):
    if message is None:
        define(**definition)
    else:
        refused(message, **definition)


DRAGGED = [
    ({"drag": "method"}, "'path' is dragged over 'method'; it must be .* depends on: lr step"),
    ({"drag": "lr step lr"}, "'path' is dragged over 'lr step lr'; it must be one or two"),
    ({"drag": "lr", "x": 0.0, "y": 1.0, "over": ""}, "depends on: none"),
    ({"drag": "lr", "x": "far", "y": "far"}, "'path' is computed, and cannot be dragged"),
]


@pytest.mark.parametrize(("definition", "message"), DRAGGED)
def test_what_a_hand_cannot_move(definition, message):
    with pytest.raises(ValueError, match=message):
        define(compute=lambda **_: {"far": [1.0]}, **definition)


def test_a_hand_moves_controls_by_their_places():
    spec, _ = spec_and_table(define(drag="step lr"))
    assert [artist["drag"] for artist in spec["artists"]] == [[2, 1]]


def test_a_text_needs_a_place():
    nowhere = {"x": [], "y": [], "over": "", "text": "here"}
    refused("Text has no point to stand at.", draw=lambda ax: ax.text(0, 0, "old"), **nowhere)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e39])
def test_a_start_that_is_not_finite(bad):
    """The number 1e39 is infinite for the browser, which has but 32 bits for it."""
    y, elsewhere = FALL.copy(), FALL.copy()
    y[1, 3] = elsewhere[0, 3] = bad
    shown = "nan" if np.isnan(bad) else "inf" if bad > 0 else "-inf"
    where = "at the start (method = plain, lr = 0.2, step = 2)"
    refused(f"y of 'path' is {shown} at point 3 {where}", y=y)
    refused(f"readout 'loss' is {shown} {where}", readouts={"loss": Readout(y[:, 3], "lr")})
    assert not np.isfinite(define(y=elsewhere).points(0, [0, 0, 4])[1][3])  # not at the start


def test_a_table_over_its_budget():
    many = slider("lr", "learning rate", np.linspace(0, 1, 1000), start=0)
    y = np.arange(1000 * 501.0).reshape(1000, 501)
    scene = define(controls=[many, steps(500, start=0)], x=np.arange(501), y=y)
    with pytest.raises(ValueError, match="bytes") as caught:
        spec_and_table(scene)
    assert str(caught.value) == (
        "The table has 2,006,004 bytes; at most 2,000,000 are allowed. Give the controls fewer"
        " values, show fewer steps, or let the kernel compute the states. It holds x of 'path'"
        " (501,): 2,004 bytes; y of 'path' (1000, 501): 2,004,000 bytes."
    )


def test_a_table_within_its_budget():
    table = tabulate("all", np.zeros(BUDGET // 4), [], [], points=True)
    assert len(pack([table])[1]) == BUDGET
    with pytest.raises(ValueError, match="The table has 2,000,004 bytes"):
        pack([table, tabulate("one more", [1.0], [], [], points=True)])


@pytest.mark.parametrize(
    ("scale", "options"), [("symlog", {}), ("logit", {}), ("log", {"base": 2}), ("asinh", {})]
)
@pytest.mark.parametrize("name", ["x", "y"])
def test_scales_that_a_browser_does_not_know(name, scale, options):
    def draw(ax):
        ax.set(xlim=(0.1, 0.9), ylim=(0.1, 0.9))
        getattr(ax, f"set_{name}scale")(scale, **options)
        return path(ax)

    message = f"The {name} axis of 'Title' has the scale {scale!r}; in a live figure it must be"
    refused(message, draw=draw, scene=Live)


# --- What is refused: names, words, goals, controls -----------------------------------------------

LOSS = {"loss": Readout(FALL, "lr step")}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("{los:.3f}", "The sentence speaks of 'los', which is neither readout nor control"),
        ("{los:.3f}", "there are loss, method, lr, step."),
        ("{loss", "A brace is alone in the sentence '{loss'"),
        ("loss}", "A brace is alone in the sentence 'loss}'"),
        ("{}", "{} in the sentence '{}' is no plain name"),
        ("{0}", "{0} in the sentence '{0}' is no plain name"),
        ("{loss.real}", "{loss.real} in the sentence"),
        ("{loss[0]}", "{loss[0]} in the sentence"),
        ("{loss!r}", "{loss!r} in the sentence"),
        ("{loss:>10}", "'loss' in the sentence '{loss:>10}' has the format '>10'; it must be such"),
        ("{step:d}", "'step' in the sentence '{step:d}' has the format 'd'"),
        ("{loss:.3e}", "has the format '.3e'"),
        ("{loss:.0g}", "has the format '.0g'"),
        ("{loss:.3}", "has the format '.3'"),
        ("{loss:.3f} {loss:,.3f}", "has the format ',.3f'"),
        ("{loss:.{step}f}", "has the format '.{step}f'"),
        ("{loss:.999f}", "has the format '.999f'"),
        ("{loss}", "The sentence does not say how to write the readout 'loss'; give its digits"),
        ("{method:.1f}", "The sentence gives digits to the choice 'method', which is a word"),
    ],
)
def test_sentences_that_cannot_be_written(words, message):
    refused(message, words=words, readouts=LOSS)


def test_the_formats_that_both_sides_write():
    words = "{{{lr}}} {lr:.2f} {step} {step:.0f} {method} {loss:.3f} {loss:.12g}"
    scene = define(words=words, readouts=LOSS)
    assert scene.sentence([1, 0, 3]) == "{0.1} 0.10 3 3 heavy ball 1.000 1"


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        (Goal("win.", below={"los": 1}), "The goal speaks of 'los', which is neither readout nor"),
        (Goal("win.", above={"method": 1}), "The goal compares the choice 'method' with a number"),
        (Goal("win."), "The goal 'win.' has no condition; give it below={...} or above."),
    ],
)
def test_goals_that_cannot_be_reached(goal, message):
    refused(message, goal=goal, readouts=LOSS)


def test_two_things_of_one_name():
    refused("The name 'lr' is used twice", controls=[LR, LR, STEP])
    refused("The name 'step' is used twice", readouts={"step": Readout(1.0)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: steps(4, start=5),
            "The control 'step' starts at number 5; it has 5 values, so it",
        ),
        (
            lambda: steps(4, start=-1),
            "'step' starts at number -1; it has 5 values, so it must be from",
        ),
        (lambda: choice("m", "m", ["a"], start=1), "'m' starts at number 1; it has 1 values"),
        (lambda: choice("m", "m", []), "The control 'm' has no values."),
        (lambda: steps(-1, start=0), "The control 'step' has no values."),
        (lambda: slider("lr", "lr", [], start=0), "The control 'lr' has the values []"),
        (lambda: slider("lr", "lr", [[1, 2]], start=0), "The control 'lr' has the values [[1, 2]]"),
        (lambda: slider("lr", "lr", [1, np.nan], start=0), "it needs a list of finite numbers"),
        (
            lambda: slider("lr", "lr", [1, 2], start=np.nan),
            "'lr' has the values [1, 2] and starts at",
        ),
        (lambda: choice("my choice", "", ["a"]), "The control 'my choice' needs a plain name"),
        (lambda: choice("", "", ["a"]), "The control '' needs a plain name"),
    ],
)
def test_controls_that_cannot_be(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_a_slider_starts_at_its_nearest_value():
    assert [slider("a", "a", [1, 2, 4], start=at).start for at in (-9, 1.4, 1.6, 3.1, 99)] == [
        *(0, 0, 1, 2, 2)
    ]


def test_a_sliders_values_never_read_as_minus_zero():
    assert slider("a", "a", [-1, -1e-9, 1], start=0, digits=".1f").labels == ["-1.0", "0.0", "1.0"]


# --- What is refused: states that the kernel computes ---------------------------------------------


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (None, "'px' is to be computed, but compute is not given."),
        (lambda **_: {"px": [1, 2], "pz": [1, 2]}, "compute returned px, pz; 'py' is missing."),
        (lambda **_: {}, "compute returned nothing; 'px' is missing."),
        (lambda **_: None, "compute returned None; it must be a dict of named numbers."),
        (
            lambda **_: {"px": [1, 2], "py": [1, np.nan]},
            "y of 'path' is nan at point 1 at the start",
        ),
        (lambda **_: {"px": [1, 2], "py": [1]}, "'path' has 2 points in x and 1 in y."),
        (lambda **_: {"px": [[1, 2]], "py": [1]}, "'px' from compute has shape (1, 2)"),
        (lambda **_: {"px": "here", "py": [1]}, "'px' from compute must be an array of numbers"),
        (
            lambda **_: {"px": [1], "py": [1], "far": [1, 2]},
            "readout 'far' has 2 numbers at the start; it must be one.",
        ),
        (
            lambda **_: {"px": [1], "py": [1], "far": np.inf},
            "readout 'far' is inf at the start (method = plain, lr = 0.2, step = 2)",
        ),
    ],
)
def test_states_that_the_kernel_computes_wrongly(compute, message):
    refused(message, x="px", y="py", over="", compute=compute, readouts={"far": Readout("far")})


def compute(method, lr, step):
    if lr > 0.25:
        raise ZeroDivisionError(lr)
    return {"px": [0, lr], "py": [step, 1], "far": lr * step}


def computed_live():
    far = {"far": Readout("far"), "loss": LOSS["loss"]}
    return define(
        words="{far:.3g}", scene=Live, x="px", y="py", over="", compute=compute, readouts=far
    )


def test_a_computed_state_is_shown_and_said():
    scene = computed_live().scene
    assert scene.show([0, 0, 4]).axes[0].lines[0].get_xydata().tolist() == [
        [0, 4],
        [pytest.approx(0.1), 1],
    ]
    assert scene.sentence([0, 0, 4]) == "0.4"


def test_the_kernel_answers_with_one_buffer_for_each_name(monkeypatch):
    widget, sent = computed_live(), []
    monkeypatch.setattr(widget, "send", lambda content, buffers: sent.append((content, buffers)))
    assert widget.spec["streamed"] == 3
    (artist,) = widget.spec["artists"]
    places = [artist["x"], artist["y"], widget.spec["readouts"]["far"]]
    assert places == [{"streamed": 0}, {"streamed": 1}, {"streamed": 2}]
    widget._compute(widget, {"kind": "other"}, [])
    widget._compute(widget, {"kind": "compute", "index": [0, 0, 4]}, [])
    ((content, buffers),) = sent
    assert content == {"kind": "computed", "index": [0, 0, 4]}
    assert [np.frombuffer(each, "<f4").tolist() for each in buffers] == [
        [0, pytest.approx(0.1)],
        [4, 1],
        [pytest.approx(0.4)],
    ]
    with pytest.raises(ZeroDivisionError):
        widget._compute(widget, {"kind": "compute", "index": [0, 2, 0]}, [])
    empty = {"kind": "computed", "index": [0, 2, 0]}, [b"", b"", b""]
    assert sent[1] == empty  # or the browser would wait for ever


# --- The table ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole():
    """A scene with all that a scene can have, and what is sent of it."""
    figure, ax = panel()
    ax.plot([0, 10], [10, 0], color="#00ff00", label="still")
    trail = path(ax, color="#ff00ff", marker="s", markevery=[0, 1, 4])
    (head,) = ax.plot([], [], "o", color="#ff00ff", markersize=20)
    clock = ax.text(0, 0, "", color="#ff00ff")
    ax.legend(loc="upper center")
    follow = {"x": [0, 1, 2, 3, 4], "y": FALL, "over": "lr step"}
    scene = Scene(
        figure,
        CONTROLS,
        [
            Moving(trail, **follow, show="trail"),
            Moving(head, **follow, show="now"),
            Moving(clock, x=[5.0], y=[[2.0], [8.0]], over="method", text="{method} at {step}"),
        ],
        words="At {lr} after {step} steps of {method}: {loss:.3g}.",
        readouts=LOSS,
        goal=Goal("get below 0.3.", below={"loss": 0.3, "step": 4}),
    )
    return scene, *spec_and_table(scene)


def row_in_browser(place, buffer, index):
    """Find a state's numbers as live.js does: by offset and strides, in a buffer of float32."""
    start = place["offset"]
    for stride, control in zip(place["strides"], place["over"], strict=True):
        start += stride * index[control]
    return np.frombuffer(buffer, "<f4")[start : start + place["points"]]


@st.composite
def tables_and_state(draw):
    """Draw some controls, values over some of them in any order, and a state."""
    sizes = {f"c{k}": draw(st.integers(1, 4)) for k in range(draw(st.integers(0, 3)))}
    controls = [choice(name, "", "abcd"[:size]) for name, size in sizes.items()]
    controls.insert(draw(st.integers(0, len(sizes))), steps(draw(st.integers(0, 5)), start=0))
    sizes["step"] = len(next(each for each in controls if each.name == "step").values)
    index = {each.name: draw(st.integers(0, sizes[each.name] - 1)) for each in controls}
    random = np.random.default_rng(draw(st.integers(0, 99)))
    tables = []
    for kind in draw(st.lists(st.sampled_from(["readout", "points", "steps"]), min_size=1)):
        names = [name for name in sizes if name != "step" or kind == "readout"]
        names = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        points = {"readout": [], "points": [draw(st.integers(0, 3))], "steps": [sizes["step"]]}
        values = random.integers(0, 3, [*(sizes[name] for name in names), *points[kind]])
        over = [*names, "step"] if kind == "steps" else names
        table = tabulate("t", values, over, controls, points=kind != "readout")
        tables.append((table, values[tuple(index[name] for name in names)]))
    return tables, list(index.values())


@given(tables_and_state())
def test_the_browser_finds_the_numbers_of_every_state(drawn):
    tables, index = drawn
    places, buffer = pack([table for table, _ in tables])
    for (table, values), place in zip(tables, places, strict=True):
        found = row_in_browser(place, buffer, index).tolist()
        assert found == table.row(index).tolist() == np.atleast_1d(values).tolist()


def test_what_two_tables_share_travels_once_in_float32():
    def twice(ax):
        return [path(ax), path(ax)]

    scene = define(draw=twice, readouts=LOSS)
    spec, buffer = spec_and_table(scene)
    assert len(buffer) == (5 + 15) * 4
    x, y = np.arange(5), FALL.ravel()
    assert np.frombuffer(buffer, np.float32).tolist() == [*x, *y.astype(np.float32)]
    assert {place["offset"] for place in spec["tables"]} == {0, 5}
    assert not buffer[:4].strip(b"\0")


@given(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 4)))
def test_what_is_sent_leads_to_the_points_that_are_shown(whole, index):
    scene, spec, buffer = whole
    for number, artist in enumerate(spec["artists"]):
        x, y = (
            row_in_browser(spec["tables"][artist[side]["table"]], buffer, index) for side in "xy"
        )
        if artist["show"] != "all":
            step = index[artist["steps"]]
            first = step if artist["show"] == "now" else 0
            x, y = x[first : step + 1], y[first : step + 1]
        shown_x, shown_y = scene.points(number, index)
        assert (x.tolist(), y.tolist()) == (shown_x.tolist(), shown_y.tolist())
    readout = spec["tables"][spec["readouts"]["loss"]["table"]]
    assert row_in_browser(readout, buffer, index).tolist() == [scene.value("loss", index)]


def test_artists_are_sent_with_their_panel_from_back_to_front():
    figure, (left, right) = figures.panels("One", "Two", xlabel="x", ylabel="y")
    (front,) = left.plot([], [], label="front", zorder=9, clip_on=False)
    (back,) = right.plot([], [], label="back")
    (low,) = left.plot([], [], label="low", zorder=0.5)
    moving = [Moving(line, x=[1], y=[1]) for line in (front, back, low)]
    spec, _ = spec_and_table(Scene(figure, [LR], moving, words="At {lr}."))
    sent = [[each[name] for name in ("label", "axes", "clip")] for each in spec["artists"]]
    assert sent == [["low", 0, True], ["back", 1, True], ["front", 0, False]]
    assert spec["title"] == "One. Two."


def test_the_widgets_controls_are_those_of_the_scene():
    widget = define(scene=Live)
    assert [type(each).__name__ for each in widget.controls] == [
        "Dropdown",
        "SelectionSlider",
        "SelectionSlider",
    ]
    assert [each.index for each in widget.controls] == [0, 1, 2] == widget.scene.start
    assert [each.value for each in widget.controls] == ["plain", 0.2, 2]
    sent = [[each[name] for name in ("name", "kind", "start")] for each in widget.spec["controls"]]
    assert sent == [["method", "choice", 0], ["lr", "slider", 1], ["step", "steps", 2]]
    assert widget.spec["controls"][1]["values"] == [0.1, 0.2, 0.3]
    for control, jupyters in zip(widget.spec["controls"], widget.controls, strict=True):
        assert control["labels"] == list(jupyters._options_labels)
    json.dumps(widget.spec, allow_nan=False)


# --- What a state shows ---------------------------------------------------------------------------


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize(
    ("show", "shown"), [("all", slice(None)), ("trail", slice(0, None)), ("now", slice(-1, None))]
)
def test_all_points_those_up_to_the_step_or_the_one_at_it(show, shown, step):
    scene = define(show=show)
    (line,) = scene.show([0, 1, step]).axes[0].lines
    x, y = np.arange(5.0), FALL[1]
    if show != "all":
        x, y = x[: step + 1], y[: step + 1]
    assert line.get_xydata().tolist() == np.column_stack([x, y])[shown].tolist()


@pytest.mark.parametrize("every", [None, [0, 1, 4], []])
def test_lists_of_markers_survive_a_path_that_shrinks_and_grows(every):
    scene = define(lambda ax: path(ax, marker="o", markevery=every), show="trail")
    (line,) = scene.figure.axes[0].lines
    for step in (4, 0, 3, 1, 4):
        scene.show([0, 1, step])
        assert line.get_markevery() == (every and [each for each in every if each <= step])
        scene.figure.draw_without_rendering()
    (artist,) = spec_and_table(scene)[0]["artists"]
    assert artist["marker"]["every"] == every


def test_a_text_stands_at_its_last_point_and_says_its_state():
    def draw(ax):
        return ax.text(0, 0, "old")

    scene = define(draw, show="trail", text="{method}: {loss:.1f} {{}}", readouts=LOSS)
    (text,) = scene.show([1, 0, 3]).axes[0].texts
    assert (text.get_position(), text.get_text()) == ((3, 1), "heavy ball: 1.0 {}")
    assert spec_and_table(scene)[0]["artists"][0]["text"] == pieces("{method}: {loss:.1f} {{}}")


def test_a_figure_begins_at_its_start(whole):
    fresh = define(show="trail")
    assert fresh.figure.axes[0].lines[0].get_ydata().tolist() == FALL[1, :3].tolist()


def test_a_state_is_computed_once():
    asked = []

    def compute(**values):
        asked.append(values)
        return {"px": [1], "py": [1]}

    scene = define(x="px", y="py", over="", compute=compute)
    scene.show(scene.start)
    scene.sentence(scene.start)
    assert asked == [{"method": "plain", "lr": 0.2, "step": 2}]


# --- What a state says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ([0, 1, 2], "At 0.2 after 2 steps of plain: 0.5."),
        ([1, 0, 4], "At 0.1 after 4 steps of heavy ball: 0.5."),
        ([0, 1, 3], "At 0.2 after 3 steps of plain: 0.125. Goal reached."),
        ([0, 1, 4], "At 0.2 after 4 steps of plain: 0.0313."),  # too late
        ([0, 2, 0], "At 0.3 after 0 steps of plain: 8."),
        ([0, 2, 4], "At 0.3 after 4 steps of plain: 80,000. Outside the frame: path."),
    ],
)
def test_the_sentence_of_a_state(whole, index, said):
    scene = whole[0]
    assert scene.sentence(index) == said
    assert scene.reached(index) == ("Goal reached." in said)


@pytest.mark.parametrize(
    ("last", "gone"),
    [
        ((5, 5), False),
        ((0, 10), False),  # on the corner
        ((10.001, 5), False),  # less than half a pixel away
        ((10.1, 5), True),
        ((5, -0.1), True),
        ((3e38, -3e38), True),
        ((np.nan, 5), True),
        ((5, np.inf), True),
    ],
)
def test_a_path_that_ends_outside_the_frame_says_so(last, gone):
    x, y = ([[5, 5], [5, 5], [5, coordinate]] for coordinate in last)
    scene = define(x=x, y=y, over="lr", words="At {lr}.")
    assert scene.sentence([0, 1, 0]) == "At 0.2."
    assert scene.sentence([0, 2, 0]) == "At 0.3." + " Outside the frame: path." * gone


def test_an_artist_without_a_name_leaves_quietly():
    scene = define(lambda ax: ax.plot([], [])[0], words="At {lr}.")
    assert scene.sentence([0, 2, 4]) == "At 0.3."


def test_nothing_is_on_a_logarithmic_axis_below_zero():
    def draw(ax):
        ax.set(yscale="log", ylim=(0.1, 10))
        return path(ax)

    scene = define(draw, x=[1], y=[[-1], [1], [0]], over="lr")
    assert [list(scene.outside([0, k, 0])) for k in range(3)] == [["path"], [], ["path"]]


def test_the_description_lists_the_controls(whole):
    scene = whole[0]
    scene.show([0, 2, 4])
    described = scene.describe()
    assert (
        "- path: #ff00ff dashed line with squares, 3 points from (0, 8) to (2, 0.5);" in described
    )
    assert '- text "plain at 2" at (5, 2)' in described
    assert described.splitlines()[-6:] == [
        "Controls:",
        "- method: plain, heavy ball; now plain",
        "- learning rate: 0.1 to 0.3 in 3 places; now 0.2",
        "- step: 0 to 4 in 5 places; now 2",
        "At 0.2 after 2 steps of plain: 0.5.",
        "Goal: get below 0.3.",
    ]


# Numbers as both halves must write them.
WRITTEN = [
    (0.0, ".3f", "0.000"),
    (-0.0, ".3f", "0.000"),
    (-0.0, ".3g", "0"),
    (-1e-9, ".3f", "0.000"),
    (-0.4, ".0f", "0"),
    (-1e-9, ".3g", "-1 × 10⁻⁹"),
    (1e-45, ".3g", "1 × 10⁻⁴⁵"),
    (0.0001, ".3g", "0.0001"),
    (0.00001, ".3g", "1 × 10⁻⁵"),
    (999.95, ".3g", "1,000"),
    (999.4, ".3g", "999"),
    (123456.0, ".3g", "123,000"),
    (9994999.0, ".3g", "9,990,000"),
    (9995000.0, ".3g", "1 × 10⁷"),
    (100000.0, ".6g", "100000"),
    (0.5, ".0f", "1"),
    (2.5, ".0f", "3"),
    (-2.5, ".1g", "-3"),
    (0.125, ".2f", "0.13"),
    (1.005, ".2f", "1.00"),  # a little less than it looks
    (3e38, ".3g", "3 × 10³⁸"),
    (1.5e25, ".1f", "15000000000000000285212672.0"),
    (-1e21, ".0f", "-1000000000000000000000"),
    (np.inf, ".3f", "inf"),
    (-np.inf, ".3g", "-inf"),
    (np.nan, ".3f", "nan"),
]


@pytest.mark.parametrize(("value", "form", "said"), WRITTEN)
def test_numbers_in_words(value, form, said):
    assert formatted(value, form) == said


LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@given(st.floats(width=32), st.sampled_from([".0f", ".1f", ".4f", ".1g", ".3g", ".6g"]))
def test_numbers_are_written_as_python_writes_them_but_for_halves(value, form):
    said = formatted(value, form)
    assert not re.fullmatch(r"-0(\.0*)?|.*e.*", said)
    said = said.replace(",", "").replace(" × 10", "e").translate(LOWERED)
    python = format(value, f"z{form}")
    if said != python and float(said) != float(python):
        assert abs(float(said)) > abs(float(python))
        assert float(said) - value == pytest.approx(value - float(python), rel=1e-3)


@pytest.mark.skipif(not shutil.which("node"), reason="asks node what live.js writes")
def test_the_browser_writes_the_same_numbers():
    random = np.random.default_rng(0)
    floats = (random.normal(size=500) * 10 ** random.uniform(-12, 30, 500)).astype(np.float32)
    values = [*(value for value, _, _ in WRITTEN), *floats.tolist(), *(np.arange(-99, 99) / 8)]
    asked = [[value, form] for value in values for form in (".0f", ".3f", ".1g", ".3g", ".12g")]
    source = (Path(live.__file__).parent / "live.js").read_text()
    functions = re.findall(r"^function (?:formatted|wholly)\(.*?^}", source, re.M | re.S)
    program = "\n".join(
        [
            *functions,
            f"const [NaN_, asked] = [NaN, {json.dumps(asked)}];",
            "console.log(JSON.stringify(asked.map(([value, form]) => formatted(value, form))));",
        ]
    )
    answer = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [formatted(value, form) for value, form in asked]


# --- The canvas: places ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_panels():
    figure, axes = figures.panels("One", "Two", xlabel="x", ylabel="y", width=9)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure, axes


@given(
    st.sampled_from([0, 1]),
    st.tuples(*[st.sampled_from(["linear", "log"])] * 2),
    st.lists(st.integers(1, 999), min_size=4, max_size=4, unique=True),
    st.sampled_from([1e-3, 1.0, 1e4]),
    st.integers(0, 99),
)
def test_a_point_is_painted_where_matplotlib_puts_it(two_panels, panel, scales, ends, size, seed):
    figure, axes = two_panels
    ax = axes[panel]
    ax.set(xscale=scales[0], yscale=scales[1])
    ax.set(xlim=[end * size for end in ends[:2]], ylim=[end * size for end in ends[2:]])
    random = np.random.default_rng(seed)
    points = 10 ** random.uniform(-1, 3.2, (50, 2)) * size
    pixels = in_browser(axes_on_canvas(figure)[panel], *points.T)
    wanted = ax.transData.transform(points)
    wanted[:, 1] = figure.bbox.height - wanted[:, 1]
    reach = np.abs(wanted).max(axis=1)
    assert np.abs(pixels - wanted)[reach < 5000].max(initial=0) < 1e-6
    assert np.allclose(pixels, wanted, rtol=1e-9)


def test_boxes_of_the_axes():
    figure, axes = figures.panels("Free", "Equal", xlabel="x", ylabel="y", width=9)
    axes[1].set(xlim=(0, 1), ylim=(0, 3), aspect="equal")
    figure.draw_without_rendering()
    assert axes[1].bbox.height == pytest.approx(3 * axes[1].bbox.width)
    for ax, box in zip(axes, axes_on_canvas(figure), strict=True):
        corners = ax.transAxes.transform([(0, 1), (1, 0)]) * [1, -1] + [0, figure.bbox.height]
        right, bottom = box["left"] + box["width"], box["top"] + box["height"]
        assert corners.ravel().tolist() == pytest.approx([box["left"], box["top"], right, bottom])


# --- The canvas: looks ----------------------------------------------------------------------------

PIXELS = 96 / 72  # of a browser, in a point


def looks_of(*arguments, **looks):
    ax = panel()[1]
    (line,) = ax.plot([1, 2], [1, 2], *arguments, **looks)
    return line_on_canvas(line)


@pytest.mark.parametrize(
    ("style", "widths"),
    [
        ("-", []),
        ("--", [3.7, 1.6]),
        ("-.", [6.4, 1.6, 1, 1.6]),
        (":", [1, 1.65]),
        ((0, (5, 2)), [5, 2]),
    ],
)
def test_dashes_are_as_long_as_the_line_is_wide(style, widths):
    looks = looks_of(linestyle=style, linewidth=3)
    assert looks["width"] == 3 * PIXELS
    assert looks["dash"] == pytest.approx([width * 3 * PIXELS for width in widths])


@pytest.mark.parametrize("none", ["none", "", " "])
def test_a_line_that_is_not_drawn_has_no_width(none):
    assert looks_of(linestyle=none, marker="o")["width"] == 0
    assert looks_of(linestyle="-")["marker"] is None


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"color": "#123456"}, "#123456ff"),
        ({"color": "red"}, "#ff0000ff"),
        ({"color": (1, 0, 0, 0.2)}, "#ff000033"),
        ({"color": "C0", "alpha": 0.4}, "#00448866"),
        ({"color": "#00000080", "alpha": 1}, "#000000ff"),
    ],
)
def test_colours(given, sent):
    looks = looks_of("o-", **given)
    assert [looks["colour"], looks["marker"]["fill"], looks["marker"]["edge"]] == [sent] * 3


def test_colours_of_markers():
    looks = looks_of("s", markerfacecolor="yellow", markeredgecolor="none", markeredgewidth=2)
    assert (looks["marker"]["fill"], looks["marker"]["edge"]) == ("#ffff00ff", "#00000000")
    assert looks["marker"]["edge_width"] == 2 * PIXELS
    assert looks_of("s", markerfacecolor="none")["marker"]["fill"] == "#00000000"
    assert not looks_of("s", fillstyle="none")["marker"]["filled"]
    filled = {name: looks_of(name)["marker"]["filled"] for name in "os^Dv*x+."}
    assert filled == dict.fromkeys("os^Dv*.", True) | dict.fromkeys("x+", False)
    joins = {name: looks_of(name)["marker"]["join"] for name in "os^x"}
    assert joins == {"o": "round", "s": "miter", "^": "miter", "x": "round"}


def corners(marker):
    """Return the points of a marker's path: pairs of numbers after the letters."""
    assert re.fullmatch(r"([MLQCZ]( ?-?[\d.e+-]+)* ?)+", marker["path"])
    return np.array(re.findall(r"-?\d[\d.e-]*", marker["path"]), float).reshape(-1, 2)


@pytest.mark.parametrize("name", "os^Dv*x+.")
def test_markers_have_the_size_that_matplotlib_draws(name):
    """Draw it large without matplotlib's help for small ones, and measure the ink."""
    figure = figures.Figure(3, 3)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    ax.axis("off")
    edge = 1 if name in "x+" else 0
    (line,) = ax.plot(0, 0, name, color="black", markersize=120, markeredgewidth=edge, snap=False)
    ink = np.asarray(Image.open(BytesIO(figure.png(1))).convert("L")) < 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    drawn = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]]) - 144.0
    points = corners(line_on_canvas(line)["marker"])
    assert np.array([points.min(axis=0), points.max(axis=0)]) == pytest.approx(drawn, abs=2)


def test_a_triangle_points_up_and_another_down():
    up, down = (corners(looks_of(name)["marker"]) for name in "^v")
    assert up[up[:, 1].argmin(), 0] == pytest.approx(0)  # on a canvas, less is higher
    assert down[down[:, 1].argmax(), 0] == pytest.approx(0)


def test_texts_on_the_canvas():
    ax = panel()[1]
    looks = {"ha": "right", "va": "top", "size": 18, "color": "#112233", "alpha": 0.4}
    assert text_on_canvas(ax.text(1, 1, "here", **looks)) == {
        "kind": "text",
        "colour": "#11223366",
        "size": 18 * PIXELS,
        "align": "right",
        "baseline": "top",
    }
    named = ("baseline", "bottom", "center", "center_baseline", "top")
    assert [text_on_canvas(ax.text(1, 1, "", va=each))["baseline"] for each in named] == [
        *("alphabetic", "bottom", "middle", "middle", "top")
    ]


# --- The picture ----------------------------------------------------------------------------------


def pixels(png):
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(int)


def has(picture, colour):
    return bool((np.abs(picture - np.array(to_rgb(colour)) * 255) < 8).all(axis=-1).any())


def background(scene):
    """Return what stands still in the wide layout, for one pixel per pixel and for two."""
    _, drawn = layouts_and_pictures(scene.figure, [each.artist for each in scene.moving])
    return drawn["png"], drawn["png_sharp"]


def test_what_stands_still_is_everything_but_what_moves(whole):
    scene = whole[0]
    scene.show(scene.start)
    ax = scene.figure.axes[0]
    legend = ax.get_legend().get_window_extent()
    top, bottom = (round(scene.figure.bbox.height - side) for side in (legend.y1, legend.y0))
    for sharpness, png in zip((1, 2), background(scene), strict=True):
        still, full = pixels(png), pixels(scene.figure.png(sharpness))
        assert still.shape == full.shape
        assert has(full, "#ff00ff")
        assert has(still, "#00ff00")
        in_legend = still[top * sharpness : bottom * sharpness]
        assert has(in_legend, "#ff00ff")  # the legend names what moves
        assert not has(still[bottom * sharpness :], "#ff00ff")
        assert has(full[bottom * sharpness :], "#ff00ff")
    assert all(each.artist.get_visible() for each in scene.moving)


def test_the_background_is_the_figure_without_its_moving_artists():
    scene = define()
    still = background(scene)
    scene.moving[0].artist.remove()
    assert still == (scene.figure.png(1), scene.figure.png(2))


def test_hidden_artists_come_back_even_after_an_error(monkeypatch):
    scene = define()

    def fail(sharpness):
        assert not scene.moving[0].artist.get_visible()
        raise OSError("the disk is full")

    monkeypatch.setattr(scene.figure, "png", fail)
    with pytest.raises(OSError, match="full"):
        background(scene)
    assert scene.moving[0].artist.get_visible()


def test_axes_stay_where_they_are():
    scene = define(show="trail")

    def places():
        return [ax.get_position().bounds for ax in scene.figure.axes]

    fix_layout(scene.figure)
    settled = places()
    background(scene)
    assert places() == settled
    for index in ([0, 2, 4], [1, 0, 0]):
        scene.show(index)
        for sharpness in (1, 2):
            scene.figure.png(sharpness)
            assert places() == settled
    scene.figure.axes[0].set_ylabel("a\nlabel\nwith lines")
    scene.figure.bundle("words")
    assert places() == settled


# --- The bundle -----------------------------------------------------------------------------------

VIEW = "application/vnd.jupyter.widget-view+json"


def test_one_output_for_everybody():
    widget = define(scene=Live, words="At {lr}.", goal=Goal("win.", below={"lr": 0.15}))
    widget.draw([0, 2, 4])
    data, metadata = widget._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/html", "text/plain"}
    assert data[VIEW]["model_id"] == widget.model_id
    assert data["text/plain"] == metadata["image/png"]["alt"] == widget.scene.describe()
    assert f'alt="{widget.scene.describe()}"' in data["text/html"].replace("&#x27;", "'")
    assert data["image/png"] in data["text/html"]
    assert "5 points from (0, 8) to (4, 0.0" in data["text/plain"]  # the start, whatever was drawn
    widget.close()


def test_a_widget_closes_with_its_controls():
    widget = define(scene=Live)
    controls = list(widget.controls)
    assert all(each.comm for each in [widget, *controls])
    widget.close()
    assert not any(each.comm for each in [widget, *controls])
    widget.close()


def test_a_control_can_be_made_by_hand():
    control = Control("lr", "rate", [0.1, 0.2], ["a tenth", "a fifth"], 1, "slider")
    assert define(controls=[METHOD, control, STEP], y=FALL[:2], words="{lr}").sentence(
        [0, 0, 0]
    ) == ("a tenth")


def test_a_goal_that_was_reached_is_kept_and_known(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / progress.NAME))
    goal = Goal("arrive.", above={"lr": 0.25}, name="toy", hint="Further?")
    first = define(scene=Live, goal=goal)
    assert not first.reached
    assert (first.spec["goal"]["hint"], first.spec["goal"]["after"]) == ("Further?", 60)
    first.reached = True
    assert progress.recall("goal") == {"toy": ""}
    assert define(scene=Live, goal=goal).reached
    assert not define(scene=Live, goal=Goal("arrive.", above={"lr": 0.25})).reached
