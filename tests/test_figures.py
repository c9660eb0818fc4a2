"""The figures of the lessons, and their words: complete, aware of every point, deaf to noise."""

import os
import re
import subprocess
import sys
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from itertools import combinations

import matplotlib.patches
import matplotlib.pyplot as plt
import matplotlib.table
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from PIL import Image

from lessons_lib import figures, problems
from lessons_lib.figures.rounding import PRIME, Rounding, checksum
from lessons_lib.figures.style import COLOUR_NAMES, CYCLE, LINE_STYLES, MARKERS

LINE = problems.noisy_line()


def panel(title="Title", xlabel="step", ylabel="loss"):
    return figures.panel(title, xlabel=xlabel, ylabel=ylabel)


def words(draw, **labels):
    """Return the words of a panel into which a function draws."""
    figure, ax = panel(**labels)
    draw(ax)
    return figures.describe(figure)


def items(draw):
    return words(draw).splitlines()[1:]


def item(draw):
    (only,) = items(draw)
    return only


# --- What the words say ---------------------------------------------------------------------------


def test_a_line_in_full():
    x = np.arange(5)
    assert words(lambda ax: ax.plot(x, x**2, label="squares")).splitlines() == [
        "Figure: Title. x axis: step, -0.2 to 4.2; y axis: loss, -0.8 to 16.8.",
        "- squares: blue solid line, 5 points from (0, 0) to (4, 16); "
        "x least 0, greatest 4, mean 2; y least 0, greatest 16, mean 6; checksum 1604",
    ]


def test_missing_titles_and_labels_are_said():
    heading = words(lambda ax: None, title="", xlabel="", ylabel="")
    assert heading == "Figure: no title. x axis: no label, 0 to 1; y axis: no label, 0 to 1."


def test_titles_at_the_sides_and_texts_of_the_figure_are_said():
    figure, ax = panel()
    ax.set_title("left one", loc="left")
    figure.suptitle("above all")
    described = figures.describe(figure)
    assert 'text "above all"' in described
    assert "left one" in described
    assert "Title" in described


def test_scales_are_named():
    assert "loss, 1 to 10, logarithmic." in words(lambda ax: ax.set(yscale="log", ylim=(1, 10)))
    assert "loss, 0 to 1, symlog." in words(lambda ax: ax.set(yscale="symlog", ylim=(0, 1)))


