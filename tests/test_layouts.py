"""The layouts of a live figure: the wide one stays as it was, and the narrow one can be read."""

from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from figure_texts import unreadable
from layout_checks import elsewhere, illegible, unfit
from PIL import Image

from lessons_lib import figures
from lessons_lib.explorers.common import write_plainly
from lessons_lib.live import Live, Moving, slider
from lessons_lib.live.layouts import fix_layout, layouts_and_pictures, stacked
from lessons_lib.problems import noisy_line

LINE = noisy_line()


def two(width=9):
    """A curve beside a map with a legend and numbers on its contours."""
    figure, (left, right) = figures.panels("Curve", "Map", xlabel="x", ylabel="y", width=width)
    (curve,) = left.plot([0, 1, 2], [1, 10, 100], label="curve")
    left.set_yscale("log")
    write_plainly(left.yaxis)
    figures.landscape(right, LINE, LINE.theta0, lettering=9)
    (mark,) = right.plot([1], [2], "s", color="#ff00ff", label="mark")
    right.legend()
    return figure, curve, mark


def state_of(figure):
    """Return everything that a layout consists of, and what is shown."""
    figure.draw_without_rendering()
    legends = [*figure.legends, *(ax.get_legend() for ax in figure.axes if ax.get_legend())]
    texts = [text for ax in figure.axes for text in ax.texts]
    return (
        [*figure.get_size_inches()],
        [ax.get_position(original).bounds for ax in figure.axes for original in (True, False)],
        [ax.get_subplotspec() for ax in figure.axes],
        [ax.get_in_layout() for ax in figure.axes],
        figure.get_layout_engine(),
        legends,
        [each.get_visible() for each in (*legends, *texts)],
    )


def test_the_wide_layout_comes_back_byte_for_byte():
    figure, *moving = two()
    fix_layout(figure)
    before, picture = state_of(figure), figure.png()
    layouts_and_pictures(figure, moving)
    assert state_of(figure) == before
    assert figure.png() == picture


def test_it_comes_back_even_after_an_error():
    figure, *_ = two()
    fix_layout(figure)
    before = state_of(figure)
    with suppress(OSError), stacked(figure):
        assert state_of(figure) != before
        raise OSError("the disk is full")
    assert state_of(figure) == before


def test_a_bar_of_colours_and_a_legend_outside_come_back_too():
    figure, ax = figures.panel("Field", xlabel="x", ylabel="y")
    (line,) = ax.plot([0, 1], [0, 1], label="a line")
    figure.colorbar(ax.pcolormesh(np.eye(3)), ax=ax, label="height")
    figure.legend(handles=[line], loc="outside lower center")
    fix_layout(figure)
    before = state_of(figure)
    with stacked(figure):
        assert [*unreadable(figure)] == []
        assert len(figure.legends) == 1
    assert state_of(figure) == before


def test_panels_stand_in_one_column_in_their_order():
    figure, *_ = two()
    fix_layout(figure)
    with stacked(figure):
        figure.draw_without_rendering()
        curve, landscape = (ax.bbox for ax in figure.axes)
        assert curve.y0 > landscape.y1


def test_the_narrow_picture_has_two_pixels_for_one_and_lacks_what_moves():
    figure, *moving = two()
    (wide, narrow), pictures = layouts_and_pictures(figure, moving)
    assert (wide["width"], wide["height"]) == (9 * 96, 4 * 96)
    assert (wide["pictures"], narrow["pictures"]) == (["png", "png_sharp"], ["png_narrow"])
    drawn = [(wide, "png", 1), (wide, "png_sharp", 2), (narrow, "png_narrow", 2)]
    for layout, name, times in drawn:
        size = [int(side * times) for side in (layout["width"], layout["height"])]
        assert [*Image.open(BytesIO(pictures[name])).size] == size
    assert all(artist.get_visible() for artist in moving)
    with stacked(figure):
        assert [legend.get_texts()[-1].get_text() for legend in figure.legends] == ["mark"]
        moving[1].remove()
        moving[0].remove()
        assert figure.png() == pictures["png_narrow"]


def test_a_page_shrinks_the_wide_layout_until_letters_of_nine_points_have_nine_pixels():
    figure, *_ = two()
    (wide, narrow), _ = layouts_and_pictures(figure, [])
    assert 9 * (96 / 72) * wide["least"] / wide["width"] == 9
    assert narrow["least"] == 0


def test_a_number_that_would_be_cut_is_left_out_and_others_are_not():
    figure, *_ = two()
    fix_layout(figure)
    numbers = figure.axes[1].texts
    with stacked(figure):
        assert 0 < sum(number.get_visible() for number in numbers) < len(numbers)
        assert [*unreadable(figure)] == []
    assert all(number.get_visible() for number in numbers)


# --- What the checks refuse -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda ax: ax.set_title("A title that is much too long for a panel on a phone"), "is cut"),
        (lambda ax: ax.text(0.1, 1, "small", fontsize=8), "'small' has letters of 8.4 px, not 9"),
        (lambda ax: ax.set_xlabel("$e^x$"), "has letters of"),
        (lambda ax: ax.set_xticks([1, 1.01], ["one", "two"]), "'one' and 'two' overlap"),
    ],
)
def test_what_cannot_be_read_on_a_phone_is_found(change, said):
    figure, *_ = two()
    assert [*illegible(figure)] == []
    change(figure.axes[0])
    assert any(said in each for each in illegible(figure)), [*illegible(figure)]


def panel_at(left, top, width, height):
    return {"left": left, "top": top, "width": width, "height": height}


@pytest.mark.parametrize(
    ("panels", "said"),
    [
        ([(10, 10, 80, 80), (10, 110, 80, 80)], []),
        ([(10, 10, 80, 80)], ["the layouts have 2 and 1 panels"]),
        ([(10, 10, 80, 80), (10, 110, 95, 80)], ["panel 1 of 100 × 200 is cut"]),
        ([(10, -1, 80, 80), (10, 110, 80, 80)], ["panel 0 of 100 × 200 is cut"]),
        ([(10, 10, 80, 80), (10, 80, 80, 80)], ["panels 0 and 1 of 100 × 200 overlap"]),
    ],
)
def test_panels_that_are_missing_cut_or_overlap_are_found(panels, said):
    wide = {"width": 200, "height": 100}
    wide["axes"] = [panel_at(10, 10, 80, 80), panel_at(110, 10, 80, 80)]
    narrow = {"width": 100, "height": 200, "axes": [panel_at(*panel) for panel in panels]}
    assert [*unfit([wide, narrow])] == said


def test_a_mark_at_another_place_is_found():
    figure, ax = figures.panel("Toy", xlabel="x", ylabel="y")
    (mark,) = ax.plot([0], [0], label="mark")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    live = Live(
        figure,
        [slider("lr", "learning rate", [0.1, 0.2], start=0.1)],
        [Moving(mark, x=[[0.1], [0.2]], y=[[0.5], [0.6]], over="lr")],
        words="At {lr}.",
    )
    wide, narrow = live.spec["layouts"]
    assert [*elsewhere(live.scene, wide, [1])] == []
    assert [*elsewhere(live.scene, narrow, [1])] == ["'mark' is elsewhere at [1]"]
