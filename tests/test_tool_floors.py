"""The floors of course_tools, as CONTRIBUTING lists them: imports from below, and no circle."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from course_tools.files import ROOT
from course_tools.rules.pages import Page

HERE = ROOT / "course_tools"
GUIDE = ROOT / "CONTRIBUTING.md"
HEADING = "Change the tools"
BEFORE_INSTALLING = ("__main__", "commands", "bootstrap", "verbs", "files")


def floors_in(page: Page) -> dict[str, int]:
    """The floor of each module and package, as a table below the heading says."""
    rows = [row for row in page.rows if row.heading == HEADING]
    return {
        name.strip("` "): row.number("Floor")
        for row in rows
        for name in row["In `course_tools/`"].split(",")
    }


FLOORS = floors_in(Page(GUIDE, GUIDE.read_text(encoding="utf-8")))

SOURCES = {
    ".".join(path.relative_to(HERE).with_suffix("").parts): path.read_text(encoding="utf-8")
    for path in sorted(HERE.rglob("*.py"))
    if path != HERE / "__init__.py"
}
"""The source of each module, by its name inside course_tools."""


def imported(module: str, source: str) -> Iterator[str]:
    """Name what a module imports, with the full names of what it takes from packages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = f"course_tools.{module}".split(".")[: -node.level] if node.level else []
            package = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{package}.{alias.name}" for alias in node.names)


def own_imports(module: str, source: str) -> list[str]:
    """Name what a module imports from course_tools, without that word."""
    names = [name.partition(".") for name in imported(module, source)]
    return [inside for package, _, inside in names if package == "course_tools"]


def upward(module: str, source: str, floors: Mapping[str, int] = FLOORS) -> list[str]:
    """List what a module takes from its own floor or above, apart from its own package."""
    own = module.partition(".")[0]
    taken = [(name, name.partition(".")[0]) for name in own_imports(module, source)]
    return [name for name, top in taken if top != own and floors[top] >= floors[own]]


def private(module: str, source: str) -> list[str]:
    """List what a module takes of another's inside: what begins with an underscore."""
    own = module.partition(".")[0]
    return [
        name
        for name in own_imports(module, source)
        if name.partition(".")[0] != own and any(each.startswith("_") for each in name.split("."))
    ]


def circle(sources: Mapping[str, str]) -> list[str]:
    """Name the modules of a circle of imports; none if there is no circle."""
    graph = {
        module: {module_of(name, sources) for name in own_imports(module, source)} - {module}
        for module, source in sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def module_of(name: str, sources: Mapping[str, str]) -> str:
    """Return the module in which an imported name stands; the package's own is `__init__`."""
    while name and name not in sources:
        if f"{name}.__init__" in sources:
            return f"{name}.__init__"
        name = name.rpartition(".")[0]
    return name


@pytest.mark.parametrize(("module", "source"), SOURCES.items(), ids=SOURCES)
def test_modules_import_downwards_only(module: str, source: str):
    assert upward(module, source) == []


@pytest.mark.parametrize(("module", "source"), SOURCES.items(), ids=SOURCES)
def test_modules_take_nothing_of_anothers_inside(module: str, source: str):
    assert private(module, source) == []


def test_every_module_has_a_floor_and_every_floor_its_modules():
    assert {name.partition(".")[0] for name in SOURCES} == set(FLOORS)


def test_there_is_no_circle():
    assert circle(SOURCES) == []


@pytest.mark.parametrize("module", BEFORE_INSTALLING)
def test_what_sets_up_needs_nothing_installed(module: str):
    names = {name.partition(".")[0] for name in imported(module, SOURCES[module])}
    assert names <= sys.stdlib_module_names | {"course_tools"}


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("marking.runs", "from course_tools.notebooks.stored import grade_id", []),
        ("marking.runs", "from course_tools.marking.results import Mark", []),
        ("marking.runs", "from lessons_lib import feedback", []),
        ("marking.runs", "from course_tools.refresh import refresh", ["refresh.refresh"]),
        ("notebooks.cells", "from course_tools.rules import hygiene", ["rules.hygiene"]),
        ("kernels", "import course_tools.release", ["release"]),
        ("files", "def f():\n    from course_tools import verbs", ["verbs"]),
        ("rules.terms", "from course_tools import commands, files", ["commands"]),
        ("rules.terms", "from .. import commands", ["commands"]),
        ("marking.sandbox.runner", "from . import wire", []),
    ],
)
def test_an_import_upwards_is_found(module: str, source: str, wrong: list[str]):
    assert upward(module, source) == wrong


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("refresh", "from course_tools.kernels import execute", []),
        ("refresh", "from course_tools.kernels import _execute", ["kernels._execute"]),
        ("marking.runs", "from course_tools.marking.calls import _call", []),
        ("marking.runs", "from course_tools.release import _cut", ["release._cut"]),
    ],
)
def test_another_modules_inside_is_found(module: str, source: str, wrong: list[str]):
    assert private(module, source) == wrong


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({"a": "from course_tools import b", "b": "import numpy"}, set()),
        ({"a": "from course_tools import b", "b": "import course_tools.a"}, {"a", "b"}),
        (
            {"a": "from course_tools.b import c", "b.c": "from course_tools.a import d"},
            {"a", "b.c"},
        ),
        (
            {"a": "from course_tools.b import d", "b.__init__": "from course_tools.a import e"},
            {"a", "b.__init__"},
        ),
    ],
)
def test_a_circle_is_found(sources: dict[str, str], found: set[str]):
    assert set(circle(sources)) == found


def test_floors_are_read_from_the_table():
    text = "## Change the tools\n\n| Floor | In `course_tools/` | Holds |\n|---|---|---|\n"
    text += "| 1 | `files`, `verbs` | the ground |\n| 2 | `notebooks` | readers |\n"
    page = Page(Path("CONTRIBUTING.md"), text)
    assert floors_in(page) == {"files": 1, "verbs": 1, "notebooks": 2}
