"""What marking depends on: a change in it marks again, and a change elsewhere does not."""

from __future__ import annotations

import ast
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from course_tools.files import ROOT
from course_tools.marking import fingerprint as tool
from course_tools.marking.assignments import read_assignment
from course_tools.marking.fingerprint import (
    ROOTS,
    closure,
    digest_of,
    file_of,
    fingerprint,
    fingerprint_of_imports,
    imports_of,
)
from course_tools.notebooks.course import solutions

SOURCE = solutions()[0]
EVERY = {
    tool.name_of(path)
    for folder in tool.OURS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "__pycache__" not in path.parts
}
DECIDING = sorted(closure(ROOTS))
"""Modules that decide a mark."""

OTHERS = (
    "course_tools.marking.command_line",
    "course_tools.marking.records.reports",
    "course_tools.marking.sandbox.probe",
    "course_tools.refresh",
    "course_tools.rules.terms",
    "lessons_lib.explorers.race",
    "lessons_lib.live.widget",
)
"""Some that do not: they report, look, or draw."""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the code, in which files may be changed; what was found before is forgotten."""
    for folder in tool.OURS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (fingerprint, tool._fingerprint_of, imports_of, file_of):
        cached.cache_clear()


def changed(path: Path) -> str:
    """Add a comment to a file, and return the fingerprint, and take the comment out again."""
    content = path.read_bytes()
    path.write_bytes(content + b"\n# A comment.\n")
    forget()
    found = fingerprint()
    path.write_bytes(content)
    forget()
    return found


def test_every_module_that_decides_a_mark_counts(course: Path):
    before = fingerprint()
    assert [name for name in DECIDING if changed(file_of(name)) == before] == []
    assert fingerprint() == before


def test_nothing_else_counts(course: Path):
    before = fingerprint()
    assert set(OTHERS) < EVERY - set(DECIDING)
    for name in sorted(EVERY - set(DECIDING)):
        assert changed(file_of(name)) == before, name


@pytest.mark.parametrize(
    "name",
    [
        "course_tools.release",
        "course_tools.notebooks.cells",  # it filters the lines of tests
        "course_tools.notebooks.stored",
        "course_tools.marking.calls",
        "course_tools.marking.sandbox.limits",
        "course_tools.marking.sandbox.inside.runner",
        "course_tools.marking.sandbox.inside.bank",
        "lessons_lib.feedback.judging",
        "lessons_lib.feedback.bank.lesson_06",
    ],
)
def test_what_decides_is_found(name: str):
    assert name in DECIDING


@pytest.mark.parametrize("name", sorted(EVERY))
def test_imports_are_found_as_python_finds_them(name: str):
    path = file_of(name)
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    wanted = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            wanted.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            origin = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            wanted.update({origin, *(f"{origin}.{alias.name}" for alias in node.names)})
    assert {each for each in wanted if each in EVERY} <= set(imports_of(name))


def test_a_new_module_counts_once_something_imports_it(course: Path):
    new = course / "course_tools" / "marking" / "new.py"
    before = fingerprint()
    new.write_text('"""New."""\n')
    forget()
    assert fingerprint() == before
    path = course / "course_tools" / "marking" / "calls.py"
    path.write_text(path.read_text() + "\nfrom course_tools.marking import new\n")
    forget()
    importing = fingerprint()
    assert changed(new) not in (before, importing)


def test_a_new_lesson_of_the_bank_counts(course: Path):
    before = fingerprint()
    (course / "lessons_lib/feedback/bank/lesson_99.py").write_text('"""Lesson 99."""\n')
    forget()
    assert fingerprint() != before


def test_versions_count(monkeypatch: pytest.MonkeyPatch):
    seen = set()
    for package in ("none of them", "numpy", "nbgrader", "ipython"):
        with monkeypatch.context() as patch:
            patch.setattr(tool, "version", lambda name, new=package: "99" if name == new else "1")
            seen.add(fingerprint.__wrapped__())
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("from lessons_lib.feedback import check", {"feedback"}),
        ("from lessons_lib import explorers, problems", {"explorers", "problems", "optimizers"}),
        ("import lessons_lib.theory as th", {"theory"}),
        ("from lessons_lib.problems.digits import digits", {"problems"}),
        ("print('explorers, and problems')", set()),
        ("from lessons_lib import (\\n    theory)", {"theory", "explorers", "live"}),
    ],
)
def test_what_a_notebook_imports_counts(source: str, modules: set[str]):
    found = closure(tool.mentioned([source.encode()]))
    assert {f"lessons_lib.{name}" for name in modules} <= found
    if not modules:
        assert not found


def test_the_data_of_a_problem_count(course: Path):
    notebook = b"from lessons_lib import problems"
    before = fingerprint_of_imports(notebook)
    data = course / "lessons_lib" / "problems" / "digits.npz"
    data.write_bytes(data.read_bytes() + b"0")
    forget()
    assert fingerprint_of_imports(notebook) != before
    assert fingerprint_of_imports(b"") == fingerprint_of_imports(b"no import")


def test_a_digest_depends_on_everything_and_nothing_runs_together():
    found = read_assignment(SOURCE)

    def made(name: str, source: str, content: bytes, marker: str) -> str:
        return digest_of(replace(found, name=name, source=source), content, marker)

    texts = ["", "a", "aa"]
    every = {
        made(name, source, content.encode(), marker)
        for name, source, content, marker in itertools.product(texts, repeat=4)
    }
    assert len(every) == 3**4
    assert {len(digest) for digest in every} == {64}
    assert made("a", "b", b"c", "d") == made("a", "b", b"c", "d")
    assert made("a", "b", b"import lessons_lib.theory", "d") != made("a", "b", b"c", "d")
