"""Every explorer of a lesson, with each control moved by keyboard to both ends, and looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial

import hand_made
from explorer_checks import made, states
from figure_texts import smallest_letters
from lesson_page import PANEL, SCROLLER, TO_PAINT, Lesson
from playwright.sync_api import Locator

from lessons_lib.live import Scene
from lessons_lib.live.layouts import NARROW

EXPLORER = f"{PANEL} .live-figure"
HANDLES = ".live-row .noUi-handle, .live-row select"

STATE = """at => {
    const state = at.querySelector('canvas').dataset.state;
    return state ? state.split(' ').map(Number) : null;
}"""
MOVED = f"([at, control, wanted]) => ({STATE})(at)?.[control] === wanted"

LENGTHS = """at => [...at.querySelectorAll('.noUi-base')].map(base => base.clientWidth)"""

# What a learner sees there, as sentences about what is wrong with it.
LOOK = """at => {
    const said = [];
    const canvas = at.querySelector('canvas');
    const words = at.querySelector('.live-words').textContent;
    const spoken = canvas.getAttribute('aria-label') || '';
    const {width, height} = canvas;
    const points = width && height
        ? canvas.getContext('2d').getImageData(0, 0, width, height).data : [];
    let painted = 0;
    for (let k = 3; k < points.length; k += 4) painted += points[k] > 100;
    if (painted < 4 && !words.includes('Outside the frame')) said.push('nothing is painted');
    if (!words.trim()) said.push('it has no words');
    if (!spoken.includes(words)) said.push(`the canvas says ${spoken}, not ${words}`);
    const missing = spoken.match(/\\b(nan|NaN|inf|undefined|null)\\b|…|\\{/);
    if (missing) said.push(`it says ${missing[0]}`);
    return said;
}"""

# Whether all that belongs to it has its place.
PLACED = """at => {
    const said = [];
    const box = element => element.getBoundingClientRect();
    const name = element => {
        const text = element.getAttribute('aria-label') || element.textContent || element.className;
        return `"${text.trim().slice(0, 40)}"`;
    };
    const shown = [...at.querySelectorAll(
        '.live-stage, .live-words, .live-goal, .live-label, .live-value, .live-slider .noUi-target'
        + ', .noUi-handle, select, button')].filter(element => box(element).width > 0);
    const frame = box(at);
    for (const part of shown) {
        const {left, right, top, bottom} = box(part);
        if (left < frame.left - 1 || right > frame.right + 1
            || top < frame.top - 1 || bottom > frame.bottom + 1)
            said.push(`${name(part)} is cut at the edge`);
        const scrolls = part.matches('.live-words, .live-goal, .live-label, .live-value, button');
        if (scrolls && part.scrollWidth > part.clientWidth + 1)
            said.push(`${name(part)} is ${part.scrollWidth - part.clientWidth} px too long`);
        if (part.matches('select') && longest(part) > part.clientWidth + 1)
            said.push(`the choices of ${name(part)} are cut`);
    }
    for (const [k, one] of shown.entries()) {
        for (const other of shown.slice(k + 1)) {
            if (one.contains(other) || other.contains(one)) continue;
            const [a, b] = [box(one), box(other)];
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 1 && down > 1) said.push(`${name(one)} and ${name(other)} overlap`);
        }
    }
    return said;

    function longest(select) {
        const copy = select.cloneNode(true);
        copy.style.cssText += '; position: absolute; visibility: hidden; width: auto;'
            + ' min-width: 0; max-width: none;';
        select.parentElement.append(copy);
        const wanted = copy.clientWidth;
        copy.remove();
        return wanted;
    }
}"""


# The same, and how high it is, when it says the longest sentences that it has.
AT_ITS_HIGHEST = f"""(at, longest) => {{
    const parts = ['.live-words', '.live-goal'].map(name => at.querySelector(name));
    const before = parts.map(part => part.textContent);
    parts.forEach((part, k) => {{ part.textContent = longest[k]; }});
    const seen = {{
        said: ({PLACED})(at),
        high: Math.ceil(at.getBoundingClientRect().height),
        wide: at.querySelector('.live-stage').clientWidth,
        layout: Number(at.querySelector('.live-stage').dataset.layout),
    }};
    parts.forEach((part, k) => {{ part.textContent = before[k]; }});
    return seen;
}}"""

TWO_FRAMES = """() => new Promise(seen =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(seen, 50))))"""

SMALLEST = 9  # pixels of the page: the size of the font as it is painted


def check_explorers(lesson: Lesson) -> Iterator[str]:
    """Whatever a learner moves to its end, every explorer is painted, says so, and fits."""
    for number, explorer in enumerate(lesson.page.locator(EXPLORER).all(), start=1):
        explorer.scroll_into_view_if_needed(timeout=TO_PAINT)
        places: dict[str, list[str]] = {}
        for where, said in walk(lesson, explorer):
            places.setdefault(said, []).append(where)
        for said, where in places.items():
            yield f"explorer {number}: {said} ({', '.join(where)})."


def walk(lesson: Lesson, explorer: Locator) -> Iterator[tuple[str, str]]:
    """Move each control to both ends, the others standing where they start, and look."""
    element = explorer.element_handle()
    lengths = set()
    wait = partial(lesson.page.wait_for_function, timeout=TO_PAINT)
    wait(STATE, arg=element)
    start = explorer.evaluate(STATE)
    yield from (("start", said) for said in look(explorer))
    for control, handle in enumerate(explorer.locator(HANDLES).all()):
        name = handle.get_attribute("aria-label")
        last = handle.evaluate("at => at.options?.length - 1 || +at.getAttribute('aria-valuemax')")
        for key, wanted in (("Home", 0), ("End", last)):
            handle.press(key)
            wait(MOVED, arg=[element, control, wanted])
            yield from ((f"{name} at {key}", said) for said in look(explorer))
            lengths.add(str(explorer.evaluate(LENGTHS)))
        explorer.get_by_role("button", name="Reset").press("Enter")
        wait(MOVED, arg=[element, control, start[control]])
    if len(lengths) > 1:
        yield "any", "a slider changes its length"


def look(explorer: Locator) -> list[str]:
    """Say what is wrong with what is painted, said and placed there."""
    return [*explorer.evaluate(LOOK), *explorer.evaluate(PLACED)]


# --- In view at once ------------------------------------------------------------------------------


def check_in_view(lesson: Lesson) -> Iterator[str]:
    """A window shows all of an explorer at once, whatever it says, in letters that can be read."""
    room = lesson.page.locator(SCROLLER).evaluate("at => at.clientHeight")
    for cell, shown in lesson.code:
        for explorer in shown.locator(".live-figure").all():
            scene = scene_of(cell.source)
            explorer.scroll_into_view_if_needed(timeout=TO_PAINT)
            lesson.page.evaluate(TWO_FRAMES)  # a figure out of sight may not know its room yet
            seen = explorer.evaluate(AT_ITS_HIGHEST, longest(scene))
            yield from (f"{cell.id}: {said}." for said in seen["said"])
            if seen["high"] > room:
                yield f"{cell.id}: it is {seen['high']} px high, and the window has {room} for it."
            size, text = smallest_letters(scene.figure)
            drawn = scene.figure.bbox.width, NARROW * scene.figure.dpi
            size *= seen["wide"] / drawn[seen["layout"]]
            if size < SMALLEST:
                yield f"{cell.id}: {text!r} has letters of {size:.1f} px, not {SMALLEST}."


@cache
def scene_of(source: str) -> Scene:
    """Make the scene that a cell shows, of the lessons' explorers or of the tests'."""
    found = re.search(r"\b(explorers|hand_made)\.(\w+)\(", source)
    if not found:
        raise ValueError(f"A live figure must come from lessons_lib.explorers, not {source!r}.")
    module, name = found.groups()
    live = made(name)[0] if module == "explorers" else getattr(hand_made, name)()
    scene: Scene = live.scene
    return scene


@cache
def longest(scene: Scene) -> list[str]:
    """Return the longest words of a figure, and of its goal, with the hint or reached before."""
    words = {scene.sentence(index).removesuffix(" Goal reached.") for index in states(scene, 200)}
    goal = scene.goal
    said = (
        [f"Goal: {goal.text} {goal.hint}", f"Goal, reached before: {goal.text}"] if goal else [""]
    )
    return [max(words, key=len), max(said, key=len)]
