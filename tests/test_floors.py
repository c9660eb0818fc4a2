"""The floors of lessons_lib: modules import from below, and the lower ones load no widgets."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import lessons_lib

HERE = Path(lessons_lib.__file__).parent
FLOORS = {
    **dict.fromkeys(["problems", "theory"], 1),
    **dict.fromkeys(["optimizers", "figures"], 2),
    "live": 3,
    **dict.fromkeys(["explorers", "feedback"], 4),
}


def imported(source):
    """Name what a module imports, with the full names of what it takes from packages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the floor"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward(module, source):
    """List what a module must not import: from its own floor or above, or from course_tools."""
    wrong = []
    for name in imported(source):
        package, *inside = name.split(".")
        if package == "course_tools":
            wrong.append(name)
        if package == "lessons_lib" and inside[0] != module and FLOORS[inside[0]] >= FLOORS[module]:
            wrong.append(name)
    return wrong


# Every module's file, and the name that it has on its floor.
FILES = {
    str(path.relative_to(HERE)): path.relative_to(HERE).parts[0].removesuffix(".py")
    for path in sorted(HERE.rglob("*.py"))
    if path != HERE / "__init__.py"
}


@pytest.mark.parametrize(("path", "module"), FILES.items())
def test_modules_import_downwards_only(path, module):
    assert upward(module, (HERE / path).read_text("utf-8")) == []


def test_every_module_has_a_floor():
    assert set(FILES.values()) <= set(FLOORS)


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("figures", "from lessons_lib import problems", []),
        ("figures", "from lessons_lib.figures.style import CYCLE", []),
        ("figures", "from lessons_lib import live", ["lessons_lib.live"]),
        ("figures", "import lessons_lib.live.scene", ["lessons_lib.live.scene"]),
        (
            "figures",
            "def f():\n    from lessons_lib.optimizers import momentum",
            ["lessons_lib.optimizers.momentum"],
        ),
        ("theory", "from lessons_lib.problems import valley", ["lessons_lib.problems.valley"]),
        ("live", "import numpy, course_tools.refresh", ["course_tools.refresh"]),
    ],
)
def test_an_import_upwards_is_found(module, source, wrong):
    assert upward(module, source) == wrong


def loaded_by(modules):
    """Name the top packages, and all of matplotlib, that a new Python has loaded after imports."""
    program = f"import sys, {modules}\nprint(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent, capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


def test_the_lower_floors_load_neither_widgets_nor_pyplot():
    names = ("problems", "theory", "optimizers", "figures")
    loaded = loaded_by(", ".join(f"lessons_lib.{name}" for name in names))
    assert "lessons_lib.figures" in loaded
    assert not loaded & {"ipywidgets", "anywidget", "IPython", "matplotlib.pyplot"}


def test_checks_load_nothing_that_draws():
    loaded = loaded_by("lessons_lib.feedback")
    assert "lessons_lib.feedback" in loaded
    assert not loaded & {"matplotlib", "ipywidgets", "anywidget", "IPython"}


def test_no_floor_loads_pyplot():
    loaded = loaded_by("lessons_lib.explorers")
    assert "ipywidgets" in loaded
    assert "matplotlib.pyplot" not in loaded
