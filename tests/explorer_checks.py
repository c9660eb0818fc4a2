"""What an explorer needs, and whether it shows and says what its file in `tests/explorers` expects.

Every check gives sentences, and none if all is well. A sentence begins with the file to change.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from operator import itemgetter
from types import ModuleType
from typing import Any

import explorers as files
import numpy as np
import pytest
from lesson_cells import cells_of
from matplotlib.text import Text
from nbformat import NotebookNode
from numpy.typing import NDArray

from course_tools.files import ROOT
from lessons_lib.live import Control, Live, Scene
from lessons_lib.live.sentences import formatted, pieces

Texts = Iterator[str]
Index = list[int]
Settings = dict[str, Any]

FACE = "lessons_lib/explorers/__init__.py"

PARTS = {
    "make": "a function that takes nothing and makes the explorer, as its lesson does",
    "shown": "a function that takes the value of each control by its name, and returns the points"
    " of each moving artist, computed in another way than the explorer does",
    "said": "a function that takes the value of each control by its name, and returns each readout"
    " by its name, computed in another way than the explorer does",
    "NAMED": "the numbers that its lesson names, a list for each control by its name: the control"
    " can stand on them",
    "START": "the sentence of the state that it starts in",
    "ELSEWHERE": "a list of other states, each a pair of the controls' values by their names and"
    " the sentence of that state; at least one",
}
"""What a file in `tests/explorers` has to hold."""


def file_of(name: str) -> str:
    """Return where what is expected of an explorer stands."""
    return f"tests/explorers/{name}.py"


def expectations() -> dict[str, ModuleType]:
    """Return what is expected of each explorer, by its name."""
    names = [found.name for found in pkgutil.iter_modules(files.__path__)]
    return {name: importlib.import_module(f"{files.__name__}.{name}") for name in names}


@cache
def made(name: str) -> tuple[Live, float]:
    """Make an explorer, once for all tests, and tell how many seconds the processor took."""
    make = expectations()[name].make
    began = time.process_time()
    return make(), time.process_time() - began


# --- What is there --------------------------------------------------------------------------------


def not_handed_on(modules: Iterable[ModuleType], handed_on: Collection[str]) -> Texts:
    """Say which explorers no lesson can import."""
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            returned = function.__annotations__.get("return")
            if own and returned in (Live, "Live") and name not in handed_on:
                yield (
                    f"{FACE} does not hand on {name}. Import it there from {module.__name__}, and"
                    " add it to __all__."
                )


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Return the modules of a package."""
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def unexpected(handed_on: Collection[str], expected: Mapping[str, ModuleType]) -> Texts:
    """Say for which explorers something is missing, and which files belong to none."""
    for name in handed_on:
        if name not in expected:
            whole = "; ".join(f"{part}: {what}" for part, what in PARTS.items())
            yield f"{file_of(name)} is missing. Write there what {name} shows and says. {whole}."
            continue
        for part, what in PARTS.items():
            if not getattr(expected[name], part, None):
                yield f"{file_of(name)} has no {part}. Write {what}."
    for name in expected:
        if name not in handed_on:
            yield f"{file_of(name)} belongs to no explorer. Remove it, or add {name} to {FACE}."


def lessons() -> dict[str, list[NotebookNode]]:
    """Return the cells of each notebook by its file."""
    return {
        f"notebooks/{path.name}": list(cells_of(path.stem).values())
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    }


def unshown(names: Iterable[str], notebooks: Mapping[str, Sequence[NotebookNode]]) -> Texts:
    """Say which explorers no lesson shows, or not with a goal in the cell before."""
    shown = set()
    for file, cells in notebooks.items():
        for before, cell in pairwise(cells):
            if not (found := re.match(r"explorers\.(\w+)\(", cell.source)):
                continue
            shown.add(found[1])
            if not cell.id.startswith("explore-"):
                yield f"{file}: the cell {cell.id} shows {found[1]}. Begin its id with explore-."
            if "**Goal" not in before.source:
                yield f"{file}: the cell before {cell.id} names no '**Goal: …**' for {found[1]}."
    for name in names:
        if name not in shown:
            yield (
                f"notebooks/NN_slug.ipynb: no lesson shows {name}. Call explorers.{name} there, in"
                " a cell of its own whose id begins with explore-."
            )


