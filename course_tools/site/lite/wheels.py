"""Wheels as Pyodide's lock describes them, and those that we make ourselves."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_tools.files import ROOT
from course_tools.site.lite.download import run, sha256
from course_tools.site.lite.recipe import LiteError

ALWAYS = (1980, 1, 1, 0, 0, 0)
"""When every file of a wheel was made: the same files are the same wheel."""


@dataclass(frozen=True)
class Described:
    """A wheel, and what it says of itself.

    Parameters
    ----------
    file : str
        Where it is, seen from the lock.
    content : bytes
        The wheel.
    name, version : str
        Of the package.
    needs : list of Requirement
        What it asks for.
    imports : list of str
        Modules and packages that it brings.
    """

    file: str
    content: bytes
    name: str
    version: str
    needs: tuple[Requirement, ...]
    imports: tuple[str, ...]


def describe(content: bytes, file: str) -> Described:
    """Read what a wheel says of itself."""
    with tempfile.TemporaryFile() as held:
        held.write(content)
        with zipfile.ZipFile(held) as archive:
            names = archive.namelist()
            (metadata,) = [name for name in names if _is_metadata(name)]
            said = BytesParser().parsebytes(archive.read(metadata))
    needs = tuple(Requirement(each) for each in said.get_all("Requires-Dist", []))
    name = canonicalize_name(str(said["Name"]))
    return Described(file, content, name, str(said["Version"]), needs, tuple(_modules(names)))


def _is_metadata(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder.endswith(".dist-info") and file == "METADATA"


def _modules(names: Iterable[str]) -> Iterator[str]:
    """Name the modules and packages at the top of a wheel."""
    tops = dict.fromkeys(name.partition("/")[0] for name in names if name.endswith(".py"))
    for top in tops:
        if not top.endswith((".dist-info", ".data")):
            yield top.removesuffix(".py")


def lock(
    wheels: Sequence[Described], info: Mapping[str, str], left_out: Mapping[str, str]
) -> dict[str, Any]:
    """Write the lock by which Pyodide finds wheels, and what each of them brings along.

    Parameters
    ----------
    wheels : list of Described
        All of them.
    info : dict
        Which Pyodide it is for, as its own lock says.
    left_out : dict of str to str
        What is asked for, and is not there.

    Raises
    ------
    LiteError
        If a wheel needs something that is not there, or has another version.
    """
    versions = {wheel.name: wheel.version for wheel in wheels}
    return {
        "info": dict(info),
        "packages": {
            wheel.name: {
                "name": wheel.name,
                "version": wheel.version,
                "file_name": wheel.file,
                "install_dir": "site",
                "sha256": sha256(wheel.content),
                "package_type": "package",
                "imports": list(wheel.imports),
                "depends": sorted(_depends(wheel, versions, info["python"], left_out)),
                "unvendored_tests": False,
            }
            for wheel in sorted(wheels, key=lambda wheel: wheel.name)
        },
    }


def _depends(
    wheel: Described, versions: Mapping[str, str], python: str, left_out: Mapping[str, str]
) -> Iterator[str]:
    for need in wheel.needs:
        name = canonicalize_name(need.name)
        if name in left_out or (need.marker and not need.marker.evaluate(browser(python))):
            continue
        if name not in versions:
            raise LiteError(
                f"{wheel.name} {wheel.version} needs {need}. Name it in site/lite/packages.toml, "
                "or say there why the browser does without it."
            )
        if not need.specifier.contains(versions[name], prereleases=True):
            raise LiteError(f"{wheel.name} {wheel.version} needs {need}, not {versions[name]}.")
        yield name


def browser(python: str) -> dict[str, str]:
    """Return what markers of requirements see in the browser."""
    return {
        "extra": "",
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_system": "Emscripten",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "emscripten",
    }


# --- Our own ------------------------------------------------------------------------------------

PROJECT = """\
[build-system]
requires = {requires}
build-backend = "{backend}"

[project]
name = "lessons-lib"
version = "{version}"
requires-python = "{python}"
dependencies = {dependencies}

[tool.uv.build-backend]
module-name = "lessons_lib"
module-root = ""
"""


def lessons_lib(instead: Mapping[str, bytes] | None = None, root: Path = ROOT) -> Described:
    """Make a wheel of `lessons_lib` alone, without what authors use.

    Its name is the same in every version of the course, so its hash is in its address: no browser
    takes an older one for it.

    Parameters
    ----------
    instead : mapping of str to bytes, optional
        Files of it that say something else here.
    root : Path
        The folder of the course.
    """
    said = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    ours = PROJECT.format(
        requires=said["build-system"]["requires"],
        backend=said["build-system"]["build-backend"],
        version=said["project"]["version"],
        python=said["project"]["requires-python"],
        dependencies=said["project"]["dependencies"],
    )
    with tempfile.TemporaryDirectory() as draft:
        folder = Path(draft)
        (folder / "pyproject.toml").write_text(ours, encoding="utf-8")
        leave = shutil.ignore_patterns("__pycache__", "progress.json*")
        shutil.copytree(root / "lessons_lib", folder / "lessons_lib", ignore=leave)
        for name, content in (instead or {}).items():
            (folder / "lessons_lib" / name).write_bytes(content)
        options = ["--wheel", "--offline", "--quiet", "--out-dir", "made"]
        run([sys.executable, "-m", "uv", "build", *options], folder)
        (made,) = (folder / "made").glob("*.whl")
        content = made.read_bytes()
    return describe(content, f"{sha256(content)[:12]}/{made.name}")


def stub(name: str, version: str) -> Described:
    """Make a wheel of an empty package, for what is asked for and not needed."""
    module = name.replace("-", "_")
    about = f"{module}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": f'"""Empty: the browser does without {name}."""\n',
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(_recorded(path, text.encode()) for path, text in files.items())
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n"
    with tempfile.TemporaryFile() as held:
        with zipfile.ZipFile(held, "w") as archive:
            for path, text in files.items():
                archive.writestr(zipfile.ZipInfo(path, ALWAYS), text)
        held.seek(0)
        return describe(held.read(), f"{module}-{version}-py3-none-any.whl")


def _recorded(path: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"