def test_several_panels_are_numbered():
    figure, (left, right) = figures.panels("One", "Two", xlabel="x", ylabel="y")
    left.plot([1, 2])
    right.plot([3, 4])
    described = figures.describe(figure).splitlines()
    assert described[0] == "Figure with 2 panels."
    assert [line[:12] for line in described if line.startswith("Panel")] == [
        "Panel 1: One",
        "Panel 2: Two",
    ]
    right.set_visible(False)
    assert "Two" not in figures.describe(figure)


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda ax: ax.plot([1, 2], [3, 4], "r--"), "line: red dashed line, 2 points"),
        (lambda ax: ax.plot([1], [2], "ks"), "line: black squares, 1 point at (1, 2)"),
        (lambda ax: ax.plot([1, 2], [3, 4], "+", c="#123456"), "line: #123456 + markers, 2"),
        (
            lambda ax: ax.plot(1, 3, "kv", markerfacecolor="none", label="start"),
            "start: black hollow triangles that point down, 1 point at (1, 3)",
        ),
        (lambda ax: ax.plot(1, 3, "ks", fillstyle="none"), "line: black hollow squares, 1 point"),
        (lambda ax: ax.plot([1, 2], [3, 4], ""), "line: blue solid line, 2 points"),
        (lambda ax: ax.plot([1], [2], ls="", marker=""), "blue without line or marker, 1 point"),
        (lambda ax: ax.plot([], [], label="no data"), "no data: blue solid line, empty"),
        (
            lambda ax: ax.axhline(0.5, label="level", c="b"),
            "level: blue solid line across at y = 0.5",
        ),
        (lambda ax: ax.axvline(0.25, c="b"), "line: blue solid line upright at x = 0.25"),
        (lambda ax: ax.axline((0, 0.5), slope=2), "without end, through (0, 0.5) with slope 2"),
        (lambda ax: ax.axline((0, 0), (0.5, 1)), "without end, through (0, 0) and (0.5, 1)"),
        (
            lambda ax: ax.plot([0, 0.5], [0, 1], transform=ax.transAxes),
            "in the frame's own measure, 2 points from (0, 0) to (0.5, 1)",
        ),
        (lambda ax: ax.axhspan(0.25, 0.5), "rectangle: across from y = 0.25 to 0.5"),
        (lambda ax: ax.axvspan(0.25, 0.5), "rectangle: upright from x = 0.25 to 0.5"),
        (lambda ax: ax.scatter([1, 2, 3], [4, 5, 9], label="data"), "data: 3 points from (1, 4)"),
        (lambda ax: ax.scatter([], []), "points: empty"),
        (
            lambda ax: ax.scatter([1, 2, 3], [4, 5, 9], c=[7, 8, 9]),
            "coloured by values least 7, greatest 9, mean 8",
        ),
        (lambda ax: ax.fill_between([0, 1, 2], [1, 2, 4]), "area: outline of"),
        (lambda ax: ax.hlines([], 0, 1), "area: outline of empty"),
        (lambda ax: ax.vlines([1, 2], 0, [3, 4]), "area: outline of 4 points from (1, 0)"),
        (
            lambda ax: ax.bar([1, 2, 3], [4, 5, 9], label="counts"),
            "counts: 3 points from (1, 4) to (3, 9)",
        ),
        (lambda ax: ax.barh([1, 2, 3], [4, 5, 9]), "bars: 3 points from (4, 1) to (9, 3)"),
        (lambda ax: ax.imshow([[1, 2, 3], [4, 5, 9]]), "image: 2 by 3 cells, least 1, greatest 9"),
        (
            lambda ax: ax.pcolormesh([[1, 2, 3], [4, 5, 9]], label="map"),
            "map: 2 by 3 cells from (0, 0) to (3, 2), least 1, greatest 9",
        ),
        (lambda ax: ax.contour([[1, 2], [3, 4]], levels=[2, 3]), "contours: 2 levels, least 2"),
        (lambda ax: ax.quiver([0, 1], [2, 3], [4, 5], [6, 7]), "arrows: 2 points from (0, 2)"),
        (lambda ax: ax.quiver([0, 1], [2, 3], [4, 5], [6, 7]), "parts least 4, greatest 5"),
        (lambda ax: ax.text(0.5, 0.25, "here"), 'text "here" at (0.5, 0.25)'),
        (
            lambda ax: ax.annotate("it", (0.5, 0.25), (9, 9), textcoords="offset points"),
            'text "it" at (0.5, 0.25)',
        ),
        (
            lambda ax: ax.add_patch(matplotlib.patches.Circle((0.5, 0.5), 0.25)),
            "circle: (0.25, 0.25) to (0.75, 0.75)",
        ),
        (lambda ax: ax.fill([0, 1, 1], [0, 0, 2]), "polygon: outline of 4 points from (0, 0)"),
        (lambda ax: ax.add_table(matplotlib.table.Table(ax)), "Table"),
        (lambda ax: ax.inset_axes([0, 0, 1, 1], label="inset"), "inset"),
    ],
)
def test_artists(draw, said):
    assert said in item(draw)


def test_contour_labels_legends_and_hidden_artists_are_left_out():
    def draw(ax):
        ax.clabel(ax.contour([[1, 2], [3, 4]], levels=[2, 3]))
        ax.plot([1, 2], label="hidden", visible=False)
        ax.text(0, 0, "hidden", visible=False)
        ax.plot([1, 2], label="shown")
        ax.legend()

    first, second = items(draw)
    assert first.startswith("- contours")
    assert second.startswith("- shown")


