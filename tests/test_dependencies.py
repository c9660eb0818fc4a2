"""pyproject.toml, the lists and environment.yml agree; and each check refuses what it should."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course_tools import locks

ROOT = Path(__file__).resolve().parents[1]
SOUND = ROOT / "tests" / "fixtures" / "locks"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of a small project in which everything agrees."""
    return Path(shutil.copytree(SOUND, tmp_path / "project"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("check", locks.CHECKS, ids=lambda check: check.__name__)
def test_the_course_passes(check: locks.Check) -> None:
    assert list(check(ROOT)) == []


def test_the_sound_fixture_passes(project: Path) -> None:
    assert locks.find_problems(project) == []


HASH = "0" * 64
BROKEN = {
    "a dependency nobody pinned": (
        "pyproject.toml",
        '"numpy>=2,<3",',
        '"scipy>=1,<2",',
        "requirements.txt: scipy is missing",
    ),
    "an extra nobody pinned": (
        "pyproject.toml",
        '"pytest>=9,<10",',
        '"nbval>=0.11",',
        "requirements-authors.txt: nbval is missing",
    ),
    "an extra that is missing in its own list": (
        "pyproject.toml",
        '"jupyterlite-core>=0.8,<1",',
        '"jupyterlite>=0.8,<1",',
        "requirements-lite.txt: jupyterlite is missing",
    ),
    "a version outside its range": (
        "pyproject.toml",
        '"numpy>=2,<3",',
        '"numpy>=2.5,<3",',
        "numpy 2.4.6 is outside the range <3,>=2.5",
    ),
    "an entry without a hash": (
        "requirements.txt",
        f"numpy==2.4.6 \\\n    --hash=sha256:{HASH}",
        "numpy==2.4.6",
        "`numpy==2.4.6` carries no hash",
    ),
    "a hash cut short": (
        "requirements.txt",
        HASH,
        HASH[:40],
        "`numpy==2.4.6` carries no hash",
    ),
    "a range in place of a version": (
        "requirements.txt",
        "numpy==2.4.6",
        "numpy>=2.4.6",
        "`numpy>=2.4.6` names no exact version",
    ),
    "a registry": (
        "requirements.txt",
        "# made",
        "--index-url https://packages.example/simple\n# made",
        "requirements.txt:1: `--index-url https://packages.example/simple` is an address",
    ),
    "a folder of wheels": (
        "requirements-authors.txt",
        "# made",
        "-f /opt/somewhere\n# made",
        "`-f /opt/somewhere` is an address",
    ),
    "a package from an address": (
        "requirements.txt",
        "numpy==2.4.6",
        "numpy @ git+ssh://example/numpy",
        "is an address",
    ),
    "a list for one platform": (
        "requirements.txt",
        " ; sys_platform == 'win32'",
        "",
        "requirements.txt: nothing in it is for Windows",
    ),
    "versions that differ": (
        "requirements.txt",
        "numpy==2.4.6",
        "numpy==2.4.5",
        "numpy 2.4.5, but requirements-authors.txt has version 2.4.6",
    ),
    "a dependency without a reason": (
        "pyproject.toml",
        '"numpy>=2,<3",  # vectors',
        '"numpy>=2,<3",',
        "`numpy>=2,<3` has no reason",
    ),
    "an empty reason": (
        "pyproject.toml",
        "# runs the checks",
        "#",
        "`pytest>=9,<10` has no reason",
    ),
    "a Python too old": (
        "environment.yml",
        "python=3.12",
        "python=3.10",
        "Python 3.10 is outside",
    ),
    "a Python too new": (
        "environment.yml",
        "python=3.12",
        "python=3.15",
        "Python 3.15 is outside",
    ),
    "no one Python": (
        "environment.yml",
        "python=3.12",
        "python>=3.11",
        "write one, like `- python=3.12`",
    ),
    "a list of its own": (
        "environment.yml",
        "- -r requirements.txt",
        "- numpy",
        "its pip section is ['numpy']",
    ),
    "a package from conda": (
        "environment.yml",
        "- pip\n",
        "- pip\n  - scipy\n",
        "`scipy` belongs in pyproject.toml",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused(project: Path, name: str) -> None:
    file, old, new, message = BROKEN[name]
    edit(project / file, old, new)
    problems = locks.find_problems(project)
    assert any(message in problem for problem in problems), problems
    assert all(problem.endswith(".") for problem in problems)


def test_every_check_refuses_something(project: Path, tmp_path: Path) -> None:
    silent = {check.__name__ for check in locks.CHECKS}
    for number, (file, old, new, _) in enumerate(BROKEN.values()):
        copy = Path(shutil.copytree(project, tmp_path / str(number)))
        edit(copy / file, old, new)
        silent -= {check.__name__ for check in locks.CHECKS if list(check(copy))}
    assert silent == set()


def test_a_compilation_that_fails_changes_no_list(project: Path) -> None:
    edit(project / "pyproject.toml", "numpy>=2,<3", "numpy>=2,<<3")
    before = {file.name: file.read_bytes() for file in project.iterdir()}
    assert not locks.compile_lists(project, upgrade=False)
    assert {file.name: file.read_bytes() for file in project.iterdir()} == before
