"""The lists of exact versions: compile them, and check that everything about them agrees.

`pyproject.toml` holds ranges, each with its reason. From it come `requirements.txt` (learners),
`requirements-authors.txt` (every extra but one) and `requirements-lite.txt` (the last, which adds
to JupyterLab what learners' JupyterLab must not have), for all platforms, with hashes and without
addresses.
`environment.yml` names Python and delegates the rest to the first list.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LEARNERS = "requirements.txt"
AUTHORS = "requirements-authors.txt"
LITE = "requirements-lite.txt"
LISTS = (LEARNERS, AUTHORS, LITE)
APART = "lite"
"""The extra that has a list of its own."""

ENVIRONMENT = "environment.yml"
REMEDY = "run `make locks`"

Check = Callable[[Path], Iterator[str]]

ADDRESS = re.compile(r"\w+://|file:|\s@\s|^\s*(-i|-f|--index|--extra-index|--default-index|--find)")


class Pin(NamedTuple):
    """One entry of a list."""

    name: str
    version: str
    marker: str


# Writing the lists


def main(arguments: Sequence[str]) -> int:
    """Compile the lists and check them."""
    parser = argparse.ArgumentParser(
        prog="course_tools locks", description="Pin the dependencies of pyproject.toml."
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")
    options = parser.parse_args(arguments)
    if not compile_lists(ROOT, upgrade=options.upgrade):
        return 1
    problems = find_problems(ROOT)
    print("\n".join(problems) or f"{', '.join(LISTS)} agree with pyproject.toml.")
    return 1 if problems else 0


def compile_lists(root: Path, *, upgrade: bool) -> bool:
    """Write all lists, or none, and say whether that went well.

    uv keeps the versions that it finds in the file it writes to, so the work is done on copies. The
    other lists begin as copies of the authors', which is why they agree.
    """
    with tempfile.TemporaryDirectory(prefix=".locks-", dir=root) as name:
        bench = Path(name)
        shutil.copy(root / "pyproject.toml", bench)
        if (root / AUTHORS).exists():
            shutil.copy(root / AUTHORS, bench)
        if not run_uv(bench, AUTHORS, *named(extras_of(root, AUTHORS)), *["--upgrade"][:upgrade]):
            return False
        for each in (LEARNERS, LITE):
            shutil.copy(bench / AUTHORS, bench / each)
            if not run_uv(bench, each, *named(extras_of(root, each))):
                return False
        for each in LISTS:
            (bench / each).replace(root / each)
    return True


def named(extras: Sequence[str]) -> list[str]:
    """Return uv's options for these extras."""
    return [option for extra in extras for option in ("--extra", extra)]


def extras_of(root: Path, file: str) -> list[str]:
    """Return the extras that a list holds, beside what learners install."""
    extras = list(read_project(root).get("optional-dependencies", {}))
    held = {LEARNERS: [], LITE: [APART]}
    return held.get(file, [extra for extra in extras if extra != APART])


