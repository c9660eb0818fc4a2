"""Lesson 6 on our site, as nbconvert's HTML with the stock widget manager, and in JupyterLab.

Each is opened in turn, with an empty cache. One rule for all three:

- *Readable*: all headings of the lesson stand there, the first one in the window; as many formulas
  are typeset as its cells hold; all fonts are there; and so is every picture in the window and in
  as much again below it.
- *Alive*: the reader has gone to the explorer, and an arrow key on its first slider has changed
  its canvas. In JupyterLab its cell and all above have to be run for that.
- *Bytes*: what has come over the wire until then, compressed as it came, heads of answers and
  frames of web sockets included.
- *A key press*: from the moment at which the browser received it to the first animation frame after
  the picture has changed, as ``driving/probe.js`` sees it.

Run it with ``make bench BENCH_ARGS=site``. It takes some minutes, and needs Chromium, npm and
what ``make site`` has written.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from driving.launch import chromium_and_lab, find_browser_tests
from measure import Comparison
from pages.report import NAMES, Visit, comparisons, press_table, weight_table

if TYPE_CHECKING:
    from pages.views import View

    Ways = dict[str, Callable[[], View]]

SITE = Path(__file__).parent.parent / "site" / "_build"
PAGE = "notebooks/06_momentum.html"
CONVERTED = "converted.html"
SITE_MISSING = "{} is missing. `make site` makes it."
TURNS, PRESSES = 3, 40
SPAN = 20  # places of the slider, up and down again


def compare() -> list[Comparison]:
    """Visit each in turn, print what was seen, and return what must hold."""
    visits: dict[str, list[Visit]] = {way: [] for way in NAMES}
    with ways() as opening:
        print("Opening each once for nothing", file=sys.stderr)
        take_turn(opening, 0)
        for number in range(TURNS):
            print(f"Turn {number + 1} of {TURNS}: {PRESSES} key presses each", file=sys.stderr)
            for way, visit in take_turn(opening, PRESSES).items():
                visits[way].append(visit)
    print(weight_table(visits), press_table(visits), sep="\n\n", end="\n\n")
    return comparisons(visits)


def take_turn(opening: Ways, number: int) -> dict[str, Visit]:
    """Open each, bring it alive, press so many keys on one after the other, and close them."""
    views = {}
    weights = {}
    for way, opened in opening.items():
        views[way] = opened()
        weights[way] = views[way].read(), views[way].enliven()
    times: dict[str, list[float]] = {way: [] for way in views}
    for press in range(number):
        key = "ArrowLeft" if press // SPAN % 2 else "ArrowRight"
        for way, view in views.items():
            times[way].append(view.press(key))
    for view in views.values():
        view.close()
    return {way: Visit(*weights[way], times[way]) for way in views}


@contextmanager
def ways() -> Iterator[Ways]:
    """Give what opens each of the three pages."""
    if not (SITE / PAGE).exists():
        raise FileNotFoundError(SITE_MISSING.format(SITE / PAGE))
    find_browser_tests()
    from pages.lesson import convert, reading
    from pages.packages import Packages
    from pages.server import folder, serving
    from pages.views import Converted, InLab, View

    wanted = reading()
    with tempfile.TemporaryDirectory() as name:
        packages, place = Packages(Path(name)), Path(name) / "converted"
        place.mkdir()
        convert(place / CONVERTED)
        with (
            serving(folder(SITE)) as site,
            serving(folder(place), packages.read) as other,
            chromium_and_lab(verb="main") as (browser, lab),
        ):
            yield {
                "page": lambda: View(browser, f"{site}/{PAGE}", wanted),
                "nbconvert": lambda: Converted(browser, f"{other}/{CONVERTED}", wanted, other),
                "lab": lambda: InLab(browser, lab, wanted),
            }
            print(f"With {told(packages.versions())}", file=sys.stderr)


def told(versions: dict[str, str]) -> str:
    """Return the versions of packages as words."""
    return ", ".join(f"{name} {version}" for name, version in versions.items())
