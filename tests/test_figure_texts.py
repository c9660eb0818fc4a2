"""Texts of a figure that nobody could read are found."""

import re

import pytest
from figure_texts import unreadable

from lessons_lib import figures


@pytest.fixture
def panel():
    """A figure with a tick, a text and a curve, of which everything can be read."""
    figure, ax = figures.panel("A title", xlabel="x", ylabel="y")
    ax.plot([0, 1], [0, 1], label="a curve")
    ax.text(0.5, 0.2, "one")
    ax.text(0.2, 0.6, "turned", rotation=60)
    ax.legend(loc="upper left")
    return figure, ax


def test_a_good_figure_is_passed(panel):
    assert list(unreadable(panel[0])) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda ax: ax.set_title("long " * 30), "'long .*' is cut"),
        (lambda ax: ax.set_ylabel("long " * 30), "'long .*' is cut"),
        (lambda ax: ax.text(0.99, 0.1, "outside", clip_on=True), "'outside' is cut"),
        (lambda ax: ax.text(1.2, 0.1, "outside"), "'outside' is cut"),
        (lambda ax: ax.text(0.52, 0.2, "two"), "'one' and 'two' overlap"),
        (lambda ax: ax.text(0.2, 0.62, "over"), "'turned' and 'over' overlap"),
        (lambda ax: ax.set_xticks([0.5, 0.51], ["ten", "twenty"]), "'ten' and 'twenty' overlap"),
        (
            lambda ax: ax.set_xlabel("over two of the ticks", labelpad=-10),
            "'over two of the ticks' and '.*' overlap",
        ),
        (lambda ax: ax.text(0.02, 0.95, "below"), "the legend of 'a curve' and 'below' overlap"),
        (lambda ax: ax.legend(bbox_to_anchor=(1.4, 0.5)), "the legend of 'a curve' is cut"),
    ],
)
def test_what_cannot_be_read_is_refused(panel, spoil, said):
    figure, ax = panel
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # which would make room
    spoil(ax)
    sentences = "\n".join(unreadable(figure))
    assert re.search(said, sentences)
