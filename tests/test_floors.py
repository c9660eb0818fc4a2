"""The floors of lessons_lib: modules import from below, and the lower ones load no widgets.

The table in CONTRIBUTING.md says on which floor a module stands. It is the floor that its imports
have: one above the highest that it imports, or the first if it imports none.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lessons_lib

HERE = Path(lessons_lib.__file__).parent
GUIDE = HERE.parent / "CONTRIBUTING.md"


HEADING = "## Change the library\n"


def floors_in(text):
    """Read which floor the table below the heading gives to each module."""
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| .+ \|$", section, re.M)
    return {module: int(floor) for floor, module in rows}


FLOORS = floors_in(GUIDE.read_text("utf-8"))

FILES = {
    str(path.relative_to(HERE)): path.relative_to(HERE).parts[0].removesuffix(".py")
    for path in sorted(HERE.rglob("*.py"))
    if path != HERE / "__init__.py"
}
"""Every file of the library, and the module with a floor of its own that it belongs to."""


def imported(source):
    """Name what a file imports, with the full names of what it takes from packages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the floor"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward(module, source, floors):
    """List what a module must not import: from its own floor or above, or from course_tools."""
    wrong = []
    for name in imported(source):
        package, *inside = name.split(".")
        if package == "course_tools":
            wrong.append(name)
        if package == "lessons_lib" and inside[0] != module and floors[inside[0]] >= floors[module]:
            wrong.append(name)
    return wrong


def needed(sources):
    """Say on which floor each module stands, by what its files import of the others."""
    below = {
        module: {
            name.split(".")[1]
            for source in files
            for name in imported(source)
            if name.startswith("lessons_lib.") and name.split(".")[1] != module
        }
        for module, files in sources.items()
    }
    floors = {}
    while len(floors) < len(below):
        ready = [each for each in below if each not in floors and below[each] <= floors.keys()]
        assert ready, f"these import each other in a circle: {sorted(below.keys() - floors)}"
        floors |= {
            each: 1 + max((floors[name] for name in below[each]), default=0) for each in ready
        }
    return floors


@pytest.mark.parametrize(("path", "module"), FILES.items())
def test_modules_import_downwards_only(path, module):
    assert upward(module, (HERE / path).read_text("utf-8"), FLOORS) == []


def test_the_floors_named_are_those_that_the_imports_have():
    sources = {module: [] for module in FILES.values()}
    for path, module in FILES.items():
        sources[module].append((HERE / path).read_text("utf-8"))
    assert needed(sources) == FLOORS


def test_the_library_names_every_module_from_the_ground_up():
    named = re.findall(r"^(\w+) {2,}\w", lessons_lib.__doc__, re.M)
    assert set(named) == set(FLOORS)
    assert [FLOORS[each] for each in named] == sorted(FLOORS.values())


# --- What is refused ------------------------------------------------------------------------------

HOUSE = {"ground": 1, "figures": 2, "live": 3}


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("figures", "from lessons_lib import ground", []),
        ("figures", "from lessons_lib.figures.style import CYCLE", []),
        ("figures", "from lessons_lib import live", ["lessons_lib.live"]),
        ("figures", "import lessons_lib.live.scene", ["lessons_lib.live.scene"]),
        (
            "ground",
            "def f():\n    from lessons_lib.figures import panel",
            ["lessons_lib.figures.panel"],
        ),
        ("live", "import numpy, course_tools.refresh", ["course_tools.refresh"]),
    ],
)
def test_an_import_upwards_is_found(module, source, wrong):
    assert upward(module, source, HOUSE) == wrong


@pytest.mark.parametrize(
    ("live", "floor"),
    [
        ("import numpy", 1),  # a floor above that no import needs is not its own
        ("from lessons_lib import ground", 2),
        ("from lessons_lib.figures.style import CYCLE", 3),
        ("from lessons_lib.live.scene import Scene", 1),
        ("def late():\n    import lessons_lib.figures", 3),
    ],
)
def test_a_floor_is_one_above_the_highest_that_is_imported(live, floor):
    sources = {"live": ["import numpy", live], "ground": ["import numpy"]}
    sources["figures"] = ["from lessons_lib.ground import Array"]
    assert needed(sources) == {"ground": 1, "figures": 2, "live": floor}


def test_a_circle_is_refused():
    sources = {"a": ["import lessons_lib.b"], "b": ["from lessons_lib import a"], "c": [""]}
    with pytest.raises(AssertionError, match=r"in a circle: \['a', 'b'\]"):
        needed(sources)


def test_rows_of_the_table_are_read_and_no_others():
    table = "| Floor | Module | Holds |\n|---|---|---|\n| 1 | `ground` | all |\n| two | `x` | y |\n"
    assert floors_in(f"| 9 | `z` | z |\n{HEADING}{table}\n## On\n| 2 | `y` | y |\n") == {
        "ground": 1
    }


# --- What is loaded -------------------------------------------------------------------------------


def loaded_by(modules):
    """Name the top packages, and all of matplotlib, that a new Python has loaded after imports."""
    program = f"import sys, {modules}\nprint(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent, capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_the_lower_floors_load_neither_widgets_nor_pyplot():
    names = ("arguments", "problems", "theory", "optimizers", "figures")
    loaded = loaded_by(", ".join(f"lessons_lib.{name}" for name in names))
    assert "lessons_lib.figures" in loaded
    assert not loaded & {"ipywidgets", "anywidget", "IPython", "matplotlib.pyplot"}


def test_mathematics_and_checks_load_nothing_that_draws():
    names = ("problems", "theory", "optimizers", "feedback")
    loaded = loaded_by(", ".join(f"lessons_lib.{name}" for name in names))
    assert {f"lessons_lib.{name}" for name in names} <= loaded
    assert not loaded & {"matplotlib", "ipywidgets", "anywidget", "IPython"}


def test_no_floor_loads_pyplot():
    loaded = loaded_by("lessons_lib.explorers")
    assert "ipywidgets" in loaded
    assert "matplotlib.pyplot" not in loaded
