"""The settings that the instructors' notes give for an explorer's goal, and whether they reach it.

The rules of the guide start nothing; here explorers are made, and so it stands beside their tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import numpy as np

from course_tools.files import ROOT
from course_tools.rules.pages import Page
from lessons_lib import explorers, optimizers, problems
from lessons_lib.explorers import settings as settings_explorer
from lessons_lib.live import Scene

NOTES = sorted((ROOT / "instructors").glob("[0-9]*.md"))
CLOSE = 0.006  # of the value: notes give three digits


class Goal(NamedTuple):
    """The settings that a line of the notes gives for the goal of an explorer."""

    line: int
    explorer: str
    settings: dict[str, str]


def read(path: Path) -> Page:
    return Page(path, path.read_text(encoding="utf-8"))


def goals_in(page: Page) -> Iterator[Goal]:
    """Give each goal of the notes, and the explorer that was named last above it."""
    name = ""
    for line, text in page.part("The explorer"):
        if found := re.search(r"`explorers\.(\w+)`", text):
            name = found[1]
        if text.startswith("- **Goal**"):
            yield Goal(line, name, dict(re.findall(r"`([^`=]+?) = ([^`]+)`", text)))


def faults(page: Page, scenes: Mapping[str, Scene]) -> Iterator[str]:
    """Hold the goals of the notes against the explorers, and give a sentence for each fault."""
    for goal in goals_in(page):
        if goal.explorer == "settings_map":
            yield from fault_of_goal(page, goal, trained_map(goal.settings))
        elif goal.explorer in scenes:
            yield from fault_of_goal(page, goal, scenes[goal.explorer])
        else:
            yield page.says(goal.line, f"a goal, but there is no explorer {goal.explorer!r}")


def fault_of_goal(page: Page, goal: Goal, scene: Scene) -> Iterator[str]:
    """Refuse settings that are no places of the controls, and those that do not reach the goal."""
    for label in goal.settings.keys() - {control.label for control in scene.controls}:
        yield page.says(goal.line, f"`explorers.{goal.explorer}` has no control {label!r}")
    index = []
    for control in scene.controls:
        values = [told(value) for value in control.values]
        wanted = goal.settings.get(control.label, values[control.start])
        place = nearest(values, wanted)
        if place is None:
            yield page.says(goal.line, f"{control.label!r} has no place {wanted}")
        index.append(place or 0)
    if not scene.reached(index):
        yield page.says(goal.line, f"these settings of `explorers.{goal.explorer}` miss its goal")


def told(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def nearest(values: list[str], wanted: str) -> int | None:
    """Find a value as it is told, to three digits."""
    if wanted in values:
        return values.index(wanted)
    for place, value in enumerate(values):
        try:
            if abs(float(value) - float(wanted)) <= CLOSE * abs(float(value)):
                return place
        except ValueError:
            continue
    return None


def trained_map(settings: Mapping[str, str]) -> Scene:
    """Make lesson 12's map with its network, of which one run alone is trained: the named one."""
    digits = problems.digits()
    training = digits[np.random.default_rng(0).permutation(len(digits))[:500]]
    network = problems.DigitNetwork(training, hidden=16)
    rates, betas = 0.0125 * 2.0 ** np.arange(9), 1 - 0.5 ** np.arange(7)
    run = optimizers.heavy_ball(
        network.gradient,
        network.theta0,
        learning_rate=closest(rates, settings.get("learning rate", "nan")),
        beta=closest(betas, settings.get("β", "nan")),
        n_iterations=100,
    )
    losses = np.broadcast_to(network.value(run.theta), (len(rates), len(betas), 101))
    with patch.object(settings_explorer, "Live", Scene):  # nothing is drawn
        return explorers.settings_map(rates, betas, losses, np.zeros(losses.shape[:2]))


def closest(values: np.ndarray, wanted: str) -> float:
    """The value that lies closest to a setting."""
    return float(values[np.argmin(abs(values - float(wanted)))])
