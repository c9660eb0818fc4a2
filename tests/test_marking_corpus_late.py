"""Whatever goes on and on comes to an end, in the same way each time, and costs nobody a point.

How fast the machine is, and what else it does, changes nothing: it is work that is counted.
"""

from __future__ import annotations

import shutil
import sys

import marking_world
import pytest
from marking_corpus import LATE_ONES, QUICK, Case
from marking_world import World

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(
        not (sys.platform == "linux" and shutil.which("bwrap")), reason="bubblewrap is for Linux"
    ),
]

CASES = (*QUICK, *LATE_ONES)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """All that end when their time does, beside honest ones that need little of it."""
    base = tmp_path_factory.mktemp("late")
    limits = (*marking_world.MEMORY, "--cell-seconds", "0.5", "--seconds", "6", "--workers", "4")
    return marking_world.world_of(base, CASES, QUICK, limits)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_ends_as_it_should(world: World, case: Case):
    marking_world.assert_right_end(world, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_ends_the_same_each_time(world: World, case: Case):
    marking_world.assert_same_each_time(world, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_is_in_the_table_and_has_a_page(world: World, case: Case):
    marking_world.assert_table_and_page(world, case)


def test_every_submission_has_one_result(world: World):
    marking_world.assert_one_result_each(world)


def test_neighbours_are_marked_as_if_they_were_alone(world: World):
    marking_world.assert_neighbours_as_alone(world)


def test_nothing_outside_changes_and_nothing_is_left(world: World):
    marking_world.assert_nothing_changed_or_left(world)


def test_nothing_hidden_is_told(world: World):
    marking_world.assert_nothing_hidden_told(world)
