"""Settings that miss an explorer's goal, or are none, are refused in the instructors' notes.

That those of the guide reach it, tests/test_explorers.py says, where the explorers are made.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from goals import NOTES, faults, goals_in, read

from course_tools.files import ROOT
from course_tools.rules.pages import Page
from lessons_lib import explorers

GOOD = """## The explorer

`explorers.step_size`: move it.

- **Goal**: `lr · λ = 1.2`, `step = 3`.
"""
MAP = ROOT / "instructors" / "12_real_task.md"


@pytest.fixture(scope="module")
def scenes():
    return {"step_size": explorers.step_size().scene}


def complaints(text: str, scenes) -> list[str]:
    return list(faults(Page(Path("03_toy.md"), text), scenes))


def test_settings_that_reach_the_goal_are_accepted(scenes) -> None:
    assert complaints(GOOD, scenes) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("λ = 1.2`", "λ = 0.2`", "03_toy.md:5: these settings of `explorers.step_size` miss"),
        ("λ = 1.2`", "λ = 1.22`", "03_toy.md:5: 'lr · λ' has no place 1.22"),
        ("`step = 3`", "`stop = 3`", "03_toy.md:5: `explorers.step_size` has no control 'stop'"),
        ("`explorers.step_size`: m", "M", "03_toy.md:5: a goal, but there is no explorer ''"),
        ("step_size", "no_such", "03_toy.md:5: a goal, but there is no explorer 'no_such'"),
    ],
)
def test_settings_that_do_not_are_refused(old: str, new: str, said: str, scenes) -> None:
    assert old in GOOD
    assert said in "\n".join(complaints(GOOD.replace(old, new), scenes))


@pytest.mark.parametrize("setting", ["`β = 0.969`", "`learning rate = 0.1`"])
def test_a_field_of_the_trained_map_that_misses_the_goal_is_refused(setting: str) -> None:
    page = read(MAP)
    assert list(faults(page, {})) == []
    other = setting.split(" = ")[0] + " = 0`" if "β" in setting else "`learning rate = 0.0125`"
    (said,) = faults(Page(page.path, page.text.replace(setting, other)), {})
    assert "these settings of `explorers.settings_map` miss its goal" in said


def test_every_lesson_gives_a_goal() -> None:
    assert [path.stem for path in NOTES if not list(goals_in(read(path)))] == []