# --- States ---------------------------------------------------------------------------------------


def states(scene: Scene, n: int = 25) -> list[Index]:
    """Draw states: the start, both ends of every control, and others at random."""
    random = np.random.default_rng(0)
    sizes = [len(control.values) for control in scene.controls]
    drawn = random.integers(0, sizes, (n, len(sizes))).tolist()
    return [list(scene.start), [0] * len(sizes), [size - 1 for size in sizes], *drawn]


def settings_of(scene: Scene, index: Index) -> Settings:
    """Return the value of each control by its name."""
    values = zip(scene.controls, index, strict=True)
    return {control.name: control.values[position] for control, position in values}


def nearest(control: Control, wanted: Any) -> int:
    """Return the place of a control that is closest to a value."""
    if control.kind == "choice":
        return control.values.index(wanted)
    return int(np.abs(np.array(control.values) - wanted).argmin())


# --- What it shows and says -----------------------------------------------------------------------


def points_of(artist: Any) -> NDArray[Any]:
    """Return the points of a line, or the place of a text."""
    return np.array([artist.get_position()]) if isinstance(artist, Text) else artist.get_xydata()


def shows_otherwise(name: str, live: Live, expected: ModuleType) -> Texts:
    """Say which moving artists are elsewhere than they should be."""
    scene = live.scene
    for index in states(scene):
        settings = settings_of(scene, index)
        live.draw(index)
        wanted = expected.shown(**settings)
        if len(wanted) != len(scene.moving):
            yield (
                f"{file_of(name)}: shown returns {len(wanted)} arrays, and {len(scene.moving)}"
                " artists move. Return the points of each, in their order."
            )
            return
        for each, points in zip(scene.moving, wanted, strict=True):
            drawn = points_of(each.artist)
            if drawn.shape != points.shape or not np.allclose(drawn, points, 1e-6, 1e-9):
                yield (
                    f"{file_of(name)}: with {settings}, {each.called} is not where shown says."
                    f" Drawn are {drawn.tolist()[-3:]} at the end of {len(drawn)}, and expected"
                    f" {points.tolist()[-3:]} of {len(points)}."
                )


def says_otherwise(name: str, live: Live, expected: ModuleType) -> Texts:
    """Say which readouts are something else than they should be."""
    scene = live.scene
    for index in states(scene):
        settings = settings_of(scene, index)
        wanted = expected.said(**settings)
        told = {readout: scene.value(readout, index) for readout in scene.readouts}
        if told != pytest.approx(wanted, rel=1e-6, abs=1e-9):
            yield f"{file_of(name)}: with {settings}, the readouts are {told}, and said: {wanted}."


def words_otherwise(name: str, live: Live, expected: ModuleType) -> Texts:
    """Say which sentences are others than they should be."""
    scene = live.scene
    wanted = {"START": (settings_of(scene, list(scene.start)), expected.START)}
    for k, state in enumerate(expected.ELSEWHERE):
        wanted[f"ELSEWHERE[{k}]"] = state
    for part, (settings, sentence) in wanted.items():
        if settings.keys() != {control.name for control in scene.controls}:
            controls = ", ".join(control.name for control in scene.controls)
            yield f"{file_of(name)}: {part} has to give a value to each control: {controls}."
            continue
        told = scene.sentence([nearest(each, settings[each.name]) for each in scene.controls])
        if told != sentence:
            yield f"{file_of(name)}: {part} is {sentence!r}, and it says {told!r}."


def unnamed(name: str, live: Live, expected: ModuleType) -> Texts:
    """Say on which numbers of its lesson a control cannot stand."""
    controls = {control.name: control for control in live.scene.controls}
    for wanted, numbers in expected.NAMED.items():
        if wanted not in controls:
            yield f"{file_of(name)}: NAMED speaks of {wanted!r}; there are {', '.join(controls)}."
            continue
        values = controls[wanted].values
        for number in numbers:
            if not np.isclose(values, number, 1e-9, 1e-9).any():
                places = ", ".join(controls[wanted].labels)
                yield (
                    f"{file_of(name)}: {wanted!r} cannot stand on {number}, which its lesson names."
                    f" Give it to the control; it has {places}."
                )


