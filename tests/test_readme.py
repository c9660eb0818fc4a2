"""The README's picture is the start page's figure, and what it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_tools import readme
from course_tools.files import MY_COURSE
from course_tools.notebooks.stored import NotebookError
from course_tools.rules.pages import Page, broken_links, unknown_commands

ROOT = Path(__file__).parent.parent
PAGES = ("hosting", "latency", "marking", "room", "site")
GROWTH = ("growth/README.md", "growth/littlest.md")
GUIDES = ("README.md", "CONTRIBUTING.md", *GROWTH, *(f"docs/{page}.md" for page in PAGES))
PATTERNS = ("NN", "NAME", "autograded/", "-Copy1", "timestamp.txt", "nbgrader_config.py")
"""Names with these stand for others, or for what is handed in, or what marking writes."""


def test_picture_is_the_start_pages() -> None:
    assert readme.PICTURE.read_bytes() == readme.picture(), "run `make refresh`"


def test_picture_follows_a_changed_figure(good: Path, tmp_path: Path) -> None:
    text = good.read_text(encoding="utf-8").replace("plot-values", readme.CELL)
    good.write_text(text, encoding="utf-8")
    target = tmp_path / "picture.png"
    assert readme.update(good, target)
    assert target.read_bytes() == readme.picture(good)
    assert not readme.update(good, target)


def test_picture_says_when_its_cell_is_gone(good: Path) -> None:
    with pytest.raises(NotebookError, match="no figure in a cell 'explore-two-heroes'"):
        readme.picture(good)


def missing_in(guide: Path) -> list[str]:
    """Say which links, commands, files and folders a guide names that are not there."""
    page = Page(guide, guide.read_text(encoding="utf-8"))
    return [*broken_links(page), *unknown_commands(page), *missing_files(page)]


def missing_files(page: Page) -> Iterator[str]:
    """Say which files and folders of the course are not there, nor made by its commands."""
    made = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    for found in re.finditer(
        r"`([\w./-]+/|[\w/-]+\.(?:md|py|toml|yml|txt|ipynb|json))`", page.text
    ):
        name = found[1]
        copied = name.removeprefix(f"{MY_COURSE}/")  # by `make lab`, from where the course has it
        there = (ROOT / copied).exists() or name in made  # or it will be
        if not there and not any(each in name for each in PATTERNS):
            yield page.says(page.line_of(found.start()), f"there is no {name}")


@pytest.mark.parametrize("guide", GUIDES)
def test_guides_name_what_is_there(guide: str) -> None:
    assert missing_in(ROOT / guide) == []


def test_a_guide_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    text = "See [this](docs/gone.md), `nowhere/`, `my_course/gone.ipynb`"
    text += " and `make coffee`, or `py -m course_tools tea`."
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    assert [said.partition(":1: ")[2] for said in missing_in(tmp_path / "README.md")] == [
        "the link to docs/gone.md leads nowhere.",
        "there is no `make coffee`.",
        "course_tools has no command `tea`.",
        "there is no nowhere/.",
        "there is no my_course/gone.ipynb.",
    ]