def test_data_that_is_not_finite_is_counted():
    said = item(lambda ax: ax.plot([0, 1, 2, 3, 4], [1, np.nan, 3, np.inf, 2]))
    assert "y least 1, greatest 3, mean 2, 2 not finite" in said
    nothing = item(lambda ax: ax.plot([0, 1, 2], [np.nan] * 3))
    assert "from (0, nan) to (2, nan)" in nothing
    assert "y without finite values" in nothing


def test_masked_data_counts_as_not_finite():
    masked = np.ma.masked_greater([1.0, 2.0, 50.0, 3.0], 10)
    assert "greatest 3, mean 2, 1 not finite" in item(lambda ax: ax.plot(masked))
    assert "greatest 3, mean 2, 1 not finite" in item(lambda ax: ax.scatter(range(4), masked))


def test_any_figure_of_matplotlib_can_be_described():
    figure, _ = plt.subplots()
    plt.close(figure)
    assert figures.describe(figure).startswith("Figure: no title.")
    assert figures.describe(figures.Figure()) == ""


# --- Deaf to rounding noise -----------------------------------------------------------------------

chosen = st.sampled_from([0, 0.125, 0.0625, 0.5, 0.0005, 2.5, 0.00125, 12.5, 1 / 3, 1e-9, 99.95])
values = st.one_of(chosen, chosen.map(lambda number: -number), st.floats(-100, 100))


def noisy(values, seed, relative=1e-13):
    """Return the values with noise relative to the largest of them."""
    values = np.asarray(values, dtype=float)
    noise = np.random.default_rng(seed).uniform(-1, 1, values.shape)
    return values + relative * noise * np.abs(values).max()


def plotted(y, **settings):
    figure = figures.Figure()
    ax = figure.subplots()
    ax.plot(y)
    ax.set(**settings)
    return figures.describe(figure)


@given(y=st.lists(values, min_size=1, max_size=40), seed=st.integers(0, 9))
def test_noise_does_not_change_the_words(y, seed):
    """Of all lines but constant ones: there, matplotlib chooses another axis, too."""
    assume(np.ptp(y) > 1e-6 * max(map(abs, y)))
    assert plotted(y) == plotted(noisy(y, seed))


@given(
    y=st.lists(st.one_of(chosen.filter(bool), st.floats(1e-6, 1e6)), min_size=1, max_size=40),
    seed=st.integers(0, 9),
)
def test_noise_does_not_change_the_words_on_a_logarithmic_axis(y, seed):
    assume(max(y) > 1.01 * min(y))
    shaken = np.array(y) * (1 + 1e-13 * np.random.default_rng(seed).uniform(-1, 1, len(y)))
    assert plotted(y, yscale="log") == plotted(shaken, yscale="log")


@pytest.mark.parametrize("top", [0.001, 0.1, 1.0, 10.0, 1000.0, 1e7, 1e8, 1e12])
@pytest.mark.parametrize("value", [0, 0.125, 0.5, 0.00005, 0.99995])
def test_noise_does_not_change_the_words_where_the_axis_is_a_power_of_ten(top, value):
    def drawn(sign):
        shake = 1 + sign * 1e-13
        return plotted([value * top * shake] * 5, ylim=(0, top * shake))

    assert drawn(0) == drawn(1) == drawn(-1)


def test_noise_far_from_zero_on_a_narrow_axis_does_not_change_the_words():
    y = 1e6 + np.linspace(0, 1e-3, 50)
    assert plotted(y) == plotted(noisy(y, 1))


def test_noise_around_zero_is_zero():
    said = plotted([0, 1e-17, -1e-16, 1])
    assert said == plotted([0, 0, 0, 1])
    assert "-0" not in said.splitlines()[1]


def test_values_a_hair_outside_a_tie_are_told_from_values_a_step_away():
    assert plotted([0, 0.125, 1]) != plotted([0, 0.135, 1])


# --- Sensitive to the data ------------------------------------------------------------------------

lists = st.integers(3, 100).flatmap(
    lambda n: st.lists(st.floats(-1e3, 1e3), min_size=n, max_size=n)
)


def on_axis(y, **settings):
    return plotted(y, ylim=(min(y) - 1, max(y) + 1), **settings)