def run_uv(folder: Path, output: str, *options: str) -> bool:
    """Compile one list in a folder that holds a copy of pyproject.toml."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"]
    command += ["--universal", "--generate-hashes", "--fork-strategy", "fewest"]
    command += ["--custom-compile-command", "make locks", "--output-file", output, *options]
    return subprocess.run(command, cwd=folder, check=False).returncode == 0


# Checking them


def find_problems(root: Path) -> list[str]:
    """Return what is wrong with the dependencies of a project, one readable line each."""
    return [problem for check in CHECKS for problem in check(root)]


def check_complete(root: Path) -> Iterator[str]:
    """Every direct dependency is pinned, inside its range."""
    for file in LISTS:
        pins = read_pins(root / file)
        for wanted in map(Requirement, dependency_strings(root, extras_of(root, file))):
            found = [pin for pin in pins if pin.name == canonicalize_name(wanted.name)]
            if not found:
                yield f"{file}: {wanted.name} is missing, pyproject.toml wants it; {REMEDY}."
            for pin in found:
                if not wanted.specifier.contains(pin.version, prereleases=True):
                    yield (
                        f"{file}: {pin.name} {pin.version} is outside the range "
                        f"{wanted.specifier} of pyproject.toml; {REMEDY}."
                    )


def check_pinned(root: Path) -> Iterator[str]:
    """Every entry names one version and carries hashes."""
    for file in LISTS:
        for line in logical_lines(root / file):
            entry = line.split(" --hash", 1)[0]
            if "==" not in entry.split(";", 1)[0]:
                yield f"{file}: `{entry}` names no exact version; {REMEDY}."
            if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line):
                yield f"{file}: `{entry}` carries no hash; {REMEDY}."


def check_addresses(root: Path) -> Iterator[str]:
    """No list names a place on the network or on a disk."""
    for file in LISTS:
        for number, line in enumerate((root / file).read_text("utf-8").splitlines(), start=1):
            if ADDRESS.search(line):
                yield f"{file}:{number}: `{line.strip()}` is an address; {REMEDY}."


def check_platforms(root: Path) -> Iterator[str]:
    """Each list knows what only Windows needs, so it was compiled for every platform."""
    for file in LISTS:
        if not any(re.search(r"== '(win32|nt)'", pin.marker) for pin in read_pins(root / file)):
            yield f"{file}: nothing in it is for Windows, so it serves one platform only; {REMEDY}."


def check_agreement(root: Path) -> Iterator[str]:
    """Every package of the learners is in the other lists, in the same version."""
    for other in (AUTHORS, LITE):
        pins = {(pin.name, pin.version) for pin in read_pins(root / other)}
        for pin in read_pins(root / LEARNERS):
            if (pin.name, pin.version) not in pins:
                others = ", ".join(sorted(v for n, v in pins if n == pin.name)) or "none"
                yield (
                    f"{LEARNERS}: {pin.name} {pin.version}, but {other} has version {others}; "
                    f"{REMEDY}."
                )


def check_reasons(root: Path) -> Iterator[str]:
    """Every direct dependency says why it is there."""
    lines = (root / "pyproject.toml").read_text("utf-8").splitlines()
    for wanted in dependency_strings(root, read_project(root).get("optional-dependencies", {})):
        mine = [line for line in lines if f'"{wanted}"' in line]
        if not any(re.search(r"#\s*\w", line.split(f'"{wanted}"', 1)[1]) for line in mine):
            yield f"pyproject.toml: `{wanted}` has no reason; add a comment behind it on its line."


def check_environment(root: Path) -> Iterator[str]:
    """Only an allowed Python is named for conda; the rest comes from the learners' list."""
    entries = yaml.safe_load((root / ENVIRONMENT).read_text("utf-8")).get("dependencies", [])
    pip = [line for each in entries if isinstance(each, dict) for line in each.get("pip", [])]
    if pip != [f"-r {LEARNERS}"]:
        yield f"{ENVIRONMENT}: its pip section is {pip}; write `- -r {LEARNERS}` and nothing else."
    for each in entries:
        if isinstance(each, str) and not re.fullmatch(r"pip|python *[=<>].*", each):
            yield f"{ENVIRONMENT}: `{each}` belongs in pyproject.toml; move it, then {REMEDY}."
    yield from check_python(root, [each for each in entries if str(each).startswith("python")])


def check_python(root: Path, entries: Sequence[str]) -> Iterator[str]:
    """Exactly one Python is named for conda, and the project allows it."""
    allowed = SpecifierSet(read_project(root)["requires-python"])
    found = [re.fullmatch(r"python *=+ *(3\.\d+)(\.\d+|\.\*)?", each) for each in entries]
    if len(found) != 1 or not found[0]:
        yield f"{ENVIRONMENT}: it names Python as {list(entries)}; write one, like `- python=3.12`."
    elif not allowed.contains(found[0][1] + ".0"):
        yield (
            f"{ENVIRONMENT}: Python {found[0][1]} is outside {allowed} of pyproject.toml; "
            "name one inside."
        )


CHECKS: tuple[Check, ...] = (
    check_complete,
    check_pinned,
    check_addresses,
    check_platforms,
    check_agreement,
    check_reasons,
    check_environment,
)


# Reading the files


def logical_lines(file: Path) -> list[str]:
    """Return the entries of a list, each on one line, without comments."""
    joined = re.sub(r"\\\r?\n", " ", file.read_text("utf-8"))
    bare = (re.sub(r"(^|\s)#.*", "", line) for line in joined.splitlines())
    return [" ".join(line.split()) for line in bare if line.strip()]


def read_pins(file: Path) -> list[Pin]:
    """Return the entries of a list that name an exact version."""
    pattern = re.compile(r"([\w.-]+)(?:\[.*?\])?==([^\s;]+)(?: ?; ?(.*?))?(?= --hash| *$)")
    matches = (pattern.match(line) for line in logical_lines(file))
    return [Pin(canonicalize_name(m[1]), m[2], m[3] or "") for m in matches if m]


def read_project(root: Path) -> dict[str, Any]:
    """Return the [project] table of pyproject.toml."""
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def dependency_strings(root: Path, extras: Iterable[str]) -> list[str]:
    """Return the direct dependencies as they are written, with those of these extras."""
    project = read_project(root)
    groups = [project["optional-dependencies"][extra] for extra in extras]
    return [*project["dependencies"], *(each for group in groups for each in group)]
