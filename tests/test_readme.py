"""The README's picture is the start page's figure, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_tools import readme
from course_tools.notebooks.stored import NotebookError
from course_tools.verbs import VERBS

ROOT = Path(__file__).parent.parent
GUIDES = ("README.md", "CONTRIBUTING.md")


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
    with pytest.raises(NotebookError, match="no figure in a cell 'two-heroes'"):
        readme.picture(good)


def missing_in(guide: str, root: Path = ROOT) -> list[str]:
    """List the files, folders and commands that a guide names and that are not there."""
    text = (root / guide).read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    named = re.findall(r"`([\w./-]+/|[\w/-]+\.(?:md|py|toml|yml|txt|ipynb|json))`", text)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, flags=re.M))
    patterns = ("NN", "NAME")
    real = [name for name in (*linked, *named) if not any(each in name for each in patterns)]
    files = [name for name in real if not (ROOT / name).exists()]
    makes = [f"make {t}" for t in re.findall(r"\bmake ([a-z-]+)\b", text) if t not in targets]
    verbs = [v for v in re.findall(r"-m course_tools ([a-z-]+)", text) if v not in VERBS]
    return files + makes + verbs


@pytest.mark.parametrize("guide", GUIDES)
def test_guides_name_what_is_there(guide: str) -> None:
    assert missing_in(guide) == []


def test_a_guide_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    text = "See [this](docs/gone.md), `nowhere/` and `make coffee`, or `py -m course_tools tea`."
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    assert missing_in("README.md", tmp_path) == [
        "docs/gone.md",
        "nowhere/",
        "make coffee",
        "tea",
    ]