@given(y=lists, position=st.floats(0, 1), percent=st.sampled_from([1, -1, 5, -50]))
def test_every_point_counts(y, position, percent):
    """One point that moves by a hundredth of the axis changes the words, wherever it is."""
    low, high = min(y) - 1, max(y) + 1
    changed = list(y)
    changed[round(position * (len(y) - 1))] += percent / 100 * (high - low) * (1 + 1e-9)
    assert plotted(y, ylim=(low, high)) != plotted(changed, ylim=(low, high))


@given(y=st.lists(st.floats(1e-12, 1e3), min_size=3, max_size=100), position=st.floats(0, 1))
def test_every_point_counts_on_a_logarithmic_axis(y, position):
    low, high = min(y) / 2, max(y) * 2
    changed = list(y)
    changed[round(position * (len(y) - 1))] *= (high / low) ** 0.01 * (1 + 1e-9)
    frame = {"ylim": (low, high), "yscale": "log"}
    assert plotted(y, **frame) != plotted(changed, **frame)


@given(y=lists, places=st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_two_points_that_change_places_count(y, places):
    i, j = (round(place * (len(y) - 1)) for place in places)
    assume(abs(y[i] - y[j]) > 0.01 * (max(y) - min(y) + 2))
    swapped = list(y)
    swapped[i], swapped[j] = y[j], y[i]
    assert on_axis(y) != on_axis(swapped)


@pytest.mark.parametrize("cell", [(0, 0), (31, 7), (119, 119)])
def test_every_cell_of_an_image_counts(cell):
    image = np.random.default_rng(0).normal(size=(120, 120))
    changed = image.copy()
    changed[cell] += 0.02 * np.ptp(image)

    def drawn(values):
        return items(lambda ax: (ax.imshow(values), ax.pcolormesh(values)))

    one, other = drawn(image), drawn(changed)
    assert one[0] != other[0]
    assert one[1] != other[1]


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax, y: ax.scatter(range(30), y),
        lambda ax, y: ax.bar(range(30), y),
        lambda ax, y: ax.fill_between(range(30), y),
        lambda ax, y: ax.stackplot(range(30), y),
        lambda ax, y: ax.fill(range(30), y),
        lambda ax, y: ax.vlines(range(30), 0, y),
        lambda ax, y: ax.quiver(range(30), range(30), y, y),
        lambda ax, y: ax.stairs(y),
        lambda ax, y: ax.contour([[0, 1], [1, 2]], levels=np.sort(y)),
    ],
)
def test_every_number_counts_in_other_artists(draw):
    y = np.arange(30) ** 2 / 900
    changed = y.copy()
    changed[14] += 0.02

    def drawn(values):
        return item(lambda ax: (draw(ax, values), ax.set(xlim=(-1, 31), ylim=(-0.1, 1.1))))

    assert drawn(y) != drawn(changed)


def test_the_view_counts():
    assert plotted([1, 2, 3], ylim=(0, 4)) != plotted([1, 2, 3], ylim=(0, 5))


@given(
    steps=st.lists(st.integers(-1000, 1000), min_size=2, max_size=200),
    data=st.data(),
)
def test_the_checksum_sees_one_change_and_one_exchange(steps, data):
    before = np.array(steps)
    i = data.draw(st.integers(0, len(steps) - 1))
    after = before.copy()
    after[i] += data.draw(st.integers(1, PRIME - 1))
    for columns in ([before], [np.zeros(3, dtype=int), before]):
        changed = [*columns[:-1], after]
        assert checksum(columns) != checksum(changed)
    j = data.draw(st.integers(0, len(steps) - 1))
    exchanged = before.copy()
    exchanged[[i, j]] = before[[j, i]]
    assert (checksum([before]) == checksum([exchanged])) == (before[i] == before[j])


def test_numbers_that_are_not_finite_have_checksums_of_their_own():
    steps = Rounding(0, 1).steps(np.array([np.nan, np.inf, -np.inf, 1e300]))
    assert len(set(steps.tolist())) >= 3
    assert plotted([0, np.nan, 1]) != plotted([0, np.inf, 1])


