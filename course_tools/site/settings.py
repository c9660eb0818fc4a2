"""What a group may choose for its own site: title, address, repository, and which lessons."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from course_tools.files import ROOT, show
from course_tools.notebooks.course import lessons, number_of

HERE = ROOT / "site"
"""The folder of what the site is made with."""

SETTINGS = HERE / "site.toml"


class SettingsError(Exception):
    """The settings cannot be used. The message says which, what is allowed, and what to write."""


@dataclass(frozen=True)
class Settings:
    """What a group has chosen.

    Parameters
    ----------
    title : str
        What the site is called.
    address : str
        Where it will be reached, or nothing.
    repository, branch : str
        Where the course's files are public, or nothing, and which branch of them.
    lessons : "all" or list of int
        Which lessons are in it.
    """

    title: str
    address: str = ""
    repository: str = ""
    branch: str = "main"
    lessons: str | tuple[int, ...] = "all"

    def takes(self, number: int) -> bool:
        """Whether a lesson is in the site. What is no lesson always is."""
        return self.lessons == "all" or number in self.lessons


def read_settings(path: Path = SETTINGS, root: Path = ROOT) -> Settings:
    """Read the settings.

    Raises
    ------
    SettingsError
        If one is unknown, or cannot be used.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{show(path)} cannot be read: {error}.") from None
    numbers = [number_of(lesson) for lesson in lessons(root / "notebooks")]
    if problem := problem_of(found, numbers):
        raise SettingsError(f"{show(path)}: {problem}")
    if isinstance(found.get("lessons"), list):
        found["lessons"] = tuple(sorted(found["lessons"]))
    return Settings(**found)


def problem_of(found: Mapping[str, Any], numbers: list[int]) -> str:
    """Say what is wrong with settings, or nothing."""
    known = [field.name for field in fields(Settings)]
    for name, value in found.items():
        if name not in known:
            return f"there is no setting {name!r}. There are {', '.join(known)}."
        if name != "lessons" and not isinstance(value, str):
            return f"{name} is {value!r}; it must be a text in quotes."
        if name in ("address", "repository") and value and not value.startswith("https://"):
            return f'{name} is {value!r}; it must begin with https://, or be empty: "".'
    if not found.get("title"):
        return 'it needs a title, such as title = "Momentum".'
    return problem_of_lessons(found.get("lessons", "all"), numbers)


def problem_of_lessons(chosen: object, numbers: list[int]) -> str:
    """Say what is wrong with the choice of lessons, or nothing."""
    allowed = f'it must be "all", or a list of numbers out of {numbers}.'
    if chosen == "all":
        return ""
    if not isinstance(chosen, list) or not chosen:
        return f"lessons is {chosen!r}; {allowed}"
    unknown = [number for number in chosen if number not in numbers]
    return f"lessons names {unknown[0]!r}; {allowed}" if unknown else ""
