"""All that is to be seen inside, as a list: each place there, with the file that it is copied from.

It is little: Python, the packages that notebooks import, a few programs, the libraries that these
need, and the course's own, without right answers. Nothing in it tells whose machine it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

import lessons_lib
from course_tools.marking.sandbox import inside, programs
from course_tools.marking.sandbox.library import NEEDS

LIBRARY = Path(lessons_lib.__file__).parent
INSIDE = Path(inside.__file__).parent

STAND_INS = {"checking.py": "checking.py", "bank.py": "bank/__init__.py"}
"""Files of ours that stand inside in place of some in `lessons_lib.feedback`."""

COURSE = "/course"
OWN, PACKAGES, PYTHON = f"{COURSE}/own", f"{COURSE}/packages", f"{COURSE}/python"
OPENED = f"{COURSE}/opened"
FONTS = f"{COURSE}/fonts"

DISTRIBUTIONS = ("anywidget", "ipython", "ipywidgets", "matplotlib", "numpy", "pillow")
"""What notebooks import of what is installed. What these require comes along."""

UNUSED = frozenset({"jedi", "jupyterlab-widgets", "parso", "tzdata", "widgetsnbextension"})
"""What they require, and what nothing needs where nobody types and nobody looks."""

METADATA = ("METADATA", "entry_points.txt")
"""What is kept of the description of a package. The rest says where it was installed."""

LEFT_OUT = frozenset(
    {
        *(
            "__pycache__",
            "distutils",
            "ensurepip",
            "idlelib",
            "lib2to3",
            "pydoc_data",
            "sample_data",
        ),
        *("dist-packages", "site-packages", "test", "tests", "tkinter", "turtledemo"),
    }
)
"""Folders without anything that notebooks import."""

UNUSED_ENDINGS = (".a", ".c", ".cpp", ".h", ".pxd", ".pyc", ".pyi", ".pyx")
"""Endings of what a compiler needs, or has made."""

UNUSED_BEGINNINGS = ("_ctypes_test", "_imagingtk", "_test", "_tkagg", "_tkinter", "nis.", "xx")
"""Beginnings of the names of modules for windows, for tests of Python, and for old networks."""

COMMANDS = (
    *("bash", "cat", "cp", "date", "echo", "env", "false", "grep", "head", "ls", "mkdir", "mv"),
    *("pwd", "rm", "sh", "sleep", "tail", "touch", "true", "uname", "wc"),
)
"""Programs that cells start."""

LOCALES = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8")

Files = dict[str, str | bytes]
"""Places inside, and what is there: the path of a file, or its content."""


def everything(modules: Sequence[Path]) -> Files:
    """List all that is to be seen inside.

    Parameters
    ----------
    modules : sequence of Path
        Folders with further modules that the notebooks import.
    """
    places = {str(each.resolve()): f"{COURSE}/modules/{k}" for k, each in enumerate(modules)}
    files: Files = dict(python_files())
    files |= package_files()
    files |= course_files(LIBRARY, INSIDE)
    for folder, place in places.items():
        files |= below(folder, place, whole=True)
    files |= {f"{FONTS}/{file.name}": fonts_here(file) for file in font_lists()}
    for locale in LOCALES:
        files |= below(locale, locale)
    for name in COMMANDS:
        found = shutil.which(name, path="/usr/bin:/bin")
        files |= {f"/usr/bin/{name}": found} if found else {}
    homes = {sysconfig.get_path("purelib"): PACKAGES, **homes_of_python(), **places}
    return files | libraries(files, homes)


def libraries(files: Files, homes: Mapping[str, str]) -> dict[str, str]:
    """Return the libraries that files need, and the one that the C library asks for by itself."""
    asking = [
        Path(source)
        for place, source in files.items()
        if isinstance(source, str) and (".so" in place or "/bin/" in place)
    ]
    found = programs.system_library("libgcc_s.so.1")
    needed = {programs.place_of(found): found} if found else {}
    needed |= programs.libraries_for(asking, homes)
    return {place: str(path) for place, path in needed.items()}


def below(folder: str, place: str, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """Give every file below a folder, with its place below another; links to folders apart.

    Parameters
    ----------
    folder, place : str
        The folder, and the other.
    whole : bool
        Whether nothing is left out but what Python has made.
    """
    try:
        entries = [*os.scandir(folder)]
    except FileNotFoundError:
        return
    for entry in entries:
        name = entry.name
        if entry.is_dir():
            left_out = name in LEFT_OUT or name.startswith("config-")
            if name != "__pycache__" and (whole or not left_out) and not entry.is_symlink():
                yield from below(entry.path, f"{place}/{name}", whole=whole)
        elif entry.is_file() and (whole or not is_unused(name)):
            yield f"{place}/{name}", entry.path


def is_unused(name: str) -> bool:
    """Whether a file is one that no notebook imports, by its name."""
    return name.endswith(UNUSED_ENDINGS) or name.startswith(UNUSED_BEGINNINGS)


# --- Python ---------------------------------------------------------------------------------------


def real_python() -> Path:
    """Return the Python beneath any virtual environment."""
    return Path(os.path.realpath(sys.executable))


def python_place() -> str:
    """Return where that is inside."""
    return f"{PYTHON}/bin/{real_python().name}"


def homes_of_python() -> dict[str, str]:
    """Return the folder in which Python is installed, unless that is the system's."""
    home = os.path.realpath(sys.base_prefix)
    return {} if home == "/usr" else {home: PYTHON}


