"""What a mark depends on, in one text: when that changes, marking marks again, and never else.

The code that decides a mark is found by following imports, from the module that marks one
submission and from those that are put into the sandbox. So code that moves, or is new, counts
by itself, and what only reports or draws does not.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from course_tools.files import ROOT
from course_tools.marking.assignments import Assignment

ROOTS = (
    "course_tools.marking.submission_run",
    "course_tools.marking.sandbox.inside.warm",  # what follows is put there, not imported
    "course_tools.marking.sandbox.inside.absent",
    "course_tools.marking.sandbox.inside.bank",
    "course_tools.marking.sandbox.inside.checking",
)
"""Where the code that decides a mark begins."""

WHOLE = ("lessons_lib.feedback.bank",)
"""Packages that find their modules by themselves, so that all of these count."""

PACKAGES = ("numpy", "nbgrader", "ipython")
"""Other people's code that decides a mark: the arithmetic, the points, the language of cells."""

OURS = ("course_tools", "lessons_lib")

IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n#]*))",
    re.MULTILINE,
)
"""An import statement. Reading these alone takes a tenth of the time of parsing everything."""

MENTIONED = re.compile(rb"\blessons_lib((?:\.\w+|[ ]+import[ (]+[\w, ]+)*)")
"""What a notebook names of the library."""


@cache
def fingerprint() -> str:
    """Stand for the code that decides a mark, and for the versions of what runs it."""
    versions = [f"{sys.version_info.major}.{sys.version_info.minor}", *map(version, PACKAGES)]
    return hashed([*(each.encode() for each in versions), *contents(frozenset(ROOTS))])


def fingerprint_of_imports(*notebooks: bytes) -> str:
    """Stand for the parts of `lessons_lib` that notebooks import, which decide marks as well."""
    return _fingerprint_of(frozenset(mentioned(notebooks)))


@cache
def _fingerprint_of(modules: frozenset[str]) -> str:
    return hashed(contents(modules))


def digest_of(assignment: Assignment, content: bytes, marker: str) -> str:
    """Stand for everything that a result depends on.

    Parameters
    ----------
    assignment : Assignment
        What was to be marked, and how.
    content : bytes
        What was handed in.
    marker : str
        The `fingerprint` of the code that marks.
    """
    name, source = assignment.name.encode(), assignment.source.encode()
    imported = fingerprint_of_imports(source, content)
    return hashed((name, source, content, marker.encode(), imported.encode()))


def mentioned(notebooks: Iterable[bytes]) -> Iterator[str]:
    """Name the modules of `lessons_lib` that notebooks name; all if it cannot be told which."""
    for content in notebooks:
        for found in MENTIONED.finditer(content):
            words = re.findall(r"\w+", found[1].decode())
            named = [f"lessons_lib.{word}" for word in words if file_of(f"lessons_lib.{word}")]
            if not words or "(" in found[1].decode():
                named = [name_of(path) for path in (ROOT / "lessons_lib").rglob("*.py")]
            yield from named


def contents(roots: frozenset[str]) -> Iterator[bytes]:
    """Give the name and the content of every file that some modules rest on."""
    for path in sorted(file for name in closure(roots) for file in files_of(name)):
        yield path.relative_to(ROOT).as_posix().encode()
        yield path.read_bytes()


def files_of(module: str) -> Iterator[Path]:
    """Give a module's file, and the data of the same name beside it."""
    source = file_of(module)
    assert source
    yield source
    if source.stem != "__init__":
        yield from (path for path in source.parent.glob(f"{source.stem}.*") if path != source)


# --- Following imports ----------------------------------------------------------------------------


def closure(roots: Iterable[str]) -> set[str]:
    """Name every module of ours that is loaded when some are imported, these included."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports_of(name)
    return found


@cache
def imports_of(module: str) -> tuple[str, ...]:
    """Name the modules of ours that a module loads: what it imports, and its own packages."""
    path = file_of(module)
    assert path
    names = [*parents_of(module), *(member_of(module) if module in WHOLE else ())]
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for origin, taken, modules in IMPORT.findall(path.read_text("utf-8")):
        if modules:
            names += [part.split()[0] for part in modules.split(",") if part.split()]
        else:
            origin = absolute(origin, package)
            names += [origin, *(f"{origin}.{name}" for name in names_in(taken))]
    ours = [name for name in names if name.partition(".")[0] in OURS and file_of(name)]
    return (*ours, *(above for name in ours for above in parents_of(name)))


def names_in(taken: str) -> list[str]:
    """Name what an import statement takes."""
    text = re.sub(r"#[^\n]*", "", taken).strip("() \t\n")
    return [part.split()[0] for part in text.split(",") if part.split()]


def absolute(origin: str, package: str) -> str:
    """Give the full name of a module that is named as seen from a package."""
    name = origin.lstrip(".")
    if name == origin:
        return origin
    parts = package.split(".")
    above = parts[: len(parts) - (len(origin) - len(name)) + 1]
    return ".".join([*above, name] if name else above)


def parents_of(module: str) -> list[str]:
    """Name the packages that a module is in."""
    parts = module.split(".")
    return [".".join(parts[:k]) for k in range(1, len(parts))]


def member_of(package: str) -> list[str]:
    """Name the modules of a package."""
    path = file_of(package)
    assert path
    return [f"{package}.{each.stem}" for each in path.parent.glob("*.py") if each != path]


@cache
def file_of(module: str) -> Path | None:
    """Return the file of a module; None if there is none, as for a function in one."""
    place = ROOT.joinpath(*module.split("."))
    for path in (place / "__init__.py", place.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def name_of(path: Path) -> str:
    """Return the name of the module that is in a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# --- Hashing --------------------------------------------------------------------------------------


def contents_of(folders: Iterable[Path]) -> str:
    """Stand for all files in some folders: their names and what is in them."""
    files = [
        (folder, path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return hashed(
        part
        for folder, path in files
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes())
    )


def hashed(parts: Iterable[bytes]) -> str:
    """Hash parts with their lengths, so that no two lists of parts run together."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
