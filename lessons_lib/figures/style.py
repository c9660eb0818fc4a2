"""One look for all figures: colours that anyone can tell apart, and line styles that say the same.

The colours are Paul Tol's (technical note "Colour Schemes", SRON, 2021), chosen so that their
lightness differs, too: a greyscale print keeps them apart.
"""

from __future__ import annotations

import matplotlib
from cycler import cycler

matplotlib.rcdefaults()
# Settings of your own in a matplotlibrc would change the words in figures, or break them: titles
# and legends take theirs when they are made. What you set after this import holds.

BLUE, RED, YELLOW, BLACK = "#004488", "#cc3311", "#ddaa33", "#000000"
GREY, PALE = "#777777", "#bbbbbb"

COLOUR_NAMES = {
    BLUE: "blue",
    RED: "red",
    YELLOW: "yellow",
    BLACK: "black",
    GREY: "grey",
    PALE: "pale grey",
    "#0000ff": "blue",  # matplotlib's "b" and "r", which the original recipe draws with
    "#ff0000": "red",
}

LINE_STYLES = {BLUE: "-", RED: "--", YELLOW: "-.", BLACK: ":"}

CYCLE = cycler(color=list(LINE_STYLES)) + cycler(linestyle=list(LINE_STYLES.values()))

MARKERS = {BLUE: "o", RED: "s", YELLOW: "^", BLACK: "D"}
"""For points along a path: the marker says which path it is where lines lie on each other."""

STYLE = {
    "axes.prop_cycle": CYCLE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
    "legend.handlelength": 2.8,
    "font.size": 10,
}
