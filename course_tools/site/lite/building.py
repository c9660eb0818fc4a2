"""Make `lite/`: Python and its wheels, the page, the start page, and a look at the whole."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from course_tools.notebooks.course import slug_of
from course_tools.notebooks.stored import NotebookError
from course_tools.site.lite import download, front, wheels
from course_tools.site.lite.choosing import library
from course_tools.site.lite.contents import Served, read_notes, served
from course_tools.site.lite.environment import LIST, environment
from course_tools.site.lite.recipe import (
    HERE,
    LiteError,
    Recipe,
    compiled_wheels,
    pure_wheels,
    read_lock,
    read_recipe,
)
from course_tools.site.lite.wheels import Described, describe

NAME = "lite"
"""The folder of the browser's JupyterLab, in that of the site."""

ADDRESS = re.compile(r"https?://[\w.-]+")


def build(site: Path, chosen: Collection[str] | None = None) -> None:
    """Write `lite/` into the folder of a site, whole or not at all.

    Parameters
    ----------
    site : Path
        A finished site. What stands there as `lite/` is replaced.
    chosen : collection of str, optional
        Which notebooks are in it: "notebooks/06_momentum.ipynb". Without it, all.

    Raises
    ------
    LiteError
        If something cannot be had, or is not as it should be. What stood there stays.
    """
    if not site.is_dir():
        raise LiteError(f"There is no site in {site}. `make site` makes one.")
    recipe = read_recipe()
    with tempfile.TemporaryDirectory(dir=site, prefix=".lite-") as draft:
        folder = Path(draft) / NAME
        core = download.core()
        apart = environment()
        notebooks = _notebooks(chosen)
        ours = wheels.lessons_lib(library([notebook.name for notebook in notebooks]))
        found = [*all_wheels(recipe, core, apart), ours]
        lock = wheels.lock(found, read_lock(core)["info"], recipe.left_out)
        content = json.dumps(lock, sort_keys=True).encode()
        lock_name = f"pyodide-lock.{download.sha256(content)[:12]}.json"
        config = front.settings(lock_name, recipe.start, notebooks)
        front.make(folder, Path(tempfile.mkdtemp(dir=draft)), apart, notebooks, config)
        write_python(folder / front.PYTHON, core, found, lock_name, content)
        write_start_page(folder, notebooks)
        if problems := list(faults(folder)):
            raise LiteError("\n".join(problems))
        shutil.rmtree(site / NAME, ignore_errors=True)
        folder.rename(site / NAME)


def _notebooks(chosen: Collection[str] | None) -> list[Served]:
    try:
        return list(served(read_notes(), chosen))
    except NotebookError as error:
        raise LiteError(str(error)) from error


def all_wheels(
    recipe: Recipe, core: Path, apart: Path, cache: Path = download.CACHE
) -> Iterator[Described]:
    """Give every wheel but our own, after loading those that are not in the cache.

    Parameters
    ----------
    recipe : Recipe
        Which ones.
    core : Path
        The folder of Pyodide's core.
    apart : Path
        The environment in which JupyterLite is installed.
    cache : Path
        Where they are kept.

    Raises
    ------
    LiteError
        If one cannot be had.
    """
    lock = read_lock(core)
    version = json.loads((core / "package.json").read_text(encoding="utf-8"))["version"]
    sources: Sequence[download.Source] = [
        download.Distribution(core, version),
        download.Carried(recipe.carrier, cache),
    ]
    pinned = pure_wheels(recipe.pure, LIST.read_text(encoding="utf-8"))
    folder = cache / "wheels"
    paths = [
        *download.compiled(compiled_wheels(recipe.compiled, lock), sources, folder),
        *download.pure(pinned, folder, wheels.browser(lock["info"]["python"])["python_version"]),
        *kernel_wheels(recipe.kernel, apart),
    ]
    yield from (describe(path.read_bytes(), path.name) for path in paths)
    yield from (wheels.stub(name, version) for name, version in recipe.stubs.items())


def kernel_wheels(names: Iterable[str], apart: Path) -> Iterator[Path]:
    """Find the wheels that JupyterLite's kernel brings along."""
    folder = front.labextensions(apart) / front.KERNEL / "static" / "pypi"
    for name in names:
        found = sorted(folder.glob(f"{name.replace('-', '_')}-*.whl"))
        if len(found) != 1:
            raise LiteError(
                f"{folder} has {len(found)} wheels of {name}. Delete {apart}, and try again."
            )
        yield found[0]