@pytest.mark.parametrize(
    ("low", "high", "value", "written"),
    [
        (0, 1, 0.1235, "0.124"),
        (0, 2, 0.0005, "0.001"),
        (0, 0.9, 1 / 3, "0.3333"),
        (0, 100, 1 / 3, "0.3"),
        (0, 100, 0.04, "0"),
        (0, 9e-10, 1.2345e-10, "1.235e-10"),
        (0, 9e11, 123456789012, "1.235e+11"),
        (4.2, 4.2 + 1e-9, 4.2 + 5e-10, "4.2"),  # six digits behind the first: arithmetic's limit
        (1e6, 1e6 + 1, 1e6 + 0.5, "1000001"),
        (-1, 1, 123.456, "123.5"),
        (3, 3, 1 / 3, "0.3333"),
        (0, 0, 0, "0"),
    ],
)
def test_numbers_are_as_precise_as_an_eye_on_their_axis(low, high, value, written):
    assert Rounding(low, high)(value) == written


# --- The picture and what a notebook gets ---------------------------------------------------------


class Picture(HTMLParser):
    """Reads the attributes of the one image in a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.images = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        assert tag == "img"
        self.images.append(dict(attributes))


def tricky():
    figure, ax = panel(title='Loss < 3 & "flat"', ylabel="|β| > 'half'")
    ax.plot([1, 2, 4], label="<b>bold</b>")
    ax.legend()
    return figure


def test_the_bundle():
    figure = tricky()
    data, metadata = figure._repr_mimebundle_()
    assert set(data) == {"image/png", "text/html", "text/plain"}
    assert data["text/plain"] == figures.describe(figure)
    (image,) = Picture(data["text/html"]).images
    assert image["alt"] == data["text/plain"]
    assert image["src"] == f"data:image/png;base64,{data['image/png']}"
    picture = Image.open(BytesIO(b64decode(data["image/png"])))
    width, height = int(image["width"]), int(image["height"])
    assert (width, height) == (672, 384)
    assert picture.size == (2 * width, 2 * height)  # sharp where screens are
    assert metadata["image/png"] == {"width": 672, "height": 384, "alt": data["text/plain"]}


def test_the_same_figure_gives_the_same_bytes():
    figure = tricky()
    first = figure._repr_mimebundle_()
    assert figure._repr_mimebundle_() == first
    assert tricky()._repr_mimebundle_() == first


def test_the_picture_is_deaf_to_the_settings_around_it():
    plain = tricky().png()
    with plt.rc_context({"savefig.dpi": 30, "savefig.bbox": "tight", "lines.linewidth": 9}):
        figure = figures.Figure()
        assert Image.open(BytesIO(figure.png())).size == (1344, 768)
    assert tricky().png() == plain


# --- Colours --------------------------------------------------------------------------------------

# Viénot, Brettel and Mollon, "Digital video colourmaps for checking the legibility of displays by
# dichromats", Color Research and Application 24(4), 1999: what is left of linear RGB, without the
# long-wave (protanopia) or the middle-wave receptors (deuteranopia).
DICHROMATS = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def linear(colour):
    """Return linear RGB of an sRGB colour (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return CIE L*a*b* (1976) of linear RGB, with the white point D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    t = to_xyz @ rgb / (to_xyz @ np.ones(3))
    f = np.where(t > (6 / 29) ** 3, np.cbrt(np.maximum(t, 0)), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


pairs_of_colours = pytest.mark.parametrize(("one", "other"), list(combinations(LINE_STYLES, 2)))


def test_the_ruler_for_colours_knows_black_white_and_grey():
    np.testing.assert_allclose(lab(linear("white")), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(lab(linear("black")), [0, 0, 0], atol=0.01)
    for matrix in DICHROMATS.values():
        np.testing.assert_allclose(np.array(matrix) @ np.ones(3), np.ones(3))
    seen = [lab(np.array(DICHROMATS["deuteranopia"]) @ linear(c)) for c in ("#d62728", "#2ca02c")]
    assert abs(np.linalg.norm(seen[0] - seen[1])) < abs(
        np.linalg.norm(lab(linear("#d62728")) - lab(linear("#2ca02c"))) / 2
    )


@pairs_of_colours
def test_colours_differ_in_a_grey_print(one, other):
    assert abs(lab(linear(one))[0] - lab(linear(other))[0]) >= 10


@pairs_of_colours
@pytest.mark.parametrize("kind", DICHROMATS)
def test_colours_differ_for_the_colour_blind(one, other, kind):
    """Less than about 2 cannot be seen; 20 is plain in thin lines, too."""
    seen = [lab(np.array(DICHROMATS[kind]) @ linear(colour)) for colour in (one, other)]
    assert np.linalg.norm(seen[0] - seen[1]) >= 20


@pytest.mark.parametrize("colour", LINE_STYLES)
def test_colours_stand_out_from_the_paper(colour):
    assert lab(linear(colour))[0] <= 75


def test_every_colour_has_a_line_style_a_marker_and_a_name_of_its_own():
    assert list(LINE_STYLES) == list(MARKERS) == [entry["color"] for entry in CYCLE]
    for table in (LINE_STYLES, MARKERS):
        assert len(set(table.values())) == len(table)
    assert len({COLOUR_NAMES[colour] for colour in LINE_STYLES}) == len(LINE_STYLES)


# --- The drawings ---------------------------------------------------------------------------------

FOUR = {name: [4.0, 3.0] for name in "abcd"}
FIVE = FOUR | {"e": [1.0, 1.0]}
DRAWINGS = [
    lambda series: figures.curves(series, title="t", ylabel="loss"),
    lambda series: figures.lines_on_data(LINE, series, title="t"),
    lambda series: figures.paths_on_contours(LINE, series, title="t"),
    lambda series: figures.line_and_loss(LINE, series, titles=("a", "b")),
]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_every_series_is_drawn_in_a_look_of_its_own(draw):
    figure = draw(FOUR)
    for ax in figure.axes:
        named = [line for line in ax.lines if line.get_label() in FOUR]
        assert [line.get_label() for line in named] == list(FOUR)
        looks = {(line.get_color(), line.get_linestyle()) for line in named}
        assert looks == set(LINE_STYLES.items())
    assert all(f"- {name}: " in figures.describe(figure) for name in FOUR)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_fifth_series_is_refused(draw):
    with pytest.raises(ValueError, match=r"5 series are too many .* at most 4 are allowed"):
        draw(FIVE)


def test_curves_take_their_places_and_their_scale():
    figure = figures.curves(
        {"a": [1, 10, 100]}, title="t", ylabel="loss", xlabel="rate", x=[5, 6, 7], log=True
    )
    described = figures.describe(figure)
    assert "x axis: rate" in described
    assert "logarithmic" in described
    assert "from (5, 1) to (7, 100)" in described


def test_curves_of_different_lengths_than_their_places_are_refused():
    with pytest.raises(ValueError, match="same first dimension"):
        figures.curves({"a": [1, 2, 3]}, title="t", ylabel="loss", x=[1, 2])


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-2.0, 2.0)])
def test_pictures_stand_without_scales_under_their_names(low, high):
    values = zip("abc", (low, (low + high) / 2, high), strict=True)
    images = {name: np.full((2, 3), value) for name, value in values}
    figure = figures.pictures(images, title="Three", columns=2, limits=(low, high))
    assert [ax.get_visible() for ax in figure.axes] == [True, True, True, False]
    words = figures.describe(figure)
    assert words.startswith('Figure with 3 panels.\n- text "Three"\nPanel 1: a.\n- image: 2 by 3')
    assert "axis" not in words
    shades = [
        ax.images[0].get_cmap()(ax.images[0].norm(ax.images[0].get_array()))[0, 0, 0]
        for ax in figure.axes[:3]
    ]
    assert shades == pytest.approx([1, 0.5, 0], abs=0.01)  # white, grey, black