def python_files() -> Iterator[tuple[str, str]]:
    """Give Python itself, and its library."""
    yield python_place(), str(real_python())
    home = os.path.realpath(sys.base_prefix)
    library = os.path.realpath(sysconfig.get_path("stdlib"))
    yield from below(library, f"{PYTHON}/{os.path.relpath(library, home)}")


# --- Packages -------------------------------------------------------------------------------------


@cache
def packages() -> tuple[str, ...]:
    """Name the packages that are shown."""
    waiting, found = [*DISTRIBUTIONS], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found | UNUSED:
            found.add(name)
            for text in requirements_of(name):
                required = Requirement(text)
                if not required.marker or required.marker.evaluate({"extra": ""}):
                    waiting.append(required.name.lower().replace("_", "-"))
    return tuple(sorted(found))


def requirements_of(name: str) -> Sequence[str]:
    """Return what a package requires; nothing if it is not installed."""
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return []


def tops_of(package: Distribution) -> list[str]:
    """Return the names of what a package has put beside all others."""
    files = package.read_text("RECORD") or ""
    tops = {line.partition("/")[0].partition(",")[0] for line in files.splitlines()}
    return sorted(tops - {"", "..", "__pycache__"})


@cache
def modules() -> frozenset[str]:
    """Name the modules that can be imported inside: Python's, those of packages, and ours."""
    found = {LIBRARY.name, *sys.stdlib_module_names} - LEFT_OUT
    for name in packages():
        with contextlib.suppress(PackageNotFoundError):
            found |= {top.partition(".")[0] for top in tops_of(distribution(name))}
    return frozenset(found)


def package_files() -> Iterator[tuple[str, str]]:
    """Give the files of these packages."""
    for name in packages():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        for top in tops_of(found):
            path, place = str(found.locate_file(top)), f"{PACKAGES}/{top}"
            if top.endswith(".dist-info"):
                kept = (f"/{name}" for name in METADATA if Path(path, name).is_file())
                yield from ((place + name, path + name) for name in kept)
            elif top.endswith((".py", ".so")):
                yield place, path
            else:
                yield from below(path, place)


@cache
def font_lists() -> tuple[Path, ...]:
    """Return matplotlib's lists of fonts, after making one if there is none."""
    import matplotlib

    folder = Path(matplotlib.get_cachedir())
    if not any(folder.glob("fontlist-*.json")):
        import matplotlib.font_manager  # makes one
    return tuple(folder.glob("fontlist-*.json"))


def fonts_here(file: Path) -> bytes:
    """Return a list of those fonts alone that matplotlib itself brings."""
    content = json.loads(file.read_text("utf-8"))
    for kind, fonts in content.items():
        if isinstance(fonts, list):
            content[kind] = [font for font in fonts if not str(font["fname"]).startswith("/")]
    return json.dumps(content).encode()


# --- The course -----------------------------------------------------------------------------------


def course_files(library: Path, inner: Path, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """Give the course's library, but not its right answers, and the runner.

    Parameters
    ----------
    library, inner : Path
        Where `lessons_lib` and `inside` are.
    whole : bool
        Whether what computes is there as well.
    """
    place = f"{OWN}/lessons_lib"
    for name, path in below(str(library), place):
        if name.startswith(f"{place}/feedback/bank/"):
            continue
        top = Path(name).relative_to(place).parts[0].removesuffix(".py")
        if top in NEEDS and not whole:
            yield f"{OPENED}/{top}/{Path(name).relative_to(place)}", path
        else:
            yield name, path
    for top in () if whole else NEEDS:
        yield f"{place}/{top}.py", str(inner / "absent.py")
    for ours, theirs in STAND_INS.items():
        yield f"{place}/feedback/{theirs}", str(inner / ours)
    yield from below(str(inner), f"{OWN}/inside")
