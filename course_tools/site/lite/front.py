"""JupyterLite's page: JupyterLab with the extensions that the explorers need, and no others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course_tools.files import ROOT
from course_tools.site.lite.contents import Served
from course_tools.site.lite.download import run, sha256
from course_tools.site.lite.environment import python_of
from course_tools.site.lite.recipe import HERE, LiteError
from lessons_lib.progress import RECORD

KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = (KERNEL, "@jupyter-widgets/jupyterlab-manager", "anywidget")
"""What is taken from the environment in which the site is made."""

COPIES = "descent-to-momentum"
"""Our own extension, site/lite/copies/, which looks after a reader's own copies."""

JUPYTER = ROOT / "course_tools" / "jupyter"
"""What JupyterLab has in `make lab`, and here."""

LAB_SETTINGS = JUPYTER / "labconfig" / "default_setting_overrides.json"

ROOM = "descent-to-momentum-room"
"""The extension with the button that hands in, where the site is served by a room."""

OURS = {
    COPIES: HERE / "copies" / "index.js",
    ROOM: JUPYTER / "room" / "labextensions" / ROOM / "index.js",
}
"""Our own extensions: one script each."""

PYTHON = "static/python"
"""Where Python and its wheels are, seen from `lite/`."""


def labextensions(environment: Path) -> Path:
    """Return where an environment keeps JupyterLab's extensions."""
    return environment / "share" / "jupyter" / "labextensions"


def gather_extensions(folder: Path, environment: Path) -> None:
    """Copy the extensions that are needed from an environment into a folder, and add ours.

    Raises
    ------
    LiteError
        If one is not installed.
    """
    for name in EXTENSIONS:
        source = labextensions(environment) / name
        if not source.is_dir():
            raise LiteError(
                f"JupyterLab's extension {name} is not in {environment}. Delete it, and try again."
            )
        shutil.copytree(source, folder / name)
    for name, script in OURS.items():
        add_extension(folder / name, name, script.read_bytes())


def add_extension(folder: Path, name: str, script: bytes) -> None:
    """Write an extension of one script. Its hash is in its address: no browser takes an older one.

    Parameters
    ----------
    folder : Path
        Where. There is nothing yet.
    name : str
        What it calls itself.
    script : bytes
        What it consists of.
    """
    load = f"static/index.{sha256(script)[:12]}.js"
    build = {"load": load, "extension": "./extension"}
    about = {"name": name, "version": "0.1.0", "jupyterlab": {"_build": build}}
    (folder / "static").mkdir(parents=True)
    (folder / load).write_bytes(script)
    (folder / "package.json").write_text(json.dumps(about), encoding="utf-8")


def settings(lock: str, start: Sequence[str], notebooks: Sequence[Served]) -> dict[str, Any]:
    """Return what `jupyter-lite.json` says beside what JupyterLite writes there itself.

    Parameters
    ----------
    lock : str
        The name of Pyodide's lock.
    start : list of str
        Packages that are loaded before the first cell.
    notebooks : list of Served
        What the course gives.
    """
    given = {notebook.name: notebook.given for notebook in notebooks}
    version = sha256(json.dumps(given, sort_keys=True).encode())[:12]
    return {
        "appName": "From descent to momentum",
        "litePluginSettings": {
            f"{KERNEL}:kernel": {
                "pyodideUrl": f"./{PYTHON}/pyodide.mjs",
                "disablePyPIFallback": True,
                "loadPyodideOptions": {
                    "lockFileURL": f"./{PYTHON}/{lock}",
                    "packages": list(start),
                },
            },
            f"{COPIES}:copies": {"version": version, "given": given},
        },
    }


def make(
    folder: Path,
    drafts: Path,
    environment: Path,
    notebooks: Sequence[Served],
    config: Mapping[str, Any],
) -> None:
    """Have JupyterLite write its page into a folder, with the notebooks in it.

    Parameters
    ----------
    folder : Path
        Where `lite/` is made. There is nothing yet.
    drafts : Path
        A new folder. An old one would make JupyterLite forget settings that it has read before.
    environment : Path
        Where JupyterLite is installed.
    notebooks : list of Served
        What the course gives.
    config : dict
        What `settings` returns.
    """
    gather_extensions(drafts / "extensions", environment)
    for notebook in notebooks:
        path = drafts / "files" / notebook.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook.content)
    (drafts / "lite").mkdir()
    said = {"jupyter-lite-schema-version": 0, "jupyter-config-data": config}
    (drafts / "lite" / "jupyter-lite.json").write_text(json.dumps(said), encoding="utf-8")
    shutil.copy(LAB_SETTINGS, drafts / "lite" / "overrides.json")
    places = [
        "--lite-dir",
        "lite",
        "--output-dir",
        str(folder),
        "--contents",
        str(drafts / "files"),
    ]
    less = [
        "--apps",
        "lab",
        "--ignore-sys-prefix",
        "--no-sourcemaps",
        "--no-unused-shared-packages",
    ]
    ours = ["--FederatedExtensionAddon.extra_labextensions_path", str(drafts / "extensions")]
    python = str(python_of(environment))
    run([python, "-I", "-m", "jupyterlite_core", "build", *places, *less, *ours], drafts)
    mark_as_a_learners(folder)


def mark_as_a_learners(folder: Path) -> None:
    """Make the browser's files a learner's own copy of the course, where progress is kept.

    Python finds there what `lessons_lib.progress` looks for above a notebook. Where a browser does
    not let it see the files, over plain http from another machine, `lessons_lib.progress.page`
    tells the page what to keep.
    """
    path = folder / "api" / "contents" / "all.json"
    listing = json.loads(path.read_text(encoding="utf-8"))
    name = {"name": RECORD, "path": RECORD, "type": "file", "format": "json", "size": 2}
    like = {**listing["content"][0], "mimetype": "application/json", **name}
    listing["content"].append(like)
    path.write_text(json.dumps(listing), encoding="utf-8")
    (folder / "files" / RECORD).write_text("{}", encoding="utf-8")