def lightness(drawn):
    """Relative luminance of every field of a map, in its order."""
    drawn.update_scalarmappable()
    return np.ma.masked_array(
        drawn.get_facecolor()[:, :3] @ [0.2126, 0.7152, 0.0722], drawn.get_array().mask
    )


def test_a_heat_map_is_darker_where_the_number_is_smaller_and_hatched_where_there_is_none():
    figure, ax = figures.panel("t", xlabel="a", ylabel="b")
    values = np.array([[1e-3, 1e-2], [1e-1, 1], [10, np.nan]])
    figures.heat_map(ax, [0.1, 0.2, 0.4], [1, 10], values, name="loss", missing="none")
    fields, hatched = ax.collections
    shades = lightness(fields).reshape(2, 3).T
    assert (np.diff(shades.compressed()[np.argsort(values[np.isfinite(values)])]) > 0.1).all()
    assert hatched.get_hatch()
    assert np.ptp(hatched.get_paths()[0].vertices, axis=0) == pytest.approx(
        [0.4 * (2**0.5 - 2**-0.5), 10 * (10**0.5 - 10**-0.5)]
    )
    words = figures.describe(figure)
    assert "loss: 2 by 3 cells from (0.0707" in words
    assert "1 not finite" in words
    assert "none: outline of 5 points" in words