def write_python(
    folder: Path, core: Path, found: Iterable[Described], lock_name: str, lock: bytes
) -> None:
    """Write Python's core, its wheels and the lock into a folder."""
    folder.mkdir(parents=True)
    for name in download.CORE:
        shutil.copyfile(core / name, folder / name)
    for wheel in found:
        path = folder / wheel.file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(wheel.content)
    (folder / lock_name).write_bytes(lock)


# --- The start page -----------------------------------------------------------------------------

ABOUT = re.compile(r"<!-- about (?P<name>\S+) -->(?P<said>.*?)<!-- end -->", re.DOTALL)
"""What the start page says of one notebook, if that is there."""


def write_start_page(folder: Path, notebooks: Sequence[Served]) -> None:
    """Write the page that says what will be loaded, before anything is."""
    page = (HERE / "index.html").read_text(encoding="utf-8")
    names = [notebook.name for notebook in notebooks]
    page = ABOUT.sub(lambda found: found["said"] if found["name"] in names else "", page)
    size = sum(path.stat().st_size for path in files(folder / front.PYTHON))
    page = page.replace("{{python}}", f"{size / 1e6:.0f}")
    page = page.replace("{{notebooks}}", links(notebooks))
    (folder / "index.html").write_text(page, encoding="utf-8")


def links(notebooks: Iterable[Served]) -> str:
    """Write a list of links, a line for each lesson with its exercise and its solution."""
    rows: dict[str, list[str]] = {}
    for notebook in notebooks:
        link = f'<a href="lab/index.html?path={quote(notebook.name)}">{label_of(notebook)}</a>'
        rows.setdefault(slug_of(PurePosixPath(notebook.name)), []).append(link)
    items = "\n".join(f"<li>{' · '.join(rows[slug])}</li>" for slug in sorted(rows))
    return f"<ul>\n{items}\n</ul>"


def label_of(notebook: Served) -> str:
    """Return what a link to a notebook says."""
    path = PurePosixPath(notebook.name)
    kind = {"exercises": "Exercise", "solutions": "Solution"}.get(path.parts[0])
    return f"{kind} {int(slug_of(path)[:2])}" if kind else escape(notebook.title)


def files(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


# --- A look at the whole ------------------------------------------------------------------------


def faults(folder: Path) -> Iterator[str]:
    """Say what is not as it should be in a `lite/`: a sentence for each.

    Parameters
    ----------
    folder : Path
        A finished `lite/`.
    """
    for path in files(folder):
        if path.name in ("jupyter-lite.json", "jupyter-lite.ipynb"):
            said = json.loads(path.read_text(encoding="utf-8"))
            found = ADDRESS.findall(json.dumps(said.get("metadata", said)))
            yield from (f"{path.relative_to(folder)} names {each}." for each in found)
    said = json.loads((folder / "jupyter-lite.json").read_text(encoding="utf-8"))
    config = said["jupyter-config-data"]
    names = {extension["name"] for extension in config["federated_extensions"]}
    if names != (wanted := {*front.EXTENSIONS, *front.OURS}):
        yield f"The page has the extensions {sorted(names)}, not {sorted(wanted)}."
    yield from _faults_of_python(folder, config["litePluginSettings"][f"{front.KERNEL}:kernel"])


def _faults_of_python(folder: Path, kernel: Mapping[str, Any]) -> Iterator[str]:
    options = kernel["loadPyodideOptions"]
    if kernel["disablePyPIFallback"] is not True:
        yield "Python would look for packages elsewhere: disablePyPIFallback is not true."
    for place in (kernel.get("pyodideUrl", ""), options["lockFileURL"]):
        if not place.startswith("./") or not (folder / place).is_file():
            yield f"The page starts Python from {place!r}, which is no file of the site."
            return
    home = (folder / options["lockFileURL"]).parent
    packages = json.loads((folder / options["lockFileURL"]).read_text(encoding="utf-8"))["packages"]
    for name in sorted(set(options["packages"]) - set(packages)):
        yield f"{name} is to start with the kernel, and is not in Pyodide's lock."
    for package in packages.values():
        path = home / package["file_name"]
        if not path.is_file():
            yield f"{package['file_name']} is in Pyodide's lock, and is not there."
        elif download.sha256(path.read_bytes()) != package["sha256"]:
            yield f"{package['file_name']} has another sha256 than Pyodide's lock says."
