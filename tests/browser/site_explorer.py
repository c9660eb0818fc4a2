"""Explorers of the built site in a real browser, beside the same scenes in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import Any

import numpy as np
import site_scripts
from explorer_checks import expectations, made, settings_of
from explorer_page import NUMBERS_ONLY, Explorer, Picture
from lesson_page import TO_PAINT
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from test_drags import AT_REST

from course_tools.files import ROOT
from course_tools.notebooks.cells import Notebook
from course_tools.site.build import BUILT
from course_tools.site.explorers import explorers_in
from course_tools.site.making import Explorer as Published
from course_tools.site.pages import Site, site_of
from course_tools.site.settings import read_settings
from lessons_lib import explorers, optimizers, problems
from lessons_lib.live import Scene
from lessons_lib.live.layouts import stacked
from lessons_lib.live.table import as_float32

SHARP = 2  # pixels of the screen for one of the page's: thin lines keep their colour
THUMB = 16  # pixels that the handle of a range is wide
COMING = ".live-coming *"  # not shown yet
PAINTED = "at => at.querySelector('canvas').toDataURL('image/png').split(',')[1]"
SETTINGS = "12_real_task--explore-settings"


@dataclass
class Window:
    """A window in which pages of the site are looked at, and all that it said and asked for.

    Parameters
    ----------
    page : Page
        The page that is open.
    address : str
        That of the site.
    layout : int
        The layout in which explorers are to be shown: 0 is wide, and 1 narrow.
    said : list of str
        What stood in the console, and errors that nobody caught.
    asked : list of str
        Where every request went.
    """

    page: Page
    address: str
    layout: int
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.page.context
        context.on("console", lambda message: self.said.append(message.text))
        context.on("weberror", lambda raised: self.said.append(str(raised.error)))
        context.on("request", lambda request: self.asked.append(request.url))

    @property
    def strangers(self) -> list[str]:
        """Requests that did not go to the site."""
        own = (self.address, "data:", "blob:")
        return [each for each in self.asked if not each.startswith(own)]

    def open(self, published: Published, asked: str = "") -> PageExplorer:
        """Open the page of an explorer, unless it is open, and bring it into view."""
        wanted = self.address + page_of(published) + asked
        if self.page.url != wanted:
            self.page.goto(wanted)
        place = self.page.locator(f"[data-live={published.name!r}]")
        place.scroll_into_view_if_needed()
        expect(place.locator("canvas")).to_be_visible(timeout=TO_PAINT)
        expect(place.locator("canvas")).to_have_attribute(
            "data-state", NUMBERS_ONLY, timeout=TO_PAINT
        )
        place.locator("canvas").scroll_into_view_if_needed()
        return PageExplorer(self.page, place, scene_of(published), self.layout)


@contextmanager
def window(browser: Browser, address: str, layout: int, **options: Any) -> Iterator[Window]:
    """Open a window: wide and light, or narrow, dark and touched."""
    sizes = {"width": 1300, "height": 900}, {"width": 360, "height": 740}
    scheme: Any = ("light", "dark")[layout]
    context = browser.new_context(
        viewport=sizes[layout],
        device_scale_factor=SHARP,
        color_scheme=scheme,
        has_touch=bool(layout),
        **options,
    )
    try:
        yield Window(context.new_page(), address, layout)
    finally:
        context.close()


# --- What there is --------------------------------------------------------------------------------


@cache
def site() -> Site:
    """Return the pages of the site."""
    return site_of(read_settings())


@cache
def every_explorer() -> dict[str, Published]:
    """Return the explorers of the site by their names."""
    paths = [ROOT / page.source for page in site().pages if page.is_notebook]
    return {each.name: each for path in paths for each in explorers_in(Notebook.read(path))}


def at_rest(page: Page) -> None:
    """Wait until the page scrolls no more."""
    page.locator("html").evaluate(AT_REST)


def page_of(published: Published) -> str:
    """Return the address of its page in the site."""
    source = published.path.relative_to(ROOT).as_posix()
    return f"{site().by_source[source].name}.html"


def called(published: Published) -> str:
    """Return what it is called in the library."""
    return published.sources[-1].removeprefix("explorers.").partition("(")[0]


@cache
def scene_of(published: Published) -> Scene:
    """Make the same scene here."""
    if published.name == SETTINGS:
        return settings_scene()
    scene: Scene = made(called(published))[0].scene
    return scene


def shown_in(published: Published, index: Sequence[int]) -> list[Any]:
    """Compute once more, in another way, where everything that moves is in a state."""
    settings = settings_of(scene_of(published), list(index))
    if published.name == SETTINGS:
        return settings_shown(**settings)
    points: list[Any] = expected(published).shown(**settings)
    return points


def expected(published: Published) -> ModuleType:
    """Return what is expected of it."""
    return expectations()[called(published)]


# --- Lesson 12, whose table is 63 training runs ---------------------------------------------------


@cache
def settings_scene() -> Scene:
    """Make the scene of lesson 12 with the losses of the page, which a test compares with runs."""
    script = site_scripts.read((BUILT / "_static" / "live" / f"{SETTINGS}.js").read_text("utf-8"))
    spec, numbers = script.values["spec"], site_scripts.unpacked(script.numbers["tables"])
    rates, betas = (control["values"] for control in spec["controls"])
    tables = np.frombuffer(numbers, "<f4")

    def table(reference: dict[str, int]) -> np.ndarray:
        place = spec["tables"][reference["table"]]
        size = len(rates) * len(betas) * place["points"]
        flat = tables[place["offset"] : place["offset"] + size]
        return np.reshape(flat, (len(rates), len(betas), place["points"]))

    curve = max((each["y"] for each in spec["artists"]), key=lambda at: table_size(spec, at))
    right = table(spec["readouts"]["right"])[..., 0] / 100
    return explorers.settings_map(rates, betas, table(curve), right).scene


def table_size(spec: dict[str, Any], reference: dict[str, int]) -> int:
    """Return how many points a state has in a table, if it depends on two controls."""
    place = spec["tables"][reference["table"]]
    return int(place["points"]) if len(place["over"]) == 2 else 0


def settings_shown(lr: float, beta: float) -> list[Any]:
    """Train the network of lesson 12 once."""
    digits = problems.digits()
    order = np.random.default_rng(0).permutation(len(digits))
    network = problems.DigitNetwork(digits[order[:500]], hidden=16)
    run = optimizers.heavy_ball(
        network.gradient, network.theta0, learning_rate=lr, beta=beta, n_iterations=100
    )
    losses = network.value(run.theta)
    memory, ends = 1 / (1 - beta), np.array([0.5, 128])
    ridge = np.column_stack([lr * memory / ends, ends])
    return [ridge, np.array([[lr, memory]]), np.column_stack([np.arange(len(losses)), losses])]


# --- An explorer on a page ------------------------------------------------------------------------


@dataclass(frozen=True)
class PageExplorer(Explorer):
    """An explorer on a page of the site, with the browser's own inputs.

    Parameters
    ----------
    layout : int
        How its figure is laid out: 0 is wide, and 1 narrow.
    """

    layout: int = 0

    @property
    def stage(self) -> Locator:
        return self.place.locator(f".live-stage:not({COMING})")

    @property
    def canvas(self) -> Locator:
        return self.place.locator(f"canvas:not({COMING})")

    @contextmanager
    def laid_out(self) -> Iterator[None]:
        """Lay the figure out here as it is there."""
        if not self.layout:
            yield
            return
        with stacked(self.scene.figure):
            yield

    def handle(self, control: str) -> Locator:
        row = self.place.locator(".live-row").nth(self.scene.position(control))
        return row.locator("input, select")

    def position(self, name: str, number: float) -> tuple[float, float]:
        handle = self.handle(name)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        assert box is not None
        share = number / (len(self.scene.controls[self.scene.position(name)].values) - 1)
        return box["x"] + THUMB / 2 + share * (box["width"] - THUMB), box["y"] + box["height"] / 2

    def move_one(self, name: str, wanted: int) -> None:
        """Tap or click where a control should be, and mend with keys what was missed."""
        at, handle = self.scene.position(name), self.handle(name)
        if self.scene.controls[at].kind == "choice":
            handle.select_option(index=wanted)
            return
        if self.index()[at] == wanted:
            return
        place = self.position(name, wanted)
        (self.page.touchscreen.tap if self.layout else self.page.mouse.click)(*place)
        rest = wanted - int(handle.input_value())
        for _ in range(abs(rest)):
            handle.press("ArrowRight" if rest > 0 else "ArrowLeft")

    def press(self, key: str) -> None:
        """Press a key on every control."""
        for control in self.scene.controls:
            handle = self.handle(control.name)
            if control.kind == "choice":
                handle.select_option(index=0 if key == "Home" else len(control.values) - 1)
            else:
                handle.press(key)

    def painted(self) -> Picture:
        """Return what is painted on the canvas, on white."""
        return on_white(site_scripts.as_bytes(self.place.evaluate(PAINTED)))

    def drawn(self, points: Sequence[Any], index: Sequence[int]) -> tuple[Picture, np.ndarray]:
        """Draw what moves at these points with matplotlib, as large as the canvas; mark letters."""
        self.scene.show(index)
        figure, before = self.scene.figure, self.scene.figure.get_dpi()
        with self.laid_out():
            width = self.canvas.evaluate("at => at.width")
            dpi = before * width / figure.bbox.width
            try:
                figure.set_dpi(dpi)
                renderer: Any = RendererAgg(*figure.bbox.size, dpi)
                letters = np.zeros((int(renderer.height), int(renderer.width)), dtype=bool)
                for artist, where in in_order(self.scene, points):
                    if isinstance(artist, Text):
                        mark(letters, artist.get_window_extent(renderer).extents)
                    else:
                        artist.set_data(*np.transpose(as_float32(str(artist), where)))
                        artist.draw(renderer)
                return over_white(np.asarray(renderer.buffer_rgba())), letters
            finally:
                figure.set_dpi(before)


def in_order(scene: Scene, points: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return the artists with their points, the lowest first."""
    artists = [each.artist for each in scene.moving]
    pairs = list(zip(artists, points, strict=True))
    return sorted(pairs, key=lambda pair: pair[0].get_zorder())


def mark(letters: np.ndarray, extents: Sequence[float], margin: int = 6) -> None:
    """Mark where a text stands: a browser has other letters."""
    left, bottom, right, top = (int(side) for side in extents)
    height = len(letters)
    rows = slice(max(0, height - top - margin), max(0, height - bottom + margin))
    letters[rows, max(0, left - margin) : max(0, right + margin)] = True


def on_white(png: bytes) -> Picture:
    """Return the pixels of a picture that lies on white paper."""
    return over_white(np.asarray(Image.open(BytesIO(png)).convert("RGBA")))


def over_white(pixels: np.ndarray) -> Picture:
    """Lay pixels with an opacity on white paper."""
    share = pixels[..., 3:] / 255
    return np.round(pixels[..., :3] * share + 255 * (1 - share)).astype(np.int16)
