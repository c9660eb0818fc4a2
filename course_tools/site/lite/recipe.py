"""What Python in the browser consists of: which files, and by which hashes they are known."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_tools.bootstrap import SetupError, block_of
from course_tools.files import ROOT, show

HERE = ROOT / "site" / "lite"
"""Where the list of packages is, the notes for the browser, and its start page."""


SHA256 = re.compile(r"sha256:([0-9a-f]{64})")


class LiteError(SetupError):
    """The browser's JupyterLab cannot be made; the message says why, and what to do."""


@dataclass(frozen=True)
class Wheel:
    """A wheel that is wanted, and what is accepted for it.

    Parameters
    ----------
    name, version : str
        Of the package, as PyPI writes them.
    digests : frozenset of str
        Each sha256 that it may have.
    file : str
        What it is called, where that is known.
    """

    name: str
    version: str
    digests: frozenset[str]
    file: str = ""

    def __str__(self) -> str:
        """Name it."""
        return self.file or f"{self.name} {self.version}"

    @property
    def pattern(self) -> str:
        """What it may be called: a pattern for files of every such wheel."""
        return self.file or f"{self.name.replace('-', '_')}-{self.version}-*.whl"


@dataclass(frozen=True)
class Carrier:
    """A package of PyPI that holds wheels of Pyodide's.

    Parameters
    ----------
    name, version, sha256 : str
        Which one.
    python : str
        A Python that it says to be for: none runs it here.
    folder : str
        Where the wheels are in it.
    """

    name: str
    version: str
    sha256: str
    python: str
    folder: str

    def __str__(self) -> str:
        """Name it."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Recipe:
    """What `packages.toml` says.

    Parameters
    ----------
    compiled, pure, kernel : list of str
        Packages, by where they come from.
    start : list of str
        Packages that are loaded before the first cell.
    left_out : dict of str to str
        What the browser does without, and why.
    stubs : dict of str to str
        Empty packages, and their versions.
    carrier : Carrier
        Where compiled wheels are, beside Pyodide's own distribution.
    """

    compiled: Sequence[str]
    pure: Sequence[str]
    kernel: Sequence[str]
    start: Sequence[str]
    left_out: Mapping[str, str]
    stubs: Mapping[str, str]
    carrier: Carrier


def read_recipe(path: Path = HERE / "packages.toml") -> Recipe:
    """Read the list of packages."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    return Recipe(**(said | {"carrier": Carrier(**said["carrier"])}))


def compiled_wheels(names: Sequence[str], lock: Mapping[str, Any]) -> list[Wheel]:
    """Return the wheels that Pyodide's own lock names.

    Parameters
    ----------
    names : list of str
        Of the packages.
    lock : dict
        What npm's `pyodide-lock.json` says.

    Raises
    ------
    LiteError
        If it has no such package.
    """
    missing = ", ".join(sorted(set(names) - set(lock["packages"])))
    if missing:
        raise LiteError(f"Pyodide's lock has no {missing}: strike it from {show(HERE)}.")
    found = [(name, lock["packages"][name]) for name in names]
    return [
        Wheel(name, said["version"], frozenset([said["sha256"]]), said["file_name"])
        for name, said in found
    ]


def pure_wheels(names: Sequence[str], listing: str) -> list[Wheel]:
    """Return the wheels that a list of exact versions pins.

    Parameters
    ----------
    names : list of str
        Of the packages.
    listing : str
        The text of requirements-lite.txt.

    Raises
    ------
    SetupError
        If a package is not pinned there.
    """
    blocks = [(name, block_of(name, listing)) for name in names]
    return [
        Wheel(name, block.split()[0].partition("==")[2], frozenset(SHA256.findall(block)))
        for name, block in blocks
    ]


def read_lock(core: Path) -> dict[str, Any]:
    """Read the lock that came with Pyodide's core."""
    lock: dict[str, Any] = json.loads((core / "pyodide-lock.json").read_text(encoding="utf-8"))
    return lock
