"""What of the course's library is inside: nothing that an exercise asks for."""

from __future__ import annotations

from typing import Any

import pytest
from marking_class import needs_bubblewrap
from marking_inside import said

from course_tools.marking.assignments import read_assignment
from course_tools.marking.fingerprint import ROOTS, closure, fingerprint
from course_tools.marking.jobs import Job, Settings
from course_tools.marking.sandbox import tree
from course_tools.marking.sandbox.inside import absent
from course_tools.marking.sandbox.library import NEEDS, opened_by
from course_tools.marking.sandbox.limits import Limits
from course_tools.marking.sandbox.session import Sandbox
from course_tools.marking.submission_run import mark
from course_tools.notebooks.course import exercise_of, solutions
from course_tools.notebooks.stored import V4, from_bytes, grade_id, to_bytes
from lessons_lib.feedback import check

ALL = (
    "import importlib, pathlib, sys\n"
    "found = [name for name in {names} if importlib.import_module(f'lessons_lib.{{name}}')]\n"
    "print(found)"
)

KEPT = ("arguments", "feedback", "figures", "live", "overview", "predictions", "progress")

BORROWED = """
import numpy as np
from lessons_lib.optimizers import gradient_descent
from lessons_lib.problems import LeastSquares

def descend(theta0, x, y, learning_rate, n_iterations):
    line = LeastSquares(np.column_stack([np.ones_like(x), x]), y, theta0)
    steps = {"learning_rate": learning_rate, "n_iterations": n_iterations}
    return gradient_descent(line.gradient, theta0, **steps).theta
"""


# --- Which assignment may use what ----------------------------------------------------------------


def test_no_exercise_of_ours_opens_anything() -> None:
    for path in solutions():
        assert opened_by(read_assignment(path).setup) == (), path


@pytest.mark.parametrize(
    ("setup", "names"),
    [
        ("from lessons_lib.feedback import check\nimport numpy as np", ()),
        ("from lessons_lib.problems import noisy_line", ("problems",)),
        ("from lessons_lib import adaptive as fast, figures", ("adaptive", "optimizers")),
        ("import lessons_lib.theory.springs", ("theory",)),
        ("from lessons_lib.explorers import x", tuple(sorted(NEEDS))),
        ("from .lessons_lib import theory\nimport lessons_lib", ()),
    ],
)
def test_what_the_instructors_notebook_imports_is_opened(
    setup: str, names: tuple[str, ...]
) -> None:
    assert opened_by(setup) == names


def test_the_list_holds_whatever_computes_and_what_that_imports() -> None:
    tops = {path.name.removesuffix(".py") for path in tree.LIBRARY.iterdir()}
    tops -= {name for name in tops if name.startswith("__") or "." in name}
    assert tops == {*NEEDS, *KEPT}
    for name in tops:
        rests_on = {each.split(".")[1] for each in closure([f"lessons_lib.{name}"]) if "." in each}
        assert {*NEEDS.get(name, ())} == (rests_on & NEEDS.keys()) - {name}


def test_what_stands_in_its_place_counts_as_what_decides_a_mark() -> None:
    assert absent.__name__ in ROOTS
    decides = closure(ROOTS)
    for name in ("tree", "shelf", "library", "programs", "seccomp", "inside.absent"):
        assert f"course_tools.marking.sandbox.{name}" in decides


def test_what_stands_in_its_place_tells_whoever_calls_it() -> None:
    with pytest.raises(absent.NotHereError, match="Use what you have written yourself"):
        absent.gradient_descent(1, learning_rate=2)
    assert not hasattr(absent, "__wrapped__")


# --- In the sandbox -------------------------------------------------------------------------------


@needs_bubblewrap
@pytest.mark.sandbox
def test_nothing_that_computes_is_inside() -> None:
    look = (
        "import pathlib\n"
        "names = [path for path in pathlib.Path('/').rglob('*') if path.is_file() and\n"
        "         path.suffix in ('.py', '.pyc') and 'dev' not in path.parts]\n"
        "words = (b'def gradient_descent', b'def steps_to', b'class LeastSquares', b'def adam')\n"
        "print([str(path) for path in names if any(w in path.read_bytes() for w in words)])\n"
        "print([str(path) for path in names if path.name.startswith('optimizers.')])\n"
        "print([*pathlib.Path('/course/opened').rglob('*/*')])"
    )
    with Sandbox(Limits()) as sandbox:
        found, stands_in, opened = said(sandbox, look).splitlines()
        assert (found, opened) == ("[]", "[]")
        assert "'/course/own/lessons_lib/optimizers.py'" in stands_in
        assert said(sandbox, ALL.format(names=KEPT)) == str([*KEPT])
        said(sandbox, "from lessons_lib.optimizers import momentum\nimport lessons_lib.theory")
        told = sandbox.ask("run", source="momentum(1)", title="<cell 2>")
        assert "lessons_lib.optimizers.momentum is not there when" in told["traceback"]


@needs_bubblewrap
@pytest.mark.sandbox
def test_what_is_opened_works_for_this_assignment_alone() -> None:
    use = (
        "from lessons_lib.adaptive import adam\nfrom lessons_lib import optimizers\n"
        "print(optimizers.momentum([1.0], [2.0], lambda t: t, 0.1, 0.5) is None)"
    )
    names = (
        "import lessons_lib.adaptive, lessons_lib.theory\n"
        "print(lessons_lib.adaptive.__file__, lessons_lib.theory.__file__)"
    )
    with Sandbox(Limits(), opened=("adaptive", "optimizers")) as sandbox:
        assert said(sandbox, names) == (
            "/course/opened/adaptive/adaptive.py /course/own/lessons_lib/theory.py"
        )
        assert "TypeError" in str(sandbox.ask("run", source=use, title="<cell 2>")["error"])
    with Sandbox(Limits()) as sandbox:
        assert said(sandbox, names).startswith("/course/own/lessons_lib/adaptive.py ")


def marked(source: str) -> tuple[str, dict[str, float]]:
    """Mark the released exercise 2 with one cell more, and return status and points."""
    path = solutions()[1]
    handed_in = from_bytes(exercise_of(path).read_bytes(), path)
    place = 1 + max(k for k, cell in enumerate(handed_in.cells) if "descend" in grade_id(cell))
    handed_in.cells.insert(place - 1, V4.new_code_cell(source, id="more"))
    job = Job("s", read_assignment(path), to_bytes(handed_in), "", "d", Settings(fingerprint()))
    result = mark(job)
    return result.status, {each.name: each.points or 0.0 for each in result.marks}


@needs_bubblewrap
@pytest.mark.sandbox
def test_whoever_hands_in_the_librarys_function_gets_nothing_for_it() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(BORROWED, names)
    check(names["descend"]).require()  # it is right where the library is
    status, points = marked(BORROWED)
    assert status == "marked"
    assert sum(points.values()) == 0


@needs_bubblewrap
@pytest.mark.sandbox
def test_an_import_that_is_left_over_costs_nothing() -> None:
    own = (
        "from lessons_lib import optimizers, problems\nimport numpy as np\n"
        "def descend(theta0, x, y, learning_rate, n_iterations):\n"
        "    path = [np.asarray(theta0, float)]\n"
        "    for _ in range(n_iterations):\n"
        "        r = path[-1][0] + path[-1][1] * x - y\n"
        "        g = np.array([(2 * r).mean(), (2 * r * x).mean()])\n"
        "        path.append(path[-1] - learning_rate * g)\n"
        "    return np.array(path)\n"
    )
    _, points = marked(own)
    assert points["test-descend"] > 0