def test_a_heat_map_without_gaps_has_no_hatched_field():
    _, ax = figures.panel("t", xlabel="a", ylabel="b")
    figures.heat_map(ax, [1, 2], [1, 2], [[1, 2], [3, 4]], name="loss", missing="none")
    assert len(ax.collections) == 1


@pytest.mark.parametrize("settings", [[1, 2, 3], [4, 2, 1], [1]])
def test_a_heat_map_of_settings_that_do_not_grow_by_a_factor_is_refused(settings):
    _, ax = figures.panel("t", xlabel="a", ylabel="b")
    values = np.ones((len(settings), 2))
    with pytest.raises(ValueError, match=r"do not grow by a constant factor.*np\.geomspace"):
        figures.heat_map(ax, settings, [1, 10], values, name="loss", missing="none")


def test_paths_are_drawn_in_the_panel_that_is_given():
    figure, (left, right) = figures.panels("a", "b", xlabel="x", ylabel="y")
    path = np.array([LINE.theta0, LINE.minimiser])
    assert figures.paths_on_contours(LINE, {"path": path}, title="p", ax=right) is figure
    assert not left.lines
    assert [line.get_label() for line in right.lines] == ["minimum", "path"]
    assert re.search(r"p\. x axis: intercept", figures.describe(figure))


def test_a_panel_of_another_kind_of_figure_is_refused():
    other, ax = plt.subplots()
    plt.close(other)
    with pytest.raises(ValueError, match=r"no panel of a lessons_lib figure.*figures\.panel"):
        figures.lines_on_data(LINE, {"a": [1, 2]}, title="t", ax=ax)


def test_lines_end_beyond_the_data():
    figure = figures.lines_on_data(LINE, {"a": [4, 3]}, title="t")
    line = next(line for line in figure.axes[0].lines if line.get_label() == "a")
    x, y = line.get_data()
    assert x.min() <= LINE.x.min() < LINE.x.max() <= x.max()
    np.testing.assert_allclose(y, 4 + 3 * x)


DRAW = """
import sys
from lessons_lib import figures
figure, ax = figures.panel("A title", xlabel="step", ylabel="loss")
ax.plot([1, 2, 3], label="a line")
ax.set_title("another title")
ax.legend()
sys.stdout.buffer.write(figure.png(1))
"""

OF_THEIR_OWN = """
text.usetex: True
font.size: 22
axes.facecolor: black
figure.facecolor: black
lines.linestyle: :
savefig.bbox: tight
"""


def test_settings_of_ones_own_change_no_figure(tmp_path):
    (tmp_path / "matplotlibrc").write_text(OF_THEIR_OWN, encoding="utf-8")
    drawn = [
        subprocess.run(
            [sys.executable, "-c", DRAW], env=os.environ | more, capture_output=True, check=True
        ).stdout
        for more in ({}, {"MATPLOTLIBRC": str(tmp_path)})
    ]
    assert drawn[0].startswith(b"\x89PNG")
    assert drawn[1] == drawn[0]