UNREADABLE = re.compile(r"\d[eE][+-]?\d|\bnan\b|\binf\b|^-0(\.0*)?$|^[\d.,-]{13,}$")
"""What no sentence may say: 1e+06, -0, or more digits than anybody reads."""


def unreadable_numbers(live: Live) -> Texts:
    """Say which numbers cannot be read, of all that a sentence holds in any state."""
    scene = live.scene
    for template in (scene.words, *(each.text for each in scene.moving)):
        for _, name, form in filter(itemgetter(1), pieces(template)):
            wrong = [each for each in written(scene, name, form) if UNREADABLE.search(each)]
            if wrong:
                told = ", ".join(repr(each) for each in wrong[:3])
                yield f"{{{name}{form and ':' + form}}} in {template!r} can be {told}."


def written(scene: Scene, name: str, form: str) -> set[str]:
    """Return everything that is written for a name in a sentence."""
    if name not in scene.readouts:
        control = scene.controls[scene.position(name)]
        return {formatted(value, form) for value in control.values} if form else {*control.labels}
    values = np.unique(scene.readouts[name].values)
    return {formatted(value, form) for value in values.tolist()}


# --- Its goal -------------------------------------------------------------------------------------


def reaching(scene: Scene) -> NDArray[np.bool_]:
    """Say for all states at once whether the goal is met."""
    assert scene.goal
    met = np.ones([len(control.values) for control in scene.controls], dtype=bool)
    for condition in scene.goal.conditions:
        met &= meeting(scene, *condition)
    return met


def meeting(scene: Scene, name: str, relation: str, bound: float) -> NDArray[np.bool_]:
    """Say which states meet one condition, of shape 1 along controls that do not matter."""
    if name in scene.readouts:
        table = scene.readouts[name]
        values, over = table.values[..., 0], table.over
    else:
        over = (scene.position(name),)
        values = np.array(scene.controls[over[0]].values)
    values = values.transpose(np.argsort(over))
    sizes = enumerate(scene.controls)
    shape = [len(each.values) if control in over else 1 for control, each in sizes]
    return np.asarray(values < bound if relation == "<" else values > bound).reshape(shape)


def untold(scene: Scene) -> Texts:
    """Say which conditions of a goal are met by other states than its words say.

    A bound is a number of the words, or lies beside it, so that the number itself is allowed or
    not. A sign, and a choice of two, need no number.
    """
    assert scene.goal
    numbers = [float(each) for each in re.findall(r"\d+(?:\.\d+)?(?:e-\d+)?", scene.goal.text)]
    for name, relation, bound in scene.goal.conditions:
        beside = 1.005 if relation == "<" else 0.995
        meant = [meeting(scene, name, relation, k * n) for n in numbers for k in (1, beside)]
        met = meeting(scene, name, relation, bound)
        if bound not in (0, 0.5) and not any(np.array_equal(met, each) for each in meant):
            yield f"{name} {relation} {bound} is no number of its words {scene.goal.text!r}"


def goal_unfit(function: Callable[..., Live], live: Live) -> Texts:
    """Say what is wrong with a goal: there has to be one, to be found, but not by accident."""
    file, scene = function.__module__.replace(".", "/") + ".py", live.scene
    if not scene.goal:
        yield f"{file}: {function.__name__} has no goal. Give it one: Live(…, goal=Goal(…))."
        return
    if scene.goal.name != function.__name__:
        told = f"is not kept. Give it name={function.__name__!r}"
        yield f"{file}: the goal of {function.__name__} {told}."
    if not scene.goal.hint:
        yield f"{file}: the goal of {function.__name__} has no hint for whoever has tried a while."
    for sentence in untold(scene):
        yield f"{file}: the goal of {function.__name__} says something else: {sentence}."
    met = reaching(scene)
    if met[tuple(scene.start)]:
        yield f"{file}: the goal of {function.__name__} is met at the start. Choose another start."
    if not 0 < met.mean() < 0.1:
        yield (
            f"{file}: {met.mean():.1%} of the states meet the goal of {function.__name__}. Some"
            " have to, but fewer than 10 %."
        )
